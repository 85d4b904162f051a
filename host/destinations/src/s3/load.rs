//! One load into a table and its child tables.

use std::collections::HashSet;
use std::sync::Arc;

use arrow_array::RecordBatch;
use futures_util::{StreamExt as _, TryStreamExt as _};
use object_store::path::Path;
use object_store::{Error as StoreError, ObjectMeta, ObjectStore as _};
use tollgate_model::{Column, DataType, Error, Result};
use tollgate_sync::{Begun, Change, Kept, Load, Loaded, Mode, Pace, Start, State, Table};

use super::S3;
use super::connect::Session;
use super::error::explain;
use super::layout::Folder;
use super::manifest::{Contents, Manifest, Stored, Unsaved};
use super::upload::Upload;
use crate::appends::{self, PACE, appended_to, keep_or_forget};
use crate::parquet::{ParquetWriter, changed_type};
use crate::table::{fail, with_columns};

/// A load under way.
struct S3Load {
    session: Arc<Session>,
    row_group_bytes: usize,
    object_bytes: u64,
    run: String,
    mode: Mode,
    /// That of the table itself is the first.
    tables: Vec<OneTable>,
    stored: Stored,
    /// How often this run has written the manifest.
    saves: u32,
    /// Objects of runs that came to no end before this one began.
    leftovers: Vec<Path>,
    /// Objects that are there and that no manifest names yet.
    unnamed: Vec<Path>,
    rows: u64,
    location: String,
    /// Rows of a try that failed are nowhere any more.
    has_failed: bool,
}

/// One table, and the object that is being written.
struct OneTable {
    folder: Folder,
    columns: Vec<Column>,
    writer: ParquetWriter<Upload>,
    /// How many objects this run has begun.
    objects: u32,
    /// Objects that are written but not yet there.
    written: Vec<Object>,
    /// Rows since the last object was made.
    rows: u64,
}

/// An object and its name in the manifest.
struct Object {
    name: String,
    upload: Upload,
}

/// Looks at what is there, and makes ready to load.
pub(super) fn begin(
    s3: &S3,
    session: Session,
    run: String,
    table: &Table,
    start: Start<'_>,
) -> Result<Begun> {
    let session = Arc::new(session);
    let mut each = table.each();
    let folders = each.iter().map(|table| Folder::new(&s3.bucket.prefix, &table.name));
    let folders = folders.collect::<Result<Vec<_>>>()?;
    let mut stored = Stored::open(&session, &folders[0], format!("{run}/begin"))?;
    for child in &folders[1..] {
        Stored::claim(&session, child, &table.name, format!("{run}/begin"))?;
    }
    let mut manifest = stored.manifest.clone();
    let mut leftovers = Vec::new();
    for (folder, table) in folders.iter().zip(&mut each) {
        let contents = manifest.tables.get(folder.table());
        leftovers.extend(unnamed(&session, folder, contents)?);
        if table.mode == Mode::Append {
            settle(&session, folder, contents, table)?;
        }
    }
    let kept = match table.mode {
        Mode::Append => keep_or_forget(&mut manifest.state, start, table.widen),
        // Whatever is kept goes with the old objects.
        Mode::Replace | Mode::Merge => Kept::Nothing,
    };
    if manifest != stored.manifest {
        stored.replace(&session, &folders[0], manifest, format!("{run}/forget"))?;
    }
    let location = format!("{}/{}", session.place, table.name);
    let table = with_columns(table, each.iter().map(|table| &table.columns));
    let tables = folders.into_iter().zip(each);
    let tables = tables.map(|(folder, table)| {
        OneTable::begin(&session, folder, table.columns, &run, s3.row_group_bytes)
    });
    let load = S3Load {
        tables: tables.collect::<Result<_>>()?,
        row_group_bytes: s3.row_group_bytes,
        object_bytes: s3.object_bytes,
        run,
        mode: table.mode,
        stored,
        saves: 0,
        leftovers,
        unnamed: Vec::new(),
        rows: 0,
        location,
        has_failed: false,
        session,
    };
    Ok(Begun { load: Box::new(load), kept, table })
}

/// The objects of runs that no manifest names: of runs that were killed, or that live and can come
/// to no end any more once this one has replaced the manifest.
fn unnamed(session: &Session, folder: &Folder, contents: Option<&Contents>) -> Result<Vec<Path>> {
    let path = folder.path()?;
    let listed = session.wait(session.store.list(Some(&path)).try_collect::<Vec<ObjectMeta>>());
    let listed = listed.map_err(|error| {
        explain(&session.place, &format!("list {path} of {}", session.place), error)
    })?;
    let named: HashSet<&String> = contents.iter().flat_map(|contents| &contents.objects).collect();
    let is_unnamed = |key: &Path| folder.name_of(key).is_some_and(|name| !named.contains(&name));
    Ok(listed.into_iter().map(|meta| meta.location).filter(is_unnamed).collect())
}

/// Gives a table the types of the objects that are there, where those hold its rows and it is to be
/// widened. Refuses columns of any other type.
fn settle(
    session: &Session,
    folder: &Folder,
    contents: Option<&Contents>,
    table: &mut Table,
) -> Result<()> {
    let Some(contents) = contents else { return Ok(()) };
    for column in &mut table.columns {
        let Some(existing) = contents.columns.get(&column.name) else { continue };
        let was = existing.parse::<DataType>();
        if !was.is_ok_and(|was| appends::settle(column, was, table.widen)) {
            let place = format!("{}/{}", session.place, folder.table());
            return Err(changed_type(place, column, existing));
        }
    }
    Ok(())
}

impl OneTable {
    fn begin(
        session: &Arc<Session>,
        folder: Folder,
        columns: Vec<Column>,
        run: &str,
        row_group_bytes: usize,
    ) -> Result<Self> {
        let upload = Upload::new(Arc::clone(session), folder.at(&folder.object(run, 0))?);
        let writer = ParquetWriter::new(upload, &columns, row_group_bytes)?;
        Ok(OneTable { folder, columns, writer, objects: 1, written: Vec::new(), rows: 0 })
    }

    /// Ends the object that is being written, and begins the next one.
    fn end_object(&mut self, session: &Arc<Session>, run: &str, row_group: usize) -> Result<()> {
        let next = self.folder.at(&self.folder.object(run, self.objects))?;
        let next = Upload::new(Arc::clone(session), next);
        let next = ParquetWriter::new(next, &self.columns, row_group)?;
        let ended = std::mem::replace(&mut self.writer, next);
        let name = self.folder.object(run, self.objects - 1);
        self.objects += 1;
        let mut upload = ended.finish()?;
        upload.seal()?;
        self.written.push(Object { name, upload });
        Ok(())
    }
}

impl S3Load {
    /// Puts the objects of all tables in their place and names them in the manifest, in place of
    /// the old ones or beside them.
    fn place(&mut self, change: Option<&Change>, is_end: bool) -> Result<()> {
        if std::mem::replace(&mut self.has_failed, true) {
            return Err(fail("what came before could not be kept, so nothing behind it can"));
        }
        let mut manifest = self.stored.manifest.clone();
        let mut replaced = Vec::new();
        for table in &mut self.tables {
            let contents = manifest.tables.entry(table.folder.table().to_owned()).or_default();
            if self.mode != Mode::Append {
                let old = std::mem::take(contents).objects;
                replaced.extend(old.iter().map(|name| table.folder.at(name)));
            } else if table.rows == 0 && (!is_end || !contents.objects.is_empty()) {
                continue;
            }
            table.end_object(&self.session, &self.run, self.row_group_bytes)?;
            for Object { name, upload } in table.written.drain(..) {
                self.unnamed.push(upload.complete()?);
                contents.objects.push(name);
            }
            contents.add_columns(&table.columns);
            table.rows = 0;
        }
        manifest.state = match (self.mode, change) {
            (Mode::Append, Some(change)) => Some(State::after(manifest.state.take(), change)),
            (Mode::Append, None) => manifest.state,
            // The state of objects that go would be wrong of those that come.
            (Mode::Replace | Mode::Merge, change) => {
                appended_to(change).map(|change| State::after(None, change))
            }
        };
        self.save(manifest)?;
        self.remove(replaced.into_iter().collect::<Result<Vec<_>>>()?)?;
        self.has_failed = false;
        Ok(())
    }

    fn save(&mut self, manifest: Manifest) -> Result<()> {
        self.saves += 1;
        let revision = format!("{}/{}", self.run, self.saves);
        let folder = &self.tables[0].folder;
        let saved = self.stored.replace(&self.session, folder, manifest, revision);
        if let Ok(()) | Err(Unsaved::Unknown(_)) = &saved {
            // They are named, or may be in a moment.
            self.unnamed.clear();
        }
        saved.map_err(Error::from)
    }

    /// Removes what the manifest does not name any more, and what earlier runs have left: they
    /// cannot name it any more, for the manifest that they knew is gone. Readers without the
    /// manifest would see replaced rows beside the new ones, so those have to go; leftovers can wait
    /// for the next load.
    fn remove(&mut self, replaced: Vec<Path>) -> Result<()> {
        let leftovers = std::mem::take(&mut self.leftovers);
        self.delete(&replaced).map_err(|error| {
            let place = &self.session.place;
            let what =
                format!("remove the old objects from {place}, though the new ones are there");
            explain(place, &what, error)
        })?;
        drop(self.delete(&leftovers));
        Ok(())
    }

    fn delete(&self, keys: &[Path]) -> Result<(), StoreError> {
        let keys = futures_util::stream::iter(keys.to_vec()).map(Ok).boxed();
        let mut deleted = self.session.store.delete_stream(keys);
        self.session.wait(async {
            while let Some(one) = deleted.next().await {
                match one {
                    Ok(_) | Err(StoreError::NotFound { .. }) => {}
                    Err(error) => return Err(error),
                }
            }
            Ok(())
        })
    }
}

impl Load for S3Load {
    fn write(&mut self, batch: &RecordBatch, children: &[RecordBatch]) -> Result<()> {
        self.rows += batch.num_rows() as u64;
        let batches = std::iter::once(batch).chain(children);
        for (table, batch) in self.tables.iter_mut().zip(batches) {
            let named = |error: Error, table: &OneTable| error.context(table.folder.table());
            table.writer.write(batch).map_err(|error| named(error, table))?;
            table.rows += batch.num_rows() as u64;
            if table.writer.bytes() >= self.object_bytes {
                table.end_object(&self.session, &self.run, self.row_group_bytes)?;
            }
        }
        Ok(())
    }

    fn pace(&self) -> Option<Pace> {
        // Objects that are not yet there cannot be gone on with.
        (self.mode == Mode::Append).then_some(PACE)
    }

    fn keep(&mut self, change: &Change) -> Result<()> {
        match self.mode {
            Mode::Append => self.place(Some(change), false),
            Mode::Replace | Mode::Merge => Ok(()),
        }
    }

    fn commit(mut self: Box<Self>, change: Option<&Change>) -> Result<Loaded> {
        self.place(change, true)?;
        let location = std::mem::take(&mut self.location);
        Ok(Loaded { rows: self.rows, location, ..Loaded::default() })
    }
}

impl Drop for S3Load {
    fn drop(&mut self) {
        // No manifest will ever name them; what stays is removed by the next load.
        let unnamed = std::mem::take(&mut self.unnamed);
        drop(self.delete(&unnamed));
    }
}
