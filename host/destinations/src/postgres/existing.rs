//! The table that is there, and whether a load goes with it.

use postgres::Transaction;
use tollgate_model::{Column, Error, Result};
use tollgate_sync::{Mode, Table};

use super::error::Context;
use super::schema::{self, qualified, quote};
use crate::table::fail;

/// A table that is there.
#[derive(Debug)]
pub(super) struct Existing {
    id: u32,
    columns: Vec<ExistingColumn>,
}

#[derive(Debug)]
struct ExistingColumn {
    name: String,
    declared: String,
    is_not_null: bool,
    has_default: bool,
    is_key: bool,
    is_generated: bool,
}

impl Existing {
    /// The table of this name, if there is one.
    pub(super) fn find(
        transaction: &mut Transaction<'_>,
        schema: &str,
        table: &Table,
        context: Context<'_>,
    ) -> Result<Option<Self>> {
        let explain = |error| context.explain(error);
        let found = transaction
            .query_opt(
                "SELECT c.oid, c.relkind::text FROM pg_catalog.pg_class c
                 JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                 WHERE n.nspname = $1 AND c.relname = $2",
                &[&schema, &table.name],
            )
            .map_err(explain)?;
        let Some(row) = found else { return Ok(None) };
        let (id, kind): (u32, String) = (row.get(0), row.get(1));
        let kind = match kind.as_str() {
            "r" | "p" => None,
            "v" => Some("a view"),
            "m" => Some("a materialized view"),
            "f" => Some("a foreign table"),
            "S" => Some("a sequence"),
            "i" | "I" => Some("an index"),
            _ => Some("no table"),
        };
        if let Some(kind) = kind {
            let message = format!("{:?} is {kind}, into which nothing can be loaded", table.name);
            return Err(fail(message).with_hint("choose another table name"));
        }
        Ok(Some(Existing { id, columns: columns(transaction, id).map_err(explain)? }))
    }

    /// Refuses rows that cannot be added to this table, or merged into it.
    pub(super) fn check(&self, table: &Table) -> Result<()> {
        if table.mode == Mode::Merge {
            self.check_key(table)?;
        }
        for column in &table.columns {
            let Some(existing) = self.column(&column.name) else { continue };
            if existing.is_generated {
                let message =
                    format!("column {:?} of table {:?} is computed", column.name, table.name);
                return Err(fail(message).with_hint("do not read this column"));
            }
            if existing.is_key && table.mode != Mode::Merge {
                return Err(keyed(table, &column.name));
            }
            if !schema::takes(&existing.declared, column.data_type) {
                return Err(changed_type(table, existing, &column.data_type.to_string()));
            }
        }
        let demanded = self
            .columns
            .iter()
            .filter(|column| column.is_not_null && !column.has_default && !column.is_generated);
        let mut missing =
            demanded.filter(|column| !table.columns.iter().any(|c| c.name == column.name));
        match missing.next() {
            None => Ok(()),
            Some(ExistingColumn { name, .. }) => {
                let message =
                    format!("table {:?} demands column {name:?}, which is not read", table.name);
                Err(fail(message).with_hint("read this column too, or give it a default"))
            }
        }
    }

    /// Refuses to replace the rows of a table that others refer to, or one that has an index on a
    /// column that it will lack.
    pub(super) fn check_replacement(
        &self,
        transaction: &mut Transaction<'_>,
        table: &Table,
        context: Context<'_>,
    ) -> Result<()> {
        let explain = |error| context.explain(error);
        let referring = transaction
            .query_opt(
                "SELECT conname::text, conrelid::regclass::text FROM pg_catalog.pg_constraint
                 WHERE confrelid = $1 AND contype = 'f' LIMIT 1",
                &[&self.id],
            )
            .map_err(explain)?;
        if let Some(row) = referring {
            let (name, other): (String, String) = (row.get(0), row.get(1));
            let message = format!(
                "rows of {other} refer to those of table {:?} by constraint {name:?}",
                table.name
            );
            let hint = "merge instead of replacing, or drop the constraint";
            return Err(fail(message).with_hint(hint));
        }
        let indexed = transaction
            .query(
                "SELECT i.indexrelid::regclass::text, a.attname::text
                 FROM pg_catalog.pg_index i
                 JOIN pg_catalog.pg_attribute a
                   ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
                 WHERE i.indrelid = $1 AND NOT i.indisprimary",
                &[&self.id],
            )
            .map_err(explain)?;
        let lost = indexed.iter().map(|row| (row.get(0), row.get(1))).find(
            |(_, column): &(String, String)| !table.columns.iter().any(|c| c.name == *column),
        );
        let Some((index, column)) = lost else { return Ok(()) };
        let message = format!("index {index} needs column {column:?}, which is not read any more");
        Err(fail(message).with_hint(format!("read this column too, or `DROP INDEX {index}`")))
    }

    /// Refuses to merge by another key than the table's.
    fn check_key(&self, table: &Table) -> Result<()> {
        let key: Vec<&str> =
            self.columns.iter().filter(|c| c.is_key).map(|c| c.name.as_str()).collect();
        let is_key = |name: &String| key.contains(&name.as_str());
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

    /// The statements that give the table the columns it lacks.
    pub(super) fn additions(&self, schema: &str, table: &Table) -> Vec<String> {
        let lacking = table.columns.iter().filter(|column| self.column(&column.name).is_none());
        lacking.map(|column| add(schema, table, column)).collect()
    }

    /// The statements that give the table, which is empty, the columns and the key of this one, and
    /// no other. Where they are the same there are none, so that nobody has to wait for a lock.
    pub(super) fn changes(
        &self,
        transaction: &mut Transaction<'_>,
        schema: &str,
        table: &Table,
    ) -> Result<Vec<String>, postgres::Error> {
        let alter =
            |action: String| format!("ALTER TABLE {} {action}", qualified(schema, &table.name));
        let mut changes = Vec::new();
        let key = schema::enforced_key(table);
        let same_key = self.columns.iter().filter(|c| c.is_key).count() == key.len()
            && self.columns.iter().all(|column| column.is_key == key.contains(&column.name));
        if !same_key && let Some(name) = self.key_name(transaction)? {
            changes.push(alter(format!("DROP CONSTRAINT {}", quote(&name))));
        }
        // A computed column goes before those that it is computed from.
        let (computed, plain): (Vec<_>, Vec<_>) =
            self.columns.iter().partition(|column| column.is_generated);
        for existing in computed.into_iter().chain(plain) {
            let name = quote(&existing.name);
            let column = table.columns.iter().find(|column| column.name == existing.name);
            let column = column.filter(|_| !existing.is_generated);
            let Some(column) = column else {
                changes.push(alter(format!("DROP COLUMN {name}")));
                continue;
            };
            let declared = schema::declared(column.data_type);
            if existing.is_not_null && !key.contains(&existing.name) {
                changes.push(alter(format!("ALTER COLUMN {name} DROP NOT NULL")));
            }
            if existing.declared != declared {
                changes.push(alter(format!("ALTER COLUMN {name} DROP DEFAULT")));
                let using = format!("USING NULL::{declared}");
                changes.push(alter(format!("ALTER COLUMN {name} TYPE {declared} {using}")));
            }
        }
        let is_new = |column: &&Column| {
            self.column(&column.name).is_none_or(|existing| existing.is_generated)
        };
        changes.extend(table.columns.iter().filter(is_new).map(|c| add(schema, table, c)));
        if !same_key && !key.is_empty() {
            changes.push(alter(format!("ADD PRIMARY KEY ({})", schema::list(key))));
        }
        Ok(changes)
    }

    fn key_name(
        &self,
        transaction: &mut Transaction<'_>,
    ) -> Result<Option<String>, postgres::Error> {
        let sql = "SELECT conname::text FROM pg_catalog.pg_constraint
                   WHERE conrelid = $1 AND contype = 'p'";
        Ok(transaction.query_opt(sql, &[&self.id])?.map(|row| row.get(0)))
    }

    fn column(&self, name: &str) -> Option<&ExistingColumn> {
        self.columns.iter().find(|column| column.name == name)
    }
}

fn add(schema: &str, table: &Table, column: &Column) -> String {
    let (name, declared) = (quote(&column.name), schema::declared(column.data_type));
    format!("ALTER TABLE {} ADD COLUMN {name} {declared}", qualified(schema, &table.name))
}

fn columns(
    transaction: &mut Transaction<'_>,
    table: u32,
) -> Result<Vec<ExistingColumn>, postgres::Error> {
    let rows = transaction.query(
        "SELECT a.attname::text, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull,
                a.atthasdef OR a.attidentity <> '',
                coalesce(a.attnum = ANY (i.indkey), false),
                a.attgenerated <> '' OR a.attidentity = 'a'
         FROM pg_catalog.pg_attribute a
         LEFT JOIN pg_catalog.pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
         WHERE a.attrelid = $1 AND a.attnum > 0 AND NOT a.attisdropped
         ORDER BY a.attnum",
        &[&table],
    )?;
    let column = |row: &postgres::Row| ExistingColumn {
        name: row.get(0),
        declared: row.get(1),
        is_not_null: row.get(2),
        has_default: row.get(3),
        is_key: row.get(4),
        is_generated: row.get(5),
    };
    Ok(rows.iter().map(column).collect())
}

fn keyed(table: &Table, column: &str) -> Error {
    let message = format!(
        "table {:?} has one row for each {column:?}, and append keeps every row",
        table.name
    );
    fail(message).with_hint("replace the table, or append into another one")
}

fn changed_type(table: &Table, existing: &ExistingColumn, now: &str) -> Error {
    let ExistingColumn { name, declared, .. } = existing;
    let message =
        format!("column {name:?} of table {:?} holds {declared}, the new rows {now}", table.name);
    fail(message).with_hint("replace the table, or append into another one")
}
