//! A source of numbers: parts of pages with ten rows each. Row 0 of part 1 has the id 1000.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use arrow_array::{Int64Array, RecordBatch};
use async_trait::async_trait;
use tollgate_model::schema::to_arrow_schema;
use tollgate_model::{Column, Error, ErrorKind, Result, Usage};
use tollgate_sync::{Page, Pages, Partition, Read, Source};

use crate::columns;

/// What a source does at a page.
#[derive(Clone, Copy, Debug)]
pub enum AtPage {
    Fails(ErrorKind),
    Hangs,
}

/// A part that fails at one of its pages, so many times.
#[derive(Clone)]
pub struct Unlucky {
    /// The part; `None`: every one.
    pub part: Option<i64>,
    /// Pages of it that come before.
    pub after: usize,
    /// How often it still fails.
    pub times: Arc<AtomicUsize>,
    pub kind: ErrorKind,
}

impl Unlucky {
    pub fn new(part: i64, after: usize, times: usize) -> Self {
        let times = Arc::new(AtomicUsize::new(times));
        Unlucky { part: Some(part), after, times, kind: ErrorKind::Unavailable }
    }

    fn strikes(&self, part: i64, page: usize) -> bool {
        let is_meant = self.part.is_none_or(|unlucky| unlucky == part) && self.after == page;
        let take = |times: usize| times.checked_sub(1);
        is_meant && self.times.fetch_update(Ordering::SeqCst, Ordering::SeqCst, take).is_ok()
    }
}

pub struct Numbers {
    pub parts: Option<usize>,
    /// Pages of each part.
    pub pages: usize,
    /// What happens at which page, all parts counted together.
    pub fault: Option<(usize, AtPage)>,
    pub unlucky: Option<Unlucky>,
    /// Which pages of a part, from 1, tell where to go on.
    pub has_checkpoint: fn(usize) -> bool,
    pub asked: AtomicUsize,
    pub open: Arc<AtomicUsize>,
    pub open_most: AtomicUsize,
    pub served: Arc<AtomicUsize>,
    pub hanging: Arc<tokio::sync::Notify>,
}

impl Default for Numbers {
    fn default() -> Self {
        Numbers {
            parts: None,
            pages: 3,
            fault: None,
            unlucky: None,
            has_checkpoint: |_| true,
            asked: AtomicUsize::new(0),
            open: Arc::default(),
            open_most: AtomicUsize::new(0),
            served: Arc::default(),
            hanging: Arc::default(),
        }
    }
}

impl Numbers {
    /// All ids, ascending.
    pub fn truth(&self) -> Vec<i64> {
        let parts = 0..self.parts.unwrap_or(1) as i64;
        parts.flat_map(|part| part * 1000..part * 1000 + self.pages as i64 * 10).collect()
    }
}

#[async_trait]
impl Source for Numbers {
    async fn columns(&self, _read: &Read) -> Result<Vec<Column>> {
        Ok(columns())
    }

    async fn partitions(&self, _read: &Read) -> Result<Option<Vec<Partition>>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let part = |part: usize| Partition {
            id: part.to_string(),
            title: format!("part {part}"),
            state: part.to_string(),
        };
        Ok(self.parts.map(|parts| (0..parts).map(part).collect()))
    }

    async fn open(
        &self,
        _read: &Read,
        partition: Option<&Partition>,
        checkpoint: Option<&str>,
    ) -> Result<Box<dyn Pages>> {
        let now = self.open.fetch_add(1, Ordering::SeqCst) + 1;
        self.open_most.fetch_max(now, Ordering::SeqCst);
        Ok(Box::new(NumberPages {
            first: partition.map_or(0, |part| part.state.parse::<i64>().unwrap() * 1000),
            page: checkpoint.map_or(0, |checkpoint| checkpoint.parse().unwrap()),
            pages: self.pages,
            asked: 0,
            fault: self.fault,
            unlucky: self.unlucky.clone(),
            has_checkpoint: self.has_checkpoint,
            columns: columns(),
            open: self.open.clone(),
            served: self.served.clone(),
            hanging: self.hanging.clone(),
        }))
    }
}

struct NumberPages {
    first: i64,
    page: usize,
    pages: usize,
    asked: u64,
    fault: Option<(usize, AtPage)>,
    unlucky: Option<Unlucky>,
    has_checkpoint: fn(usize) -> bool,
    columns: Vec<Column>,
    open: Arc<AtomicUsize>,
    served: Arc<AtomicUsize>,
    hanging: Arc<tokio::sync::Notify>,
}

impl Drop for NumberPages {
    fn drop(&mut self) {
        self.open.fetch_sub(1, Ordering::SeqCst);
    }
}

#[async_trait]
impl Pages for NumberPages {
    fn columns(&self) -> &[Column] {
        &self.columns
    }

    async fn next(&mut self) -> Result<Option<Page>> {
        tokio::task::yield_now().await;
        self.asked += 1;
        let served = self.served.fetch_add(1, Ordering::SeqCst) + 1;
        match self.fault {
            Some((page, AtPage::Fails(kind))) if page == served => {
                return Err(Error::new(kind, "told to fail"));
            }
            Some((page, AtPage::Hangs)) if page == served => {
                self.hanging.notify_one();
                std::future::pending::<()>().await;
            }
            _ => {}
        }
        let unlucky = self.unlucky.as_ref();
        if let Some(unlucky) = unlucky.filter(|one| one.strikes(self.first / 1000, self.page)) {
            return Err(Error::new(unlucky.kind, "out of luck"));
        }
        if self.page == self.pages {
            return Ok(None);
        }
        let first = self.first + self.page as i64 * 10;
        self.page += 1;
        let ids = Int64Array::from_iter_values(first..first + 10);
        let batch = RecordBatch::try_new(to_arrow_schema(&self.columns), vec![Arc::new(ids)]);
        let checkpoint = (self.has_checkpoint)(self.page).then(|| self.page.to_string());
        let rows_total = Some(self.pages as u64 * 10);
        Ok(Some(Page { batch: batch.unwrap(), children: Vec::new(), checkpoint, rows_total }))
    }

    fn usage(&self) -> Usage {
        Usage { requests: self.asked, ..Usage::default() }
    }
}
