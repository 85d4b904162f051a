//! Carries out a plan: parts are read side by side, their pages go through one bounded channel to
//! the writer, and only when every part came to its end is the load committed. A part that fails for
//! a moment is opened again beside the others.
//!
//! Reading and writing overlap: the writer has a thread of its own, and the channel holds so few
//! pages that memory stays flat however large the stream is.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::{StreamExt, TryStreamExt, stream};
use tokio_util::sync::CancellationToken;
use tollgate_model::text::quote;
use tollgate_model::{Error, Event, Observer};

use crate::counts::Counts;
use crate::course::{Begin, Course};
use crate::destination::{Destination, Mode};
use crate::plan::Plan;
use crate::report::{Failed, Report};
use crate::retry::{Next, Terms, Tries};
use crate::source::{Page, Pages, Partition, Read, Source};
use crate::writer::{Gone, Message, PartId, Writer, Written, stopped};

/// Runs a plan.
///
/// # Errors
/// The first failure of the source or the destination, or [`tollgate_model::ErrorKind::Cancelled`].
/// The report says what is kept of the run; where it says nothing, the destination is as it was
/// before.
pub async fn run(
    source: &dyn Source,
    destination: Box<dyn Destination>,
    plan: &Plan,
    observer: &dyn Observer,
    cancel: &CancellationToken,
) -> Result<Report, Failed> {
    let started = Instant::now();
    let counts = Counts::default();
    let begun = Writer::begin(destination, plan).await;
    let (writer, course) = match begun {
        Ok(begun) => begun,
        Err(error) => {
            let report = Report { elapsed: started.elapsed(), ..counts.report(plan) };
            return Err(Failed { error, report });
        }
    };
    let read = course.read(&plan.read);
    let merges = plan.table.mode == Mode::Merge;
    let terms = Terms { retries: plan.part_retries, merges, keeps: writer.keeps };
    let (counts, course, left) = (&counts, &course, Mutex::default());
    let run = Run { source, plan, read, observer, counts, course, terms, left };
    run.tell_where_it_begins();
    let Written { outcome, kept } = run.carry_out(writer, cancel).await;
    let report = Report {
        elapsed: started.elapsed(),
        resumed: course.resumed.clone(),
        not_resumed: course.not_resumed.clone(),
        kept,
        ..counts.report(plan)
    };
    match outcome {
        Ok(loaded) => Ok(Report { loaded: Some(loaded), ..report }),
        Err(error) => Err(Failed { error, report }),
    }
}

struct Run<'a> {
    source: &'a dyn Source,
    plan: &'a Plan,
    read: Read,
    observer: &'a dyn Observer,
    counts: &'a Counts,
    course: &'a Course,
    terms: Terms,
    /// The part that was left first, and its error.
    left: Mutex<Option<(Option<Partition>, Error)>>,
}

impl Run<'_> {
    fn tell_where_it_begins(&self) {
        if let Some(reason) = &self.course.not_resumed {
            self.observer.observe(&Event::FromStart { reason: reason.clone() });
        }
        if let Some(resumed) = &self.course.resumed {
            let (rows, began_at) = (resumed.rows, resumed.began_at);
            self.observer.observe(&Event::GoesOn { rows, began_at });
        }
    }

    async fn carry_out(&self, writer: Writer, cancel: &CancellationToken) -> Written {
        let stopped = tokio::select! {
            // A run that was asked to stop must not win the race and commit.
            biased;
            () = cancel.cancelled() => Err(Stop::Failed(stopped())),
            outcome = self.read_all(&writer) => outcome,
        };
        // From here on nothing is cancelled: a commit is short, and half of one is nobody's wish.
        match stopped {
            Ok(()) => writer.commit().await,
            Err(Stop::Complete) => writer.enough().await,
            // A reader that could not hand over its page knows only that the writer is gone; why it
            // is gone is for the writer to say.
            Err(Stop::WriterGone) => writer.commit().await,
            Err(Stop::Failed(error)) => {
                let Written { kept, .. } = writer.abandon(&error).await;
                Written { outcome: Err(self.course.explain(error)), kept }
            }
        }
    }

    async fn read_all(&self, writer: &Writer) -> Result<(), Stop> {
        let partitions = match self.source.partitions(&self.read).await? {
            Some(partitions) => partitions.into_iter().map(Some).collect(),
            None => vec![None],
        };
        let reads = partitions.into_iter().map(|part| self.read(part, writer));
        stream::iter(reads)
            .buffer_unordered(self.plan.concurrency)
            .try_for_each(|()| std::future::ready(Ok(())))
            .await?;
        self.first_left().map_or(Ok(()), |error| Err(Stop::Failed(error)))
    }

    /// The error of the first part that was left.
    fn first_left(&self) -> Option<Error> {
        let left = self.left.lock().unwrap_or_else(PoisonError::into_inner).take();
        let (partition, error) = left?;
        let Some(Partition { title, .. }) = partition else { return Some(error) };
        let (left, ended) = self.counts.left_and_ended();
        let title = quote(&title);
        Some(error.context(format_args!("part {title} ({left} failed, {ended} came to their end)")))
    }

    /// Reads one part to its end, if it was not by an earlier run; in several tries where it fails.
    async fn read(&self, partition: Option<Partition>, writer: &Writer) -> Result<(), Stop> {
        let part: PartId = partition.as_ref().map(|partition| Arc::from(partition.id.as_str()));
        let mut tries = match self.course.begin(part.as_deref()) {
            Begin::Done => {
                self.counts.add_partition_before();
                return Ok(());
            }
            Begin::AtStart => Tries::from(None),
            Begin::After(checkpoint) => Tries::from(Some(checkpoint)),
        };
        if let Some(Partition { title, .. }) = &partition {
            self.observer.observe(&Event::PartitionStarted { partition: title.clone() });
        }
        let mut rows = 0;
        loop {
            let error = match self.read_on(&partition, &part, &mut tries, writer, &mut rows).await {
                Ok(()) => break,
                Err(Stop::Failed(error)) => error,
                Err(stop) => return Err(stop),
            };
            match tries.failed(&error, self.terms, self.counts.left_in_a_row()) {
                Next::Again { retry, delay } => {
                    self.again(partition.as_ref(), retry, delay, &error).await;
                }
                Next::Leave => {
                    self.leave(partition, error);
                    return Ok(());
                }
                Next::EndRun => return Err(error.into()),
            }
        }
        writer.send(Message::Ended { part }).await?;
        if let Some(Partition { title: partition, .. }) = partition {
            self.counts.add_partition();
            self.observer.observe(&Event::PartitionFinished { partition, rows });
        }
        Ok(())
    }

    /// One try to read a part to its end, after its last checkpoint.
    async fn read_on(
        &self,
        partition: &Option<Partition>,
        part: &PartId,
        tries: &mut Tries,
        writer: &Writer,
        rows: &mut u64,
    ) -> Result<(), Stop> {
        let checkpoint = tries.checkpoint();
        let pages = self.source.open(&self.read, partition.as_ref(), checkpoint).await?;
        let mut pages = Metered { pages, counts: self.counts };
        while let Some(page_rows) = self.next(pages.pages.as_mut(), part, tries, writer).await? {
            *rows += page_rows;
        }
        Ok(())
    }

    async fn again(&self, of: Option<&Partition>, retry: u32, wait: Duration, error: &Error) {
        self.counts.add_part_retry();
        let (partition, error) = (of.map(|of| of.title.clone()), error.to_string());
        self.observer.observe(&Event::PartitionRetried { partition, retry, wait, error });
        tokio::time::sleep(wait).await;
    }

    fn leave(&self, partition: Option<Partition>, error: Error) {
        if let Some(Partition { title: partition, .. }) = &partition {
            let (partition, error) = (partition.clone(), error.to_string());
            self.observer.observe(&Event::PartitionLeft { partition, error });
        }
        self.counts.add_part_left();
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        left.get_or_insert((partition, error));
    }

    /// Reads one page and hands it to the writer; gives its rows, or `None` at the end.
    async fn next(
        &self,
        pages: &mut dyn Pages,
        part: &PartId,
        tries: &mut Tries,
        writer: &Writer,
    ) -> Result<Option<u64>, Stop> {
        let Some(page) = pages.next().await? else {
            return Ok(None);
        };
        let rows = page.batch.num_rows() as u64;
        let taken = self.counts.take(&page, self.plan.limit);
        let Page { batch, children, checkpoint, rows_total } = page;
        // A `usize` that came from a batch's length goes back into one.
        let batch = if taken < rows { batch.slice(0, taken as usize) } else { batch };
        let child_rows: Vec<u64> = children.iter().map(|child| child.num_rows() as u64).collect();
        tries.page(taken, checkpoint.clone());
        let part = part.clone();
        writer.send(Message::Page { part, batch, children, checkpoint }).await?;
        self.observer.observe(&Event::Page { rows: taken, rows_total });
        for (child, rows) in self.plan.table.children.iter().zip(child_rows) {
            self.observer.observe(&Event::ChildRows { table: child.name.clone(), rows });
        }
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

impl From<Gone> for Stop {
    fn from(_: Gone) -> Self {
        Stop::WriterGone
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
