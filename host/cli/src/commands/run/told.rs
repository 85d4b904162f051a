//! What `tollgate run` tells: a line for each start and each end, as text or as JSON.

use jiff::Timestamp;
use serde::Serialize;
use tollgate_model::{Error, SyncName};
use tollgate_runs::Status;

use crate::commands::sync::runs::{Ran, Run};
use crate::failure::Failure;
use crate::messages::{Messages, Verbosity};
use crate::quantities::{self, counted};
use crate::recorder::ended;
use crate::views::ErrorView;

/// Where it is told.
pub struct Told {
    messages: Messages,
}

/// A line for programs.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Line<'a> {
    SyncStarted {
        at: String,
        sync: &'a str,
        attempt: u32,
    },
    SyncEnded {
        at: String,
        sync: &'a str,
        run: Option<i64>,
        status: &'static str,
        rows: u64,
        pages: u64,
        requests: u64,
        retries: u64,
        errors: Vec<ErrorView>,
    },
}

impl Told {
    /// Tells it on standard error.
    pub fn new(messages: &Messages) -> Self {
        Told { messages: messages.clone() }
    }

    /// It is up.
    pub fn up(&self, syncs: usize) {
        let syncs = counted(syncs as u64, "sync");
        self.messages.say(&format!("{} up, with the schedules of {syncs}", now()));
    }

    /// It goes down.
    pub fn down(&self) {
        self.messages.say(&format!("{} down", now()));
    }

    /// How a sync stands is not known.
    pub fn unknown(&self, error: &Error) {
        self.messages.warn(&format!("{} {error}; what was known before holds", now()));
    }

    /// A sync was started.
    pub fn started(&self, sync: &SyncName, attempt: u32) {
        if self.messages.is_json() {
            let sync = sync.as_str();
            return self.json(&Line::SyncStarted { at: now(), sync, attempt });
        }
        let attempt = if attempt > 1 { format!(", try {attempt}") } else { String::new() };
        self.messages.say(&format!("{} {sync}: started{attempt}", now()));
    }

    /// A sync has ended. Its errors are told also where nothing else is.
    pub fn ended(&self, sync: &SyncName, Ran { id, runs }: Ran) {
        let outcome = ended(&runs);
        let progress = outcome.progress;
        if self.messages.is_json() {
            self.json(&Line::SyncEnded {
                at: now(),
                sync: sync.as_str(),
                run: id,
                status: outcome.status.name(),
                rows: progress.rows,
                pages: progress.pages,
                requests: progress.usage.requests,
                retries: progress.usage.retries,
                errors: runs.iter().flat_map(|run| &run.errors).map(ErrorView::from).collect(),
            });
        } else {
            let rows = counted(progress.rows, "row");
            let requests = counted(progress.usage.requests, "request");
            let number = id.map(|id| format!(" (run {id})")).unwrap_or_default();
            let status = outcome.status.name();
            self.messages.say(&format!("{} {sync}: {status}, {rows}, {requests}{number}", now()));
        }
        let is_told = self.messages.is_json() && self.messages.verbosity() > Verbosity::Quiet;
        if outcome.status == Status::Failed && !is_told {
            let errors = runs.into_iter().flat_map(Run::into_errors).collect();
            self.messages.fail(&Failure::Errors(errors));
        }
    }

    fn json(&self, line: &Line<'_>) {
        // A struct of texts and numbers always becomes JSON.
        if let Ok(line) = serde_json::to_string(line) {
            self.messages.say_json(&line);
        }
    }
}

fn now() -> String {
    quantities::instant(Timestamp::now().as_microsecond())
}
