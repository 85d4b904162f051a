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

/// Microseconds in a second.
pub const MICROS_PER_SECOND: i64 = 1_000_000;
/// Seconds in a civil day.
pub const SECONDS_PER_DAY: i64 = 86_400;
