//! A SQLite database file.
//!
//! Rows are written into a staging table of the same file and become visible in one transaction:
//! with `replace` at the end, with `append` and `merge` again and again, and each time together with
//! the state of the read.
//! The file is put into WAL mode, so that readers are never in the way of a load nor it in theirs;
//! a load holds the write lock only while it hands over a chunk of rows, so that several loads into
//! one file get along, and waits while another program holds it. The last transaction of a load is
//! synced to the disk before it is reported as done; what comes before it need not survive a power
//! failure and is not synced.
//!
//! The WAL is copied into the file as it grows. Readers that follow each other without a gap would
//! keep that from ever coming to its end: beyond 128 MiB, a load waits a moment for them, and the WAL
//! begins anew.

mod busy;
mod error;
mod existing;
mod insert;
mod load;
mod schema;
mod staging;
mod state;
mod wal;
mod widen;

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, Transaction};
use tollgate_model::{Error, Result};
use tollgate_sync::{Begun, Destination, Start, State, Table};

use self::error::Context;
use crate::files::{TableLock, io_error};
use crate::table;

/// Page cache in KiB. What is read again and again is the inner pages of the table and of its key.
const CACHE_KIB: i64 = 4096;

/// Pages after which the WAL is copied into the file: 32 MiB at the usual page size. A copy waits
/// for the disk, so the default of 1000 pages would make a large load wait often.
const WAL_PAGES: i64 = 8192;

/// A SQLite database file, as users write it: `FILE`, or `FILE?busy_timeout=2m`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Sqlite {
    path: PathBuf,
    busy_timeout: Option<Duration>,
    wal_bytes_max: u64,
    #[cfg(test)]
    pages_max: Option<u32>,
}

impl Sqlite {
    /// The database in this file. Nothing is opened before the first load, which makes the file if
    /// it does not exist.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Sqlite {
            path: path.into(),
            busy_timeout: None,
            wal_bytes_max: wal::BYTES_MAX,
            #[cfg(test)]
            pages_max: None,
        }
    }

    /// The same with another path.
    #[must_use]
    pub fn with_path(mut self, path: impl Into<PathBuf>) -> Self {
        self.path = path.into();
        self
    }

    /// How long to wait while another program writes to the file; half a minute unless told
    /// otherwise.
    #[must_use]
    pub fn with_busy_timeout(mut self, busy_timeout: Duration) -> Self {
        self.busy_timeout = Some(busy_timeout);
        self
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn busy_timeout(&self) -> Duration {
        self.busy_timeout.unwrap_or(busy::TIMEOUT_DEFAULT)
    }

    fn connect(&self) -> Result<Connection> {
        let in_file = |error| Context::file(&self.path).explain(error);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(plain(&self.path), flags).map_err(in_file)?;
        self.set_up(&connection).map_err(in_file)?;
        Ok(connection)
    }

    fn make_folder(&self) -> Result<()> {
        let Some(dir) = self.path.parent().filter(|dir| !dir.as_os_str().is_empty()) else {
            return Ok(());
        };
        let failed = |error| io_error(format!("cannot make folder {}", dir.display()), error);
        fs::create_dir_all(dir).map_err(failed)
    }

    /// Does something with what is kept of this table, in one transaction, while nobody loads it.
    fn with_state<T>(
        &self,
        table: &str,
        action: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T> {
        let _lock = TableLock::take(&self.path, table)?;
        let context = Context::table(&self.path, table);
        let explain = |error| context.explain(error);
        let mut connection = self.connect()?;
        let transaction = load::immediate(&mut connection, context)?;
        let value = action(&transaction).map_err(explain)?;
        transaction.commit().map_err(explain)?;
        Ok(value)
    }

    fn set_up(&self, connection: &Connection) -> rusqlite::Result<()> {
        connection.busy_timeout(self.busy_timeout())?;
        // The first access to the file: here it shows whether it is a database at all.
        connection.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(()))?;
        // Where this cannot be had (another program is reading, a network drive), loads work as
        // well; only readers then wait while a chunk is written.
        drop(connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(())));
        connection.pragma_update(None, "wal_autocheckpoint", WAL_PAGES)?;
        connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        // Off, dropping a table does not delete its rows one by one, nor does it reach into tables
        // that refer to it; and renaming one does not rewrite views and triggers that name it.
        connection.pragma_update(None, "foreign_keys", false)?;
        connection.pragma_update(None, "legacy_alter_table", true)?;
        #[cfg(test)]
        if let Some(pages) = self.pages_max {
            connection.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))?;
        }
        Ok(())
    }
}

/// Refuses a table that SQLite cannot hold.
pub(crate) fn check(table: &Table) -> Result<()> {
    table::check(table)?;
    table.each().iter().try_for_each(schema::check_names)
}

impl Destination for Sqlite {
    fn begin(&mut self, table: &Table, start: Start<'_>) -> Result<Begun> {
        check(table)?;
        self.make_folder()?;
        let locks = table.each().into_iter().map(|table| TableLock::take(&self.path, &table.name));
        let locks = locks.collect::<Result<Vec<_>>>()?;
        let connection = self.connect()?;
        let wal = wal::Wal::of(&self.path, self.wal_bytes_max, self.busy_timeout());
        load::begin(connection, wal, locks, &self.path, table, start)
    }

    fn state(&self, table: &str) -> Result<Option<State>> {
        if !self.path.exists() {
            return Ok(None);
        }
        let found = state::load(&self.connect()?, table);
        let found = found.map_err(|error| Context::table(&self.path, table).explain(error))??;
        Ok(found.map(|(state, _)| state))
    }

    fn set_state(&mut self, table: &str, state: &State) -> Result<()> {
        self.make_folder()?;
        self.with_state(table, |transaction| {
            staging::abandon(transaction, table)?;
            state::forget(transaction, table)?;
            state::store(transaction, table, &state.as_change(), None)
        })
    }

    fn forget(&mut self, table: &str) -> Result<bool> {
        if !self.path.exists() {
            return Ok(false);
        }
        self.with_state(table, |transaction| {
            let was_staged = staging::abandon(transaction, table)?;
            Ok(state::forget(transaction, table)? || was_staged)
        })
    }
}

impl fmt::Display for Sqlite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        match self.busy_timeout {
            Some(timeout) => write!(f, "?{}={}s", busy::KEY, timeout.as_secs()),
            None => Ok(()),
        }
    }
}

impl FromStr for Sqlite {
    type Err = Error;

    /// # Errors
    /// [`tollgate_model::ErrorKind::Config`] for what stands behind a `?` and is no parameter.
    fn from_str(text: &str) -> Result<Self> {
        let (path, query) = text.split_once('?').map_or((text, None), |(path, q)| (path, Some(q)));
        let file = Sqlite::at(path);
        match query {
            None => Ok(file),
            Some(query) => Ok(file.with_busy_timeout(busy::parse(query)?)),
        }
    }
}

/// The path in a form that SQLite does not take for a URI or for a database in memory.
fn plain(path: &Path) -> PathBuf {
    if path.is_absolute() { path.to_owned() } else { Path::new(".").join(path) }
}

#[cfg(test)]
mod tests;
