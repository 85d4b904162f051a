//! A source and a destination whose calls are watched.

use std::time::Duration;

use arrow_array::RecordBatch;
use async_trait::async_trait;
use tollgate_model::{Column, Result, Usage};
use tollgate_sync::{
    Begun, Change, Destination, Load, Loaded, Pace, Page, Pages, Partition, Read, Source, Start,
    State, Table,
};

use crate::steps::{Call, Steps};

/// Rows are kept after every page, so that there are steps enough in a short sync.
const EVERY_PAGE: Pace = Pace { rows: 1, interval: Duration::from_secs(3_600) };

/// A source whose calls are watched.
pub(crate) struct WatchedSource {
    pub(crate) source: Box<dyn Source>,
    pub(crate) steps: Steps,
}

#[async_trait]
impl Source for WatchedSource {
    async fn columns(&self, read: &Read) -> Result<Vec<Column>> {
        self.source.columns(read).await
    }

    async fn partitions(&self, read: &Read) -> Result<Option<Vec<Partition>>> {
        self.steps.around_async(Call::Partitions, self.source.partitions(read)).await
    }

    async fn open(
        &self,
        read: &Read,
        partition: Option<&Partition>,
        checkpoint: Option<&str>,
    ) -> Result<Box<dyn Pages>> {
        let opened = self.source.open(read, partition, checkpoint);
        let pages = self.steps.around_async(Call::Open, opened).await?;
        Ok(Box::new(WatchedPages { pages, steps: self.steps.clone() }))
    }
}

struct WatchedPages {
    pages: Box<dyn Pages>,
    steps: Steps,
}

#[async_trait]
impl Pages for WatchedPages {
    fn columns(&self) -> &[Column] {
        self.pages.columns()
    }

    async fn next(&mut self) -> Result<Option<Page>> {
        self.steps.around_async(Call::Next, self.pages.next()).await
    }

    fn usage(&self) -> Usage {
        self.pages.usage()
    }
}

/// A destination whose calls are watched.
pub(crate) struct WatchedDestination {
    pub(crate) destination: Box<dyn Destination>,
    pub(crate) steps: Steps,
}

impl Destination for WatchedDestination {
    fn begin(&mut self, table: &Table, start: Start<'_>) -> Result<Begun> {
        let steps = self.steps.clone();
        let begun = steps.around(Call::Begin, || self.destination.begin(table, start))?;
        Ok(Begun { load: Box::new(WatchedLoad { load: begun.load, steps }), ..begun })
    }

    fn state(&self, table: &str) -> Result<Option<State>> {
        self.destination.state(table)
    }
}

struct WatchedLoad {
    load: Box<dyn Load>,
    steps: Steps,
}

impl Load for WatchedLoad {
    fn write(&mut self, batch: &RecordBatch, children: &[RecordBatch]) -> Result<()> {
        self.steps.around(Call::Write, || self.load.write(batch, children))
    }

    fn pace(&self) -> Option<Pace> {
        self.load.pace().map(|_| EVERY_PAGE)
    }

    fn keep(&mut self, change: &Change) -> Result<()> {
        self.steps.around(Call::Keep, || self.load.keep(change))
    }

    fn commit(self: Box<Self>, change: Option<&Change>) -> Result<Loaded> {
        let WatchedLoad { load, steps } = *self;
        steps.around(Call::Commit, || load.commit(change))
    }

    fn pause(self: Box<Self>) -> Result<()> {
        let WatchedLoad { load, steps } = *self;
        steps.around(Call::Pause, || load.pause())
    }
}
