//! A file of rows, whatever its format.

use std::fs::File;
use std::sync::Arc;

use arrow_array::{RecordBatch, RecordBatchOptions};
use tollgate_model::schema::to_arrow_schema;
use tollgate_model::text::quote;
use tollgate_model::{Column, Error, ErrorKind, Result, near_miss};

use crate::cells::Cells;
use crate::csv::Csv;
use crate::format::Format;
use crate::jsonl::Jsonl;
use crate::parquet::Parquet;

/// The most rows of a chunk: as many as one call of a connector takes at most.
pub(crate) const CHUNK_ROWS_MAX: usize = 1_000;
/// The bytes of text from which on a chunk is full.
pub(crate) const CHUNK_BYTES: usize = 4 << 20;

/// Some rows with the same columns.
#[derive(Clone, Debug)]
pub struct Chunk {
    /// The number of the first, from 1.
    pub first_row: u64,
    /// The rows, at least one and at most 1,000.
    pub rows: RecordBatch,
}

/// A file of rows that is read.
pub struct Rows(Reader);

enum Reader {
    Jsonl(Jsonl),
    Csv(Csv),
    Parquet(Parquet),
}

impl Rows {
    /// Begins to read a file from where it stands. `columns` are those that rows may have; they
    /// have to have those that are not nullable.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] for a file that is none of this format, and for columns in its head
    /// that are unknown, there twice or missing.
    pub fn open(file: File, format: Format, columns: &[Column]) -> Result<Self> {
        Ok(Rows(match format {
            Format::Jsonl => Reader::Jsonl(Jsonl::new(file, columns)),
            Format::Csv => Reader::Csv(Csv::open(file, columns)?),
            Format::Parquet => Reader::Parquet(Parquet::open(file, columns)?),
        }))
    }

    /// The next rows, or `None` at the end.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] that names row, line and column, for a value that its column cannot
    /// hold, a column that is unknown, there twice or missing, and a row that is not of the format.
    pub fn next_chunk(&mut self) -> Result<Option<Chunk>> {
        match &mut self.0 {
            Reader::Jsonl(reader) => reader.next_chunk(),
            Reader::Csv(reader) => reader.next_chunk(),
            Reader::Parquet(reader) => reader.next_chunk(),
        }
    }
}

/// Where a value stands, for errors.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) row: u64,
    pub(crate) line: u64,
}

impl Place {
    pub(crate) fn flaw(self, what: impl std::fmt::Display) -> Error {
        let Place { row, line } = self;
        Error::new(ErrorKind::Config, format!("row {row} (line {line}){what}"))
    }
}

/// The columns of a file by the names in its head, in that order.
pub(crate) fn chosen<'a>(
    columns: &[Column],
    names: impl Iterator<Item = &'a str>,
) -> Result<Vec<Column>> {
    let mut chosen: Vec<Column> = Vec::new();
    for name in names {
        let column = columns.iter().find(|column| column.name == name);
        let column = column.ok_or_else(|| unknown(columns, name))?;
        if chosen.contains(column) {
            let text = format!("the column {} is there twice", quote(name));
            return Err(Error::new(ErrorKind::Config, text));
        }
        chosen.push(column.clone());
    }
    match columns.iter().find(|column| !column.nullable && !chosen.contains(column)) {
        None => Ok(chosen),
        Some(missing) => {
            let text = format!("the column {} is missing", quote(&missing.name));
            Err(Error::new(ErrorKind::Config, text))
        }
    }
}

/// The error for a column that rows may not have.
pub(crate) fn unknown(columns: &[Column], name: &str) -> Error {
    let known = columns.iter().map(|column| column.name.as_str());
    Error::new(ErrorKind::Config, format!("there is no column {}", quote(name)))
        .with_hint(near_miss::hint(name, known))
}

/// The rows of a chunk so far, value by value.
pub(crate) struct Filling {
    columns: Vec<Column>,
    cells: Vec<Cells>,
    first_row: u64,
    rows: usize,
    bytes: usize,
}

impl Filling {
    pub(crate) fn new(columns: Vec<Column>, first_row: u64) -> Self {
        let cells = columns.iter().map(|column| Cells::new(column.data_type)).collect();
        Filling { columns, cells, first_row, rows: 0, bytes: 0 }
    }

    pub(crate) fn is_full(&self) -> bool {
        self.rows >= CHUNK_ROWS_MAX || self.bytes >= CHUNK_BYTES
    }

    /// Adds a row, each value by `push`, which gives false for one that is missing.
    pub(crate) fn row(
        &mut self,
        place: Place,
        bytes: usize,
        mut push: impl FnMut(usize, &mut Cells) -> Result<bool, String>,
    ) -> Result<()> {
        for (index, (column, cells)) in self.columns.iter().zip(&mut self.cells).enumerate() {
            let flaw =
                |what: &str| place.flaw(format_args!(", column {}: {what}", quote(&column.name)));
            let has_value = push(index, cells).map_err(|what| flaw(&what))?;
            if !has_value && !column.nullable {
                return Err(flaw("a value is missing, and the column needs one"));
            }
            if !has_value {
                cells.push_null();
            }
        }
        self.rows += 1;
        self.bytes += bytes;
        Ok(())
    }

    /// The chunk, or `None` where it has no row.
    pub(crate) fn finish(mut self) -> Result<Option<Chunk>> {
        if self.rows == 0 {
            return Ok(None);
        }
        let arrays = self.cells.iter_mut().map(Cells::finish).collect();
        let options = RecordBatchOptions::new().with_row_count(Some(self.rows));
        let schema = to_arrow_schema(&self.columns);
        let rows = RecordBatch::try_new_with_options(Arc::clone(&schema), arrays, &options);
        let rows = rows.map_err(|error| {
            Error::new(ErrorKind::Bug, "the columns of rows do not fit together").with_source(error)
        })?;
        Ok(Some(Chunk { first_row: self.first_row, rows }))
    }
}
