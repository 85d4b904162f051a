//! Rows into a prepared statement.

use std::cmp::Ordering;

use arrow_array::RecordBatch;
use rusqlite::{Statement, Transaction};
use tollgate_model::{Result, literal};
use tollgate_sync::{Mode, Table};

use super::error::Context;
use super::schema::{self, quote};
use super::staging::Staging;
use crate::cells::{self, Cell, Cells};

/// Writes pages, each with the rows of every table, into the staging tables.
pub(super) fn stage(
    transaction: &Transaction<'_>,
    staging: &[Staging],
    pages: &[Vec<RecordBatch>],
    scratch: &mut Vec<u8>,
    context: Context<'_>,
) -> Result<()> {
    for (place, one) in staging.iter().enumerate() {
        let sql = schema::insert(&one.name, &one.table);
        let mut insert =
            transaction.prepare_cached(&sql).map_err(|error| context.explain(error))?;
        let rows = |page: &Vec<RecordBatch>| page.get(place).cloned();
        if place == 0 || one.table.mode != Mode::Merge {
            let batches: Vec<RecordBatch> = pages.iter().filter_map(rows).collect();
            Chunk::new(&batches, &one.table)?.insert(&mut insert, scratch, context)?;
            continue;
        }
        // A row that comes again brings all its children again, perhaps fewer of them.
        for page in pages {
            if let Some(parents) = page.first() {
                remove_children(transaction, one, &staging[0].table, parents, scratch, context)?;
            }
            let batches: Vec<RecordBatch> = rows(page).into_iter().collect();
            Chunk::new(&batches, &one.table)?.insert(&mut insert, scratch, context)?;
        }
    }
    Ok(())
}

/// Removes the staged children of these rows.
fn remove_children(
    transaction: &Transaction<'_>,
    children: &Staging,
    parent: &Table,
    rows: &RecordBatch,
    scratch: &mut Vec<u8>,
    context: Context<'_>,
) -> Result<()> {
    let explain = |error| context.explain(error);
    let key = key_places(parent);
    let same: Vec<String> =
        parent.primary_key.iter().map(|name| format!("{} = ?", quote(name))).collect();
    let sql = format!("DELETE FROM {} WHERE {}", quote(&children.name), same.join(" AND "));
    let mut delete = transaction.prepare_cached(&sql).map_err(explain)?;
    let cells = cells::of(rows, &parent.columns)?;
    for row in 0..rows.num_rows() {
        for (index, column) in key.iter().enumerate() {
            let cell = write_text(scratch, cells[*column].get(row))
                .map_err(|error| cells::out_of_range(&parent.columns[*column], error))?;
            bind(&mut delete, index + 1, cell).map_err(explain)?;
        }
        delete.raw_execute().map_err(explain)?;
    }
    Ok(())
}

/// Where the columns of a table's key are, in the order of the key.
fn key_places(table: &Table) -> Vec<usize> {
    let place = |name: &String| table.columns.iter().position(|column| column.name == *name);
    table.primary_key.iter().filter_map(place).collect()
}

/// Rows that go into the table together.
struct Chunk<'a> {
    table: &'a Table,
    batches: Vec<Vec<Cells<'a>>>,
    /// Batch and row, in the order in which they are inserted.
    order: Vec<(usize, usize)>,
}

impl<'a> Chunk<'a> {
    /// The rows of these batches. With a key they are in the order of the key: an index takes
    /// sorted rows page by page, whereas rows in any order make it read and write most of its pages
    /// again for every chunk. Rows with one key keep their order, so the last one still stays.
    fn new(batches: &'a [RecordBatch], table: &'a Table) -> Result<Self> {
        let rows = batches.iter().enumerate();
        let mut order: Vec<(usize, usize)> = rows
            .flat_map(|(batch, rows)| (0..rows.num_rows()).map(move |row| (batch, row)))
            .collect();
        let batches = batches.iter().map(|batch| cells::of(batch, &table.columns));
        let batches = batches.collect::<Result<Vec<_>>>()?;
        if schema::is_keyed(table) {
            let key = key_places(table);
            let value = |(batch, row): (usize, usize), key: usize| batches[batch][key].get(row);
            order.sort_by(|one, other| {
                let compare = |key: &usize| compare(value(*one, *key), value(*other, *key));
                key.iter().map(compare).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
            });
        }
        Ok(Chunk { table, batches, order })
    }

    /// Inserts all rows. `scratch` is a buffer that keeps its memory from chunk to chunk.
    fn insert(
        &self,
        statement: &mut Statement<'_>,
        scratch: &mut Vec<u8>,
        context: Context<'_>,
    ) -> Result<()> {
        for (batch, row) in &self.order {
            for (index, cells) in self.batches[*batch].iter().enumerate() {
                let cell = write_text(scratch, cells.get(*row))
                    .map_err(|error| cells::out_of_range(&self.table.columns[index], error))?;
                bind(statement, index + 1, cell).map_err(|error| context.explain(error))?;
            }
            statement.raw_execute().map_err(|error| context.explain(error))?;
        }
        Ok(())
    }
}

/// The order of an index, where it is cheap to tell; the rest may come in any order.
fn compare(one: Cell<'_>, other: Cell<'_>) -> Ordering {
    match (one, other) {
        (Cell::Int64(one), Cell::Int64(other)) | (Cell::Timestamp(one), Cell::Timestamp(other)) => {
            one.cmp(&other)
        }
        (Cell::Text(one), Cell::Text(other)) => one.cmp(other),
        (Cell::Date(one), Cell::Date(other)) => one.cmp(&other),
        _ => Ordering::Equal,
    }
}

/// The same value in one of the forms that SQLite has; where that is a text that has to be written
/// first, it is written into `scratch`.
fn write_text<'a>(
    scratch: &'a mut Vec<u8>,
    cell: Cell<'a>,
) -> Result<Cell<'a>, literal::OutOfRange> {
    scratch.clear();
    match cell {
        Cell::Decimal(value, scale) => literal::push_decimal(scratch, value, scale),
        Cell::Date(days) => literal::push_date(scratch, days)?,
        Cell::Timestamp(micros) => literal::push_timestamp(scratch, micros)?,
        other => return Ok(other),
    }
    // What these write is ASCII.
    Ok(Cell::Text(std::str::from_utf8(scratch).unwrap_or_default()))
}

fn bind(statement: &mut Statement<'_>, index: usize, cell: Cell<'_>) -> rusqlite::Result<()> {
    match cell {
        Cell::Boolean(value) => statement.raw_bind_parameter(index, value),
        Cell::Int64(value) => statement.raw_bind_parameter(index, value),
        Cell::Float64(value) => statement.raw_bind_parameter(index, value),
        Cell::Text(value) | Cell::Json(value) => statement.raw_bind_parameter(index, value),
        Cell::Bytes(value) => statement.raw_bind_parameter(index, value),
        Cell::Null | Cell::Decimal(..) | Cell::Date(_) | Cell::Timestamp(_) => {
            statement.raw_bind_parameter(index, rusqlite::types::Null)
        }
    }
}
