//! Messages, and which of them the streams are about that ask per message.

use tollgate_sdk::http::Request;
use tollgate_sdk::manifest::{Choice, Field, StreamDescription};
use tollgate_sdk::paging::{Offset, Pages};
use tollgate_sdk::time::UsEastern;
use tollgate_sdk::values::{Int, Others, Text, Timestamp};
use tollgate_sdk::{DateRange, Failure, Fault, Record, RecordScan, Scan, ScanRequest, Stream};

use super::options;
use crate::account::Account;

const RECORDS: &[&str] = &["messages"];
/// Messages a page: each comes with its bodies, so that pages of 500 could be very large.
const PAGE_SIZE: u64 = 50;

/// A message.
#[derive(Record)]
#[record(rename_all = "camelCase")]
pub struct Message<'a> {
    /// The message's id.
    #[record(key)]
    pub message_id: Int,
    /// The campaign it is sent under.
    pub campaign_id: Int,
    /// normal or confirmation; welcome and autoresponder are deprecated by iContact.
    pub message_type: Text<'a>,
    /// Its name.
    pub message_name: Text<'a>,
    /// Its subject.
    pub subject: Text<'a>,
    /// What mail programs show beside the subject.
    pub preview_text: Text<'a>,
    /// The body in HTML.
    #[record(large)]
    pub html_body: Text<'a>,
    /// The body in plain text.
    #[record(large)]
    pub text_body: Text<'a>,
    /// When it was made. Where iContact gives no offset, its clock is taken for US Eastern time,
    /// which is not documented.
    pub create_date: Timestamp<'a, UsEastern>,
    /// Whatever else iContact gives, such as the result of the spam check, whose names are not
    /// documented.
    #[record(others)]
    pub other_fields: Others<'a>,
}

/// The stream of messages.
pub struct Messages;

impl Stream for Messages {
    fn describe(&self) -> StreamDescription {
        StreamDescription::of::<Message<'static>>(
            "messages",
            "Messages",
            "The messages of the client folder. Their bodies can be large: leave the columns \
             html_body and text_body out where they are not needed.",
        )
        .options([
            options::campaign(),
            options::message_type(),
            options::window("created", "Created", "messages made"),
            options::page_size_of(PAGE_SIZE, 500),
        ])
    }

    fn choices(&self, request: &ScanRequest, field: &str) -> Result<Vec<Choice>, Failure> {
        options::menu(request, field)
    }

    fn open(&self, request: &ScanRequest) -> Result<Box<dyn Scan>, Failure> {
        let filter = Filter::of(request)?;
        let size = options::page_size_in(request, PAGE_SIZE)?;
        let account = Account::of(request)?;
        let pager = Offset::new(filter.apply(account.get("/messages")), size);
        let pages = account.pages(pager.rows_wanted(request.rows_wanted), RECORDS);
        let scan = RecordScan::new::<Message<'static>>(request, pages)?;
        Ok(scan.each_row::<Message<'static>>(move |row, _| filter.keeps(row)).boxed())
    }
}

/// The options by which streams choose messages.
pub fn selection() -> [Field; 3] {
    [options::selected_messages(), options::campaign(), options::message_type()]
}

/// Which messages a read is about.
#[derive(Clone, Debug)]
pub struct Filter {
    campaign: Option<i64>,
    message_type: Option<String>,
    created: Option<DateRange>,
}

impl Filter {
    /// The filter that the options make.
    ///
    /// # Errors
    /// `invalid-config` for an option that cannot work.
    pub fn of(request: &ScanRequest) -> Result<Self, Failure> {
        let message_type = request.options.text("message_type").filter(|&kind| kind != "any");
        Ok(Self {
            campaign: request.options.integer("campaign")?,
            message_type: message_type.map(str::to_owned),
            created: request.options.range("created")?,
        })
    }

    /// The same, and only messages of one campaign.
    #[must_use]
    pub fn within(&self, campaign: i64) -> Self {
        Self { campaign: Some(campaign), ..self.clone() }
    }

    /// The request with the filter in it.
    fn apply(&self, request: Request) -> Request {
        let campaign = self.campaign.map(|id| id.to_string());
        request.query_if("campaignId", campaign).query_if("messageType", self.message_type.as_ref())
    }

    /// Whether a row is meant: the filters were seen in a client's code only, so that what they let
    /// through is checked as far as the row says it.
    fn keeps(&self, row: &Message<'_>) -> Result<bool, Fault> {
        let differs = |wanted: Option<&str>, found: Option<&str>| {
            wanted.zip(found).is_some_and(|(wanted, found)| wanted != found)
        };
        if self.campaign.zip(row.campaign_id.0).is_some_and(|(wanted, found)| wanted != found)
            || differs(self.message_type.as_deref(), row.message_type.as_str())
        {
            return Ok(false);
        }
        let Some(range) = &self.created else { return Ok(true) };
        let day = row.create_date.day().map_err(|bad| bad.in_field("createDate"))?;
        Ok(day.is_some_and(|day| range.contains(day)))
    }
}

/// A message as far as other streams need it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessageRef {
    /// Its id.
    pub id: i64,
    /// Its campaign, if it has one.
    pub campaign: Option<i64>,
}

/// Whether the messages come from iContact's list. One of those may have gone since, or may never
/// have been sent, and is passed over where iContact does not know what became of it; one that the
/// user named must be there.
pub fn are_listed(request: &ScanRequest) -> bool {
    request.options.values("messages").is_empty()
}

/// The messages that the options choose.
///
/// # Errors
/// Whatever a request failed with; `invalid-config` for an option that cannot work.
pub fn selected(account: &Account, request: &ScanRequest) -> Result<Vec<i64>, Failure> {
    let chosen = request.options.integers("messages")?;
    if !chosen.is_empty() {
        return Ok(chosen);
    }
    let all = all(account, &Filter::of(request)?)?;
    Ok(all.into_iter().map(|message| message.id).collect())
}

/// The messages that a filter leaves.
///
/// # Errors
/// Whatever a request failed with.
pub fn all(account: &Account, filter: &Filter) -> Result<Vec<MessageRef>, Failure> {
    let kept = pages(account, filter).collect::<Message<'static>, _>(|row| {
        let message =
            MessageRef { id: row.message_id.0.unwrap_or_default(), campaign: row.campaign_id.0 };
        Ok(filter.keeps(row)?.then_some(message))
    })?;
    Ok(kept.into_iter().flatten().collect())
}

/// The messages to choose from.
///
/// # Errors
/// Whatever a request failed with.
pub fn menu(account: &Account) -> Result<Vec<Choice>, Failure> {
    let everything = Filter { campaign: None, message_type: None, created: None };
    pages(account, &everything).collect::<Message<'static>, _>(|row| {
        let id = row.message_id.0.unwrap_or_default().to_string();
        let names = [row.message_name.as_str(), row.subject.as_str()];
        let title = names.into_iter().flatten().find(|name| !name.is_empty());
        Ok(Choice::new(id.clone(), title.unwrap_or(&id)))
    })
}

fn pages(account: &Account, filter: &Filter) -> Pages {
    let pager = Offset::new(filter.apply(account.get("/messages")), PAGE_SIZE);
    account.pages(pager, RECORDS)
}
