//! Keeps the WAL of a long load short although others read.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;

/// What the WAL may grow to before a load waits for readers: four times what SQLite lets come
/// together before it copies pages into the file by itself.
pub(super) const BYTES_MAX: u64 = 128 * 1024 * 1024;

/// How long readers are waited for each time, during which nobody else can write either. Most queries
/// take less; one that takes longer is met again when the WAL has grown by as much once more.
const WAIT_MAX: Duration = Duration::from_secs(1);

/// The WAL of a database file.
#[derive(Debug)]
pub(super) struct Wal {
    path: PathBuf,
    bytes_max: u64,
    busy_timeout: Duration,
    /// The size at which it is looked after next.
    due_at: u64,
}

impl Wal {
    /// The WAL of this file, and how long the connection waits for others otherwise.
    pub(super) fn of(path: &Path, bytes_max: u64, busy_timeout: Duration) -> Self {
        let mut path = path.as_os_str().to_owned();
        path.push("-wal");
        Wal { path: path.into(), bytes_max, busy_timeout, due_at: bytes_max }
    }

    /// Empties it if it has grown too large and nobody reads from it any more within a moment.
    pub(super) fn shorten(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        if self.size() < self.due_at {
            return Ok(());
        }
        connection.busy_timeout(self.busy_timeout.min(WAIT_MAX))?;
        // Whether that could be done shows in the size; and a load is no worse off without it.
        drop(connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())));
        self.due_at = self.size().saturating_add(self.bytes_max);
        connection.busy_timeout(self.busy_timeout)
    }

    fn size(&self) -> u64 {
        std::fs::metadata(&self.path).map_or(0, |file| file.len())
    }
}
