//! The vendor's four ways to write a moment, all on the clock of the American east coast.

use std::sync::LazyLock;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, ToSpan, Zoned};

/// US Eastern time by the rules in force since 2007, before which no row is dated.
///
/// Written as a rule, so that a machine without a time zone database serves the same data.
static EASTERN: LazyLock<TimeZone> = LazyLock::new(|| {
    TimeZone::posix("EST5EDT,M3.2.0,M11.1.0").expect("the rule is a constant that parses")
});

/// `2012-06-09 15:46:52`: a contact's `createDate`, a wall clock without an offset.
pub fn wall_clock(time: Timestamp) -> String {
    let at = eastern(time);
    format!(
        "{:04}-{:02}-{:02} {:02}:{:02}:{:02}",
        at.year(),
        at.month(),
        at.day(),
        at.hour(),
        at.minute(),
        at.second()
    )
}

/// `20090725 14:53:33`: a message's `createDate`.
pub fn compact_wall_clock(time: Timestamp) -> String {
    eastern(time).strftime("%Y%m%d %H:%M:%S").to_string()
}

/// `2009-07-27T15:36:37-04:00`: tracking times and `addDate`.
pub fn iso(time: Timestamp) -> String {
    eastern(time).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// `2009-08-01T16:02:44-0400`: the contact history.
pub fn iso_plain_offset(time: Timestamp) -> String {
    eastern(time).strftime("%Y-%m-%dT%H:%M:%S%z").to_string()
}

/// The moment at which the wall clock shows `at`, the first one where it does so twice.
pub(crate) fn first_at(at: DateTime) -> Timestamp {
    EASTERN.to_timestamp(at).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// `time`, unless its wall clock was shown before: then the first moment with that wall clock.
///
/// A contact's date has no offset, so nobody can tell the two apart. Without a second showing,
/// the truth has one answer.
pub(crate) fn without_second_showing(time: Timestamp) -> Timestamp {
    first_at(eastern(time).datetime())
}

fn eastern(time: Timestamp) -> Zoned {
    time.to_zoned(EASTERN.clone())
}

/// The stretch of time that a date in a query stands for: a whole day or one second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stretch {
    pub(crate) start: Timestamp,
    pub(crate) end: Timestamp,
}

impl Stretch {
    /// Reads `YYYY-MM-DD`, optionally with `THH:MM:SS`, optionally with `±HH:MM`.
    pub(crate) fn parse(text: &str) -> Option<Stretch> {
        let date: Date = text.get(..10)?.parse().ok()?;
        let rest = text.get(10..)?;
        if rest.is_empty() {
            return Some(Stretch {
                start: first_at(date.at(0, 0, 0, 0)),
                end: first_at(date.tomorrow().ok()?.at(0, 0, 0, 0)),
            });
        }
        let time: Time = rest.strip_prefix('T')?.get(..8)?.parse().ok()?;
        let at = date.to_datetime(time);
        let start = match rest.get(9..)? {
            "" => first_at(at),
            offset => parse_offset(offset)?.to_timestamp(at).ok()?,
        };
        let end = start.checked_add(1.second()).ok()?;
        Some(Stretch { start, end })
    }
}

fn parse_offset(text: &str) -> Option<Offset> {
    let sign = match text.get(..1)? {
        "+" => 1,
        "-" => -1,
        _ => return None,
    };
    let (hours, minutes) = text.get(1..)?.split_once(':')?;
    if hours.len() != 2 || minutes.len() != 2 {
        return None;
    }
    let seconds = hours.parse::<i32>().ok()? * 3600 + minutes.parse::<i32>().ok()? * 60;
    Offset::from_seconds(sign * seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offset_follows_daylight_saving_time() {
        let cases = [
            ("2025-03-09T06:59:59Z", "2025-03-09T01:59:59-05:00"),
            ("2025-03-09T07:00:00Z", "2025-03-09T03:00:00-04:00"),
            ("2025-11-02T05:59:59Z", "2025-11-02T01:59:59-04:00"),
            ("2025-11-02T06:00:00Z", "2025-11-02T01:00:00-05:00"),
            ("2026-08-13T17:30:19Z", "2026-08-13T13:30:19-04:00"),
            ("2019-01-01T04:59:59Z", "2018-12-31T23:59:59-05:00"),
        ];
        for (utc, expected) in cases {
            assert_eq!(iso(utc.parse().unwrap()), expected);
        }
    }

    #[test]
    fn four_encodings_of_one_moment() {
        let time = "2009-07-27T19:36:37Z".parse().unwrap();
        assert_eq!(wall_clock(time), "2009-07-27 15:36:37");
        assert_eq!(compact_wall_clock(time), "20090727 15:36:37");
        assert_eq!(iso(time), "2009-07-27T15:36:37-04:00");
        assert_eq!(iso_plain_offset(time), "2009-07-27T15:36:37-0400");
    }

    #[test]
    fn second_showing_of_an_hour_is_never_used() {
        let second: Timestamp = "2025-11-02T06:30:00Z".parse().unwrap();
        let first: Timestamp = "2025-11-02T05:30:00Z".parse().unwrap();
        assert_eq!(wall_clock(first), wall_clock(second));
        assert_eq!(without_second_showing(second), first);
        assert_eq!(without_second_showing(first), first);
    }

    #[test]
    fn query_dates_are_days_or_seconds() {
        let stretch = |text| {
            let stretch = Stretch::parse(text)?;
            Some((stretch.start.to_string(), stretch.end.to_string()))
        };
        let both = |start: &str, end: &str| Some((start.to_owned(), end.to_owned()));
        // The day on which the clocks go forward has 23 hours.
        assert_eq!(stretch("2025-03-09"), both("2025-03-09T05:00:00Z", "2025-03-10T04:00:00Z"));
        assert_eq!(
            stretch("2026-01-02T03:04:05"),
            both("2026-01-02T08:04:05Z", "2026-01-02T08:04:06Z")
        );
        assert_eq!(
            stretch("2026-01-02T03:04:05+02:00"),
            both("2026-01-02T01:04:05Z", "2026-01-02T01:04:06Z")
        );
        for nonsense in ["", "yesterday", "2026-13-01", "2026-01-02 03:04:05", "2026-01-02T03:04"] {
            assert_eq!(stretch(nonsense), None, "{nonsense}");
        }
        // An unescaped plus arrives as a space.
        assert_eq!(stretch("2026-01-02T03:04:05 02:00"), None);
    }
}
