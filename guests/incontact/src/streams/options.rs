//! Options that several reports share, and what they mean for a request.

use tollgate_sdk::http::Request;
use tollgate_sdk::manifest::{Field, FieldKind};
use tollgate_sdk::{Failure, ScanRequest};

use super::report::Order;

const PAGE_SIZE: i64 = 500;
const PAGE_SIZE_MAX: i64 = 10_000;
/// Seconds that an incremental read goes back behind the begin of the read before.
const OVERLAP_SECONDS: i64 = 3_600;
const OVERLAP_SECONDS_MAX: i64 = 604_800;
/// The value of `order_by` that asks for no order.
const NO_ORDER: &str = "none";
/// The last version that is known to have the old names of contacts.
const OLD_CONTACT_NAMES_UNTIL: i64 = 21;
/// The first version that is known to have the new names of campaigns.
pub const NEW_CAMPAIGN_NAMES_SINCE: i64 = 33;
/// The first version that is known to have the new name of the parameter for changes.
const NEW_SPELLING_SINCE: i64 = 34;
const UPDATED_SINCE: &str = "updatedSince";

/// An option that the endpoint filters by.
pub struct Filter {
    /// The option: it has one value.
    pub field: Field,
    parameter: &'static str,
    /// The parameter's name in versions with the old names of contacts.
    older: Option<&'static str>,
}

impl Filter {
    /// An option that is sent as this parameter.
    pub fn new(parameter: &'static str, field: Field) -> Self {
        Self { field, parameter, older: None }
    }

    /// The same, with the parameter's older name.
    #[must_use]
    pub fn older(self, parameter: &'static str) -> Self {
        Self { older: Some(parameter), ..self }
    }
}

/// Puts the filters that are set into a request.
pub fn apply(filters: &[Filter], first: Request, request: &ScanRequest, version: i64) -> Request {
    filters.iter().fold(first, |first, filter| {
        let older = filter.older.filter(|_| version <= OLD_CONTACT_NAMES_UNTIL);
        let parameter = older.unwrap_or(filter.parameter);
        first.query_if(parameter, request.options.text(&filter.field.name))
    })
}

/// No filters.
pub fn no_filters() -> Vec<Filter> {
    Vec::new()
}

/// Only what is active, or only what is not.
pub fn is_active(what: &str) -> Filter {
    let about = format!("`true`: only active {what}; `false`: only inactive ones. Left out: all.");
    let field = Field::new("is_active", "Active", FieldKind::Boolean).describe(&about);
    Filter::new("isActive", field)
}

/// Only what a text is found in.
pub fn search(what: &str) -> Filter {
    let about = format!("Only {what} in which inContact finds this text.");
    let field = Field::new("search_string", "Search", FieldKind::Text).describe(&about);
    Filter::new("searchString", field)
}

/// Only one type of media.
pub fn media_type(what: &str) -> Filter {
    let about = format!("Only {what} of this type of media, by its number: 4 is phone calls.");
    Filter::new("mediaTypeId", id_of("media_type_id", "Media type").describe(&about))
}

/// Only what has an id.
pub fn id_of(name: &str, title: &str) -> Field {
    Field::new(name, title, FieldKind::Integer((0, i64::MAX)))
}

/// The parameter of agents and teams for what has changed.
pub fn update_since(version: i64) -> &'static str {
    if version >= NEW_SPELLING_SINCE { "updateSince" } else { UPDATED_SINCE }
}

/// The parameter of the others for what has changed.
pub fn updated_since(_: i64) -> &'static str {
    UPDATED_SINCE
}

/// The options of a report that comes in pages.
pub fn paging(order: Order) -> [Field; 2] {
    let id = (order.id)(NEW_CAMPAIGN_NAMES_SINCE);
    let about = format!(
        "In which order the rows come: the API's name of a field, then `asc` or `desc`. `none` asks \
         for none. Left out: by id, `{id} asc`. Where rows can change their place during a read, \
         some may be missed."
    );
    [
        Field::new("page_size", "Rows per request", FieldKind::Integer((1, PAGE_SIZE_MAX)))
            .describe("How many rows one request asks for. inContact may give fewer.")
            .default(&PAGE_SIZE.to_string()),
        Field::new("order_by", "Order", FieldKind::Text).describe(&about),
    ]
}

/// The value of `page_size`.
///
/// # Errors
/// `invalid-config` for no number.
pub fn page_size_in(request: &ScanRequest) -> Result<u64, Failure> {
    let size = request.options.integer("page_size")?.unwrap_or(PAGE_SIZE);
    Ok(size.clamp(1, PAGE_SIZE_MAX).unsigned_abs())
}

/// The value of `order_by`, by the row's id where nobody says.
pub fn order_by_in(request: &ScanRequest, id: &str) -> Option<String> {
    match request.options.text("order_by") {
        None => Some(format!("{id} asc")),
        Some(NO_ORDER) => None,
        Some(order) => Some(order.to_owned()),
    }
}

/// How far an incremental read goes back behind the begin of the read before.
pub fn overlap() -> Field {
    let kind = FieldKind::Integer((0, OVERLAP_SECONDS_MAX));
    Field::new("overlap_seconds", "Overlap in seconds", kind)
        .describe(
            "A read that goes on where an earlier one ended goes back so many seconds behind the \
             begin of that one: some rows come twice, none is missed.",
        )
        .default(&OVERLAP_SECONDS.to_string())
}

/// The value of `overlap_seconds`.
///
/// # Errors
/// `invalid-config` for no number.
pub fn overlap_in(request: &ScanRequest) -> Result<i64, Failure> {
    let seconds = request.options.integer("overlap_seconds")?.unwrap_or(OVERLAP_SECONDS);
    Ok(seconds.clamp(0, OVERLAP_SECONDS_MAX))
}
