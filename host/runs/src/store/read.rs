//! What is asked of the store.

use rusqlite::{OptionalExtension, params};
use tollgate_model::Result;

use super::{Store, rows};
use crate::record::{LogLine, Record, RunId, Status};

/// Which runs are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of this sync.
    pub sync: Option<String>,
    /// With this status.
    pub status: Option<Status>,
    /// At most so many, the latest. `None`: all.
    pub limit: Option<u32>,
}

impl Store {
    /// Runs, the latest first.
    ///
    /// # Errors
    /// [`tollgate_model::ErrorKind::Config`] where the store fails.
    pub fn list(&self, filter: &Filter) -> Result<Vec<Record>> {
        self.read(|connection| {
            let mut runs = connection.prepare(
                "SELECT * FROM runs WHERE (?1 IS NULL OR sync = ?1) AND (?2 IS NULL OR status = ?2)
                 ORDER BY id DESC LIMIT ?3",
            )?;
            let limit = filter.limit.map_or(-1, i64::from);
            let status = filter.status.map(Status::name);
            let found = runs.query_map(params![filter.sync, status, limit], rows::record)?;
            found.map(|run| rows::with_tables(connection, run?)).collect()
        })
    }

    /// The run of this number, if it is remembered.
    ///
    /// # Errors
    /// [`tollgate_model::ErrorKind::Config`] where the store fails.
    pub fn get(&self, run: RunId) -> Result<Option<Record>> {
        self.read(|connection| rows::of_id(connection, run).optional())
    }

    /// The lines of a run's log that are kept, in order.
    ///
    /// # Errors
    /// [`tollgate_model::ErrorKind::Config`] where the store fails.
    pub fn log(&self, run: RunId) -> Result<Vec<LogLine>> {
        self.read(|connection| {
            let mut lines =
                connection.prepare("SELECT * FROM run_log WHERE run = ? ORDER BY number")?;
            lines.query_map([run], rows::log_line)?.collect()
        })
    }
}
