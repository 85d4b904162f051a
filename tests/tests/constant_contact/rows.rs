//! Rows as they are stored, and rows as the provider has them, made comparable.

use std::path::Path;

use anyhow::Context;
use serde_json::{Map, Value};
use tollgate_model::Column;
use tollgate_tests::rows;

pub use tollgate_tests::rows::{Rows, compare};

/// How the API v2 writes that something never was.
const NEVER: &str = "1969-12-31T19:00:00";

/// The rows of a table.
pub fn stored(database: &Path, table: &str, columns: &[Column]) -> anyhow::Result<Rows> {
    Ok(uniform(rows::stored(database, table, columns)?))
}

/// The provider's rows with these columns alone.
pub fn typed(rows: &Rows, columns: &[Column]) -> anyhow::Result<Rows> {
    rows::typed(&uniform(rows.clone()), columns)
}

/// Rows in which what the API v2 writes now in one way, now in another, has one form.
pub fn uniform(mut rows: Rows) -> Rows {
    for value in rows.iter_mut().flat_map(Map::values_mut) {
        *value = match value.take() {
            Value::String(text) if text.starts_with(NEVER) => Value::Null,
            value => texts_for_ids(value),
        };
    }
    rows
}

/// Ids within lists and objects come now as texts, now as numbers.
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
