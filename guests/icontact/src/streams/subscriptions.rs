//! Subscriptions: which contact is on which list.

use tollgate_sdk::manifest::{Choice, Field, StreamDescription};
use tollgate_sdk::paging::Offset;
use tollgate_sdk::time::UsEastern;
use tollgate_sdk::values::{Int, Text, Timestamp};
use tollgate_sdk::{DateRange, Failure, Fault, Record, RecordScan, Scan, ScanRequest, Stream};

use super::options;
use crate::account::{Account, PAGE_SIZE};

const RECORDS: &[&str] = &["subscriptions"];

/// A subscription.
#[derive(Record)]
#[record(rename_all = "camelCase")]
pub struct Subscription<'a> {
    /// The subscription's id: the list's and the contact's with `_` between.
    #[record(key)]
    pub subscription_id: Text<'a>,
    /// The list.
    pub list_id: Int,
    /// The contact.
    pub contact_id: Int,
    /// normal, pending or unsubscribed.
    pub status: Text<'a>,
    /// When the contact came onto the list.
    pub add_date: Timestamp<'a, UsEastern>,
    /// The message by which the contact was asked to confirm.
    pub confirmation_message_id: Int,
}

/// The stream of subscriptions.
pub struct Subscriptions;

impl Stream for Subscriptions {
    fn describe(&self) -> StreamDescription {
        StreamDescription::of::<Subscription<'static>>(
            "subscriptions",
            "Subscriptions",
            "Which contact is on which list, and since when.",
        )
        .options([
            options::list(),
            status(),
            options::window("added", "Added", "subscriptions made"),
            options::page_size(),
        ])
    }

    fn choices(&self, request: &ScanRequest, field: &str) -> Result<Vec<Choice>, Failure> {
        options::menu(request, field)
    }

    fn open(&self, request: &ScanRequest) -> Result<Box<dyn Scan>, Failure> {
        let filter = Filter::of(request)?;
        let size = options::page_size_in(request, PAGE_SIZE)?;
        let account = Account::of(request)?;
        let list = filter.list.map(|id| id.to_string());
        let wanted = account.get("/subscriptions").query_if("listId", list);
        let wanted = wanted.query_if("status", filter.status.as_ref());
        let pager = Offset::new(wanted, size).rows_wanted(request.rows_wanted);
        let pages = account.pages(pager, RECORDS);
        let scan = RecordScan::new::<Subscription<'static>>(request, pages)?;
        Ok(scan.each_row::<Subscription<'static>>(move |row, _| filter.keeps(row)).boxed())
    }
}

fn status() -> Field {
    let statuses = [
        ("any", "Any"),
        ("normal", "Normal"),
        ("pending", "Pending"),
        ("unsubscribed", "Unsubscribed"),
    ];
    Field::choice("status", "Status", &statuses)
        .describe("Only subscriptions in this status.")
        .default("any")
}

/// Which subscriptions a read is about.
struct Filter {
    list: Option<i64>,
    status: Option<String>,
    added: Option<DateRange>,
}

impl Filter {
    fn of(request: &ScanRequest) -> Result<Self, Failure> {
        let status = request.options.text("status").filter(|&status| status != "any");
        Ok(Self {
            list: request.options.integer("list")?,
            status: status.map(str::to_owned),
            added: request.options.range("added")?,
        })
    }

    /// Whether a row is meant. Whether iContact compares `addDate` is not known, so it is not asked.
    fn keeps(&self, row: &Subscription<'_>) -> Result<bool, Fault> {
        if self.list.is_some() && row.list_id.0 != self.list {
            return Ok(false);
        }
        if self.status.is_some() && row.status.as_str() != self.status.as_deref() {
            return Ok(false);
        }
        let Some(range) = &self.added else { return Ok(true) };
        let day = row.add_date.day().map_err(|bad| bad.in_field("addDate"))?;
        Ok(day.is_some_and(|day| range.contains(day)))
    }
}
