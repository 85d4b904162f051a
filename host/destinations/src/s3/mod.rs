//! Parquet in an S3-compatible object store, partitioned by run.
//!
//! A store renames nothing and locks nothing. What it has is one write on a condition, and all rests
//! on that: data goes into objects with keys of their own, which are completed at the end, and then
//! the manifest is replaced by one that names them, if it still is the one that was read when the
//! load began. Rows, those of child tables and the state of the read become visible by that one
//! write. Of two loads at once, the one that comes second to it has lost.
//!
//! Whatever no manifest names is left over. It is removed only after a write of the manifest, and
//! only what was there before the load began: its runs know an older manifest than the store has,
//! so they cannot name it any more.

mod bucket;
mod connect;
mod error;
mod http;
mod layout;
mod load;
mod manifest;
mod upload;

use std::time::Duration;

use jiff::Timestamp;
use tollgate_model::{Error, ErrorKind, Result};
use tollgate_sync::{Begun, Destination, Mode, Start, State, Table};

pub use self::bucket::Bucket;
use self::connect::Session;
use self::layout::Folder;
use self::manifest::Stored;
use crate::Credentials;
use crate::parquet::ROW_GROUP_BYTES;
use crate::table;

/// How large an object may become before the next one begins: large enough for readers, and far from
/// the 10,000 parts that an upload may have.
const OBJECT_BYTES: u64 = 256 * 1024 * 1024;

/// How long a load waits for the store, for one request and with all that is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// For a connection. 15 s: a server that lives takes it at once.
    pub connect: Duration,
    /// For one request and its answer. 2 min: 8 MiB at a little more than half a megabit a second.
    pub request: Duration,
    /// How often a request is repeated. 8: with pauses that double, half a minute.
    pub retries: usize,
    /// The first pause, 100 ms; the others are up to twice as long as the one before.
    pub first_pause: Duration,
    /// The longest pause, 10 s.
    pub longest_pause: Duration,
    /// After this time nothing is tried again. 3 min: signatures hold for a quarter of an hour.
    pub retrying: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Patience {
            connect: Duration::from_secs(15),
            request: Duration::from_secs(120),
            retries: 8,
            first_pause: Duration::from_millis(100),
            longest_pause: Duration::from_secs(10),
            retrying: Duration::from_secs(180),
        }
    }
}

/// A prefix in a bucket, with a folder of Parquet objects for each table.
///
/// Its calls block, and must not be made on a thread that runs asynchronous tasks.
#[derive(Clone, Debug)]
pub struct S3 {
    bucket: Bucket,
    credentials: Credentials,
    patience: Patience,
    row_group_bytes: usize,
    object_bytes: u64,
}

impl S3 {
    /// The place that this names, with the secret access key and perhaps a session token. Nothing is
    /// asked of the store before the first load.
    pub fn at(bucket: Bucket, credentials: Credentials) -> Self {
        S3 {
            bucket,
            credentials,
            patience: Patience::default(),
            row_group_bytes: ROW_GROUP_BYTES,
            object_bytes: OBJECT_BYTES,
        }
    }

    /// How long the store is waited for.
    #[must_use]
    pub fn with_patience(mut self, patience: Patience) -> Self {
        self.patience = patience;
        self
    }

    /// How many encoded bytes a row group may have, and thereby how much memory a load takes beside
    /// the 16 MiB that are on their way; 16 MiB unless told otherwise, at least one byte.
    #[must_use]
    pub fn with_row_group_bytes(mut self, row_group_bytes: usize) -> Self {
        self.row_group_bytes = row_group_bytes.max(1);
        self
    }

    /// How large an object may become before the next one begins; 256 MiB unless told otherwise.
    #[must_use]
    pub fn with_object_bytes(mut self, object_bytes: u64) -> Self {
        self.object_bytes = object_bytes.max(1);
        self
    }

    fn open(&self) -> Result<Session> {
        Session::open(&self.bucket, &self.credentials, &self.patience)
    }

    fn stored(&self, session: &Session, table: &str) -> Result<Option<(Folder, Stored)>> {
        let folder = Folder::new(&self.bucket.prefix, table)?;
        let stored = manifest::load(session, &folder)?;
        Ok(stored.map(|stored| (folder, stored)))
    }
}

/// Refuses a table that objects cannot hold.
pub(crate) fn check(table: &Table) -> Result<()> {
    table::check(table)?;
    table.each().iter().try_for_each(|table| Folder::new("", &table.name).map(drop))
}

fn new_run() -> String {
    layout::run_name(Timestamp::now(), rand::random())
}

impl Destination for S3 {
    fn begin(&mut self, table: &Table, start: Start<'_>) -> Result<Begun> {
        if table.mode == Mode::Merge {
            let message = "objects of an S3 store have no keys: nothing can be merged";
            return Err(Error::new(ErrorKind::Config, message).with_hint(
                "the modes replace and append go, or a SQLite or Postgres destination",
            ));
        }
        check(table)?;
        load::begin(self, self.open()?, new_run(), table, start)
    }

    fn state(&self, table: &str) -> Result<Option<State>> {
        let found = self.stored(&self.open()?, table)?;
        Ok(found.and_then(|(_, stored)| stored.manifest.state))
    }

    fn set_state(&mut self, table: &str, state: &State) -> Result<()> {
        let session = self.open()?;
        let folder = Folder::new(&self.bucket.prefix, table)?;
        let mut stored = Stored::open(&session, &folder, format!("{}/begin", new_run()))?;
        let mut manifest = stored.manifest.clone();
        manifest.state = Some(state.clone());
        Ok(stored.replace(&session, &folder, manifest, format!("{}/set", new_run()))?)
    }

    fn forget(&mut self, table: &str) -> Result<bool> {
        let session = self.open()?;
        let found = self.stored(&session, table)?;
        let found = found.filter(|(_, stored)| stored.manifest.state.is_some());
        let Some((folder, mut stored)) = found else { return Ok(false) };
        let mut manifest = stored.manifest.clone();
        manifest.state = None;
        stored.replace(&session, &folder, manifest, format!("{}/forget", new_run()))?;
        Ok(true)
    }
}
