//! Where rows go.

use arrow_array::RecordBatch;
use serde::Serialize;
use tollgate_model::{Column, Result};

/// Something that tables can be loaded into. Its calls block: the driver makes them on a thread of
/// their own, so that reading and writing overlap.
pub trait Destination: Send {
    /// Looks at what is there, refuses what cannot work (a column whose type changed, a folder that
    /// cannot be written) and makes ready to load. Called before the first request.
    fn begin(&mut self, table: &Table) -> Result<Box<dyn Load>>;
}

/// A load under way. Nothing of it is to be seen by readers of the destination before `commit`, and
/// nothing at all if it is dropped without: the old data stays whole.
pub trait Load: Send {
    /// Takes rows. Their columns are the table's.
    fn write(&mut self, batch: &RecordBatch) -> Result<()>;

    /// Makes all rows visible at once.
    fn commit(self: Box<Self>) -> Result<Loaded>;
}

/// The table to load.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// The columns that identify a row; none where rows have no identity.
    pub primary_key: Vec<String>,
    /// What becomes of the rows that are there.
    pub mode: Mode,
}

/// What becomes of the rows that are there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// They are replaced, at once, when all new rows have come.
    #[default]
    Replace,
    /// They stay, and the new ones come on top.
    Append,
}

/// What a load did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Loaded {
    /// Rows that this load put there.
    pub rows: u64,
    /// Rows that came again with a key that had come before; the last one stays.
    pub duplicates: u64,
    /// Where they are, for people: a file, or a file and a table.
    pub location: String,
}
