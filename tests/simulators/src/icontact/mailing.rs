//! The records of what was mailed: messages, sends, statistics and tracking, typed.

use jiff::Timestamp;
use serde_json::Value;

use super::time;
use crate::row::{Cell, Row};

/// A message.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// The key.
    pub message_id: u64,
    /// The campaign under which it is sent.
    pub campaign_id: u64,
    /// normal or confirmation.
    pub message_type: &'static str,
    /// A name for its authors.
    pub message_name: Option<String>,
    /// The subject.
    pub subject: String,
    /// What mail programs show beside the subject.
    pub preview_text: Option<String>,
    /// The body as HTML, which may be large.
    pub html_body: String,
    /// The body as text.
    pub text_body: Option<String>,
    /// When it was created.
    pub create_date: Timestamp,
    /// The result of the spam check, which not every message has. The name of the field and what
    /// is in it are made up, as an example of a field that no client knows.
    pub spam_check: Option<Value>,
}

impl Row for Message {
    fn cells(&self, see: &mut dyn FnMut(&str, Cell<'_>)) {
        see("messageId", Cell::Id(Some(self.message_id)));
        see("campaignId", Cell::Id(Some(self.campaign_id)));
        see("messageType", Cell::Text(Some(self.message_type)));
        see("messageName", Cell::Text(self.message_name.as_deref()));
        see("subject", Cell::Text(Some(&self.subject)));
        see("previewText", Cell::Text(self.preview_text.as_deref()));
        see("htmlBody", Cell::Text(Some(&self.html_body)));
        see("textBody", Cell::Text(self.text_body.as_deref()));
        let create_date = Cell::Time(Some(self.create_date), time::compact_wall_clock);
        see("createDate", create_date);
        if let Some(spam_check) = &self.spam_check {
            see("spamCheck", Cell::Json(spam_check));
        }
    }
}

/// One sending of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Send {
    /// The key.
    pub send_id: u64,
    /// What is sent.
    pub message_id: u64,
    /// To which lists: ids in a text, with commas.
    pub include_list_ids: String,
    /// To which lists not.
    pub exclude_list_ids: Option<String>,
    /// To which segments.
    pub include_segment_ids: Option<String>,
    /// To which segments not.
    pub exclude_segment_ids: Option<String>,
    /// For when it was planned.
    pub scheduled_time: Timestamp,
    /// To how many.
    pub recipient_count: u64,
    /// pending, sending, released or cancelled.
    pub status: &'static str,
    /// When it went out, if it did.
    pub released_time: Option<Timestamp>,
}

impl Row for Send {
    fn cells(&self, see: &mut dyn FnMut(&str, Cell<'_>)) {
        see("sendId", Cell::Id(Some(self.send_id)));
        see("messageId", Cell::Id(Some(self.message_id)));
        see("includeListIds", Cell::Text(Some(&self.include_list_ids)));
        see("excludeListIds", Cell::Text(self.exclude_list_ids.as_deref()));
        see("includeSegmentIds", Cell::Text(self.include_segment_ids.as_deref()));
        see("excludeSegmentIds", Cell::Text(self.exclude_segment_ids.as_deref()));
        see("scheduledTime", Cell::Time(Some(self.scheduled_time), time::iso));
        see("recipientCount", Cell::Number(self.recipient_count));
        see("status", Cell::Text(Some(self.status)));
        see("releasedTime", Cell::Time(self.released_time, time::iso));
    }
}

/// What became of a message, in numbers. They agree with the tracking rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// The message, from the path.
    pub message_id: u64,
    /// How many bounced.
    pub bounces: u64,
    /// How many arrived.
    pub delivered: u64,
    /// How many contacts unsubscribed.
    pub unsubscribes: u64,
    /// How many contacts opened it.
    pub opens_unique: u64,
    /// How often it was opened.
    pub opens_total: u64,
    /// How many contacts clicked.
    pub clicks_unique: u64,
    /// How often was clicked.
    pub clicks_total: u64,
    /// How often it was forwarded.
    pub forwards: u64,
    /// How many comments it got.
    pub comments: u64,
    /// How many complaints it got.
    pub complaints: u64,
}

impl Row for Statistics {
    fn cells(&self, see: &mut dyn FnMut(&str, Cell<'_>)) {
        let nested =
            |unique: u64, total: u64| serde_json::json!({"unique": unique, "total": total});
        see("bounces", Cell::Number(self.bounces));
        see("delivered", Cell::Number(self.delivered));
        see("unsubscribes", Cell::Number(self.unsubscribes));
        see("opens", Cell::Json(&nested(self.opens_unique, self.opens_total)));
        see("clicks", Cell::Json(&nested(self.clicks_unique, self.clicks_total)));
        see("forwards", Cell::Number(self.forwards));
        see("comments", Cell::Number(self.comments));
        see("complaints", Cell::Number(self.complaints));
    }

    fn path_cells(&self, see: &mut dyn FnMut(&str, Cell<'_>)) {
        see("messageId", Cell::Id(Some(self.message_id)));
    }
}

/// What a tracking row tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// The message came back.
    Bounce,
    /// A link was followed.
    Click,
    /// The message was looked at.
    Open,
    /// The contact unsubscribed.
    Unsubscribe,
}

impl EventKind {
    /// All of them.
    pub const ALL: [EventKind; 4] =
        [EventKind::Bounce, EventKind::Click, EventKind::Open, EventKind::Unsubscribe];

    /// The last segment of the path, and the field where the records belong.
    pub fn path(self) -> &'static str {
        match self {
            EventKind::Bounce => "bounces",
            EventKind::Click => "clicks",
            EventKind::Open => "opens",
            EventKind::Unsubscribe => "unsubscribes",
        }
    }

    /// The name of the field that holds the time.
    pub fn time_field(self) -> &'static str {
        match self {
            EventKind::Bounce => "bounceTime",
            EventKind::Click => "clickTime",
            EventKind::Open => "openTime",
            EventKind::Unsubscribe => "unsubscribeTime",
        }
    }
}

/// One tracking row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// What happened.
    pub kind: EventKind,
    /// The message, from the path.
    pub message_id: u64,
    /// Who.
    pub contact_id: u64,
    /// When; later rows of a message are later.
    pub at: Timestamp,
    /// The link, for clicks.
    pub link: Option<&'static str>,
}

impl Row for Event {
    fn cells(&self, see: &mut dyn FnMut(&str, Cell<'_>)) {
        see("contactId", Cell::Id(Some(self.contact_id)));
        see(self.kind.time_field(), Cell::Time(Some(self.at), time::iso));
        if self.link.is_some() {
            see("clickLink", Cell::Text(self.link));
        }
    }

    fn path_cells(&self, see: &mut dyn FnMut(&str, Cell<'_>)) {
        see("messageId", Cell::Id(Some(self.message_id)));
    }
}
