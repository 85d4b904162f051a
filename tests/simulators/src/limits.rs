//! How often one API key may call: by arrivals on the simulator's clock, so no test has to wait.

use std::collections::VecDeque;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// How often one API key may call. `None` is without end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RateLimits {
    /// Calls within any second.
    pub per_second: Option<usize>,
    /// Calls in a day that begins at midnight UTC.
    pub per_day: Option<usize>,
    /// Calls within any second beyond which a violation is noted, whether or not they are refused.
    pub violation_above: Option<usize>,
}

/// Why a call is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Too many within a second.
    Throttled,
    /// Too many in a day.
    Exhausted,
}

/// What came of one arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Arrival {
    pub(crate) refusal: Option<Refusal>,
    /// How many arrived within the second that ends now, if that is worth a violation.
    pub(crate) too_many: Option<usize>,
}

/// The calls of one API key.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    /// When calls arrived within the last second, refused or not.
    arrived: VecDeque<Timestamp>,
    /// When calls were let in within the last second.
    admitted: VecDeque<Timestamp>,
    day: Option<Date>,
    admitted_today: usize,
}

impl Pace {
    /// Counts a call that arrives at `now`.
    pub(crate) fn arrive(&mut self, now: Timestamp, limits: &RateLimits) -> Arrival {
        let today = now.to_zoned(TimeZone::UTC).date();
        if self.day != Some(today) {
            (self.day, self.admitted_today) = (Some(today), 0);
        }
        let second_ago = now - SignedDuration::from_secs(1);
        for times in [&mut self.arrived, &mut self.admitted] {
            while times.front().is_some_and(|at| *at <= second_ago) {
                times.pop_front();
            }
        }
        self.arrived.push_back(now);
        let count = self.arrived.len();
        let too_many = limits.violation_above.is_some_and(|most| count > most).then_some(count);
        let refusal = if limits.per_day.is_some_and(|most| self.admitted_today >= most) {
            Some(Refusal::Exhausted)
        } else if limits.per_second.is_some_and(|most| self.admitted.len() >= most) {
            Some(Refusal::Throttled)
        } else {
            self.admitted.push_back(now);
            self.admitted_today += 1;
            None
        };
        Arrival { refusal, too_many }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn window_slides_and_the_day_ends_at_midnight() {
        let limits = RateLimits { per_second: Some(2), per_day: Some(3), violation_above: Some(2) };
        let mut pace = Pace::default();
        let mut arrive = |at: &str| {
            let arrival = pace.arrive(format!("2026-01-01T{at}Z").parse().unwrap(), &limits);
            (arrival.refusal, arrival.too_many)
        };
        assert_eq!(arrive("12:00:00.000"), (None, None));
        assert_eq!(arrive("12:00:00.500"), (None, None));
        assert_eq!(arrive("12:00:00.999"), (Some(Refusal::Throttled), Some(3)));
        assert_eq!(arrive("12:00:01.000"), (None, Some(3)));
        assert_eq!(arrive("23:59:59.999"), (Some(Refusal::Exhausted), None));
        let next = "2026-01-02T00:00:00Z".parse().unwrap();
        assert_eq!(pace.arrive(next, &limits).refusal, None);
    }
}
