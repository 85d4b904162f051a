//! What became of each row, on standard output, and of all of them, on standard error.

use std::io::{self, Write as _};
use std::time::{Duration, Instant};

use serde::Serialize;
use tollgate_model::{Error, ErrorKind, Result, Usage};
use tollgate_runtime::RowOutcome;

use crate::failure::Outcome;
use crate::messages::Messages;
use crate::quantities;

/// How often it is told how far a write is.
const PROGRESS_EVERY: Duration = Duration::from_secs(5);

/// What became of rows so far.
pub struct Report {
    messages: Messages,
    skipped: u64,
    selected: u64,
    tally: Tally,
    requests: u64,
    begun: Instant,
    told: Instant,
}

#[derive(Clone, Copy, Debug, Default, Serialize)]
struct Tally {
    done: u64,
    unchanged: u64,
    rejected: u64,
    unknown: u64,
}

impl Tally {
    fn rows(&self) -> u64 {
        self.done + self.unchanged + self.rejected + self.unknown
    }
}

/// What became of a row: a line of standard output.
#[derive(Serialize)]
struct RowView<'a> {
    row: u64,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
}

/// What became of all rows, with `--json` a line of standard error.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum EventView {
    Progress {
        rows: u64,
        rows_total: u64,
        #[serde(flatten)]
        tally: Tally,
    },
    Written {
        rows: u64,
        rows_total: u64,
        /// What `--skip` has to be to go on.
        skip: u64,
        #[serde(flatten)]
        tally: Tally,
        requests: u64,
        elapsed_ms: u64,
    },
}

impl Report {
    /// Of so many rows, behind those that are passed over.
    pub fn new(messages: Messages, skipped: u64, selected: u64, now: Instant) -> Self {
        Report {
            messages,
            skipped,
            selected,
            tally: Tally::default(),
            requests: 0,
            begun: now,
            told: now,
        }
    }

    /// The number of the first row without an outcome.
    pub fn next_row(&self) -> u64 {
        self.skipped + self.tally.rows() + 1
    }

    /// How many rows have no outcome yet.
    pub fn rows_left(&self) -> u64 {
        self.selected.saturating_sub(self.tally.rows())
    }

    /// Whether every row has an outcome.
    pub fn is_complete(&self) -> bool {
        self.rows_left() == 0
    }

    /// How many rows were rejected.
    pub fn rejected(&self) -> u64 {
        self.tally.rejected
    }

    /// Notes what was used.
    pub fn used(&mut self, usage: Usage) {
        self.requests = usage.requests;
    }

    /// Tells what became of the next rows. It has been told when this returns.
    ///
    /// # Errors
    /// [`ErrorKind::Destination`] where nobody can be told.
    pub fn outcomes(&mut self, outcomes: &[RowOutcome]) -> Result<()> {
        let mut lines = String::new();
        for outcome in outcomes {
            let (status, id, error) = match outcome {
                RowOutcome::Done(id) => ("done", id.as_deref(), None),
                RowOutcome::Unchanged(why) => ("unchanged", None, Some(why.as_str())),
                RowOutcome::Rejected(why) => ("rejected", None, Some(why.as_str())),
                RowOutcome::Unknown(why) => ("unknown", None, Some(why.as_str())),
            };
            push(&mut lines, &RowView { row: self.next_row(), status, id, error });
            match outcome {
                RowOutcome::Done(_) => self.tally.done += 1,
                RowOutcome::Unchanged(_) => self.tally.unchanged += 1,
                RowOutcome::Rejected(_) => self.tally.rejected += 1,
                RowOutcome::Unknown(_) => self.tally.unknown += 1,
            }
        }
        self.progress();
        tell(&lines)
    }

    /// Tells that the next row was not done and ended the write.
    ///
    /// # Errors
    /// As [`Report::outcomes`].
    pub fn failed(&self, error: &Error) -> Result<()> {
        let mut line = String::new();
        let error = Some(error.message());
        push(&mut line, &RowView { row: self.next_row(), status: "failed", id: None, error });
        tell(&line)
    }

    fn progress(&mut self) {
        if self.told.elapsed() < PROGRESS_EVERY || self.is_complete() {
            return;
        }
        self.told = Instant::now();
        let (rows, rows_total) = (self.tally.rows(), self.selected);
        let event = EventView::Progress { rows, rows_total, tally: self.tally };
        let text =
            format!("{} of {}", quantities::count(rows), quantities::counted(rows_total, "row"));
        self.say(&event, &text);
    }

    /// Tells what came of it all.
    ///
    /// # Errors
    /// What ended it early, with how to go on; [`ErrorKind::Rejected`] where some rows are not done.
    pub fn finish(self, ended: Result<()>) -> Outcome {
        let rows = self.tally.rows();
        let skip = self.skipped + rows;
        self.say(
            &EventView::Written {
                rows,
                rows_total: self.selected,
                skip,
                tally: self.tally,
                requests: self.requests,
                elapsed_ms: u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX),
            },
            &self.summary(),
        );
        let Tally { rejected, unknown, .. } = self.tally;
        match ended {
            Err(error) => Err(self.with_way_on(error, skip).into()),
            Ok(()) if rejected + unknown == 0 => Ok(()),
            Ok(()) => {
                let text = match (rejected, unknown) {
                    (rejected, 0) => format!("rejected {}", quantities::counted(rejected, "row")),
                    (0, unknown) => {
                        format!("{} with unknown outcome", quantities::counted(unknown, "row"))
                    }
                    (rejected, unknown) => format!(
                        "rejected {}, and {} with unknown outcome",
                        quantities::counted(rejected, "row"),
                        quantities::counted(unknown, "row"),
                    ),
                };
                Err(Error::new(ErrorKind::Rejected, text).into())
            }
        }
    }

    fn with_way_on(&self, error: Error, skip: u64) -> Error {
        let mut hints: Vec<String> = error.hint().map(str::to_owned).into_iter().collect();
        if !self.is_complete() {
            let rows = quantities::counted(skip, "row");
            hints.push(format!("{rows} are behind it: --skip {skip} goes on with the next"));
        }
        if self.tally.unknown > 0 {
            hints.push("look at the provider for the rows whose outcome is unknown".to_owned());
        }
        match hints.is_empty() {
            true => error,
            false => error.with_hint(hints.join("; ")),
        }
    }

    fn summary(&self) -> String {
        let Tally { done, unchanged, rejected, unknown } = self.tally;
        let parts = [(unchanged, "unchanged"), (rejected, "rejected"), (unknown, "unknown")];
        let parts = parts.iter().filter(|(count, _)| *count > 0);
        let parts: String =
            parts.map(|(rows, what)| format!(", {} {what}", quantities::count(*rows))).collect();
        let elapsed = quantities::duration(self.begun.elapsed());
        let requests = quantities::counted(self.requests, "request");
        format!("{} done{parts}; {requests} in {elapsed}", quantities::counted(done, "row"))
    }

    fn say(&self, event: &EventView, text: &str) {
        match (self.messages.is_json(), serde_json::to_string(event)) {
            (true, Ok(line)) => self.messages.say_json(&line),
            _ => self.messages.say(text),
        }
    }
}

fn push(lines: &mut String, row: &RowView<'_>) {
    // A struct of texts and numbers always becomes JSON.
    if let Ok(line) = serde_json::to_string(row) {
        lines.push_str(&line);
        lines.push('\n');
    }
}

/// Writes lines to standard output at once. A reader that has gone is an error here: the rows that
/// follow would be written without anybody knowing.
fn tell(lines: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(lines.as_bytes()).and_then(|()| out.flush()).map_err(|error| {
        let text = format!("cannot tell what became of rows: {error}");
        Error::new(ErrorKind::Destination, text)
    })
}
