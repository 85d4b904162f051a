//! Events.

use tollgate_sdk::manifest::{Field, FieldKind, StreamDescription};
use tollgate_sdk::paging::Cursor;
use tollgate_sdk::values::{Int, Json, Text};
use tollgate_sdk::{Failure, Record, RecordScan, Scan, ScanRequest, Shape, Stream};

use super::options;
use crate::account::Api;
use crate::values::Moment;

const PAGE_SIZE: i64 = 100;

/// An event.
#[derive(Record)]
pub struct Event<'a> {
    /// The event's id.
    #[record(key)]
    pub event_id: Text<'a>,
    /// The title that visitors read.
    pub title: Text<'a>,
    /// The name that the owner reads.
    pub name: Text<'a>,
    /// What it is about.
    pub description: Text<'a>,
    /// When it begins.
    pub start_time: Moment<'a>,
    /// When it ends.
    pub end_time: Moment<'a>,
    /// When it was made.
    pub create_time: Moment<'a>,
    /// ACTIVE, DRAFT, COMPLETE, DELETED, CANCELLED or ERROR.
    pub status: Text<'a>,
    /// Its type, for example PERFORMING_ARTS.
    pub event_type: Text<'a>,
    /// Where it takes place, for example PHYSICAL.
    pub location_type: Text<'a>,
    /// Its time zone, for example EST.
    pub time_zone_type: Text<'a>,
    /// Where people register.
    pub registration_url: Text<'a>,
    /// The address, an object.
    pub address: Json<'a>,
    /// Registrations.
    #[record(nested = "event_registration_summary_metrics.registration_count")]
    pub registration_count: Int,
    /// Tickets sold.
    #[record(nested = "event_registration_summary_metrics.ticket_sold")]
    pub ticket_sold: Int,
    /// Items sold.
    #[record(nested = "event_registration_summary_metrics.item_sold")]
    pub item_sold: Int,
}

/// The stream of events.
pub struct Events;

impl Stream for Events {
    fn describe(&self) -> StreamDescription {
        let statuses = [
            ("ACTIVE", "Active"),
            ("DRAFT", "Draft"),
            ("COMPLETE", "Complete"),
            ("DELETED", "Deleted"),
            ("CANCELLED", "Cancelled"),
            ("ERROR", "Error"),
        ];
        StreamDescription::of::<Event<'static>>("events", "Events", "The account's events.")
            .options([
                Field::choice("event_status", "Status", &statuses)
                    .describe("Only events with this status."),
                Field::new("search_text", "Search", FieldKind::Text)
                    .describe("Only events in which this text is found."),
                options::page_size(PAGE_SIZE),
            ])
    }

    fn open(&self, request: &ScanRequest) -> Result<Box<dyn Scan>, Failure> {
        let api = Api::v3(request)?;
        let text = |name| request.options.text(name);
        let first = api
            .get("/events")
            .query_if("event_status", text("event_status"))
            .query_if("search_text", text("search_text"))
            .query("limit", options::page_size_in(request, PAGE_SIZE)?);
        let pager = Cursor::new(first, "next", "next_cursor");
        let pages = api.pages(pager, Shape::list(&["records"]));
        Ok(RecordScan::new::<Event<'static>>(request, pages)?.boxed())
    }
}
