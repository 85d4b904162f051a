//! How campaigns, lists, segments, messages and sends grow from the seed.

use jiff::{Timestamp, ToSpan};
use serde_json::json;

use super::contacts::later;
use super::data::{Folder, Topic};
use super::mailing::{Message, Send};
use super::rows::{Campaign, Criterion, List, Segment};
use super::text;

/// How many conditions the last segment has: more than a page that nobody asked to be larger.
const CRITERIA_MANY: usize = 25;

impl Folder {
    pub(super) fn list(&self, place: usize) -> List {
        let mut dice = self.dice(Topic::List, place);
        let name = text::LIST_NAMES[place % text::LIST_NAMES.len()];
        List {
            list_id: self.list_id(place),
            name: format!("{name} {}", place + 1),
            public_name: dice.chance(60).then(|| format!("Our {name}")),
            description: dice.chance(70).then(|| "Just a list, with \"quotes\".".to_owned()),
            email_owner_on_change: dice.chance(30),
            welcome_on_manual_add: dice.chance(30),
            welcome_on_signup_add: dice.chance(50),
            welcome_message_id: (dice.chance(30) && self.settings.messages > 0)
                .then(|| self.message_id(dice.below(self.settings.messages))),
        }
    }

    pub(super) fn campaign(&self, place: usize) -> Campaign {
        let mut dice = self.dice(Topic::Campaign, place);
        let use_account_address = dice.chance(60);
        let (city, state, zip) = dice.pick(text::CITIES);
        let address = ["1 Example Street", city, state, zip, "United States"];
        Campaign {
            campaign_id: self.campaign_id(place),
            name: format!("Campaign {}", place + 1),
            from_name: format!("{} at Example", dice.pick(text::FIRST_NAMES)),
            from_email: format!("sender{}@example.com", place + 1),
            forward_to_friend: dice.below(6) as u64,
            subscription_management: dice.below(5) as u64,
            click_track_mode: tracks_clicks(place),
            use_account_address,
            archive_by_default: dice.chance(40),
            description: dice.chance(50).then(|| "Monthly mail".to_owned()),
            address: (!use_account_address).then(|| address.map(str::to_owned)),
        }
    }

    pub(super) fn segment(&self, place: usize) -> Segment {
        let mut dice = self.dice(Topic::Segment, place);
        Segment {
            segment_id: self.segment_id(place),
            list_id: self.list_id(dice.below(self.settings.lists)),
            name: format!("Segment {}", place + 1),
            description: dice.chance(50).then(|| "People, chosen".to_owned()),
        }
    }

    pub(super) fn criterion_count(&self, segment: usize) -> usize {
        match segment + 1 == self.settings.segments {
            true => CRITERIA_MANY,
            false => segment % 4,
        }
    }

    pub(super) fn criterion(&self, segment: usize, place: usize) -> Criterion {
        let (field_name, operator, values) =
            text::CRITERIA[(segment + place) % text::CRITERIA.len()];
        Criterion {
            segment_id: self.segment_id(segment),
            criterion_id: place as u64,
            field_name: field_name.to_owned(),
            operator: operator.to_owned(),
            values: json!(values),
        }
    }

    pub(super) fn message(&self, place: usize) -> Message {
        let mut dice = self.dice(Topic::Message, place);
        let subject = dice.pick(text::SUBJECTS);
        let is_large = place.is_multiple_of(5);
        Message {
            message_id: self.message_id(place),
            campaign_id: self.campaign_id(self.campaign_place(place)),
            message_type: if is_confirmation(place) { "confirmation" } else { "normal" },
            message_name: dice.chance(70).then(|| format!("Message {}", place + 1)),
            subject: subject.to_owned(),
            preview_text: dice.chance(40).then(|| "Have a look inside…".to_owned()),
            html_body: html_body(subject, if is_large { self.settings.html_bytes } else { 200 }),
            text_body: dice.chance(80).then(|| format!("{subject}\n\nHi there!\n")),
            create_date: self.message_created(place),
            spam_check: dice.chance(30).then(|| json!({"score": 1.5, "rules": ["HTML_MESSAGE"]})),
        }
    }

    pub(super) fn send(&self, place: usize) -> Send {
        let mut dice = self.dice(Topic::Send, place);
        let status = match place % 3 {
            _ if self.was_sent(place) => "released",
            0 => "pending",
            1 => "cancelled",
            _ => "sending",
        };
        let statistics = self.all_statistics().get(place).copied().unwrap_or_default();
        let lists = self.settings.lists.min(1 + place % 3);
        let list_ids: Vec<_> = (0..lists).map(|list| self.list_id(list).to_string()).collect();
        let segment_id = self.segment_id(0).to_string();
        let sent_at = self.sent_at(place);
        Send {
            send_id: self.send_id(place),
            message_id: self.message_id(place),
            include_list_ids: list_ids.join(","),
            exclude_list_ids: dice.chance(20).then(|| self.list_id(lists).to_string()),
            include_segment_ids: dice.chance(20).then_some(segment_id),
            exclude_segment_ids: None,
            scheduled_time: sent_at,
            recipient_count: statistics.delivered + statistics.bounces,
            status,
            released_time: (status == "released").then(|| later(sent_at, 10.seconds())),
        }
    }

    /// Whether a message went out; confirmations and every fifth one did not.
    pub(super) fn was_sent(&self, message: usize) -> bool {
        !is_confirmation(message) && message % 5 != 4
    }

    /// Whether clicks on a message were recorded.
    pub(super) fn tracks_clicks(&self, message: usize) -> bool {
        tracks_clicks(self.campaign_place(message))
    }

    /// When a message is, or would have been, sent.
    pub(super) fn sent_at(&self, message: usize) -> Timestamp {
        later(self.message_created(message), 26.hours())
    }

    fn message_created(&self, place: usize) -> Timestamp {
        self.moment(Topic::Message, place, self.settings.messages)
    }

    fn campaign_place(&self, message: usize) -> usize {
        message % self.settings.campaigns.max(1)
    }
}

/// Every fourth campaign does not; the first one does.
fn tracks_clicks(campaign: usize) -> bool {
    campaign % 4 != 3
}

fn is_confirmation(message: usize) -> bool {
    message % 7 == 3
}

fn html_body(subject: &str, bytes: usize) -> String {
    let row = "<tr><td class=\"text\">Spring offers — \"now\" &amp; here</td></tr>\n";
    let mut body = format!("<html><body><h1>{subject}</h1><table>\n");
    while body.len() < bytes {
        body.push_str(row);
    }
    body.push_str("</table></body></html>");
    body
}
