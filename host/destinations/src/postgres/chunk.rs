//! Rows that arrive together.

use std::collections::{HashMap, HashSet};
use std::io::Write;

use arrow_array::RecordBatch;
use postgres::{CopyInWriter, Transaction};
use tollgate_model::{Column, Error, Result};
use tollgate_sync::{Mode, Table};

use super::copy::{self, Unfit};
use super::error::{self, Context, refused_value};
use super::schema;
use super::staging::Staging;
use crate::cells::{self, Cell, Cells};

/// Rows are handed to the connection in pieces of about this size: large enough that the calls do
/// not show, and nowhere near the gigabyte that a message may have.
const PIECE_BYTES: usize = 1024 * 1024;

/// The rows of one table in a few pages.
pub(super) struct Chunk<'a> {
    table: &'a Table,
    batches: Vec<Vec<Cells<'a>>>,
    /// The number of the first row of each batch in the load.
    firsts: Vec<u64>,
    /// Batch and row.
    rows: Vec<(usize, usize)>,
}

impl<'a> Chunk<'a> {
    /// The rows that these pages have of each table, the parent's first. `before` are the rows of
    /// each that came earlier in the load.
    pub(super) fn of_each(
        staging: &'a [Staging],
        pages: &'a [Vec<RecordBatch>],
        before: &[u64],
    ) -> Result<Vec<Self>> {
        let chunk = |(place, one): (usize, &'a Staging)| {
            let first = before.get(place).copied().unwrap_or_default();
            Chunk::of(&one.table, pages.iter().filter_map(|page| page.get(place)), first)
        };
        let mut chunks = staging.iter().enumerate().map(chunk).collect::<Result<Vec<_>>>()?;
        if let Some((parent, children)) = chunks.split_first_mut()
            && parent.table.mode == Mode::Merge
        {
            let pages = parent.last_pages()?;
            children.iter_mut().try_for_each(|child| child.keep_last(parent.table, &pages))?;
        }
        chunks.iter_mut().try_for_each(Chunk::keep_last_of_key)?;
        Ok(chunks)
    }

    fn of(
        table: &'a Table,
        batches: impl Iterator<Item = &'a RecordBatch>,
        mut first: u64,
    ) -> Result<Self> {
        let mut chunk = Chunk { table, batches: Vec::new(), firsts: Vec::new(), rows: Vec::new() };
        for (index, batch) in batches.enumerate() {
            chunk.batches.push(cells::of(batch, &table.columns)?);
            chunk.firsts.push(first);
            chunk.rows.extend((0..batch.num_rows()).map(|row| (index, row)));
            first += batch.num_rows() as u64;
        }
        Ok(chunk)
    }

    /// The page in which each row of a parent comes last.
    fn last_pages(&self) -> Result<HashMap<Vec<u8>, usize>> {
        let places = places(self.table, schema::enforced_key(self.table));
        let rows = self.rows.iter();
        rows.map(|row| Ok((self.key(*row, &places)?, row.0))).collect()
    }

    /// Keeps the children that came with the last of their parent's rows: one that comes again
    /// brings all its children again, perhaps fewer of them.
    fn keep_last(&mut self, parent: &Table, pages: &HashMap<Vec<u8>, usize>) -> Result<()> {
        let places = places(self.table, schema::enforced_key(parent));
        let mut kept = Vec::with_capacity(self.rows.len());
        for row in &self.rows {
            let last = pages.get(&self.key(*row, &places)?);
            if last.is_none_or(|page| *page == row.0) {
                kept.push(*row);
            }
        }
        self.rows = kept;
        Ok(())
    }

    /// Keeps the last row of each key: a statement cannot put two rows into one place.
    fn keep_last_of_key(&mut self) -> Result<()> {
        if !schema::is_keyed(self.table) {
            return Ok(());
        }
        let places = places(self.table, schema::enforced_key(self.table));
        let mut seen = HashSet::with_capacity(self.rows.len());
        let mut kept = Vec::with_capacity(self.rows.len());
        for row in self.rows.iter().rev() {
            if seen.insert(self.key(*row, &places)?) {
                kept.push(*row);
            }
        }
        kept.reverse();
        self.rows = kept;
        Ok(())
    }

    /// What tells whether two rows have one key.
    fn key(&self, row: (usize, usize), places: &[usize]) -> Result<Vec<u8>> {
        let mut key = Vec::new();
        for place in places {
            let pushed = copy::push_key(&mut key, self.cell(row, *place));
            pushed.map_err(|unfit| self.refuse(row, *place, unfit))?;
        }
        Ok(key)
    }

    fn cell(&self, (batch, row): (usize, usize), column: usize) -> Cell<'a> {
        self.batches[batch][column].get(row)
    }

    /// Copies the rows into this table. `buffer` keeps its memory from chunk to chunk.
    pub(super) fn copy(
        &self,
        transaction: &mut Transaction<'_>,
        into: &str,
        buffer: &mut Vec<u8>,
        context: Context<'_>,
    ) -> Result<()> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let names = schema::columns(self.table);
        let sql = format!("COPY {into} ({names}) FROM STDIN (FORMAT binary)");
        let mut writer = transaction.copy_in(&sql).map_err(|error| context.explain(error))?;
        buffer.clear();
        buffer.extend_from_slice(copy::HEADER);
        for row in &self.rows {
            copy::push_row(buffer, self.table.columns.len());
            for column in 0..self.table.columns.len() {
                let pushed = copy::push_field(buffer, self.cell(*row, column));
                pushed.map_err(|unfit| self.refuse(*row, column, unfit))?;
            }
            if buffer.len() >= PIECE_BYTES {
                self.hand_over(&mut writer, buffer, context)?;
            }
        }
        buffer.extend_from_slice(&copy::TRAILER);
        self.hand_over(&mut writer, buffer, context)?;
        writer.finish().map(|_| ()).map_err(|error| self.explain(error, context))
    }

    fn hand_over(
        &self,
        writer: &mut CopyInWriter<'_>,
        buffer: &mut Vec<u8>,
        context: Context<'_>,
    ) -> Result<()> {
        writer.write_all(buffer).map_err(|error| match error.downcast::<postgres::Error>() {
            Ok(error) => self.explain(error, context),
            Err(error) => crate::table::fail("rows could not be handed over").with_source(error),
        })?;
        buffer.clear();
        Ok(())
    }

    /// The server's word on a value, with the row and the column that it is about.
    fn explain(&self, error: postgres::Error, context: Context<'_>) -> Error {
        let place = error::copy_place(&error).and_then(|(line, column)| {
            let row = self.rows.get(usize::try_from(line).ok()?.checked_sub(1)?)?;
            Some((self.number(*row), column.to_owned()))
        });
        let explained = context.explain(error);
        match place {
            Some((row, column)) => {
                explained.context(format!("column {column:?} of row {row} of the load"))
            }
            None => explained,
        }
    }

    fn refuse(&self, row: (usize, usize), column: usize, unfit: Unfit) -> Error {
        let Column { name, data_type, .. } = &self.table.columns[column];
        let hint = "leave the column out, or load into another destination";
        let what = match unfit {
            Unfit::Nul => "a text with a NUL character, which Postgres does not take,",
            Unfit::JsonNul => "JSON with the character \\u0000, which Postgres does not take,",
            Unfit::OutOfRange(out) => {
                let column = &self.table.columns[column];
                debug_assert_eq!(*data_type, column.data_type);
                return cells::out_of_range(column, out);
            }
            Unfit::TooLong => "a value of more than two gigabytes",
        };
        refused_value(&self.table.name, name, self.number(row), what).with_hint(hint)
    }

    /// The number of a row in the load, from 1.
    fn number(&self, (batch, row): (usize, usize)) -> u64 {
        self.firsts[batch] + row as u64 + 1
    }
}

/// Where these columns are in the table.
fn places(table: &Table, names: &[String]) -> Vec<usize> {
    let place = |name: &String| table.columns.iter().position(|column| column.name == *name);
    names.iter().filter_map(place).collect()
}
