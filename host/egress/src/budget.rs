//! What a passage and a single answer may use.
//!
//! The counters of a passage are shared by all its requests; each step is counted before it is
//! taken, so that none of them is exceeded by more than what is under way.

use std::sync::atomic::{AtomicU64, Ordering};

use tollgate_model::Usage;

use crate::error::GateError;
use crate::limits::{GateLimits, ScanBudget};

/// The use of one passage.
#[derive(Debug)]
pub(crate) struct Meter {
    budget: ScanBudget,
    requests: AtomicU64,
    retries: AtomicU64,
    request_bytes: AtomicU64,
    wire_bytes: AtomicU64,
    body_bytes: AtomicU64,
}

impl Meter {
    pub(crate) fn new(budget: ScanBudget) -> Self {
        Meter {
            budget,
            requests: AtomicU64::new(0),
            retries: AtomicU64::new(0),
            request_bytes: AtomicU64::new(0),
            wire_bytes: AtomicU64::new(0),
            body_bytes: AtomicU64::new(0),
        }
    }

    /// Counts a request that is about to be sent, with the bytes that the connector chose in it.
    pub(crate) fn request(&self, bytes: u64, is_retry: bool) -> Result<(), GateError> {
        count(&self.requests, 1, self.budget.requests, "requests")?;
        count(&self.request_bytes, bytes, self.budget.request_bytes, "bytes of requests")?;
        if is_retry {
            self.retries.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Counts a piece of a body as it came.
    pub(crate) fn wire(&self, bytes: u64) -> Result<(), GateError> {
        count(&self.wire_bytes, bytes, self.budget.wire_bytes, "bytes of answers")
    }

    /// Counts a piece of a body as the connector gets it.
    pub(crate) fn body(&self, bytes: u64) -> Result<(), GateError> {
        count(&self.body_bytes, bytes, self.budget.body_bytes, "decompressed bytes of answers")
    }

    pub(crate) fn usage(&self) -> Usage {
        Usage {
            requests: self.requests.load(Ordering::Relaxed),
            retries: self.retries.load(Ordering::Relaxed),
            wire_bytes: self.wire_bytes.load(Ordering::Relaxed),
            body_bytes: self.body_bytes.load(Ordering::Relaxed),
            guest_memory_peak: 0,
        }
    }
}

/// A refused step is not counted: usage says what was used.
fn count(counter: &AtomicU64, by: u64, most: u64, what: &str) -> Result<(), GateError> {
    let step = |used: u64| used.checked_add(by).filter(|used| *used <= most);
    match counter.fetch_update(Ordering::Relaxed, Ordering::Relaxed, step) {
        Ok(_) => Ok(()),
        Err(_) => Err(GateError::Limit(format!("the budget of {most} {what} is used up"))),
    }
}

/// The use of one answer's body.
#[derive(Debug)]
pub(crate) struct Allowance {
    wire_max: u64,
    body_max: u64,
    ratio: u64,
    ratio_floor: u64,
    wire_bytes: u64,
    body_bytes: u64,
}

impl Allowance {
    pub(crate) fn new(limits: &GateLimits) -> Self {
        Allowance {
            wire_max: limits.response_wire_bytes,
            body_max: limits.response_body_bytes,
            ratio: limits.ratio,
            ratio_floor: limits.ratio_floor_bytes,
            wire_bytes: 0,
            body_bytes: 0,
        }
    }

    /// Looks whether what is still to come, as far as it was announced, may come.
    pub(crate) fn announced(&self, bytes: u64) -> Result<(), GateError> {
        if self.wire_bytes.saturating_add(bytes) > self.wire_max {
            return Err(too_large(&format!("more than {} bytes on the wire", self.wire_max)));
        }
        Ok(())
    }

    /// Counts a piece as it came.
    pub(crate) fn wire(&mut self, bytes: u64) -> Result<(), GateError> {
        self.wire_bytes = self.wire_bytes.saturating_add(bytes);
        self.announced(0)
    }

    /// Counts a piece as the connector gets it.
    pub(crate) fn body(&mut self, bytes: u64) -> Result<(), GateError> {
        self.body_bytes = self.body_bytes.saturating_add(bytes);
        if self.body_bytes > self.body_max {
            return Err(too_large(&format!("more than {} bytes", self.body_max)));
        }
        let expanded_to = self.wire_bytes.saturating_mul(self.ratio);
        if self.body_bytes > self.ratio_floor && self.body_bytes > expanded_to {
            return Err(too_large(&format!("decompressed to more than {} times", self.ratio)));
        }
        Ok(())
    }
}

fn too_large(what: &str) -> GateError {
    GateError::BodyTooLarge(what.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_budget_is_used_to_the_last_and_no_further() {
        let budget =
            ScanBudget { requests: 3, request_bytes: 10, wire_bytes: 100, body_bytes: 200 };
        let meter = Meter::new(budget);
        meter.request(4, false).unwrap();
        meter.request(6, true).unwrap();
        let error = meter.request(1, true).unwrap_err();
        assert_eq!(error.to_string(), "the budget of 10 bytes of requests is used up");
        let error = meter.request(0, false).unwrap_err();
        assert_eq!(error.to_string(), "the budget of 3 requests is used up");
        meter.wire(100).unwrap();
        assert!(meter.wire(1).is_err() && meter.wire(u64::MAX).is_err());
        meter.body(199).unwrap();
        assert!(meter.body(2).is_err());
        meter.body(1).unwrap();
        let usage = meter.usage();
        assert_eq!((usage.requests, usage.retries), (3, 1));
        assert_eq!((usage.wire_bytes, usage.body_bytes), (100, 200));
    }

    #[test]
    fn an_answer_is_bounded_on_the_wire_decompressed_and_in_ratio() {
        let limits = GateLimits {
            response_wire_bytes: 100,
            response_body_bytes: 1000,
            ratio: 20,
            ratio_floor_bytes: 500,
            ..GateLimits::default()
        };
        let table = [
            (100, 1000, None),
            (101, 0, Some("on the wire")),
            (100, 1001, Some("more than 1000 bytes")),
            (1, 500, None),
            (25, 500, None),
            (25, 501, Some("20 times")),
            (26, 501, None),
            (u64::MAX, 0, Some("on the wire")),
            (1, u64::MAX, Some("more than 1000 bytes")),
        ];
        for (wire, body, expected) in table {
            let mut allowance = Allowance::new(&limits);
            let outcome = allowance.wire(wire).and_then(|()| allowance.body(body));
            match (outcome, expected) {
                (Ok(()), None) => {}
                (Err(error), Some(text)) if error.to_string().contains(text) => {}
                (outcome, _) => panic!("{wire} {body}: {outcome:?}"),
            }
        }
    }

    proptest! {
        /// Whatever is asked for in whatever order: what was granted is what is counted, no more
        /// than there is, and nothing is refused that was still there.
        // Proves: budget
        #[test]
        fn a_budget_is_kept_in_any_order(
            most in 0_u64..100, steps in prop::collection::vec((0..3_usize, 0_u64..40), 0..40),
        ) {
            let meter = Meter::new(ScanBudget {
                requests: most,
                request_bytes: most,
                wire_bytes: most,
                body_bytes: most,
            });
            let (mut requests, mut used) = (0, [0; 3]);
            for (what, bytes) in steps {
                let granted = match what {
                    0 => meter.request(bytes, false),
                    1 => meter.wire(bytes),
                    _ => meter.body(bytes),
                };
                let is_request_left = what != 0 || requests < most;
                requests += u64::from(what == 0 && is_request_left);
                prop_assert_eq!(granted.is_ok(), is_request_left && used[what] + bytes <= most);
                used[what] += if granted.is_ok() { bytes } else { 0 };
            }
            let usage = meter.usage();
            let counted = [usage.requests, usage.wire_bytes, usage.body_bytes];
            prop_assert_eq!(counted, [requests, used[1], used[2]]);
        }

        /// However an answer comes in pieces, all that is released of it lies within all bounds.
        // Proves: bombs, endless
        #[test]
        fn an_answer_stays_within_its_bounds_in_any_pieces(
            pieces in prop::collection::vec((0_u64..20, 0_u64..200), 0..40),
        ) {
            let limits = GateLimits {
                response_wire_bytes: 100,
                response_body_bytes: 1_000,
                ratio: 5,
                ratio_floor_bytes: 50,
                ..GateLimits::default()
            };
            let mut allowance = Allowance::new(&limits);
            let (mut wire, mut body) = (0, 0);
            for (came, gives) in pieces {
                (wire, body) = (wire + came, body + gives);
                let released = allowance.wire(came).and_then(|()| allowance.body(gives));
                let is_within = wire <= 100 && body <= 1_000 && (body <= 50 || body <= wire * 5);
                prop_assert_eq!(released.is_ok(), is_within);
                if !is_within {
                    break;
                }
            }
        }
    }
}
