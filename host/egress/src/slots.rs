//! How many requests of an account are under way at once.
//!
//! A request takes a slot when it is sent and gives it back at the end of its answer. Slots are
//! given first come first served, with one exception: a passage never waits for itself. A connector
//! that leaves an answer unread and sends another request would wait forever, so the slot of its
//! oldest unread answer is taken over instead.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, Weak};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The slots of an account.
#[derive(Debug)]
pub(crate) struct Slots(Arc<Semaphore>);

impl Slots {
    pub(crate) fn new(count: u32) -> Self {
        Slots(Arc::new(Semaphore::new(count.max(1) as usize)))
    }

    /// Waits for a slot, for a passage with these unread answers.
    pub(crate) async fn take(&self, unread: &Unread) -> Slot {
        let permit = match self.0.clone().try_acquire_owned() {
            Ok(permit) => Some(permit),
            Err(_) => match unread.take_over() {
                Some(permit) => Some(permit),
                // The semaphore is never closed; were it, nothing would be left to limit.
                None => self.0.clone().acquire_owned().await.ok(),
            },
        };
        Slot(Arc::new(Mutex::new(permit)))
    }
}

/// A slot, free again when it is dropped.
#[derive(Debug)]
pub(crate) struct Slot(Arc<Mutex<Option<OwnedSemaphorePermit>>>);

/// The answers of a passage that are not read to their end, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Unread(Mutex<VecDeque<Weak<Mutex<Option<OwnedSemaphorePermit>>>>>);

impl Unread {
    /// Notes that a slot belongs to an answer now, and no longer to a request.
    pub(crate) fn note(&self, slot: &Slot) {
        let mut slots = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        slots.retain(|slot| slot.strong_count() > 0);
        slots.push_back(Arc::downgrade(&slot.0));
    }

    fn take_over(&self) -> Option<OwnedSemaphorePermit> {
        let mut slots = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        while let Some(slot) = slots.pop_front() {
            let permit = slot.upgrade().and_then(|slot| {
                slot.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).take()
            });
            if permit.is_some() {
                return permit;
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    async fn waits(slots: &Slots, unread: &Unread) -> bool {
        timeout(Duration::from_millis(1), slots.take(unread)).await.is_err()
    }

    #[tokio::test(start_paused = true)]
    async fn a_slot_is_free_when_it_is_dropped() {
        let (slots, unread) = (Slots::new(2), Unread::default());
        let first = slots.take(&unread).await;
        let _second = slots.take(&unread).await;
        assert!(waits(&slots, &unread).await);
        drop(first);
        assert!(!waits(&slots, &unread).await);
    }

    #[tokio::test(start_paused = true)]
    async fn a_passage_takes_over_its_own_unread_answers_and_nobody_elses() {
        let (slots, own, other) = (Slots::new(1), Unread::default(), Unread::default());
        let answer = slots.take(&own).await;
        assert!(waits(&slots, &own).await, "the request still runs");
        own.note(&answer);
        assert!(waits(&slots, &other).await);
        let next = slots.take(&own).await;
        drop(answer);
        assert!(waits(&slots, &other).await, "the slot moved on, it was not doubled");
        drop(next);
        assert!(!waits(&slots, &other).await);
    }

    #[tokio::test(start_paused = true)]
    async fn slots_are_given_first_come_first_served() {
        let slots = Arc::new(Slots::new(1));
        let held = slots.take(&Unread::default()).await;
        let order = Arc::new(Mutex::new(Vec::new()));
        let mut tasks = tokio::task::JoinSet::new();
        for number in 0..5 {
            let (slots, order) = (slots.clone(), order.clone());
            tasks.spawn(async move {
                let _slot = slots.take(&Unread::default()).await;
                order.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push(number);
            });
            tokio::task::yield_now().await;
        }
        drop(held);
        tasks.join_all().await;
        assert_eq!(*order.lock().unwrap_or_else(|poisoned| poisoned.into_inner()), [0, 1, 2, 3, 4]);
    }
}
