//! The text form of values: how each type is written where there is only text, and read back.
//!
//! What is written here is ASCII and is appended to a buffer that the caller reuses, so that a value
//! costs no allocation. What is read has to be exact: nothing is rounded, trimmed or guessed.

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use jiff::civil::Date;
use jiff::fmt::temporal::Pieces;

/// 0001-01-01 and 9999-12-31 in days since 1970-01-01: beyond them a year has no four digits, and
/// the order of the texts would no longer be the order of time.
const DAYS: std::ops::RangeInclusive<i64> = -719_162..=2_932_896;
const MICROS_PER_DAY: i64 = 86_400_000_000;

/// A date or an instant outside the years 1 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfRange;

/// Refuses days since 1970-01-01 that lie outside the years 1 to 9999.
///
/// # Errors
/// [`OutOfRange`].
pub fn check_date(days: i32) -> Result<(), OutOfRange> {
    check_day(i64::from(days))
}

/// Refuses microseconds since 1970-01-01 UTC that lie outside the years 1 to 9999.
///
/// # Errors
/// [`OutOfRange`].
pub fn check_timestamp(micros: i64) -> Result<(), OutOfRange> {
    check_day(micros.div_euclid(MICROS_PER_DAY))
}

fn check_day(days: i64) -> Result<(), OutOfRange> {
    if DAYS.contains(&days) { Ok(()) } else { Err(OutOfRange) }
}

/// `2024-02-29`, from days since 1970-01-01.
///
/// # Errors
/// [`OutOfRange`], with nothing written.
pub fn push_date(out: &mut Vec<u8>, days: i32) -> Result<(), OutOfRange> {
    push_day(out, i64::from(days))
}

/// `2024-02-29T13:05:09.000250Z`, from microseconds since 1970-01-01 UTC. The fraction always has
/// six digits, so that the order of the texts is the order of time.
///
/// # Errors
/// [`OutOfRange`], with nothing written.
pub fn push_timestamp(out: &mut Vec<u8>, micros: i64) -> Result<(), OutOfRange> {
    push_day(out, micros.div_euclid(MICROS_PER_DAY))?;
    let micros = micros.rem_euclid(MICROS_PER_DAY);
    let seconds = micros / 1_000_000;
    out.push(b'T');
    push_digits(out, seconds / 3600, 2);
    out.push(b':');
    push_digits(out, seconds / 60 % 60, 2);
    out.push(b':');
    push_digits(out, seconds % 60, 2);
    out.push(b'.');
    push_digits(out, micros % 1_000_000, 6);
    out.push(b'Z');
    Ok(())
}

/// `-12.50`: all digits behind the point, always as many as the scale.
pub fn push_decimal(out: &mut Vec<u8>, unscaled: i128, scale: u8) {
    if unscaled < 0 {
        out.push(b'-');
    }
    let start = out.len();
    push_display(out, unscaled.unsigned_abs());
    let scale = usize::from(scale);
    if scale == 0 {
        return;
    }
    let digits = out.len() - start;
    if digits <= scale {
        // At least one digit stands before the point.
        out.splice(start..start, std::iter::repeat_n(b'0', scale + 1 - digits));
    }
    out.insert(out.len() - scale, b'.');
}

/// The shortest text that reads back as the same double; `NaN`, `Infinity` and `-Infinity` for what
/// is not a number.
pub fn push_float(out: &mut Vec<u8>, value: f64) {
    if value.is_nan() {
        out.extend_from_slice(b"NaN");
    } else if value.is_infinite() {
        out.extend_from_slice(if value > 0.0 { b"Infinity" } else { b"-Infinity" });
    } else {
        // `{:?}` has an exponent where `{}` would write out hundreds of zeros.
        push_arguments(out, format_args!("{value:?}"));
    }
}

/// A whole number.
pub fn push_display(out: &mut Vec<u8>, value: impl std::fmt::Display) {
    push_arguments(out, format_args!("{value}"));
}

/// Base64 with the standard alphabet and padding.
pub fn push_base64(out: &mut Vec<u8>, bytes: &[u8]) {
    let start = out.len();
    // Four characters for three bytes, begun ones included; a Vec cannot be so long that this
    // overflows.
    out.resize(start + bytes.len().div_ceil(3) * 4, 0);
    let written = BASE64.encode_slice(bytes, &mut out[start..]);
    debug_assert_eq!(written.ok(), Some(out.len() - start));
}

/// The truth value that `true` or `false` means, in any case.
pub fn parse_boolean(text: &str) -> Option<bool> {
    let is_true = text.eq_ignore_ascii_case("true");
    (is_true || text.eq_ignore_ascii_case("false")).then_some(is_true)
}

/// The nearest double to a number, or one of the three names of what is none. A number that is too
/// great for any double is not taken for infinity.
pub fn parse_float(text: &str) -> Option<f64> {
    match text {
        "NaN" => Some(f64::NAN),
        "Infinity" => Some(f64::INFINITY),
        "-Infinity" => Some(f64::NEG_INFINITY),
        _ => text.parse().ok().filter(|value: &f64| value.is_finite()),
    }
}

/// The days since 1970-01-01 of `2024-02-29`.
pub fn parse_date(text: &str) -> Option<i32> {
    // The parser takes other forms as well.
    let is_plain = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    let date: Date = text.parse().ok().filter(|_| is_plain)?;
    let since = date.since(Date::constant(1970, 1, 1)).ok()?;
    Some(since.get_days())
}

/// The microseconds since 1970-01-01 UTC of an RFC 3339 time with an offset and at most six digits
/// behind the point that count.
pub fn parse_timestamp(text: &str) -> Option<i64> {
    // An instant of the parser's own ends a day before the calendar does, and an annotation of a zone
    // would be passed over.
    let pieces = Pieces::parse(text).ok().filter(|_| !text.contains('['))?;
    let (time, offset) = (pieces.time()?, pieces.to_numeric_offset()?);
    let days = pieces.date().since(Date::constant(1970, 1, 1)).ok()?.get_days();
    let (hours, minutes) = (i64::from(time.hour()), i64::from(time.minute()));
    let seconds = hours * 3600 + minutes * 60 + i64::from(time.second());
    let nanos = time.subsec_nanosecond();
    let micros = (seconds - i64::from(offset.seconds())) * 1_000_000 + i64::from(nanos / 1_000);
    (nanos % 1_000 == 0).then(|| i64::from(days) * MICROS_PER_DAY + micros)
}

/// The bytes of Base64 with the standard alphabet and padding.
pub fn parse_base64(text: &str) -> Option<Vec<u8>> {
    BASE64.decode(text).ok()
}

fn push_arguments(out: &mut Vec<u8>, arguments: std::fmt::Arguments<'_>) {
    let written = out.write_fmt(arguments);
    debug_assert!(written.is_ok(), "a Vec takes all that is written to it");
}

fn push_digits(out: &mut Vec<u8>, value: i64, digits: u32) {
    for place in (0..digits).rev() {
        // One decimal digit, so it fits.
        out.push(b'0' + (value / 10_i64.pow(place) % 10) as u8);
    }
}

/// The civil day of a day number: Howard Hinnant's `civil_from_days`, which counts in eras of 400
/// years that begin in March, so that the leap day is the last of its year.
fn push_day(out: &mut Vec<u8>, days: i64) -> Result<(), OutOfRange> {
    check_day(days)?;
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    push_digits(out, year, 4);
    out.push(b'-');
    push_digits(out, month, 2);
    out.push(b'-');
    push_digits(out, day, 2);
    Ok(())
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp, civil};
    use proptest::prelude::*;

    use super::*;

    fn text(push: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = b"before ".to_vec();
        push(&mut out);
        String::from_utf8(out.split_off(7)).unwrap()
    }

    #[test]
    fn decimals_keep_all_digits() {
        for (unscaled, scale, expected) in [
            (0, 0, "0"),
            (0, 2, "0.00"),
            (5, 2, "0.05"),
            (-5, 2, "-0.05"),
            (1250, 2, "12.50"),
            (-1, 0, "-1"),
            (10_i128.pow(38) - 1, 38, "0.99999999999999999999999999999999999999"),
            (1 - 10_i128.pow(38), 0, "-99999999999999999999999999999999999999"),
            (i128::MIN, 0, "-170141183460469231731687303715884105728"),
        ] {
            assert_eq!(text(|out| push_decimal(out, unscaled, scale)), expected);
        }
    }

    #[test]
    fn days_beyond_four_digits_of_a_year_are_refused() {
        assert_eq!(text(|out| push_date(out, -719_162).unwrap()), "0001-01-01");
        assert_eq!(text(|out| push_date(out, 2_932_896).unwrap()), "9999-12-31");
        let mut out = Vec::new();
        for days in [-719_163, 2_932_897, i32::MIN, i32::MAX] {
            assert_eq!(push_date(&mut out, days), Err(OutOfRange));
        }
        for micros in [i64::MIN, i64::MAX] {
            assert_eq!(push_timestamp(&mut out, micros), Err(OutOfRange));
        }
        assert!(out.is_empty(), "nothing half-written stays in the buffer");
    }

    #[test]
    fn floats_read_back_as_they_were() {
        for value in [0.0, -0.0, 0.1, 1e300, 5e-324, f64::MAX, f64::MIN, 1.0, -2.5e-7] {
            let text = text(|out| push_float(out, value));
            assert_eq!(text.parse::<f64>().unwrap().to_bits(), value.to_bits(), "{text}");
            assert!(text.len() < 30, "{text}");
        }
        assert_eq!(text(|out| push_float(out, f64::NAN)), "NaN");
        assert_eq!(text(|out| push_float(out, f64::NEG_INFINITY)), "-Infinity");
    }

    #[test]
    fn what_is_not_exactly_a_value_is_none() {
        for text in ["", " true", "yes", "1", "TRUE\n"] {
            assert_eq!(parse_boolean(text), None, "{text:?}");
        }
        for text in ["", " 1", "1e999", "0x1", "inf", "nan", "1,5"] {
            assert_eq!(parse_float(text), None, "{text:?}");
        }
        for text in ["", "2024-2-9", "20240229", "2023-02-29", "2024-02-29T00:00:00Z", "02/29/2024"]
        {
            assert_eq!(parse_date(text), None, "{text:?}");
        }
        for text in [
            "2024-02-29",
            "2024-02-29T13:05:09",
            "2024-02-29T13:05:09.0000001Z",
            "2024-02-29T13:05:09+01:00[Europe/Paris]",
        ] {
            assert_eq!(parse_timestamp(text), None, "{text:?}");
        }
        for text in ["QQ", "QQ=", "Q!==", "QQ==\n"] {
            assert_eq!(parse_base64(text), None, "{text:?}");
        }
        assert_eq!(parse_boolean("True"), Some(true));
        let last = "9999-12-31T23:59:59.999999Z";
        let read = parse_timestamp(last).unwrap();
        assert_eq!(text(|out| push_timestamp(out, read).unwrap()), last, "what is written is read");
        assert_eq!(parse_timestamp("1970-01-01T01:00:00.000001+01:00"), Some(1));
    }

    proptest! {
        #[test]
        fn dates_agree_with_the_calendar(days in -719_162_i32..=2_932_896) {
            let epoch = civil::date(1970, 1, 1);
            let expected = epoch + SignedDuration::from_hours(i64::from(days) * 24);
            let text = text(|out| push_date(out, days).unwrap());
            prop_assert_eq!(&text, &expected.to_string());
            prop_assert_eq!(parse_date(&text), Some(days));
        }

        #[test]
        fn timestamps_agree_with_the_calendar(
            micros in -62_135_596_800_000_000_i64..253_402_207_200_000_000
        ) {
            let expected = Timestamp::from_microsecond(micros).unwrap();
            let text = text(|out| push_timestamp(out, micros).unwrap());
            prop_assert_eq!(text.len(), 27);
            prop_assert_eq!(text.parse::<Timestamp>().unwrap(), expected);
            prop_assert_eq!(parse_timestamp(&text), Some(micros));
        }

        #[test]
        fn base64_decodes_to_the_same(bytes in proptest::collection::vec(any::<u8>(), 0..50)) {
            let text = text(|out| push_base64(out, &bytes));
            prop_assert_eq!(parse_base64(&text), Some(bytes));
        }

        #[test]
        fn decimals_read_back_as_they_were(
            units in -(10_i128.pow(38) - 1)..10_i128.pow(38), scale in 0_u8..=38,
        ) {
            let text = text(|out| push_decimal(out, units, scale));
            prop_assert_eq!(crate::decimal::parse(&text, 38, scale), Ok(units));
        }

        #[test]
        fn any_double_reads_back_as_it_was(bits: u64) {
            let value = f64::from_bits(bits);
            let read = parse_float(&text(|out| push_float(out, value))).unwrap();
            prop_assert!(read.to_bits() == bits || read.is_nan() && value.is_nan());
        }

        /// A value has one text alone, so that no other is taken for it.
        #[test]
        fn what_reads_as_a_day_is_its_text(
            year in 0_u32..10_100, month in 0_u32..14, day in 0_u32..33,
        ) {
            let date = format!("{year:04}-{month:02}-{day:02}");
            if let Some(days) = parse_date(&date).filter(|days| check_date(*days).is_ok()) {
                prop_assert_eq!(&text(|out| push_date(out, days).unwrap()), &date);
            }
            for other in [format!(" {date}"), format!("+{date}"), date.replace('-', "/")] {
                prop_assert_eq!(parse_date(&other), None);
            }
        }
    }
}
