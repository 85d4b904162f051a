//! A passage: one scan, one writer, or one call beside those, on its way through the gate.

use std::sync::{Arc, Mutex, MutexGuard};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tollgate_model::{Error, Result, Usage};

use crate::body::GateBody;
use crate::budget::Meter;
use crate::changes::Changes;
use crate::config::GuestTimeouts;
use crate::crossing;
use crate::error::GateError;
use crate::gate::Works;
use crate::leak::Scanner;
use crate::limits::ScanBudget;
use crate::purpose::Purpose;
use crate::repeat::{self, Seen, Sight};
use crate::slots::{Slot, Unread};

/// One scan, one writer, or one call beside those, on its way through the gate: its budget, its memory of
/// requests, its verdict. Clones are the same passage.
#[derive(Clone)]
pub struct Passage(pub(crate) Arc<Shared>);

impl Passage {
    pub(crate) fn new(gate: Arc<Works>, purpose: Purpose, budget: ScanBudget) -> Self {
        Passage(Arc::new(Shared {
            purpose,
            changes: Changes::default(),
            meter: Arc::new(Meter::new(budget)),
            seen: Mutex::default(),
            verdict: Mutex::default(),
            cancel: CancellationToken::new(),
            in_flight: Arc::new(Semaphore::new(gate.limits.in_flight as usize)),
            unread: Unread::default(),
            gate,
        }))
    }

    /// A call of the connector begins. A request that is seen again in the same call waits as a
    /// retry does; one that is seen again in too many calls ends the passage.
    pub fn begin_call(&self) {
        lock(&self.0.seen).begin_call();
        self.0.changes.begin_call();
    }

    /// Sends a request and gives the head of the answer with a body that streams. Whether too many
    /// are open is decided by this call itself, before the future is first polled.
    ///
    /// Dropping the future or the body ends the exchange.
    ///
    /// # Errors
    /// Every [`GateError`]. After a verdict (see [`Passage::verdict`]) all requests fail with it.
    pub fn send<B>(
        &self,
        request: Request<B>,
        timeouts: GuestTimeouts,
    ) -> impl Future<Output = Result<Response<GateBody>, GateError>> + Send + use<B>
    where
        B: Body<Data = Bytes> + Send + 'static,
    {
        let shared = self.0.clone();
        let in_flight = shared.in_flight.clone().try_acquire_owned();
        async move {
            let Ok(in_flight) = in_flight else {
                let max = shared.gate.limits.in_flight;
                return Err(GateError::InFlightLimit { max });
            };
            let cancelled = shared.cancel.clone();
            tokio::select! {
                biased;
                () = cancelled.cancelled() => Err(GateError::Cancelled),
                outcome = crossing::cross(shared, request, timeouts, in_flight) => outcome,
            }
        }
    }

    /// Whether a request of the present call may have changed something at the provider: it was sent,
    /// at least in part, and not answered by a refusal (a status from 300 to 499).
    pub fn may_have_changed(&self) -> bool {
        self.0.changes.any()
    }

    /// What was used so far.
    pub fn usage(&self) -> Usage {
        self.0.meter.usage()
    }

    /// Why the passage is over, where the gate ended it: it was refused, or a limit or quota is
    /// used up. The run fails with this whatever the connector made of the error it got.
    pub fn verdict(&self) -> Option<Error> {
        lock(&self.0.verdict).clone().map(Error::from)
    }

    /// Ends everything under way and refuses what comes.
    pub fn cancel(&self) {
        self.0.cancel.cancel();
    }
}

/// What the requests and bodies of a passage share.
pub(crate) struct Shared {
    pub(crate) gate: Arc<Works>,
    pub(crate) purpose: Purpose,
    pub(crate) changes: Changes,
    pub(crate) meter: Arc<Meter>,
    pub(crate) unread: Unread,
    seen: Mutex<Seen>,
    verdict: Mutex<Option<GateError>>,
    cancel: CancellationToken,
    in_flight: Arc<Semaphore>,
}

/// The places that an exchange takes until its answer is read.
pub(crate) struct Open {
    pub(crate) _slot: Slot,
    pub(crate) _in_flight: OwnedSemaphorePermit,
}

impl Shared {
    /// # Errors
    /// The verdict, or that the passage was cancelled.
    pub(crate) fn check_open(&self) -> Result<(), GateError> {
        self.check_not_cancelled()?;
        lock(&self.verdict).clone().map_or(Ok(()), Err)
    }

    pub(crate) fn check_not_cancelled(&self) -> Result<(), GateError> {
        if self.cancel.is_cancelled() { Err(GateError::Cancelled) } else { Ok(()) }
    }

    pub(crate) fn cancelled(&self) -> WaitForCancellationFutureOwned {
        self.cancel.clone().cancelled_owned()
    }

    pub(crate) fn scanner(&self) -> Option<Arc<Scanner>> {
        self.gate.watch.scanner()
    }

    /// Keeps an error as the verdict if it is one. The first one stands.
    pub(crate) fn judge(&self, error: GateError) -> GateError {
        if error.is_verdict() {
            lock(&self.verdict).get_or_insert_with(|| error.clone());
        }
        error
    }

    pub(crate) fn see(&self, request: repeat::Request<'_>) -> Sight {
        let limits = &self.gate.limits;
        // The rows say how often a writer is called: that a lookup comes again is no circle.
        match lock(&self.seen).see(request, limits) {
            Sight::Loop { across_calls: true } if self.purpose == Purpose::Write => Sight::Fresh,
            sight => sight,
        }
    }
}

/// A panic while a lock was held leaves these values as they were.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}
