//! The memory of all instances of a process together.
//!
//! An instance is let in when the most that it may hold fits beside what the others may hold, and
//! waits otherwise. Nobody who is in ever waits for more: what an instance may hold is its own from
//! its start to its end, so that those who wait are waiting for somebody who goes on.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tollgate_model::{Error, ErrorKind, Result};

use crate::limits::Limits;
use crate::meter::Bytes;

/// What is counted: a page of linear memory. The smallest by which a memory grows.
const UNIT_BYTES: usize = 64 << 10;

/// Lets instances in as long as there is memory for them, in the order in which they came.
#[derive(Clone, Debug)]
pub(crate) struct Admission {
    units: Arc<Semaphore>,
}

/// The right to hold so much memory; given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Share {
    _permit: OwnedSemaphorePermit,
}

impl Admission {
    /// Room for what these limits say.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] where not even one instance fits.
    pub(crate) fn new(limits: &Limits) -> Result<Self> {
        let (total, one) = (limits.memory_total_bytes, limits.memory_bytes);
        if total < one {
            let text = format!(
                "all instances together may hold {}, and one of them {}",
                Bytes(total),
                Bytes(one)
            );
            return Err(Error::new(ErrorKind::Config, text)
                .with_hint("raise the limit guest_memory_total, or lower guest_memory"));
        }
        // No machine has more memory than a semaphore counts.
        let units = units(total).min(Semaphore::MAX_PERMITS);
        Ok(Admission { units: Arc::new(Semaphore::new(units)) })
    }

    /// Waits until there is room for an instance that may hold so many bytes, at most
    /// [`Limits::memory_bytes`]. `waiting` is called if that is not so at once.
    pub(crate) async fn admit(&self, bytes: usize, waiting: impl FnOnce()) -> Result<Share> {
        let units = u32::try_from(units(bytes)).unwrap_or(u32::MAX);
        if let Ok(permit) = Arc::clone(&self.units).try_acquire_many_owned(units) {
            return Ok(Share { _permit: permit });
        }
        waiting();
        let permit = Arc::clone(&self.units).acquire_many_owned(units).await;
        // It is never closed.
        permit.map(|permit| Share { _permit: permit }).map_err(|error| {
            Error::new(ErrorKind::Bug, "nobody lets instances in any more").with_source(error)
        })
    }
}

/// So many bytes as units. What is left over counts as none, so that what one may hold always fits
/// into what all may.
fn units(bytes: usize) -> usize {
    (bytes / UNIT_BYTES).max(1)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::pin::Pin;
    use std::task::{Context, Waker};

    use super::*;

    fn admission(total: usize, one: usize) -> Result<Admission> {
        Admission::new(&Limits {
            memory_total_bytes: total,
            memory_bytes: one,
            ..Limits::default()
        })
    }

    fn waits<F: Future>(admitted: &mut Pin<Box<F>>) -> bool {
        admitted.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending()
    }

    #[tokio::test]
    async fn who_does_not_fit_waits_until_another_is_gone() {
        let admission = admission(10 * UNIT_BYTES, 4 * UNIT_BYTES).unwrap();
        let told = Cell::new(0);
        let admit = |units: usize| admission.admit(units * UNIT_BYTES, || told.set(told.get() + 1));
        let first = admit(4).await.unwrap();
        let second = admit(4).await.unwrap();
        let mut large = Box::pin(admit(4));
        assert!(waits(&mut large));
        let mut small = Box::pin(admit(2));
        assert!(waits(&mut small), "nobody overtakes one who needs more");
        assert_eq!(told.get(), 2);
        drop(first);
        let third = large.await.unwrap();
        let fourth = small.await.unwrap();
        let mut gives_up = Box::pin(admit(4));
        assert!(waits(&mut gives_up));
        drop((gives_up, second, third, fourth));
        for _ in 0..3 {
            admit(4).await.unwrap();
        }
        assert_eq!(told.get(), 3, "all was given back");
    }

    #[tokio::test]
    async fn one_instance_always_fits() {
        for (total, one) in [(1, 1), (UNIT_BYTES + 1, UNIT_BYTES + 1), (usize::MAX, 5)] {
            admission(total, one).unwrap().admit(one, || panic!("it waits")).await.unwrap();
        }
        let error = admission(3 << 20, 4 << 20).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert_eq!(error.message(), "all instances together may hold 3 MiB, and one of them 4 MiB");
    }
}
