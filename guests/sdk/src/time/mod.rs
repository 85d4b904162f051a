//! Dates and times without a time zone database.
//!
//! Three small parts: the calendar ([`CivilDate`]), the texts that providers write ([`parse_date`],
//! [`parse_moment`]), and the zones by which a wall clock becomes an instant ([`Zone`]).

mod calendar;
mod text;
mod zone;

pub use calendar::CivilDate;
pub use text::{Moment, parse_date, parse_moment, utc_text};
pub use zone::{NeedsOffset, UsEastern, Utc, Zone};

/// When a day begins in the account's time zone, in microseconds UTC. None for a day that the
/// calendar has not. In native tests the zone is UTC.
pub fn start_of_day(day: CivilDate) -> Option<i64> {
    let days = i32::try_from(day.days()).ok()?;
    #[cfg(target_family = "wasm")]
    return crate::bindings::tollgate::connector::host::start_of_day(days);
    #[cfg(not(target_family = "wasm"))]
    i64::from(days).checked_mul(SECONDS_PER_DAY * MICROS_PER_SECOND)
}

/// Microseconds in a second.
pub const MICROS_PER_SECOND: i64 = 1_000_000;
/// Seconds in a civil day.
pub const SECONDS_PER_DAY: i64 = 86_400;
