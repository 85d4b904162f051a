//! Dates and times as providers write them.

use super::{CivilDate, MICROS_PER_SECOND, SECONDS_PER_DAY};

/// A point on a wall clock, and how far that clock is from UTC where the text says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Seconds from 1970-01-01T00:00:00 on the wall clock.
    pub wall_seconds: i64,
    /// Microseconds beyond, from 0 to 999,999.
    pub micros: i64,
    /// Seconds by which the wall clock is ahead of UTC.
    pub offset_seconds: Option<i64>,
}

impl Moment {
    /// Microseconds UTC, the offset being the text's own or else what `zone` says.
    pub fn utc_micros(self, zone: impl FnOnce(i64) -> Option<i64>) -> Option<i64> {
        let offset = match self.offset_seconds {
            Some(offset) => offset,
            None => zone(self.wall_seconds)?,
        };
        Some((self.wall_seconds - offset) * MICROS_PER_SECOND + self.micros)
    }
}

/// Reads `YYYY-MM-DD` or `YYYYMMDD`. A time behind the date is refused: the day of an instant
/// depends on a zone, which a date has not.
pub fn parse_date(text: &str) -> Option<CivilDate> {
    let mut rest = Rest(text.trim().as_bytes());
    let date = rest.date()?;
    rest.0.is_empty().then_some(date)
}

/// Reads a date and a time: `YYYY-MM-DD` or `YYYYMMDD`; then `T` or spaces and `HH:MM`, `HHMM`,
/// `HH:MM:SS` or `HHMMSS` with an optional fraction; then `Z`, `±HH:MM`, `±HHMM` or `±HH`. The time
/// may be missing (midnight), and so may the offset.
///
/// A leap second counts as the first of the next minute. Digits beyond microseconds are dropped.
pub fn parse_moment(text: &str) -> Option<Moment> {
    let mut rest = Rest(text.trim().as_bytes());
    let days = rest.date()?.days();
    let (mut seconds, mut micros) = (0, 0);
    if rest.separator() {
        (seconds, micros) = rest.time()?;
    }
    let offset_seconds = rest.offset()?;
    let wall_seconds = days * SECONDS_PER_DAY + seconds;
    Some(Moment { wall_seconds, micros, offset_seconds })
}

/// An instant in microseconds UTC as `YYYY-MM-DDTHH:MM:SSZ`, a fraction of a second dropped. None
/// for a year of more than four digits.
pub fn utc_text(micros: i64) -> Option<String> {
    let seconds = micros.div_euclid(MICROS_PER_SECOND);
    let date = CivilDate::from_days(seconds.div_euclid(SECONDS_PER_DAY))?;
    let second = seconds.rem_euclid(SECONDS_PER_DAY);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    Some(format!("{date}T{hour:02}:{minute:02}:{second:02}Z"))
}

/// What is still to be read.
struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    fn take(&mut self, wanted: u8) -> bool {
        let is_there = self.0.first() == Some(&wanted);
        if is_there {
            self.0 = &self.0[1..];
        }
        is_there
    }

    /// Exactly so many digits, four at most.
    fn digits(&mut self, count: usize) -> Option<i64> {
        let (digits, rest) = self.0.split_at_checked(count)?;
        let mut value = 0;
        for digit in digits {
            if !digit.is_ascii_digit() {
                return None;
            }
            value = value * 10 + i64::from(digit - b'0');
        }
        self.0 = rest;
        Some(value)
    }

    fn date(&mut self) -> Option<CivilDate> {
        let year = self.digits(4)?;
        let has_dashes = self.take(b'-');
        let month = self.digits(2)?;
        if has_dashes && !self.take(b'-') {
            return None;
        }
        let day = self.digits(2)?;
        CivilDate::new(
            i32::try_from(year).ok()?,
            u8::try_from(month).ok()?,
            u8::try_from(day).ok()?,
        )
    }

    /// Whether a time follows.
    fn separator(&mut self) -> bool {
        if self.take(b'T') || self.take(b't') {
            return true;
        }
        let is_spaced = self.take(b' ');
        while self.take(b' ') {}
        is_spaced
    }

    /// Seconds since midnight, and microseconds.
    fn time(&mut self) -> Option<(i64, i64)> {
        let hours = self.digits(2)?;
        let has_colons = self.take(b':');
        let minutes = self.digits(2)?;
        let has_seconds = match has_colons {
            true => self.take(b':'),
            false => self.0.first().is_some_and(u8::is_ascii_digit),
        };
        let seconds = if has_seconds { self.digits(2)? } else { 0 };
        let micros = if has_seconds && self.take(b'.') { self.fraction()? } else { 0 };
        let exists = hours <= 23 && minutes <= 59 && seconds <= 60;
        exists.then_some((hours * 3_600 + minutes * 60 + seconds, micros))
    }

    fn fraction(&mut self) -> Option<i64> {
        let (mut micros, mut unit, mut count) = (0, MICROS_PER_SECOND / 10, 0);
        while let Some(digit) = self.0.first().filter(|byte| byte.is_ascii_digit()) {
            micros += i64::from(digit - b'0') * unit;
            unit /= 10;
            count += 1;
            self.0 = &self.0[1..];
        }
        (count > 0).then_some(micros)
    }

    /// The outer none is an error, the inner one a text without offset.
    fn offset(&mut self) -> Option<Option<i64>> {
        while self.take(b' ') {}
        if self.0.is_empty() {
            return Some(None);
        }
        let mut seconds = 0;
        if !(self.take(b'Z') || self.take(b'z')) {
            let sign = match (self.take(b'+'), self.take(b'-')) {
                (true, _) => 1,
                (_, true) => -1,
                _ => return None,
            };
            let hours = self.digits(2)?;
            let has_colon = self.take(b':');
            let minutes = if has_colon || !self.0.is_empty() { self.digits(2)? } else { 0 };
            if hours > 18 || minutes > 59 {
                return None;
            }
            seconds = sign * (hours * 3_600 + minutes * 60);
        }
        self.0.is_empty().then_some(Some(seconds))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn utc(text: &str) -> Option<i64> {
        parse_moment(text)?.utc_micros(|_| Some(0))
    }

    #[test]
    fn one_instant_has_many_spellings() {
        let noon = Some(1_785_600_000_000_000);
        for text in [
            "2026-08-01T12:00:00-04:00",
            "2026-08-01T12:00:00-0400",
            "2026-08-01T12:00:00-04",
            "2026-08-01T16:00:00Z",
            "2026-08-01t16:00:00.000z",
            "2026-08-01T16:00+00:00",
            "2026-08-01 16:00:00",
            "2026-08-01 16:00:00 +00:00",
            "20260801 16:00:00",
            "20260801T160000",
            "20260801T1600Z",
            " 2026-08-01T21:30:00+05:30 ",
        ] {
            assert_eq!(utc(text), noon, "{text}");
        }
    }

    #[test]
    fn fractions_count_to_the_microsecond() {
        assert_eq!(utc("1970-01-01T00:00:00.5Z"), Some(500_000));
        assert_eq!(utc("1970-01-01T00:00:00.1234567Z"), Some(123_456));
        assert_eq!(utc("1969-12-31T23:59:59.25Z"), Some(-750_000));
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "x",
            "2026",
            "2026-08",
            "2026-08-1",
            "2026-0801",
            "2026-13-01",
            "2026-02-30",
            "2026-08-01T",
            "2026-08-01T24:00:00",
            "2026-08-01T12",
            "2026-08-01T12:60",
            "2026-08-01T12:00:00.",
            "2026-08-01T12:00:00+",
            "2026-08-01T12:00:00+19:00",
            "2026-08-01T12:00:00 EST",
            "2026-08-01T12:00:00Z!",
            "08/01/2026",
            "２０２６-08-01",
        ] {
            assert_eq!(parse_moment(text), None, "{text}");
        }
    }

    #[test]
    fn a_date_has_no_time() {
        assert_eq!(parse_date("2026-08-01").map(CivilDate::days), Some(20_666));
        assert_eq!(parse_date("20260801").map(CivilDate::days), Some(20_666));
        assert_eq!(parse_date("2026-08-01T00:00:00Z"), None);
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,40}") {
            let _ = parse_moment(&text);
        }

        #[test]
        fn near_dates_do_not_panic(text in "[0-9]{2,9}[-T :.+Z0-9]{0,24}") {
            let _ = parse_moment(&text);
        }

        #[test]
        fn instants_agree_with_jiff(
            micros in -62_167_219_200_000_000i64..253_402_200_000_000_000,
            offset in -16i8..=16,
        ) {
            let zone = jiff::tz::offset(offset).to_time_zone();
            let theirs = jiff::Timestamp::from_microsecond(micros).expect("in range");
            let text = theirs.to_zoned(zone).strftime("%Y-%m-%dT%H:%M:%S%.f%:z").to_string();
            prop_assume!(!text.starts_with('-'));
            prop_assert_eq!(utc(&text), Some(micros), "{}", text);
        }

        #[test]
        fn an_instant_written_is_the_instant_read(
            micros in -62_167_219_200_000_000i64..253_402_300_800_000_000,
        ) {
            let text = utc_text(micros).expect("in range");
            prop_assert_eq!(utc(&text), Some(micros - micros.rem_euclid(MICROS_PER_SECOND)));
        }
    }
}
