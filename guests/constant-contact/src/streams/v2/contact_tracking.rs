//! Contact tracking of the API v2: what each contact did.

use tollgate_sdk::manifest::{Choice, Field, FieldKind, StreamDescription};
use tollgate_sdk::paging::Each;
use tollgate_sdk::values::Text;
use tollgate_sdk::{Failure, Partition, Record, RecordScan, Scan, ScanRequest, Stream};

use super::{RESULTS, contacts, incremental, since};
use crate::account::Api;
use crate::parts;
use crate::streams::options;
use crate::values::Moment;

const PAGE_SIZE: i64 = 500;

/// Something that a contact did.
#[derive(Record)]
pub struct Activity<'a> {
    /// EMAIL_SEND, EMAIL_OPEN, EMAIL_CLICK, EMAIL_BOUNCE, EMAIL_FORWARD or EMAIL_UNSUBSCRIBE.
    pub activity_type: Text<'a>,
    /// The campaign.
    pub campaign_id: Text<'a>,
    /// The contact.
    #[record(required)]
    pub contact_id: Text<'a>,
    /// When the contact opened the mail, where it is an opening.
    pub open_date: Moment<'a>,
}

/// The stream of contact tracking.
pub struct ContactTracking;

impl Stream for ContactTracking {
    fn describe(&self) -> StreamDescription {
        StreamDescription::of::<Activity<'static>>(
            "v2_contact_tracking",
            "Contact Tracking (v2)",
            "What each contact did, by the API v2. Rows have no identity of their own. One request \
             or more per contact.",
        )
        .cursor("open_date")
        .partitioned()
        .options([
            Field::new("contacts", "Contacts", FieldKind::Lookups)
                .describe("Only these contacts. Left out: all."),
            since("created_since", "Created since"),
            options::overlap(),
            options::page_size(PAGE_SIZE),
        ])
    }

    fn choices(&self, request: &ScanRequest, field: &str) -> Result<Vec<Choice>, Failure> {
        match field {
            "contacts" => contacts::menu(&Api::v2(request)?),
            _ => Err(tollgate_sdk::connector::no_menu(field)),
        }
    }

    fn partitions(&self, request: &ScanRequest) -> Result<Vec<Partition>, Failure> {
        let ids = contacts::selected(&Api::v2(request)?, request)?;
        Ok(parts::split("contact", ids))
    }

    fn open(&self, request: &ScanRequest) -> Result<Box<dyn Scan>, Failure> {
        let size = options::page_size_in(request, PAGE_SIZE)?;
        let api = Api::v2(request)?;
        let ids = match parts::chosen(request)? {
            Some(ids) => ids,
            None => contacts::selected(&api, request)?,
        };
        let are_named = !request.options.values("contacts").is_empty();
        let ways = api.clone();
        let pager = incremental(request, "created_since", |bound| {
            let each = Each::new(parts::items(ids), move |contact| {
                let path = format!("/contacts/{}/tracking", parts::segment(contact));
                Box::new(ways.links(bound.apply(ways.get(&path)).query("limit", &size)))
            });
            Box::new(each.skip_missing(!are_named))
        })?;
        let pages = api.pages(pager, RESULTS);
        Ok(RecordScan::new::<Activity<'static>>(request, pages)?.boxed())
    }
}
