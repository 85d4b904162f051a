//! The body of an answer on its way to the connector.
//!
//! It streams: a piece is counted, decompressed, searched and handed on, and none is kept. A body
//! that is not compressed is handed on without being copied.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
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
    /// What was searched together with the piece before it.
    next: Bytes,
    /// The place among the requests under way; given back with the last piece.
    open: Option<Open>,
}

enum Source {
    Plain(Wire),
    Decoded(Decoded),
    Over,
}

impl GateBody {
    pub(crate) fn new(
        passage: Arc<Shared>,
        wire: Wire,
        coding: Option<Coding>,
        open: Open,
    ) -> Self {
        let is_over = wire.is_at_end();
        let source = match coding {
            _ if is_over => Source::Over,
            None => Source::Plain(wire),
            Some(coding) => Source::Decoded(Decoded::new(coding, wire)),
        };
        GateBody(Box::new(Inner {
            cancelled: Box::pin(passage.cancelled()),
            passage,
            source,
            search: Pieces::default(),
            next: Bytes::new(),
            open: (!is_over).then_some(open),
        }))
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
        matches!(self.0.source, Source::Over) && self.0.next.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0.source {
            // Nothing was searched yet, so nothing is held back.
            Source::Plain(wire) if self.0.passage.scanner().is_none() => wire.size_hint(),
            Source::Over => SizeHint::with_exact(self.0.next.len() as u64),
            _ => SizeHint::default(),
        }
    }
}

impl Inner {
    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, GateError>>> {
        if !self.next.is_empty() {
            return Poll::Ready(Some(Ok(std::mem::take(&mut self.next))));
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
        self.next = second;
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
