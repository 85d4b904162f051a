//! The body of an answer on its way to the connector.
//!
//! It streams: a piece is counted, decompressed, searched and handed on, and none is kept, but for
//! the begin of a body that the gate looks at. A body that is not compressed is handed on without
//! being copied.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use tokio_util::sync::WaitForCancellationFutureOwned;

use crate::decode::{Coding, Decoded};
use crate::error::GateError;
use crate::leak::{Found, Pieces};
use crate::passage::{Open, Shared};
use crate::wire::Wire;

/// The body of an answer. An error in it is the last that comes; one that is the gate's verdict is
/// kept for [`crate::Passage::verdict`] as well.
pub struct GateBody(Box<Inner>);

struct Inner {
    passage: Arc<Shared>,
    cancelled: Pin<Box<WaitForCancellationFutureOwned>>,
    source: Source,
    search: Pieces,
    /// What comes first, as it went through everything: what was searched together with the piece
    /// before it, and what the gate looked at.
    ready: VecDeque<Bytes>,
    /// The place among the requests under way; given back with the last piece.
    open: Option<Open>,
}

enum Source {
    Plain(Wire),
    Decoded(Decoded),
    Over,
}

impl GateBody {
    pub(crate) fn new(passage: Arc<Shared>, wire: Wire, coding: Option<Coding>) -> Self {
        let source = match coding {
            _ if wire.is_at_end() => Source::Over,
            None => Source::Plain(wire),
            Some(coding) => Source::Decoded(Decoded::new(coding, wire)),
        };
        GateBody(Box::new(Inner {
            cancelled: Box::pin(passage.cancelled()),
            passage,
            source,
            search: Pieces::default(),
            ready: VecDeque::new(),
            open: None,
        }))
    }

    /// Keeps its place among the requests under way until all of it came.
    pub(crate) fn keep_open(&mut self, open: Open) {
        self.0.open = (!matches!(self.0.source, Source::Over)).then_some(open);
    }

    /// Its first `most` bytes, or all if there are fewer. They stay in the body.
    pub(crate) async fn peek(&mut self, most: usize) -> Result<Vec<u8>, GateError> {
        let mut begin = Vec::new();
        let mut pieces = VecDeque::new();
        while begin.len() < most
            && let Some(frame) = self.frame().await
        {
            let piece = frame?.into_data().unwrap_or_default();
            begin.extend_from_slice(&piece[..piece.len().min(most - begin.len())]);
            pieces.push_back(piece);
        }
        pieces.append(&mut self.0.ready);
        self.0.ready = pieces;
        Ok(begin)
    }
}

impl Body for GateBody {
    type Data = Bytes;
    type Error = GateError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, GateError>>> {
        let inner = &mut *self.0;
        let piece = ready!(inner.poll_piece(cx));
        if !matches!(piece, Some(Ok(_))) {
            inner.source = Source::Over;
            inner.open = None;
        }
        Poll::Ready(piece.map(|piece| match piece {
            Ok(piece) => Ok(Frame::data(piece)),
            Err(error) => Err(inner.passage.judge(error)),
        }))
    }

    fn is_end_stream(&self) -> bool {
        matches!(self.0.source, Source::Over) && self.0.ready.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        let Inner { passage, source, ready, .. } = &*self.0;
        match source {
            // Nothing was searched yet, so nothing is held back.
            Source::Plain(wire) if passage.scanner().is_none() && ready.is_empty() => {
                wire.size_hint()
            }
            Source::Over => {
                SizeHint::with_exact(ready.iter().map(|piece| piece.len() as u64).sum())
            }
            _ => SizeHint::default(),
        }
    }
}

impl Inner {
    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, GateError>>> {
        if let Some(piece) = self.ready.pop_front() {
            return Poll::Ready(Some(Ok(piece)));
        }
        loop {
            let piece = match &mut self.source {
                Source::Plain(wire) => wire.poll_piece(cx),
                Source::Decoded(decoded) => decoded.poll_piece(cx),
                Source::Over => return Poll::Ready(None),
            };
            let Poll::Ready(piece) = piece else {
                ready!(self.cancelled.as_mut().poll(cx));
                return Poll::Ready(Some(Err(GateError::Cancelled)));
            };
            let released = match piece {
                None => self.finish(),
                Some(piece) => match piece.and_then(|piece| self.release(piece)) {
                    // All of it is held back until it is clear what it is.
                    Ok(piece) if piece.is_empty() => continue,
                    released => Some(released),
                },
            };
            return Poll::Ready(released);
        }
    }

    fn release(&mut self, piece: Bytes) -> Result<Bytes, GateError> {
        self.passage.check_not_cancelled()?;
        let wire = match &mut self.source {
            Source::Plain(wire) => Some(wire),
            Source::Decoded(decoded) => decoded.wire(),
            Source::Over => None,
        };
        wire.map_or(Ok(()), |wire| wire.count_released(&piece))?;
        let Some(scanner) = self.passage.scanner() else { return Ok(piece) };
        let [first, second] = self.search.push(&scanner, piece).map_err(leaked)?;
        if first.is_empty() {
            return Ok(second);
        }
        if !second.is_empty() {
            self.ready.push_back(second);
        }
        Ok(first)
    }

    fn finish(&mut self) -> Option<Result<Bytes, GateError>> {
        let rest = self.search.finish();
        if rest.is_empty() {
            return None;
        }
        self.source = Source::Over;
        self.open = None;
        Some(Ok(rest))
    }
}

fn leaked(_: Found) -> GateError {
    GateError::Leak("the answer contains one of the account's secrets".to_owned())
}

impl fmt::Debug for GateBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GateBody").finish_non_exhaustive()
    }
}
