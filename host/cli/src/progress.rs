//! What is told while a read is under way.
//!
//! - On a terminal: a line for each stream under way, drawn again several times a second, so that a
//!   wait counts down.
//! - Elsewhere: plain lines, each stream's at most every few seconds.
//! - With `--json`: every event as a JSON object on its own line.
//! - With `-q`: nothing.
//!
//! Whatever is told, the run's log keeps what will be asked for when all is over.

mod json;
mod log;
mod router;
mod status;
mod stream;

use tollgate_model::{Event, LogLevel, Observer, RequestAudit};

pub use log::RunLog;
pub use router::Router;
pub use stream::{Form, StreamProgress};

use crate::messages::{Messages, Verbosity};
use crate::quantities::{self, counted};

/// An observer without a display: for reads that are over at once, or whose rows are the display.
pub struct Quietly {
    messages: Messages,
    label: String,
}

impl Quietly {
    /// Tells what has to be told under this label.
    pub fn new(messages: &Messages, label: String) -> Self {
        Quietly { messages: messages.clone(), label }
    }
}

impl Observer for Quietly {
    fn observe(&self, event: &Event) {
        tell(&self.messages, &self.label, event);
        if let Event::Wait { reason, wait } = event
            && *wait >= status::WAIT_SHOWN_MIN
        {
            let text = status::waiting(*reason, *wait);
            self.messages.say(&format!("{}: {text}", self.label));
        }
    }
}

/// Tells the lines that stand beside any display: the connector's log, and requests where wanted.
fn tell(messages: &Messages, label: &str, event: &Event) {
    let verbosity = messages.verbosity();
    match event {
        Event::Log { level, message } if verbosity >= shown_from(*level) => {
            messages.say(&format!("{label}: {}: {message}", level_name(*level)));
        }
        Event::Request(audit) if verbosity >= Verbosity::Verbose => {
            messages.say(&format!("{label}: {}", request(audit)));
        }
        Event::Wait { reason, wait } if verbosity >= Verbosity::Debug => {
            messages.say(&format!("{label}: {}", status::waiting(*reason, *wait)));
        }
        event => {
            if let Some(text) = part(event).or_else(|| beginning(event)) {
                messages.say(&format!("{label}: {text}"));
            }
        }
    }
}

/// What became of a part that failed, if that is what happened.
fn part(event: &Event) -> Option<String> {
    match event {
        Event::PartitionRetried { partition, retry, wait, error } => {
            let part =
                partition.as_ref().map_or_else(|| "the read".to_owned(), |p| format!("part {p}"));
            let wait = quantities::duration(*wait);
            Some(format!("{part} failed, retry {retry} in {wait}: {error}"))
        }
        Event::PartitionLeft { partition, error } => {
            Some(format!("part {partition} failed and is left: {error}"))
        }
        _ => None,
    }
}

/// Where a read begins, if that is what happened.
fn beginning(event: &Event) -> Option<String> {
    match event {
        Event::GoesOn { rows: 0, began_at } => {
            Some(format!("reads what is new since {}", quantities::instant(*began_at)))
        }
        Event::GoesOn { rows, began_at } => {
            let (rows, since) = (counted(*rows, "row"), quantities::instant(*began_at));
            Some(format!("goes on after {rows} of the read of {since}"))
        }
        Event::FromStart { reason } => Some(reason.clone()),
        _ => None,
    }
}

fn shown_from(level: LogLevel) -> Verbosity {
    match level {
        LogLevel::Error | LogLevel::Warn => Verbosity::Normal,
        LogLevel::Info => Verbosity::Verbose,
        LogLevel::Debug => Verbosity::Debug,
    }
}

fn level_name(level: LogLevel) -> &'static str {
    match level {
        LogLevel::Debug => "debug",
        LogLevel::Info => "info",
        LogLevel::Warn => "warning",
        LogLevel::Error => "error",
    }
}

/// A line of the audit trail.
fn request(audit: &RequestAudit) -> String {
    let outcome = match (audit.status, &audit.error) {
        (Some(status), None) => status.to_string(),
        (Some(status), Some(error)) => format!("{status}, {error}"),
        (None, Some(error)) => error.clone(),
        (None, None) => "no answer".to_owned(),
    };
    let attempt = match audit.attempt {
        0 | 1 => String::new(),
        attempt => format!(" (try {attempt})"),
    };
    let elapsed = quantities::duration(audit.elapsed);
    format!("{} {}{attempt}: {outcome} after {elapsed}", audit.method, audit.url)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_request_is_one_line() {
        let mut audit = RequestAudit {
            method: "GET".to_owned(),
            url: "https://a.example.com/contacts?limit&offset".to_owned(),
            attempt: 1,
            status: Some(200),
            error: None,
            elapsed: Duration::from_millis(35),
        };
        assert_eq!(
            request(&audit),
            "GET https://a.example.com/contacts?limit&offset: 200 after 35 ms"
        );
        audit.attempt = 2;
        audit.status = None;
        audit.error = Some("connection reset".to_owned());
        assert_eq!(
            request(&audit),
            "GET https://a.example.com/contacts?limit&offset (try 2): connection reset after 35 ms"
        );
    }
}
