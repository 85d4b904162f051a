//! What the host offers a guest beside HTTP: the log, and the account's calendar.

use jiff::SignedDuration;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use tollgate_model::LogLevel;

use crate::bindings::tollgate::connector::host;
use crate::state::State;

/// The day from which the interface counts.
const FIRST_DAY: Date = date(1970, 1, 1);

impl host::Host for State {
    fn log(&mut self, level: host::LogLevel, message: String) -> wasmtime::Result<()> {
        let level = match level {
            host::LogLevel::Debug => LogLevel::Debug,
            host::LogLevel::Info => LogLevel::Info,
            host::LogLevel::Warn => LogLevel::Warn,
            host::LogLevel::Error => LogLevel::Error,
        };
        Ok(self.log.write(level, &message)?)
    }

    fn start_of_day(&mut self, day: i32) -> wasmtime::Result<Option<i64>> {
        Ok(start_of_day(&self.time_zone, day))
    }
}

/// When a day begins: days since 1970 to microseconds UTC. None outside the years 1 to 9999.
fn start_of_day(zone: &TimeZone, day: i32) -> Option<i64> {
    let day = FIRST_DAY.checked_add(SignedDuration::from_hours(24 * i64::from(day))).ok()?;
    let first = day.to_zoned(zone.clone()).ok().filter(|_| day.year() >= 1)?;
    Some(first.timestamp().as_microsecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_on_the_clock_of_the_account() {
        let day = |year, month, day| {
            let days = date(year, month, day).duration_since(FIRST_DAY).as_hours() / 24;
            i32::try_from(days).unwrap()
        };
        let table = [
            ("UTC", day(1970, 1, 1), "1970-01-01T00:00:00Z"),
            ("UTC", day(1969, 12, 31), "1969-12-31T00:00:00Z"),
            ("America/New_York", day(2026, 1, 15), "2026-01-15T05:00:00Z"),
            ("America/New_York", day(2026, 7, 15), "2026-07-15T04:00:00Z"),
            // 23 and 25 hours long.
            ("America/New_York", day(2026, 3, 9), "2026-03-09T04:00:00Z"),
            ("America/New_York", day(2026, 11, 2), "2026-11-02T05:00:00Z"),
            // Midnight does not exist there: the clock was set from 0:00 to 1:00.
            ("America/Santiago", day(2025, 9, 7), "2025-09-07T04:00:00Z"),
        ];
        for (zone, day, expected) in table {
            let zone = TimeZone::get(zone).unwrap();
            let begin = start_of_day(&zone, day).unwrap();
            assert_eq!(jiff::Timestamp::from_microsecond(begin).unwrap().to_string(), expected);
        }
    }

    #[test]
    fn days_that_no_calendar_has_are_none() {
        for day in [i32::MIN, i32::MAX, -719_163, 2_932_897] {
            assert_eq!(start_of_day(&TimeZone::UTC, day), None, "{day}");
        }
        assert!(start_of_day(&TimeZone::UTC, -719_162).is_some(), "0001-01-01");
    }
}
