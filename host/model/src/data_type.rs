//! The types of columns: their names, and which of them hold the values of which others.

use std::fmt;
use std::str::FromStr;

use arrow_schema::{DataType as ArrowType, TimeUnit};
use serde::{Serialize, Serializer};

use crate::error::{Error, ErrorKind, Result};
use crate::near_miss;

/// The digits of a decimal at most.
const DIGITS_MAX: u8 = 38;
/// The digits of the greatest `int64`.
const INT64_DIGITS: u8 = 19;
/// Whole numbers of so many digits are doubles, each of them exactly.
const FLOAT64_DIGITS: u8 = 15;

/// The names of all types, as [`DataType::from_str`] takes them.
const NAMES: [&str; 9] =
    ["boolean", "int64", "float64", "decimal", "text", "date", "timestamp", "json", "bytes"];

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DataType {
    /// True or false.
    Boolean,
    /// A signed 64-bit integer.
    Int64,
    /// An IEEE 754 double.
    Float64,
    /// An exact decimal number of at most 38 digits.
    Decimal {
        /// Digits in all, 1 to 38.
        precision: u8,
        /// Digits behind the point, at most `precision`.
        scale: u8,
    },
    /// UTF-8 text.
    Text,
    /// A calendar day without a zone.
    Date,
    /// An instant in microseconds UTC.
    Timestamp,
    /// A JSON text.
    Json,
    /// Bytes of any kind.
    Bytes,
}

impl DataType {
    /// The Arrow type that carries it.
    pub fn to_arrow(self) -> ArrowType {
        match self {
            DataType::Boolean => ArrowType::Boolean,
            DataType::Int64 => ArrowType::Int64,
            DataType::Float64 => ArrowType::Float64,
            DataType::Decimal { precision, scale } => {
                // The scale is at most 38, so it fits.
                ArrowType::Decimal128(precision, scale as i8)
            }
            DataType::Text | DataType::Json => ArrowType::Utf8,
            DataType::Date => ArrowType::Date32,
            DataType::Timestamp => ArrowType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
            DataType::Bytes => ArrowType::Binary,
        }
    }
}

impl DataType {
    /// Whether values of this type can be turned into the other one without losing anything: all of
    /// them, or those of which it can be said, one by one, whether they fit (a text that is a
    /// number, a decimal without a fraction).
    pub fn converts_to(self, to: DataType) -> bool {
        use DataType::{Boolean, Date, Decimal, Float64, Int64, Text, Timestamp};
        match (self, to) {
            (from, to) if from == to => true,
            (_, Text) | (Text, _) => true,
            (Int64, Decimal { .. } | Float64) | (Boolean, Int64) | (Date, Timestamp) => true,
            (Decimal { .. }, Int64) => true,
            (Decimal { precision, scale: 0 }, Float64) => precision <= FLOAT64_DIGITS,
            (Decimal { .. }, Decimal { .. }) => self.widest(to) == to,
            _ => false,
        }
    }

    /// The narrowest type that holds every value of both: `text` where no other does.
    #[must_use]
    pub fn widest(self, other: DataType) -> DataType {
        use DataType::{Date, Decimal, Float64, Int64, Text, Timestamp};
        let integer = Decimal { precision: INT64_DIGITS, scale: 0 };
        match (self, other) {
            (one, other) if one == other => one,
            (Date, Timestamp) | (Timestamp, Date) => Timestamp,
            (Int64, decimal @ Decimal { .. }) | (decimal @ Decimal { .. }, Int64) => {
                decimal.widest(integer)
            }
            (
                Decimal { precision: one, scale: one_scale },
                Decimal { precision: other, scale: other_scale },
            ) => {
                let whole = one.saturating_sub(one_scale).max(other.saturating_sub(other_scale));
                let scale = one_scale.max(other_scale);
                match whole.saturating_add(scale) {
                    precision if precision <= DIGITS_MAX => Decimal { precision, scale },
                    _ => Text,
                }
            }
            (Decimal { precision, scale: 0 }, Float64)
            | (Float64, Decimal { precision, scale: 0 })
                if precision <= FLOAT64_DIGITS =>
            {
                Float64
            }
            _ => Text,
        }
    }
}

impl fmt::Display for DataType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DataType::Boolean => f.write_str("boolean"),
            DataType::Int64 => f.write_str("int64"),
            DataType::Float64 => f.write_str("float64"),
            DataType::Decimal { precision, scale } => write!(f, "decimal({precision},{scale})"),
            DataType::Text => f.write_str("text"),
            DataType::Date => f.write_str("date"),
            DataType::Timestamp => f.write_str("timestamp"),
            DataType::Json => f.write_str("json"),
            DataType::Bytes => f.write_str("bytes"),
        }
    }
}

impl Serialize for DataType {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl FromStr for DataType {
    type Err = Error;

    /// Reads a type as [`fmt::Display`] writes it.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] with what was likely meant.
    fn from_str(text: &str) -> Result<Self> {
        Ok(match text.trim() {
            "boolean" => DataType::Boolean,
            "int64" => DataType::Int64,
            "float64" => DataType::Float64,
            "text" => DataType::Text,
            "date" => DataType::Date,
            "timestamp" => DataType::Timestamp,
            "json" => DataType::Json,
            "bytes" => DataType::Bytes,
            text => return decimal(text).ok_or_else(|| unknown(text)),
        })
    }
}

/// `decimal(12,2)`.
fn decimal(text: &str) -> Option<DataType> {
    let digits = text.strip_prefix("decimal")?.trim_start().strip_prefix('(')?.strip_suffix(')')?;
    let (precision, scale) = digits.split_once(',')?;
    let (precision, scale) = (precision.trim().parse().ok()?, scale.trim().parse().ok()?);
    let is_possible = (1..=DIGITS_MAX).contains(&precision) && scale <= precision;
    is_possible.then_some(DataType::Decimal { precision, scale })
}

fn unknown(text: &str) -> Error {
    let hint = match text.starts_with("decimal") {
        true => "decimal(DIGITS,DIGITS_BEHIND_THE_POINT), with at most 38 digits in all".to_owned(),
        false => near_miss::hint(text, NAMES),
    };
    Error::new(ErrorKind::Config, format!("there is no type {}", crate::text::quote(text)))
        .with_hint(hint)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::DataType::*;
    use super::*;

    fn decimal(precision: u8, scale: u8) -> DataType {
        Decimal { precision, scale }
    }

    #[test]
    fn the_narrowest_type_that_holds_both() {
        for (one, other, expected) in [
            (Int64, Int64, Int64),
            (Int64, decimal(12, 2), decimal(21, 2)),
            (Int64, decimal(30, 2), decimal(30, 2)),
            (Int64, decimal(38, 30), Text),
            (decimal(10, 4), decimal(12, 2), decimal(14, 4)),
            (decimal(38, 0), decimal(38, 38), Text),
            (Date, Timestamp, Timestamp),
            (Int64, Float64, Text),
            (decimal(15, 0), Float64, Float64),
            (decimal(16, 0), Float64, Text),
            (decimal(4, 2), Float64, Text),
            (Boolean, Int64, Text),
            (Json, Text, Text),
            (Json, Bytes, Text),
            (Date, Int64, Text),
        ] {
            assert_eq!(one.widest(other), expected, "{one} {other}");
        }
    }

    #[test]
    fn what_can_become_what() {
        for (from, to, expected) in [
            (Bytes, Text, true),
            (Text, Bytes, true),
            (Text, Json, true),
            (Json, Text, true),
            (Int64, Float64, true),
            (Int64, decimal(3, 0), true),
            (decimal(12, 2), Int64, true),
            (decimal(12, 2), decimal(14, 4), true),
            (decimal(12, 2), decimal(12, 4), false),
            (decimal(12, 2), decimal(10, 0), false),
            (decimal(12, 2), Float64, false),
            (Float64, Int64, false),
            (Timestamp, Date, false),
            (Date, Timestamp, true),
            (Boolean, Int64, true),
            (Int64, Boolean, false),
            (Json, Int64, false),
            (Boolean, Date, false),
        ] {
            assert_eq!(from.converts_to(to), expected, "{from} to {to}");
        }
    }

    #[test]
    fn what_is_no_type_is_refused_with_what_was_likely_meant() {
        for (text, hint) in [
            ("txt", "did you mean `text`?"),
            ("integer", "there are: boolean"),
            ("", "there are: boolean"),
            ("decimal", "with at most 38 digits"),
            ("decimal(39,0)", "with at most 38 digits"),
            ("decimal(0,0)", "with at most 38 digits"),
            ("decimal(2,3)", "with at most 38 digits"),
            ("decimal(2)", "with at most 38 digits"),
            ("decimal(-1,0)", "with at most 38 digits"),
        ] {
            let error = text.parse::<DataType>().unwrap_err();
            assert!(error.hint().is_some_and(|told| told.contains(hint)), "{text}: {error:?}");
        }
        assert_eq!("decimal (12, 2)".parse::<DataType>().unwrap(), decimal(12, 2));
    }

    fn any_type() -> impl Strategy<Value = DataType> {
        let decimals =
            (1_u8..=38).prop_flat_map(|p| (Just(p), 0..=p)).prop_map(|(p, s)| decimal(p, s));
        let plain = [Boolean, Int64, Float64, Text, Date, Timestamp, Json, Bytes];
        prop_oneof![decimals, proptest::sample::select(plain.to_vec())]
    }

    proptest! {
        #[test]
        fn a_type_reads_back(one in any_type()) {
            prop_assert_eq!(one.to_string().parse::<DataType>().unwrap(), one);
        }

        #[test]
        fn the_widest_holds_both_whatever_the_order(
            one in any_type(), other in any_type(), third in any_type()
        ) {
            let widest = one.widest(other);
            prop_assert_eq!(other.widest(one), widest);
            prop_assert_eq!(widest.widest(one), widest);
            prop_assert!(one.converts_to(widest) && other.converts_to(widest));
            let all = widest.widest(third);
            prop_assert!([one, other, third].iter().all(|part| part.widest(all) == all));
        }
    }
}
