//! One load: staging, then a single transaction that makes it visible.

use std::path::{Path, PathBuf};

use arrow_array::{Array, RecordBatch};
use rusqlite::{Connection, Transaction, TransactionBehavior};
use tollgate_model::{Error, ErrorKind, Result};
use tollgate_sync::{Load, Loaded, Mode, Table};

use super::error::Context;
use super::existing::{self, Existing};
use super::insert::Chunk;
use super::schema::{self, quote};
use super::staging::Staging;
use crate::files::TableLock;
use crate::table::fail;

/// Rows are collected up to this many or up to [`CHUNK_BYTES`] and then written in one short
/// transaction. Fewer would write the inner pages of the key's index again and again; more would
/// only hold memory and the lock for longer.
const CHUNK_ROWS: usize = 10_000;
const CHUNK_BYTES: usize = 4 * 1024 * 1024;

/// A load into a SQLite table.
pub(super) struct SqliteLoad {
    /// `None` once the load has come to its end.
    connection: Option<Connection>,
    path: PathBuf,
    staging: Staging,
    waiting: Vec<RecordBatch>,
    waiting_rows: usize,
    waiting_bytes: usize,
    rows: u64,
    scratch: Vec<u8>,
    /// Given back last.
    _lock: TableLock,
}

/// Looks whether the load can be, removes what a killed run has left, and makes the staging table.
pub(super) fn begin(
    mut connection: Connection,
    lock: TableLock,
    path: &Path,
    table: &Table,
) -> Result<SqliteLoad> {
    let context = Context::table(path, &table.name);
    let transaction = immediate(&mut connection, context)?;
    if let Some(existing) = Existing::find(&transaction, table, context)? {
        match table.mode {
            Mode::Replace => existing::check_indexes(&transaction, table, context)?,
            Mode::Append => existing.check_append(table)?,
        }
    }
    let staging = Staging::make(transaction, table).map_err(|error| context.explain(error))?;
    Ok(SqliteLoad {
        connection: Some(connection),
        path: path.to_owned(),
        staging,
        waiting: Vec::new(),
        waiting_rows: 0,
        waiting_bytes: 0,
        rows: 0,
        scratch: Vec::new(),
        _lock: lock,
    })
}

impl Load for SqliteLoad {
    fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        self.check_keys(batch)?;
        self.rows += batch.num_rows() as u64;
        self.waiting_rows += batch.num_rows();
        self.waiting_bytes += batch.columns().iter().map(|array| size(array)).sum::<usize>();
        self.waiting.push(batch.clone());
        if self.waiting_rows >= CHUNK_ROWS || self.waiting_bytes >= CHUNK_BYTES {
            self.flush()?;
        }
        Ok(())
    }

    fn commit(mut self: Box<Self>) -> Result<Loaded> {
        self.flush()?;
        let context = Context::table(&self.path, &self.staging.table.name);
        let rows = self.staging.swap(open(&mut self.connection)?, self.rows, context)?;
        let loaded = Loaded {
            rows,
            duplicates: self.rows - rows,
            location: format!("{}, table {}", self.path.display(), self.staging.table.name),
        };
        // Closing copies the WAL into the file if nobody else has it open. The rows are safe
        // without that, so it cannot fail the load.
        drop(self.connection.take().map(Connection::close));
        Ok(loaded)
    }
}

impl SqliteLoad {
    fn check_keys(&self, batch: &RecordBatch) -> Result<()> {
        let table = &self.staging.table;
        if !schema::is_keyed(table) {
            return Ok(());
        }
        for (column, array) in table.columns.iter().zip(batch.columns()) {
            if array.null_count() > 0 && table.primary_key.contains(&column.name) {
                let message = format!("a row of table {:?} has no {:?}", table.name, column.name);
                let hint = "this column is the table's key and identifies each row";
                return Err(Error::new(ErrorKind::Data, message).with_hint(hint));
            }
        }
        Ok(())
    }

    /// Writes the rows that wait, in one transaction.
    fn flush(&mut self) -> Result<()> {
        let context = Context::table(&self.path, &self.staging.table.name);
        let explain = |error| context.explain(error);
        let chunk = Chunk::new(&self.waiting, &self.staging.table)?;
        let transaction = immediate(open(&mut self.connection)?, context)?;
        {
            let sql = schema::insert(&self.staging.name, &self.staging.table);
            let mut statement = transaction.prepare_cached(&sql).map_err(explain)?;
            chunk.insert(&mut statement, &mut self.scratch, context)?;
        }
        transaction.commit().map_err(explain)?;
        self.waiting.clear();
        (self.waiting_rows, self.waiting_bytes) = (0, 0);
        Ok(())
    }
}

impl Drop for SqliteLoad {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        // Should it fail, the next load of the table removes it.
        drop(
            connection
                .execute_batch(&format!("DROP TABLE IF EXISTS {}", quote(&self.staging.name))),
        );
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

/// About how many bytes the values take.
fn size(array: &dyn Array) -> usize {
    // A slice of a larger batch counts with its own rows only, where that is known.
    array.to_data().get_slice_memory_size().unwrap_or_else(|_| array.get_array_memory_size())
}
