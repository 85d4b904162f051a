//! What a complete read of each stream has to bring, from what the stand-in knows.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};
use tollgate_simulators::constant_contact::Truth;

use crate::rows::{Rows, at, count, text, with};

const ADDRESS: [(&str, &str); 10] = [
    ("email_address", "email_address.address"),
    ("permission_to_send", "email_address.permission_to_send"),
    ("email_created_at", "email_address.created_at"),
    ("email_updated_at", "email_address.updated_at"),
    ("opt_in_source", "email_address.opt_in_source"),
    ("opt_in_date", "email_address.opt_in_date"),
    ("opt_out_source", "email_address.opt_out_source"),
    ("opt_out_date", "email_address.opt_out_date"),
    ("opt_out_reason", "email_address.opt_out_reason"),
    ("confirm_status", "email_address.confirm_status"),
];

const PERCENTS: [&str; 9] = [
    "open",
    "click",
    "bounce",
    "unsubscribe",
    "did_not_open",
    "desktop_open",
    "desktop_click",
    "mobile_open",
    "mobile_click",
];

/// The rows of a stream whose options are left out, but for `contact_status = "all"` in the reports
/// about contacts.
pub fn of(truth: Truth<'_>, stream: &str) -> Rows {
    let plain = |resource| truth.plain(resource);
    match stream {
        "contacts" => contacts(truth, |contact| contact["deleted_at"].is_null()),
        "contact_lists" => lists(truth, |_| true),
        "contact_activity_details" => plain("activity_details"),
        "contact_counts" => vec![contact_counts(truth)],
        "campaign_activities" => campaign_activities(truth),
        "campaign_activity_details" => sent(truth, "email_activities"),
        "email_campaign_summaries" => inner(plain("email_campaign_summaries"), "unique_counts"),
        "email_campaign_stats" => {
            let percents =
                PERCENTS.map(|name| (format!("percent_{name}"), format!("percents.{name}")));
            let names: Vec<_> =
                percents.iter().map(|(name, way)| (name.as_str(), way.as_str())).collect();
            with(inner(sent(truth, "email_campaign_stats"), "stats"), &names)
        }
        "email_activity_stats" => inner(sent(truth, "email_activity_stats"), "stats"),
        "email_did_not_opens" => plain("didnotopens"),
        "tags" => tags(truth),
        "custom_fields" => with(plain("contact_custom_fields"), &[("field_type", "type")]),
        "emails" => with(plain("emails"), &[("campaign_type", "type")]),
        "user_privileges" => plain("privileges"),
        "events" => inner(plain("events"), "event_registration_summary_metrics"),
        "v2_contacts" => plain("v2/contacts"),
        "v2_email_campaigns" => keep(plain("v2/campaigns"), |row| row["status"] != "DELETED"),
        "v2_my_library_files" => plain("v2/files"),
        "v2_account_info" => with(plain("v2/account"), &[("status_code", "state_code")]),
        "v2_trash_files" => plain("v2/trash"),
        "v2_contact_lists" => plain("v2/lists"),
        "v2_contact_tracking" => plain("v2/contact_tracking"),
        "v2_email_campaign_summary" => {
            with(plain("v2/campaign_summaries"), &[("checkid", "campaign_id")])
        }
        "v2_events" => v2_events(truth),
        // Tracking reports, links, and what is called the same.
        _ => plain(stream.strip_prefix("email_").unwrap_or(stream)),
    }
}

/// The contacts that are wanted, all six collections included.
pub fn contacts(truth: Truth<'_>, is_wanted: impl Fn(&Map<String, Value>) -> bool) -> Rows {
    keep(with(truth.plain("contacts"), &ADDRESS), is_wanted)
}

/// The rows that are wanted.
pub fn keep(mut rows: Rows, is_wanted: impl Fn(&Map<String, Value>) -> bool) -> Rows {
    rows.retain(is_wanted);
    rows
}

/// Whether a contact has the id `id` in one of its lists.
pub fn has(contact: &Map<String, Value>, list: &str, id: &str) -> bool {
    contact[list].as_array().is_some_and(|ids| ids.iter().any(|one| one == id))
}

/// Campaigns that are neither drafts nor scheduled.
pub fn sent_campaigns(truth: Truth<'_>) -> Vec<String> {
    let campaigns = truth.plain("emails").into_iter();
    let sent = campaigns.filter(|row| {
        let status = text(row, "current_status");
        status != "Draft" && status != "Scheduled"
    });
    sent.map(|row| text(&row, "campaign_id").to_owned()).collect()
}

fn sent(truth: Truth<'_>, resource: &str) -> Rows {
    let sent = sent_campaigns(truth);
    keep(truth.plain(resource), |row| sent.iter().any(|id| id == text(row, "campaign_id")))
}

/// Rows with the fields of one of their objects as fields of their own.
fn inner(mut rows: Rows, object: &str) -> Rows {
    for row in &mut rows {
        if let Some(Value::Object(fields)) = row.get(object).cloned() {
            row.extend(fields);
        }
    }
    rows
}

/// The lists, of whose members the active ones are counted.
pub fn active_lists(truth: Truth<'_>) -> Rows {
    let active = ["explicit", "implicit"];
    lists(truth, |it| active.iter().any(|permission| it["permission_to_send"] == *permission))
}

fn lists(truth: Truth<'_>, counts: impl Fn(&Map<String, Value>) -> bool) -> Rows {
    let members = contacts(truth, |it| it["deleted_at"].is_null());
    let mut rows = truth.plain("contact_lists");
    for row in &mut rows {
        let id = text(row, "list_id");
        let count = count(&members, |it| has(it, "list_memberships", id) && counts(it));
        row.insert("membership_count".to_owned(), count.into());
    }
    rows
}

fn tags(truth: Truth<'_>) -> Rows {
    let contacts = truth.plain("contacts");
    let mut rows = truth.plain("contact_tags");
    for row in &mut rows {
        let count = count(&contacts, |contact| has(contact, "taggings", text(row, "tag_id")));
        row.insert("contacts_count".to_owned(), count.into());
    }
    rows
}

fn contact_counts(truth: Truth<'_>) -> Map<String, Value> {
    let contacts = contacts(truth, |contact| contact["deleted_at"].is_null());
    let of = |permission: &str| count(&contacts, |it| it["permission_to_send"] == permission);
    let (explicit, implicit) = (of("explicit"), of("implicit"));
    let (pending, unsubscribed) = (of("pending_confirmation"), of("unsubscribed"));
    let counts = json!({
        "total": explicit + implicit + pending + unsubscribed,
        "explicit": explicit,
        "implicit": implicit,
        "pending": pending,
        "unsubscribed": unsubscribed,
        "new_subscriber": explicit.min(1),
    });
    counts.as_object().unwrap().clone()
}

fn campaign_activities(truth: Truth<'_>) -> Rows {
    let mut rows = Rows::new();
    for campaign in sent(truth, "email_details") {
        for activity in campaign["campaign_activities"].as_array().unwrap() {
            let mut row = activity.as_object().unwrap().clone();
            row.insert("campaign_id".to_owned(), campaign["campaign_id"].clone());
            rows.push(row);
        }
    }
    rows
}

/// Days that a report is about, both included.
#[derive(Clone, Copy)]
pub struct Days(pub Date, pub Date);

impl Days {
    fn has(self, row: &Map<String, Value>, name: &str) -> bool {
        let day = text(row, name).parse::<Timestamp>().unwrap().to_zoned(TimeZone::UTC).date();
        self.0 <= day && day <= self.1
    }
}

/// What each contact did with the activities that were sent in these days.
pub fn actions(truth: Truth<'_>, days: Days) -> Rows {
    keep(truth.plain("activity_summary"), |row| days.has(row, "start_on"))
}

/// How often each contact opened and clicked in these days what it was sent in them. Of several
/// openings of a mail, the first counts.
pub fn rates(truth: Truth<'_>, days: Days) -> Rows {
    let mut touches = truth.plain("activity_details");
    // The latest come first.
    touches.reverse();
    let of = |contact: &Map<String, Value>| {
        let id = text(contact, "contact_id");
        let activities = |kind: &str| {
            let mut seen = BTreeSet::new();
            let own = touches.iter().filter(|row| row["contact_id"] == id);
            let own = own.filter(|row| row["tracking_activity_type"] == kind);
            let first = own.filter(|row| seen.insert(text(row, "campaign_activity_id")));
            first.filter(|row| days.has(row, "created_time")).count()
        };
        let sends = activities("em_sends");
        let rate = |count: usize| if sends == 0 { 0.0 } else { count as f64 / sends as f64 };
        let row = json!({
            "contact_id": id,
            "included_activities_count": sends,
            "average_open_rate": rate(activities("em_opens")),
            "average_click_rate": rate(activities("em_clicks")),
        });
        row.as_object().unwrap().clone()
    };
    truth.plain("contacts").iter().map(of).collect()
}

/// The list of events has the path of the details, which these do not have themselves.
fn v2_events(truth: Truth<'_>) -> Rows {
    let mut rows = truth.plain("v2/events");
    for row in &mut rows {
        let path = format!("/v2/eventspot/events/{}", at(row, "id").as_str().unwrap());
        row.insert("event_detail_url".to_owned(), path.into());
    }
    rows
}
