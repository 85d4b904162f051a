//! Campaigns: the sender profiles that messages are sent under.

use tollgate_sdk::manifest::{Choice, StreamDescription};
use tollgate_sdk::paging::Offset;
use tollgate_sdk::values::{Flag, Int, Text};
use tollgate_sdk::{Failure, Record, RecordScan, Scan, ScanRequest, Stream};

use super::options;
use crate::account::{Account, PAGE_SIZE};

/// The key of the list.
pub const RECORDS: &[&str] = &["campaigns"];

/// A campaign.
#[derive(Record)]
#[record(rename_all = "camelCase")]
pub struct Campaign<'a> {
    /// The campaign's id.
    #[record(key)]
    pub campaign_id: Int,
    /// Its name.
    pub name: Text<'a>,
    /// What it is for.
    pub description: Text<'a>,
    /// The sender's name.
    pub from_name: Text<'a>,
    /// The sender's e-mail address.
    pub from_email: Text<'a>,
    /// How many friends a recipient can forward to, from 0 to 5.
    pub forward_to_friend: Int,
    /// The wording of the unsubscribe link: 0 manage, 1 change profile, 2 to be removed, 3 Spanish,
    /// 4 French.
    pub subscription_management: Int,
    /// Whether clicks are counted. Without it there are no click statistics.
    pub click_track_mode: Flag,
    /// Whether mails show the account's address instead of the one below.
    pub use_account_address: Flag,
    /// Whether messages go to the public archive.
    pub archive_by_default: Flag,
    /// Street of the campaign's own address.
    pub street: Text<'a>,
    /// City of the campaign's own address.
    pub city: Text<'a>,
    /// State of the campaign's own address.
    pub state: Text<'a>,
    /// Postal code of the campaign's own address.
    pub zip: Text<'a>,
    /// Country of the campaign's own address.
    pub country: Text<'a>,
}

/// The stream of campaigns.
pub struct Campaigns;

impl Stream for Campaigns {
    fn describe(&self) -> StreamDescription {
        StreamDescription::of::<Campaign<'static>>(
            "campaigns",
            "Campaigns",
            "The campaigns of the client folder. A campaign is a sender profile, which messages \
             are sent under.",
        )
        .options([options::page_size()])
    }

    fn open(&self, request: &ScanRequest) -> Result<Box<dyn Scan>, Failure> {
        let size = options::page_size_in(request, PAGE_SIZE)?;
        let account = Account::of(request)?;
        let pager = Offset::new(account.get("/campaigns"), size).rows_wanted(request.rows_wanted);
        let pages = account.pages(pager, RECORDS);
        Ok(RecordScan::new::<Campaign<'static>>(request, pages)?.boxed())
    }
}

/// The campaigns to choose from.
///
/// # Errors
/// Whatever a request failed with.
pub fn menu(account: &Account) -> Result<Vec<Choice>, Failure> {
    let mut pages = account.list(account.get("/campaigns"), RECORDS);
    pages.collect::<Campaign<'static>, _>(|row| {
        let id = row.campaign_id.0.unwrap_or_default().to_string();
        let title = row.name.as_str().unwrap_or(&id).to_owned();
        Ok(Choice::new(id, title))
    })
}
