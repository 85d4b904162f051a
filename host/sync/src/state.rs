//! How far the reads of a table have come: kept at the destination with the rows, and given back
//! when the next run begins.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tollgate_model::{Column, Setting};

use crate::destination::Mode;

/// What a state is about. It applies only to a read of exactly the same.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    /// Whose rows: a connector and an account.
    pub source: String,
    /// The stream.
    pub stream: String,
    /// What becomes of the rows that are there.
    pub mode: Mode,
    /// The options, as they were resolved.
    pub options: BTreeMap<String, Vec<String>>,
    /// The columns of all tables with their types, in order.
    pub columns: Vec<String>,
}

impl Scope {
    /// The options as a scope has them.
    pub fn options_of(options: &[Setting]) -> BTreeMap<String, Vec<String>> {
        options.iter().map(|option| (option.name.clone(), option.values.clone())).collect()
    }

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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Round {
    /// Its number, from 1.
    pub number: u64,
    /// When it began, in microseconds UTC.
    pub began_at: i64,
    /// Rows read in it so far.
    pub rows: u64,
    /// Whether it came to its end.
    pub ended: bool,
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

impl State {
    /// The state after this change of one that may have been there before.
    pub fn after(before: Option<State>, change: &Change) -> State {
        let mut parts = before.map(|state| state.parts).unwrap_or_default();
        parts.extend(change.parts.iter().cloned());
        parts.retain(|_, position| match change.keeps {
            Keeps::All => true,
            Keeps::OfThisRound => position.round == change.round.number,
            Keeps::None => false,
        });
        State { scope: change.scope.clone(), round: change.round, parts }
    }
}

/// The key of a part in a [`State`]: empty for a stream that is read as one.
pub fn part_key(partition: Option<&str>) -> String {
    partition.map_or_else(String::new, |id| format!("/{id}"))
}
