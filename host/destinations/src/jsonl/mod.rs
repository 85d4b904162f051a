//! JSON Lines files: one for a table, and a further one for every append.

mod writer;

use std::fs::File;
use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use tollgate_model::{Column, Result};
use tollgate_sync::{Begun, Destination, Start, State, Table};

pub use writer::JsonlWriter;

use crate::files::{self, Format, RowWriter};

/// A folder of JSON Lines files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Jsonl {
    dir: PathBuf,
}

impl Jsonl {
    /// The files of this folder. It is made by the first load if it does not exist.
    pub fn in_dir(dir: impl Into<PathBuf>) -> Self {
        Jsonl { dir: dir.into() }
    }
}

impl Destination for Jsonl {
    fn begin(&mut self, table: &Table, start: Start<'_>) -> Result<Begun> {
        files::begin(JsonlFormat, &self.dir, table, start)
    }

    fn state(&self, table: &str) -> Result<Option<State>> {
        files::state(&self.dir, table, JsonlFormat::EXTENSION)
    }

    fn set_state(&mut self, table: &str, state: &State) -> Result<()> {
        files::set_state(&self.dir, table, JsonlFormat::EXTENSION, state)
    }

    fn forget(&mut self, table: &str) -> Result<bool> {
        files::forget(&self.dir, table, JsonlFormat::EXTENSION)
    }
}

#[derive(Clone, Copy, Debug)]
struct JsonlFormat;

impl Format for JsonlFormat {
    const EXTENSION: &'static str = "jsonl";
    type Writer = JsonlWriter<File>;

    fn start(&self, file: File, columns: &[Column]) -> Result<Self::Writer> {
        Ok(JsonlWriter::new(file, columns))
    }

    /// Every line says what its values are, so no file contradicts another.
    fn settle(&self, _file: &Path, columns: &[Column], _widen: bool) -> Result<Vec<Column>> {
        Ok(columns.to_vec())
    }
}

impl RowWriter for JsonlWriter<File> {
    fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        JsonlWriter::write(self, batch)
    }

    fn finish(self) -> Result<File> {
        JsonlWriter::finish(self)
    }
}
