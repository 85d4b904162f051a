//! The pace of an account: so many requests in so much time, and so many at once, for all its
//! passages together.
//!
//! A bucket holds as many tokens as its limit has requests, and a token that is taken comes back
//! one window later. So no window, wherever it begins, sees more requests than the limit, and what
//! is unused is there at once: the provider's own count is never exceeded, however it counts.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::Duration;

use tokio::time::Instant;
use tollgate_model::{RateLimit, WaitReason};

/// Parts of a window in which requests are counted together: memory stays small whatever the limit,
/// and a token comes back at most a hundredth of its window late.
const SLOTS: u32 = 100;

/// The longest hold. A year: longer than any process lives, and no overflow.
const HOLD_MAX: Duration = Duration::from_secs(365 * 86_400);

/// One limit.
#[derive(Debug)]
struct Bucket {
    requests: u64,
    window: Duration,
    slot: Duration,
    taken: VecDeque<Slot>,
    taken_sum: u64,
}

#[derive(Debug)]
struct Slot {
    free_at: Duration,
    taken: u64,
}

impl Bucket {
    fn new(limit: RateLimit) -> Self {
        let window = Duration::from_millis(limit.window_ms.max(1));
        Bucket {
            requests: u64::from(limit.requests.max(1)),
            window,
            slot: window / SLOTS,
            taken: VecDeque::new(),
            taken_sum: 0,
        }
    }

    /// How long until there is a token.
    fn wait(&mut self, now: Duration) -> Duration {
        while self.taken.front().is_some_and(|slot| slot.free_at <= now) {
            self.taken_sum -= self.taken.pop_front().map_or(0, |slot| slot.taken);
        }
        match self.taken.front() {
            Some(slot) if self.taken_sum >= self.requests => slot.free_at - now,
            _ => Duration::ZERO,
        }
    }

    fn take(&mut self, now: Duration) {
        let into_slot = now.as_nanos() % self.slot.as_nanos().max(1);
        let into_slot = Duration::from_nanos(u64::try_from(into_slot).unwrap_or(0));
        let free_at = now - into_slot + self.slot + self.window;
        self.taken_sum += 1;
        match self.taken.back_mut() {
            Some(slot) if slot.free_at == free_at => slot.taken += 1,
            _ => self.taken.push_back(Slot { free_at, taken: 1 }),
        }
    }
}

/// All limits of an account, without any notion of waiting. Time is what passed since some origin.
#[derive(Debug)]
pub(crate) struct Pace(Vec<Bucket>);

impl Pace {
    pub(crate) fn new(limits: &[RateLimit]) -> Self {
        Pace(limits.iter().copied().map(Bucket::new).collect())
    }

    /// Takes a token of every bucket, or of none and says how long until all have one.
    pub(crate) fn take(&mut self, now: Duration) -> Result<(), Duration> {
        let wait = self.0.iter_mut().map(|bucket| bucket.wait(now)).max().unwrap_or_default();
        if !wait.is_zero() {
            return Err(wait);
        }
        self.0.iter_mut().for_each(|bucket| bucket.take(now));
        Ok(())
    }
}

/// The wait would be longer than allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooLong {
    pub(crate) wait: Duration,
}

/// Where requests queue for the account's pace, first come first served.
#[derive(Debug)]
pub(crate) struct Queue {
    origin: Instant,
    /// Its holder is the first of the queue. The lock is fair, and who stops waiting leaves no
    /// trace: a token is taken only when the request goes.
    first: tokio::sync::Mutex<Pace>,
    held_until: Mutex<Option<Instant>>,
}

impl Queue {
    pub(crate) fn new(limits: &[RateLimit]) -> Self {
        Queue {
            origin: Instant::now(),
            first: tokio::sync::Mutex::new(Pace::new(limits)),
            held_until: Mutex::new(None),
        }
    }

    /// Lets nobody pass for so long: the provider asked one request to come back later, which the
    /// others of the account would be told as well.
    pub(crate) fn hold(&self, wait: Duration) {
        let until = Instant::now() + wait.min(HOLD_MAX);
        let mut held = self.held_until.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        *held = Some(held.map_or(until, |held| held.max(until)));
    }

    /// Waits for its turn and a token. `tell` hears of every wait before it begins.
    ///
    /// # Errors
    /// [`TooLong`], without waiting, where the first of the queue would wait more than `most`.
    pub(crate) async fn pass(
        &self,
        most: Duration,
        tell: impl Fn(WaitReason, Duration),
    ) -> Result<(), TooLong> {
        let mut pace = self.first.lock().await;
        let mut waited = Duration::ZERO;
        loop {
            let now = Instant::now();
            let (reason, wait) = match self.held(now) {
                Some(wait) => (WaitReason::RetryAfter, wait),
                None => match pace.take(now - self.origin) {
                    Ok(()) => return Ok(()),
                    Err(wait) => (WaitReason::RateLimit, wait),
                },
            };
            waited = waited.saturating_add(wait);
            if waited > most {
                return Err(TooLong { wait });
            }
            tell(reason, wait);
            tokio::time::sleep(wait).await;
        }
    }

    fn held(&self, now: Instant) -> Option<Duration> {
        let held = self.held_until.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        held.map(|until| until.saturating_duration_since(now)).filter(|wait| !wait.is_zero())
    }
}

#[cfg(test)]
mod tests;
