//! What every destination asks of a table before it touches anything.

use arrow_array::{Array, RecordBatch};
use tollgate_model::{Error, ErrorKind, Result};
use tollgate_sync::{Mode, Table};

/// An error of the destination.
pub(crate) fn fail(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Destination, message)
}

/// Refuses a table that no destination can hold, and a child table likewise.
///
/// # Errors
/// [`ErrorKind::Destination`] for a name that is empty or holds NUL, a table without columns, a
/// column named twice, a key column that is not among the columns, two tables of one name, and a
/// merge without a key.
pub(crate) fn check(table: &Table) -> Result<()> {
    let tables = table.each();
    for (index, one) in tables.iter().enumerate() {
        check_one(one)?;
        if tables[..index].iter().any(|other| other.name == one.name) {
            return Err(fail(format!("two tables of one load are called {:?}", one.name)));
        }
    }
    if table.mode == Mode::Merge && table.primary_key.is_empty() {
        return Err(fail(format!("table {:?} has no key to merge by", table.name)));
    }
    Ok(())
}

fn check_one(table: &Table) -> Result<()> {
    if table.name.is_empty() {
        return Err(fail("the table has no name"));
    }
    if table.columns.is_empty() {
        return Err(fail(format!("table {:?} has no columns", table.name)));
    }
    let names = || table.columns.iter().map(|column| &column.name);
    if let Some(name) = std::iter::once(&table.name).chain(names()).find(|n| n.contains('\0')) {
        return Err(fail(format!("the name {name:?} holds a NUL character")));
    }
    for (index, name) in names().enumerate() {
        if names().take(index).any(|before| before == name) {
            return Err(fail(format!("table {:?} has two columns {name:?}", table.name)));
        }
    }
    if let Some(key) = table.primary_key.iter().find(|key| !names().any(|name| name == *key)) {
        let message = format!("table {:?} lacks its key column {key:?}", table.name);
        return Err(fail(message).with_hint("keep the key among the columns that are read"));
    }
    Ok(())
}

/// Refuses rows that lack a value of this key, by which the table tells its rows apart.
///
/// # Errors
/// [`ErrorKind::Data`].
pub(crate) fn check_keys(table: &Table, key: &[String], batch: &RecordBatch) -> Result<()> {
    for (column, array) in table.columns.iter().zip(batch.columns()) {
        if array.null_count() > 0 && key.contains(&column.name) {
            let message = format!("a row of table {:?} has no {:?}", table.name, column.name);
            let hint = "this column is the table's key and identifies each row";
            return Err(Error::new(ErrorKind::Data, message).with_hint(hint));
        }
    }
    Ok(())
}

/// About how many bytes the values take.
pub(crate) fn size(array: &dyn Array) -> usize {
    // A slice of a larger batch counts with its own rows only, where that is known.
    array.to_data().get_slice_memory_size().unwrap_or_else(|_| array.get_array_memory_size())
}

#[cfg(test)]
mod tests {
    use tollgate_model::{Column, DataType};

    use super::*;

    fn table(name: &str, columns: &[&str], primary_key: &[&str]) -> Table {
        let columns = columns.iter().map(|name| Column {
            name: (*name).to_owned(),
            data_type: DataType::Text,
            nullable: true,
            description: String::new(),
        });
        Table {
            name: name.to_owned(),
            columns: columns.collect(),
            primary_key: primary_key.iter().map(|key| (*key).to_owned()).collect(),
            deletion: None,
            mode: Mode::Replace,
            children: Vec::new(),
            widen: false,
        }
    }

    #[test]
    fn what_no_destination_can_hold_is_refused() {
        assert!(check(&table("contacts", &["id", "email"], &["id"])).is_ok());
        for (refused, text) in [
            (table("", &["id"], &[]), "the table has no name"),
            (table("a\0b", &["id"], &[]), "the name \"a\\0b\" holds a NUL character"),
            (table("t", &["a\0"], &[]), "the name \"a\\0\" holds a NUL character"),
            (table("t", &[], &[]), "table \"t\" has no columns"),
            (table("t", &["a", "b", "a"], &[]), "table \"t\" has two columns \"a\""),
            (table("t", &["a"], &["id"]), "table \"t\" lacks its key column \"id\""),
        ] {
            let error = check(&refused).err().unwrap();
            assert_eq!((error.kind(), error.message()), (ErrorKind::Destination, text));
        }
    }
}
