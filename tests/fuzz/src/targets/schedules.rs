//! Schedules: times go forward, are those that the text says, and none is left out.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use tollgate_runs::Schedule;

/// 2026-02-27T22:30:15Z: before the end of a month that is short.
const SINCE: i64 = 1_772_231_415;
/// How far every minute is looked at.
const MINUTES: i64 = 3 * 24 * 60;

/// The text of a schedule.
pub fn run(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let Ok(schedule) = text.parse::<Schedule>() else { return };
    assert_eq!(schedule.to_string().parse().ok().as_ref(), Some(&schedule), "{text:?}");
    let since = Timestamp::from_second(SINCE).expect("a time of this century");
    let first = schedule.due(since, None).unwrap_or_else(|| panic!("{text:?} is never due"));
    assert!(first >= since, "{text:?}: {first}");
    if let Some(second) = schedule.due(since, Some(first)) {
        assert!(second > first, "{text:?}: {first} {second}");
    }
    // Far ends of the calendar are no panic.
    for end in [Timestamp::MIN, Timestamp::MAX] {
        let due = schedule.due(end, Some(end));
        assert!(due.is_none_or(|due| due > end), "{text:?}: {due:?}");
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    match words[..] {
        ["every", ..] => look_at_pace(&schedule, &words[1..]),
        [minute, hour, day, month, weekday] | [minute, hour, day, month, weekday, "UTC"] => {
            let fields = [minute, hour, day, month, weekday];
            look_at_times(&text, fields, since, first);
        }
        _ => {}
    }
}

fn look_at_pace(schedule: &Schedule, words: &[&str]) {
    let pace = words.concat();
    assert!(words.len() <= 2, "{schedule} has a number in pieces");
    let (number, unit) =
        pace.split_at(pace.find(|c: char| !c.is_ascii_digit()).unwrap_or(pace.len()));
    let minutes: i64 = match unit.as_bytes().first() {
        Some(b'm') => 1,
        Some(b'h') => 60,
        Some(b'd') => 24 * 60,
        _ => panic!("{schedule} has no unit"),
    };
    let minutes = minutes * number.parse::<i64>().expect("its number was taken");
    let covered = Timestamp::from_second(SINCE).expect("a time of this century");
    let due = schedule.due(Timestamp::UNIX_EPOCH, Some(covered));
    assert_eq!(due, covered.checked_add(SignedDuration::from_mins(minutes)).ok(), "{schedule}");
}

fn look_at_times(text: &str, fields: [&str; 5], since: Timestamp, first: Timestamp) {
    let civil = |time: Timestamp| TimeZone::UTC.to_datetime(time);
    assert!(is_meant(fields, civil(first)) && civil(first).second() == 0, "{text:?}: {first}");
    let begin = since.as_second().div_euclid(60);
    let end = first.as_second().div_euclid(60).min(begin + MINUTES);
    for minute in begin + 1..end {
        let time = Timestamp::from_second(minute * 60).expect("a time of this century");
        assert!(!is_meant(fields, civil(time)), "{text:?} leaves out {time}");
    }
}

fn is_meant([minute, hour, day, month, weekday]: [&str; 5], time: DateTime) -> bool {
    let is_day = has(day, time.day(), 1..=31, &[]);
    let days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
    let number = time.weekday().to_sunday_zero_offset();
    let is_sunday = number == 0 && has(weekday, 7, 0..=7, &days);
    let is_weekday = is_sunday || has(weekday, number, 0..=7, &days);
    let either = !day.starts_with('*') && !weekday.starts_with('*');
    let months =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    has(minute, time.minute(), 0..=59, &[])
        && has(hour, time.hour(), 0..=23, &[])
        && has(month, time.month(), 1..=12, &months)
        && if either { is_day || is_weekday } else { is_day && is_weekday }
}

/// Whether a field of cron has a value.
fn has(field: &str, value: i8, all: std::ops::RangeInclusive<i8>, names: &[&str]) -> bool {
    let number = |text: &str| match names.iter().position(|name| text.eq_ignore_ascii_case(name)) {
        Some(position) => all.start() + position as i8,
        None => {
            assert!(text.bytes().all(|byte| byte.is_ascii_digit()), "{field:?} has {text:?}");
            text.parse().unwrap_or_else(|_| panic!("{field:?} has {text:?}"))
        }
    };
    field.split(',').any(|item| {
        let (range, step) = item.split_once('/').unwrap_or((item, "1"));
        assert!(step.bytes().all(|byte| byte.is_ascii_digit()), "{field:?} has the step {step:?}");
        let (from, to) = match range.split_once('-') {
            _ if range == "*" => (*all.start(), *all.end()),
            Some((from, to)) => (number(from), number(to)),
            None => (number(range), number(range)),
        };
        let step = step.parse::<i64>().unwrap_or(i64::MAX);
        (from..=to).contains(&value) && i64::from(value - from) % step == 0
    })
}
