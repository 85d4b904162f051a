//! The zones by which a wall clock becomes an instant.

use super::{CivilDate, SECONDS_PER_DAY};

/// Says how far a wall clock is ahead of UTC. A zone is a type, so that a column's rule stands in
/// its declaration.
pub trait Zone: 'static {
    /// Seconds by which the clock is ahead of UTC when it shows `wall_seconds` (since 1970 on that
    /// clock), or none where a text without an offset is an error.
    fn offset_at_wall(wall_seconds: i64) -> Option<i64>;

    /// Seconds by which the clock is ahead of UTC at an instant, in seconds since 1970 UTC.
    fn offset_at_utc(utc_seconds: i64) -> i64;
}

/// No clock is assumed: a text without an offset is an error.
#[derive(Clone, Copy, Debug)]
pub enum NeedsOffset {}

impl Zone for NeedsOffset {
    fn offset_at_wall(_: i64) -> Option<i64> {
        None
    }

    fn offset_at_utc(_: i64) -> i64 {
        0
    }
}

/// A text without an offset is UTC.
#[derive(Clone, Copy, Debug)]
pub enum Utc {}

impl Zone for Utc {
    fn offset_at_wall(_: i64) -> Option<i64> {
        Some(0)
    }

    fn offset_at_utc(_: i64) -> i64 {
        0
    }
}

/// The clock of New York: five hours behind UTC, four in summer.
///
/// Summer time runs from the second Sunday in March to the first Sunday in November since 2007, and
/// ran from the first Sunday in April to the last Sunday in October from 1987 on; the same is
/// assumed before. It changes at 2:00. The hour that the autumn repeats is taken as summer time,
/// and an hour that the spring leaves out as winter time, which is an hour later in summer time.
#[derive(Clone, Copy, Debug)]
pub enum UsEastern {}

const WINTER_SECONDS: i64 = -5 * 3_600;
const SUMMER_SECONDS: i64 = -4 * 3_600;
const CHANGE_SECONDS: i64 = 2 * 3_600;

impl Zone for UsEastern {
    fn offset_at_wall(wall_seconds: i64) -> Option<i64> {
        let date = date_of(wall_seconds);
        // Most times are in a month that is summer or winter as a whole: the days of the changes cost
        // several times as much.
        match (date.year, date.month) {
            (2007.., 4..=10) => return Some(SUMMER_SECONDS),
            (_, 12 | 1 | 2) => return Some(WINTER_SECONDS),
            _ => {}
        }
        let (begin_day, end_day) = summer_days(date.year);
        // The spring change skips the hour from 2:00, so summer begins at 3:00 on the wall. Until
        // 2:00 in autumn the clock can be read as summer time, the second time around as well.
        let begin = begin_day * SECONDS_PER_DAY + CHANGE_SECONDS + 3_600;
        let end = end_day * SECONDS_PER_DAY + CHANGE_SECONDS;
        let is_summer = (begin..end).contains(&wall_seconds);
        Some(if is_summer { SUMMER_SECONDS } else { WINTER_SECONDS })
    }

    fn offset_at_utc(utc_seconds: i64) -> i64 {
        let (begin_day, end_day) = summer_days(date_of(utc_seconds + WINTER_SECONDS).year);
        let begin = begin_day * SECONDS_PER_DAY + CHANGE_SECONDS - WINTER_SECONDS;
        let end = end_day * SECONDS_PER_DAY + CHANGE_SECONDS - SUMMER_SECONDS;
        let is_summer = (begin..end).contains(&utc_seconds);
        if is_summer { SUMMER_SECONDS } else { WINTER_SECONDS }
    }
}

fn date_of(wall_seconds: i64) -> CivilDate {
    let date = CivilDate::from_days(wall_seconds.div_euclid(SECONDS_PER_DAY));
    date.unwrap_or(CivilDate { year: 1970, month: 1, day: 1 })
}

/// The days on which summer time begins and ends.
fn summer_days(year: i32) -> (i64, i64) {
    match year {
        2007.. => (sunday_from(year, 3, 8), sunday_from(year, 11, 1)),
        _ => (sunday_from(year, 4, 1), sunday_from(year, 10, 25)),
    }
}

/// The first Sunday on or after a day that every year has.
fn sunday_from(year: i32, month: u8, day: u8) -> i64 {
    let first = CivilDate { year, month, day };
    first.days() + i64::from((7 - first.weekday()) % 7)
}

#[cfg(test)]
mod tests {
    use super::super::parse_moment;
    use super::*;
    use proptest::prelude::*;

    fn eastern(text: &str) -> String {
        let moment = parse_moment(text).expect("a time");
        let micros = moment.utc_micros(UsEastern::offset_at_wall).expect("a zone");
        jiff::Timestamp::from_microsecond(micros).expect("in range").to_string()
    }

    #[test]
    fn the_eastern_clock_changes_on_its_days() {
        for (wall, utc) in [
            ("2012-06-09 15:46:52", "2012-06-09T19:46:52Z"),
            ("2012-01-09 15:46:52", "2012-01-09T20:46:52Z"),
            // Spring 2026: the hour from 2:00 does not exist.
            ("2026-03-08 01:59:59", "2026-03-08T06:59:59Z"),
            ("2026-03-08 02:30:00", "2026-03-08T07:30:00Z"),
            ("2026-03-08 03:00:00", "2026-03-08T07:00:00Z"),
            // Autumn 2026: the hour from 1:00 comes twice and counts as the first.
            ("2026-11-01 00:59:59", "2026-11-01T04:59:59Z"),
            ("2026-11-01 01:30:00", "2026-11-01T05:30:00Z"),
            ("2026-11-01 02:00:00", "2026-11-01T07:00:00Z"),
            // The older rule.
            ("2006-04-02 03:00:00", "2006-04-02T07:00:00Z"),
            ("2006-10-29 02:00:00", "2006-10-29T07:00:00Z"),
            ("2006-10-29 01:00:00", "2006-10-29T05:00:00Z"),
        ] {
            assert_eq!(eastern(wall), utc, "{wall}");
        }
    }

    #[test]
    fn a_time_without_offset_may_be_an_error() {
        let moment = parse_moment("2026-03-08 01:59:59").expect("a time");
        assert_eq!(moment.utc_micros(NeedsOffset::offset_at_wall), None);
    }

    proptest! {
        // 1987-01-01 to 2037-12-31, what the two rules cover.
        #[test]
        fn the_eastern_clock_agrees_with_jiff(seconds in 536_457_600i64..2_145_916_800) {
            let zone = jiff::tz::db().get("America/New_York").expect("bundled");
            let wall = jiff::Timestamp::from_second(seconds).expect("in range")
                .to_zoned(jiff::tz::TimeZone::UTC).datetime();
            let theirs = zone.to_ambiguous_zoned(wall).compatible().expect("in range");
            let offset = UsEastern::offset_at_wall(seconds).expect("a zone");
            prop_assert_eq!(seconds - offset, theirs.timestamp().as_second());

            let instant = jiff::Timestamp::from_second(seconds).expect("in range");
            let theirs = i64::from(zone.to_offset(instant).seconds());
            prop_assert_eq!(UsEastern::offset_at_utc(seconds), theirs);
        }
    }
}
