//! Rows as they are stored, and rows as the provider has them, made comparable: by the types of the
//! columns, in no order.

use std::path::Path;

use anyhow::{Context, bail, ensure};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rusqlite::types::ValueRef;
use serde_json::{Map, Value};
use tollgate_model::{Column, DataType};

/// Rows of JSON under the names of the columns, or of what the provider calls them.
pub type Rows = Vec<Map<String, Value>>;

/// How the API v2 writes that something never was.
const NEVER: &str = "1969-12-31T19:00:00";

/// The rows of a table.
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

/// The provider's rows with these columns alone. A name with points is a way into an object.
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
        (DataType::Json, value) => texts_for_ids(value.clone()),
        (DataType::Timestamp, Value::String(text)) => instant(text)?,
        (DataType::Int64, Value::String(text)) => text.parse::<i64>()?.into(),
        (DataType::Float64, Value::Number(number)) => number.as_f64().into(),
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
    if text.is_empty() || text.starts_with(NEVER) {
        return Ok(Value::Null);
    }
    let instant = match text.parse::<Timestamp>() {
        Ok(instant) => instant,
        Err(_) => text.parse::<Date>()?.to_zoned(TimeZone::UTC)?.timestamp(),
    };
    Ok(instant.as_microsecond().into())
}

/// The API v2 writes ids now as texts, now as numbers.
fn texts_for_ids(value: Value) -> Value {
    match value {
        Value::Array(values) => values.into_iter().map(texts_for_ids).collect(),
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, value)| match value {
                Value::Number(id) if name == "id" => (name, id.to_string().into()),
                value => (name, texts_for_ids(value)),
            })
            .collect(),
        value => value,
    }
}

/// Whether two sets of rows are the same, whatever their order.
pub fn compare(stored: &Rows, expected: &Rows) -> anyhow::Result<()> {
    let (stored, expected) = (sorted(stored), sorted(expected));
    ensure!(!expected.is_empty(), "there is nothing to compare");
    let missing = expected.iter().find(|row| stored.binary_search(row).is_err());
    let excess = stored.iter().find(|row| expected.binary_search(row).is_err());
    if let (Some(missing), Some(excess)) = (missing, excess) {
        bail!("differs, for example\n  {missing}\nis missing, and\n  {excess}\nis there instead");
    }
    let counts = format!("{} rows instead of {}", stored.len(), expected.len());
    ensure!(stored == expected, "{counts}; missing {missing:?}, too many {excess:?}");
    Ok(())
}

fn sorted(rows: &Rows) -> Vec<String> {
    let mut rows: Vec<_> = rows.iter().map(|row| Value::Object(row.clone()).to_string()).collect();
    rows.sort_unstable();
    rows
}

/// The value at a way into an object, its steps with points between.
pub fn at<'a>(row: &'a Map<String, Value>, way: &str) -> &'a Value {
    let mut steps = way.split('.');
    let first = steps.next().and_then(|step| row.get(step)).unwrap_or(&Value::Null);
    steps.fold(first, |value, step| value.get(step).unwrap_or(&Value::Null))
}

/// Rows with more fields, each taken from a way into an object.
pub fn with(mut rows: Rows, names: &[(&str, &str)]) -> Rows {
    for row in &mut rows {
        let values = names.iter().map(|(name, way)| ((*name).to_owned(), at(row, way).clone()));
        let values: Map<_, _> = values.collect();
        row.extend(values);
    }
    rows
}

/// The number of rows for which something holds.
pub fn count(rows: &Rows, holds: impl Fn(&Map<String, Value>) -> bool) -> usize {
    rows.iter().filter(|row| holds(row)).count()
}

/// A field that has to be a text.
pub fn text<'a>(row: &'a Map<String, Value>, name: &str) -> &'a str {
    row.get(name).and_then(Value::as_str).with_context(|| format!("{name} of {row:?}")).unwrap()
}
