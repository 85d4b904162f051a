//! What is to be known of each sync beside its runs: since when its schedule counts, and whether it
//! is paused.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use tollgate_model::Result;

use super::{Store, rows};
use crate::agenda::{History, Last};
use crate::record::{Record, Status};
use crate::schedule::Schedule;

impl Store {
    /// Has a schedule count for a sync: from now on, if it is another than the one before.
    ///
    /// # Errors
    /// [`tollgate_model::ErrorKind::Config`] where the store fails.
    pub fn adopt(&mut self, sync: &str, schedule: &Schedule, now: Timestamp) -> Result<()> {
        self.change(|transaction| {
            transaction.execute(
                "INSERT INTO syncs (sync, schedule, since) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO UPDATE SET schedule = ?2, since = ?3 WHERE schedule IS NOT ?2",
                params![sync, schedule.to_string(), now.as_microsecond()],
            )?;
            Ok(())
        })
    }

    /// What is known of the runs of a sync. A schedule that was not adopted counts from `now` on.
    ///
    /// # Errors
    /// [`tollgate_model::ErrorKind::Config`] where the store fails.
    pub fn history(
        &self,
        sync: &str,
        schedule: Option<&Schedule>,
        now: Timestamp,
    ) -> Result<History> {
        self.read(|connection| {
            let mut history = match kept(connection, sync)? {
                None => History::since(now),
                Some((adopted, kept)) if adopted == schedule.map(Schedule::to_string) => kept,
                Some((_, kept)) => History { since: now, ..kept },
            };
            let lock = "SELECT 1 FROM locks WHERE sync = ?";
            history.running = connection.query_row(lock, [sync], |_| Ok(())).optional()?.is_some();
            history.last = last(connection, sync)?;
            Ok(history)
        })
    }

    /// Has the schedule of a sync start nothing. `false`: that was so already.
    ///
    /// # Errors
    /// [`tollgate_model::ErrorKind::Config`] where the store fails.
    pub fn pause(&mut self, sync: &str, now: Timestamp) -> Result<bool> {
        self.change(|transaction| {
            let paused = transaction.execute(
                "INSERT INTO syncs (sync, paused_at) VALUES (?1, ?2)
                 ON CONFLICT DO UPDATE SET paused_at = ?2 WHERE paused_at IS NULL",
                params![sync, now.as_microsecond()],
            )?;
            Ok(paused == 1)
        })
    }

    /// Ends a pause. The schedule counts from now on. `false`: it was not paused.
    ///
    /// # Errors
    /// [`tollgate_model::ErrorKind::Config`] where the store fails.
    pub fn resume(&mut self, sync: &str, now: Timestamp) -> Result<bool> {
        self.change(|transaction| {
            let resumed = transaction.execute(
                "UPDATE syncs SET paused_at = NULL, since = ?2
                 WHERE sync = ?1 AND paused_at IS NOT NULL",
                params![sync, now.as_microsecond()],
            )?;
            Ok(resumed == 1)
        })
    }
}

/// What is kept beside the runs, with the schedule that was adopted.
fn kept(
    connection: &Connection,
    sync: &str,
) -> rusqlite::Result<Option<(Option<String>, History)>> {
    let history = |row: &Row<'_>| {
        let since = rows::moment(row, "since")?.unwrap_or(Timestamp::UNIX_EPOCH);
        let history = History {
            paused: rows::moment(row, "paused_at")?,
            loaded: row.get("loaded")?,
            covered: rows::moment(row, "covered_at")?,
            ..History::since(since)
        };
        Ok((row.get("schedule")?, history))
    };
    connection.query_row("SELECT * FROM syncs WHERE sync = ?", [sync], history).optional()
}

/// The last run that ended and that tells how the sync itself stands.
fn last(connection: &Connection, sync: &str) -> rusqlite::Result<Option<Last>> {
    let latest = "SELECT * FROM runs WHERE sync = ?1 AND status <> ?2 AND NOT varied
                  ORDER BY id DESC LIMIT 1";
    let running = Status::Running.name();
    let run = connection.query_row(latest, params![sync, running], rows::record).optional()?;
    Ok(run.map(|Record { start, started_at, ended_at, outcome, .. }| Last {
        trigger: start.trigger,
        status: outcome.status,
        attempt: start.attempt,
        ended_at: ended_at.unwrap_or(started_at),
        passes: outcome.error.as_ref().is_some_and(|error| error.kind.consequence().passes),
        retry_at: outcome.error.as_ref().and_then(|error| error.retry_at),
    }))
}
