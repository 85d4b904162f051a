//! The tables of the API v2.

pub mod account_info;
pub mod contact_lists;
pub mod contact_tracking;
pub mod contacts;
pub mod email_campaigns;
pub mod events;
pub mod library;

use tollgate_sdk::http::Request;
use tollgate_sdk::manifest::{Field, FieldKind};
use tollgate_sdk::paging::{Incremental, Pager};
use tollgate_sdk::time::{MICROS_PER_SECOND, SECONDS_PER_DAY};
use tollgate_sdk::{Failure, ScanRequest, Shape, Stream};

use super::options;
use crate::window;

/// Where most answers have their records.
pub const RESULTS: Shape = Shape::list(&["results"]);

/// All of them.
pub fn all() -> Vec<Box<dyn Stream>> {
    vec![
        Box::new(contacts::Contacts),
        Box::new(email_campaigns::EmailCampaigns),
        Box::new(library::my_library_files()),
        Box::new(account_info::stream()),
        Box::new(library::trash_files()),
        Box::new(contact_lists::ContactLists),
        Box::new(contact_tracking::ContactTracking),
        Box::new(email_campaigns::EmailCampaignSummary),
        Box::new(events::stream()),
    ]
}

/// Only rows changed, or made, from a day on.
pub fn since(name: &str, title: &str) -> Field {
    Field::new(name, title, FieldKind::Date).describe(
        "Only rows from this day (UTC) on. A read that goes on where an earlier one ended goes by \
         that one instead.",
    )
}

/// Reads from the day of an option on, or on where an earlier read ended; the bound goes into the
/// parameter of the option's name.
///
/// # Errors
/// `invalid-config` for a value that cannot work, or a checkpoint that is not this stream's.
pub fn incremental(
    request: &ScanRequest,
    option: &'static str,
    pager_of: impl FnOnce(Bound) -> Box<dyn Pager>,
) -> Result<Incremental, Failure> {
    let begin = request.options.date(option)?;
    let begin = begin.map(|day| day.days() * SECONDS_PER_DAY * MICROS_PER_SECOND);
    Incremental::new(request, options::overlap_in(request)?, begin, |since| {
        let since = since.and_then(|since| window::instant(since).ok());
        pager_of(Bound { parameter: option, since })
    })
}

/// From when on rows are wanted.
#[derive(Clone, Debug)]
pub struct Bound {
    parameter: &'static str,
    since: Option<String>,
}

impl Bound {
    /// The request with the bound in it.
    pub fn apply(&self, first: Request) -> Request {
        first.query_if(self.parameter, self.since.as_ref())
    }
}
