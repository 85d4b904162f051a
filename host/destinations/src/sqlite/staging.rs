//! The staging table: made, left behind by killed runs and removed, swapped in.

use rusqlite::{Connection, Transaction};
use tollgate_model::Result;
use tollgate_sync::{Mode, Table};

use super::error::Context;
use super::existing::{self, Existing};
use super::load::immediate;
use super::schema::{self, quote};

/// How the names of staging tables begin; 16 hexadecimal digits, `_` and the table's name follow.
const PREFIX: &str = "tollgate_staging_";
const TOKEN_DIGITS: usize = 16;

/// A table that nobody knows of but the load that fills it.
#[derive(Debug)]
pub(super) struct Staging {
    pub(super) name: String,
    pub(super) table: Table,
}

impl Staging {
    /// Makes a staging table for this one. Its lock is held, so those that are there belong to
    /// nobody and are removed.
    pub(super) fn make(transaction: Transaction<'_>, table: &Table) -> rusqlite::Result<Self> {
        for name in existing::table_names(&transaction)? {
            if is_staging_of(&name, &table.name) {
                transaction.execute_batch(&format!("DROP TABLE {}", quote(&name)))?;
            }
        }
        // A random part: should the lock not work on this file system, two runs still never share a
        // staging table, and the one that loses its own fails.
        let token: String =
            transaction.query_row("SELECT lower(hex(randomblob(8)))", [], |row| row.get(0))?;
        let name = format!("{PREFIX}{token}_{}", table.name);
        transaction.execute_batch(&schema::create(&name, table))?;
        transaction.commit()?;
        Ok(Staging { name, table: table.clone() })
    }

    /// Makes the staged rows visible, of which `written` were written, and says how many there are.
    pub(super) fn swap(
        &self,
        connection: &mut Connection,
        written: u64,
        context: Context<'_>,
    ) -> Result<u64> {
        let explain = |error| context.explain(error);
        // The one commit that has to survive a power failure; it carries along all before it.
        connection.pragma_update(None, "synchronous", "FULL").map_err(explain)?;
        let transaction = immediate(connection, context)?;
        let existing = Existing::find(&transaction, &self.table, context)?;
        let statements = match (self.table.mode, existing) {
            (Mode::Append, Some(existing)) => {
                existing.check_append(&self.table)?;
                self.appending(&existing)
            }
            (_, existing) => {
                let attached = existing::attached(&transaction, &self.table.name);
                self.replacing(existing.is_some(), attached.map_err(explain)?)
            }
        };
        self.run(transaction, &statements, written).map_err(explain)
    }

    fn run(
        &self,
        transaction: Transaction<'_>,
        statements: &[String],
        written: u64,
    ) -> rusqlite::Result<u64> {
        let rows = if schema::is_keyed(&self.table) {
            let count = format!("SELECT count(*) FROM {}", quote(&self.name));
            transaction.query_row(&count, [], |row| row.get::<_, i64>(0))?.unsigned_abs()
        } else {
            written
        };
        for statement in statements {
            transaction.execute_batch(statement)?;
        }
        transaction.commit()?;
        Ok(rows)
    }

    /// The staging table takes the place of the old one. What users have attached to the old one,
    /// indexes and triggers, is made anew; views refer to a table by name and need nothing.
    ///
    /// The other way, to delete the old rows and copy the new ones, would keep the table itself,
    /// but write every row twice, hold the lock meanwhile, and fire the user's triggers for each
    /// row.
    fn replacing(&self, exists: bool, attached: Vec<String>) -> Vec<String> {
        let (table, staging) = (quote(&self.table.name), quote(&self.name));
        let mut statements = Vec::with_capacity(2 + attached.len());
        if exists {
            statements.push(format!("DROP TABLE {table}"));
        }
        statements.push(format!("ALTER TABLE {staging} RENAME TO {table}"));
        statements.extend(attached);
        statements
    }

    fn appending(&self, existing: &Existing) -> Vec<String> {
        let (table, staging) = (quote(&self.table.name), quote(&self.name));
        let names: Vec<String> = self.table.columns.iter().map(|c| c.name.clone()).collect();
        let names = schema::list(&names);
        let mut statements = existing.additions(&self.table);
        statements.push(format!(
            "INSERT INTO {table} ({names}) SELECT {names} FROM {staging} ORDER BY rowid"
        ));
        statements.push(format!("DROP TABLE {staging}"));
        statements
    }
}

fn is_staging_of(name: &str, table: &str) -> bool {
    let Some(rest) = name.strip_prefix(PREFIX) else { return false };
    let Some((token, of)) = rest.split_at_checked(TOKEN_DIGITS) else { return false };
    token.bytes().all(|byte| byte.is_ascii_hexdigit())
        && of.strip_prefix('_').is_some_and(|of| of.eq_ignore_ascii_case(table))
}
