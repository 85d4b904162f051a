//! How much is kept, and what is thrown away.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Transaction, params};

use crate::record::RunId;

/// How much is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    /// Runs of each sync. 200: a week of hourly runs, half a year of nightly ones.
    pub runs_per_sync: u32,
    /// Days after which runs go. 90: a quarter, after which nobody asks for a single run. The last
    /// run of each sync stays however old it is.
    pub days: u32,
    /// Log lines of a run, the first half and the last. 500: a run that goes well has a handful, and
    /// of one that does not, its beginning and its end tell why.
    pub log_lines: u32,
}

impl Default for Keep {
    fn default() -> Self {
        Keep { runs_per_sync: 200, days: 90, log_lines: 500 }
    }
}

impl Keep {
    /// Throws away the runs of a sync that are too many or too old, when another one begins.
    pub(super) fn prune_runs(
        &self,
        transaction: &Transaction<'_>,
        sync: &str,
        now: Timestamp,
    ) -> rusqlite::Result<()> {
        let age = SignedDuration::from_hours(24 * i64::from(self.days));
        let oldest = now.checked_sub(age).unwrap_or(Timestamp::MIN).as_microsecond();
        transaction.execute(
            "DELETE FROM runs WHERE sync = ?1 AND status <> 'running' AND (started_at < ?2 OR id NOT IN
                (SELECT id FROM runs WHERE sync = ?1 ORDER BY id DESC LIMIT ?3))",
            params![sync, oldest, self.runs_per_sync],
        )?;
        Ok(())
    }

    /// Throws away the lines in the middle of a log that has become too long.
    pub(super) fn prune_log(
        &self,
        transaction: &Transaction<'_>,
        run: RunId,
    ) -> rusqlite::Result<()> {
        let first = self.log_lines.div_ceil(2);
        let last = self.log_lines - first;
        transaction.execute(
            "DELETE FROM run_log WHERE run = ?1 AND number > ?2 AND number <=
                (SELECT max(number) FROM run_log WHERE run = ?1) - ?3",
            params![run, first, last],
        )?;
        Ok(())
    }
}
