//! What is kept of a run while it is under way: its log, and how far it has come.

use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use tollgate_model::text::excerpt;
use tollgate_model::{Event, LogLevel};
use tollgate_runs::{Level, LogLine, Progress};

use super::{beginning, part, request, status};

/// The most characters that are kept of a line.
const LINE_CHARS_MAX: usize = 2_000;

/// The log of a run.
pub struct RunLog {
    lines_max: usize,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    lines: Vec<LogLine>,
    number: u64,
    progress: Progress,
}

impl RunLog {
    /// An empty log that holds so many lines between two times that they are taken from it.
    pub fn new(lines_max: u32) -> Self {
        RunLog { lines_max: lines_max as usize, kept: Mutex::default() }
    }

    /// Adds a line. Where there are too many, one in their middle goes.
    pub fn add(&self, level: Level, stream: Option<&str>, message: &str) {
        let mut kept = self.kept();
        kept.number += 1;
        let line = LogLine {
            number: kept.number,
            at: Timestamp::now(),
            level,
            stream: stream.map(str::to_owned),
            message: excerpt(message, LINE_CHARS_MAX),
        };
        kept.lines.push(line);
        if kept.lines.len() > self.lines_max {
            kept.lines.remove(self.lines_max / 2);
        }
    }

    /// Takes in what happened to a stream.
    pub fn observe(&self, stream: &str, event: &Event) {
        self.count(event);
        if let Some((level, message)) = line(event) {
            self.add(level, Some(stream), &message);
        }
    }

    /// Takes in what happened to one of several runs, of which nobody can tell which.
    pub fn observe_any(&self, label: &str, event: &Event) {
        if let Some((level, message)) = line(event) {
            self.add(level, None, &format!("{label}: {message}"));
        }
    }

    /// The lines since this was asked last.
    pub fn take_lines(&self) -> Vec<LogLine> {
        std::mem::take(&mut self.kept().lines)
    }

    /// How far the run has come, as far as it was told.
    pub fn progress(&self) -> Progress {
        self.kept().progress
    }

    fn count(&self, event: &Event) {
        let progress = &mut self.kept().progress;
        match event {
            Event::Page { rows, .. } => {
                progress.rows += rows;
                progress.pages += 1;
            }
            Event::PartitionRetried { .. } => progress.part_retries += 1,
            Event::Request(audit) => {
                progress.usage.requests += 1;
                progress.usage.retries += u64::from(audit.attempt > 1);
            }
            _ => {}
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The line of an event, where it is worth one when all is over: requests that went well are not,
/// nor are short waits.
fn line(event: &Event) -> Option<(Level, String)> {
    match event {
        Event::Log { level, message } => {
            let level = match level {
                LogLevel::Debug => return None,
                LogLevel::Info => Level::Info,
                LogLevel::Warn => Level::Warning,
                LogLevel::Error => Level::Error,
            };
            Some((level, message.clone()))
        }
        Event::Request(audit) => {
            let failed = audit.error.is_some() || audit.status.is_none_or(|status| status >= 400);
            failed.then(|| (Level::Warning, request(audit)))
        }
        Event::Wait { reason, wait } if *wait >= status::WAIT_SHOWN_MIN => {
            Some((Level::Info, status::waiting(*reason, *wait)))
        }
        event => part(event)
            .map(|message| (Level::Warning, message))
            .or_else(|| beginning(event).map(|message| (Level::Info, message))),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tollgate_model::{RequestAudit, WaitReason};

    use super::*;

    fn answered(status: u16, attempt: u32) -> Event {
        Event::Request(RequestAudit {
            method: "GET".to_owned(),
            url: "https://a.example.com/contacts?limit".to_owned(),
            attempt,
            status: Some(status),
            error: None,
            elapsed: Duration::from_millis(35),
        })
    }

    #[test]
    fn what_failed_or_held_up_is_kept_and_the_rest_is_counted() {
        let log = RunLog::new(10);
        let wait = |millis| Event::Wait {
            reason: WaitReason::Backoff,
            wait: Duration::from_millis(millis),
        };
        let said = |level| Event::Log { level, message: "said".to_owned() };
        for event in [
            answered(503, 1),
            wait(999),
            wait(1_000),
            answered(200, 2),
            Event::Page { rows: 7, rows_total: None },
            Event::PartitionLeft { partition: "July".to_owned(), error: "cut".to_owned() },
            said(LogLevel::Debug),
            said(LogLevel::Warn),
        ] {
            log.observe("contacts", &event);
        }
        log.observe_any("account acme", &said(LogLevel::Info));
        let lines = log.take_lines();
        let told: Vec<_> =
            lines.iter().map(|line| (line.level.name(), line.message.as_str())).collect();
        assert_eq!(
            told,
            [
                ("warning", "GET https://a.example.com/contacts?limit: 503 after 35 ms"),
                ("info", "a request failed, next try in 1 s"),
                ("warning", "part July failed and is left: cut"),
                ("warning", "said"),
                ("info", "account acme: said"),
            ]
        );
        let progress = log.progress();
        assert_eq!((progress.rows, progress.pages), (7, 1));
        assert_eq!((progress.usage.requests, progress.usage.retries), (2, 1));
        assert!(log.take_lines().is_empty(), "they were taken");
    }

    #[test]
    fn lines_that_nobody_takes_keep_their_beginning_and_their_end() {
        let log = RunLog::new(4);
        (1..=9).for_each(|_| log.add(Level::Info, None, "x"));
        let numbers: Vec<u64> = log.take_lines().iter().map(|line| line.number).collect();
        assert_eq!(numbers, [1, 2, 8, 9]);
    }
}
