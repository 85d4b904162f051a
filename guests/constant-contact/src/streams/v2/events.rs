//! Events of the API v2.

use std::marker::PhantomData;

use tollgate_sdk::Record;
use tollgate_sdk::values::{Flag, Int, Json, Text};

use super::RESULTS;
use crate::account::Api;
use crate::streams::collection::{Collection, as_it_is, no_options};
use crate::values::Moment;

/// An event.
#[derive(Record)]
pub struct Event<'a> {
    /// The event's id.
    #[record(key)]
    pub id: Text<'a>,
    /// The name that the owner reads.
    pub name: Text<'a>,
    /// The title that visitors read.
    pub title: Text<'a>,
    /// DRAFT, ACTIVE, COMPLETE, CANCELLED or DELETED.
    pub status: Text<'a>,
    /// Where it takes place.
    pub location: Text<'a>,
    /// Its type, for example AUCTION.
    #[record(rename = "type")]
    pub r#type: Text<'a>,
    /// The address, an object.
    pub address: Json<'a>,
    /// What it is about.
    pub description: Text<'a>,
    /// When it begins.
    pub start_date: Moment<'a>,
    /// When it ends.
    pub end_date: Moment<'a>,
    /// When it was made.
    pub created_date: Moment<'a>,
    /// How many people registered.
    pub total_registered_count: Int,
    /// Its time zone, for example US/Eastern.
    pub time_zone_id: Text<'a>,
    /// When it was published.
    pub active_date: Moment<'a>,
    /// Whether visitors can be checked in.
    pub is_checkin_available: Flag,
    /// The path of its details.
    pub event_detail_url: Text<'a>,
}

/// The stream of events.
pub fn stream() -> Collection<Event<'static>> {
    Collection {
        name: "v2_events",
        title: "Events (v2)",
        description: "The events of EventSpot, by the API v2.",
        api: Api::v2,
        path: "/eventspot/events",
        shape: RESULTS,
        page_size: Some(50),
        options: no_options,
        apply: as_it_is,
        record: PhantomData,
    }
}
