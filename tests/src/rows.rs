//! Rows as they are stored, and rows as the provider has them, made comparable: by the types of the
//! columns, in no order.

use std::path::Path;

use anyhow::{bail, ensure};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rusqlite::types::ValueRef;
use serde_json::{Map, Value};
use tollgate_model::{Column, DataType};

/// Rows of JSON under the names of the columns, or of what the provider calls them.
pub type Rows = Vec<Map<String, Value>>;

/// The rows of a table.
///
/// # Errors
/// When there is no such table, or a value is not of its column's type.
pub fn stored(database: &Path, table: &str, columns: &[Column]) -> anyhow::Result<Rows> {
    let database = rusqlite::Connection::open(database)?;
    let names: Vec<_> = columns.iter().map(|column| format!("\"{}\"", column.name)).collect();
    let mut query = database.prepare(&format!("SELECT {} FROM \"{table}\"", names.join(",")))?;
    let rows = query.query_map([], |row| {
        let cells = columns.iter().enumerate().map(|(at, column)| {
            let value = match row.get_ref(at)? {
                ValueRef::Null => Value::Null,
                ValueRef::Integer(number) if column.data_type == DataType::Boolean => {
                    (number != 0).into()
                }
                ValueRef::Integer(number) => number.into(),
                ValueRef::Real(number) => number.into(),
                ValueRef::Text(text) | ValueRef::Blob(text) => {
                    String::from_utf8_lossy(text).into_owned().into()
                }
            };
            Ok((column.name.clone(), value))
        });
        cells.collect::<rusqlite::Result<Map<_, _>>>()
    })?;
    let rows: Rows = rows.collect::<Result<_, _>>()?;
    let typed = rows.iter().map(|row| {
        let cells = columns.iter().map(|column| {
            let value = match (column.data_type, &row[&column.name]) {
                (DataType::Json, Value::String(text)) => serde_json::from_str(text)?,
                (_, value) => value.clone(),
            };
            cell(column, &value)
        });
        cells.collect::<anyhow::Result<Map<_, _>>>()
    });
    typed.collect()
}

/// The provider's rows with these columns alone.
///
/// # Errors
/// For a value that is not of its column's type.
pub fn typed(rows: &Rows, columns: &[Column]) -> anyhow::Result<Rows> {
    let typed = rows.iter().map(|row| {
        let cells = columns.iter().map(|column| {
            let value = row.get(&column.name).unwrap_or(&Value::Null);
            cell(column, value)
        });
        cells.collect::<anyhow::Result<Map<_, _>>>()
    });
    typed.collect()
}

/// A value in the one form that its column's type has.
fn cell(column: &Column, value: &Value) -> anyhow::Result<(String, Value)> {
    let value = match (column.data_type, value) {
        (_, Value::Null) => Value::Null,
        (DataType::Json, value) => value.clone(),
        (DataType::Timestamp, Value::String(text)) => instant(text)?,
        (DataType::Int64, Value::String(text)) => text.parse::<i64>()?.into(),
        (DataType::Float64, Value::Number(number)) => number.as_f64().into(),
        (DataType::Decimal { .. }, Value::Number(number)) => number.as_f64().into(),
        (DataType::Decimal { .. }, Value::String(text)) => text.parse::<f64>()?.into(),
        (DataType::Text, Value::Number(number)) => number.to_string().into(),
        (DataType::Boolean, Value::Bool(_))
        | (DataType::Int64, Value::Number(_))
        | (DataType::Text | DataType::Date, Value::String(_)) => value.clone(),
        (data_type, value) => bail!("{}: {value} is no {data_type}", column.name),
    };
    Ok((column.name.clone(), value))
}

/// Microseconds UTC. A day is its midnight.
fn instant(text: &str) -> anyhow::Result<Value> {
    if text.is_empty() {
        return Ok(Value::Null);
    }
    let instant = match text.parse::<Timestamp>() {
        Ok(instant) => instant,
        Err(_) => text.parse::<Date>()?.to_zoned(TimeZone::UTC)?.timestamp(),
    };
    Ok(instant.as_microsecond().into())
}

/// Whether two sets of rows are the same, whatever their order.
///
/// # Errors
/// When they are not, with an example, and when nothing is expected.
pub fn compare(stored: &Rows, expected: &Rows) -> anyhow::Result<()> {
    let (stored, expected) = (sorted(stored), sorted(expected));
    ensure!(!expected.is_empty(), "there is nothing to compare");
    let missing = expected.iter().find(|row| stored.binary_search(row).is_err());
    let mut excess = stored.iter().filter(|row| expected.binary_search(row).is_err()).peekable();
    if let (Some(missing), true) = (missing, excess.peek().is_some()) {
        let nearest = excess.map(|row| differences(missing, row)).min_by_key(Vec::len);
        bail!("differs, for example in {:#?} of\n  {missing}", nearest.unwrap_or_default());
    }
    let excess = excess.next();
    let counts = format!("{} rows instead of {}", stored.len(), expected.len());
    ensure!(stored == expected, "{counts}; missing {missing:?}, too many {excess:?}");
    Ok(())
}

fn sorted(rows: &Rows) -> Vec<String> {
    let mut rows: Vec<_> = rows.iter().map(|row| Value::Object(row.clone()).to_string()).collect();
    rows.sort_unstable();
    rows
}

/// The fields in which two rows differ: what is expected, and what is there.
fn differences(expected: &str, stored: &str) -> Vec<String> {
    let [expected, stored]: [Map<String, Value>; 2] =
        [expected, stored].map(|row| serde_json::from_str(row).unwrap_or_default());
    let fields = expected.iter().filter(|(name, value)| stored.get(*name) != Some(value));
    fields.map(|(name, value)| format!("{name}: {value} is {:?}", stored.get(name))).collect()
}
