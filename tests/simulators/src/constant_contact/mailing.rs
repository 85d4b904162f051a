//! Email campaigns, their activities, and the rows of the tracking reports.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::ConstantContact;
use super::data::{Data, Topic, later};
use super::record::{Datum, Record, record};
use super::tracking::{Touch, TouchKind};
use super::{text, time};

/// Roles of the activities of a campaign, by the last two bits of their place.
const ROLES: [&str; 3] = ["primary_email", "permalink", "resend"];

/// What `include` may name where an activity is read.
pub(super) const ACTIVITY_INCLUDES: &[&str] =
    &["physical_address_in_footer", "permalink_url", "html_content", "document_properties"];

/// The reports of an activity, by the last segment of their paths.
pub(super) const REPORTS: &[&str] =
    &["sends", "opens", "unique_opens", "didnotopens", "clicks", "forwards", "optouts", "bounces"];

impl Data {
    /// The state of a campaign, in the letter case that lists have.
    pub(super) fn campaign_status(&self, campaign: usize) -> &'static str {
        match campaign {
            0 | 2 => "Done",
            1 => "Draft",
            3 => "Scheduled",
            _ => match self.dice(Topic::Campaign, campaign).below(20) {
                0 | 1 => "Draft",
                2 => "Removed",
                3 => "Error",
                4 => "Executing",
                _ => "Done",
            },
        }
    }

    pub(super) fn campaign_created(&self, campaign: usize) -> Timestamp {
        self.moment(Topic::Campaign, campaign, self.settings.campaigns)
    }

    pub(super) fn campaign_updated(&self, campaign: usize) -> Timestamp {
        let hours = self.dice(Topic::Activity, campaign).below(96);
        later(self.campaign_created(campaign), 3_600 * hours)
    }

    pub(super) fn campaign_name(&self, campaign: usize) -> String {
        format!("{} no. {campaign}", text::CAMPAIGN_NAMES[campaign % text::CAMPAIGN_NAMES.len()])
    }

    /// The places of a campaign's activities.
    pub(super) fn activity_places(&self, campaign: usize) -> Vec<usize> {
        let roles = if self.is_resent(campaign) { 3 } else { 2 };
        (0..roles).map(|role| campaign * 4 + role).collect()
    }

    /// The places of the activities that have reports.
    pub(super) fn reported_activities(&self) -> impl Iterator<Item = usize> + '_ {
        let activities = (0..self.settings.campaigns).flat_map(|it| self.activity_places(it));
        activities.filter(|activity| activity % 4 != 1)
    }

    fn is_resent(&self, campaign: usize) -> bool {
        self.campaign_status(campaign) == "Done" && campaign % 5 == 4
    }

    /// When an activity was sent, if it was.
    pub(super) fn sent_at(&self, activity: usize) -> Option<Timestamp> {
        let campaign = activity / 4;
        if self.campaign_status(campaign) != "Done" || campaign >= self.settings.campaigns {
            return None;
        }
        let first = later(self.campaign_updated(campaign), 60);
        match activity % 4 {
            0 => Some(first),
            2 if self.is_resent(campaign) => Some(later(first, 3 * 86_400)),
            _ => None,
        }
    }

    /// The row of a campaign in a list.
    pub(super) fn campaign(&self, campaign: usize) -> Record {
        let types = [("NEWSLETTER", 10), ("CUSTOM_CODE_EMAIL", 26), ("ANNOUNCEMENT", 11)];
        let (kind, code) = types[campaign % types.len()];
        record! {
            "campaign_id": self.uuid(Topic::Campaign, campaign),
            "created_at": Datum::time(self.campaign_created(campaign), time::millis),
            "current_status": self.campaign_status(campaign),
            "name": self.campaign_name(campaign),
            "type": kind,
            "type_code": code,
            "updated_at": Datum::time(self.campaign_updated(campaign), time::millis),
        }
    }

    /// A campaign read alone.
    pub(super) fn campaign_detail(&self, campaign: usize) -> Record {
        let activities = self.activity_places(campaign).into_iter().map(|activity| {
            record! {
                "campaign_activity_id": self.uuid(Topic::Activity, activity),
                "role": ROLES[activity % 4],
            }
        });
        self.campaign(campaign).with("campaign_activities", activities.collect::<Vec<_>>())
    }

    /// An activity, with those of the long fields that `includes` names.
    pub(super) fn activity(&self, activity: usize, includes: &[&str]) -> Record {
        let campaign = activity / 4;
        let lists = (0..self.settings.lists.min(2)).map(|list| self.uuid(Topic::List, list));
        let record = record! {
            "campaign_activity_id": self.uuid(Topic::Activity, activity),
            "campaign_id": self.uuid(Topic::Campaign, campaign),
            "role": ROLES[activity % 4],
            "contact_list_ids": lists.collect::<Value>(),
            "segment_ids": json!([]),
            "current_status": self.campaign_status(campaign).to_uppercase(),
            "format_type": 4,
            "from_email": "owner@example.com",
            "from_name": "Owner Example",
            "reply_to_email": "reply@example.com",
            "subject": format!("{} — read on", self.campaign_name(campaign)),
            "preheader": campaign.is_multiple_of(2).then_some("In short"),
        };
        let long = [
            ("html_content", json!("<html><body>[[trackingImage]] Hello</body></html>")),
            ("permalink_url", json!(format!("https://example.com/p/{activity}"))),
            (
                "physical_address_in_footer",
                json!({
                    "organization_name": "Example & Sons",
                    "address_line1": "1 Harbour Road",
                    "city": "Salem",
                    "state_code": "MA",
                    "postal_code": "01970",
                    "country_code": "US",
                }),
            ),
            (
                "document_properties",
                json!({
                    "letter_format": "XHTML",
                    "subscribe_link_enabled": "false",
                    "view_as_webpage_enabled": "true",
                    "view_as_webpage_text": "Hard to read?",
                }),
            ),
        ];
        let wanted = long.into_iter().filter(|(name, _)| includes.contains(name));
        wanted.fold(record, |record, (name, value)| record.with(name, value))
    }

    /// The touches that a report of an activity is about, the latest first.
    pub(super) fn reported(&self, activity: usize, report: &str) -> Vec<Touch> {
        let all = self.touches(activity);
        let of = |kind, is_first_only: bool| {
            let wanted = all.iter().filter(move |it| it.kind == kind);
            wanted.filter(move |it| it.is_first || !is_first_only).copied().collect::<Vec<_>>()
        };
        match report {
            "opens" => of(TouchKind::Open, false),
            "unique_opens" => of(TouchKind::Open, true),
            "clicks" => of(TouchKind::Click, false),
            "forwards" => of(TouchKind::Forward, false),
            "optouts" => of(TouchKind::OptOut, false),
            "bounces" => of(TouchKind::Bounce, false),
            "didnotopens" => {
                let stirred: std::collections::HashSet<_> = all
                    .iter()
                    .filter(|it| matches!(it.kind, TouchKind::Open | TouchKind::Bounce))
                    .map(|it| it.contact)
                    .collect();
                let mut sends = of(TouchKind::Send, false);
                sends.retain(|it| !stirred.contains(&it.contact));
                sends
            }
            _ => of(TouchKind::Send, false),
        }
    }

    /// The id of a link: a number written as text.
    pub(super) fn link_id(&self, activity: usize, link: usize) -> String {
        (1_200_000_000_000 + activity as u64 * 16 + link as u64).to_string()
    }
}

impl ConstantContact {
    /// A row of a tracking report.
    pub(super) fn tracking_row(&self, activity: usize, report: &str, touch: &Touch) -> Record {
        let contact = self.contact(touch.contact);
        let address = contact.email_address.as_ref().map_or("", |it| &it.address).to_owned();
        let device = report.ends_with("opens") && report != "didnotopens" || report == "clicks";
        let name = match report {
            "didnotopens" => "em_didnotopens",
            _ => touch.kind.v3_name(),
        };
        let record = record! {
            "contact_id": contact.contact_id,
            "campaign_activity_id": self.data.uuid(Topic::Activity, activity),
            "tracking_activity_type": name,
            "email_address": address.as_str(),
            "first_name": contact.first_name,
            "last_name": contact.last_name,
            "created_time": Datum::time(touch.at, time::millis),
            "deleted_at": contact.deleted_at.map(|date| date.to_string()),
        };
        let record = match device {
            true => record.with("device_type", touch.device),
            false => record,
        };
        match report {
            "clicks" => record
                .with("url_id", self.data.link_id(activity, touch.link))
                .with("link_url", text::LINKS[touch.link]),
            "optouts" => record.with("opt_out_reason", touch.reason),
            "bounces" => {
                record.with("bounce_code", touch.bounce_code).with("current_email_address", address)
            }
            _ => record,
        }
    }

    /// The links of an activity with the number of contacts that followed each.
    pub(super) fn links(&self, activity: usize, is_clicked_only: bool) -> Vec<Record> {
        let clicks = self.data.reported(activity, "clicks");
        let links = text::LINKS.iter().enumerate().filter_map(|(link, url)| {
            let followers = clicks.iter().filter(|it| it.link == link).map(|it| it.contact);
            let count = followers.collect::<std::collections::HashSet<_>>().len();
            (count > 0 || !is_clicked_only).then(|| {
                record! {
                    "link_url": *url,
                    "url_id": self.data.link_id(activity, link),
                    "unique_clicks": count,
                }
            })
        });
        links.collect()
    }
}
