//! The records of version 2 about contacts and campaigns.

use serde_json::{Value, json};

use super::moment;
use crate::constant_contact::ConstantContact;
use crate::constant_contact::contact::Contact;
use crate::constant_contact::data::{Data, later};
use crate::constant_contact::record::{Datum, Record, record};
use crate::constant_contact::settings::IdForm;
use crate::constant_contact::small::ContactList;
use crate::constant_contact::tracking::{Tally, Touch, TouchKind};
use crate::constant_contact::{text, time};

/// How v2 writes that something never happened, besides leaving it out.
const NEVER: [&str; 2] = ["", "1969-12-31T19:00:00.000Z"];

/// The status of a contact in the words of v2.
pub(super) fn contact_status(contact: &Contact) -> &'static str {
    if contact.deleted_at.is_some() {
        return "REMOVED";
    }
    match contact.email_address.as_ref().map_or("not_set", |it| &it.permission_to_send) {
        "unsubscribed" => "OPTOUT",
        "pending_confirmation" => "UNCONFIRMED",
        "not_set" => "NON_SUBSCRIBER",
        _ => "ACTIVE",
    }
}

/// The status of a campaign in the words of v2.
pub(super) fn campaign_status(data: &Data, campaign: usize) -> &'static str {
    match data.campaign_status(campaign) {
        "Done" => "SENT",
        "Scheduled" => "SCHEDULED",
        "Executing" => "RUNNING",
        "Removed" => "DELETED",
        _ => "DRAFT",
    }
}

/// The row of a campaign in a list, which says very little.
pub(super) fn campaign(data: &Data, campaign: usize) -> Record {
    record! {
        "id": Datum::Id(data.v2_campaign_id(campaign)),
        "name": data.campaign_name(campaign),
        "status": campaign_status(data, campaign),
        "modified_date": Datum::time(data.campaign_updated(campaign), time::millis),
    }
}

impl ConstantContact {
    pub(in crate::constant_contact) fn v2_contact(&self, place: usize, has_uuid: bool) -> Record {
        let contact = self.contact(place);
        let status = contact_status(&contact);
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let lists = contact.list_memberships.iter().filter_map(|id| self.find_list(id));
        let lists = lists.map(|list| {
            record! { "id": Datum::Id(self.data.v2_list_id(list)), "status": "ACTIVE" }
        });
        let phone = |kind: &str| {
            let mut numbers = contact.phone_numbers.iter();
            let found = numbers.find(|it| it["kind"] == kind);
            found.map_or(json!(""), |it| it["phone_number"].clone())
        };
        record! {
            "id": Datum::Id(self.data.v2_contact_id(place)),
            "contact_id": has_uuid.then(|| contact.contact_id.clone()),
            "status": status,
            "prefix_name": "",
            "first_name": text(&contact.first_name),
            "middle_name": "",
            "last_name": text(&contact.last_name),
            "job_title": text(&contact.job_title),
            "company_name": text(&contact.company_name),
            "home_phone": phone("home"),
            "work_phone": phone("work"),
            "cell_phone": phone("mobile"),
            "fax": "",
            "addresses": addresses(&contact),
            "email_addresses": vec![self.v2_address(place, &contact, status)],
            "lists": lists.collect::<Vec<_>>(),
            "custom_fields": custom_fields(&contact),
            "notes": notes(&contact),
            "confirmed": status == "ACTIVE",
            "source": "API",
            "source_details": "",
            "created_date": Datum::time(contact.created_at, time::millis),
            "modified_date": Datum::time(contact.updated_at, time::millis),
        }
    }

    fn v2_address(&self, place: usize, contact: &Contact, status: &'static str) -> Record {
        let address = contact.email_address.as_ref();
        let opt_out = address.and_then(|it| it.opt_out_date);
        record! {
            "id": Datum::Id(self.data.v2_contact_id(place) + 500_000_000),
            "email_address": address.map(|it| it.address.clone()),
            "status": status,
            "confirm_status": match status {
                "UNCONFIRMED" => "UNCONFIRMED",
                _ => "NO_CONFIRMATION_REQUIRED",
            },
            "opt_in_source": "ACTION_BY_OWNER",
            "opt_in_date": Datum::time(address.and_then(|it| it.opt_in_date), time::millis),
            "opt_out_source": opt_out.map(|_| "ACTION_BY_VISITOR"),
            "opt_out_date": match opt_out {
                Some(at) => Datum::time(at, time::millis),
                None => Datum::Never(NEVER[place % NEVER.len()]),
            },
        }
    }

    pub(in crate::constant_contact) fn v2_list(
        &self,
        place: usize,
        list: &ContactList,
        count: usize,
    ) -> Record {
        record! {
            "id": Datum::Id(self.data.v2_list_id(place)),
            "name": list.name.as_str(),
            "status": if place % 5 == 4 { "HIDDEN" } else { "ACTIVE" },
            "created_date": Datum::time(list.created_at, time::millis),
            "modified_date": Datum::time(list.updated_at, time::millis),
            "contact_count": count,
        }
    }

    /// A row of what a contact did.
    pub(in crate::constant_contact) fn v2_touch(&self, activity: usize, touch: &Touch) -> Record {
        let address = self.contact(touch.contact).email_address;
        let at = Datum::time(touch.at, time::millis);
        let record = record! {
            "contact_id": Datum::Id(self.data.v2_contact_id(touch.contact)),
            "campaign_id": Datum::Id(self.data.v2_campaign_id(activity / 4)),
            "email_address": address.map(|it| it.address),
        };
        match touch.kind {
            TouchKind::Send => record.with("activity_type", "EMAIL_SEND").with("send_date", at),
            TouchKind::Open => record.with("activity_type", "EMAIL_OPEN").with("open_date", at),
            TouchKind::Forward => {
                record.with("activity_type", "EMAIL_FORWARD").with("forward_date", at)
            }
            TouchKind::Click => record
                .with("activity_type", "EMAIL_CLICK")
                .with("click_date", at)
                .with("link_id", self.data.link_id(activity, touch.link))
                .with("link_uri", text::LINKS[touch.link]),
            TouchKind::Bounce => record
                .with("activity_type", "EMAIL_BOUNCE")
                .with("bounce_date", at)
                .with("bounce_code", touch.bounce_code)
                .with("bounce_description", "the mail came back")
                .with("bounce_message", ""),
            TouchKind::OptOut => record
                .with("activity_type", "EMAIL_UNSUBSCRIBE")
                .with("unsubscribe_date", at)
                .with("unsubscribe_source", "ACTION_BY_CUSTOMER")
                .with("unsubscribe_reason", touch.reason),
        }
    }

    pub(in crate::constant_contact) fn v2_campaign_detail(&self, place: usize) -> Record {
        let data = &self.data;
        let sent_at = data.sent_at(place * 4);
        let lists = (0..data.settings.lists.min(2)).map(|list| {
            record! { "id": Datum::Id(data.v2_list_id(list)) }
        });
        campaign(data, place).and(record! {
            "subject": format!("{} — read on", data.campaign_name(place)),
            "from_name": "Owner Example",
            "from_email": "owner@example.com",
            "reply_to_email": "reply@example.com",
            "template_type": "CUSTOM",
            "created_date": Datum::time(data.campaign_created(place), time::millis),
            "last_run_date": Datum::time(sent_at, time::millis),
            "next_run_date": (campaign_status(data, place) == "SCHEDULED")
                .then(|| moment(later(data.campaign_updated(place), 86_400))),
            "is_permission_reminder_enabled": false,
            "permission_reminder_text": "",
            "is_view_as_webpage_enabled": true,
            "view_as_web_page_text": "Hard to read?",
            "view_as_web_page_link_text": "Look here",
            "greeting_salutations": "Hello",
            "greeting_name": "FIRST_NAME",
            "greeting_string": "",
            "email_content": "<html><body>Hello</body></html>",
            "email_content_format": "HTML",
            "text_content": "<text>Hello</text>",
            "style_sheet": "",
            "permalink_url": format!("https://example.com/p/{}", place * 4),
            "message_footer": json!({"organization_name": "Example & Sons", "city": "Salem"}),
            "tracking_summary": counts(&data.campaign_tally(place)).with("spam_count", 0),
            "sent_to_contact_lists": lists.collect::<Vec<_>>(),
            "click_through_details": json!([]),
        })
    }

    pub(in crate::constant_contact) fn v2_campaign_summary(&self, place: usize) -> Record {
        let id = self.data.v2_campaign_id(place);
        let record = counts(&self.data.campaign_tally(place));
        // Some payloads say which campaign they are about, others leave it to the path.
        match place.is_multiple_of(2) && self.settings.ids != IdForm::Text {
            true => record.with("campaign_id", Datum::Id(id)),
            false => record.below("campaign_id", id.to_string()),
        }
    }
}

fn counts(tally: &Tally) -> Record {
    record! {
        "sends": tally.sends,
        "opens": tally.opens_all,
        "clicks": tally.clicks_all,
        "forwards": tally.forwards,
        "unsubscribes": tally.optouts,
        "bounces": tally.bounces,
    }
}

fn addresses(contact: &Contact) -> Value {
    let addresses = contact.street_addresses.iter().take(2).map(|it| {
        json!({
            "address_type": if it["kind"] == "home" { "PERSONAL" } else { "BUSINESS" },
            "line1": it["street"],
            "line2": "",
            "line3": "",
            "city": it["city"],
            "state_code": it["state"],
            "country_code": "us",
            "postal_code": it["postal_code"],
            "sub_postal_code": "",
        })
    });
    addresses.collect()
}

fn custom_fields(contact: &Contact) -> Value {
    let values = contact.custom_fields.iter().filter_map(|it| it["value"].as_str());
    let fields = values.take(15).enumerate().map(|(at, value)| {
        let value: String = value.chars().take(50).collect();
        json!({"name": format!("CustomField{}", at + 1), "label": "", "value": value})
    });
    fields.collect()
}

fn notes(contact: &Contact) -> Value {
    let notes = contact.notes.iter().take(1).map(|it| {
        let text: String = it["content"].as_str().unwrap_or_default().chars().take(500).collect();
        json!({"id": it["note_id"], "note": text})
    });
    notes.collect()
}
