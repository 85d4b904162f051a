//! Names, types and statements.

use tollgate_model::{DataType, Error, Result};
use tollgate_sync::Table;

use super::state;
pub(super) use crate::database::{enforced_key, is_keyed, list, on_conflict, quote};
use crate::table::fail;

/// The declared type of a column. It tells what the column holds and gives it an affinity that
/// leaves the values alone: `DECIMAL` or `JSON` would turn `1.50` into the number 1.5, whereas any
/// name with `TEXT` in it keeps texts as they are.
pub(super) fn declared(data_type: DataType) -> String {
    match data_type {
        DataType::Boolean => "BOOLEAN".to_owned(),
        DataType::Int64 => "INTEGER".to_owned(),
        DataType::Float64 => "REAL".to_owned(),
        DataType::Decimal { precision, scale } => format!("DECIMAL_TEXT({precision},{scale})"),
        DataType::Text => "TEXT".to_owned(),
        DataType::Date => "DATE".to_owned(),
        DataType::Timestamp => "TIMESTAMP_TEXT".to_owned(),
        DataType::Json => "JSON_TEXT".to_owned(),
        DataType::Bytes => "BLOB".to_owned(),
    }
}

/// Whether values of this type can be added to a column that was declared so. A type that
/// [`declared`] gives takes nothing but its own; a column that somebody else made takes what its
/// affinity leaves unchanged.
pub(super) fn takes(declaration: &str, data_type: DataType) -> bool {
    let declaration = declaration.to_ascii_uppercase().replace(' ', "");
    if declaration == declared(data_type) {
        return true;
    }
    let ours =
        ["BOOLEAN", "INTEGER", "REAL", "TEXT", "DATE", "TIMESTAMP_TEXT", "JSON_TEXT", "BLOB"];
    if ours.contains(&declaration.as_str()) || declaration.starts_with("DECIMAL_TEXT(") {
        return false;
    }
    let has = |parts: &[&str]| parts.iter().any(|part| declaration.contains(part));
    // The rules of https://sqlite.org/datatype3.html#determination_of_column_affinity, in order.
    if has(&["INT"]) {
        matches!(data_type, DataType::Boolean | DataType::Int64)
    } else if has(&["CHAR", "CLOB", "TEXT"]) {
        !matches!(
            data_type,
            DataType::Boolean | DataType::Int64 | DataType::Float64 | DataType::Bytes
        )
    } else if declaration.is_empty() || has(&["BLOB"]) {
        true
    } else if has(&["REAL", "FLOA", "DOUB"]) {
        data_type == DataType::Float64
    } else {
        let stays = [DataType::Boolean, DataType::Int64, DataType::Float64, DataType::Date];
        stays.contains(&data_type) || data_type == DataType::Timestamp
    }
}

/// What a column holds that was declared so by [`declared`].
pub(super) fn held(declaration: &str) -> Option<DataType> {
    let declaration = declaration.to_ascii_uppercase();
    Some(match declaration.as_str() {
        "BOOLEAN" => DataType::Boolean,
        "INTEGER" => DataType::Int64,
        "REAL" => DataType::Float64,
        "TEXT" => DataType::Text,
        "DATE" => DataType::Date,
        "TIMESTAMP_TEXT" => DataType::Timestamp,
        "JSON_TEXT" => DataType::Json,
        "BLOB" => DataType::Bytes,
        other => return format!("decimal{}", other.strip_prefix("DECIMAL_TEXT")?).parse().ok(),
    })
}

/// Refuses names that SQLite does not take.
pub(super) fn check_names(table: &Table) -> Result<()> {
    if table.name.to_ascii_lowercase().starts_with("sqlite_") {
        return Err(fail(format!(
            "table {:?} cannot be made: SQLite keeps such names",
            table.name
        ))
        .with_hint("choose a table name that does not begin with sqlite_"));
    }
    if table.name.to_ascii_lowercase().starts_with(state::PREFIX) {
        return Err(fail(format!("table {:?} cannot be made: states are kept there", table.name))
            .with_hint(format!("choose a table name that does not begin with {}", state::PREFIX)));
    }
    for (index, column) in table.columns.iter().enumerate() {
        let twin = |other: &&tollgate_model::Column| other.name.eq_ignore_ascii_case(&column.name);
        if let Some(other) = table.columns[..index].iter().find(twin) {
            return Err(twins(&other.name, &column.name));
        }
    }
    Ok(())
}

fn twins(one: &str, other: &str) -> Error {
    fail(format!("columns {one:?} and {other:?} are one name to SQLite, which ignores case"))
        .with_hint("give one of them another name, or do not read it")
}

/// `CREATE TABLE`, under a name of its own.
pub(super) fn create(name: &str, table: &Table) -> String {
    let key = enforced_key(table);
    let only_int64 = |name: &str| {
        let is_int64 =
            |c: &tollgate_model::Column| c.name == name && c.data_type == DataType::Int64;
        key.len() == 1 && table.columns.iter().any(is_int64)
    };
    let mut parts: Vec<String> = Vec::with_capacity(table.columns.len() + 1);
    for column in &table.columns {
        let mut part = format!("{} {}", quote(&column.name), declared(column.data_type));
        if key.contains(&column.name) {
            // A single integer key is the row's own id: it costs no index.
            part += if only_int64(&column.name) { " PRIMARY KEY" } else { " NOT NULL" };
        }
        parts.push(part);
    }
    if !key.is_empty() && !only_int64(&key[0]) {
        parts.push(format!("PRIMARY KEY ({})", list(key)));
    }
    // Spread over lines: it is what a user sees on asking for the schema.
    format!("CREATE TABLE {} (\n  {}\n)", quote(name), parts.join(",\n  "))
}

/// `INSERT` of one row. With a key, a row that comes again takes the place of the one before.
pub(super) fn insert(name: &str, table: &Table) -> String {
    let places = vec!["?"; table.columns.len()].join(", ");
    let insert = format!("INSERT INTO {} VALUES ({places})", quote(name));
    match on_conflict(table) {
        Some(clause) => format!("{insert} {clause}"),
        None => insert,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::TYPES;

    #[test]
    fn every_declared_type_takes_its_own_and_nothing_else() {
        for one in TYPES {
            for other in TYPES {
                assert_eq!(takes(&declared(one), other), one == other, "{one} {other}");
            }
            assert_eq!(held(&declared(one)), Some(one));
        }
    }

    #[test]
    fn columns_made_by_others_take_what_they_leave_unchanged() {
        let decimal = DataType::Decimal { precision: 10, scale: 2 };
        for (declaration, data_type, expected) in [
            ("VARCHAR(20)", DataType::Text, true),
            ("varchar(20)", decimal, true),
            ("VARCHAR(20)", DataType::Int64, false),
            ("int", DataType::Int64, true),
            ("bigint", DataType::Text, false),
            ("NUMERIC", decimal, false),
            ("NUMERIC", DataType::Int64, true),
            ("JSON", DataType::Json, false),
            ("DATETIME", DataType::Timestamp, true),
            ("double precision", DataType::Float64, true),
            ("double precision", DataType::Int64, false),
            ("", decimal, true),
        ] {
            assert_eq!(takes(declaration, data_type), expected, "{declaration} {data_type}");
        }
    }
}
