//! Contacts, with the account's custom fields as columns.

use tollgate_sdk::http::Request;
use tollgate_sdk::manifest::{Choice, Column, Field, StreamDescription};
use tollgate_sdk::paging::Offset;
use tollgate_sdk::time::UsEastern;
use tollgate_sdk::values::{Dynamic, Int, Text, Timestamp};
use tollgate_sdk::{DateRange, Failure, Fault, Record, RecordScan, Scan, ScanRequest, Stream};

use super::{custom_fields, options};
use crate::account::{Account, PAGE_SIZE};

/// The key of the list.
pub const RECORDS: &[&str] = &["contacts"];

/// A contact.
#[derive(Record)]
#[record(rename_all = "camelCase")]
pub struct Contact<'a> {
    /// The contact's id.
    #[record(key)]
    pub contact_id: Int,
    /// The e-mail address, unique among contacts.
    pub email: Text<'a>,
    /// The form of address.
    pub prefix: Text<'a>,
    /// The first name.
    pub first_name: Text<'a>,
    /// The last name.
    pub last_name: Text<'a>,
    /// What follows the name.
    pub suffix: Text<'a>,
    /// The street.
    pub street: Text<'a>,
    /// The second line of the street.
    pub street2: Text<'a>,
    /// The city.
    pub city: Text<'a>,
    /// The state or province.
    pub state: Text<'a>,
    /// The postal code.
    pub postal_code: Text<'a>,
    /// The phone number.
    pub phone: Text<'a>,
    /// The fax number.
    pub fax: Text<'a>,
    /// The business phone number. Lists of contacts may lack it.
    pub business: Text<'a>,
    /// When the contact was made. iContact gives the wall clock of US Eastern time; of the hour that
    /// the end of summer time repeats, the first is meant.
    pub create_date: Timestamp<'a, UsEastern>,
    /// How many messages bounced.
    pub bounce_count: Int,
    /// normal, bounced, donotcontact, pending, invitable or deleted.
    pub status: Text<'a>,
    /// The account's custom fields.
    #[record(dynamic)]
    pub custom: Dynamic<'a>,
}

/// The stream of contacts.
pub struct Contacts;

impl Stream for Contacts {
    fn describe(&self) -> StreamDescription {
        StreamDescription::of::<Contact<'static>>(
            "contacts",
            "Contacts",
            "The contacts of the client folder, with its custom fields as further columns. \
             iContact has no time of last change: a run over `created` brings new contacts only.",
        )
        .dynamic_columns()
        .options([
            status(),
            options::list(),
            options::window("created", "Created", "contacts made"),
            options::page_size(),
        ])
    }

    fn dynamic_columns(&self, request: &ScanRequest) -> Result<Vec<Column>, Failure> {
        let columns = custom_fields::columns(&Account::of(request)?, Contact::TABLE)?;
        Ok(columns.into_iter().map(|column| column.column).collect())
    }

    fn choices(&self, request: &ScanRequest, field: &str) -> Result<Vec<Choice>, Failure> {
        options::menu(request, field)
    }

    fn open(&self, request: &ScanRequest) -> Result<Box<dyn Scan>, Failure> {
        let filter = Filter::of(request)?;
        let size = options::page_size_in(request, PAGE_SIZE)?;
        let account = Account::of(request)?;
        let dynamic = match needs_dynamic(&request.columns) {
            true => custom_fields::columns(&account, Contact::TABLE)?,
            false => Vec::new(),
        };
        let pager = Offset::new(filter.apply(account.get("/contacts")), size);
        let pages = account.pages(pager.rows_wanted(request.rows_wanted), RECORDS);
        let scan = RecordScan::with_dynamic::<Contact<'static>>(request, pages, &dynamic)?;
        Ok(scan.each_row::<Contact<'static>>(move |row, _| filter.keeps(row)).boxed())
    }
}

/// Which contacts: iContact's three populations, or one status among all contacts.
pub fn status() -> Field {
    let statuses = [
        ("total", "All contacts"),
        ("listed", "On at least one list"),
        ("unlisted", "On no list"),
        ("normal", "Status normal"),
        ("bounced", "Status bounced"),
        ("donotcontact", "Status do not contact"),
        ("pending", "Status pending"),
        ("invitable", "Status invitable"),
        ("deleted", "Status deleted"),
    ];
    Field::choice("status", "Contacts", &statuses)
        .describe(
            "Which contacts. For one status, all contacts are read and those of another status \
             dropped, since it is not known whether iContact filters by status.",
        )
        .default("total")
}

/// Which contacts a read is about.
#[derive(Clone, Debug)]
pub struct Filter {
    /// `status` of the request: none for the contacts on a list.
    population: Option<&'static str>,
    /// The status that a row must have.
    status: Option<String>,
    list: Option<String>,
    created: Option<DateRange>,
}

impl Filter {
    /// The filter that the options make.
    ///
    /// # Errors
    /// `invalid-config` for an option that cannot work.
    pub fn of(request: &ScanRequest) -> Result<Self, Failure> {
        let list = request.options.text("list").map(str::to_owned);
        let (population, status) = match request.options.text("status").unwrap_or("total") {
            "listed" => (None, None),
            "unlisted" => (Some("unlisted"), None),
            "total" => (Some("total"), None),
            status => (Some("total"), Some(status.to_owned())),
        };
        if list.is_some() && population == Some("unlisted") {
            let reason = "contacts of a list are not without one: leave out `status` or `list`";
            return Err(Failure::invalid("status", reason));
        }
        // Who is on a list is among the contacts on a list. That `status` and `listId` go together
        // is said nowhere.
        let population = population.filter(|_| list.is_none());
        Ok(Self { population, status, list, created: request.options.range("created")? })
    }

    /// The request with the filter in it.
    ///
    /// The window is a day wider at both ends than asked for, because it is not said on which clock
    /// iContact compares and how much of the last day it takes; the rows are compared exactly.
    pub fn apply(&self, request: Request) -> Request {
        let window = self.created.map(|range| range.widened(1));
        let days = window.map(|range| format!("{},{}", range.first, range.last));
        request
            .query_if("status", self.population)
            .query_if("listId", self.list.as_ref())
            .query_if("createDate", days)
            .query_if("createDateSearchType", self.created.map(|_| "bet"))
    }

    /// Whether a row is meant.
    fn keeps(&self, row: &Contact<'_>) -> Result<bool, Fault> {
        if let Some(range) = &self.created {
            let day = row.create_date.day().map_err(|bad| bad.in_field("createDate"))?;
            if !day.is_some_and(|day| range.contains(day)) {
                return Ok(false);
            }
        }
        Ok(self.status.is_none() || row.status.as_str() == self.status.as_deref())
    }
}

/// Whether one of the columns is a custom field.
fn needs_dynamic(columns: &[String]) -> bool {
    columns.is_empty() || !columns.iter().all(|name| Contact::TABLE.has_column(name))
}

/// The ids of the contacts that a filter leaves.
///
/// # Errors
/// Whatever a request failed with.
pub fn ids(account: &Account, filter: &Filter) -> Result<Vec<i64>, Failure> {
    let mut pages = account.list(filter.apply(account.get("/contacts")), RECORDS);
    let ids = pages.collect::<Contact<'static>, _>(|row| {
        Ok((row.contact_id.0.unwrap_or_default(), filter.keeps(row)?))
    })?;
    Ok(ids.into_iter().filter(|&(_, is_kept)| is_kept).map(|(id, _)| id).collect())
}
