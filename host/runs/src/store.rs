//! The store: one SQLite file with the runs of a project, their logs, the locks of the runs under
//! way, and what is to be known of each sync.
//!
//! Every change is one transaction. Time is given with each call.

mod keep;
mod lock;
mod read;
mod rows;
mod schema;
mod syncs;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};
use tollgate_model::{Error, ErrorKind, Result};

pub use keep::Keep;
pub use lock::{BEAT_EVERY, Held, STALE_AFTER};
pub use read::Filter;

use crate::owner::Owner;

/// How long a call waits for another process. Each holds the file for some milliseconds.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The runs of a project. Every call blocks for as long as the disk takes.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    connection: Connection,
    owner: Owner,
    keep: Keep,
}

impl Store {
    /// Opens the store in this file and makes it, with its folder, if it does not exist. `owner` is
    /// the process that runs are begun by.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] where it cannot be opened, is no store, or is one of a newer version.
    pub fn open(path: impl Into<PathBuf>, owner: Owner, keep: Keep) -> Result<Self> {
        let path = path.into();
        make_folder(&path).map_err(|error| cannot(&path, "be made").with_source(error))?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(plain(&path), flags);
        let connection = connection.map_err(|error| explain(&path, error))?;
        let set_up = |connection: &Connection| {
            connection.busy_timeout(BUSY_TIMEOUT)?;
            // What belongs to a run goes with it.
            connection.pragma_update(None, "foreign_keys", true)
        };
        set_up(&connection).map_err(|error| explain(&path, error))?;
        let mut store = Store { path, connection, owner, keep };
        store.change(schema::prepare)??;
        Ok(store)
    }

    /// Its file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Carries out a change as a whole or not at all. It holds the file from its first word on, so
    /// that nothing changes between what it reads and what it writes.
    fn change<T>(
        &mut self,
        change: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T> {
        let path = &self.path;
        let carry_out = |connection: &mut Connection| {
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let changed = change(&transaction)?;
            transaction.commit()?;
            Ok(changed)
        };
        carry_out(&mut self.connection).map_err(|error| explain(path, error))
    }

    fn read<T>(&self, read: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T> {
        read(&self.connection).map_err(|error| explain(&self.path, error))
    }
}

/// What is remembered of runs is for the project's owner, like its tokens beside it.
fn make_folder(path: &Path) -> io::Result<()> {
    let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) else {
        return Ok(());
    };
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// The path in a form that SQLite does not take for a URI or for a database in memory.
fn plain(path: &Path) -> PathBuf {
    if path.is_absolute() { path.to_owned() } else { Path::new(".").join(path) }
}

fn cannot(path: &Path, what: &str) -> Error {
    let message = format!("the store of runs {} cannot {what}", path.display());
    Error::new(ErrorKind::Config, message)
        .with_hint("check who may read and write it and its folder, and the space on its disk")
}

fn explain(path: &Path, error: rusqlite::Error) -> Error {
    use rusqlite::ErrorCode::{DatabaseBusy, DatabaseCorrupt, NotADatabase};

    let code = error.sqlite_error_code();
    let explained = match code {
        Some(NotADatabase | DatabaseCorrupt) => {
            let message = format!("the store of runs {} is damaged", path.display());
            Error::new(ErrorKind::Config, message).with_hint(
                "move it away: a new one is made, and no row of a destination depends on it",
            )
        }
        Some(DatabaseBusy) => cannot(path, "be used: another process holds it"),
        _ => cannot(path, "be read or written"),
    };
    explained.with_source(error)
}

#[cfg(test)]
mod tests;
