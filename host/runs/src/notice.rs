//! What is to be told of a sync: that it begins to fail, and that it works again. Pure, like the
//! decision what is due.

use jiff::Timestamp;

use crate::agenda::{History, Planned};
use crate::record::{Record, Status};

/// What there is to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// It begins to fail.
    Failing,
    /// It works again, after it was told to fail.
    Recovered,
}

impl Event {
    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Event::Failing => "failing",
            Event::Recovered => "recovered",
        }
    }
}

/// Something to tell of a sync.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// What.
    pub event: Event,
    /// When the first of the failed runs in a row ended.
    pub failing_since: Timestamp,
    /// The run that it is told of: the last one.
    pub run: Record,
}

/// What is to be told of a sync, with since when it fails or failed. Of runs that fail in a row one
/// is told, and none while the schedule tries again by itself. A run that was stopped tells nothing.
pub fn notice(planned: Option<&Planned>, history: &History) -> Option<(Event, Timestamp)> {
    let next = || planned?.next(history);
    let is_tried_again = || next().is_some_and(|next| next.attempt > 1);
    match (history.last?.status, history.failing, history.told) {
        (Status::Failed | Status::Interrupted, Some(since), None) if !is_tried_again() => {
            Some((Event::Failing, since))
        }
        (Status::Succeeded, None, Some(since)) => Some((Event::Recovered, since)),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
