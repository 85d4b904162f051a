//! The destination, on a thread of its own: it takes pages from a channel, and makes rows and state
//! durable when the ledger says so.

use std::sync::Arc;
use std::time::Instant;

use arrow_array::RecordBatch;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tollgate_model::{Error, ErrorKind, Result};

use crate::columns::Shape;
use crate::course::{Course, Ledger};
use crate::destination::{Begun, Destination, Load, Loaded, Mode, Start, Table};
use crate::plan::{Plan, Refresh};
use crate::report::RowsKept;
use crate::state::{Change, Round};

/// What may wait between readers and writer: as much as the databases write in one transaction, so
/// that reading goes on meanwhile. A page that is larger waits alone.
const WAITING_KIB_MAX: u32 = 4 * 1024;

/// The id of a partition; none for a stream that is read as one.
pub(crate) type PartId = Option<Arc<str>>;

/// What readers hand over.
pub(crate) enum Message {
    /// A page of a part.
    Page {
        part: PartId,
        batch: RecordBatch,
        children: Vec<RecordBatch>,
        checkpoint: Option<String>,
    },
    /// A part came to its end.
    Ended { part: PartId },
}

impl Message {
    /// How much memory a page holds, its checkpoint included, one without rows too. The end of a part
    /// holds none.
    fn kib(&self) -> u32 {
        let Message::Page { batch, children, checkpoint, .. } = self else { return 0 };
        let pages = std::iter::once(batch).chain(children);
        let rows: usize = pages.map(RecordBatch::get_array_memory_size).sum();
        let bytes = rows + checkpoint.as_ref().map_or(0, String::len);
        u32::try_from(bytes / 1024).unwrap_or(u32::MAX).saturating_add(1)
    }
}

/// The last word to the writer, said before the channel is closed. Without one, the run was dropped.
enum Word {
    /// Every part came to its end.
    Commit,
    /// As many rows as were wanted have come.
    Enough,
    /// The read failed; the rest may come in a later run.
    Pause,
    /// The read failed; what can be read so far is not worth waiting for more.
    GiveUp,
}

/// What the writer came to.
pub(crate) struct Written {
    /// What was loaded, or why nothing was.
    pub(crate) outcome: Result<Loaded>,
    /// What is kept of a load that came to no end.
    pub(crate) kept: Option<RowsKept>,
}

/// The destination, on a thread of its own.
pub(crate) struct Writer {
    /// Whether rows are kept before the end, so that what is read is of use without the rest.
    pub(crate) keeps: bool,
    messages: mpsc::UnboundedSender<(Message, Option<OwnedSemaphorePermit>)>,
    /// Room for pages that wait, in KiB. It is bounded, and so the channel need not be.
    room: Arc<Semaphore>,
    word: oneshot::Sender<Word>,
    written: oneshot::Receiver<Written>,
}

/// The writer is gone; why, is for it to say.
pub(crate) struct Gone;

impl Writer {
    /// Begins the load, and finds out where the read begins. Gives an error before anything is read
    /// where the destination refuses.
    pub(crate) async fn begin(
        mut destination: Box<dyn Destination>,
        plan: &Plan,
    ) -> Result<(Writer, Course)> {
        let plan = plan.clone();
        let (messages, receiver) = mpsc::unbounded_channel();
        let (word, last_word) = oneshot::channel();
        let (report, written) = oneshot::channel();
        let (ready, begun) = oneshot::channel();
        // A blocking task cannot be cancelled; it ends by itself when the channels close, and what
        // is visible then is what was kept last.
        tokio::task::spawn_blocking(move || {
            let start = match plan.refresh {
                _ if plan.limit.is_some() => Start::Stateless,
                Refresh::GoOn | Refresh::Anew => Start::GoOn(&plan.scope),
                Refresh::Full => Start::Fresh,
            };
            let is_anew = plan.refresh == Refresh::Anew && start != Start::Stateless;
            let begun = if is_anew {
                begin_anew(destination.as_mut(), &plan.table, start)
            } else {
                destination.begin(&plan.table, start)
            };
            match begun {
                Err(error) => drop(ready.send(Err(error))),
                Ok(Begun { load, kept, table }) => {
                    let first = Round::first(&plan.read);
                    let course = Course::new(plan.scope.clone(), plan.has_cursor, kept, first);
                    let is_stateful = start != Start::Stateless;
                    let keeps = is_stateful && load.pace().is_some();
                    if ready.send(Ok((course.clone(), keeps))).is_ok() {
                        let ledger = is_stateful.then(|| Ledger::new(course));
                        let mode = plan.table.mode;
                        let (shape, started) = (plan.shape.onto(&table), Instant::now());
                        let mut writing = Writing { load, ledger, mode, shape, started };
                        let outcome = writing.take_all(receiver);
                        let _ = report.send(writing.end(outcome, last_word));
                    }
                }
            }
        });
        let (course, keeps) = begun.await.unwrap_or_else(|_| Err(panicked()))?;
        let room = Arc::new(Semaphore::new(WAITING_KIB_MAX as usize));
        Ok((Writer { keeps, messages, room, word, written }, course))
    }

    /// Hands a message over, a page as soon as there is room for it.
    pub(crate) async fn send(&self, message: Message) -> Result<(), Gone> {
        let room = match message.kib() {
            0 => None,
            // The semaphore is never closed.
            kib => self.room.clone().acquire_many_owned(kib.min(WAITING_KIB_MAX)).await.ok(),
        };
        self.messages.send((message, room)).map_err(|_| Gone)
    }

    pub(crate) async fn commit(self) -> Written {
        self.end(Word::Commit).await
    }

    pub(crate) async fn enough(self) -> Written {
        self.end(Word::Enough).await
    }

    /// Ends a load whose read failed, and waits until it has tidied up.
    pub(crate) async fn abandon(self, error: &Error) -> Written {
        self.end(if error.kind().consequence().passes { Word::Pause } else { Word::GiveUp }).await
    }

    async fn end(self, word: Word) -> Written {
        let _ = self.word.send(word);
        drop(self.messages);
        self.written.await.unwrap_or_else(|_| Written { outcome: Err(panicked()), kept: None })
    }
}

/// Begins without what was kept. A destination that refuses the table keeps it: it goes only when a
/// load of it can be.
fn begin_anew(destination: &mut dyn Destination, table: &Table, start: Start<'_>) -> Result<Begun> {
    destination.begin(table, start)?.load.pause()?;
    destination.forget(&table.name)?;
    destination.begin(table, start)
}

/// A load under way.
struct Writing {
    load: Box<dyn Load>,
    /// `None`: no state is kept.
    ledger: Option<Ledger>,
    mode: Mode,
    shape: Shape,
    started: Instant,
}

impl Writing {
    fn take_all(
        &mut self,
        mut messages: mpsc::UnboundedReceiver<(Message, Option<OwnedSemaphorePermit>)>,
    ) -> Result<()> {
        while let Some((message, _room)) = messages.blocking_recv() {
            match message {
                Message::Page { part, batch, children, checkpoint } => {
                    let (batch, children) = self.shape.apply(batch, children)?;
                    self.load.write(&batch, &children)?;
                    if let Some(ledger) = &mut self.ledger {
                        ledger.page(part.as_deref(), batch.num_rows() as u64, checkpoint);
                    }
                }
                Message::Ended { part } => {
                    if let Some(ledger) = &mut self.ledger {
                        ledger.ended(part.as_deref());
                    }
                }
            }
            self.keep_if(|ledger, load, now| {
                load.pace().is_some_and(|pace| ledger.is_due(pace, now))
            })?;
        }
        Ok(())
    }

    /// Makes durable what was written, if this says so.
    fn keep_if(
        &mut self,
        wanted: impl FnOnce(&Ledger, &dyn Load, std::time::Duration) -> bool,
    ) -> Result<()> {
        let Some(ledger) = &mut self.ledger else { return Ok(()) };
        let now = self.started.elapsed();
        if wanted(ledger, &*self.load, now) {
            self.load.keep(&ledger.change())?;
            ledger.kept(now);
        }
        Ok(())
    }

    fn end(self, outcome: Result<()>, mut word: oneshot::Receiver<Word>) -> Written {
        let word = word.try_recv();
        if let Err(error) = outcome {
            // A connection that was lost takes nothing of what was kept with it.
            let stays = self.mode != Mode::Replace || error.kind().consequence().passes;
            return self.failed(error, stays);
        }
        let change: Option<Change> = self.ledger.as_ref().map(Ledger::end);
        match word {
            Ok(Word::Commit) => Written { outcome: self.load.commit(change.as_ref()), kept: None },
            Ok(Word::Enough) => Written { outcome: self.load.commit(None), kept: None },
            Ok(Word::Pause) => self.interrupted(true),
            Ok(Word::GiveUp) => self.interrupted(false),
            // The run was dropped: as when the process is killed, what was kept last stays.
            Err(_) => self.failed(stopped(), true),
        }
    }

    /// The read failed: what came before is right, and is kept where a later run can go on after it.
    fn interrupted(mut self, passes: bool) -> Written {
        let worth_it = passes || self.mode != Mode::Replace;
        let kept =
            self.keep_if(|ledger, load, _| worth_it && load.pace().is_some() && ledger.can_keep());
        match kept {
            Ok(()) => self.failed(stopped(), worth_it),
            Err(error) => self.failed(error, worth_it),
        }
    }

    fn failed(self, error: Error, stays: bool) -> Written {
        let visible = self.mode != Mode::Replace;
        let can_keep = stays && self.load.pace().is_some();
        let rows = self.ledger.as_ref().map_or(0, Ledger::rows_kept);
        let kept = (can_keep && rows > 0).then_some(RowsKept { rows, visible });
        let paused = if kept.is_some() { self.load.pause() } else { Ok(()) };
        match paused {
            Ok(()) => Written { outcome: Err(error), kept },
            Err(error) => Written { outcome: Err(error), kept: None },
        }
    }
}

/// The error of a load whose read was stopped.
pub(crate) fn stopped() -> Error {
    Error::new(ErrorKind::Cancelled, "the run was stopped before its end")
}

fn panicked() -> Error {
    Error::new(ErrorKind::Bug, "the destination's thread panicked")
}

#[cfg(test)]
mod tests;
