//! Contact lists of the API v2.

use tollgate_sdk::manifest::StreamDescription;
use tollgate_sdk::paging::Whole;
use tollgate_sdk::values::{Int, Text};
use tollgate_sdk::{Failure, Record, RecordScan, Scan, ScanRequest, Stream};

use super::{RESULTS, incremental, since};
use crate::account::Api;
use crate::streams::options;
use crate::values::Moment;

/// A contact list.
#[derive(Record)]
pub struct ContactList<'a> {
    /// The list's id.
    #[record(key)]
    pub id: Text<'a>,
    /// Its name.
    pub name: Text<'a>,
    /// ACTIVE or HIDDEN.
    pub status: Text<'a>,
    /// When it was made.
    pub created_date: Moment<'a>,
    /// When it was changed last.
    pub modified_date: Moment<'a>,
    /// How many contacts are on it.
    pub contact_count: Int,
}

/// The stream of contact lists.
pub struct ContactLists;

impl Stream for ContactLists {
    fn describe(&self) -> StreamDescription {
        StreamDescription::of::<ContactList<'static>>(
            "v2_contact_lists",
            "Contact Lists (v2)",
            "The lists of contacts, by the API v2.",
        )
        .cursor("modified_date")
        .options([since("modified_since", "Modified since"), options::overlap()])
    }

    fn open(&self, request: &ScanRequest) -> Result<Box<dyn Scan>, Failure> {
        let api = Api::v2(request)?;
        let pager = incremental(request, "modified_since", |bound| {
            Box::new(Whole::new(bound.apply(api.get("/lists"))))
        })?;
        let pages = api.pages(pager, RESULTS.or_bare());
        Ok(RecordScan::new::<ContactList<'static>>(request, pages)?.boxed())
    }
}
