//! Names, types and statements.

use sha2::{Digest, Sha256};
use tollgate_model::{Column, DataType, Result};
use tollgate_sync::{ChildOf, Table};

use super::error::refused_name;
use super::state;
use crate::database::on_conflict;
pub(super) use crate::database::{enforced_key, is_keyed, list, quote};

/// The most bytes of a name; the server would cut the rest off without a word.
const NAME_BYTES_MAX: usize = 63;

/// The most columns of a table.
const COLUMNS_MAX: usize = 1_600;

/// Columns that every table has.
const SYSTEM_COLUMNS: [&str; 6] = ["tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"];

/// A table's name with that of its schema.
pub(super) fn qualified(schema: &str, name: &str) -> String {
    format!("{}.{}", quote(schema), quote(name))
}

/// A name that fits: one that is too long keeps its beginning, and the digest of all of it tells it
/// from others that begin so.
pub(super) fn fitting(name: &str) -> String {
    shortened(name, NAME_BYTES_MAX)
}

/// The same for a part of a name, with room for so many bytes.
pub(super) fn shortened(name: &str, bytes_max: usize) -> String {
    if name.len() <= bytes_max {
        return name.to_owned();
    }
    let digest: String =
        Sha256::digest(name.as_bytes()).iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    let end = name.floor_char_boundary(bytes_max - digest.len() - 1);
    format!("{}_{digest}", &name[..end])
}

/// The name of a table's key, as Postgres gives it where the table's own is not too long.
pub(super) fn key_name(table: &str) -> String {
    const SUFFIX: &str = "_pkey";
    shortened(table, NAME_BYTES_MAX - SUFFIX.len()) + SUFFIX
}

/// The table with names that fit.
pub(super) fn fitted(table: &Table) -> Table {
    let columns = |columns: &[Column]| {
        let fit = |column: &Column| Column { name: fitting(&column.name), ..column.clone() };
        columns.iter().map(fit).collect()
    };
    let names = |names: &[String]| names.iter().map(|name| fitting(name)).collect();
    let child = |child: &ChildOf| ChildOf {
        name: fitting(&child.name),
        columns: columns(&child.columns),
        primary_key: names(&child.primary_key),
    };
    Table {
        name: fitting(&table.name),
        columns: columns(&table.columns),
        primary_key: names(&table.primary_key),
        deletion: table.deletion.as_deref().map(fitting),
        mode: table.mode,
        children: table.children.iter().map(child).collect(),
        widen: table.widen,
    }
}

/// The type of a column.
pub(super) fn declared(data_type: DataType) -> String {
    match data_type {
        DataType::Boolean => "boolean".to_owned(),
        DataType::Int64 => "bigint".to_owned(),
        DataType::Float64 => "double precision".to_owned(),
        DataType::Decimal { precision, scale } => format!("numeric({precision},{scale})"),
        DataType::Text => "text".to_owned(),
        DataType::Date => "date".to_owned(),
        DataType::Timestamp => "timestamp with time zone".to_owned(),
        DataType::Json => "jsonb".to_owned(),
        DataType::Bytes => "bytea".to_owned(),
    }
}

/// Whether values of this type can be added to a column of that one, as the server writes it: to its
/// own, and to one that somebody else made and that holds each of them as it is.
pub(super) fn takes(existing: &str, data_type: DataType) -> bool {
    existing == declared(data_type)
        || match data_type {
            DataType::Text => existing == "character varying",
            DataType::Int64 | DataType::Decimal { .. } => existing == "numeric",
            DataType::Json => existing == "json",
            _ => false,
        }
}

/// What a column holds that was declared so by [`declared`].
pub(super) fn held(declaration: &str) -> Option<DataType> {
    Some(match declaration {
        "boolean" => DataType::Boolean,
        "bigint" => DataType::Int64,
        "double precision" => DataType::Float64,
        "text" => DataType::Text,
        "date" => DataType::Date,
        "timestamp with time zone" => DataType::Timestamp,
        "jsonb" => DataType::Json,
        "bytea" => DataType::Bytes,
        other => return format!("decimal{}", other.strip_prefix("numeric")?).parse().ok(),
    })
}

/// Refuses names and keys that Postgres does not take.
pub(super) fn check(table: &Table) -> Result<()> {
    let name = &table.name;
    if name.starts_with(state::PREFIX) {
        let message = format!("table {name:?} cannot be made: states are kept there");
        let hint = format!("choose a table name that does not begin with {}", state::PREFIX);
        return Err(refused_name(message, &hint));
    }
    if table.columns.len() > COLUMNS_MAX {
        let message = format!(
            "table {name:?} would have {} columns, and Postgres takes {COLUMNS_MAX}",
            table.columns.len()
        );
        return Err(refused_name(message, "read only some of them"));
    }
    for (index, column) in table.columns.iter().enumerate() {
        if SYSTEM_COLUMNS.contains(&column.name.as_str()) {
            let message = format!("Postgres keeps column name {:?} for itself", column.name);
            return Err(refused_name(message, "give this column another name, or do not read it"));
        }
        if table.columns[..index].iter().any(|other| other.name == column.name) {
            let message = format!("two columns of table {name:?} shorten to {:?}", column.name);
            return Err(refused_name(message, "give one of them another name, or do not read it"));
        }
        if column.data_type == DataType::Json && enforced_key(table).contains(&column.name) {
            let message = format!("column {:?} of table {name:?} cannot be a key", column.name);
            let hint = "to Postgres, two JSON texts may be one value; append instead";
            return Err(refused_name(message, hint));
        }
    }
    Ok(())
}

/// What stands between the brackets of `CREATE TABLE`.
pub(super) fn definition(table: &Table) -> String {
    let key = enforced_key(table);
    let column =
        |column: &Column| format!("{} {}", quote(&column.name), declared(column.data_type));
    let key = (!key.is_empty()).then(|| format!("PRIMARY KEY ({})", list(key)));
    let parts: Vec<String> = table.columns.iter().map(column).chain(key).collect();
    parts.join(", ")
}

/// The names of the columns, quoted, with commas between them.
pub(super) fn columns(table: &Table) -> String {
    let names: Vec<String> = table.columns.iter().map(|column| column.name.clone()).collect();
    list(&names)
}

/// The statement that puts all rows of one table into another, where a row takes the place of the
/// one with its key. Both names are as SQL has them.
pub(super) fn insert(into: &str, from: &str, table: &Table) -> String {
    let names = columns(table);
    let conflict = on_conflict(table).unwrap_or_default();
    format!("INSERT INTO {into} ({names}) SELECT {names} FROM {from} {conflict}")
}

#[cfg(test)]
mod tests {
    use tollgate_sync::Mode;

    use super::*;
    use crate::samples::{TYPES, column, contacts};

    #[test]
    fn every_declared_type_takes_its_own_and_nothing_else() {
        for one in TYPES {
            for other in TYPES {
                assert_eq!(takes(&declared(one), other), one == other, "{one} {other}");
            }
            assert_eq!(held(&declared(one)), Some(one));
        }
        assert!(takes("character varying", DataType::Text));
        assert!(!takes("character varying(20)", DataType::Text));
        assert!(!takes("integer", DataType::Int64));
    }

    #[test]
    fn long_names_are_shortened_and_differ() {
        let long = "ä".repeat(40);
        let (one, other) = (fitting(&format!("{long}a")), fitting(&format!("{long}b")));
        assert!(one.len() <= NAME_BYTES_MAX && one.starts_with(&"ä".repeat(27)), "{one}");
        assert_ne!(one, other);
        assert_eq!(fitting(&one), one);
        let fits = "x".repeat(NAME_BYTES_MAX);
        assert_eq!(fitting(&fits), fits);
    }

    #[test]
    fn what_postgres_does_not_take_is_refused() {
        let with = |columns: Vec<Column>| Table { columns, ..contacts(Mode::Append) };
        let many = |count: usize| {
            (0..count).map(|n| column(&format!("c{n}"), DataType::Boolean)).collect()
        };
        assert!(check(&with(many(COLUMNS_MAX))).is_ok());
        let json = Table { columns: vec![column("id", DataType::Json)], ..contacts(Mode::Replace) };
        let twins = vec![column("a", DataType::Text), column("a", DataType::Text)];
        let state = Table { name: "_tollgate_x".to_owned(), ..contacts(Mode::Append) };
        for (table, message) in [
            (with(many(COLUMNS_MAX + 1)), "would have 1601 columns"),
            (with(vec![column("ctid", DataType::Text)]), "keeps column name \"ctid\""),
            (with(twins), "two columns of table \"contacts\" shorten to \"a\""),
            (json, "cannot be a key"),
            (state, "states are kept there"),
        ] {
            let error = check(&table).err().unwrap();
            assert!(error.message().contains(message), "{error}");
            assert!(error.hint().is_some());
        }
    }
}
