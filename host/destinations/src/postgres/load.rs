//! One load: staging, then single transactions that make rows durable with their state.

use arrow_array::RecordBatch;
use postgres::Transaction;
use tollgate_model::Result;
use tollgate_sync::{Begun, Change, Kept, Load, Loaded, Mode, Pace, Start, Table};

use super::chunk::Chunk;
use super::connect::{self, Session};
use super::error::{self, Context};
use super::existing::Existing;
use super::schema;
use super::staging::{self, Staged, Staging};
use super::state;
use crate::database::{self, Added, PACE, Waiting};

/// A load into a Postgres table and its child tables.
pub(super) struct PostgresLoad {
    /// `None` once the load has come to its end.
    session: Option<Session>,
    schema: String,
    table: Table,
    /// Whether nothing is kept before the end, and what was kept goes then.
    is_fresh: bool,
    token: String,
    /// That of the table itself is the first.
    staging: Vec<Staging>,
    /// Whether a row came whose place another had taken.
    collides: bool,
    waiting: Waiting,
    /// Rows of each table that were copied.
    copied: Vec<u64>,
    /// Rows written, those of an interrupted load that this one goes on with included.
    written: u64,
    /// What was made visible before the end.
    added: Added,
    buffer: Vec<u8>,
}

/// Looks whether the load can be, removes what a killed run has left, and makes the staging tables,
/// or finds those of an interrupted run.
pub(super) fn begin(
    mut session: Session,
    schema: &str,
    table: &Table,
    start: Start<'_>,
) -> Result<Begun> {
    let Session { client, place, .. } = &mut session;
    let context = Context::table(place, &table.name);
    let explain = |error| context.explain(error);
    let mut transaction = client.transaction().map_err(explain)?;
    make_schema(&mut transaction, schema).map_err(explain)?;
    let mut tables = table.each();
    for table in &mut tables {
        if let Some(existing) = Existing::find(&mut transaction, schema, table, context)? {
            match table.mode {
                Mode::Replace => existing.check_replacement(&mut transaction, table, context)?,
                Mode::Append | Mode::Merge => *table = existing.settle(table)?,
            }
        }
    }
    let table = database::settled(table, tables);
    let tables = table.each();
    let (kept, token) = kept(&mut transaction, schema, &table, start, context)?;
    let goes_on = token.is_some();
    let found = match token {
        Some(token) => staging::go_on(&mut transaction, schema, &tables, token).map_err(explain)?,
        None => None,
    };
    // A state of rows that are not there any more is none.
    let kept = if goes_on && found.is_none() { Kept::Nothing } else { kept };
    let Staged { token, staging } = match found {
        Some(found) => found,
        None => {
            staging::abandon(&mut transaction, schema, &table.name).map_err(explain)?;
            staging::make(&mut transaction, schema, &tables).map_err(explain)?
        }
    };
    if matches!(start, Start::GoOn(_)) && !matches!(kept, Kept::Same(_)) {
        state::forget(&mut transaction, schema, &table.name).map_err(explain)?;
    }
    transaction.commit().map_err(explain)?;
    let written = database::rows_staged(&table, &kept);
    let load = PostgresLoad {
        session: Some(session),
        schema: schema.to_owned(),
        table: table.clone(),
        is_fresh: start == Start::Fresh,
        token,
        copied: vec![0; staging.len()],
        staging,
        collides: false,
        waiting: Waiting::default(),
        written,
        added: Added::default(),
        buffer: Vec::new(),
    };
    Ok(Begun { load: Box::new(load), kept, table })
}

/// `CREATE SCHEMA IF NOT EXISTS` asks for the right to make one even where it is there.
pub(super) fn make_schema(
    transaction: &mut Transaction<'_>,
    schema: &str,
) -> Result<(), postgres::Error> {
    connect::lock_schema(transaction, schema)?;
    let sql = "SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = $1";
    if transaction.query_opt(sql, &[&schema])?.is_none() {
        transaction.batch_execute(&format!("CREATE SCHEMA {}", schema::quote(schema)))?;
    }
    Ok(())
}

/// What is kept for a load that begins so, and the token of the staged rows that it goes on with.
fn kept(
    transaction: &mut Transaction<'_>,
    schema: &str,
    table: &Table,
    start: Start<'_>,
    context: Context<'_>,
) -> Result<(Kept, Option<String>)> {
    let explain = |error| context.explain(error);
    let stored = match start {
        Start::GoOn(_) => state::load(transaction, schema, &table.name).map_err(explain)??,
        _ => None,
    };
    Ok(database::kept(table, start, stored))
}

impl Load for PostgresLoad {
    fn write(&mut self, batch: &RecordBatch, children: &[RecordBatch]) -> Result<()> {
        let tables = self.staging.iter().map(|staging| &staging.table);
        self.waiting.push(tables, batch, children)?;
        self.written += batch.num_rows() as u64;
        if self.waiting.is_full() {
            self.stage_and(|_, _, _| Ok(()))?;
        }
        Ok(())
    }

    fn pace(&self) -> Option<Pace> {
        (!self.is_fresh).then_some(PACE)
    }

    fn keep(&mut self, change: &Change) -> Result<()> {
        let (mode, token, schema) = (self.table.mode, self.token.clone(), self.schema.clone());
        let added = self.stage_and(|transaction, staging, context| {
            let explain = |error| context.explain(error);
            let table = &staging[0].table.name;
            staging::settle_rest(transaction, staging).map_err(explain)?;
            if mode == Mode::Replace {
                let stored = state::store(transaction, &schema, table, change, Some(&token));
                return stored.map(|()| Added::default()).map_err(explain);
            }
            let added = add(transaction, &schema, staging, context)?;
            staging.iter().try_for_each(|one| one.clear(transaction)).map_err(explain)?;
            state::store(transaction, &schema, table, change, None).map_err(explain)?;
            Ok(added)
        })?;
        self.added += added;
        Ok(())
    }

    fn commit(mut self: Box<Self>, change: Option<&Change>) -> Result<Loaded> {
        let (mode, is_fresh, schema) = (self.table.mode, self.is_fresh, self.schema.clone());
        let added = self.stage_and(|transaction, staging, context| {
            let explain = |error| context.explain(error);
            let table = &staging[0].table.name;
            staging::settle_rest(transaction, staging).map_err(explain)?;
            let added = match mode {
                Mode::Replace => {
                    let rows = staging[0].count(transaction).map_err(explain)?;
                    let removed = staging[0].count_deleted(transaction).map_err(explain)?;
                    for one in staging.iter().rev() {
                        one.take_away(transaction, &staging[0]).map_err(explain)?;
                    }
                    for one in staging {
                        one.replace(transaction, &schema, context)?;
                    }
                    Added { rows: rows - removed, removed }
                }
                Mode::Append | Mode::Merge => add(transaction, &schema, staging, context)?,
            };
            // What was kept is of rows that are gone.
            if is_fresh || change.is_none() && mode == Mode::Replace {
                state::forget(transaction, &schema, table).map_err(explain)?;
            }
            if let Some(change) = change {
                state::store(transaction, &schema, table, change, None).map_err(explain)?;
            }
            Ok(added)
        })?;
        self.added += added;
        let Added { rows, removed } = self.added;
        let session = self.session.take();
        let place = session.as_ref().map(|session| session.place.as_str()).unwrap_or_default();
        Ok(Loaded {
            rows,
            duplicates: self.written.saturating_sub(rows + removed),
            removed,
            location: format!("{place}, table {}.{}", self.schema, self.table.name),
        })
    }

    fn pause(mut self: Box<Self>) -> Result<()> {
        // Staged rows wait for the rest of theirs; of the other modes, every row that counts is in
        // its table.
        if self.table.mode == Mode::Replace {
            self.session.take();
        }
        Ok(())
    }
}

/// Copies the rows of each table to where they enter it.
fn copy(
    transaction: &mut Transaction<'_>,
    staging: &[Staging],
    chunks: &[Chunk<'_>],
    collides: bool,
    buffer: &mut Vec<u8>,
    context: Context<'_>,
) -> Result<()> {
    let mut each = chunks.iter().zip(staging);
    each.try_for_each(|(chunk, one)| chunk.copy(transaction, one.entry(collides), buffer, context))
}

/// Puts the rows of all tables into them, and takes away those that are deleted.
fn add(
    transaction: &mut Transaction<'_>,
    schema: &str,
    staging: &[Staging],
    context: Context<'_>,
) -> Result<Added> {
    let explain = |error| context.explain(error);
    let staged = staging[0].count(transaction).map_err(explain)?;
    let removed = staging[0].count_deleted(transaction).map_err(explain)?;
    for (place, one) in staging.iter().enumerate() {
        one.add(transaction, schema, (place > 0).then_some(&staging[0]), context)?;
        one.take_away(transaction, &staging[0]).map_err(explain)?;
    }
    Ok(Added { rows: staged - removed, removed })
}

impl PostgresLoad {
    /// Copies the rows that wait, and does more in the same transaction.
    fn stage_and<T>(
        &mut self,
        more: impl FnOnce(&mut Transaction<'_>, &[Staging], Context<'_>) -> Result<T>,
    ) -> Result<T> {
        let Session { client, place, .. } = self.session.as_mut().ok_or_else(connect::ended)?;
        let context = Context::table(place, &self.table.name);
        let explain = |error| context.explain(error);
        let chunks = Chunk::of_each(&self.staging, &self.waiting.pages, &self.copied)?;
        let has_rows = self.waiting.has_rows();
        let mut transaction = client.transaction().map_err(explain)?;
        if has_rows && !self.collides {
            let mut attempt = transaction.transaction().map_err(explain)?;
            match copy(&mut attempt, &self.staging, &chunks, false, &mut self.buffer, context) {
                Ok(()) => attempt.commit().map_err(explain)?,
                Err(error) if error::is_of_key(&error) => {
                    attempt.rollback().map_err(explain)?;
                    self.collides = true;
                }
                Err(error) => return Err(error),
            }
        }
        // No `else`: rows that were refused just now arrive here.
        if has_rows && self.collides {
            copy(&mut transaction, &self.staging, &chunks, true, &mut self.buffer, context)?;
            staging::settle_chunk(&mut transaction, &self.staging).map_err(explain)?;
        }
        let value = more(&mut transaction, &self.staging, context)?;
        transaction.commit().map_err(explain)?;
        for page in &self.waiting.pages {
            for (copied, batch) in self.copied.iter_mut().zip(page) {
                *copied += batch.num_rows() as u64;
            }
        }
        self.waiting.clear();
        Ok(value)
    }

    /// Removes the staged rows of a replacement and their state.
    fn remove(&mut self) -> Result<(), postgres::Error> {
        let Some(session) = &mut self.session else { return Ok(()) };
        if self.table.mode != Mode::Replace {
            return Ok(());
        }
        let mut transaction = session.client.transaction()?;
        staging::remove(&mut transaction, &self.schema, &self.token)?;
        staging::abandon(&mut transaction, &self.schema, &self.table.name)?;
        transaction.commit()
    }
}

impl Drop for PostgresLoad {
    fn drop(&mut self) {
        // Should it fail, the next load of the table removes it; where the connection was lost, the
        // next one goes on with what was kept.
        drop(self.remove());
    }
}
