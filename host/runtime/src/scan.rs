//! A read under way.

use std::sync::Arc;
use std::time::Duration;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use async_trait::async_trait;
use tollgate_model::check::check_columns;
use tollgate_model::schema::to_arrow_schema;
use tollgate_model::{Column, Error, ErrorKind, Result, Stream, Usage};
use tollgate_sync::{Page, Pages, Read, WantedColumn};
use wasmtime::component::ResourceAny;

use crate::batch::{self, Shape};
use crate::bindings::exports::tollgate::connector::connector::{self as wire, ScanRequest};
use crate::bindings::tollgate::connector::types;
use crate::convert;
use crate::failure::Label;
use crate::guest::{Gauge, Guest};
use crate::limits::Limits;
use crate::paging::{PageFacts, Paging};
use crate::session::keeps_its_word;

/// How many rows of a child table a page may have for each row that it may have itself. What a page
/// may have in bytes is limited beside it.
const CHILD_ROWS_PER_ROW_MAX: u32 = 100;

/// A read under way: pages of rows, one at a time. Dropping it ends it.
///
/// It has an instance of the component of its own, made for it and gone with it.
pub struct Scan {
    /// `None` at the end, after an error, and while a page is being had: a call that is dropped
    /// before it is done takes the instance with it.
    under_way: Option<UnderWay>,
    ended: Ended,
    columns: Vec<Column>,
    schema: SchemaRef,
    children: Vec<Child>,
    label: Label,
    paging: Paging,
    rows_max: u32,
    gauge: Gauge,
}

/// A child table that is read.
struct Child {
    name: String,
    columns: Vec<Column>,
    schema: SchemaRef,
}

struct UnderWay {
    guest: Guest,
    scan: ResourceAny,
}

/// Why nothing more can be had, once nothing can.
#[derive(Clone, Copy)]
enum Ended {
    AllRead,
    Failed,
    Dropped,
}

impl Scan {
    pub(crate) async fn open(
        guest: Guest,
        stream: &Stream,
        read: &Read,
        request: &ScanRequest,
        limits: &Arc<Limits>,
    ) -> Result<Self> {
        let (gauge, label) = (guest.gauge(), guest.label().clone());
        let call =
            guest.call("open", async |exports, store| exports.call_open(store, request).await);
        let (guest, scan) = call.await?;
        let call = guest.call("columns", async |exports, store| {
            Ok(Ok(exports.scan().call_columns(store, scan).await?))
        });
        let (guest, columns) = call.await?;
        let columns = convert::columns(columns);
        check_columns(&columns, stream.dynamic_columns)
            .and_then(|()| keeps_its_word(stream, &columns))
            .and_then(|()| are_as_asked(stream, read, &columns))
            .map_err(|error| error.context(&label))?;
        Ok(Scan {
            under_way: Some(UnderWay { guest, scan }),
            ended: Ended::AllRead,
            schema: to_arrow_schema(&columns),
            columns,
            children: read.children.iter().filter_map(|name| child(stream, name)).collect(),
            label,
            paging: Paging::new(limits),
            rows_max: limits.page_rows,
            gauge,
        })
    }

    /// The columns of every page, in order.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The same as an Arrow schema.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// What the read has used so far; also after its end.
    pub fn usage(&self) -> Usage {
        self.gauge.usage()
    }

    /// How long the connector itself has computed so far.
    pub fn cpu_time(&self) -> Duration {
        self.gauge.cpu()
    }

    /// The next page, or `None` at the end. A page may have no rows.
    ///
    /// # Errors
    /// Whatever keeps the read from being complete: what the provider, the gate or a limit says, or
    /// that a page breaks the interface's rules. Nothing more can be had after it.
    pub async fn next(&mut self) -> Result<Option<Page>> {
        let Some(under_way) = self.under_way.take() else { return self.nothing_more() };
        self.ended = Ended::Dropped;
        match self.page(under_way).await {
            Ok(page) => {
                if page.is_none() {
                    self.ended = Ended::AllRead;
                }
                Ok(page)
            }
            Err(error) => {
                self.under_way = None;
                self.ended = Ended::Failed;
                self.gauge.cancel();
                Err(error)
            }
        }
    }

    async fn page(&mut self, under_way: UnderWay) -> Result<Option<Page>> {
        let UnderWay { guest, scan } = under_way;
        let call =
            guest.call("next", async |exports, store| exports.scan().call_next(store, scan).await);
        let (guest, page) = call.await?;
        let Some(page) = page else { return Ok(None) };
        let page = self.accept(page)?;
        self.under_way = Some(UnderWay { guest, scan });
        Ok(Some(page))
    }

    fn accept(&mut self, page: wire::Page) -> Result<Page> {
        let number = self.paging.number();
        let facts = PageFacts {
            rows: page.batch.rows,
            checkpoint: page.checkpoint.as_deref(),
            next_cursor: page.next_cursor.as_deref(),
        };
        self.paging.page(&self.label, &facts)?;
        let shape = Shape {
            label: &self.label,
            columns: &self.columns,
            schema: &self.schema,
            rows_max: self.rows_max,
            child: None,
        };
        let batch = batch::to_arrow(&shape, number, page.batch)?;
        Ok(Page {
            batch,
            children: self.accept_children(number, page.children)?,
            checkpoint: page.checkpoint,
            rows_total: page.rows_total,
        })
    }

    /// The rows of the child tables: one batch for each that was asked for.
    fn accept_children(&self, number: u64, batches: Vec<types::Batch>) -> Result<Vec<RecordBatch>> {
        if batches.len() != self.children.len() {
            let (has, needs) = (batches.len(), self.children.len());
            let text = format!("page {number}: it has {has} child tables instead of {needs}");
            return Err(self.label.error(ErrorKind::Data, text));
        }
        let accept = |(child, batch): (&Child, types::Batch)| {
            let shape = Shape {
                label: &self.label,
                columns: &child.columns,
                schema: &child.schema,
                rows_max: self.rows_max.saturating_mul(CHILD_ROWS_PER_ROW_MAX),
                child: Some(&child.name),
            };
            batch::to_arrow(&shape, number, batch)
        };
        self.children.iter().zip(batches).map(accept).collect()
    }

    fn nothing_more(&self) -> Result<Option<Page>> {
        match self.ended {
            Ended::AllRead => Ok(None),
            Ended::Failed => {
                Err(self.label.error(ErrorKind::Bug, "the read has failed, and was read on"))
            }
            Ended::Dropped => {
                Err(self.label.error(ErrorKind::Cancelled, "the read was stopped in a page"))
            }
        }
    }
}

impl Drop for Scan {
    fn drop(&mut self) {
        self.gauge.cancel();
    }
}

#[async_trait]
impl Pages for Scan {
    fn columns(&self) -> &[Column] {
        Scan::columns(self)
    }

    async fn next(&mut self) -> Result<Option<Page>> {
        Scan::next(self).await
    }

    fn usage(&self) -> Usage {
        Scan::usage(self)
    }
}

fn child(stream: &Stream, name: &str) -> Option<Child> {
    let child = stream.child(name)?;
    Some(Child {
        name: child.name.clone(),
        schema: to_arrow_schema(&child.columns),
        columns: child.columns.clone(),
    })
}

/// Whether a connector gives the columns it was asked for, in that order; where it was asked for
/// all of them, those that the descriptor declares have to be there.
fn are_as_asked(stream: &Stream, read: &Read, given: &[Column]) -> Result<()> {
    let names = || given.iter().map(|column| column.name.as_str());
    let as_asked = if !read.columns.is_empty() {
        let same = |(given, wanted): (&Column, &WantedColumn)| {
            given.name == wanted.name
                && wanted.data_type.is_none_or(|data_type| data_type == given.data_type)
        };
        given.len() == read.columns.len() && given.iter().zip(&read.columns).all(same)
    } else if !stream.dynamic_columns {
        names().eq(stream.columns.iter().map(|column| column.name.as_str()))
    } else {
        stream.columns.iter().all(|declared| names().any(|name| name == declared.name))
    };
    if as_asked {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Bug, "it gives other columns than it was asked for"))
}
