//! Values that can be compared, and batches made of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::{
    ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array,
    RecordBatch, StringArray, TimestampMicrosecondArray,
};
use serde_json::value::RawValue;
use tollgate_model::{Column, DataType, schema};

/// One value of a row.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Value {
    /// A missing value.
    Null,
    /// A boolean.
    Boolean(bool),
    /// A whole number.
    Int64(i64),
    /// The bits of a double, so that any two can be compared; [`Value::float64`] makes it.
    Float64(u64),
    /// A decimal's digits without the point.
    Decimal(i128),
    /// A text.
    Text(String),
    /// Days since 1970-01-01.
    Date(i32),
    /// Microseconds since 1970-01-01 UTC.
    Timestamp(i64),
    /// A JSON text.
    Json(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

impl Value {
    /// A double. All that are no number become one.
    pub fn float64(value: f64) -> Self {
        Value::Float64(if value.is_nan() { f64::NAN } else { value }.to_bits())
    }

    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Value::Text(text.into())
    }

    /// A JSON text.
    pub fn json(text: impl Into<String>) -> Self {
        Value::Json(text.into())
    }
}

/// What a JSON text means, however it is written: in one order of keys, with one form for each
/// number. Any other value means itself.
pub(super) fn meaning(value: &Value) -> Value {
    match value {
        Value::Json(text) => Value::Text(meaning_of(text).unwrap_or_else(|| text.clone())),
        other => other.clone(),
    }
}

fn meaning_of(json: &str) -> Option<String> {
    let joined = |parts: Option<Vec<String>>| Some(parts?.join(","));
    Some(match json.trim_start().chars().next()? {
        '{' => {
            let fields: BTreeMap<String, Box<RawValue>> = serde_json::from_str(json).ok()?;
            let field = |(name, value): (String, Box<RawValue>)| {
                Some(format!("{name:?}:{}", meaning_of(value.get())?))
            };
            format!("{{{}}}", joined(fields.into_iter().map(field).collect())?)
        }
        '[' => {
            let items: Vec<Box<RawValue>> = serde_json::from_str(json).ok()?;
            format!("[{}]", joined(items.iter().map(|item| meaning_of(item.get())).collect())?)
        }
        '"' => format!("{:?}", serde_json::from_str::<String>(json).ok()?),
        '-' | '0'..='9' => number(json.trim())?,
        _ => json.trim().to_owned(),
    })
}

/// The digits that count and the power of ten of the last of them.
fn number(text: &str) -> Option<String> {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let (sign, whole) = whole.strip_prefix('-').map_or(("", whole), |whole| ("-", whole));
    let digits = format!("{whole}{part}");
    let counting = digits.trim_end_matches('0');
    let zeros = digits.len() - counting.len();
    let power = exponent.parse::<i64>().ok()? - i64::try_from(part.len()).ok()?;
    let power = power + i64::try_from(zeros).ok()?;
    Some(match counting.trim_start_matches('0') {
        "" => "0".to_owned(),
        digits => format!("{sign}{digits}e{power}"),
    })
}

/// The batch that holds these rows.
pub(super) fn to_batch(columns: &[Column], rows: &[Vec<Value>]) -> Result<RecordBatch, String> {
    let arrays = columns
        .iter()
        .enumerate()
        .map(|(index, column)| array(column.data_type, rows.iter().map(|row| &row[index])));
    let arrays = arrays.collect::<Result<Vec<_>, _>>()?;
    RecordBatch::try_new(schema::to_arrow_schema(columns), arrays).map_err(|e| e.to_string())
}

/// Values of another type than the column's are missing.
macro_rules! collect {
    ($values:ident, $kind:ident, $array:ident, $map:expr) => {
        $values
            .map(|value| if let Value::$kind(value) = value { Some($map(value)) } else { None })
            .collect::<$array>()
    };
}

fn array<'a>(
    data_type: DataType,
    values: impl Iterator<Item = &'a Value>,
) -> Result<ArrayRef, String> {
    Ok(match data_type {
        DataType::Boolean => Arc::new(collect!(values, Boolean, BooleanArray, |v: &bool| *v)),
        DataType::Int64 => Arc::new(collect!(values, Int64, Int64Array, |v: &i64| *v)),
        DataType::Float64 => {
            Arc::new(collect!(values, Float64, Float64Array, |v: &u64| f64::from_bits(*v)))
        }
        DataType::Decimal { precision, scale } => {
            let array = collect!(values, Decimal, Decimal128Array, |v: &i128| *v);
            // A scale is at most 38.
            let array = array.with_precision_and_scale(precision, scale as i8);
            Arc::new(array.map_err(|error| error.to_string())?)
        }
        DataType::Text => Arc::new(collect!(values, Text, StringArray, String::as_str)),
        DataType::Date => Arc::new(collect!(values, Date, Date32Array, |v: &i32| *v)),
        DataType::Timestamp => {
            let array = collect!(values, Timestamp, TimestampMicrosecondArray, |v: &i64| *v);
            Arc::new(array.with_timezone("UTC"))
        }
        DataType::Json => Arc::new(collect!(values, Json, StringArray, String::as_str)),
        DataType::Bytes => Arc::new(collect!(values, Bytes, BinaryArray, |v: &'a Vec<u8>| v)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_means_the_same_however_it_is_written() {
        for (one, other, same) in [
            ("1.50", "15e-1", true),
            ("1e400", &format!("1{}", "0".repeat(400)), true),
            ("-0.0", "0", true),
            ("10", "1", false),
            ("-1", "1", false),
            (r#"{"b":[1, 2],"a":null}"#, r#"{"a": null, "b": [1,2]}"#, true),
            (r#"{"a":1}"#, r#"{"a":"1"}"#, false),
            ("[1,2]", "[2,1]", false),
            (r#""\u00e9""#, r#""é""#, true),
        ] {
            assert_eq!(meaning(&Value::json(one)) == meaning(&Value::json(other)), same, "{one}");
        }
    }
}
