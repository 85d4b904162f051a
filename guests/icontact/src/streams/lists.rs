//! Lists of contacts.

use tollgate_sdk::manifest::{Choice, StreamDescription};
use tollgate_sdk::paging::Offset;
use tollgate_sdk::values::{Flag, Int, Text};
use tollgate_sdk::{Failure, Record, RecordScan, Scan, ScanRequest, Stream};

use super::options;
use crate::account::{Account, PAGE_SIZE};

const RECORDS: &[&str] = &["lists"];

/// A list.
#[derive(Record)]
#[record(rename_all = "camelCase")]
pub struct List<'a> {
    /// The list's id.
    #[record(key)]
    pub list_id: Int,
    /// Its name.
    pub name: Text<'a>,
    /// The name that contacts read.
    #[record(rename = "publicname")]
    pub public_name: Text<'a>,
    /// What it is for.
    pub description: Text<'a>,
    /// Whether the owner gets a mail when somebody comes or goes.
    pub email_owner_on_change: Flag,
    /// Whether contacts that the owner adds are welcomed.
    pub welcome_on_manual_add: Flag,
    /// Whether contacts that sign up are welcomed.
    pub welcome_on_signup_add: Flag,
    /// The message that welcomes them. Deprecated by iContact.
    pub welcome_message_id: Int,
}

/// The stream of lists.
pub struct Lists;

impl Stream for Lists {
    fn describe(&self) -> StreamDescription {
        StreamDescription::of::<List<'static>>(
            "lists",
            "Lists",
            "The lists of the client folder. Who is on them is in Subscriptions.",
        )
        .options([options::page_size()])
    }

    fn open(&self, request: &ScanRequest) -> Result<Box<dyn Scan>, Failure> {
        let size = options::page_size_in(request, PAGE_SIZE)?;
        let account = Account::of(request)?;
        let pager = Offset::new(account.get("/lists"), size).rows_wanted(request.rows_wanted);
        let pages = account.pages(pager, RECORDS);
        Ok(RecordScan::new::<List<'static>>(request, pages)?.boxed())
    }
}

/// The lists to choose from.
///
/// # Errors
/// Whatever a request failed with.
pub fn menu(account: &Account) -> Result<Vec<Choice>, Failure> {
    let mut pages = account.list(account.get("/lists"), RECORDS);
    pages.collect::<List<'static>, _>(|row| {
        let id = row.list_id.0.unwrap_or_default().to_string();
        let title = row.name.as_str().unwrap_or(&id).to_owned();
        Ok(Choice::new(id, title))
    })
}
