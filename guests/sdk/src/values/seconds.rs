//! Durations.

use super::Float;
use super::numbers::double_of;
use crate::record::{DataType, Slot, Value};

/// Seconds of a day and its parts.
const DAY: f64 = 86_400.0;
const HOUR: f64 = 3_600.0;
const MINUTE: f64 = 60.0;

/// A duration in seconds: a text of ISO 8601 such as `P1DT19H18M29.651S`, or a number of seconds as
/// [`Float`] takes it. Years and months have no fixed length and are errors; `""` and `null` are
/// null.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Seconds(pub Float);

impl<'de> Value<'de> for Seconds {
    const DATA_TYPE: DataType = DataType::Float64;

    fn slot(&mut self) -> Slot<'_, 'de> {
        Slot::Float(&mut self.0, seconds_of)
    }
}

fn seconds_of(text: &str) -> Option<f64> {
    if let Some(duration) = text.strip_prefix("-P") {
        return iso_seconds(duration).map(|seconds| -seconds);
    }
    match text.strip_prefix('P') {
        Some(duration) => iso_seconds(duration),
        None => double_of(text),
    }
}

/// The seconds of a duration behind its `P`.
fn iso_seconds(text: &str) -> Option<f64> {
    let (days, time) = match text.split_once('T') {
        Some((days, time)) => (days, Some(time)),
        None => (text, None),
    };
    let weeks_and_days = [('W', 7.0 * DAY), ('D', DAY)];
    let time_units = [('H', HOUR), ('M', MINUTE), ('S', 1.0)];
    let (mut total, mut parts) = (0.0, 0);
    for (text, units) in [(days, &weeks_and_days[..]), (time.unwrap_or(""), &time_units[..])] {
        let mut rest = text;
        for &(letter, unit) in units {
            let Some((number, behind)) = rest.split_once(letter) else { continue };
            let is_plain = number.bytes().all(|b| b.is_ascii_digit() || b == b'.');
            total += double_of(number).filter(|_| is_plain)? * unit;
            parts += 1;
            rest = behind;
        }
        if !rest.is_empty() {
            return None;
        }
    }
    (parts > 0 && time != Some("") && total.is_finite()).then(|| to_microseconds(total))
}

/// Sums of doubles carry errors far behind any digit that a provider writes.
fn to_microseconds(seconds: f64) -> f64 {
    let rounded = (seconds * 1e6).round() / 1e6;
    if rounded.is_finite() { rounded } else { seconds }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_become_seconds() {
        for (text, expected) in [
            ("PT0S", 0.0),
            ("PT5H48M1.139S", 20_881.139),
            ("P1DT19H18M29.651S", 155_909.651),
            ("PT2M48.427S", 168.427),
            ("PT7H43M6.15S", 27_786.15),
            ("PT1.5M", 90.0),
            ("P2W", 1_209_600.0),
            ("-PT1M0.5S", -60.5),
            ("P365DT23H59M59.999S", 31_622_399.999),
            ("101", 101.0),
            ("0.25", 0.25),
        ] {
            assert_eq!(seconds_of(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_duration_is_refused() {
        for text in [
            "P", "PT", "P1DT", "P1Y", "P1M", "PT1", "PT1S1M", "PT1H1H", "PTS", "PT-1S", "P1S",
            "1:00", "PT1,5S", "PTinfS", "PT1e999S", "p1d", "nan", "",
        ] {
            assert_eq!(seconds_of(text), None, "{text}");
        }
    }
}
