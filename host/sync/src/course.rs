//! Decides, with no input or output, where the parts of a read begin and when what was read is made
//! durable. [`Course`] knows what earlier runs have kept; [`Ledger`] what this run has written since.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tollgate_model::{Error, ErrorKind};

use crate::destination::{Kept, Mode, Pace};
use crate::report::{Resumed, ResumedFrom};
use crate::source::Read;
use crate::state::{Change, Keeps, Position, Round, Scope, State, part_key};

/// Where a read begins.
#[derive(Clone, Debug)]
pub struct Course {
    scope: Scope,
    has_cursor: bool,
    round: Round,
    kept: BTreeMap<String, Position>,
    /// With what it goes on.
    pub resumed: Option<Resumed>,
    /// Why it does not go on although something was kept.
    pub not_resumed: Option<String>,
}

/// Where a part begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Begin {
    /// Nowhere: it was read to its end.
    Done,
    /// At the start.
    AtStart,
    /// After this checkpoint.
    After(String),
}

impl Course {
    /// The course of a run after what is kept. `first` is its round where nothing is.
    pub fn new(scope: Scope, has_cursor: bool, kept: Kept, first: Round) -> Course {
        let (state, not_resumed) = match kept {
            Kept::Nothing => (None, None),
            Kept::Same(state) => (Some(state), None),
            Kept::Other(other) => {
                let what = other.difference(&scope).unwrap_or("state");
                (None, Some(format!("the {what} changed since the last run: read from the start")))
            }
        };
        let begin = |round, kept, resumed| Course {
            scope: scope.clone(),
            has_cursor,
            round,
            kept,
            resumed,
            not_resumed,
        };
        let Some(State { round, parts, .. }) = state else {
            return begin(first, BTreeMap::new(), None);
        };
        if !round.ended {
            let ended = |part: &&Position| part.ended && part.round == round.number;
            let parts_ended = parts.values().filter(ended).count() as u64;
            let resumed = Resumed {
                from: ResumedFrom::Interruption,
                began_at: round.began_at,
                rows: round.rows,
                parts_ended,
            };
            return begin(round, parts, Some(resumed));
        }
        let next = Round { number: round.number.saturating_add(1), ..first };
        if !has_cursor {
            return begin(next, BTreeMap::new(), None);
        }
        let resumed =
            Resumed { from: ResumedFrom::End, began_at: round.began_at, rows: 0, parts_ended: 0 };
        begin(next, parts, Some(resumed))
    }

    /// The read with what its first run began with, where that was interrupted: its time, so that
    /// what changed at the provider since then is for the next read, whatever this one saw of it;
    /// its options and its bound, so that all parts are parts of one read.
    pub fn read(&self, read: &Read) -> Read {
        let Round { began_at, options, since, .. } = &self.round;
        Read { started_at: *began_at, options: options.clone(), since: *since, ..read.clone() }
    }

    /// Where a part begins.
    pub fn begin(&self, partition: Option<&str>) -> Begin {
        let Some(position) = self.kept.get(&part_key(partition)) else { return Begin::AtStart };
        let is_of_this_round = position.round == self.round.number;
        match &position.checkpoint {
            _ if is_of_this_round && position.ended => Begin::Done,
            Some(checkpoint) if is_of_this_round || self.has_cursor => {
                Begin::After(checkpoint.clone())
            }
            _ => Begin::AtStart,
        }
    }

    /// The error of a connector that does not take its own checkpoint.
    pub fn explain(&self, error: Error) -> Error {
        let is_resumed = self.resumed.is_some() && error.kind() == ErrorKind::Config;
        if !is_resumed || error.hint().is_some() {
            return error;
        }
        error.with_hint("if it does not take what the last run kept, read everything anew")
    }
}

/// What a run has written, and what of it is durable.
#[derive(Clone, Debug)]
pub struct Ledger {
    course: Course,
    /// Parts that have come further since the last change.
    moved: BTreeMap<String, Position>,
    /// Parts of which rows were written behind their last checkpoint, and would be there twice if
    /// they were kept and came again. Under `merge` they take their own places, so that there are none.
    ahead: BTreeSet<String>,
    round: Round,
    rows_since: u64,
    kept_at: Duration,
}

impl Ledger {
    /// Nothing is written yet.
    pub fn new(course: Course) -> Ledger {
        let round = course.round.clone();
        Ledger {
            course,
            moved: BTreeMap::new(),
            ahead: BTreeSet::new(),
            round,
            rows_since: 0,
            kept_at: Duration::ZERO,
        }
    }

    /// A page of a part was written.
    pub fn page(&mut self, partition: Option<&str>, rows: u64, checkpoint: Option<String>) {
        self.round.rows += rows;
        self.rows_since += rows;
        let key = part_key(partition);
        if checkpoint.is_none() {
            if rows > 0 && self.course.scope.mode != Mode::Merge {
                self.ahead.insert(key);
            }
            return;
        }
        self.ahead.remove(&key);
        let round = self.round.number;
        self.moved.insert(key, Position { round, checkpoint, ended: false });
    }

    /// A part was read to its end.
    pub fn ended(&mut self, partition: Option<&str>) {
        let key = part_key(partition);
        self.ahead.remove(&key);
        let before = self.moved.get(&key).or_else(|| self.course.kept.get(&key));
        let is_usable =
            |position: &&Position| position.round == self.round.number || self.course.has_cursor;
        let checkpoint = before.filter(is_usable).and_then(|position| position.checkpoint.clone());
        self.moved.insert(key, Position { round: self.round.number, checkpoint, ended: true });
    }

    /// Whether it is time to make rows durable, so long after the run began.
    pub fn is_due(&self, pace: Pace, now: Duration) -> bool {
        let is_long_ago = now.saturating_sub(self.kept_at) >= pace.interval;
        (self.rows_since >= pace.rows || is_long_ago) && self.can_keep()
    }

    /// Whether the rows written so far can be kept, being those before the parts' checkpoints or ones
    /// that may come again, and some of them are not durable yet.
    pub fn can_keep(&self) -> bool {
        self.ahead.is_empty() && !self.moved.is_empty()
    }

    /// What is to be stored with the rows now.
    pub fn change(&self) -> Change {
        let parts = self.moved.iter().map(|(key, position)| (key.clone(), position.clone()));
        Change {
            scope: self.course.scope.clone(),
            round: self.round.clone(),
            parts: parts.collect(),
            keeps: Keeps::All,
        }
    }

    /// It is stored, so long after the run began.
    pub fn kept(&mut self, now: Duration) {
        self.course.kept.append(&mut self.moved);
        (self.rows_since, self.kept_at) = (0, now);
    }

    /// What is to be stored at the end, when every part was read to its end.
    pub fn end(&self) -> Change {
        let keeps = if self.course.has_cursor { Keeps::OfThisRound } else { Keeps::None };
        Change { round: Round { ended: true, ..self.round.clone() }, keeps, ..self.change() }
    }

    /// Rows of the round that are durable.
    pub fn rows_kept(&self) -> u64 {
        self.round.rows - self.rows_since
    }
}

#[cfg(test)]
mod tests;
