//! Options that several streams share, their menus, and what they mean for a request.

use tollgate_sdk::connector::no_menu;
use tollgate_sdk::http::Request;
use tollgate_sdk::manifest::{Choice, Field, FieldKind};
use tollgate_sdk::paging::Whole;
use tollgate_sdk::{Failure, Fault, Record, ScanRequest, Shape};

use super::{contact_lists, contacts, emails, segments, tags};
use crate::account::Api;

/// Entries of a menu: the first page of the largest size that every list has.
const MENU_SIZE: &str = "500";
/// Minutes that an incremental read goes back behind the begin of the read before.
const OVERLAP_MINUTES: i64 = 60;
const OVERLAP_MINUTES_MAX: i64 = 10_080;

/// Rows a page, as many as there may be by default.
pub fn page_size(max: i64) -> Field {
    Field::new("page_size", "Rows per request", FieldKind::Integer((1, max)))
        .describe("How many rows one request asks for. Constant Contact may give fewer.")
        .default(&max.to_string())
}

/// The value of `page_size`, no more than what the caller wants.
///
/// # Errors
/// `invalid-config` for no number.
pub fn page_size_in(request: &ScanRequest, max: i64) -> Result<String, Failure> {
    let size = request.options.integer("page_size")?.unwrap_or(max);
    let wanted = request.rows_wanted.and_then(|rows| i64::try_from(rows).ok()).unwrap_or(max);
    Ok(size.min(wanted).clamp(1, max).to_string())
}

/// How far an incremental read goes back behind the begin of the read before.
pub fn overlap() -> Field {
    let kind = FieldKind::Integer((0, OVERLAP_MINUTES_MAX));
    Field::new("overlap_minutes", "Overlap in minutes", kind)
        .describe(
            "A read that goes on where an earlier one ended goes back so many minutes behind the \
             begin of that one: some rows come twice, none is missed.",
        )
        .default(&OVERLAP_MINUTES.to_string())
}

/// The value of `overlap_minutes`, in seconds.
///
/// # Errors
/// `invalid-config` for no number.
pub fn overlap_in(request: &ScanRequest) -> Result<i64, Failure> {
    let minutes = request.options.integer("overlap_minutes")?.unwrap_or(OVERLAP_MINUTES);
    Ok(minutes.clamp(0, OVERLAP_MINUTES_MAX) * 60)
}

/// Only rows changed from a day on.
pub fn updated() -> [Field; 2] {
    [
        Field::new("updated_after_date", "Updated after date", FieldKind::Date).describe(
            "Only rows changed from this day (UTC) on. A read that goes on where an earlier one \
             ended goes by that one instead.",
        ),
        crate::window::days_back("updated_days_back", "Updated days back"),
    ]
}

/// Only contacts of one status.
pub fn contact_status() -> Field {
    let statuses = [
        ("all", "All, deleted ones too"),
        ("active", "Active"),
        ("deleted", "Deleted"),
        ("not_set", "Not set"),
        ("pending_confirmation", "Pending confirmation"),
        ("temp_hold", "Temporary hold"),
        ("unsubscribed", "Unsubscribed"),
    ];
    Field::choices("contact_status", "Contact status", &statuses)
        .describe("Only contacts with one of these statuses. Left out: all but deleted ones.")
}

/// Only contacts on these lists.
pub fn lists() -> Field {
    Field::new("lists", "Lists", FieldKind::Lookups)
        .describe("Only contacts on one of these lists, 25 at most.")
}

/// Only campaigns that are named, or their activities.
pub fn campaigns() -> [Field; 2] {
    [
        Field::new("campaigns", "Campaigns", FieldKind::Lookups)
            .describe("Only these campaigns. Left out: all but drafts and scheduled ones."),
        Field::new("campaign_activities", "Campaign activities", FieldKind::Texts)
            .describe("Only these activities of campaigns, by id; instead of `campaigns`."),
    ]
}

/// Fails where two options are set that do not go together.
///
/// # Errors
/// `invalid-config` that names both.
pub fn refuse_both(request: &ScanRequest, one: &str, other: &str) -> Result<(), Failure> {
    let is_set = |name: &str| !request.options.values(name).is_empty();
    match is_set(one) && is_set(other) {
        true => Err(Failure::invalid(one, format!("`{one}` and `{other}` do not go together"))),
        false => Ok(()),
    }
}

/// Adds the values of an option to a request, with commas between, if it is set.
///
/// # Errors
/// `invalid-config` for more values than the API takes.
pub fn csv(
    to: Request,
    request: &ScanRequest,
    (option, parameter): (&str, &str),
    max: usize,
) -> Result<Request, Failure> {
    let values = request.options.values(option);
    if values.len() > max {
        return Err(Failure::invalid(option, format!("{max} values are the most")));
    }
    let joined = Some(values.join(",")).filter(|joined| !joined.is_empty());
    Ok(to.query_if(parameter, joined))
}

/// The menus of the lookups.
///
/// # Errors
/// Whatever a request failed with; `invalid-config` for another field.
pub fn menu(request: &ScanRequest, field: &str) -> Result<Vec<Choice>, Failure> {
    let api = Api::v3(request)?;
    match field {
        "contacts" => contacts::menu(&api),
        "lists" => contact_lists::menu(&api),
        "tags" => tags::menu(&api),
        "segment_id" => segments::menu(&api),
        "campaigns" => emails::menu(&api),
        _ => Err(no_menu(field)),
    }
}

/// The first entries of a list as a menu.
///
/// # Errors
/// Whatever the request failed with.
pub fn menu_of<R: Record>(
    api: &Api,
    path: &str,
    records: &'static [&'static str],
    entry: impl Fn(&mut R::Row<'_>) -> Result<Choice, Fault>,
) -> Result<Vec<Choice>, Failure> {
    let first = Whole::new(api.get(path).query("limit", MENU_SIZE));
    api.pages(first, Shape::list(records)).collect::<R, _>(entry)
}
