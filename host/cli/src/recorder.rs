//! Has runs remembered while they are carried out, and keeps the lock of each.
//!
//! What is remembered of runs serves people and schedules, and no row depends on it: where it cannot
//! be written down, that is told, and the run goes on.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};
use tollgate_model::{Error, ErrorKind, Result, Usage};
use tollgate_runs::{
    BEAT_EVERY, Ended, Held, Keep, Level, Owner, Progress, RunError, RunId, Start, Status, Store,
    TableRows, Trigger,
};

use crate::commands::sync::runs::Run;
use crate::config::Config;
use crate::context::Context;
use crate::failure::causes;
use crate::messages::Messages;
use crate::notifier::Notifier;
use crate::progress::RunLog;
use crate::quantities;

/// The store of the project, for whoever needs it.
///
/// # Errors
/// As [`Store::open`].
pub fn open_store(context: &Context, config: &Config) -> Result<Store> {
    let file = config.runs.file.as_ref().map(|file| file.get_ref().clone());
    let path = file.unwrap_or_else(|| context.project.runs_path());
    Store::open(path, Owner::this_process(), config.runs.keep())
}

/// Has runs remembered. Cheap to clone.
#[derive(Clone)]
pub struct Recorder {
    store: Option<Arc<Mutex<Store>>>,
    keep: Keep,
    beat_every: Duration,
    notifier: Option<Arc<Notifier>>,
    messages: Messages,
}

impl Recorder {
    /// The recorder of the project. Where its store cannot be had, that is told, and nothing is
    /// remembered.
    pub fn open(store: Result<Store>, context: &Context, config: &Config) -> Self {
        if let Err(error) = &store {
            tell_unremembered(&context.messages, error);
        }
        Recorder::of(store.ok(), context, config)
    }

    /// A recorder with this store.
    pub fn of(store: Option<Store>, context: &Context, config: &Config) -> Self {
        Recorder {
            store: store.map(|store| Arc::new(Mutex::new(store))),
            keep: config.runs.keep(),
            beat_every: BEAT_EVERY,
            notifier: Notifier::of(config, &context.messages).map(Arc::new),
            messages: context.messages.clone(),
        }
    }

    /// Has a run begin, or one that is not remembered where there is no `start`. It is cancelled
    /// with `cancel`, and where it loses its lock.
    ///
    /// # Errors
    /// [`ErrorKind::Busy`] where the sync is running already.
    pub async fn begin(
        &self,
        start: Option<Start>,
        cancel: &CancellationToken,
    ) -> Result<Recording> {
        let log = Arc::new(RunLog::new(self.keep.log_lines));
        let mut recording = Recording {
            recorder: self.clone(),
            sync: start.as_ref().map(|start| start.sync.clone()),
            id: None,
            log,
            cancel: cancel.child_token(),
            is_lost: Arc::default(),
            heart: None,
        };
        let Some(start) = start else { return Ok(recording) };
        let sync = start.sync.clone();
        // The one before may have been interrupted, and may be forgotten when this one begins.
        self.notify(&sync).await;
        let is_by_hand = start.trigger == Trigger::Hand;
        let begin = move |store: &mut Store| {
            let now = Timestamp::now();
            let paused = store.history(&start.sync, None, now)?.paused.is_some();
            Ok((store.begin(&start, now)?, paused))
        };
        match self.with_store(begin).await {
            None => {}
            Some(Err(error)) => tell_unremembered(&self.messages, &error),
            Some(Ok((Err(held), _))) => return Err(busy(&sync, &held)),
            Some(Ok((Ok(id), paused))) => {
                if paused && is_by_hand {
                    let resume = format!("`tollgate resume {sync}` ends that");
                    self.messages.say(&format!("{sync}: its schedule is paused; {resume}"));
                }
                recording.id = Some(id);
                let stop = CancellationToken::new();
                let beats = tokio::spawn(recording.beat(id, stop.clone()));
                recording.heart = Some((stop.drop_guard(), beats));
            }
        }
        Ok(recording)
    }

    /// Who is told of syncs that begin to fail, if anybody is.
    pub fn notifier(&self) -> Option<&Arc<Notifier>> {
        self.notifier.as_ref()
    }

    /// Tells how a sync stands, where that is to be told.
    async fn notify(&self, sync: &str) {
        let Some(notifier) = &self.notifier else { return };
        let (taking, sync) = (Arc::clone(notifier), sync.to_owned());
        let take = move |store: &mut Store| {
            let now = Timestamp::now();
            store.settle(now)?;
            taking.take(store, &sync, now)
        };
        match self.with_store(take).await {
            Some(Ok(Some(notice))) => notifier.tell(&notice).await,
            Some(Err(error)) => tell_unremembered(&self.messages, &error),
            Some(Ok(None)) | None => {}
        }
    }

    /// Asks the store on a thread that may block. `None`: there is none.
    pub async fn with_store<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&mut Store) -> Result<T> + Send + 'static,
    ) -> Option<Result<T>> {
        let store = Arc::clone(self.store.as_ref()?);
        let asked = tokio::task::spawn_blocking(move || {
            ask(&mut store.lock().unwrap_or_else(PoisonError::into_inner))
        });
        Some(asked.await.unwrap_or_else(|error| {
            let message = "asking the store of runs did not come to its end";
            Err(Error::new(ErrorKind::Bug, message).with_source(error))
        }))
    }
}

/// A run that is being remembered.
pub struct Recording {
    recorder: Recorder,
    /// The sync, where it is one of the file.
    sync: Option<String>,
    id: Option<RunId>,
    log: Arc<RunLog>,
    cancel: CancellationToken,
    is_lost: Arc<AtomicBool>,
    /// What ends the beats, and their end.
    heart: Option<(DropGuard, JoinHandle<()>)>,
}

impl Recording {
    /// Its number, where it is remembered.
    pub fn id(&self) -> Option<RunId> {
        self.id
    }

    /// Its log.
    pub fn log(&self) -> &Arc<RunLog> {
        &self.log
    }

    /// Set when the run has to end.
    pub fn cancel(&self) -> &CancellationToken {
        &self.cancel
    }

    /// Why it had to end, where another took its lock over.
    pub fn lost(&self) -> Option<Error> {
        let lost = || {
            Error::new(ErrorKind::Busy, "another process has taken the lock of this sync over")
                .with_hint("it was not heard of for a minute, as where a machine sleeps")
        };
        self.is_lost.load(Ordering::Relaxed).then(lost)
    }

    /// Shows every few seconds that the run lives.
    fn beat(&self, id: RunId, stop: CancellationToken) -> impl Future<Output = ()> + use<> {
        let (recorder, log) = (self.recorder.clone(), Arc::clone(&self.log));
        let (cancel, is_lost) = (self.cancel.clone(), Arc::clone(&self.is_lost));
        async move {
            loop {
                tokio::select! {
                    () = tokio::time::sleep(recorder.beat_every) => {}
                    () = stop.cancelled() => return,
                }
                let (progress, lines) = (log.progress(), log.take_lines());
                let beat =
                    move |store: &mut Store| store.beat(id, &progress, &lines, Timestamp::now());
                // A store that fails now may be there at the next beat; at the end it is told.
                if let Some(Ok(false)) = recorder.with_store(beat).await {
                    is_lost.store(true, Ordering::Relaxed);
                    cancel.cancel();
                    return;
                }
            }
        }
    }

    /// Writes down what came of the run, gives its lock back, and tells how the sync stands.
    pub async fn end(mut self, runs: &[Run]) {
        if let Some((stop, beats)) = self.heart.take() {
            drop(stop);
            // A beat that has begun is waited for, so that its lines come before the last ones. One
            // that panicked has told so.
            let _ = beats.await;
        }
        let Some(id) = self.id else { return };
        for run in runs {
            for error in &run.errors {
                self.log.add(Level::Error, run.stream.as_deref(), &in_full(error));
            }
        }
        let (ended, lines) = (ended(runs), self.log.take_lines());
        let end = move |store: &mut Store| store.end(id, &ended, &lines, Timestamp::now());
        if let Some(Err(error)) = self.recorder.with_store(end).await {
            tell_unremembered(&self.recorder.messages, &error);
        } else if let Some(sync) = &self.sync {
            self.recorder.notify(sync).await;
        }
    }
}

/// What came of a run as a whole.
pub fn ended(runs: &[Run]) -> Ended {
    let error = runs.iter().find_map(|run| {
        let mut error = RunError::from(run.errors.first()?);
        if let Some(stream) = &run.stream {
            error.message = format!("stream {stream}: {}", error.message);
        }
        Some(error)
    });
    let status = match &error {
        None => Status::Succeeded,
        Some(error) if error.kind == ErrorKind::Cancelled => Status::Stopped,
        Some(_) => Status::Failed,
    };
    let mut progress = Progress::default();
    let mut usage = Usage::default();
    let mut tables = Vec::new();
    for Run { stream, report, .. } in runs {
        progress.rows += report.rows;
        progress.pages += report.pages;
        progress.part_retries += report.part_retries;
        usage.add(report.usage);
        let Some(stream) = stream else { continue };
        let table =
            |table: &str, rows| TableRows { stream: stream.clone(), table: table.to_owned(), rows };
        tables.push(table(&report.table, report.rows));
        tables.extend(report.children.iter().map(|child| table(&child.table, child.rows)));
    }
    Ended { status, progress: Progress { usage, ..progress }, tables, error }
}

/// An error with its causes, as a line.
fn in_full(error: &Error) -> String {
    let mut text = error.message().to_owned();
    for cause in causes(error) {
        text.push_str(&format!("; because: {cause}"));
    }
    text
}

/// The error for a sync whose lock another holds.
pub fn busy(sync: &str, held: &Held) -> Error {
    let Held { run, owner, since } = held;
    let since = quantities::instant(since.as_microsecond());
    let Some(run) = run else {
        let message =
            format!("the state of sync {sync} is being changed by {owner}, since {since}");
        return Error::new(ErrorKind::Busy, message).with_hint("that takes some moments");
    };
    let message = format!("sync {sync} is running already: run {run} of {owner}, since {since}");
    Error::new(ErrorKind::Busy, message)
        .with_hint(format!("`tollgate runs show {run}` tells how far it is"))
}

fn tell_unremembered(messages: &Messages, error: &Error) {
    let reason = in_full(error);
    messages.warn(&format!("{reason}; what runs come to is not remembered"));
}

#[cfg(test)]
mod tests;
