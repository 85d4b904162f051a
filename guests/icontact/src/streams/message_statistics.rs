//! Message statistics: what became of a message. One request per message.

use tollgate_sdk::manifest::{Choice, StreamDescription};
use tollgate_sdk::paging::{Each, Pages, Whole};
use tollgate_sdk::values::Int;
use tollgate_sdk::{Failure, Partition, Record, RecordScan, Scan, ScanRequest, Shape, Stream};

use super::{messages, options};
use crate::account::Account;
use crate::answers;
use crate::parts;

/// Messages a part: enough work for a connection, and a small step to repeat.
const MESSAGES_PER_PART: usize = 50;

/// What became of a message.
#[derive(Clone, Copy, Debug, Record)]
#[record(rename_all = "camelCase")]
pub struct Statistics {
    /// The message.
    #[record(computed, key)]
    pub message_id: Int,
    /// Mails that came back.
    pub bounces: Int,
    /// Mails that were delivered.
    pub delivered: Int,
    /// Contacts who unsubscribed.
    pub unsubscribes: Int,
    /// Contacts who opened it.
    #[record(nested = "opens.unique")]
    pub opens_unique: Int,
    /// Times it was opened.
    #[record(nested = "opens.total")]
    pub opens_total: Int,
    /// Contacts who clicked in it. Counted only if its campaign tracks clicks.
    #[record(nested = "clicks.unique")]
    pub clicks_unique: Int,
    /// Clicks in it.
    #[record(nested = "clicks.total")]
    pub clicks_total: Int,
    /// Times it was forwarded.
    pub forwards: Int,
    /// Comments on it.
    pub comments: Int,
    /// Complaints about it.
    pub complaints: Int,
    /// Mails that were released. Not documented by iContact; null where it does not say.
    pub released: Int,
}

/// The stream of message statistics.
pub struct MessageStatistics;

impl Stream for MessageStatistics {
    fn describe(&self) -> StreamDescription {
        StreamDescription::of::<Statistics>(
            "message_statistics",
            "Message Statistics",
            "What became of each message. One request per message.",
        )
        .partitioned()
        .options(messages::selection())
    }

    fn choices(&self, request: &ScanRequest, field: &str) -> Result<Vec<Choice>, Failure> {
        options::menu(request, field)
    }

    fn partitions(&self, request: &ScanRequest) -> Result<Vec<Partition>, Failure> {
        partitions(request)
    }

    fn open(&self, request: &ScanRequest) -> Result<Box<dyn Scan>, Failure> {
        let (account, ids) = messages_of(request)?;
        let pages = pages(&account, ids, messages::are_listed(request));
        let scan = RecordScan::new::<Statistics>(request, pages)?;
        let scan = scan.each_row::<Statistics>(|row, message| {
            row.message_id = Int(message.number());
            Ok(true)
        });
        Ok(scan.boxed())
    }
}

/// The chosen messages, split into parts.
///
/// # Errors
/// Whatever a request failed with.
#[inline(never)]
pub fn partitions(request: &ScanRequest) -> Result<Vec<Partition>, Failure> {
    let account = Account::of(request)?;
    let ids = messages::selected(&account, request)?;
    Ok(parts::split(&account, "message", ids, MESSAGES_PER_PART))
}

/// The messages of the part that is read, or of all.
///
/// # Errors
/// Whatever a request failed with.
pub fn messages_of(request: &ScanRequest) -> Result<(Account, Vec<i64>), Failure> {
    if let Some(part) = parts::chosen(request)? {
        return Ok(part);
    }
    let account = Account::of(request)?;
    let ids = messages::selected(&account, request)?;
    Ok((account, ids))
}

/// The statistics of messages, one answer each. Says whether to pass over messages without.
pub fn pages(account: &Account, ids: Vec<i64>, skips_missing: bool) -> Pages {
    let ways = account.clone();
    let pager = Each::new(parts::items(ids), move |id| {
        Box::new(Whole::new(ways.get(&format!("/messages/{id}/statistics"))))
    });
    let shape = Shape::single(&["statistics"]);
    Pages::new(account.http.clone(), pager.skip_missing(skips_missing), shape)
        .inspect(answers::inspect)
}
