//! The table that is there, and whether a load goes with it.

use rusqlite::{Connection, OptionalExtension, Transaction};
use tollgate_model::Result;
use tollgate_sync::Table;

use super::error::Context;
use super::schema::{self, quote};
use super::widen;
use crate::database::existing::{self, ExistingColumn, Rules};
use crate::table::fail;

/// How SQLite sees columns.
const RULES: Rules = Rules { same, takes: schema::takes, held: schema::held };

/// A table that is there.
#[derive(Debug)]
pub(super) struct Existing {
    columns: Vec<ExistingColumn>,
}

impl Existing {
    /// The table of this name, if there is one.
    pub(super) fn find(
        connection: &Connection,
        table: &Table,
        context: Context<'_>,
    ) -> Result<Option<Self>> {
        let found = connection
            .query_row(
                "SELECT type, coalesce(sql, '') FROM sqlite_master
                 WHERE name = ? COLLATE NOCASE AND type IN ('table', 'view')",
                [&table.name],
                |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)),
            )
            .optional()
            .map_err(|error| context.explain(error))?;
        let Some((kind, sql)) = found else { return Ok(None) };
        let is_virtual = sql.to_ascii_uppercase().starts_with("CREATE VIRTUAL");
        if kind == "view" || is_virtual {
            let kind = if is_virtual { "virtual table" } else { "view" };
            let message = format!("{:?} is a {kind}, into which nothing can be loaded", table.name);
            return Err(fail(message).with_hint("choose another table name"));
        }
        let columns = columns(connection, &table.name).map_err(|error| context.explain(error))?;
        Ok(Some(Existing { columns }))
    }

    /// The table that holds these rows and those that come; or why they cannot be added to it, or
    /// merged into it.
    pub(super) fn settle(&self, table: &Table) -> Result<Table> {
        existing::settle(&self.columns, table, RULES)
    }

    /// Refuses rows that cannot be added to this table, or merged into it, and widens its columns
    /// where they have to be. `name` is that of no other table.
    pub(super) fn prepare(
        &self,
        transaction: &Transaction<'_>,
        name: &str,
        table: &Table,
        context: Context<'_>,
    ) -> Result<()> {
        existing::check(&self.columns, table, RULES)?;
        let widenings = existing::widenings(&self.columns, table, RULES);
        widen::widen(transaction, name, (table, &self.columns), &widenings, context)
    }

    /// The statements that give the table the columns it lacks.
    pub(super) fn additions(&self, table: &Table) -> Vec<String> {
        let lacking = table.columns.iter().filter(|column| self.column(&column.name).is_none());
        let add = lacking.map(|column| {
            let declared = schema::declared(column.data_type);
            format!(
                "ALTER TABLE {} ADD COLUMN {} {declared}",
                quote(&table.name),
                quote(&column.name)
            )
        });
        add.collect()
    }

    fn column(&self, name: &str) -> Option<&ExistingColumn> {
        self.columns.iter().find(|column| same(&column.name, name))
    }
}

/// Refuses to replace a table that has an index on a column that the new one will lack.
pub(super) fn check_indexes(
    connection: &Connection,
    table: &Table,
    context: Context<'_>,
) -> Result<()> {
    let indexed =
        indexed_columns(connection, &table.name).map_err(|error| context.explain(error))?;
    let lost =
        |(_, column): &&(String, String)| !table.columns.iter().any(|c| same(&c.name, column));
    let Some((index, column)) = indexed.iter().find(lost) else { return Ok(()) };
    let message = format!("index {index:?} needs column {column:?}, which is not read any more");
    Err(fail(message).with_hint(format!("read this column too, or `DROP INDEX {}`", quote(index))))
}

/// The statements that made the indexes and triggers of this table.
pub(super) fn attached(connection: &Connection, table: &str) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare(
        "SELECT sql FROM sqlite_master WHERE tbl_name = ? COLLATE NOCASE
         AND type IN ('index', 'trigger') AND sql IS NOT NULL ORDER BY rowid",
    )?;
    let statements = statement.query_map([table], |row| row.get(0))?;
    statements.collect()
}

/// The tables of this database.
pub(super) fn table_names(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut statement =
        connection.prepare("SELECT name FROM sqlite_master WHERE type = 'table'")?;
    let names = statement.query_map([], |row| row.get(0))?;
    names.collect()
}

/// Pairs of a user's index and a column that it is on.
fn indexed_columns(
    connection: &Connection,
    table: &str,
) -> rusqlite::Result<Vec<(String, String)>> {
    let mut statement = connection.prepare(
        "SELECT i.name, x.name FROM sqlite_master i, pragma_index_info(i.name) x
         WHERE i.tbl_name = ? COLLATE NOCASE AND i.type = 'index' AND i.sql IS NOT NULL
         AND x.name IS NOT NULL",
    )?;
    let pairs = statement.query_map([table], |row| Ok((row.get(0)?, row.get(1)?)))?;
    pairs.collect()
}

fn columns(connection: &Connection, table: &str) -> rusqlite::Result<Vec<ExistingColumn>> {
    let mut statement = connection.prepare(
        "SELECT name, type, \"notnull\", dflt_value IS NOT NULL, pk, hidden
         FROM pragma_table_xinfo(?)",
    )?;
    let columns = statement.query_map([table], |row| {
        let (not_null, has_default): (bool, bool) = (row.get(2)?, row.get(3)?);
        let (key, hidden): (i64, i64) = (row.get(4)?, row.get(5)?);
        let declared: String = row.get(1)?;
        let is_row_id = key > 0 && declared.eq_ignore_ascii_case("INTEGER");
        Ok(ExistingColumn {
            name: row.get(0)?,
            declared,
            is_not_null: not_null,
            may_be_left_out: !not_null || has_default || hidden != 0 || is_row_id,
            is_key: key > 0,
            is_generated: hidden != 0,
        })
    })?;
    columns.collect()
}

/// Whether two names are one to SQLite.
pub(super) fn same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}
