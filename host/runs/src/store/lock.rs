//! The course of a run: it takes the lock of its sync, shows from time to time that it lives, and
//! gives the lock back with what came of it.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rusqlite::{OptionalExtension, Row, Transaction, params};
use tollgate_model::Result;

use super::{Store, rows};
use crate::owner::Owner;
use crate::record::{Ended, LogLine, Progress, RunId, Start, Status, Trigger};

/// How often a run shows that it lives.
pub const BEAT_EVERY: Duration = Duration::from_secs(10);
/// A lock that was not heard of for so long is broken: six beats, which no load of a machine holds
/// up. A process that is known to have ended is not waited for.
pub const STALE_AFTER: SignedDuration = SignedDuration::from_secs(60);

/// The lock of a sync that somebody else holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The run under way. `None`: what is kept of its reads is being changed.
    pub run: Option<RunId>,
    /// The process that runs it.
    pub owner: Owner,
    /// Since when.
    pub since: Timestamp,
}

impl Store {
    /// Begins a run and takes the lock of its sync. A lock whose holder has ended or was not heard
    /// of for [`STALE_AFTER`] is broken, and that run counts as interrupted.
    ///
    /// # Errors
    /// [`tollgate_model::ErrorKind::Config`] where the store fails; [`Held`] within, where the sync
    /// is running.
    pub fn begin(&mut self, start: &Start, now: Timestamp) -> Result<Result<RunId, Held>> {
        let (owner, keep) = (self.owner.clone(), self.keep);
        self.change(|transaction| {
            settle(transaction, &owner, now)?;
            if let Some(held) = holder(transaction, &start.sync)? {
                return Ok(Err(held));
            }
            let run = rows::insert(transaction, start, now)?;
            take(transaction, &start.sync, Some(run), &owner, now)?;
            keep.prune_runs(transaction, &start.sync, now)?;
            Ok(Ok(run))
        })
    }

    /// Takes the lock of a sync without a run, for [`STALE_AFTER`] at most, so that none begins.
    ///
    /// # Errors
    /// As [`Store::begin`].
    pub fn hold(&mut self, sync: &str, now: Timestamp) -> Result<Result<(), Held>> {
        let owner = self.owner.clone();
        self.change(|transaction| {
            settle(transaction, &owner, now)?;
            if let Some(held) = holder(transaction, sync)? {
                return Ok(Err(held));
            }
            take(transaction, sync, None, &owner, now)?;
            Ok(Ok(()))
        })
    }

    /// Gives a lock back that was taken without a run.
    ///
    /// # Errors
    /// [`tollgate_model::ErrorKind::Config`] where the store fails.
    pub fn release(&mut self, sync: &str) -> Result<()> {
        self.change(|transaction| {
            transaction.execute("DELETE FROM locks WHERE sync = ? AND run IS NULL", [sync])?;
            Ok(())
        })
    }

    /// Shows that a run lives, and writes down how far it has come. `false`: it has lost its lock,
    /// and has to end.
    ///
    /// # Errors
    /// [`tollgate_model::ErrorKind::Config`] where the store fails.
    pub fn beat(
        &mut self,
        run: RunId,
        progress: &Progress,
        lines: &[LogLine],
        now: Timestamp,
    ) -> Result<bool> {
        let keep = self.keep;
        self.change(|transaction| {
            let beat = "UPDATE locks SET beat_at = ?2 WHERE run = ?1";
            let is_held = transaction.execute(beat, params![run, now.as_microsecond()])? == 1;
            if is_held {
                rows::set_progress(transaction, run, progress)?;
                rows::add_lines(transaction, run, lines)?;
                keep.prune_log(transaction, run)?;
            }
            Ok(is_held)
        })
    }

    /// Ends a run and gives its lock back. Of one that has lost its lock, only its lines are kept.
    ///
    /// # Errors
    /// [`tollgate_model::ErrorKind::Config`] where the store fails.
    pub fn end(
        &mut self,
        run: RunId,
        ended: &Ended,
        lines: &[LogLine],
        now: Timestamp,
    ) -> Result<()> {
        let keep = self.keep;
        self.change(|transaction| {
            if !rows::exists(transaction, run)? {
                return Ok(());
            }
            rows::add_lines(transaction, run, lines)?;
            keep.prune_log(transaction, run)?;
            if transaction.execute("DELETE FROM locks WHERE run = ?", [run])? == 1 {
                rows::finish(transaction, run, ended, now)?;
                account_for(transaction, run)?;
            }
            Ok(())
        })
    }

    /// Notes the runs whose processes ended without a word as interrupted.
    ///
    /// # Errors
    /// [`tollgate_model::ErrorKind::Config`] where the store fails.
    pub fn settle(&mut self, now: Timestamp) -> Result<()> {
        let owner = self.owner.clone();
        self.change(|transaction| settle(transaction, &owner, now))
    }
}

fn settle(transaction: &Transaction<'_>, here: &Owner, now: Timestamp) -> rusqlite::Result<()> {
    let mut locks = transaction.prepare("SELECT * FROM locks")?;
    let locks = locks.query_map([], |row| {
        let beat_at = rows::timestamp(row.get("beat_at")?)?;
        let (sync, run) = (row.get::<_, String>("sync")?, row.get::<_, Option<RunId>>("run")?);
        Ok((sync, run, owner(row)?, beat_at))
    })?;
    for (sync, run, owner, beat_at) in locks.collect::<rusqlite::Result<Vec<_>>>()? {
        if owner.is_gone(here) || now.duration_since(beat_at) > STALE_AFTER {
            transaction.execute("DELETE FROM locks WHERE sync = ?", [sync])?;
            let Some(run) = run else { continue };
            let interrupted = "UPDATE runs SET status = ?2, ended_at = ?3 WHERE id = ?1";
            let status = Status::Interrupted.name();
            transaction.execute(interrupted, params![run, status, beat_at.as_microsecond()])?;
            account_for(transaction, run)?;
        }
    }
    Ok(())
}

fn take(
    transaction: &Transaction<'_>,
    sync: &str,
    run: Option<RunId>,
    owner: &Owner,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let Owner { host, place, pid, began } = owner;
    let now = now.as_microsecond();
    transaction.execute(
        "INSERT INTO locks (sync, run, since, host, place, pid, process_began, beat_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        params![sync, run, now, host, place, pid, began, now],
    )?;
    Ok(())
}

/// Who holds the lock of a sync.
fn holder(transaction: &Transaction<'_>, sync: &str) -> rusqlite::Result<Option<Held>> {
    let lock = "SELECT * FROM locks WHERE sync = ?";
    let held = |row: &Row<'_>| {
        let since = rows::timestamp(row.get("since")?)?;
        Ok(Held { run: row.get("run")?, owner: owner(row)?, since })
    };
    transaction.query_row(lock, [sync], held).optional()
}

/// Has the sync of a run that ended know what follows from it: whether it has data, up to when its
/// due times are accounted for, and since when it fails.
fn account_for(transaction: &Transaction<'_>, run: RunId) -> rusqlite::Result<()> {
    let record = rows::of_id(transaction, run)?;
    let (start, status) = (&record.start, record.outcome.status);
    let loaded = status == Status::Succeeded;
    let covers = match start.trigger {
        Trigger::Schedule => status != Status::Stopped,
        Trigger::Hand => loaded,
    };
    let failed = matches!(status, Status::Failed | Status::Interrupted);
    let ended_at = record.ended_at.unwrap_or(record.started_at);
    if start.varied {
        return Ok(());
    }
    transaction.execute(
        "INSERT INTO syncs (sync, loaded, covered_at, failing_since) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT DO UPDATE SET loaded = max(loaded, ?2), covered_at = coalesce(?3, covered_at),
            failing_since = CASE WHEN ?2 THEN NULL ELSE coalesce(failing_since, ?4) END",
        params![
            start.sync,
            loaded,
            covers.then(|| record.started_at.as_microsecond()),
            failed.then(|| ended_at.as_microsecond())
        ],
    )?;
    Ok(())
}

fn owner(row: &Row<'_>) -> rusqlite::Result<Owner> {
    Ok(Owner {
        host: row.get("host")?,
        place: row.get("place")?,
        pid: row.get("pid")?,
        began: row.get("process_began")?,
    })
}
