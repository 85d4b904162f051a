//! The table that is there, and whether a load goes with it.

use postgres::Transaction;
use tollgate_model::{Column, Result};
use tollgate_sync::Table;

use super::error::Context;
use super::schema::{self, qualified, quote};
use super::widen;
use crate::database::existing::{self, ExistingColumn, Rules};
use crate::table::fail;

/// How Postgres sees columns.
const RULES: Rules = Rules { same, takes: schema::takes, held: schema::held };

/// A table that is there.
#[derive(Debug)]
pub(super) struct Existing {
    id: u32,
    columns: Vec<ExistingColumn>,
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

    /// The table that holds these rows and those that come; or why they cannot be added to it, or
    /// merged into it.
    pub(super) fn settle(&self, table: &Table) -> Result<Table> {
        existing::settle(&self.columns, table, RULES)
    }

    /// The statements that make the table ready for rows that are to be added or merged: columns
    /// that have to be are widened, those that it lacks are added.
    pub(super) fn prepare(&self, schema: &str, table: &Table) -> Result<Vec<String>> {
        existing::check(&self.columns, table, RULES)?;
        let widenings = existing::widenings(&self.columns, table, RULES);
        let lacking = table.columns.iter().filter(|column| self.column(&column.name).is_none());
        let additions = lacking.map(|column| add(schema, table, column));
        Ok(widen::statements(schema, table, &widenings).into_iter().chain(additions).collect())
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

/// Whether two names are one to Postgres.
fn same(one: &str, other: &str) -> bool {
    one == other
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
    let column = |row: &postgres::Row| {
        let (is_not_null, has_default, is_generated) = (row.get(2), row.get(3), row.get(5));
        ExistingColumn {
            name: row.get(0),
            declared: row.get(1),
            is_not_null,
            may_be_left_out: !is_not_null || has_default || is_generated,
            is_key: row.get(4),
            is_generated,
        }
    };
    Ok(rows.iter().map(column).collect())
}
