#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

mod agenda;
mod notice;
mod schedule;

mod record;
mod store;

mod owner;

pub use agenda::{Decision, History, Last, Next, Planned, RETRY_DEFAULT, Retry, SyncState, decide};
pub use notice::{Event, Notice, notice};
pub use owner::Owner;
pub use record::{
    Ended, Level, LogLine, Progress, Record, Route, RunError, RunId, Start, Status, TableRows,
    Trigger,
};
pub use schedule::Schedule;
pub use store::{BEAT_EVERY, Filter, Held, Keep, STALE_AFTER, Store};
