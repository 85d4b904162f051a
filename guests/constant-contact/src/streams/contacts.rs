//! Contacts, with what belongs to them as JSON columns and as child tables.

use tollgate_sdk::http::Request;
use tollgate_sdk::manifest::{Choice, Field, FieldKind, StreamDescription};
use tollgate_sdk::paging::Incremental;
use tollgate_sdk::values::{Int, Json, Text};
use tollgate_sdk::{Failure, Record, RecordScan, RowOutcome, Rows};
use tollgate_sdk::{Scan, ScanRequest, Shape, Stream, WriteRequest};

use super::options;
use super::subresources::{CHILDREN, INCLUDES};
use crate::account::Api;
use crate::values::{Anniversary, Moment};
use crate::{changes, parts, window};

const PATH: &str = "/contacts";
const RECORDS: &[&str] = &["contacts"];
const PAGE_SIZE: i64 = 500;
const LISTS_MAX: usize = 25;
const TAGS_MAX: usize = 50;
const STATUSES_MAX: usize = 7;

/// A contact.
#[derive(Record)]
pub struct Contact<'a> {
    /// The contact's id.
    #[record(key)]
    pub contact_id: Text<'a>,
    /// The e-mail address. Contacts for text messages only have none.
    #[record(nested = "email_address.address")]
    pub email_address: Text<'a>,
    /// explicit, implicit, not_set, pending_confirmation, temp_hold or unsubscribed.
    #[record(nested = "email_address.permission_to_send")]
    pub permission_to_send: Text<'a>,
    /// When the address was added.
    #[record(nested = "email_address.created_at")]
    pub email_created_at: Moment<'a>,
    /// When the address was changed last.
    #[record(nested = "email_address.updated_at")]
    pub email_updated_at: Moment<'a>,
    /// Who opted in: Contact or Account.
    #[record(nested = "email_address.opt_in_source")]
    pub opt_in_source: Text<'a>,
    /// When the contact opted in.
    #[record(nested = "email_address.opt_in_date")]
    pub opt_in_date: Moment<'a>,
    /// Who opted out: Contact or Account.
    #[record(nested = "email_address.opt_out_source")]
    pub opt_out_source: Text<'a>,
    /// When the contact opted out.
    #[record(nested = "email_address.opt_out_date")]
    pub opt_out_date: Moment<'a>,
    /// Why the contact opted out.
    #[record(nested = "email_address.opt_out_reason")]
    pub opt_out_reason: Text<'a>,
    /// pending, confirmed or off.
    #[record(nested = "email_address.confirm_status")]
    pub confirm_status: Text<'a>,
    /// The first name.
    pub first_name: Text<'a>,
    /// The last name.
    pub last_name: Text<'a>,
    /// The job title.
    pub job_title: Text<'a>,
    /// The company.
    pub company_name: Text<'a>,
    /// The month of birth, 1 to 12.
    pub birthday_month: Int,
    /// The day of birth, 1 to 31.
    pub birthday_day: Int,
    /// A day that the account keeps about the contact.
    pub anniversary: Anniversary<'a>,
    /// Where the contact came from: Contact, Account or another.
    pub create_source: Text<'a>,
    /// Who changed it last: Contact, Account or another.
    pub update_source: Text<'a>,
    /// When the contact was made.
    pub created_at: Moment<'a>,
    /// When it was changed last.
    pub updated_at: Moment<'a>,
    /// When it was deleted. Constant Contact gives the day: midnight UTC of it.
    pub deleted_at: Moment<'a>,
    /// Values of custom fields, a list of objects.
    pub custom_fields: Json<'a>,
    /// Phone numbers, a list of objects.
    pub phone_numbers: Json<'a>,
    /// Street addresses, a list of objects.
    pub street_addresses: Json<'a>,
    /// The lists that the contact is on, a list of ids.
    pub list_memberships: Json<'a>,
    /// The tags that the contact has, a list of ids.
    pub taggings: Json<'a>,
    /// Notes, a list of objects.
    pub notes: Json<'a>,
    /// The number for text messages and the consents to them, an object.
    pub sms_channel: Json<'a>,
}

/// The stream of contacts.
pub struct Contacts;

impl Stream for Contacts {
    fn describe(&self) -> StreamDescription {
        StreamDescription::of::<Contact<'static>>(
            "contacts",
            "Contacts",
            "The contacts of the account. A read that goes on where an earlier one ended brings \
             what has changed since, deleted contacts among it.",
        )
        .cursor("updated_at")
        .deletion("deleted_at")
        .children(&CHILDREN)
        .options([
            options::contact_status(),
            Field::choices("include_subresources", "Include subresources", &INCLUDES)
                .describe(
                    "Which lists to ask for. Those whose column is not wanted are left out \
                     anyway, and child tables bring theirs.",
                )
                .default(&INCLUDES.map(|(name, _)| name).join(",")),
        ])
        .options(options::updated())
        .options([
            Field::new("email", "E-mail address", FieldKind::Text)
                .describe("Only the contact with this address."),
            options::lists(),
            Field::new("tags", "Tags", FieldKind::Lookups)
                .describe("Only contacts with one of these tags, 50 at most."),
            Field::new("segment_id", "Segment", FieldKind::Lookup)
                .describe("Only contacts of this segment. Goes with no other filter."),
            options::overlap(),
            options::page_size(PAGE_SIZE),
        ])
        .writes(changes::contact_operations::operations())
    }

    fn choices(&self, request: &ScanRequest, field: &str) -> Result<Vec<Choice>, Failure> {
        options::menu(request, field)
    }

    fn open(&self, request: &ScanRequest) -> Result<Box<dyn Scan>, Failure> {
        let api = Api::v3(request)?;
        let begin = window::begin(request, "updated_after_date", "updated_days_back")?;
        let size = options::page_size_in(request, PAGE_SIZE)?;
        let pages = if let Some(segment) = segment(request)? {
            let first = api.get(PATH).query("segment_id", segment).query("limit", size);
            let pager = Incremental::new(request, 0, None, |_| Box::new(api.links(first)))?;
            api.pages(pager, Shape::list(RECORDS))
        } else {
            let first = filtered(api.get(PATH), request)?;
            let first = first.query_if("include", includes(request)).query("limit", size);
            let has_status = request.options.text("contact_status").is_some();
            // Of changes deletions are a part, and without the status they would not come.
            let wants_changes = request.checkpoint.is_some() || request.since.is_some();
            let status = (wants_changes && !has_status).then_some("all");
            let pager = Incremental::new(request, options::overlap_in(request)?, begin, |since| {
                let since = since.and_then(|since| window::instant(since).ok());
                let first = first.query_if("updated_after", since).query_if("status", status);
                Box::new(api.links(first))
            })?;
            api.pages(pager, Shape::list(RECORDS))
        };
        RecordScan::new::<Contact<'static>>(request, pages)?.with_children(request, &CHILDREN)
    }

    fn write(&self, request: &WriteRequest, rows: Rows<'_>) -> Result<Vec<RowOutcome>, Failure> {
        changes::each(request, rows, changes::contacts::write)
    }
}

/// The segment that is read. The API takes it with no other filter.
fn segment(request: &ScanRequest) -> Result<Option<&str>, Failure> {
    let others =
        ["contact_status", "updated_after_date", "updated_days_back", "email", "lists", "tags"];
    for other in others {
        options::refuse_both(request, "segment_id", other)?;
    }
    if let Some(child) =
        request.children.first().filter(|_| request.options.text("segment_id").is_some())
    {
        let reason = format!("contacts of a segment come without the child table `{child}`");
        return Err(Failure::invalid("segment_id", reason));
    }
    Ok(request.options.text("segment_id"))
}

/// The request with the filters in it that go together.
fn filtered(first: Request, request: &ScanRequest) -> Result<Request, Failure> {
    let first = first.query_if("email", request.options.text("email"));
    let first = options::csv(first, request, ("contact_status", "status"), STATUSES_MAX)?;
    let first = options::csv(first, request, ("lists", "lists"), LISTS_MAX)?;
    options::csv(first, request, ("tags", "tags"), TAGS_MAX)
}

/// What of a contact to ask for: what is chosen and wanted as a column, or wanted as a child table.
fn includes(request: &ScanRequest) -> Option<String> {
    let chosen = request.options.values("include_subresources");
    let has = |names: &[String], name: &str| names.iter().any(|one| one == name);
    let is_asked = |name: &str| {
        let is_column = request.columns.is_empty() || has(&request.columns, name);
        (is_column && has(chosen, name)) || has(&request.children, name)
    };
    let names = INCLUDES.map(|(name, _)| name).into_iter().filter(|name| is_asked(name));
    Some(names.collect::<Vec<_>>().join(",")).filter(|names| !names.is_empty())
}

/// The first contacts, by address and name.
///
/// # Errors
/// Whatever the request failed with.
pub fn menu(api: &Api) -> Result<Vec<Choice>, Failure> {
    options::menu_of::<Contact<'static>>(api, PATH, RECORDS, |row| {
        let id = row.contact_id.as_str().unwrap_or_default();
        let text = |text: &Text<'_>| text.as_str().unwrap_or_default().to_owned();
        let name = format!("{} {}", text(&row.first_name), text(&row.last_name));
        let title = match (text(&row.email_address), name.trim()) {
            (address, "") if address.is_empty() => id.to_owned(),
            (address, "") => address,
            (address, name) => format!("{address} {name}").trim().to_owned(),
        };
        Ok(Choice::new(id, title))
    })
}

/// The options that choose contacts for reports about each of them.
pub fn selection() -> [Field; 3] {
    [
        Field::new("contacts", "Contacts", FieldKind::Lookups).describe(
            "Only these contacts. Left out: all that `contact_status` and `lists` leave, with a \
             request or more for each.",
        ),
        options::contact_status(),
        options::lists(),
    ]
}

/// The ids of the contacts that these options choose, and whether they were named.
///
/// # Errors
/// `invalid-config` for contacts that are named and filtered; whatever a request failed with.
pub fn selected(api: &Api, request: &ScanRequest) -> Result<(Vec<String>, bool), Failure> {
    options::refuse_both(request, "contacts", "contact_status")?;
    options::refuse_both(request, "contacts", "lists")?;
    let named = parts::named(request, "contacts")?;
    if !named.is_empty() {
        return Ok((named, true));
    }
    let first = filtered(api.get(PATH), request)?.query("limit", PAGE_SIZE.to_string());
    let mut pages = api.pages(api.links(first), Shape::list(RECORDS));
    let ids = pages.collect::<Contact<'static>, _>(|row| parts::id_of(row.contact_id.as_str()))?;
    Ok((ids, false))
}
