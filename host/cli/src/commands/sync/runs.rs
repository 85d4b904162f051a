//! Carries out syncs, stream by stream, and has what came of them remembered.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tollgate_model::{Error, ErrorKind, Result};
use tollgate_runs::{RunId, Trigger};
use tollgate_sync::{Failed, Mode, Report};

use super::jobs::{Job, Part};
use super::prepared::{Prepared, Ready};
use crate::commands::reading;
use crate::context::Context;
use crate::failure::Failure;
use crate::interrupt::or_stop;
use crate::messages::Verbosity;
use crate::progress::{Form, StreamProgress};
use crate::recorder::{Recorder, Recording};

/// What has a sync run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cause {
    /// A command, or its schedule.
    pub trigger: Trigger,
    /// Which try it is, from 1.
    pub attempt: u32,
}

/// What came of a sync.
pub struct Ran {
    /// The number under which it is remembered.
    pub id: Option<RunId>,
    /// What came of each of its streams.
    pub runs: Vec<Run>,
}

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
    /// A sync that did not come to any stream.
    fn failed(job: &Job, errors: Vec<Error>) -> Self {
        Run {
            sync: job.label.clone(),
            to: job.to.to_string(),
            stream: None,
            mode: None,
            report: Report::default(),
            errors,
        }
    }

    /// What went wrong, each with the name of the sync.
    pub fn into_errors(self) -> Vec<Error> {
        let label = match &self.stream {
            Some(stream) => format!("sync {}, stream {stream}", self.sync),
            None => format!("sync {}", self.sync),
        };
        self.errors.into_iter().map(|error| error.context(&label)).collect()
    }
}

/// Runs syncs one after the other, because somebody said so; gives what came of each, with its
/// position.
pub async fn run_group(
    group: Vec<(usize, Prepared)>,
    recorder: &Recorder,
    context: &Context,
) -> Vec<(usize, Vec<Run>)> {
    let by_hand = Cause { trigger: Trigger::Hand, attempt: 1 };
    let mut finished = Vec::new();
    for (position, prepared) in group {
        let ran = run_sync(prepared, by_hand, recorder, context).await;
        finished.push((position, ran.runs));
    }
    finished
}

/// Runs a sync, unless it is running already, and has it remembered.
pub async fn run_sync(
    prepared: Prepared,
    cause: Cause,
    recorder: &Recorder,
    context: &Context,
) -> Ran {
    let Prepared { job, ready } = prepared;
    let recording = match recorder.begin(job.start(cause), &context.cancel).await {
        Ok(recording) => recording,
        Err(error) => return Ran { id: None, runs: vec![Run::failed(&job, vec![error])] },
    };
    let mut runs = match ready {
        Ok(ready) => run_streams(&job, &ready, cause, &recording, context).await,
        Err(failure) => vec![Run::failed(&job, errors_of(failure))],
    };
    if let (Some(error), Some(last)) = (recording.lost(), runs.last_mut()) {
        last.errors = vec![error];
    }
    let id = recording.id();
    recording.end(&runs).await;
    Ran { id, runs }
}

async fn run_streams(
    job: &Job,
    ready: &Ready,
    cause: Cause,
    recording: &Recording,
    context: &Context,
) -> Vec<Run> {
    let form = form(cause, context);
    let mut runs = Vec::new();
    for part in &ready.parts {
        let run = run_stream(job, part, ready, form, recording, context).await;
        let stops = run.errors.iter().any(|error| stops_the_sync(error.kind()));
        runs.push(run);
        if stops {
            break;
        }
    }
    runs
}

/// Nobody watches a scheduled run: what has to be known of it later is in its log.
fn form(cause: Cause, context: &Context) -> Form {
    let is_watched = cause.trigger == Trigger::Hand;
    match context.args.json {
        _ if !is_watched && context.messages.verbosity() < Verbosity::Verbose => Form::Hidden,
        true => Form::Json,
        false => Form::Text,
    }
}

/// Whether the other streams of the account would fail in the same way.
fn stops_the_sync(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::Unauthorized | ErrorKind::RateLimited | ErrorKind::Cancelled)
}

async fn run_stream(
    job: &Job,
    part: &Part,
    ready: &Ready,
    form: Form,
    recording: &Recording,
    context: &Context,
) -> Run {
    let stream = part.stream.as_str();
    let log = recording.log();
    let progress = StreamProgress::start(&context.messages, form, &job.label, stream, log);
    let progress = Arc::new(progress);
    ready.account.router.add(Arc::clone(&progress));
    let outcome = load(job, part, ready, &progress, recording.cancel()).await;
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
    cancel: &CancellationToken,
) -> Result<Report, Failed> {
    let session = &ready.account.session;
    let stream = part.stream.as_str();
    let choices = job.choices(part, session.connector().descriptor());
    let planning = async {
        let read = job.read(session, stream)?;
        Ok(reading::plan(session, read, choices).await?)
    };
    let plan = or_stop(cancel, planning).await.map_err(|failure| Failed {
        error: first_error(failure),
        report: Report { stream: stream.to_owned(), ..Report::default() },
    })?;
    let destination = job.destination(ready.password.as_ref());
    tollgate_sync::run(session, destination, &plan, progress, cancel).await
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
