//! Contacts of the API v2.

use tollgate_sdk::manifest::{Choice, Field, StreamDescription};
use tollgate_sdk::values::{Flag, Json, Text};
use tollgate_sdk::{Child, Failure, Record, RecordScan, Scan, ScanRequest, Stream};

use super::{RESULTS, incremental, since};
use crate::account::Api;
use crate::parts;
use crate::streams::options;
use crate::values::Moment;

const PATH: &str = "/contacts";
const PAGE_SIZE: i64 = 500;
const CHILDREN: [Child; 5] = [
    Child::of::<Address<'static>>("addresses", "An address of a contact."),
    Child::of::<Note<'static>>("notes", "A note about a contact."),
    Child::of::<ListMembership<'static>>("lists", "A list that a contact is on."),
    Child::of::<EmailAddress<'static>>("email_addresses", "An e-mail address of a contact."),
    Child::of::<CustomField<'static>>("custom_fields", "A custom field's value of a contact."),
];

/// A contact.
#[derive(Record)]
pub struct Contact<'a> {
    /// The contact's id.
    #[record(key)]
    pub id: Text<'a>,
    /// ACTIVE, UNCONFIRMED, OPTOUT, REMOVED, NON_SUBSCRIBER or VISITOR.
    pub status: Text<'a>,
    /// The fax number.
    pub fax: Text<'a>,
    /// Addresses, a list of objects.
    pub addresses: Json<'a>,
    /// Notes, a list of objects.
    pub notes: Json<'a>,
    /// Whether the contact confirmed the subscription.
    pub confirmed: Flag,
    /// The lists that the contact is on, a list of objects.
    pub lists: Json<'a>,
    /// Where the contact came from.
    pub source: Text<'a>,
    /// E-mail addresses, a list of objects.
    pub email_addresses: Json<'a>,
    /// The form of address.
    pub prefix_name: Text<'a>,
    /// The first name.
    pub first_name: Text<'a>,
    /// The middle name.
    pub middle_name: Text<'a>,
    /// The last name.
    pub last_name: Text<'a>,
    /// The job title.
    pub job_title: Text<'a>,
    /// The company.
    pub company_name: Text<'a>,
    /// The phone number at home.
    pub home_phone: Text<'a>,
    /// The phone number at work.
    pub work_phone: Text<'a>,
    /// The mobile phone number.
    pub cell_phone: Text<'a>,
    /// Values of custom fields, a list of objects.
    pub custom_fields: Json<'a>,
    /// When the contact was made.
    pub created_date: Moment<'a>,
    /// When it was changed last.
    pub modified_date: Moment<'a>,
    /// More about where the contact came from.
    pub source_details: Text<'a>,
}

/// An address.
#[derive(Record)]
pub struct Address<'a> {
    /// The address's id.
    #[record(rename = "id")]
    pub address_id: Text<'a>,
    /// PERSONAL or BUSINESS.
    pub address_type: Text<'a>,
    /// The first line.
    pub line1: Text<'a>,
    /// The second line.
    pub line2: Text<'a>,
    /// The third line.
    pub line3: Text<'a>,
    /// The city.
    pub city: Text<'a>,
    /// The state or province.
    pub state: Text<'a>,
    /// The state or province, two letters.
    pub state_code: Text<'a>,
    /// The country, two letters.
    pub country_code: Text<'a>,
    /// The postal code.
    pub postal_code: Text<'a>,
    /// What follows the postal code.
    pub sub_postal_code: Text<'a>,
}

/// A note.
#[derive(Record)]
pub struct Note<'a> {
    /// The note's id.
    #[record(rename = "id")]
    pub note_id: Text<'a>,
    /// Its text.
    pub note: Text<'a>,
    /// When it was written.
    pub created_date: Moment<'a>,
    /// When it was changed last.
    pub modified_date: Moment<'a>,
}

/// A list membership.
#[derive(Record)]
pub struct ListMembership<'a> {
    /// The list.
    #[record(rename = "id", key)]
    pub list_id: Text<'a>,
    /// ACTIVE, HIDDEN or REMOVED.
    pub status: Text<'a>,
}

/// An e-mail address.
#[derive(Record)]
pub struct EmailAddress<'a> {
    /// The address's id.
    #[record(rename = "id")]
    pub email_address_id: Text<'a>,
    /// The address.
    #[record(key)]
    pub email_address: Text<'a>,
    /// As the contact's own.
    pub status: Text<'a>,
    /// CONFIRMED, NO_CONFIRMATION_REQUIRED or UNCONFIRMED.
    pub confirm_status: Text<'a>,
    /// Who opted in: ACTION_BY_VISITOR or ACTION_BY_OWNER.
    pub opt_in_source: Text<'a>,
    /// When the contact opted in.
    pub opt_in_date: Moment<'a>,
    /// Who opted out: ACTION_BY_VISITOR or ACTION_BY_OWNER.
    pub opt_out_source: Text<'a>,
    /// When the contact opted out; null for never.
    pub opt_out_date: Moment<'a>,
}

/// A custom field's value.
#[derive(Record)]
pub struct CustomField<'a> {
    /// CustomField1 to CustomField15.
    #[record(key)]
    pub name: Text<'a>,
    /// What people read.
    pub label: Text<'a>,
    /// Its value.
    pub value: Text<'a>,
}

/// The stream of contacts.
pub struct Contacts;

impl Stream for Contacts {
    fn describe(&self) -> StreamDescription {
        StreamDescription::of::<Contact<'static>>(
            "v2_contacts",
            "Contacts (v2)",
            "The contacts of the account, by the API v2. A read that goes on where an earlier one \
             ended brings what has changed since.",
        )
        .cursor("modified_date")
        .children(&CHILDREN)
        .options([
            status(),
            since("modified_since", "Modified since"),
            options::overlap(),
            options::page_size(PAGE_SIZE),
        ])
    }

    fn open(&self, request: &ScanRequest) -> Result<Box<dyn Scan>, Failure> {
        let api = Api::v2(request)?;
        let status = request.options.text("status").unwrap_or("ALL");
        let first = api.get(PATH).query("status", status);
        let first = first.query("limit", options::page_size_in(request, PAGE_SIZE)?);
        let ways = api.clone();
        let pager = incremental(request, "modified_since", |bound| {
            Box::new(ways.links(bound.apply(first)))
        })?;
        let pages = api.pages(pager, RESULTS);
        RecordScan::new::<Contact<'static>>(request, pages)?.with_children(request, &CHILDREN)
    }
}

/// Only contacts of one status.
fn status() -> Field {
    let statuses = [
        ("ALL", "All"),
        ("ACTIVE", "Active"),
        ("UNCONFIRMED", "Unconfirmed"),
        ("OPTOUT", "Opted out"),
        ("REMOVED", "Removed"),
        ("NON_SUBSCRIBER", "Non-subscriber"),
        ("VISITOR", "Visitor"),
    ];
    Field::choice("status", "Status", &statuses)
        .describe("Only contacts with this status.")
        .default("ALL")
}

/// The first contacts, by address and name.
///
/// # Errors
/// Whatever the request failed with.
pub fn menu(api: &Api) -> Result<Vec<Choice>, Failure> {
    let first = tollgate_sdk::paging::Whole::new(api.get(PATH).query("limit", "500"));
    api.pages(first, RESULTS).collect::<Contact<'static>, _>(|row| {
        let id = row.id.as_str().unwrap_or_default();
        let name = |text: &Text<'_>| text.as_str().unwrap_or_default().to_owned();
        let title = format!("{} {}", name(&row.first_name), name(&row.last_name));
        let title = Some(title.trim()).filter(|title| !title.is_empty()).unwrap_or(id);
        Ok(Choice::new(id, title))
    })
}

/// The ids of the contacts that the option `contacts` names, or of all.
///
/// # Errors
/// Whatever a request failed with.
pub fn selected(api: &Api, request: &ScanRequest) -> Result<Vec<String>, Failure> {
    let named = parts::named(request, "contacts")?;
    if !named.is_empty() {
        return Ok(named);
    }
    let first = api.get(PATH).query("status", "ALL").query("limit", PAGE_SIZE.to_string());
    let mut pages = api.pages(api.links(first), RESULTS);
    pages.collect::<Contact<'static>, _>(|row| parts::id_of(row.id.as_str()))
}
