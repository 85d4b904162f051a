//! The staging tables: made, left behind by runs that ended early, gone on with, and made visible.
//!
//! A load has one for the table itself and one for each of its child tables.

use rusqlite::{Connection, OptionalExtension, Transaction};
use tollgate_model::Result;
use tollgate_sync::{Mode, Table};

use super::error::Context;
use super::existing::{self, Existing};
use super::schema::{self, quote};
use super::state::{self, Staged};
use crate::database;

/// How the names of staging tables begin; 16 hexadecimal digits, `_` and the table's name follow.
const PREFIX: &str = "tollgate_staging_";
const TOKEN_DIGITS: usize = 16;

/// A table that nobody knows of but the load that fills it.
#[derive(Debug)]
pub(super) struct Staging {
    pub(super) name: String,
    pub(super) table: Table,
}

/// Makes staging tables for these, the first of which is the parent of the others. Their locks are
/// held, so those that are there belong to nobody and are removed. Gives what their names have in
/// common.
pub(super) fn make(
    connection: &Connection,
    tables: &[Table],
) -> rusqlite::Result<(String, Vec<Staging>)> {
    for name in existing::table_names(connection)? {
        if tables.iter().any(|table| is_staging_of(&name, &table.name)) {
            connection.execute_batch(&format!("DROP TABLE {}", quote(&name)))?;
        }
    }
    // A random part: should the lock not work on this file system, two runs still never share a
    // staging table, and the one that loses its own fails.
    let token: String =
        connection.query_row("SELECT lower(hex(randomblob(8)))", [], |row| row.get(0))?;
    let mut made = Vec::with_capacity(tables.len());
    for table in tables {
        let staging = Staging::of(&token, table);
        connection.execute_batch(&schema::create(&staging.name, table))?;
        // Under `merge`, the child rows of every row that comes are looked up.
        if table.mode == Mode::Merge && table.name != tables[0].name {
            let key = schema::list(&tables[0].primary_key);
            let (index, name) = (quote(&format!("{}_parent", staging.name)), quote(&staging.name));
            connection.execute_batch(&format!("CREATE INDEX {index} ON {name} ({key})"))?;
        }
        made.push(staging);
    }
    Ok((token, made))
}

/// The staging tables of an interrupted load, with the rows in them for which its state was stored;
/// `None` where one of them is gone.
pub(super) fn go_on(
    connection: &Connection,
    tables: &[Table],
    staged: &Staged,
) -> rusqlite::Result<Option<Vec<Staging>>> {
    let found: Vec<Staging> = tables.iter().map(|t| Staging::of(&staged.token, t)).collect();
    let exists = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?";
    for staging in &found {
        let row = connection.query_row(exists, [&staging.name], |_| Ok(())).optional()?;
        if row.is_none() || staged.last_rows.len() != found.len() {
            return Ok(None);
        }
    }
    for (staging, last_row) in found.iter().zip(&staged.last_rows) {
        // With a key, rows that come again take the place of those that are there.
        if !schema::is_keyed(&staging.table) {
            let sql = format!("DELETE FROM {} WHERE rowid > ?", quote(&staging.name));
            connection.execute(&sql, [last_row])?;
        }
    }
    Ok(Some(found))
}

/// Removes the staging tables of an interrupted load of this table, whatever child tables it had,
/// and its state, which is worth nothing without them; whether there were any.
pub(super) fn abandon(connection: &Connection, table: &str) -> rusqlite::Result<bool> {
    let Some(token) = state::token(connection, table)? else { return Ok(false) };
    let prefix = format!("{PREFIX}{token}_");
    let names = existing::table_names(connection)?;
    names
        .iter()
        .filter(|name| name.starts_with(&prefix))
        .try_for_each(|name| connection.execute_batch(&format!("DROP TABLE {}", quote(name))))?;
    state::forget(connection, table)
}

impl Staging {
    fn of(token: &str, table: &Table) -> Staging {
        Staging { name: format!("{PREFIX}{token}_{}", table.name), table: table.clone() }
    }

    /// The last row that is staged, of a table without a key; else 0.
    pub(super) fn last_row(&self, connection: &Connection) -> rusqlite::Result<i64> {
        if schema::is_keyed(&self.table) {
            return Ok(0);
        }
        let sql = format!("SELECT coalesce(max(rowid), 0) FROM {}", quote(&self.name));
        connection.query_row(&sql, [], |row| row.get(0))
    }

    /// How many rows are staged.
    pub(super) fn count(&self, connection: &Connection) -> rusqlite::Result<u64> {
        let sql = format!("SELECT count(*) FROM {}", quote(&self.name));
        connection.query_row(&sql, [], |row| Ok(row.get::<_, i64>(0)?.unsigned_abs()))
    }

    /// The staging table takes the place of the old one. What users have attached to the old one,
    /// indexes and triggers, is made anew; views refer to a table by name and need nothing.
    ///
    /// The other way, to delete the old rows and copy the new ones, would keep the table itself,
    /// but write every row twice, hold the lock meanwhile, and fire the user's triggers for each
    /// row.
    pub(super) fn replace(
        &self,
        transaction: &Transaction<'_>,
        context: Context<'_>,
    ) -> Result<()> {
        let (table, staging) = (quote(&self.table.name), quote(&self.name));
        let exists = Existing::find(transaction, &self.table, context)?.is_some();
        let explain = |error| context.explain(error);
        let attached = existing::attached(transaction, &self.table.name).map_err(explain)?;
        let drop = exists.then(|| format!("DROP TABLE {table}"));
        let rename = format!("ALTER TABLE {staging} RENAME TO {table}");
        drop.into_iter()
            .chain([rename])
            .chain(attached)
            .try_for_each(|sql| transaction.execute_batch(&sql))
            .map_err(explain)
    }

    /// Puts the staged rows into the table, which is made if there is none, and empties the staging
    /// table. Under `merge`, `parent` is the staging table of the parent's rows, and the children
    /// that those have go before.
    pub(super) fn add(
        &self,
        transaction: &Transaction<'_>,
        parent: Option<&Staging>,
        context: Context<'_>,
    ) -> Result<()> {
        let explain = |error| context.explain(error);
        let (table, staging) = (quote(&self.table.name), quote(&self.name));
        let mut statements = match Existing::find(transaction, &self.table, context)? {
            None => vec![schema::create(&self.table.name, &self.table)],
            Some(existing) => {
                let name = format!("{}_wider", self.name);
                existing.prepare(transaction, &name, &self.table, context)?;
                existing.additions(&self.table)
            }
        };
        if let Some(parent) = parent.filter(|_| self.table.mode == Mode::Merge) {
            let (key, rows) = (schema::list(&parent.table.primary_key), quote(&parent.name));
            statements
                .push(format!("DELETE FROM {table} WHERE ({key}) IN (SELECT {key} FROM {rows})"));
        }
        let names: Vec<String> = self.table.columns.iter().map(|c| c.name.clone()).collect();
        let names = schema::list(&names);
        statements.push(format!(
            "INSERT INTO {table} ({names}) SELECT {names} FROM {staging} WHERE true {}",
            schema::on_conflict(&self.table).unwrap_or_else(|| "ORDER BY rowid".to_owned())
        ));
        statements.iter().try_for_each(|sql| transaction.execute_batch(sql)).map_err(explain)
    }

    /// Takes away the rows that are staged as deleted in `parent`, the staging table of the table
    /// itself: of that table the rows, of a child table theirs. A replacement has them in its
    /// staging table only, where those of `parent` are the last to go.
    pub(super) fn take_away(
        &self,
        connection: &Connection,
        parent: &Staging,
    ) -> rusqlite::Result<()> {
        let table = match self.table.mode {
            Mode::Replace => quote(&self.name),
            Mode::Append | Mode::Merge => quote(&self.table.name),
        };
        match database::take_away(&table, &parent.table, &quote(&parent.name)) {
            Some(sql) => connection.execute_batch(&sql),
            None => Ok(()),
        }
    }

    /// How many rows are staged as deleted.
    pub(super) fn count_deleted(&self, connection: &Connection) -> rusqlite::Result<u64> {
        let deleted = database::deleted(&self.table, &quote(&self.name));
        let Some(deleted) = deleted else { return Ok(0) };
        let sql = format!("SELECT count(*) {deleted}");
        connection.query_row(&sql, [], |row| Ok(row.get::<_, i64>(0)?.unsigned_abs()))
    }

    /// Removes all staged rows.
    pub(super) fn clear(&self, connection: &Connection) -> rusqlite::Result<()> {
        connection.execute_batch(&format!("DELETE FROM {}", quote(&self.name)))
    }

    /// Removes the staging table, if it is there.
    pub(super) fn remove(&self, connection: &Connection) -> rusqlite::Result<()> {
        connection.execute_batch(&format!("DROP TABLE IF EXISTS {}", quote(&self.name)))
    }
}

fn is_staging_of(name: &str, table: &str) -> bool {
    let Some(rest) = name.strip_prefix(PREFIX) else { return false };
    let Some((token, of)) = rest.split_at_checked(TOKEN_DIGITS) else { return false };
    token.bytes().all(|byte| byte.is_ascii_hexdigit())
        && of.strip_prefix('_').is_some_and(|of| of.eq_ignore_ascii_case(table))
}
