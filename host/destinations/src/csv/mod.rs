//! CSV files: one for a table, and a further one for every append.

mod writer;

use std::fs::File;
use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use tollgate_model::{Column, Result};
use tollgate_sync::{Begun, Destination, Start, State, Table};

pub use writer::CsvWriter;

use crate::files::{self, Format, RowWriter};

/// A folder of CSV files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Csv {
    dir: PathBuf,
}

impl Csv {
    /// The files of this folder. It is made by the first load if it does not exist.
    pub fn in_dir(dir: impl Into<PathBuf>) -> Self {
        Csv { dir: dir.into() }
    }
}

impl Destination for Csv {
    fn begin(&mut self, table: &Table, start: Start<'_>) -> Result<Begun> {
        files::begin(CsvFormat, &self.dir, table, start)
    }

    fn state(&self, table: &str) -> Result<Option<State>> {
        files::state(&self.dir, table, CsvFormat::EXTENSION)
    }

    fn set_state(&mut self, table: &str, state: &State) -> Result<()> {
        files::set_state(&self.dir, table, CsvFormat::EXTENSION, state)
    }

    fn forget(&mut self, table: &str) -> Result<bool> {
        files::forget(&self.dir, table, CsvFormat::EXTENSION)
    }
}

#[derive(Clone, Copy, Debug)]
struct CsvFormat;

impl Format for CsvFormat {
    const EXTENSION: &'static str = "csv";
    type Writer = CsvWriter<File>;

    fn start(&self, file: File, columns: &[Column]) -> Result<Self::Writer> {
        CsvWriter::new(file, columns)
    }

    /// A CSV file knows the names of its columns but no types, so no file contradicts another.
    fn settle(&self, _file: &Path, columns: &[Column], _widen: bool) -> Result<Vec<Column>> {
        Ok(columns.to_vec())
    }
}

impl RowWriter for CsvWriter<File> {
    fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        CsvWriter::write(self, batch)
    }

    fn finish(self) -> Result<File> {
        CsvWriter::finish(self)
    }
}
