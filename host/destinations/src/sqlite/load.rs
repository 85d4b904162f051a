//! One load: staging, then single transactions that make rows durable with their state.

use arrow_array::RecordBatch;
use rusqlite::{Connection, Transaction, TransactionBehavior};
use std::path::{Path, PathBuf};
use tollgate_model::Result;
use tollgate_sync::{Begun, Change, Kept, Load, Loaded, Mode, Pace, Start, Table};

use super::error::Context;
use super::existing::{self, Existing};
use super::insert;
use super::schema;
use super::staging::{self, Staging};
use super::state::{self, Staged};
use super::wal::Wal;
use crate::database::{self, Added, PACE, Waiting};
use crate::files::TableLock;
use crate::table::fail;

/// A load into a SQLite table and its child tables.
pub(super) struct SqliteLoad {
    /// `None` once the load has come to its end.
    connection: Option<Connection>,
    path: PathBuf,
    table: Table,
    /// Whether nothing is kept before the end, and what was kept goes then.
    is_fresh: bool,
    token: String,
    /// That of the table itself is the first.
    staging: Vec<Staging>,
    waiting: Waiting,
    /// Rows written, those of an interrupted load that this one goes on with included.
    written: u64,
    /// What was made visible before the end.
    added: Added,
    scratch: Vec<u8>,
    wal: Wal,
    /// Given back last.
    _locks: Vec<TableLock>,
}

/// Looks whether the load can be, removes what a killed run has left, and makes the staging tables,
/// or finds those of an interrupted run.
pub(super) fn begin(
    mut connection: Connection,
    wal: Wal,
    locks: Vec<TableLock>,
    path: &Path,
    table: &Table,
    start: Start<'_>,
) -> Result<Begun> {
    let context = Context::table(path, &table.name);
    let explain = |error| context.explain(error);
    let transaction = immediate(&mut connection, context)?;
    let mut tables = table.each();
    for table in &mut tables {
        if let Some(existing) = Existing::find(&transaction, table, context)? {
            match table.mode {
                Mode::Replace => existing::check_indexes(&transaction, table, context)?,
                Mode::Append | Mode::Merge => *table = existing.settle(table)?,
            }
        }
    }
    let table = database::settled(table, tables);
    let tables = table.each();
    let (kept, staged) = kept(&transaction, &table, start, context)?;
    let found = match &staged {
        Some(staged) => staging::go_on(&transaction, &tables, staged).map_err(explain)?,
        None => None,
    };
    // A state of rows that are not there any more is none.
    let kept = if staged.is_some() && found.is_none() { Kept::Nothing } else { kept };
    let (token, staging) = match staged.zip(found) {
        Some((staged, found)) => (staged.token, found),
        None => {
            staging::abandon(&transaction, &table.name).map_err(explain)?;
            staging::make(&transaction, &tables).map_err(explain)?
        }
    };
    if matches!(start, Start::GoOn(_)) && !matches!(kept, Kept::Same(_)) {
        state::forget(&transaction, &table.name).map_err(explain)?;
    }
    transaction.commit().map_err(explain)?;
    let written = database::rows_staged(&table, &kept);
    let load = SqliteLoad {
        connection: Some(connection),
        path: path.to_owned(),
        table: table.clone(),
        is_fresh: start == Start::Fresh,
        token,
        staging,
        waiting: Waiting::default(),
        written,
        added: Added::default(),
        scratch: Vec::new(),
        wal,
        _locks: locks,
    };
    Ok(Begun { load: Box::new(load), kept, table })
}

/// What is kept for a load that begins so, and the staged rows that it goes on with.
fn kept(
    transaction: &Transaction<'_>,
    table: &Table,
    start: Start<'_>,
    context: Context<'_>,
) -> Result<(Kept, Option<Staged>)> {
    let explain = |error| context.explain(error);
    let stored = match start {
        Start::GoOn(_) => state::load(transaction, &table.name).map_err(explain)??,
        _ => None,
    };
    Ok(database::kept(table, start, stored))
}

impl Load for SqliteLoad {
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
        let (mode, token) = (self.table.mode, self.token.clone());
        let added = self.stage_and(|transaction, staging, context| {
            let explain = |error| context.explain(error);
            let table = &staging[0].table.name;
            if mode == Mode::Replace {
                let last_rows = staging.iter().map(|staging| staging.last_row(transaction));
                let last_rows = last_rows.collect::<rusqlite::Result<_>>().map_err(explain)?;
                let staged = Staged { token, last_rows };
                state::store(transaction, table, change, Some(&staged)).map_err(explain)?;
                return Ok(Added::default());
            }
            let added = add(transaction, staging, context)?;
            for one in staging {
                one.clear(transaction).map_err(explain)?;
            }
            state::store(transaction, table, change, None).map_err(explain)?;
            Ok(added)
        })?;
        self.added += added;
        Ok(())
    }

    fn commit(mut self: Box<Self>, change: Option<&Change>) -> Result<Loaded> {
        let (mode, written, is_fresh) = (self.table.mode, self.written, self.is_fresh);
        // The one commit that has to survive a power failure; it carries along all before it.
        let full = open(&mut self.connection)?.pragma_update(None, "synchronous", "FULL");
        full.map_err(|error| Context::table(&self.path, &self.table.name).explain(error))?;
        let added = self.stage_and(|transaction, staging, context| {
            let explain = |error| context.explain(error);
            let table = &staging[0].table.name;
            let added = match mode {
                Mode::Replace => {
                    let rows = match schema::is_keyed(&staging[0].table) {
                        true => staging[0].count(transaction).map_err(explain)?,
                        false => written,
                    };
                    let removed = staging[0].count_deleted(transaction).map_err(explain)?;
                    let take_away = |one: &Staging| one.take_away(transaction, &staging[0]);
                    staging.iter().rev().try_for_each(take_away).map_err(explain)?;
                    staging.iter().try_for_each(|one| one.replace(transaction, context))?;
                    Added { rows: rows - removed, removed }
                }
                Mode::Append | Mode::Merge => {
                    let added = add(transaction, staging, context)?;
                    staging.iter().try_for_each(|one| one.remove(transaction)).map_err(explain)?;
                    added
                }
            };
            // What was kept is of rows that are gone.
            if is_fresh || change.is_none() && mode == Mode::Replace {
                state::forget(transaction, table).map_err(explain)?;
            }
            if let Some(change) = change {
                state::store(transaction, table, change, None).map_err(explain)?;
            }
            Ok(added)
        })?;
        self.added += added;
        let Added { rows, removed } = self.added;
        let loaded = Loaded {
            rows,
            duplicates: self.written.saturating_sub(rows + removed),
            removed,
            location: format!("{}, table {}", self.path.display(), self.table.name),
        };
        // Closing copies the WAL into the file if nobody else has it open. The rows are safe
        // without that, so it cannot fail the load.
        drop(self.connection.take().map(Connection::close));
        Ok(loaded)
    }

    fn pause(mut self: Box<Self>) -> Result<()> {
        // Staged rows wait for the rest of theirs; of the other modes, every row that counts is in
        // its table.
        if self.table.mode == Mode::Replace {
            drop(self.connection.take().map(Connection::close));
        }
        Ok(())
    }
}

/// Puts the rows of all tables into them, and takes away those that are deleted.
fn add(transaction: &Transaction<'_>, staging: &[Staging], context: Context<'_>) -> Result<Added> {
    let explain = |error| context.explain(error);
    let staged = staging[0].count(transaction).map_err(explain)?;
    let removed = staging[0].count_deleted(transaction).map_err(explain)?;
    for (place, one) in staging.iter().enumerate() {
        one.add(transaction, (place > 0).then_some(&staging[0]), context)?;
        one.take_away(transaction, &staging[0]).map_err(explain)?;
    }
    Ok(Added { rows: staged - removed, removed })
}

impl SqliteLoad {
    /// Writes the rows that wait, and does more in the same transaction.
    fn stage_and<T>(
        &mut self,
        more: impl FnOnce(&Transaction<'_>, &[Staging], Context<'_>) -> Result<T>,
    ) -> Result<T> {
        let context = Context::table(&self.path, &self.table.name);
        let transaction = immediate(open(&mut self.connection)?, context)?;
        insert::stage(
            &transaction,
            &self.staging,
            &self.waiting.pages,
            &mut self.scratch,
            context,
        )?;
        let value = more(&transaction, &self.staging, context)?;
        transaction.commit().map_err(|error| context.explain(error))?;
        self.waiting.clear();
        self.wal.shorten(open(&mut self.connection)?).map_err(|error| context.explain(error))?;
        Ok(value)
    }
}

impl Drop for SqliteLoad {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        // Should it fail, the next load of the table removes it.
        for staging in &self.staging {
            drop(staging.remove(&connection));
        }
        drop(staging::abandon(&connection, &self.table.name));
    }
}

fn open(connection: &mut Option<Connection>) -> Result<&mut Connection> {
    connection.as_mut().ok_or_else(|| fail("the load has come to its end"))
}

/// Begins a transaction that may write. One that began with reading could not wait for the lock.
pub(super) fn immediate<'a>(
    connection: &'a mut Connection,
    context: Context<'_>,
) -> Result<Transaction<'a>> {
    connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(|error| context.explain(error))
}
