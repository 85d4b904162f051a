//! Sizes, durations and counts, as people write and read them.

use std::time::Duration;

/// The units of sizes; the powers of ten are there because some people mean them.
const SIZES: [(&str, u64); 9] = [
    ("kib", 1 << 10),
    ("mib", 1 << 20),
    ("gib", 1 << 30),
    ("kb", 1_000),
    ("mb", 1_000_000),
    ("gb", 1_000_000_000),
    ("bytes", 1),
    ("byte", 1),
    ("b", 1),
];

/// The units of durations, in milliseconds.
const DURATIONS: [(&str, u64); 6] =
    [("ms", 1), ("s", 1_000), ("sec", 1_000), ("min", 60_000), ("h", 3_600_000), ("m", 60_000)];

/// How a size is written, for hints.
pub const SIZE_FORM: &str =
    "a size is a number with a unit, such as `128MiB`, `64 KiB` or `500 bytes`";
/// How a duration is written, for hints.
pub const DURATION_FORM: &str =
    "a duration is a number with a unit, such as `500ms`, `30s`, `5min` or `1h`";
/// How a count is written, for hints.
pub const COUNT_FORM: &str = "a count is a whole number, such as `1000` or `1_000`";

/// The bytes that were written: `128MiB`, `64 KiB`, `500 bytes`. A bare number is refused, as nobody
/// can tell what it counts.
pub fn parse_size(text: &str) -> Option<u64> {
    let (number, unit) = split(text)?;
    scale(number, lookup(&SIZES, unit)?)
}

/// The duration that was written: `500ms`, `30s`, `5min`, `1h`.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let (number, unit) = split(text)?;
    scale(number, lookup(&DURATIONS, unit)?).map(Duration::from_millis)
}

/// The whole number that was written, with or without underscores between digits.
pub fn parse_count(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text.starts_with(|c: char| c.is_ascii_digit())
        && text.bytes().all(|b| b.is_ascii_digit() || b == b'_');
    digits.then(|| text.replace('_', "").parse().ok()).flatten()
}

/// An instant in microseconds UTC, as `2026-02-28T13:05:09Z`.
pub fn instant(micros: i64) -> String {
    let instant = jiff::Timestamp::from_microsecond(micros);
    instant.map_or_else(|_| micros.to_string(), |instant| format!("{instant:.0}"))
}

/// A size for people: `12.3 MiB`.
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if bytes < 1_024 {
        return if bytes == 1 { "1 byte".to_owned() } else { format!("{bytes} bytes") };
    }
    let mut value = bytes as f64 / 1_024.0;
    let mut unit = UNITS[0];
    for larger in &UNITS[1..] {
        // What would be shown as 1024.0 of a unit is 1.0 of the next.
        if value < 1_023.95 {
            break;
        }
        value /= 1_024.0;
        unit = larger;
    }
    let number = format!("{value:.1}");
    format!("{} {unit}", number.strip_suffix(".0").unwrap_or(&number))
}

/// A duration for people: `350 ms`, `2.5 s`, `3 min 20 s`, `2 h 5 min`.
pub fn duration(duration: Duration) -> String {
    let millis = duration.as_millis();
    let seconds = duration.as_secs();
    match seconds {
        0 => format!("{millis} ms"),
        1..=59 if millis.is_multiple_of(1_000) => format!("{seconds} s"),
        1..=59 => format!("{:.1} s", duration.as_secs_f64()),
        60..=3_599 => two(seconds / 60, "min", seconds % 60, "s"),
        _ => two(seconds / 3_600, "h", seconds % 3_600 / 60, "min"),
    }
}

/// A count for people, with a comma before every third digit from the end.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 row`, `2 rows`.
pub fn counted(number: u64, one: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {one}{plural}", count(number))
}

/// How often parts that failed were opened again; `None`: never.
pub fn parts_again(retries: u64) -> Option<String> {
    match retries {
        0 => None,
        1 => Some("a part was opened again".to_owned()),
        retries => Some(format!("parts were opened again {} times", count(retries))),
    }
}

fn two(large: u64, large_unit: &str, small: u64, small_unit: &str) -> String {
    match small {
        0 => format!("{large} {large_unit}"),
        _ => format!("{large} {large_unit} {small} {small_unit}"),
    }
}

fn split(text: &str) -> Option<(&str, &str)> {
    let text = text.trim();
    let unit = text.find(|c: char| c.is_ascii_alphabetic())?;
    let (number, unit) = text.split_at(unit);
    Some((number.trim_end(), unit))
}

fn lookup(units: &[(&str, u64)], unit: &str) -> Option<u64> {
    let unit = unit.to_ascii_lowercase();
    units.iter().find(|(name, _)| *name == unit).map(|(_, factor)| *factor)
}

/// Whole numbers are exact; a fraction is taken to the nearest byte or millisecond.
fn scale(number: &str, factor: u64) -> Option<u64> {
    if let Some(whole) = parse_count(number) {
        return whole.checked_mul(factor);
    }
    let plain = number.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let value = number.parse::<f64>().ok().filter(|_| plain)? * factor as f64;
    // Doubles are exact far beyond any size or duration of use here.
    (value < 9e15).then_some(value.round() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units_and_fractions_and_nothing_else() {
        for (text, expected) in [
            ("128MiB", Some(128 << 20)),
            ("64 KiB", Some(64 << 10)),
            ("1.5 gib", Some(3 << 29)),
            ("2MB", Some(2_000_000)),
            ("500 bytes", Some(500)),
            ("1 byte", Some(1)),
            ("1_000b", Some(1_000)),
            ("128", None),
            ("", None),
            ("MiB", None),
            ("-1 MiB", None),
            ("1e3 MiB", None),
            ("NaN MiB", None),
            ("99999999999 GiB", None),
            ("1 MiB extra", None),
        ] {
            assert_eq!(parse_size(text), expected, "{text:?}");
        }
    }

    #[test]
    fn durations_have_units() {
        for (text, expected) in [
            ("500ms", Some(500)),
            ("30s", Some(30_000)),
            ("1.5 s", Some(1_500)),
            ("5 min", Some(300_000)),
            ("5m", Some(300_000)),
            ("24h", Some(86_400_000)),
            ("30", None),
            ("soon", None),
            ("1 day", None),
        ] {
            assert_eq!(parse_duration(text).map(|d| d.as_millis() as u64), expected, "{text:?}");
        }
    }

    #[test]
    fn counts_are_whole_numbers() {
        for (text, expected) in
            [("7", Some(7)), ("1_000", Some(1_000)), ("_1", None), ("+1", None), ("1.0", None)]
        {
            assert_eq!(parse_count(text), expected, "{text:?}");
        }
    }

    #[test]
    fn what_is_shown_is_short() {
        assert_eq!(size(0), "0 bytes");
        assert_eq!(size(1_536), "1.5 KiB");
        assert_eq!(size(128 << 20), "128 MiB");
        assert_eq!(size((1 << 20) - 1), "1 MiB");
        assert_eq!(size(u64::MAX), "16777216 TiB");
        assert_eq!(duration(Duration::from_millis(350)), "350 ms");
        assert_eq!(duration(Duration::from_millis(2_500)), "2.5 s");
        assert_eq!(duration(Duration::from_secs(200)), "3 min 20 s");
        assert_eq!(duration(Duration::from_secs(7_500)), "2 h 5 min");
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(counted(1, "row"), "1 row");
        assert_eq!(counted(0, "row"), "0 rows");
    }
}
