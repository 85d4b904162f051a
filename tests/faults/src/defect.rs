//! Sources and destinations with a planted mistake, each of a kind that people make. The tests have
//! to catch every one of them.

use arrow_array::RecordBatch;
use async_trait::async_trait;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use tollgate_model::{Column, Error, ErrorKind, Result, Usage};
use tollgate_sync::{
    Begun, Change, Destination, Load, Loaded, Mode, Pace, Page, Pages, Partition, Read, Source,
    Start, Table,
};

use crate::place::Place;
use crate::provider::TABLES;

/// A mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Defect {
    /// A state is stored before the rows that it covers, which come with the next one.
    StateBeforeRows,
    /// A state is stored, and right after it, in a transaction of their own, its rows.
    TwoTransactions,
    /// A commit leaves out the page before it.
    LastPageForgotten,
    /// A replacement deletes the old rows, and then puts the new ones there.
    DeletedFirst,
    /// A replacement empties its table when it begins.
    EmptiedAtBegin,
    /// A merge adds the rows that are there already.
    MergeAppends,
    /// A read that goes on brings the first page again.
    PageTwice,
}

impl Defect {
    pub(crate) fn plant(
        self,
        source: Box<dyn Source>,
        destination: Box<dyn Destination>,
        place: &Place,
    ) -> (Box<dyn Source>, Box<dyn Destination>) {
        if self == Defect::PageTwice {
            return (Box::new(Forgetful(source)), destination);
        }
        let place = place.clone();
        (source, Box::new(Mistaken { destination, defect: self, place }))
    }
}

struct Mistaken {
    destination: Box<dyn Destination>,
    defect: Defect,
    place: Place,
}

impl Destination for Mistaken {
    fn begin(&mut self, table: &Table, start: Start<'_>) -> Result<Begun> {
        let mut table = table.clone();
        if self.defect == Defect::MergeAppends {
            table.mode = Mode::Append;
        }
        if self.defect == Defect::EmptiedAtBegin {
            delete(&self.place)?;
        }
        let begun = self.destination.begin(&table, start)?;
        let (load, defect, place) = (begun.load, self.defect, self.place.clone());
        let load = MistakenLoad { load, defect, place, held: Vec::new() };
        Ok(Begun { load: Box::new(load), ..begun })
    }
}

struct MistakenLoad {
    load: Box<dyn Load>,
    defect: Defect,
    place: Place,
    /// Pages that are held back.
    held: Vec<(RecordBatch, Vec<RecordBatch>)>,
}

impl MistakenLoad {
    fn release(&mut self) -> Result<()> {
        self.held.drain(..).try_for_each(|(batch, children)| self.load.write(&batch, &children))
    }
}

impl Load for MistakenLoad {
    fn write(&mut self, batch: &RecordBatch, children: &[RecordBatch]) -> Result<()> {
        let page = (batch.clone(), children.to_vec());
        match self.defect {
            Defect::StateBeforeRows | Defect::TwoTransactions => self.held.push(page),
            Defect::LastPageForgotten => {
                self.release()?;
                self.held.push(page);
            }
            _ => self.load.write(batch, children)?,
        }
        Ok(())
    }

    fn pace(&self) -> Option<Pace> {
        self.load.pace()
    }

    fn keep(&mut self, change: &Change) -> Result<()> {
        self.load.keep(change)?;
        match self.defect {
            Defect::StateBeforeRows => self.release(),
            Defect::TwoTransactions => {
                self.release()?;
                self.load.keep(change)
            }
            _ => Ok(()),
        }
    }

    fn commit(mut self: Box<Self>, change: Option<&Change>) -> Result<Loaded> {
        match self.defect {
            Defect::LastPageForgotten => self.held.clear(),
            Defect::DeletedFirst => delete(&self.place)?,
            _ => self.release()?,
        }
        self.load.commit(change)
    }

    fn pause(mut self: Box<Self>) -> Result<()> {
        self.release()?;
        self.load.pause()
    }
}

/// Deletes the rows of the tables that are there.
fn delete(place: &Place) -> Result<()> {
    let Place::Sqlite(path) = place else { return Ok(()) };
    let failed = |error| Error::new(ErrorKind::Destination, "cannot delete").with_source(error);
    let database = Connection::open(path).map_err(failed)?;
    for table in TABLES {
        let exists = database.table_exists(None, table).map_err(failed)?;
        if exists {
            database.execute(&format!("DELETE FROM {table}"), []).map_err(failed)?;
        }
    }
    Ok(())
}

/// A source that brings the first page of a read once more when it goes on with it.
struct Forgetful(Box<dyn Source>);

#[async_trait]
impl Source for Forgetful {
    async fn columns(&self, read: &Read) -> Result<Vec<Column>> {
        self.0.columns(read).await
    }

    async fn partitions(&self, read: &Read) -> Result<Option<Vec<Partition>>> {
        self.0.partitions(read).await
    }

    async fn open(
        &self,
        read: &Read,
        partition: Option<&Partition>,
        checkpoint: Option<&str>,
    ) -> Result<Box<dyn Pages>> {
        let pages = self.0.open(read, partition, checkpoint).await?;
        // The checkpoint of a read that came to its end is one word.
        let goes_on = checkpoint.is_some_and(|checkpoint| checkpoint.contains(' '));
        let again = match goes_on {
            true => self.0.open(read, partition, None).await?.next().await?,
            false => None,
        };
        let again = again.map(|page| Page { checkpoint: checkpoint.map(str::to_owned), ..page });
        Ok(Box::new(ForgetfulPages { again, pages }))
    }
}

struct ForgetfulPages {
    again: Option<Page>,
    pages: Box<dyn Pages>,
}

#[async_trait]
impl Pages for ForgetfulPages {
    fn columns(&self) -> &[Column] {
        self.pages.columns()
    }

    async fn next(&mut self) -> Result<Option<Page>> {
        match self.again.take() {
            Some(page) => Ok(Some(page)),
            None => self.pages.next().await,
        }
    }

    fn usage(&self) -> Usage {
        self.pages.usage()
    }
}
