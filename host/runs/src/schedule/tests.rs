use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn schedule(text: &str) -> Schedule {
    text.parse().unwrap()
}

/// The times that follow, each covered by a run at that time.
fn times(text: &str, from: &str, number: usize) -> Vec<String> {
    let schedule = schedule(text);
    let mut covered = None;
    let mut times = Vec::new();
    for _ in 0..number {
        let due = schedule.due(at(from), covered).unwrap();
        times.push(due.to_string());
        covered = Some(due);
    }
    times
}

#[test]
fn a_pace_begins_at_once_and_goes_on_from_the_run_before() {
    let every = schedule("every 15m");
    let since = at("2026-03-01T10:07:00Z");
    assert_eq!(every.due(since, None), Some(since));
    let covered = at("2026-03-01T11:01:30Z");
    assert_eq!(every.due(since, Some(covered)), Some(at("2026-03-01T11:16:30Z")));
    for (text, hours) in [("every 2h", 2), ("every 2 hours", 2), ("every 1d", 24)] {
        let due = covered + SignedDuration::from_hours(hours);
        assert_eq!(schedule(text).due(since, Some(covered)), Some(due), "{text}");
    }
}

#[test]
fn fields_have_lists_ranges_steps_and_names() {
    let from = "2026-01-01T00:00:00Z";
    for (text, expected) in [
        ("30 6 * * *", ["2026-01-01T06:30:00Z", "2026-01-02T06:30:00Z"]),
        ("0,30 6 * * *", ["2026-01-01T06:00:00Z", "2026-01-01T06:30:00Z"]),
        ("*/20 * * * *", ["2026-01-01T00:20:00Z", "2026-01-01T00:40:00Z"]),
        ("0 8-20/6 * * *", ["2026-01-01T08:00:00Z", "2026-01-01T14:00:00Z"]),
        ("0 6 * * 1-5", ["2026-01-01T06:00:00Z", "2026-01-02T06:00:00Z"]),
        ("0 6 * * SAT,sun", ["2026-01-03T06:00:00Z", "2026-01-04T06:00:00Z"]),
        ("0 6 * * 7", ["2026-01-04T06:00:00Z", "2026-01-11T06:00:00Z"]),
        ("0 6 * * 5-7", ["2026-01-02T06:00:00Z", "2026-01-03T06:00:00Z"]),
        ("0 0 1 jan-mar/2 *", ["2026-03-01T00:00:00Z", "2027-01-01T00:00:00Z"]),
        ("0 0 31 * *", ["2026-01-31T00:00:00Z", "2026-03-31T00:00:00Z"]),
        ("0 0 29 2 *", ["2028-02-29T00:00:00Z", "2032-02-29T00:00:00Z"]),
        // Both restricted: either suffices. The 5th is a Monday.
        ("0 0 3 * mon", ["2026-01-03T00:00:00Z", "2026-01-05T00:00:00Z"]),
        // One of them not restricted: both have to fit.
        ("0 0 */2 * mon", ["2026-01-05T00:00:00Z", "2026-01-19T00:00:00Z"]),
    ] {
        assert_eq!(times(text, from, 2), expected, "{text}");
    }
}

#[test]
fn times_are_those_of_the_time_zone() {
    let berlin = "0 6 * * * Europe/Berlin";
    assert_eq!(times(berlin, "2026-01-10T00:00:00Z", 1), ["2026-01-10T05:00:00Z"]);
    assert_eq!(times(berlin, "2026-07-10T00:00:00Z", 1), ["2026-07-10T04:00:00Z"]);
    let auckland = "0 0 1 * * Pacific/Auckland";
    assert_eq!(times(auckland, "2026-06-15T00:00:00Z", 1), ["2026-06-30T12:00:00Z"]);
}

#[test]
fn a_time_that_the_clock_skips_is_the_first_moment_after() {
    // On 29 March 2026, Berlin goes from 02:00 to 03:00, at 01:00 UTC.
    let daily = "30 2 * * * Europe/Berlin";
    assert_eq!(
        times(daily, "2026-03-28T00:00:00Z", 3),
        ["2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"]
    );
    // All times of the skipped hour, and 03:00 itself, are one moment.
    let quarters = "*/15 2-3 * * * Europe/Berlin";
    assert_eq!(
        times(quarters, "2026-03-29T00:00:00Z", 3),
        ["2026-03-29T01:00:00Z", "2026-03-29T01:15:00Z", "2026-03-29T01:30:00Z"]
    );
    // In São Paulo midnight itself was skipped, on 4 November 2018 at 03:00 UTC.
    let midnight = "0 0 * * * America/Sao_Paulo";
    assert_eq!(
        times(midnight, "2018-11-03T12:00:00Z", 2),
        ["2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z"]
    );
}

#[test]
fn a_time_that_the_clock_shows_twice_is_the_first_of_the_two() {
    // On 25 October 2026, Berlin goes from 03:00 back to 02:00, at 01:00 UTC.
    let daily = "30 2 * * * Europe/Berlin";
    assert_eq!(
        times(daily, "2026-10-24T12:00:00Z", 2),
        ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]
    );
    let hourly = "0 * * * * Europe/Berlin";
    assert_eq!(
        times(hourly, "2026-10-24T23:30:00Z", 3),
        ["2026-10-25T00:00:00Z", "2026-10-25T02:00:00Z", "2026-10-25T03:00:00Z"]
    );
}

#[test]
fn what_is_no_schedule_is_refused_with_what_is_wrong_in_it() {
    for (text, part) in [
        ("", "neither `every` nor five fields"),
        ("hourly", "neither"),
        ("* * * *", "neither"),
        ("* * * * * UTC extra", "neither"),
        ("every", "\"\" is no pace"),
        ("every 15", "\"15\" is no pace"),
        ("every -5m", "no pace"),
        ("every 1 5 m", "no pace"),
        ("every 1.5h", "no pace"),
        ("every 30s", "no pace"),
        ("every 0m", "from 1 minute"),
        ("every 367d", "to 366 days"),
        ("every 99999999999999999999m", "no pace"),
        ("60 * * * *", "\"60\" is no minute, 0 to 59"),
        ("* 24 * * *", "\"24\" is no hour"),
        ("* * 0 * *", "\"0\" is no day"),
        ("* * * 13 *", "\"13\" is no month"),
        ("* * * * 8", "\"8\" is no weekday"),
        ("* * * * fri-mon", "\"fri-mon\" is no weekday"),
        ("*/0 * * * *", "\"*/0\" is no minute"),
        ("*/+5 * * * *", "\"*/+5\" is no minute"),
        ("5/10 * * * *", "\"5/10\" is no minute"),
        ("+5 * * * *", "\"+5\" is no minute"),
        ("5, * * * *", "\"\" is no minute"),
        ("5-1 * * * *", "\"5-1\" is no minute"),
        ("0 0 30 2 *", "never comes"),
        ("0 6 * * * Europe/Berln", "no time zone \"Europe/Berln\""),
    ] {
        let error = text.parse::<Schedule>().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{text}");
        assert!(error.message().contains(part), "{text}: {error}");
        assert!(error.hint().is_some(), "{text}");
    }
}

#[test]
fn a_schedule_is_shown_as_it_was_written() {
    assert_eq!(schedule(" 0  6 * * 1-5  UTC ").to_string(), "0 6 * * 1-5 UTC");
}

proptest! {
    /// Whatever the zone and the fields: times go forward, none is left out between two of them, and
    /// where one looks from does not matter.
    #[test]
    fn times_go_forward_and_none_is_left_out(
        minute in 0..60i8, hour in 0..24i8, days in 0..800i64, seconds in 0..86_400i64,
        zone in prop::sample::select(vec!["UTC", "Europe/Berlin", "America/Sao_Paulo",
            "Australia/Lord_Howe", "Pacific/Apia", "America/New_York"]),
    ) {
        let daily = schedule(&format!("{minute} {hour} * * * {zone}"));
        let start = at("2018-01-01T00:00:00Z") + SignedDuration::from_hours(24 * days);
        let from = start + SignedDuration::from_secs(seconds);
        let first = daily.due(from, None).unwrap();
        prop_assert!(first > from);
        let second = daily.due(from, Some(first)).unwrap();
        let apart = second.duration_since(first).as_hours();
        prop_assert!((22..=25).contains(&apart), "{first} {second}");
        let between = first + SignedDuration::from_secs(seconds.min(second.duration_since(first).as_secs() - 1));
        prop_assert_eq!(daily.due(from, Some(between)), Some(second));
    }
}

proptest! {
    // Each case looks at hundreds of minutes.
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// The next time is one of the fields', and no minute before it is, by a clock that is read
    /// minute by minute, over changes of it too.
    #[test]
    fn the_next_time_is_the_first_that_the_fields_mean(
        minutes in prop::collection::btree_set(0..60i8, 1..4),
        hours in prop::collection::btree_set(0..4i8, 1..4),
        weekdays in prop::collection::btree_set(0..7i8, 3..8),
        change in 0..4usize, before in 0..600i64,
    ) {
        let list = |values: &std::collections::BTreeSet<i8>| {
            values.iter().map(i8::to_string).collect::<Vec<_>>().join(",")
        };
        // Half an hour forward, an hour back and forward, and a day left out.
        let (zone, change) = [
            ("Australia/Lord_Howe", "2026-10-03T15:30:00Z"),
            ("Europe/Berlin", "2026-10-25T01:00:00Z"),
            ("America/New_York", "2026-03-08T07:00:00Z"),
            ("Pacific/Apia", "2011-12-30T10:00:00Z"),
        ][change];
        let text = format!("{} {} * * {} {zone}", list(&minutes), list(&hours), list(&weekdays));
        let from = at(change) - SignedDuration::from_mins(before);
        let due = schedule(&text).due(from, None).unwrap();
        let zone = jiff::tz::TimeZone::get(zone).unwrap();
        let is_meant = |moment: Timestamp| {
            let local = zone.to_datetime(moment);
            // Of a time that is shown twice, only the first is one.
            let is_first = zone.to_ambiguous_timestamp(local).earlier().unwrap() == moment;
            is_first && minutes.contains(&local.minute()) && hours.contains(&local.hour())
                && weekdays.contains(&local.weekday().to_sunday_zero_offset())
        };
        let is_change = zone.preceding(due + SignedDuration::from_secs(1)).next()
            .is_some_and(|last| last.timestamp() == due);
        prop_assert!(due > from && (is_meant(due) || is_change), "{text}: {due}");
        let minute = SignedDuration::from_mins(1);
        let scanned = std::iter::successors(Some(from + minute), |moment| Some(*moment + minute));
        let mut passed = scanned.take(720).take_while(|moment| *moment < due);
        let first = passed.find(|moment| is_meant(*moment));
        prop_assert_eq!(first, None, "{} is due at {} only", text, due);
    }
}
