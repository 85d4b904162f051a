//! The staging tables: made, left behind by runs that ended early, gone on with, and made visible.
//!
//! Each table of a load has two. Rows *arrive* in a temporary table, which takes any rows and which
//! the end of the session removes, however it ends. Where a row can take the place of another, they
//! are *settled* chunk by chunk in a table that has the key. With `replace` that one is an ordinary
//! table, which outlives an interrupted run, and what has arrived without a key is settled when it
//! is kept; else it is temporary too.
//!
//! Most loads have no key twice. So rows are copied to where they are settled at once, until one
//! comes whose place is taken; from then on rows of the load arrive and are settled.

use postgres::Transaction;
use tollgate_model::Result;
use tollgate_sync::{Mode, Table};

use super::error::Context;
use super::existing::Existing;
use super::schema::{self, qualified, shortened};
use super::state;
use crate::database;

/// How the names of settled replacements begin; 16 hexadecimal digits, `_` and the table's name
/// follow.
const PREFIX: &str = "tollgate_staging_";
const TOKEN_DIGITS: usize = 16;
/// What is left of 63 bytes for the table's name.
const NAME_BYTES_MAX: usize = 63 - PREFIX.len() - TOKEN_DIGITS - 1;

/// Tables that nobody knows of but the load that fills them. Their names are as SQL has them.
#[derive(Debug)]
pub(super) struct Staging {
    pub(super) table: Table,
    /// The table to load.
    target: String,
    /// Where rows arrive.
    arrivals: String,
    /// Where they are settled. `None`: with `append` they go from where they arrived.
    settled: Option<String>,
}

/// What a replacement's staging tables have in common, and the staging of each table, the first of
/// which is the parent of the others.
pub(super) struct Staged {
    pub(super) token: String,
    pub(super) staging: Vec<Staging>,
}

/// Makes staging tables for these. Their locks are held, so those that are there belong to nobody
/// and are removed.
pub(super) fn make(
    transaction: &mut Transaction<'_>,
    schema: &str,
    tables: &[Table],
) -> Result<Staged, postgres::Error> {
    for name in replacements(transaction, schema)? {
        if tables.iter().any(|table| is_replacement_of(&name, &table.name)) {
            transaction.batch_execute(&format!("DROP TABLE {}", qualified(schema, &name)))?;
        }
    }
    // A random part: should a lock be lost with its session, two runs still never share a staging
    // table, and the one that loses its own fails.
    let sql = "SELECT left(replace(gen_random_uuid()::text, '-', ''), $1)";
    let digits = i32::try_from(TOKEN_DIGITS).unwrap_or_default();
    let token: String = transaction.query_one(sql, &[&digits])?.get(0);
    let staging = of_tables(schema, &token, tables);
    for (place, one) in staging.iter().enumerate() {
        one.make_arrivals(transaction)?;
        one.make_settled(transaction, &tables[0], place)?;
    }
    Ok(Staged { token, staging })
}

/// The staging tables of an interrupted replacement; `None` where one of them is gone.
pub(super) fn go_on(
    transaction: &mut Transaction<'_>,
    schema: &str,
    tables: &[Table],
    token: String,
) -> Result<Option<Staged>, postgres::Error> {
    let found = replacements(transaction, schema)?;
    if !tables.iter().all(|table| found.contains(&replacement(&token, &table.name))) {
        return Ok(None);
    }
    let staging = of_tables(schema, &token, tables);
    staging.iter().try_for_each(|one| one.make_arrivals(transaction))?;
    Ok(Some(Staged { token, staging }))
}

/// Removes the staging tables of an interrupted replacement of this table, whatever child tables it
/// had, and its state, which is worth nothing without them; whether there were any.
pub(super) fn abandon(
    transaction: &mut Transaction<'_>,
    schema: &str,
    table: &str,
) -> Result<bool, postgres::Error> {
    let Some(token) = state::token(transaction, schema, table)? else { return Ok(false) };
    remove(transaction, schema, &token)?;
    state::forget(transaction, schema, table)
}

/// Removes the staging tables of this replacement.
pub(super) fn remove(
    transaction: &mut Transaction<'_>,
    schema: &str,
    token: &str,
) -> Result<(), postgres::Error> {
    let prefix = format!("{PREFIX}{token}_");
    for name in replacements(transaction, schema)?.iter().filter(|n| n.starts_with(&prefix)) {
        transaction.batch_execute(&format!("DROP TABLE {}", qualified(schema, name)))?;
    }
    Ok(())
}

/// Settles what has arrived in a chunk, where rows take each other's places.
pub(super) fn settle_chunk(
    transaction: &mut Transaction<'_>,
    staging: &[Staging],
) -> Result<(), postgres::Error> {
    let Some((parent, children)) = staging.split_first() else { return Ok(()) };
    // A row that comes again brings all its children again, perhaps fewer of them.
    for child in children.iter().filter(|child| child.table.mode == Mode::Merge) {
        if let Some(settled) = &child.settled {
            let sql = delete_children(settled, &parent.table, &parent.arrivals);
            transaction.batch_execute(&sql)?;
        }
    }
    staging.iter().filter(|one| one.settles_chunks()).try_for_each(|one| one.settle(transaction))
}

/// Settles what has arrived since the last time and does not settle chunk by chunk.
pub(super) fn settle_rest(
    transaction: &mut Transaction<'_>,
    staging: &[Staging],
) -> Result<(), postgres::Error> {
    staging.iter().filter(|one| !one.settles_chunks()).try_for_each(|one| one.settle(transaction))
}

impl Staging {
    fn settles_chunks(&self) -> bool {
        self.table.mode == Mode::Merge || schema::is_keyed(&self.table)
    }

    /// Where `COPY` puts rows, as long as none of the load `collides` with another.
    pub(super) fn entry(&self, collides: bool) -> &str {
        match &self.settled {
            Some(settled) if !collides && self.settles_chunks() => settled,
            _ => &self.arrivals,
        }
    }

    fn make_arrivals(&self, transaction: &mut Transaction<'_>) -> Result<(), postgres::Error> {
        let keyless = Table { primary_key: Vec::new(), ..self.table.clone() };
        let definition = schema::definition(&keyless);
        transaction.batch_execute(&format!("CREATE TEMP TABLE {} ({definition})", self.arrivals))
    }

    fn make_settled(
        &self,
        transaction: &mut Transaction<'_>,
        parent: &Table,
        place: usize,
    ) -> Result<(), postgres::Error> {
        let Some(settled) = &self.settled else { return Ok(()) };
        let definition = schema::definition(&self.table);
        transaction.batch_execute(&format!("CREATE TABLE {settled} ({definition})"))?;
        if self.table.mode == Mode::Merge && place > 0 {
            let key = schema::list(&parent.primary_key);
            transaction.batch_execute(&format!("CREATE INDEX ON {settled} ({key})"))?;
        }
        Ok(())
    }

    /// Moves what has arrived to where it is settled.
    fn settle(&self, transaction: &mut Transaction<'_>) -> Result<(), postgres::Error> {
        let Some(settled) = &self.settled else { return Ok(()) };
        let insert = schema::insert(settled, &self.arrivals, &self.table);
        transaction.batch_execute(&format!("{insert}; TRUNCATE {}", self.arrivals))
    }

    /// Where the rows are that were not made visible yet.
    fn rows(&self) -> &str {
        self.settled.as_deref().unwrap_or(&self.arrivals)
    }

    /// How many of them there are.
    pub(super) fn count(&self, transaction: &mut Transaction<'_>) -> Result<u64, postgres::Error> {
        let row = transaction.query_one(&format!("SELECT count(*) FROM {}", self.rows()), &[])?;
        Ok(row.get::<_, i64>(0).unsigned_abs())
    }

    /// The rows take the place of the old ones, and the table gets their columns. It stays the same
    /// table: what others have attached to it (views, grants, indexes) stays, and readers go on
    /// reading the old rows for as long as their transaction lasts.
    ///
    /// To drop the table and rename the staging table would write every row once and not twice; but
    /// it has no answer for views, and a reader whose snapshot is older than the new table would
    /// find it empty. Where there is no table yet, there is neither.
    pub(super) fn replace(
        &self,
        transaction: &mut Transaction<'_>,
        schema: &str,
        context: Context<'_>,
    ) -> Result<()> {
        let explain = |error| context.explain(error);
        match Existing::find(transaction, schema, &self.table, context)? {
            None => return self.rename(transaction, schema).map_err(explain),
            Some(existing) => {
                existing.check_replacement(transaction, &self.table, context)?;
                let delete = format!("DELETE FROM {}", self.target);
                transaction.batch_execute(&delete).map_err(explain)?;
                let changes =
                    existing.changes(transaction, schema, &self.table).map_err(explain)?;
                transaction.batch_execute(&changes.join(";")).map_err(explain)?;
            }
        }
        // Both tables are free of twins, so nothing takes another's place.
        let names = schema::columns(&self.table);
        let rows = self.rows();
        let insert = format!("INSERT INTO {} ({names}) SELECT {names} FROM {rows}", self.target);
        transaction.batch_execute(&format!("{insert}; DROP TABLE {rows}")).map_err(explain)
    }

    /// Makes the table of the rows that is settled the table itself, its key included, which gets the
    /// name that Postgres would have given it where that is free.
    fn rename(
        &self,
        transaction: &mut Transaction<'_>,
        schema: &str,
    ) -> Result<(), postgres::Error> {
        let (rows, name) = (self.rows(), schema::quote(&self.table.name));
        transaction.batch_execute(&format!("ALTER TABLE {rows} RENAME TO {name}"))?;
        let sql = "SELECT conname::text FROM pg_catalog.pg_constraint
                   WHERE conrelid = to_regclass($1) AND contype = 'p'";
        let Some(key) = transaction.query_opt(sql, &[&self.target])? else { return Ok(()) };
        let (old, new) = (schema::quote(key.get(0)), schema::key_name(&self.table.name));
        let sql = "SELECT to_regclass($1) IS NULL";
        if transaction.query_one(sql, &[&qualified(schema, &new)])?.get(0) {
            let (target, new) = (&self.target, schema::quote(&new));
            transaction
                .batch_execute(&format!("ALTER TABLE {target} RENAME CONSTRAINT {old} TO {new}"))?;
        }
        Ok(())
    }

    /// Puts the rows into the table, which is made if there is none, and empties the staging tables
    /// of them. Under `merge`, the children that the rows of `parent` have go before; its own rows
    /// have to be there still.
    pub(super) fn add(
        &self,
        transaction: &mut Transaction<'_>,
        schema: &str,
        parent: Option<&Staging>,
        context: Context<'_>,
    ) -> Result<()> {
        let mut statements = match Existing::find(transaction, schema, &self.table, context)? {
            None => vec![self.create()],
            Some(existing) => existing.prepare(schema, &self.table)?,
        };
        if let Some(parent) = parent.filter(|_| self.table.mode == Mode::Merge) {
            statements.push(delete_children(&self.target, &parent.table, parent.rows()));
        }
        statements.push(schema::insert(&self.target, self.rows(), &self.table));
        transaction.batch_execute(&statements.join(";")).map_err(|error| context.explain(error))
    }

    /// Takes away the rows that are deleted in `parent`, the staging of the table itself: of that
    /// table the rows, of a child table theirs. A replacement has them among its staged rows only,
    /// where those of `parent` are the last to go.
    pub(super) fn take_away(
        &self,
        transaction: &mut Transaction<'_>,
        parent: &Staging,
    ) -> Result<(), postgres::Error> {
        let table = match self.table.mode {
            Mode::Replace => self.rows(),
            Mode::Append | Mode::Merge => &self.target,
        };
        match database::take_away(table, &parent.table, parent.rows()) {
            Some(sql) => transaction.batch_execute(&sql),
            None => Ok(()),
        }
    }

    /// How many rows are deleted.
    pub(super) fn count_deleted(
        &self,
        transaction: &mut Transaction<'_>,
    ) -> Result<u64, postgres::Error> {
        let deleted = database::deleted(&self.table, self.rows());
        let Some(deleted) = deleted else { return Ok(0) };
        let row = transaction.query_one(&format!("SELECT count(*) {deleted}"), &[])?;
        Ok(row.get::<_, i64>(0).unsigned_abs())
    }

    /// Removes the rows that were added.
    pub(super) fn clear(&self, transaction: &mut Transaction<'_>) -> Result<(), postgres::Error> {
        transaction.batch_execute(&format!("TRUNCATE {}", self.rows()))
    }

    fn create(&self) -> String {
        format!("CREATE TABLE {} ({})", self.target, schema::definition(&self.table))
    }
}

/// The statement that removes the children of the rows that lie in this table.
fn delete_children(children: &str, parent: &Table, rows: &str) -> String {
    let key = schema::list(&parent.primary_key);
    format!("DELETE FROM {children} WHERE ({key}) IN (SELECT {key} FROM {rows})")
}

fn of_tables(schema: &str, token: &str, tables: &[Table]) -> Vec<Staging> {
    let one = |(place, table): (usize, &Table)| Staging {
        target: qualified(schema, &table.name),
        arrivals: format!("pg_temp.tollgate_arrivals_{place}"),
        settled: match table.mode {
            Mode::Replace => Some(qualified(schema, &replacement(token, &table.name))),
            Mode::Merge => Some(format!("pg_temp.tollgate_settled_{place}")),
            Mode::Append => None,
        },
        table: table.clone(),
    };
    tables.iter().enumerate().map(one).collect()
}

/// The name of the table in which a replacement of this one is settled.
fn replacement(token: &str, table: &str) -> String {
    format!("{PREFIX}{token}_{}", shortened(table, NAME_BYTES_MAX))
}

fn is_replacement_of(name: &str, table: &str) -> bool {
    let Some(rest) = name.strip_prefix(PREFIX) else { return false };
    let Some((token, of)) = rest.split_at_checked(TOKEN_DIGITS) else { return false };
    token.bytes().all(|byte| byte.is_ascii_hexdigit())
        && of.strip_prefix('_').is_some_and(|of| of == shortened(table, NAME_BYTES_MAX))
}

/// The names of all settled replacements of this schema.
fn replacements(
    transaction: &mut Transaction<'_>,
    schema: &str,
) -> Result<Vec<String>, postgres::Error> {
    let rows = transaction.query(
        "SELECT c.relname::text FROM pg_catalog.pg_class c
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = $1 AND c.relkind = 'r' AND starts_with(c.relname::text, $2)",
        &[&schema, &PREFIX],
    )?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replacement_is_known_by_its_name_however_long_the_tables_is() {
        let (token, long) = ("0123456789abcdef", "ä".repeat(31));
        for table in ["contacts", "a_b", "", long.as_str()] {
            let name = replacement(token, table);
            assert!(name.len() <= 63, "{name}");
            assert!(is_replacement_of(&name, table));
            assert!(!is_replacement_of(&name, "other"));
            assert!(!is_replacement_of(&name, &format!("{table}b")));
        }
        assert!(!is_replacement_of("tollgate_staging_contacts", "contacts"));
        assert!(!is_replacement_of("tollgate_staging_0123456789abcdeg_x", "x"));
    }
}
