//! A report: what each file of this folder declares, and how it is read.
//!
//! A report is the rows of one list of one endpoint. It may be about chosen days, it may come in
//! pages, and the endpoint may be able to say what has changed since an earlier read.

use std::marker::PhantomData;

use tollgate_sdk::http::Request;
use tollgate_sdk::manifest::StreamDescription;
use tollgate_sdk::paging::{Each, Incremental, Item, Offset, OffsetNames, Pager, Pages, Whole};
use tollgate_sdk::time::utc_text;
use tollgate_sdk::{
    Failure, Fault, Partition, Record, RecordScan, Scan, ScanRequest, Shape, Stream,
};

use super::options::{self, Filter};
use crate::account::Api;
use crate::window::{Slice, Window};

/// What inContact calls the parts of its paging.
const PAGING: OffsetNames = OffsetNames { offset: "skip", limit: "top", total: "totalRecords" };

/// A report whose rows are `R`.
pub struct Report<R: Record> {
    /// The stream's name.
    pub name: &'static str,
    /// Its name as people write it.
    pub title: &'static str,
    /// What one row is.
    pub description: &'static str,
    /// The endpoint's path.
    pub path: &'static str,
    /// Where an answer has the rows.
    pub shape: Shape,
    /// The endpoint's filters.
    pub filters: fn() -> Vec<Filter>,
    /// The days that it is about; none for a report about what is there now.
    pub window: Option<Window>,
    /// Completes a row of a slice, and says whether it belongs to it; none where there is nothing to
    /// do.
    pub in_slice: Option<InSlice<R>>,
    /// How it comes in pages; none for an endpoint without pages.
    pub order: Option<Order>,
    /// How the endpoint says what has changed; none for one that cannot.
    pub changes: Option<Changes>,
    /// What the rows are.
    pub record: PhantomData<R>,
}

/// Completes a row of a slice, and says whether it belongs to it.
pub type InSlice<R> = fn(&mut <R as Record>::Row<'_>, &Slice) -> Result<bool, Fault>;

/// The order in which rows come in pages. It has to stay the same from page to page.
#[derive(Clone, Copy, Debug)]
pub struct Order {
    /// The row's id by the API's name, by version.
    pub id: fn(version: i64) -> &'static str,
}

/// How an endpoint says what has changed.
#[derive(Clone, Copy, Debug)]
pub struct Changes {
    /// The column with the time of the last change.
    pub cursor: &'static str,
    /// The parameter for the time since when, by version.
    pub parameter: fn(version: i64) -> &'static str,
}

impl<R: Record> Stream for Report<R> {
    fn describe(&self) -> StreamDescription {
        let described = StreamDescription::of::<R>(self.name, self.title, self.description);
        self.plan().describe(described)
    }

    fn partitions(&self, request: &ScanRequest) -> Result<Vec<Partition>, Failure> {
        match &self.window {
            Some(window) => window.partitions(request),
            None => Err(Failure::internal("the stream is not partitioned")),
        }
    }

    fn open(&self, request: &ScanRequest) -> Result<Box<dyn Scan>, Failure> {
        let (pages, slices) = self.plan().pages(request)?;
        let scan = RecordScan::new::<R>(request, pages)?;
        let Some(in_slice) = self.in_slice else { return Ok(scan.boxed()) };
        let scan = scan.each_row::<R>(move |row, item| match slice_of(item, &slices) {
            Some(slice) => in_slice(row, slice),
            None => Ok(true),
        });
        Ok(scan.boxed())
    }
}

/// The slice that a page is about, if it is about one. Slices are in ascending order.
fn slice_of<'s>(item: &Item, slices: &'s [Slice]) -> Option<&'s Slice> {
    let place = slices.binary_search_by_key(&item.number()?, |slice| slice.first_day);
    slices.get(place.ok()?)
}

impl<R: Record> Report<R> {
    fn plan(&self) -> Plan<'_> {
        let Self { path, shape, filters, window, order, changes, .. } = self;
        Plan {
            path,
            shape: *shape,
            filters: filters(),
            window: window.as_ref(),
            order: *order,
            changes: *changes,
        }
    }
}

/// A report without its rows: all that exists once, however many reports there are.
struct Plan<'r> {
    path: &'r str,
    shape: Shape,
    filters: Vec<Filter>,
    window: Option<&'r Window>,
    order: Option<Order>,
    changes: Option<Changes>,
}

impl Plan<'_> {
    /// Whether a read can be split: one that is followed by what has changed goes on as a whole.
    fn is_partitioned(&self) -> bool {
        self.window.is_some() && self.changes.is_none()
    }

    fn describe(self, stream: StreamDescription) -> StreamDescription {
        let (window, order, changes) = (self.window, self.order, self.changes);
        let is_partitioned = self.is_partitioned();
        let filters = self.filters.into_iter().map(|filter| filter.field);
        let mut stream = stream
            .options(window.map(Window::fields).unwrap_or_default())
            .options(filters)
            .options(order.into_iter().flat_map(options::paging))
            .options(changes.map(|_| options::overlap()));
        stream.cursor = changes.map(|changes| changes.cursor.to_owned());
        stream.partitioned = is_partitioned;
        stream
    }

    /// The pages of a read, and the slices that its rows may belong to.
    fn pages(self, request: &ScanRequest) -> Result<(Pages, Vec<Slice>), Failure> {
        let api = Api::of(request)?;
        let api = if self.window.is_some() { api.with_spans() } else { api };
        let first = options::apply(&self.filters, api.get(self.path), request, api.version);
        let way = Way::of(request, self.order, api.version)?;
        let slices = self.window.map(|window| window.slices(request)).transpose()?;
        let from_start = |first| match slices.clone() {
            Some(slices) => way.clone().each(slices, first),
            None => way.pager(first),
        };
        let pager = match self.changes {
            None => from_start(first),
            Some(changes) => {
                let overlap = options::overlap_in(request)?;
                Box::new(Incremental::new(request, overlap, None, |since| {
                    match since.and_then(utc_text) {
                        Some(since) => {
                            way.pager(first.query((changes.parameter)(api.version), since))
                        }
                        None => from_start(first),
                    }
                })?)
            }
        };
        Ok((api.pages(pager, self.shape), slices.unwrap_or_default()))
    }
}

/// How the rows of one request come.
#[derive(Clone)]
enum Way {
    /// All at once.
    Whole,
    /// In pages.
    Paged { size: u64, order_by: Option<String>, rows_wanted: Option<u64> },
}

impl Way {
    fn of(request: &ScanRequest, order: Option<Order>, version: i64) -> Result<Self, Failure> {
        let Some(order) = order else { return Ok(Self::Whole) };
        Ok(Self::Paged {
            size: options::page_size_in(request)?,
            order_by: options::order_by_in(request, (order.id)(version)),
            rows_wanted: request.rows_wanted,
        })
    }

    fn pager(&self, first: Request) -> Box<dyn Pager> {
        match self {
            Self::Whole => Box::new(Whole::new(first)),
            Self::Paged { size, order_by, rows_wanted } => {
                let pager = Offset::new(first.query_if("orderBy", order_by.as_ref()), *size);
                Box::new(pager.named(PAGING).rows_wanted(*rows_wanted))
            }
        }
    }

    fn each(self, slices: Vec<Slice>, first: Request) -> Box<dyn Pager> {
        let items = slices.iter().map(|slice| Item::Number(slice.first_day)).collect();
        Box::new(Each::new(items, move |item| match slice_of(item, &slices) {
            Some(slice) => self.pager(slice.apply(first.clone())),
            None => self.pager(first.clone()),
        }))
    }
}
