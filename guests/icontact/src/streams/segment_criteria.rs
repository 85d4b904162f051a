//! Segment criteria: what makes a contact part of a segment. One request per segment.

use tollgate_sdk::manifest::StreamDescription;
use tollgate_sdk::paging::{Each, Whole};
use tollgate_sdk::values::{Int, Json, Text};
use tollgate_sdk::{Failure, Record, RecordScan, Scan, ScanRequest, Stream};

use super::segments;
use crate::account::{Account, PAGE_SIZE};
use crate::parts;

const RECORDS: &[&str] = &["criteria"];

/// A criterion.
#[derive(Record)]
#[record(rename_all = "camelCase")]
pub struct Criterion<'a> {
    /// The segment it belongs to.
    #[record(computed, required)]
    pub segment_id: Int,
    /// Its number within the segment.
    pub criterion_id: Int,
    /// The contact field that is compared.
    pub field_name: Text<'a>,
    /// eq, lt, lte, gt, gte, bet, contains, notcontains, month, day or year.
    pub operator: Text<'a>,
    /// What it is compared with, a list.
    pub values: Json<'a>,
}

/// The stream of segment criteria.
pub struct SegmentCriteria;

impl Stream for SegmentCriteria {
    fn describe(&self) -> StreamDescription {
        StreamDescription::of::<Criterion<'static>>(
            "segment_criteria",
            "Segment Criteria",
            "What makes a contact part of a segment. One request per segment.",
        )
    }

    fn open(&self, request: &ScanRequest) -> Result<Box<dyn Scan>, Failure> {
        let account = Account::of(request)?;
        let segments = segments::ids(&account)?;
        let ways = account.clone();
        // The reply has neither total nor limit, so that it cannot be paged; all that can be asked
        // for is not to get the twenty rows that iContact gives unasked.
        let pager = Each::new(parts::items(segments), move |id| {
            let wanted = ways.get(&format!("/segments/{id}/criteria"));
            Box::new(Whole::new(wanted.query("limit", PAGE_SIZE.to_string())))
        });
        let pages = account.pages(pager.skip_missing(true), RECORDS);
        let scan = RecordScan::new::<Criterion<'static>>(request, pages)?;
        let scan = scan.each_row::<Criterion<'static>>(|row, segment| {
            row.segment_id = Int(segment.number());
            Ok(true)
        });
        Ok(scan.boxed())
    }
}
