//! Carries out a plan: parts are read side by side, their pages go through one bounded channel to
//! the writer, and only when every part came to its end is the load committed.
//!
//! Reading and writing overlap: the writer has a thread of its own, and the channel holds so few
//! pages that memory stays flat however large the stream is.

use std::time::Instant;

use arrow_array::RecordBatch;
use futures_util::{StreamExt, TryStreamExt, stream};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use tollgate_model::{Error, ErrorKind, Event, Observer, Result, Usage};

use crate::destination::{Destination, Load, Loaded};
use crate::plan::Plan;
use crate::report::{Failed, Report};
use crate::source::{Page, Pages, Partition, Source};

/// Pages between readers and writer. Two keep both sides busy; each may hold a megabyte.
const PAGES_WAITING_MAX: usize = 2;

/// Runs a plan.
///
/// # Errors
/// The first failure of the source or the destination, or [`ErrorKind::Cancelled`]; the destination
/// is then as it was before.
pub async fn run(
    source: &dyn Source,
    destination: Box<dyn Destination>,
    plan: &Plan,
    observer: &dyn Observer,
    cancel: &CancellationToken,
) -> Result<Report, Failed> {
    let started = Instant::now();
    let run = Run { source, plan, observer, counts: Counts::default() };
    let outcome = run.carry_out(destination, cancel).await;
    let mut report = run.counts.report(plan);
    report.elapsed = started.elapsed();
    match outcome {
        Ok(loaded) => Ok(Report { loaded: Some(loaded), ..report }),
        Err(error) => Err(Failed { error, report }),
    }
}

struct Run<'a> {
    source: &'a dyn Source,
    plan: &'a Plan,
    observer: &'a dyn Observer,
    counts: Counts,
}

impl Run<'_> {
    async fn carry_out(
        &self,
        destination: Box<dyn Destination>,
        cancel: &CancellationToken,
    ) -> Result<Loaded> {
        let writer = Writer::begin(destination, self.plan).await?;
        let stopped = tokio::select! {
            // A run that was asked to stop must not win the race and commit.
            biased;
            () = cancel.cancelled() => Err(Stop::Failed(cancelled())),
            outcome = self.read_all(&writer) => outcome,
        };
        // From here on nothing is cancelled: a commit is short, and half of one is nobody's wish.
        match stopped {
            Ok(()) | Err(Stop::Complete) => writer.commit().await,
            // A reader that could not hand over its page knows only that the writer is gone; why it
            // is gone is for the writer to say.
            Err(Stop::WriterGone) => Err(writer.abandon().await.unwrap_or_else(writer_panicked)),
            Err(Stop::Failed(error)) => {
                writer.abandon().await;
                Err(error)
            }
        }
    }

    async fn read_all(&self, writer: &Writer) -> Result<(), Stop> {
        let partitions = match self.source.partitions(&self.plan.read).await? {
            Some(partitions) => partitions.into_iter().map(Some).collect(),
            None => vec![None],
        };
        let reads = partitions.into_iter().map(|part| self.read(part, writer));
        stream::iter(reads)
            .buffer_unordered(self.plan.concurrency)
            .try_for_each(|()| std::future::ready(Ok(())))
            .await
    }

    /// Reads one part to its end.
    async fn read(&self, partition: Option<Partition>, writer: &Writer) -> Result<(), Stop> {
        if let Some(Partition { title, .. }) = &partition {
            self.observer.observe(&Event::PartitionStarted { partition: title.clone() });
        }
        let pages = self.source.open(&self.plan.read, partition.as_ref()).await?;
        let mut pages = Metered { pages, counts: &self.counts };
        let mut rows = 0;
        while let Some(page_rows) = self.next(pages.pages.as_mut(), writer).await? {
            rows += page_rows;
        }
        if let Some(Partition { title: partition, .. }) = partition {
            self.counts.add_partition();
            self.observer.observe(&Event::PartitionFinished { partition, rows });
        }
        Ok(())
    }

    /// Reads one page and hands it to the writer; gives its rows, or `None` at the end.
    async fn next(&self, pages: &mut dyn Pages, writer: &Writer) -> Result<Option<u64>, Stop> {
        let Some(Page { batch, rows_total, .. }) = pages.next().await? else {
            return Ok(None);
        };
        let rows = batch.num_rows() as u64;
        let taken = self.counts.take(rows, self.plan.limit);
        // A `usize` that came from a batch's length goes back into one.
        let batch = if taken < rows { batch.slice(0, taken as usize) } else { batch };
        writer.write(batch).await?;
        self.observer.observe(&Event::Page { rows: taken, rows_total });
        if self.plan.limit.is_some_and(|limit| self.counts.rows() >= limit) {
            return Err(Stop::Complete);
        }
        Ok(Some(taken))
    }
}

/// Why reading stopped before the end of a part.
enum Stop {
    /// As many rows as were wanted have come.
    Complete,
    /// The writer failed.
    WriterGone,
    /// The source failed.
    Failed(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Stop::Failed(error)
    }
}

/// A read whose usage is counted however it ends: an error, the limit, or another part's failure.
struct Metered<'a> {
    pages: Box<dyn Pages>,
    counts: &'a Counts,
}

impl Drop for Metered<'_> {
    fn drop(&mut self) {
        self.counts.add_usage(self.pages.usage());
    }
}

/// What the readers counted, together.
#[derive(Default)]
struct Counts(std::sync::Mutex<Counted>);

#[derive(Clone, Copy, Default)]
struct Counted {
    rows: u64,
    pages: u64,
    partitions: u64,
    usage: Usage,
}

impl Counts {
    fn with<T>(&self, change: impl FnOnce(&mut Counted) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner()))
    }

    /// Counts a page and says how many of its rows are still within the limit.
    fn take(&self, rows: u64, limit: Option<u64>) -> u64 {
        self.with(|counted| {
            let taken = limit.map_or(rows, |limit| rows.min(limit.saturating_sub(counted.rows)));
            counted.rows += taken;
            counted.pages += 1;
            taken
        })
    }

    fn rows(&self) -> u64 {
        self.with(|counted| counted.rows)
    }

    fn add_partition(&self) {
        self.with(|counted| counted.partitions += 1);
    }

    fn add_usage(&self, usage: Usage) {
        self.with(|counted| counted.usage.add(usage));
    }

    fn report(&self, plan: &Plan) -> Report {
        let Counted { rows, pages, partitions, usage } = self.with(|counted| *counted);
        Report {
            stream: plan.read.stream.clone(),
            table: plan.table.name.clone(),
            rows,
            pages,
            partitions,
            usage,
            ..Report::default()
        }
    }
}

/// The destination, on a thread of its own.
struct Writer {
    batches: mpsc::Sender<RecordBatch>,
    commit: oneshot::Sender<()>,
    outcome: oneshot::Receiver<Result<Loaded>>,
}

impl Writer {
    /// Begins the load; gives an error before anything is read where the destination refuses.
    async fn begin(mut destination: Box<dyn Destination>, plan: &Plan) -> Result<Writer> {
        let table = plan.table.clone();
        let (batches, receiver) = mpsc::channel(PAGES_WAITING_MAX);
        let (commit, committed) = oneshot::channel();
        let (report, outcome) = oneshot::channel();
        let (ready, begun) = oneshot::channel();
        // A blocking task cannot be cancelled; it ends by itself when the channels close, and
        // nothing of it is visible then.
        tokio::task::spawn_blocking(move || match destination.begin(&table) {
            Err(error) => drop(ready.send(Err(error))),
            Ok(load) => {
                if ready.send(Ok(())).is_ok() {
                    let _ = report.send(write_all(load, receiver, committed));
                }
            }
        });
        begun.await.unwrap_or_else(|_| Err(writer_panicked()))?;
        Ok(Writer { batches, commit, outcome })
    }

    async fn write(&self, batch: RecordBatch) -> Result<(), Stop> {
        self.batches.send(batch).await.map_err(|_| Stop::WriterGone)
    }

    async fn commit(self) -> Result<Loaded> {
        let _ = self.commit.send(());
        drop(self.batches);
        self.outcome.await.unwrap_or_else(|_| Err(writer_panicked()))
    }

    /// Gives the load up and waits until it has tidied up; its error, if it was the one to fail.
    async fn abandon(self) -> Option<Error> {
        drop(self.commit);
        drop(self.batches);
        self.outcome.await.ok()?.err()
    }
}

fn write_all(
    mut load: Box<dyn Load>,
    mut batches: mpsc::Receiver<RecordBatch>,
    mut commit: oneshot::Receiver<()>,
) -> Result<Loaded> {
    while let Some(batch) = batches.blocking_recv() {
        load.write(&batch)?;
    }
    // The word to commit is sent before the channel is closed: without it, the run was given up.
    match commit.try_recv() {
        Ok(()) => load.commit(),
        Err(_) => Err(cancelled()),
    }
}

fn cancelled() -> Error {
    Error::new(ErrorKind::Cancelled, "the run was stopped before its end")
}

fn writer_panicked() -> Error {
    Error::new(ErrorKind::Bug, "the destination's thread panicked")
}
