//! Runs: one stream of one sync each, and what came of it.

use std::sync::Arc;

use tollgate_model::{Error, ErrorKind, Result};
use tollgate_sync::{Failed, Mode, Report};

use super::jobs::{Job, Part};
use super::prepared::{Prepared, Ready};
use crate::commands::reading;
use crate::context::Context;
use crate::failure::Failure;
use crate::interrupt::or_stop;
use crate::progress::{Form, StreamProgress};

/// What came of one stream of a sync.
pub struct Run {
    /// The sync.
    pub sync: String,
    /// Where its rows go.
    pub to: String,
    /// The stream. `None` where it did not come to any.
    pub stream: Option<String>,
    /// What becomes of the rows that are there.
    pub mode: Option<Mode>,
    /// What was done.
    pub report: Report,
    /// What went wrong, if anything did.
    pub errors: Vec<Error>,
}

impl Run {
    /// What went wrong, each with the name of the sync.
    pub fn into_errors(self) -> Vec<Error> {
        let label = match &self.stream {
            Some(stream) => format!("sync {}, stream {stream}", self.sync),
            None => format!("sync {}", self.sync),
        };
        self.errors.into_iter().map(|error| error.context(&label)).collect()
    }
}

/// Runs syncs one after the other; gives what came of each, with its position.
pub async fn run_group(group: Vec<(usize, Prepared)>, context: &Context) -> Vec<(usize, Vec<Run>)> {
    let mut finished = Vec::new();
    for (position, Prepared { job, ready }) in group {
        let runs = match ready {
            Ok(ready) => run_streams(&job, &ready, context).await,
            Err(failure) => vec![Run {
                sync: job.label.clone(),
                to: job.to.to_string(),
                stream: None,
                mode: None,
                report: Report::default(),
                errors: errors_of(failure),
            }],
        };
        finished.push((position, runs));
    }
    finished
}

async fn run_streams(job: &Job, ready: &Ready, context: &Context) -> Vec<Run> {
    let mut runs = Vec::new();
    for part in &ready.parts {
        let run = run_stream(job, part, ready, context).await;
        let stops = run.errors.iter().any(|error| stops_the_sync(error.kind()));
        runs.push(run);
        if stops {
            break;
        }
    }
    runs
}

/// Whether the other streams of the account would fail in the same way.
fn stops_the_sync(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::Unauthorized | ErrorKind::RateLimited | ErrorKind::Cancelled)
}

async fn run_stream(job: &Job, part: &Part, ready: &Ready, context: &Context) -> Run {
    let stream = part.stream.as_str();
    let form = if context.args.json { Form::Json } else { Form::Text };
    let progress = Arc::new(StreamProgress::start(&context.messages, form, &job.label, stream));
    ready.account.router.add(Arc::clone(&progress));
    let outcome = load(job, part, ready, &progress, context).await;
    ready.account.router.remove(&progress);
    let (word, report, errors) = match outcome {
        Ok(report) => ("done", report, Vec::new()),
        Err(Failed { error, report }) if error.kind() == ErrorKind::Cancelled => {
            ("stopped", report, vec![error])
        }
        Err(Failed { error, report }) => ("failed", report, vec![error]),
    };
    progress.finish(word);
    Run {
        sync: job.label.clone(),
        to: job.to.to_string(),
        stream: Some(stream.to_owned()),
        mode: Some(part.mode),
        report,
        errors,
    }
}

async fn load(
    job: &Job,
    part: &Part,
    ready: &Ready,
    progress: &StreamProgress,
    context: &Context,
) -> Result<Report, Failed> {
    let session = &ready.account.session;
    let stream = part.stream.as_str();
    let choices = job.choices(part, &session.connector().descriptor().id);
    let planning = async { Ok(reading::plan(session, stream, job.options(), choices).await?) };
    let plan = or_stop(&context.cancel, planning).await.map_err(|failure| Failed {
        error: first_error(failure),
        report: Report { stream: stream.to_owned(), ..Report::default() },
    })?;
    tollgate_sync::run(
        session,
        job.destination(ready.password.as_ref()),
        &plan,
        progress,
        &context.cancel,
    )
    .await
}

fn first_error(failure: Failure) -> Error {
    let none = || Error::new(ErrorKind::Bug, "planning failed without an error");
    errors_of(failure).into_iter().next().unwrap_or_else(none)
}

fn errors_of(failure: Failure) -> Vec<Error> {
    match failure {
        Failure::Errors(errors) => errors,
        Failure::OutputClosed => Vec::new(),
    }
}
