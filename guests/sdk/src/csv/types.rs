//! What a text has to look like to be a value of a type, and which type all texts of a column are.
//!
//! Only the spelling that a value would be written with again counts: a text that has another is
//! never turned into the value, so that nothing of it is lost.

use crate::columns::ColumnBuilder;
use crate::record::{DataType, DecimalSize};
use crate::time::{NeedsOffset, Zone, parse_date, parse_moment};

/// The most digits of a decimal.
const PRECISION_MAX: usize = 38;
/// The most digits behind the point of a decimal.
pub(super) const SCALE_MAX: usize = 18;

/// Adds a text to a column of a type; the empty text is no value. False where it is none of the
/// type.
pub(super) fn push(column: &mut ColumnBuilder, data_type: DataType, text: &str) -> bool {
    let is_some = !text.is_empty();
    match (column, data_type) {
        (ColumnBuilder::Int(column), data_type) => {
            let value = match data_type {
                DataType::Int64 => int64(text),
                DataType::Date => date(text),
                DataType::Timestamp => timestamp(text),
                _ => None,
            };
            column.push(value);
            value.is_some() == is_some
        }
        (ColumnBuilder::Flag(column), DataType::Boolean) => {
            let value = boolean(text);
            column.push(value);
            value.is_some() == is_some
        }
        (ColumnBuilder::Text(column), data_type) => {
            column.push(is_some.then_some(text));
            match data_type {
                DataType::Decimal(size) => !is_some || fits(text, size),
                _ => true,
            }
        }
        _ => false,
    }
}

/// What a text of a type looks like, for errors.
pub(super) fn spelling(data_type: DataType) -> String {
    match data_type {
        DataType::Int64 => "a whole number of 64 bits".to_owned(),
        DataType::Boolean => "true or false".to_owned(),
        DataType::Date => "a date YYYY-MM-DD".to_owned(),
        DataType::Timestamp => "an ISO 8601 time with an offset".to_owned(),
        DataType::Decimal(size) => {
            format!("a number with at most {} digits behind the point", size.scale)
        }
        _ => "a text".to_owned(),
    }
}

/// What type all the texts of a column are that were seen so far.
#[derive(Clone, Copy, Debug)]
pub(super) struct Guess {
    has_values: bool,
    is_int64: bool,
    is_decimal: bool,
    is_boolean: bool,
    is_date: bool,
    is_timestamp: bool,
    /// The most digits before the point and behind it.
    whole: usize,
    scale: usize,
}

impl Guess {
    /// No text was seen.
    pub const NEW: Self = Self {
        has_values: false,
        is_int64: true,
        is_decimal: true,
        is_boolean: true,
        is_date: true,
        is_timestamp: true,
        whole: 0,
        scale: 0,
    };

    /// A text in the column.
    pub fn see(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        self.has_values = true;
        self.is_int64 = self.is_int64 && int64(text).is_some();
        self.is_boolean = self.is_boolean && boolean(text).is_some();
        self.is_date = self.is_date && date(text).is_some();
        self.is_timestamp = self.is_timestamp && timestamp(text).is_some();
        if self.is_decimal {
            match decimal(text) {
                Some((whole, scale)) => {
                    self.whole = self.whole.max(whole);
                    self.scale = self.scale.max(scale);
                }
                None => self.is_decimal = false,
            }
        }
    }

    /// The type. Whole numbers that do not fit into 64 bits stay text: they are ids.
    pub fn data_type(self) -> DataType {
        let is_decimal = self.is_decimal
            && (1..=SCALE_MAX).contains(&self.scale)
            && self.whole + self.scale <= PRECISION_MAX;
        match self {
            Self { has_values: false, .. } => DataType::Text,
            Self { is_int64: true, .. } => DataType::Int64,
            Self { is_boolean: true, .. } => DataType::Boolean,
            Self { is_date: true, .. } => DataType::Date,
            Self { is_timestamp: true, .. } => DataType::Timestamp,
            _ if is_decimal => decimal_of(self.scale),
            _ => DataType::Text,
        }
    }
}

/// A decimal with so many digits behind the point, at most [`SCALE_MAX`].
pub(super) fn decimal_of(scale: usize) -> DataType {
    DataType::Decimal(DecimalSize { precision: PRECISION_MAX as u8, scale: scale as u8 })
}

/// Digits without leading zeros, after a minus or not.
fn int64(text: &str) -> Option<i64> {
    match decimal(text)? {
        (_, 0) => text.parse().ok(),
        _ => None,
    }
}

fn boolean(text: &str) -> Option<bool> {
    match text {
        _ if text.eq_ignore_ascii_case("true") => Some(true),
        _ if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// `YYYY-MM-DD`.
fn date(text: &str) -> Option<i64> {
    let is_whole = text.len() == 10 && has_dashes(text);
    is_whole.then(|| parse_date(text))?.map(crate::time::CivilDate::days)
}

/// `YYYY-MM-DDTHH:MM:SS`, with a space for the `T`, a fraction or without seconds too; then `Z` or an
/// offset. Digits beyond microseconds have to be zeros.
fn timestamp(text: &str) -> Option<i64> {
    let behind_date = text.as_bytes().get(10)?;
    let has_time = matches!(behind_date, b'T' | b' ') && text.as_bytes().get(13) == Some(&b':');
    let fraction = text.split_once('.').map_or("", |(_, rest)| rest);
    let mut beyond = fraction.bytes().take_while(u8::is_ascii_digit).skip(6);
    if !has_dashes(text) || !has_time || !beyond.all(|digit| digit == b'0') {
        return None;
    }
    parse_moment(text)?.utc_micros(NeedsOffset::offset_at_wall)
}

/// As `YYYY-MM-DD` has them; a text with spaces around it has not.
fn has_dashes(text: &str) -> bool {
    matches!(text.as_bytes(), [b'0'..=b'9', _, _, _, b'-', _, _, b'-', ..]) && !text.ends_with(' ')
}

/// The digits before the point and behind it: digits without leading zeros, after a minus or not,
/// and a point with digits behind it or neither. A zero with a minus is none.
fn decimal(text: &str) -> Option<(usize, usize)> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = match unsigned.split_once('.') {
        Some((_, "")) => return None,
        Some(parts) => parts,
        None => (unsigned, ""),
    };
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let is_plain = whole == "0" || !whole.is_empty() && !whole.starts_with('0');
    let is_number = is_plain && is_digits(whole) && is_digits(fraction) && text != "-0";
    is_number.then_some((whole.len(), fraction.len()))
}

fn fits(text: &str, size: DecimalSize) -> bool {
    decimal(text).is_some_and(|(whole, scale)| {
        scale <= usize::from(size.scale)
            && whole + usize::from(size.scale) <= usize::from(size.precision)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The type as the command line shows it.
    fn guessed(texts: &[&str]) -> String {
        let mut guess = Guess::NEW;
        texts.iter().for_each(|text| guess.see(text));
        match guess.data_type() {
            DataType::Decimal(size) => format!("decimal({},{})", size.precision, size.scale),
            DataType::Int64 => "int64".to_owned(),
            DataType::Boolean => "boolean".to_owned(),
            DataType::Date => "date".to_owned(),
            DataType::Timestamp => "timestamp".to_owned(),
            DataType::Text => "text".to_owned(),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn a_column_has_the_type_of_all_its_texts() {
        for (texts, expected) in [
            (&[][..], "text"),
            (&["", ""], "text"),
            (&["0", "-1", "", "9223372036854775807"], "int64"),
            (&["9223372036854775808"], "text"),
            (&["007"], "text"),
            (&["1", "007"], "text"),
            (&["+1"], "text"),
            (&[" 1"], "text"),
            (&["1 "], "text"),
            (&["-0"], "text"),
            (&["-"], "text"),
            (&["1e3"], "text"),
            (&["1,000"], "text"),
            (&["１"], "text"),
            (&["1.5", "2", "-0.25"], "decimal(38,2)"),
            (&["0.123456789012345678"], "decimal(38,18)"),
            (&["0.1234567890123456789"], "text"),
            (&["123456789012345678901", "0.123456789012345678"], "text"),
            (&["12345678901234567890", "0.123456789012345678"], "decimal(38,18)"),
            (&["1."], "text"),
            (&[".5"], "text"),
            (&["00.5"], "text"),
            (&["1.5", "n/a"], "text"),
            (&["1.5", "007"], "text"),
            (&["True", "FALSE", "", "true"], "boolean"),
            (&["true", "1"], "text"),
            (&["yes"], "text"),
            (&["2026-02-28", ""], "date"),
            (&["2026-02-29"], "text"),
            (&["20260228"], "int64"),
            (&[" 20260228 "], "text"),
            (&["0000-00-00"], "text"),
            (&["2026-02-28", "2026-02-28T00:00:00Z"], "text"),
            (&["2026-02-28T10:00:00Z", "2026-02-28 10:00+02:00"], "timestamp"),
            (&["2026-02-28T10:00:00.1234560Z"], "timestamp"),
            (&["2026-02-28T10:00:00.1234567Z"], "text"),
            (&["2026-02-28T10:00:00"], "text"),
            (&["2026-02-28T10:00:00Z "], "text"),
            (&["2026-02-28Z"], "text"),
            (&["20260228T100000Z"], "text"),
            (&["2/28/2026"], "text"),
        ] {
            assert_eq!(guessed(texts), expected, "{texts:?}");
        }
    }

    #[test]
    fn a_text_of_another_type_is_refused() {
        for (data_type, good, bad) in [
            (DataType::Int64, "7", "7.0"),
            (DataType::Boolean, "TRUE", "1"),
            (DataType::Date, "2026-01-31", "2026-01-32"),
            (DataType::Timestamp, "2026-01-31T00:00Z", "2026-01-31T00:00"),
            (decimal_of(2), "-1.50", "1.505"),
            (decimal_of(18), "12345678901234567890.5", "123456789012345678901"),
            (DataType::Float64, "", "1.5"),
        ] {
            let mut column = ColumnBuilder::new(data_type);
            let is_known = !matches!(data_type, DataType::Float64);
            assert_eq!(push(&mut column, data_type, good), is_known, "{good}");
            assert!(!push(&mut column, data_type, bad), "{bad}");
        }
        assert!(push(&mut ColumnBuilder::new(DataType::Text), DataType::Text, "anything"));
    }

    proptest! {
        #[test]
        fn every_text_fits_the_type_that_its_column_has(
            texts in prop::collection::vec(
                "-?[0-9]{1,20}(\\.[0-9]{0,4})?|true|20[0-9]{2}-0[1-9]-[0-2][0-9](T10:00(Z|\\+01))?|",
                1..4),
        ) {
            let mut guess = Guess::NEW;
            texts.iter().for_each(|text| guess.see(text));
            let mut column = ColumnBuilder::new(guess.data_type());
            for text in &texts {
                prop_assert!(push(&mut column, guess.data_type(), text), "{:?} {:?}", texts, guess);
            }
        }

        #[test]
        fn a_whole_number_is_written_as_it_was_read(text in "-?[0-9]{1,20}|\\PC{0,6}") {
            if let Some(number) = int64(&text) {
                prop_assert_eq!(number.to_string(), text);
            }
        }
    }
}
