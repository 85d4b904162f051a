//! What is remembered of a run. Each word that the store writes stands here once.

use jiff::Timestamp;
use tollgate_model::{Error, ErrorKind, Usage};

/// The number of a run in its store.
pub type RunId = i64;

/// Words for the values of an enum, both ways.
macro_rules! words {
    ($name:ident { $($variant:ident = $word:literal),+ $(,)? }) => {
        impl $name {
            /// Each of them.
            pub const ALL: &[$name] = &[$($name::$variant),+];

            /// The word for it, in the store and in `--json`.
            pub const fn name(self) -> &'static str {
                match self { $($name::$variant => $word),+ }
            }

            /// The one of this word.
            pub fn of_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.name() == name)
            }
        }
    };
}

/// What had a run begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// Somebody's command.
    Hand,
    /// The sync's schedule.
    Schedule,
}

words!(Trigger { Hand = "hand", Schedule = "schedule" });

/// How a run stands or ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It is under way.
    Running,
    /// It loaded everything.
    Succeeded,
    /// Something went wrong.
    Failed,
    /// It was asked to stop, and did so in order.
    Stopped,
    /// Its process ended without a word.
    Interrupted,
}

words!(Status {
    Running = "running",
    Succeeded = "succeeded",
    Failed = "failed",
    Stopped = "stopped",
    Interrupted = "interrupted",
});

/// How much a log line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// What happened.
    Info,
    /// What a user should know although the run went on.
    Warning,
    /// What led to a failure.
    Error,
}

words!(Level { Info = "info", Warning = "warning", Error = "error" });

/// A run that begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Start {
    /// The sync.
    pub sync: String,
    /// What had it begin.
    pub trigger: Trigger,
    /// Whether it loads something else than the sync's configuration says, so that it tells nothing
    /// of how the sync itself stands.
    pub varied: bool,
    /// Which try of a scheduled run it is, from 1.
    pub attempt: u32,
    /// The account that is read, and where its rows go, as the sync's configuration says.
    pub route: Route,
}

/// From where to where a sync loads. With its tables, it is known by this under another name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Route {
    /// The account.
    pub account: String,
    /// The destination.
    pub place: String,
}

/// How far a run has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Rows read.
    pub rows: u64,
    /// Pages read.
    pub pages: u64,
    /// How often a part of a stream was opened again after it had failed.
    pub part_retries: u64,
    /// What the reads used.
    pub usage: Usage,
}

/// A line of a run's log. Nothing in it is secret; texts of others are escaped before they get here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// Its number in the run, from 1. A gap tells of lines that were not kept.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// How much it matters.
    pub level: Level,
    /// The stream that it is about, if it is about one.
    pub stream: Option<String>,
    /// The line.
    pub message: String,
}

/// What a run did to one table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableRows {
    /// The stream.
    pub stream: String,
    /// The table.
    pub table: String,
    /// Rows read for it.
    pub rows: u64,
}

/// Why a run failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunError {
    /// What to act on.
    pub kind: ErrorKind,
    /// What failed.
    pub message: String,
    /// What the user can do about it.
    pub hint: Option<String>,
    /// From when trying again makes sense.
    pub retry_at: Option<Timestamp>,
}

impl From<&Error> for RunError {
    fn from(error: &Error) -> Self {
        RunError {
            kind: error.kind(),
            message: error.message().to_owned(),
            hint: error.hint().map(str::to_owned),
            retry_at: error.retry_at(),
        }
    }
}

/// What came of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// How it ended.
    pub status: Status,
    /// What it did as a whole.
    pub progress: Progress,
    /// What it did to each table, in the order of its streams.
    pub tables: Vec<TableRows>,
    /// Why it failed: the first error, if there was one.
    pub error: Option<RunError>,
}

/// A run as it is remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its number.
    pub id: RunId,
    /// How it began.
    pub start: Start,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended; of one that was interrupted, when it was last heard of.
    pub ended_at: Option<Timestamp>,
    /// What came of it, so far.
    pub outcome: Ended,
}
