//! Sends: when a message went, or will go, to which lists and segments.

use tollgate_sdk::manifest::StreamDescription;
use tollgate_sdk::paging::Offset;
use tollgate_sdk::time::UsEastern;
use tollgate_sdk::values::{Int, Text, Timestamp};
use tollgate_sdk::{Failure, Record, RecordScan, Scan, ScanRequest, Stream};

use super::options;
use crate::account::{Account, PAGE_SIZE};

const RECORDS: &[&str] = &["sends"];

/// A send.
#[derive(Record)]
#[record(rename_all = "camelCase")]
pub struct Send<'a> {
    /// The send's id.
    #[record(key)]
    pub send_id: Int,
    /// The message that is sent.
    pub message_id: Int,
    /// The lists it goes to, ids with commas between.
    pub include_list_ids: Text<'a>,
    /// The lists it does not go to.
    pub exclude_list_ids: Text<'a>,
    /// The segments it goes to.
    pub include_segment_ids: Text<'a>,
    /// The segments it does not go to.
    pub exclude_segment_ids: Text<'a>,
    /// When it is to go.
    pub scheduled_time: Timestamp<'a, UsEastern>,
    /// How many contacts it goes to.
    pub recipient_count: Int,
    /// pending, sending, released or cancelled.
    pub status: Text<'a>,
    /// When it went.
    pub released_time: Timestamp<'a, UsEastern>,
}

/// The stream of sends.
pub struct Sends;

impl Stream for Sends {
    fn describe(&self) -> StreamDescription {
        StreamDescription::of::<Send<'static>>(
            "sends",
            "Sends",
            "When each message went, or will go, and to which lists and segments.",
        )
        .options([options::page_size()])
    }

    fn open(&self, request: &ScanRequest) -> Result<Box<dyn Scan>, Failure> {
        let size = options::page_size_in(request, PAGE_SIZE)?;
        let account = Account::of(request)?;
        let pager = Offset::new(account.get("/sends"), size).rows_wanted(request.rows_wanted);
        let pages = account.pages(pager, RECORDS);
        Ok(RecordScan::new::<Send<'static>>(request, pages)?.boxed())
    }
}
