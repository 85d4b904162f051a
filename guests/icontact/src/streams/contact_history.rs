//! Contact history: what happened to a contact. One paged list per contact.

use tollgate_sdk::manifest::{Choice, Field, FieldKind, StreamDescription};
use tollgate_sdk::paging::{Each, Offset};
use tollgate_sdk::time::UsEastern;
use tollgate_sdk::values::{Int, Json, Text, Timestamp};
use tollgate_sdk::{Failure, Partition, Record, RecordScan, Scan, ScanRequest, Stream};

use super::{contacts, options};
use crate::account::{Account, PAGE_SIZE};
use crate::parts;

const RECORDS: &[&str] = &["actions"];
/// Contacts a part: enough work for a connection, and a small step to repeat.
const CONTACTS_PER_PART: usize = 100;

/// Something that happened to a contact.
#[derive(Record)]
#[record(rename_all = "camelCase")]
pub struct Action<'a> {
    /// The contact.
    #[record(computed, required)]
    pub contact_id: Int,
    /// EditFields, EditStatus, EditSubscription, AddContact, Click, Survey, Open, Bounce,
    /// ReleaseSend, ScheduleSend, Forward, CancelSend or another.
    pub action_type: Text<'a>,
    /// When it happened.
    pub action_time: Timestamp<'a, UsEastern>,
    /// Whose doing it was.
    pub actor: Text<'a>,
    /// What was done, an object; an empty list where there is nothing to say.
    pub details: Json<'a>,
}

/// The stream of contact histories.
pub struct ContactHistory;

impl Stream for ContactHistory {
    fn describe(&self) -> StreamDescription {
        StreamDescription::of::<Action<'static>>(
            "contact_history",
            "Contact History",
            "What happened to each contact. At least one request per contact: choose contacts \
             where there are many. Rows have no identity of their own.",
        )
        .partitioned()
        .options([
            Field::new("contacts", "Contacts", FieldKind::Texts).describe(
                "Only these contacts, by id. Left out: all that `status` and `list` say.",
            ),
            contacts::status(),
            options::list(),
            options::window("time", "Time", "actions"),
            options::page_size(),
        ])
    }

    fn choices(&self, request: &ScanRequest, field: &str) -> Result<Vec<Choice>, Failure> {
        options::menu(request, field)
    }

    fn partitions(&self, request: &ScanRequest) -> Result<Vec<Partition>, Failure> {
        let account = Account::of(request)?;
        let ids = selected(&account, request)?;
        Ok(parts::split(&account, "contact", ids, CONTACTS_PER_PART))
    }

    fn open(&self, request: &ScanRequest) -> Result<Box<dyn Scan>, Failure> {
        let window = request.options.range("time")?;
        let size = options::page_size_in(request, PAGE_SIZE)?;
        let (account, ids) = match parts::chosen(request)? {
            Some(part) => part,
            None => {
                let account = Account::of(request)?;
                let ids = selected(&account, request)?;
                (account, ids)
            }
        };
        let (ways, rows_wanted) = (account.clone(), request.rows_wanted);
        let pager = Each::new(parts::items(ids), move |id| {
            let wanted = ways.get(&format!("/contacts/{id}/actions"));
            Box::new(Offset::new(wanted, size).rows_wanted(rows_wanted))
        });
        let pager = pager.skip_missing(request.options.values("contacts").is_empty());
        let pages = account.pages(pager, RECORDS);
        let scan = RecordScan::new::<Action<'static>>(request, pages)?;
        let scan = scan.each_row::<Action<'static>>(move |row, contact| {
            row.contact_id = Int(contact.number());
            let Some(window) = &window else { return Ok(true) };
            let day = row.action_time.day().map_err(|bad| bad.in_field("actionTime"))?;
            Ok(day.is_some_and(|day| window.contains(day)))
        });
        Ok(scan.boxed())
    }
}

fn selected(account: &Account, request: &ScanRequest) -> Result<Vec<i64>, Failure> {
    let chosen = request.options.integers("contacts")?;
    if !chosen.is_empty() {
        return Ok(chosen);
    }
    contacts::ids(account, &contacts::Filter::of(request)?)
}
