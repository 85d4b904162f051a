//! States in `--json`, both ways, and as a table for people.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tollgate_model::text::quote;
use tollgate_model::{Error, ErrorKind, Result, Setting, Settings};
use tollgate_sync::{Mode, Position, Round, Scope, State, part_key};

use crate::{modes, output, quantities};

/// What is kept of a stream.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StreamStateView {
    /// The sync.
    pub sync: String,
    /// The stream.
    pub stream: String,
    /// Its table.
    pub table: String,
    /// Where that is.
    pub destination: String,
    /// How far its read has come. `None`: nothing is kept.
    pub state: Option<StateView>,
}

/// How far a read has come.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StateView {
    source: String,
    mode: Mode,
    /// As they were entered.
    options: Settings,
    columns: Vec<String>,
    round: u64,
    began_at: String,
    rows: u64,
    ended: bool,
    /// The options as the round has them resolved.
    resolved: Vec<Setting>,
    since: Option<String>,
    parts: Vec<PartView>,
}

/// How far the read of a part has come. A stream that is read as one has a part without id.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PartView {
    id: Option<String>,
    round: u64,
    checkpoint: Option<String>,
    ended: bool,
}

impl From<State> for StateView {
    fn from(State { scope, round, parts }: State) -> Self {
        let part = |(key, position): (String, Position)| PartView {
            id: key.strip_prefix('/').map(str::to_owned),
            round: position.round,
            checkpoint: position.checkpoint,
            ended: position.ended,
        };
        StateView {
            source: scope.source,
            mode: scope.mode,
            options: scope.options,
            columns: scope.columns,
            round: round.number,
            began_at: instant(round.began_at),
            rows: round.rows,
            ended: round.ended,
            resolved: round.options,
            since: round.since.map(instant),
            parts: parts.into_iter().map(part).collect(),
        }
    }
}

impl StateView {
    /// The state of this stream.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] for a time that is none, and a part that is there twice.
    pub fn into_state(self, stream: &str) -> Result<State> {
        let refused = |what: String| Error::new(ErrorKind::Config, format!("the state {what}"));
        let micros = |text: &String| {
            let time = text.parse::<Timestamp>().map(Timestamp::as_microsecond);
            time.map_err(|error| {
                refused(format!("has no time: {}", quote(text))).with_source(error)
            })
        };
        let mut parts = BTreeMap::new();
        for PartView { id, round, checkpoint, ended } in self.parts {
            let position = Position { round, checkpoint, ended };
            if parts.insert(part_key(id.as_deref()), position).is_some() {
                return Err(refused(format!(
                    "has a part twice: {}",
                    quote(&id.unwrap_or_default())
                )));
            }
        }
        let round = Round {
            number: self.round,
            began_at: micros(&self.began_at)?,
            rows: self.rows,
            ended: self.ended,
            options: self.resolved,
            since: self.since.as_ref().map(micros).transpose()?,
        };
        let scope = Scope {
            source: self.source,
            stream: stream.to_owned(),
            mode: self.mode,
            options: self.options,
            columns: self.columns,
        };
        Ok(State { scope, round, parts })
    }
}

/// Microseconds UTC as a text that loses nothing.
fn instant(micros: i64) -> String {
    Timestamp::from_microsecond(micros).map_or_else(|_| String::new(), |at| at.to_string())
}

/// A table of states.
pub fn text(views: &[StreamStateView]) -> String {
    let header = ["sync", "stream", "table", "mode", "read of", "rows", "state"];
    let mut table = output::table(&header, u16::MAX);
    output::align_right(&mut table, &[5]);
    for view in views {
        let (mode, began_at, rows, state) = match &view.state {
            None => ("-", "-".to_owned(), "-".to_owned(), "nothing is kept".to_owned()),
            Some(state) => {
                let began_at = state.began_at.parse().map_or(0, Timestamp::as_microsecond);
                let rows = quantities::count(state.rows);
                (modes::name(state.mode), quantities::instant(began_at), rows, outcome(state))
            }
        };
        let stream = output::line(&view.stream);
        let name = output::line(&view.table);
        table.add_row([&view.sync, &stream, &name, mode, &began_at, &rows, &state]);
    }
    output::indented(&table, 0)
}

fn outcome(state: &StateView) -> String {
    if state.ended {
        return "came to its end".to_owned();
    }
    let is_done = |part: &&PartView| part.ended && part.round == state.round;
    match state.parts.iter().filter(is_done).count() as u64 {
        0 => "interrupted".to_owned(),
        ended => format!("interrupted, {} done", quantities::counted(ended, "part")),
    }
}
