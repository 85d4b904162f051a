//! Whether a load goes with the table that is there, whatever the database.

use tollgate_model::{DataType, Error, Result};
use tollgate_sync::{Mode, Table};

use crate::table::fail;

/// A column of a table that is there.
#[derive(Debug)]
pub(crate) struct ExistingColumn {
    pub(crate) name: String,
    /// Its type, in the database's words.
    pub(crate) declared: String,
    pub(crate) is_not_null: bool,
    /// Whether a row can be added that says nothing of it.
    pub(crate) may_be_left_out: bool,
    pub(crate) is_key: bool,
    pub(crate) is_generated: bool,
}

/// What databases see differently.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    /// Whether two names are one.
    pub(crate) same: fn(&str, &str) -> bool,
    /// Whether values of a type can be added to a column that was declared so.
    pub(crate) takes: fn(&str, DataType) -> bool,
}

/// Refuses rows that cannot be added to a table of these columns, or merged into it.
pub(crate) fn check(columns: &[ExistingColumn], table: &Table, rules: Rules) -> Result<()> {
    if table.mode == Mode::Merge {
        check_key(columns, table, rules)?;
    }
    for column in &table.columns {
        let existing = columns.iter().find(|existing| (rules.same)(&existing.name, &column.name));
        let Some(existing) = existing else { continue };
        if existing.is_generated {
            let message = format!("column {:?} of table {:?} is computed", column.name, table.name);
            return Err(fail(message).with_hint("do not read this column"));
        }
        if existing.is_key && table.mode != Mode::Merge {
            return Err(keyed(table, &column.name));
        }
        if !(rules.takes)(&existing.declared, column.data_type) {
            return Err(changed_type(table, existing, column.data_type));
        }
    }
    let missing = |existing: &&ExistingColumn| {
        !existing.may_be_left_out
            && !table.columns.iter().any(|column| (rules.same)(&column.name, &existing.name))
    };
    match columns.iter().find(missing) {
        None => Ok(()),
        Some(ExistingColumn { name, .. }) => {
            let message =
                format!("table {:?} demands column {name:?}, which is not read", table.name);
            Err(fail(message).with_hint("read this column too, or give it a default"))
        }
    }
}

/// Refuses to merge by another key than the table's.
fn check_key(columns: &[ExistingColumn], table: &Table, rules: Rules) -> Result<()> {
    let key: Vec<&str> = columns.iter().filter(|c| c.is_key).map(|c| c.name.as_str()).collect();
    let is_key = |name: &String| key.iter().any(|other| (rules.same)(other, name));
    if table.primary_key.len() == key.len() && table.primary_key.iter().all(is_key) {
        return Ok(());
    }
    let wanted = table.primary_key.join(", ");
    let message = if key.is_empty() {
        format!("table {:?} has no primary key, and rows are merged by {wanted}", table.name)
    } else {
        let found = key.join(", ");
        format!("table {:?} has the primary key {found}, not {wanted}", table.name)
    };
    Err(fail(message).with_hint("replace the table once, or merge into another one"))
}

fn keyed(table: &Table, column: &str) -> Error {
    let message = format!(
        "table {:?} has one row for each {column:?}, and append keeps every row",
        table.name
    );
    fail(message).with_hint("replace the table, or append into another one")
}

fn changed_type(table: &Table, existing: &ExistingColumn, now: DataType) -> Error {
    let ExistingColumn { name, declared, .. } = existing;
    let message =
        format!("column {name:?} of table {:?} holds {declared}, the new rows {now}", table.name);
    fail(message).with_hint("replace the table, or append into another one")
}
