//! A body as it comes over the wire: counted, capped and given up on when it stalls.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::Version;
use http_body::{Body, SizeHint};
use hyper::body::Incoming;
use tokio::time::{Instant, Sleep, sleep};

use crate::budget::{Allowance, Meter};
use crate::error::{GateError, Phase};
use crate::timeouts::Timeouts;
use crate::transport::explain_http;

/// A body as it comes.
pub(crate) struct Wire {
    body: Incoming,
    version: Version,
    patience: Patience,
    meter: Arc<Meter>,
    /// What this answer may still use, here and once it is decompressed.
    pub(crate) allowance: Allowance,
}

impl Wire {
    pub(crate) fn new(
        body: Incoming,
        version: Version,
        patience: Patience,
        meter: Arc<Meter>,
        allowance: Allowance,
    ) -> Self {
        Wire { body, version, patience, meter, allowance }
    }

    /// The next piece, never empty. Trailers are left out: no API that we know puts data there.
    pub(crate) fn poll_piece(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, GateError>>> {
        loop {
            // What was announced as too large is not awaited.
            if let Err(error) = self.allowance.announced(self.body.size_hint().lower()) {
                return Poll::Ready(Some(Err(error)));
            }
            let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(cx) else {
                let given_up = ready!(self.patience.poll_over(cx));
                return Poll::Ready(Some(Err(given_up)));
            };
            self.patience.rest();
            let piece = match frame {
                None if self.was_reset() => {
                    let cut = GateError::Cut("within the answer".to_owned());
                    return Poll::Ready(Some(Err(cut)));
                }
                None => return Poll::Ready(None),
                Some(Err(error)) => return Poll::Ready(Some(Err(explain_http(&error)))),
                Some(Ok(frame)) => frame.into_data().unwrap_or_default(),
            };
            if !piece.is_empty() {
                return Poll::Ready(Some(self.count(&piece).map(|()| piece)));
            }
        }
    }

    /// Counts a piece as the connector gets it.
    pub(crate) fn count_released(&mut self, piece: &Bytes) -> Result<(), GateError> {
        let bytes = piece.len() as u64;
        self.allowance.body(bytes)?;
        self.meter.body(bytes)
    }

    /// Whether a body that has no more to give has not come to its end. HTTP/2 lets a server stop
    /// "without an error" in the midst of one, and hyper makes an end of that.
    fn was_reset(&self) -> bool {
        self.version == Version::HTTP_2
            && !self.body.is_end_stream()
            && self.body.size_hint().exact() != Some(0)
    }

    pub(crate) fn is_at_end(&self) -> bool {
        self.body.is_end_stream()
    }

    pub(crate) fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }

    fn count(&mut self, piece: &Bytes) -> Result<(), GateError> {
        let bytes = piece.len() as u64;
        self.allowance.wire(bytes)?;
        self.meter.wire(bytes)
    }
}

/// How long to wait for a peer: a while for each piece, and a longer while for all of them. Only
/// time in which somebody waits counts, so a connector that reads slowly is not the peer's fault.
pub(crate) struct Patience {
    between: Duration,
    whole: Duration,
    waited: Duration,
    waits_since: Option<Instant>,
    alarm: Pin<Box<Sleep>>,
}

impl Patience {
    /// The patience that is left after the head of the answer took its time.
    pub(crate) fn new(timeouts: &Timeouts, waited: Duration) -> Self {
        Patience {
            between: timeouts.between_bytes,
            whole: timeouts.whole,
            waited,
            waits_since: None,
            alarm: Box::pin(sleep(Duration::ZERO)),
        }
    }

    /// Ready when it is over.
    fn poll_over(&mut self, cx: &mut Context<'_>) -> Poll<GateError> {
        let left = self.whole.saturating_sub(self.waited);
        if self.waits_since.is_none() {
            let now = Instant::now();
            self.waits_since = Some(now);
            self.alarm.as_mut().reset(now + self.between.min(left));
        }
        ready!(self.alarm.as_mut().poll(cx));
        Poll::Ready(if left < self.between {
            GateError::Timeout { phase: Phase::Whole, limit: self.whole }
        } else {
            GateError::Timeout { phase: Phase::BetweenBytes, limit: self.between }
        })
    }

    fn rest(&mut self) {
        if let Some(since) = self.waits_since.take() {
            self.waited = self.waited.saturating_add(since.elapsed());
        }
    }
}
