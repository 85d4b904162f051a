//! What is to be known of each sync beside its runs: since when its schedule counts, whether it is
//! paused, and what was told of it.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use tollgate_model::Result;

use super::{Store, rows};
use crate::agenda::{History, Last, Planned};
use crate::notice::{Event, Notice, notice};
use crate::record::{Record, Route, Status};
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
            let last = last(connection, sync)?;
            history(connection, sync, schedule, last.as_ref(), now)
        })
    }

    /// Takes what is to be told of a sync, so that nobody else tells it. `planned` is its schedule,
    /// if it has one.
    ///
    /// # Errors
    /// [`tollgate_model::ErrorKind::Config`] where the store fails.
    pub fn take_notice(
        &mut self,
        sync: &str,
        planned: Option<&Planned>,
        now: Timestamp,
    ) -> Result<Option<Notice>> {
        self.change(|transaction| {
            let Some(run) = last(transaction, sync)? else { return Ok(None) };
            let schedule = planned.map(|planned| &planned.schedule);
            let history = history(transaction, sync, schedule, Some(&run), now)?;
            let Some((event, failing_since)) = notice(planned, &history) else { return Ok(None) };
            let told = (event == Event::Failing).then(|| failing_since.as_microsecond());
            let tell = "UPDATE syncs SET told_since = ?2 WHERE sync = ?1";
            transaction.execute(tell, params![sync, told])?;
            let run = rows::with_tables(transaction, run)?;
            Ok(Some(Notice { event, failing_since, run }))
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

    /// Forgets a sync: its runs, since when its schedule counts, its pause, and what was told of it;
    /// whether there was anything. Nothing of it may be under way: see [`Store::hold`].
    ///
    /// # Errors
    /// [`tollgate_model::ErrorKind::Config`] where the store fails.
    pub fn forget(&mut self, sync: &str) -> Result<bool> {
        self.change(|transaction| {
            let runs = transaction.execute("DELETE FROM runs WHERE sync = ?", [sync])?;
            let known = transaction.execute("DELETE FROM syncs WHERE sync = ?", [sync])?;
            Ok(runs + known > 0)
        })
    }

    /// The names of all syncs of which something is remembered, in order.
    ///
    /// # Errors
    /// [`tollgate_model::ErrorKind::Config`] where the store fails.
    pub fn syncs(&self) -> Result<Vec<String>> {
        self.read(|connection| {
            let names = "SELECT sync FROM runs UNION SELECT sync FROM syncs ORDER BY sync";
            connection.prepare(names)?.query_map([], |row| row.get(0))?.collect()
        })
    }

    /// The other syncs that loaded one of these tables by this route, where `sync` itself has not
    /// loaded anything yet: what it may have been called before.
    ///
    /// # Errors
    /// [`tollgate_model::ErrorKind::Config`] where the store fails.
    pub fn namesakes(&self, sync: &str, route: &Route, tables: &[String]) -> Result<Vec<String>> {
        self.read(|connection| {
            let has_loaded = "SELECT loaded FROM syncs WHERE sync = ? AND loaded";
            if connection.prepare(has_loaded)?.exists([sync])? {
                return Ok(Vec::new());
            }
            let loaders = "SELECT DISTINCT sync FROM runs JOIN run_tables ON run = id
                 WHERE NOT varied AND account = ? AND place = ? AND name = ?
                    AND sync IN (SELECT sync FROM syncs WHERE loaded)
                 ORDER BY sync";
            let mut loaders = connection.prepare(loaders)?;
            let mut found = BTreeSet::new();
            for table in tables {
                let names = loaders
                    .query_map(params![route.account, route.place, table], |row| row.get(0))?;
                found.extend(names.collect::<rusqlite::Result<Vec<String>>>()?);
            }
            Ok(found.into_iter().filter(|name| name != sync).collect())
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

fn history(
    connection: &Connection,
    sync: &str,
    schedule: Option<&Schedule>,
    last: Option<&Record>,
    now: Timestamp,
) -> rusqlite::Result<History> {
    let mut history = match kept(connection, sync)? {
        None => History::since(now),
        Some((adopted, kept)) if adopted == schedule.map(Schedule::to_string) => kept,
        Some((_, kept)) => History { since: now, ..kept },
    };
    let lock = "SELECT 1 FROM locks WHERE sync = ?";
    history.running = connection.query_row(lock, [sync], |_| Ok(())).optional()?.is_some();
    history.last = last.map(Last::from);
    Ok(history)
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
            failing: rows::moment(row, "failing_since")?,
            told: rows::moment(row, "told_since")?,
            ..History::since(since)
        };
        Ok((row.get("schedule")?, history))
    };
    connection.query_row("SELECT * FROM syncs WHERE sync = ?", [sync], history).optional()
}

/// The last run that ended and that tells how the sync itself stands.
fn last(connection: &Connection, sync: &str) -> rusqlite::Result<Option<Record>> {
    let latest = "SELECT * FROM runs WHERE sync = ?1 AND status <> ?2 AND NOT varied
                  ORDER BY id DESC LIMIT 1";
    let running = Status::Running.name();
    connection.query_row(latest, params![sync, running], rows::record).optional()
}
