//! A scan of records, page by page.

use crate::connector::{Column, Page, Scan};
use crate::failure::{Failure, Fault};
use crate::paging::{Item, Pages};
use crate::plan::{Plan, Rows};
use crate::record::{DynamicColumn, Record, Slots, Table};
use crate::request::ScanRequest;
use crate::response::Maker;

/// Answers without rows that one call passes over: each page has a price in the host, and it lets
/// only so many empty ones come in a row.
const EMPTY_ANSWERS_MAX: u32 = 16;

/// Reads the records of the pages of a read.
pub struct RecordScan {
    pages: Pages,
    pub(crate) plan: Plan,
    rows: Rows,
    pub(crate) maker: Box<dyn Maker>,
}

impl RecordScan {
    /// What `request` asks for, from its checkpoint on.
    ///
    /// # Errors
    /// `invalid-config` for a column that is not the record's, or a checkpoint that is not the
    /// pager's.
    pub fn new<R: Record>(request: &ScanRequest, pages: Pages) -> Result<Self, Failure> {
        Self::with_dynamic::<R>(request, pages, &[])
    }

    /// The same, with the columns that the account defines.
    ///
    /// # Errors
    /// `invalid-config` for a column that is neither the record's nor one of these, or a checkpoint
    /// that is not the pager's.
    pub fn with_dynamic<R: Record>(
        request: &ScanRequest,
        pages: Pages,
        dynamic: &[DynamicColumn],
    ) -> Result<Self, Failure> {
        Self::begin(request, pages, R::TABLE, dynamic, Box::new(Prepared::<R>(None)))
    }

    /// Kept out of line: a connector would have a copy of it for each of its streams.
    #[inline(never)]
    fn begin(
        request: &ScanRequest,
        mut pages: Pages,
        table: &'static Table,
        dynamic: &[DynamicColumn],
        maker: Box<dyn Maker>,
    ) -> Result<Self, Failure> {
        let plan = Plan::new(table, dynamic, &request.columns)?;
        if let Some(checkpoint) = &request.checkpoint {
            pages.pager.resume(checkpoint)?;
        }
        Ok(Self { rows: Rows::new(&plan), pages, plan, maker })
    }

    /// Has each row completed, and dropped where this gives false. `R` is the record of the scan.
    #[must_use]
    pub fn each_row<R: Record>(
        mut self,
        prepare: impl Fn(&mut R::Row<'_>, &Item) -> Result<bool, Fault> + 'static,
    ) -> Self {
        self.maker = Box::new(Prepared::<R>(Some(Box::new(prepare))));
        self
    }

    /// The scan, as [`Stream::open`](crate::Stream::open) gives it.
    pub fn boxed(self) -> Box<dyn Scan> {
        Box::new(self)
    }
}

impl Scan for RecordScan {
    fn columns(&self) -> Vec<Column> {
        self.plan.columns().to_vec()
    }

    fn next(&mut self) -> Result<Option<Page>, Failure> {
        for _ in 0..EMPTY_ANSWERS_MAX {
            if !self.pages.next(&self.plan, &mut *self.maker, &mut self.rows)? {
                return Ok(None);
            }
            if self.rows.count() > 0 || self.pages.pager.is_done() {
                break;
            }
        }
        let pager = &self.pages.pager;
        Ok(Some(Page {
            batch: self.rows.take(&self.plan),
            children: self.maker.take_children(),
            checkpoint: pager.checkpoint(),
            next_cursor: pager.next_cursor(),
            rows_total: pager.rows_total(),
        }))
    }
}

/// Completes a row before it is kept, and says whether it is.
pub(crate) type Prepare<R> = Box<dyn Fn(&mut <R as Record>::Row<'_>, &Item) -> Result<bool, Fault>>;

/// Makes rows of type `R`: the little that has to exist for each of them.
pub(crate) struct Prepared<R: Record>(pub(crate) Option<Prepare<R>>);

impl<R: Record> Maker for Prepared<R> {
    fn make<'de>(
        &mut self,
        item: &Item,
        fill: &mut dyn FnMut(&mut dyn Slots<'de>) -> Result<(), Fault>,
        keep: &mut dyn FnMut(&mut dyn Slots<'de>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let mut row = R::Row::default();
        fill(&mut row)?;
        let is_kept = match &self.0 {
            Some(prepare) => prepare(&mut row, item)?,
            None => true,
        };
        if is_kept { keep(&mut row) } else { Ok(()) }
    }
}
