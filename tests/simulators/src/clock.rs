//! The time of the simulator, which tests move instead of waiting.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// A clock that is real or stands still, and can be put forward.
#[derive(Debug)]
pub(crate) struct Clock {
    fixed: Option<Timestamp>,
    ahead_ms: AtomicI64,
}

impl Clock {
    pub(crate) fn new(fixed: Option<Timestamp>) -> Self {
        Clock { fixed, ahead_ms: AtomicI64::new(0) }
    }

    pub(crate) fn now(&self) -> Timestamp {
        let now = self.fixed.unwrap_or_else(Timestamp::now);
        let ahead = SignedDuration::from_millis(self.ahead_ms.load(Ordering::SeqCst));
        now.checked_add(ahead).unwrap_or(now)
    }

    pub(crate) fn advance(&self, by: Duration) {
        let by_ms = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.ahead_ms.fetch_add(by_ms, Ordering::SeqCst);
    }
}
