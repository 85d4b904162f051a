//! How far the reads of a table have come: kept at the destination with the rows, and given back
//! when the next run begins.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tollgate_model::text::{is_line, quote};
use tollgate_model::{Column, Setting, Settings};

use crate::destination::Mode;
use crate::source::Read;

/// What a state is about. It applies only to a read of exactly the same.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    /// Whose rows: a connector and an account.
    pub source: String,
    /// The stream.
    pub stream: String,
    /// What becomes of the rows that are there.
    pub mode: Mode,
    /// The options, as they were entered: relative to today is relative to today, on whatever day.
    pub options: Settings,
    /// The columns of all tables with their types, in order.
    pub columns: Vec<String>,
}

impl Scope {
    /// The columns of a table as a scope has them.
    pub fn columns_of<'a>(table: &'a str, columns: &'a [Column]) -> impl Iterator<Item = String> {
        columns.iter().map(move |column| format!("{table}.{} {}", column.name, column.data_type))
    }

    /// Whether a state about `kept` can be gone on with. Where columns are widened, the same columns
    /// may hold other types than before.
    pub fn goes_on(&self, kept: &Scope, widen: bool) -> bool {
        let name = |column: &String| column.rsplit_once(' ').map(|(name, _)| name.to_owned());
        let names = |scope: &Scope| scope.columns.iter().map(name).collect::<Vec<_>>();
        let same_names = widen && names(self) == names(kept);
        *self == *kept
            || same_names && *self == Scope { columns: self.columns.clone(), ..kept.clone() }
    }

    /// What is another in the two, for people. `None`: nothing.
    pub fn difference(&self, other: &Scope) -> Option<&'static str> {
        let differences = [
            (self.source != other.source, "account"),
            (self.stream != other.stream, "stream"),
            (self.mode != other.mode, "mode"),
            (self.options != other.options, "options"),
            (self.columns != other.columns, "columns"),
        ];
        differences.iter().find(|(differs, _)| *differs).map(|(_, what)| *what)
    }
}

/// How far the reads of a table have come.
///
/// Reads are counted in rounds. A round is one read of the whole stream (for a stream with a cursor:
/// of what is new), however many runs it takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// What it is about.
    pub scope: Scope,
    /// The round.
    pub round: Round,
    /// How far each part has come, by [`part_key`].
    pub parts: BTreeMap<String, Position>,
}

/// A read of the whole stream.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Round {
    /// Its number, from 1.
    pub number: u64,
    /// When it began, in microseconds UTC.
    pub began_at: i64,
    /// Rows read in it so far.
    pub rows: u64,
    /// Whether it came to its end.
    pub ended: bool,
    /// The options as they were resolved when it began. A run that goes on with it reads with these:
    /// its parts are parts of one read, and a day later `today` is another day.
    pub options: Vec<Setting>,
    /// Its bound: only what is new since this moment was asked for, in microseconds UTC.
    pub since: Option<i64>,
}

impl Round {
    /// The first round of this read.
    pub fn first(read: &Read) -> Round {
        Round {
            number: 1,
            began_at: read.started_at,
            options: read.options.clone(),
            since: read.since,
            ..Round::default()
        }
    }
}

/// How far the read of a part has come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// The round in which it was read last.
    pub round: u64,
    /// Where it goes on. `None`: at the start.
    pub checkpoint: Option<String>,
    /// Whether it came to its end in that round.
    pub ended: bool,
}

/// What a destination stores when it makes rows durable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What it is about.
    pub scope: Scope,
    /// The round as it is now.
    pub round: Round,
    /// The parts that have come further since the change before.
    pub parts: Vec<(String, Position)>,
    /// Which parts are worth keeping.
    pub keeps: Keeps,
}

/// Which parts of a state are worth keeping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeps {
    /// All of them.
    All,
    /// Those of this round: the others do not exist any more.
    OfThisRound,
    /// None: the next read begins from the start.
    None,
}

/// The most bytes of a checkpoint, as the interface says.
pub const CHECKPOINT_BYTES_MAX: usize = 64 << 10;
/// The most parts of a read, as the interface says.
pub const PARTS_MAX: usize = 100_000;
/// The most bytes of a part's id, as the interface says.
pub const PART_ID_BYTES_MAX: usize = 256;

impl State {
    /// Refuses a state that no read can have left; `is_partitioned` is what its stream is.
    ///
    /// # Errors
    /// A text that completes "the state …".
    pub fn check(&self, is_partitioned: bool) -> Result<(), String> {
        let State { round, parts, .. } = self;
        if self.scope.mode == Mode::Replace {
            return Err(
                "is of a replacement, which goes on with rows that it has staged".to_owned()
            );
        }
        if round.number == 0 {
            return Err("is of round 0; the first is 1".to_owned());
        }
        if parts.len() > PARTS_MAX {
            return Err(format!("has {} parts, more than {PARTS_MAX}", parts.len()));
        }
        for (key, Position { round: of, checkpoint, ended }) in parts {
            let shown = quote(key);
            if key.starts_with('/') != is_partitioned || !is_partitioned && !key.is_empty() {
                let parts = if is_partitioned { "in parts" } else { "as one" };
                return Err(format!("has the part {shown}, but the stream is read {parts}"));
            }
            if key.len() > 1 + PART_ID_BYTES_MAX || !is_line(key) {
                return Err(format!("has the part {shown}, which is too long or no line"));
            }
            if !(1..=round.number).contains(of) {
                return Err(format!(
                    "has the part {shown} of round {of} in round {}",
                    round.number
                ));
            }
            let bytes = checkpoint.as_ref().map_or(0, String::len);
            if bytes > CHECKPOINT_BYTES_MAX {
                return Err(format!(
                    "has a checkpoint of {bytes} bytes for the part {shown}; \
                     {CHECKPOINT_BYTES_MAX} are the most"
                ));
            }
            if checkpoint.is_none() && !ended {
                return Err(format!("has the part {shown} with neither checkpoint nor end"));
            }
        }
        Ok(())
    }

    /// What makes this state where nothing is kept.
    pub fn as_change(&self) -> Change {
        Change {
            scope: self.scope.clone(),
            round: self.round.clone(),
            parts: self.parts.clone().into_iter().collect(),
            keeps: Keeps::All,
        }
    }

    /// The state after this change of one that may have been there before.
    pub fn after(before: Option<State>, change: &Change) -> State {
        let mut parts = before.map(|state| state.parts).unwrap_or_default();
        parts.extend(change.parts.iter().cloned());
        parts.retain(|_, position| match change.keeps {
            Keeps::All => true,
            Keeps::OfThisRound => position.round == change.round.number,
            Keeps::None => false,
        });
        State { scope: change.scope.clone(), round: change.round.clone(), parts }
    }
}

/// The key of a part in a [`State`]: empty for a stream that is read as one.
pub fn part_key(partition: Option<&str>) -> String {
    partition.map_or_else(String::new, |id| format!("/{id}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn position(round: u64, checkpoint: Option<&str>, ended: bool) -> Position {
        Position { round, checkpoint: checkpoint.map(str::to_owned), ended }
    }

    fn merged(number: u64, parts: &[(&str, Position)]) -> State {
        let parts = parts.iter().map(|(key, position)| ((*key).to_owned(), position.clone()));
        State {
            scope: Scope { mode: Mode::Merge, ..Scope::default() },
            round: Round { number, ..Round::default() },
            parts: parts.collect(),
        }
    }

    #[test]
    fn a_state_that_no_read_can_have_left_is_refused_with_why() {
        let good = position(1, Some("c"), false);
        let long = "x".repeat(PART_ID_BYTES_MAX + 1);
        let (key, large) = (format!("/{long}"), "x".repeat(CHECKPOINT_BYTES_MAX + 1));
        let fits = "x".repeat(CHECKPOINT_BYTES_MAX);
        let largest = format!("/{}", "x".repeat(PART_ID_BYTES_MAX));
        for (state, is_partitioned, expected) in [
            (merged(1, &[]), false, None),
            (merged(2, &[("", good.clone())]), false, None),
            (merged(1, &[(&largest, position(1, Some(&fits), true))]), true, None),
            (merged(1, &[("/a", position(1, None, true)), ("/b", good.clone())]), true, None),
            (merged(0, &[]), false, Some("round 0")),
            (merged(1, &[("", good.clone())]), true, Some("read in parts")),
            (merged(1, &[("/a", good.clone())]), false, Some("read as one")),
            (merged(1, &[("a", good.clone())]), false, Some("read as one")),
            (merged(1, &[(&key, good.clone())]), true, Some("too long")),
            (merged(1, &[("/a\n", good.clone())]), true, Some("no line")),
            (
                merged(1, &[("", position(2, Some("c"), false))]),
                false,
                Some("of round 2 in round 1"),
            ),
            (merged(1, &[("", position(0, Some("c"), false))]), false, Some("of round 0")),
            (merged(1, &[("", position(1, Some(&large), false))]), false, Some("65537 bytes")),
            (merged(1, &[("", position(1, None, false))]), false, Some("neither")),
        ] {
            let refused = state.check(is_partitioned).err();
            let is_right = match (&refused, expected) {
                (Some(refused), Some(expected)) => refused.contains(expected),
                (None, None) => true,
                _ => false,
            };
            assert!(is_right, "{refused:?} instead of {expected:?}");
        }
        let mut replaced = merged(1, &[]);
        replaced.scope.mode = Mode::Replace;
        assert!(replaced.check(false).is_err_and(|why| why.contains("staged")));
        let mut flood = merged(1, &[]);
        flood.parts = (0..=PARTS_MAX).map(|id| (format!("/{id}"), good.clone())).collect();
        assert!(flood.check(true).is_err_and(|why| why.contains("100001 parts")));
    }
}
