//! Segments: lists narrowed by criteria.

use tollgate_sdk::manifest::StreamDescription;
use tollgate_sdk::paging::Offset;
use tollgate_sdk::values::{Int, Text};
use tollgate_sdk::{Failure, Record, RecordScan, Scan, ScanRequest, Stream};

use super::options;
use crate::account::{Account, PAGE_SIZE};

const RECORDS: &[&str] = &["segments"];

/// A segment.
#[derive(Record)]
#[record(rename_all = "camelCase")]
pub struct Segment<'a> {
    /// The segment's id.
    #[record(key)]
    pub segment_id: Int,
    /// The list it narrows.
    pub list_id: Int,
    /// Its name.
    pub name: Text<'a>,
    /// What it is for.
    pub description: Text<'a>,
}

/// The stream of segments.
pub struct Segments;

impl Stream for Segments {
    fn describe(&self) -> StreamDescription {
        StreamDescription::of::<Segment<'static>>(
            "segments",
            "Segments",
            "The segments of the client folder. What makes them is in Segment Criteria.",
        )
        .options([options::page_size()])
    }

    fn open(&self, request: &ScanRequest) -> Result<Box<dyn Scan>, Failure> {
        let size = options::page_size_in(request, PAGE_SIZE)?;
        let account = Account::of(request)?;
        let pager = Offset::new(account.get("/segments"), size).rows_wanted(request.rows_wanted);
        let pages = account.pages(pager, RECORDS);
        Ok(RecordScan::new::<Segment<'static>>(request, pages)?.boxed())
    }
}

/// The ids of all segments.
///
/// # Errors
/// Whatever a request failed with.
pub fn ids(account: &Account) -> Result<Vec<i64>, Failure> {
    let mut pages = account.list(account.get("/segments"), RECORDS);
    pages.collect::<Segment<'static>, _>(|row| Ok(row.segment_id.0.unwrap_or_default()))
}
