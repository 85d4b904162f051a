//! What came of a run.

use std::fmt;
use std::time::Duration;

use serde::Serialize;
use tollgate_model::{Error, Usage, as_millis};

use crate::destination::Loaded;

/// What a run did, also where it failed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The stream.
    pub stream: String,
    /// The table.
    pub table: String,
    /// Rows read.
    pub rows: u64,
    /// The child tables, and the rows read of each.
    pub children: Vec<ChildRows>,
    /// Pages read.
    pub pages: u64,
    /// Parts read to their end, where the stream was read in parts.
    pub partitions: u64,
    /// How often a part was opened again after it had failed.
    pub part_retries: u64,
    /// Parts that failed and were left for a later run.
    pub parts_left: u64,
    /// What the reads used.
    pub usage: Usage,
    /// From the first call to the last.
    #[serde(rename = "elapsed_ms", serialize_with = "as_millis")]
    pub elapsed: Duration,
    /// With what it went on. `None`: it read from the start.
    pub resumed: Option<Resumed>,
    /// Why it read from the start although an earlier run had kept something, for people.
    pub not_resumed: Option<String>,
    /// What was loaded. `None` where the run failed.
    pub loaded: Option<Loaded>,
    /// What a run that failed has kept: the next run goes on after it. `None` where the destination
    /// is as it was before.
    pub kept: Option<RowsKept>,
}

/// Rows of a child table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ChildRows {
    /// The table.
    pub table: String,
    /// Its rows.
    pub rows: u64,
}

/// With what a run went on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Resumed {
    /// How that one ended.
    pub from: ResumedFrom,
    /// When it began, in microseconds UTC.
    pub began_at: i64,
    /// Rows that were there of an interrupted read.
    pub rows: u64,
    /// Parts that were read to their end.
    pub parts_ended: u64,
}

/// How the read ended with which a run went on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ResumedFrom {
    /// Before its end.
    Interruption,
    /// At its end: this run read what is new since it began.
    End,
}

/// What a run that failed has kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct RowsKept {
    /// Rows of the read, those of the runs before it included.
    pub rows: u64,
    /// Whether they are in the table already. If not, they wait beside it for the rest.
    pub visible: bool,
}

/// A run that failed. What it has kept is in the report; else the destination is as it was before.
#[derive(Debug)]
pub struct Failed {
    /// Why.
    pub error: Error,
    /// What was done until then.
    pub report: Report,
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "stream {}: {}", self.report.stream, self.error)?;
        if let Some(kept) = &self.report.kept {
            write!(f, "; {} rows are kept, the next run goes on after them", kept.rows)?;
            if let Some(at) = self.error.retry_at() {
                write!(f, ", not before {at}")?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for Failed {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        std::error::Error::source(&self.error)
    }
}
