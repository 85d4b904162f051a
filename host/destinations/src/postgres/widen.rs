//! Columns that are made wider, in the transaction in which the new rows become visible.

use tollgate_model::DataType;
use tollgate_sync::Table;

use super::schema::{declared, qualified, quote};
use crate::database::existing::Widening;

/// The statements that widen columns of a table; none where there is nothing to widen, so that
/// nobody has to wait for a lock.
pub(super) fn statements(schema: &str, table: &Table, widenings: &[Widening<'_>]) -> Vec<String> {
    let alter = |Widening { existing, from, to }: &Widening<'_>| {
        let (table, name) = (qualified(schema, &table.name), quote(&existing.name));
        let (declared, value) = (declared(*to), expression(&name, *from, *to));
        format!("ALTER TABLE {table} ALTER COLUMN {name} TYPE {declared} USING {value}")
    };
    // With fewer digits, doubles would not read back as they were.
    let digits = (!widenings.is_empty()).then(|| "SET LOCAL extra_float_digits = 1".to_owned());
    digits.into_iter().chain(widenings.iter().map(alter)).collect()
}

/// A value in its new type. Texts are those that a CSV file would have, whatever the session says of
/// dates.
fn expression(name: &str, from: DataType, to: DataType) -> String {
    match (from, to) {
        (DataType::Date, DataType::Timestamp) => format!("{name}::timestamp AT TIME ZONE 'UTC'"),
        (DataType::Date, DataType::Text) => {
            format!(
                "CASE WHEN isfinite({name}) THEN to_char({name}, 'YYYY-MM-DD') ELSE {name}::text END"
            )
        }
        (DataType::Timestamp, DataType::Text) => format!(
            "CASE WHEN isfinite({name}) THEN to_char({name} AT TIME ZONE 'UTC', \
             'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') ELSE {name}::text END"
        ),
        (DataType::Bytes, DataType::Text) => {
            format!("replace(encode({name}, 'base64'), E'\\n', '')")
        }
        (DataType::Float64, DataType::Text) => float_text(name),
        (_, to) => format!("{name}::{}", declared(to)),
    }
}

/// The server writes `1`, `1e+15` and `1e-07` where a CSV file has `1.0`, `1000000000000000.0` and
/// `1e-7`; both write the fewest digits that read back.
fn float_text(name: &str) -> String {
    let text = format!("{name}::text");
    format!(
        "CASE WHEN {name} IN ('NaN', 'Infinity', '-Infinity') THEN {text} \
         WHEN abs({name}) >= 1e15 AND abs({name}) < 1e16 THEN \
         CASE WHEN {text}::numeric = trunc({text}::numeric) \
         THEN trunc({text}::numeric)::text || '.0' ELSE {text}::numeric::text END \
         WHEN {text} LIKE '%e%' THEN replace(replace({text}, 'e+', 'e'), 'e-0', 'e-') \
         WHEN {text} LIKE '%.%' THEN {text} ELSE {text} || '.0' END"
    )
}
