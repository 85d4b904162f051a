//! Who bounced, clicked, opened and unsubscribed. One paged list per message.

use std::marker::PhantomData;

use tollgate_sdk::failure::BadValue;
use tollgate_sdk::manifest::{Choice, StreamDescription};
use tollgate_sdk::paging::{Each, Item, Offset, Pages};
use tollgate_sdk::time::UsEastern;
use tollgate_sdk::values::{Int, Text, Timestamp};
use tollgate_sdk::{Failure, Partition, Record, RecordScan, Scan, ScanRequest, Stream};

use super::message_statistics::{self, messages_of};
use super::{messages, options};
use crate::account::PAGE_SIZE;
use crate::parts;

/// A bounce.
#[derive(Record)]
#[record(rename_all = "camelCase")]
pub struct Bounce<'a> {
    /// The message.
    #[record(computed, required)]
    pub message_id: Int,
    /// The contact.
    pub contact_id: Int,
    /// When the mail came back.
    pub bounce_time: Timestamp<'a, UsEastern>,
}

/// A click.
#[derive(Record)]
#[record(rename_all = "camelCase")]
pub struct Click<'a> {
    /// The message.
    #[record(computed, required)]
    pub message_id: Int,
    /// The contact.
    pub contact_id: Int,
    /// When the contact clicked.
    pub click_time: Timestamp<'a, UsEastern>,
    /// The link.
    pub click_link: Text<'a>,
}

/// An opening.
#[derive(Record)]
#[record(rename_all = "camelCase")]
pub struct Open<'a> {
    /// The message.
    #[record(computed, required)]
    pub message_id: Int,
    /// The contact.
    pub contact_id: Int,
    /// When the contact opened it.
    pub open_time: Timestamp<'a, UsEastern>,
}

/// An unsubscription.
#[derive(Record)]
#[record(rename_all = "camelCase")]
pub struct Unsubscribe<'a> {
    /// The message.
    #[record(computed, required)]
    pub message_id: Int,
    /// The contact.
    pub contact_id: Int,
    /// When the contact unsubscribed.
    pub unsubscribe_time: Timestamp<'a, UsEastern>,
}

/// A stream of what contacts did with messages.
pub struct Tracking<E>(pub PhantomData<E>);

/// What happens to a message, as a record.
pub trait Event: Record {
    /// What it is called, in the path and in the answer: `bounces`.
    const RECORDS: &'static [&'static str];
    /// The stream's title.
    const TITLE: &'static str;
    /// What one row is.
    const DESCRIPTION: &'static str;

    /// Notes which message a row is about.
    fn place(row: &mut Self::Row<'_>, message: &Item);

    /// The day of a row.
    ///
    /// # Errors
    /// For a text that is no time.
    fn day(row: &Self::Row<'_>) -> Result<Option<i64>, BadValue>;
}

/// The four events differ in names only.
macro_rules! event {
    ($record:ident, $records:literal, $time:ident, $key:literal, $title:literal, $row:literal) => {
        impl Event for $record<'static> {
            const RECORDS: &'static [&'static str] = &[$records];
            const TITLE: &'static str = $title;
            const DESCRIPTION: &'static str = concat!(
                $row,
                " Rows have no identity of their own: two equal events are two rows. At least one \
                 request per message."
            );

            fn place(row: &mut Self::Row<'_>, message: &Item) {
                row.message_id = Int(message.number());
            }

            fn day(row: &Self::Row<'_>) -> Result<Option<i64>, BadValue> {
                row.$time.day().map_err(|bad| bad.in_field($key))
            }
        }
    };
}

event!(
    Bounce,
    "bounces",
    bounce_time,
    "bounceTime",
    "Track Message Bounces",
    "Mails that came back."
);
event!(
    Click,
    "clicks",
    click_time,
    "clickTime",
    "Track Message Clicks",
    "Clicks in messages. Counted only where the message's campaign tracks clicks."
);
event!(Open, "opens", open_time, "openTime", "Track Message Opens", "Openings of messages.");
event!(
    Unsubscribe,
    "unsubscribes",
    unsubscribe_time,
    "unsubscribeTime",
    "Track Message Unsubscribes",
    "Contacts who unsubscribed from a message."
);

impl<E: Event> Tracking<E> {
    fn kind(&self) -> &'static str {
        E::RECORDS.first().copied().unwrap_or_default()
    }
}

impl<E: Event> Stream for Tracking<E> {
    fn describe(&self) -> StreamDescription {
        let name = format!("track_message_{}", self.kind());
        StreamDescription::of::<E>(&name, E::TITLE, E::DESCRIPTION)
            .partitioned()
            .options(messages::selection())
            .options([options::window("time", "Time", "events"), options::page_size()])
    }

    fn choices(&self, request: &ScanRequest, field: &str) -> Result<Vec<Choice>, Failure> {
        options::menu(request, field)
    }

    fn partitions(&self, request: &ScanRequest) -> Result<Vec<Partition>, Failure> {
        message_statistics::partitions(request)
    }

    fn open(&self, request: &ScanRequest) -> Result<Box<dyn Scan>, Failure> {
        // Whether iContact compares the times of events is not known, so it is not asked to.
        let window = request.options.range("time")?;
        let scan = RecordScan::new::<E>(request, pages(request, E::RECORDS)?)?;
        let scan = scan.each_row::<E>(move |row, message| {
            E::place(row, message);
            let Some(window) = &window else { return Ok(true) };
            Ok(E::day(row)?.is_some_and(|day| window.contains(day)))
        });
        Ok(scan.boxed())
    }
}

/// The events of messages, one message after the other.
#[inline(never)]
fn pages(request: &ScanRequest, records: &'static [&'static str]) -> Result<Pages, Failure> {
    let size = options::page_size_in(request, PAGE_SIZE)?;
    let (account, ids) = messages_of(request)?;
    let (ways, rows_wanted) = (account.clone(), request.rows_wanted);
    let kind = records.first().copied().unwrap_or_default();
    let pager = Each::new(parts::items(ids), move |id| {
        let wanted = ways.get(&format!("/messages/{id}/{kind}"));
        Box::new(Offset::new(wanted, size).rows_wanted(rows_wanted))
    });
    Ok(account.pages(pager.skip_missing(messages::are_listed(request)), records))
}
