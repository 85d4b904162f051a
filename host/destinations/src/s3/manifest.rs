//! The manifest of a table: which objects are the table, and how far the read of it has come.
//!
//! An object store renames nothing, so this one object decides: what it names is the table. It is
//! replaced as a whole, on the condition that it is still the one that was read. Each write of it
//! has a revision of its own, so that no two have the same entity tag, and so that a write whose
//! answer was lost is known as done by the one who reads it.

use std::collections::BTreeMap;

use object_store::path::Path;
use object_store::{
    Error as StoreError, ObjectStore as _, ObjectStoreExt as _, PutMode, PutOptions, PutPayload,
    UpdateVersion,
};
use serde::{Deserialize, Serialize};
use tollgate_model::{Column, Error, ErrorKind, Result};
use tollgate_sync::State;

use super::connect::Session;
use super::error::explain;
use super::layout::Folder;
use crate::table::fail;

const VERSION: u32 = 1;

/// A manifest is read and written as a whole. 16 MiB name about 150,000 objects.
pub(super) const MANIFEST_BYTES_MAX: usize = 16 * 1024 * 1024;

/// What a manifest says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Manifest {
    version: u32,
    /// Which write of it this is.
    revision: String,
    /// The table that this one is a child of: what is said of it stands in that one's manifest.
    part_of: Option<String>,
    /// The table itself and its child tables.
    pub(super) tables: BTreeMap<String, Contents>,
    /// How far the read has come.
    pub(super) state: Option<State>,
}

/// What is in a table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Contents {
    /// The types of the columns of all objects.
    pub(super) columns: BTreeMap<String, String>,
    /// The objects, their names relative to the prefix.
    pub(super) objects: Vec<String>,
}

impl Contents {
    /// Takes the columns of further objects in.
    pub(super) fn add_columns(&mut self, columns: &[Column]) {
        let named =
            columns.iter().map(|column| (column.name.clone(), column.data_type.to_string()));
        self.columns.extend(named);
    }
}

/// The manifest as it is in the store.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub(super) manifest: Manifest,
    /// What the store calls this write of it.
    etag: String,
}

impl Stored {
    /// The manifest of a table, which is made if there is none.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] for a table that is a child of another, and for a store that replaces
    /// objects whatever the condition; [`ErrorKind::Destination`] for a manifest that is damaged.
    pub(super) fn open(session: &Session, folder: &Folder, revision: String) -> Result<Self> {
        let stored = Self::open_or_make(session, folder, revision, None)?;
        match &stored.manifest.part_of {
            None => Ok(stored),
            Some(parent) => Err(taken(session, folder, parent)),
        }
    }

    /// Says of a child table whose child it is, so that nobody takes its objects for leftovers.
    ///
    /// # Errors
    /// As [`open`](Stored::open), and [`ErrorKind::Config`] for a table that was loaded by itself.
    pub(super) fn claim(
        session: &Session,
        child: &Folder,
        parent: &str,
        revision: String,
    ) -> Result<()> {
        let stored = Self::open_or_make(session, child, revision, Some(parent))?;
        match stored.manifest.part_of {
            Some(found) if found == parent => Ok(()),
            other => Err(taken(session, child, &other.unwrap_or_default())),
        }
    }

    fn open_or_make(
        session: &Session,
        folder: &Folder,
        revision: String,
        part_of: Option<&str>,
    ) -> Result<Self> {
        if let Some(found) = load(session, folder)? {
            return Ok(found);
        }
        let part_of = part_of.map(str::to_owned);
        let tables = BTreeMap::new();
        let manifest = Manifest { version: VERSION, revision, part_of, tables, state: None };
        let made = put(session, folder, &manifest, PutMode::Create);
        let made = settle(session, folder, manifest, made)?.ok_or_else(|| lost(folder))?;
        // All rests on the conditions, so a new table begins with one that has to fail.
        match put(session, folder, &made.manifest, PutMode::Create) {
            Err(StoreError::AlreadyExists { .. }) => Ok(made),
            Err(error) => Err(cannot_write(session, folder, error)),
            Ok(_) => {
                let message = format!("{} writes whatever the condition", session.place);
                Err(Error::new(ErrorKind::Config, message).with_hint(
                    "the store has to know If-None-Match and If-Match (AWS S3, MinIO, R2 and others \
                     do): update it, or load elsewhere",
                ))
            }
        }
    }

    /// Replaces the manifest, if it is still the one that was read.
    ///
    /// # Errors
    /// [`Unsaved::Lost`] where another run has replaced it; [`Unsaved::Unknown`] where it is not
    /// known whether it was replaced.
    pub(super) fn replace(
        &mut self,
        session: &Session,
        folder: &Folder,
        mut manifest: Manifest,
        revision: String,
    ) -> Result<(), Unsaved> {
        manifest.revision = revision;
        // A second try where the answer to the last write named another entity tag than the store
        // now has for it: the revision says that it is the same.
        for _ in 0..2 {
            let version = UpdateVersion { e_tag: Some(self.etag.clone()), version: None };
            let written = put(session, folder, &manifest, PutMode::Update(version));
            let settled = settle(session, folder, manifest.clone(), written);
            match settled.map_err(Unsaved::Unknown)? {
                Some(stored) if stored.manifest.revision == manifest.revision => {
                    *self = stored;
                    return Ok(());
                }
                Some(stored) if stored.manifest.revision == self.manifest.revision => {
                    self.etag = stored.etag;
                }
                _ => break,
            }
        }
        Err(Unsaved::Lost(lost(folder)))
    }
}

/// Why a manifest was not replaced.
#[derive(Debug)]
pub(super) enum Unsaved {
    /// It never will be: another run was before.
    Lost(Error),
    /// A request for it may be under way yet.
    Unknown(Error),
}

impl From<Unsaved> for Error {
    fn from(unsaved: Unsaved) -> Self {
        match unsaved {
            Unsaved::Lost(error) | Unsaved::Unknown(error) => error,
        }
    }
}

/// The manifest of a table, if there is one.
pub(super) fn load(session: &Session, folder: &Folder) -> Result<Option<Stored>> {
    let path = folder.manifest()?;
    let what = || format!("read {path} of {}", session.place);
    let explained = |error| explain(&session.place, &what(), error);
    let found = session.wait(async {
        let found = session.store.get(&path).await?;
        let etag = found.meta.e_tag.clone();
        Ok((found.bytes().await?, etag))
    });
    let (text, etag) = match found {
        Ok(found) => found,
        Err(StoreError::NotFound { .. }) => return Ok(None),
        Err(error) => return Err(explained(error)),
    };
    let manifest: Manifest = serde_json::from_slice(&text)
        .map_err(|error| damaged(session, &path).with_source(error))?;
    let names = manifest.tables.iter().map(|(table, contents)| {
        let of_table = Folder::new("", table)?;
        Ok(contents.objects.iter().all(|name| of_table.is_object(name)))
    });
    let are_objects = names.collect::<Result<Vec<bool>>>()?.into_iter().all(|is_object| is_object);
    match etag {
        Some(etag) if manifest.version == VERSION && are_objects => {
            Ok(Some(Stored { manifest, etag }))
        }
        _ => Err(damaged(session, &path)),
    }
}

fn put(
    session: &Session,
    folder: &Folder,
    manifest: &Manifest,
    mode: PutMode,
) -> Result<String, StoreError> {
    let generic = |source: Box<dyn std::error::Error + Send + Sync>| StoreError::Generic {
        store: "S3",
        source,
    };
    let path = folder.manifest().map_err(|error| generic(Box::new(error)))?;
    let text = serde_json::to_vec(manifest).map_err(|error| generic(Box::new(error)))?;
    if text.len() > MANIFEST_BYTES_MAX {
        return Err(generic("the table has too many objects".into()));
    }
    let options = PutOptions { mode, ..PutOptions::default() };
    let written = session.wait(session.store.put_opts(&path, PutPayload::from(text), options))?;
    // A store that does not say is asked.
    Ok(written.e_tag.unwrap_or_default())
}

/// What became of a write: it was done, or what stands there instead. A write whose answer was lost
/// may have been done, and done again by the client, which then is told that the condition does not
/// hold any more.
fn settle(
    session: &Session,
    folder: &Folder,
    manifest: Manifest,
    written: Result<String, StoreError>,
) -> Result<Option<Stored>> {
    match written {
        Ok(etag) if !etag.is_empty() => Ok(Some(Stored { manifest, etag })),
        Ok(_) | Err(StoreError::Precondition { .. } | StoreError::AlreadyExists { .. }) => {
            load(session, folder)
        }
        Err(error) => match load(session, folder) {
            Ok(Some(stored)) if stored.manifest.revision == manifest.revision => Ok(Some(stored)),
            _ => Err(cannot_write(session, folder, error)),
        },
    }
}

fn cannot_write(session: &Session, folder: &Folder, error: StoreError) -> Error {
    let what = format!("write the manifest of table {:?} to {}", folder.table(), session.place);
    explain(&session.place, &what, error)
}

fn lost(folder: &Folder) -> Error {
    let message = format!("another run has loaded table {:?} in the meantime", folder.table());
    fail(message).with_hint("run this again; load one table by one run at a time")
}

fn taken(session: &Session, folder: &Folder, parent: &str) -> Error {
    let table = folder.table();
    let message = match parent {
        "" => format!("table {table:?} of {} was loaded by itself", session.place),
        parent => format!("table {table:?} of {} is a child of {parent:?}", session.place),
    };
    Error::new(ErrorKind::Config, message)
        .with_hint("load under another table name or prefix, or remove that table's objects")
}

fn damaged(session: &Session, path: &Path) -> Error {
    let message =
        format!("{path} of {} is not a manifest that this version understands", session.place);
    fail(message).with_hint("load under another prefix, or remove it and the table's objects")
}
