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
    /// What a column holds that was declared so, where Tollgate declares one so.
    pub(crate) held: fn(&str) -> Option<DataType>,
}

/// A column that is to hold more than it does.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Widening<'a> {
    pub(crate) existing: &'a ExistingColumn,
    pub(crate) from: DataType,
    pub(crate) to: DataType,
}

/// The table that holds both the rows of a table of these columns and those that come: where it may
/// be widened, a column whose type changed gets one that holds both.
pub(crate) fn settle(columns: &[ExistingColumn], table: &Table, rules: Rules) -> Result<Table> {
    let mut settled = table.clone();
    for column in settled.columns.iter_mut().filter(|_| table.widen) {
        let existing = columns.iter().find(|existing| (rules.same)(&existing.name, &column.name));
        let is_taken = |one: &&ExistingColumn| !(rules.takes)(&one.declared, column.data_type);
        let held = existing.filter(is_taken).and_then(|one| (rules.held)(&one.declared));
        column.data_type = held.map_or(column.data_type, |held| held.widest(column.data_type));
    }
    check(columns, &settled, rules)?;
    Ok(settled)
}

/// The columns that have to be widened for the rows of this table, which was settled.
pub(crate) fn widenings<'a>(
    columns: &'a [ExistingColumn],
    table: &Table,
    rules: Rules,
) -> Vec<Widening<'a>> {
    let widening = |existing: &'a ExistingColumn| {
        let to = table.columns.iter().find(|column| (rules.same)(&existing.name, &column.name))?;
        narrower(existing, table, to.data_type, rules)
    };
    columns.iter().filter_map(widening).collect()
}

/// How a column gets to hold values of this type, where it does not and may be widened.
fn narrower<'a>(
    existing: &'a ExistingColumn,
    table: &Table,
    to: DataType,
    rules: Rules,
) -> Option<Widening<'a>> {
    if !table.widen || (rules.takes)(&existing.declared, to) {
        return None;
    }
    let from = (rules.held)(&existing.declared).filter(|from| from.widest(to) == to)?;
    Some(Widening { existing, from, to })
}

/// The error for a column that was not declared by a load.
pub(crate) fn not_ours(table: &Table, existing: &ExistingColumn) -> Error {
    let ExistingColumn { name, declared, .. } = existing;
    let message =
        format!("column {name:?} of table {:?}, {declared}, cannot be widened", table.name);
    fail(message).with_hint("--full-refresh makes the table anew")
}

/// Refuses rows that cannot be added to a table of these columns, or merged into it; a column that is
/// to be widened holds them.
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
        let to = column.data_type;
        if !(rules.takes)(&existing.declared, to) && narrower(existing, table, to, rules).is_none()
        {
            return Err(changed_type(table, existing, to));
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

/// The ways out for rows whose column has another type than those that are there.
pub(crate) fn ways_out(widen: bool) -> &'static str {
    match widen {
        false => "--widen keeps all rows in a wider type, --full-refresh reads everything anew",
        true => "--full-refresh reads everything anew",
    }
}

fn changed_type(table: &Table, existing: &ExistingColumn, now: DataType) -> Error {
    let ExistingColumn { name, declared, .. } = existing;
    let message =
        format!("column {name:?} of table {:?} holds {declared}, the new rows {now}", table.name);
    fail(message).with_hint(ways_out(table.widen))
}
