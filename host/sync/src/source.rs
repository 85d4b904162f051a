//! Where rows come from.

use arrow_array::RecordBatch;
use async_trait::async_trait;
use tollgate_model::{Column, DataType, Result, Setting, Settings, Usage};

/// Something whose streams can be read: a connector with an account.
#[async_trait]
pub trait Source: Send + Sync {
    /// All columns of the stream for these options, the account's own included.
    async fn columns(&self, read: &Read) -> Result<Vec<Column>>;

    /// The parts into which this read can be split; `None` where the stream is read as one.
    async fn partitions(&self, read: &Read) -> Result<Option<Vec<Partition>>>;

    /// Begins to read: one part, or all; after this checkpoint, or from the start. After the last
    /// checkpoint of a read that came to its end, a stream with a cursor gives what is new or has
    /// changed since that read began.
    async fn open(
        &self,
        read: &Read,
        partition: Option<&Partition>,
        checkpoint: Option<&str>,
    ) -> Result<Box<dyn Pages>>;
}

/// A read under way. Dropping it ends it.
#[async_trait]
pub trait Pages: Send {
    /// The columns of every page, in order.
    fn columns(&self) -> &[Column];

    /// The next page, or `None` at the end. After an error nothing more can be had.
    async fn next(&mut self) -> Result<Option<Page>>;

    /// What it has used so far.
    fn usage(&self) -> Usage;
}

/// What is to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// The stream.
    pub stream: String,
    /// Its options, checked and resolved.
    pub options: Vec<Setting>,
    /// The options as they were entered, by name: a day relative to today is still that.
    pub entered: Settings,
    /// Of a read from the start of a stream with a cursor: only what was made or changed since this
    /// moment is wanted, in microseconds UTC. `None`: everything. A checkpoint outweighs it.
    pub since: Option<i64>,
    /// The columns wanted, in order. Empty: all.
    pub columns: Vec<WantedColumn>,
    /// The child tables wanted, in order.
    pub children: Vec<String>,
    /// When the read began, in microseconds UTC: the beginning of the run, or of the interrupted
    /// run that this one goes on with.
    pub started_at: i64,
    /// About how many rows will be taken. `None`: all.
    pub rows_wanted: Option<u64>,
}

/// A column that is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedColumn {
    /// Its name.
    pub name: String,
    /// What it held when the source was asked for its columns. `None`: it was not asked.
    pub data_type: Option<DataType>,
}

impl WantedColumn {
    /// A column of which only the name is known.
    pub fn named(name: impl Into<String>) -> Self {
        WantedColumn { name: name.into(), data_type: None }
    }
}

impl From<&Column> for WantedColumn {
    fn from(column: &Column) -> Self {
        WantedColumn { name: column.name.clone(), data_type: Some(column.data_type) }
    }
}

/// A part of a stream that can be read by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partition {
    /// Identifies it among the parts of a read.
    pub id: String,
    /// What people read.
    pub title: String,
    /// What the connector needs to read it.
    pub state: String,
}

/// The rows of one response of the provider.
#[derive(Clone, Debug)]
pub struct Page {
    /// The rows.
    pub batch: RecordBatch,
    /// All child rows of these rows: a batch for each child table that is read, in that order.
    pub children: Vec<RecordBatch>,
    /// Where to go on after it.
    pub checkpoint: Option<String>,
    /// How many rows the provider says the read has in all.
    pub rows_total: Option<u64>,
}
