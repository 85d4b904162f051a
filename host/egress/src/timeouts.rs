//! How long an exchange may take: what the connector asks for, within what the gate allows.

use std::time::Duration;

use crate::config::GuestTimeouts;
use crate::limits::TimeoutLimits;

/// The least of any timeout: zero would fail before the first poll.
const FLOOR: Duration = Duration::from_millis(1);

/// The timeouts of one exchange, clamped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Timeouts {
    pub(crate) connect: Duration,
    pub(crate) first_byte: Duration,
    pub(crate) between_bytes: Duration,
    pub(crate) whole: Duration,
}

impl Timeouts {
    pub(crate) fn clamp(guest: GuestTimeouts, limits: TimeoutLimits) -> Self {
        let clamp =
            |asked: Option<Duration>, most: Duration| asked.unwrap_or(most).min(most).max(FLOOR);
        Timeouts {
            connect: clamp(guest.connect, limits.connect),
            first_byte: clamp(guest.first_byte, limits.first_byte),
            between_bytes: clamp(guest.between_bytes, limits.between_bytes),
            whole: limits.whole.max(FLOOR),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connector_gets_what_it_asks_for_within_the_limits() {
        let limits = TimeoutLimits::default();
        let table = [
            (None, limits.first_byte),
            (Some(Duration::ZERO), FLOOR),
            (Some(Duration::from_nanos(1)), FLOOR),
            (Some(Duration::from_secs(2)), Duration::from_secs(2)),
            (Some(Duration::MAX), limits.first_byte),
        ];
        for (asked, expected) in table {
            let guest = GuestTimeouts { first_byte: asked, ..GuestTimeouts::default() };
            let clamped = Timeouts::clamp(guest, limits);
            assert_eq!(clamped.first_byte, expected, "{asked:?}");
            assert_eq!(clamped.connect, limits.connect);
        }
        let all = Some(Duration::ZERO);
        let guest = GuestTimeouts { connect: all, first_byte: all, between_bytes: all };
        let clamped = Timeouts::clamp(guest, limits);
        assert_eq!((clamped.connect, clamped.between_bytes), (FLOOR, FLOOR));
        assert_eq!(clamped.whole, limits.whole);
    }
}
