//! What a complete extract has to contain.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::ConstantContact;
use super::account::EXTRA_FIELDS;
use super::contact::Contact;
use super::data::Topic;
use super::mailing::{ACTIVITY_INCLUDES, REPORTS};
use super::record::Record;
use super::small::ContactList;
use crate::row::Row;

/// The names that [`Truth::rows`] and [`Truth::plain`] know. Tracking reports go by the last
/// segment of their path; what begins with `v2/` is the record of version 2.
pub const RESOURCES: [&str; 38] = [
    "contacts",
    "contact_lists",
    "contact_tags",
    "contact_custom_fields",
    "segments",
    "emails",
    "email_details",
    "email_activities",
    "email_campaign_summaries",
    "email_campaign_stats",
    "email_activity_stats",
    "sends",
    "opens",
    "unique_opens",
    "didnotopens",
    "clicks",
    "forwards",
    "optouts",
    "bounces",
    "links",
    "activity_summary",
    "activity_details",
    "account",
    "physical_address",
    "account_emails",
    "privileges",
    "events",
    "event_details",
    "registrations",
    "v2/contacts",
    "v2/lists",
    "v2/campaigns",
    "v2/campaign_summaries",
    "v2/contact_tracking",
    "v2/files",
    "v2/trash",
    "v2/account",
    "v2/events",
];

/// Everything there is, as things stand now: writes are in it, faults are not.
#[derive(Clone, Copy, Debug)]
pub struct Truth<'a> {
    vendor: &'a ConstantContact,
}

impl<'a> Truth<'a> {
    pub(super) fn new(vendor: &'a ConstantContact) -> Self {
        Truth { vendor }
    }

    /// Every contact, deleted ones included, with all six collections.
    pub fn contacts(self) -> impl Iterator<Item = Contact> + 'a {
        self.vendor.contact_places().map(move |place| self.vendor.contact(place))
    }

    /// The contact of this id.
    pub fn contact(self, id: &str) -> Option<Contact> {
        let place = self.vendor.find_contact(id)?;
        Some(self.vendor.contact(place))
    }

    /// Every list, deleted ones included.
    pub fn lists(self) -> impl Iterator<Item = ContactList> + 'a {
        self.vendor.list_places().map(move |place| self.vendor.list(place))
    }

    /// The ids of all campaigns, in the order in which they were made.
    pub fn campaign_ids(self) -> impl Iterator<Item = String> + 'a {
        let data = &self.vendor.data;
        (0..data.settings.campaigns).map(|place| data.uuid(Topic::Campaign, place))
    }

    /// The ids of all activities that have reports: those of the roles `primary_email` and
    /// `resend`, sent or not.
    pub fn activity_ids(self) -> impl Iterator<Item = String> + 'a {
        let data = &self.vendor.data;
        data.reported_activities().map(|place| data.uuid(Topic::Activity, place))
    }

    /// How many records a complete extract of `resource` has, over all parents.
    ///
    /// # Panics
    /// When there is no such resource, so that a slip of the pen cannot look like an empty one.
    pub fn rows(self, resource: &str) -> usize {
        match resource {
            "contacts" => self.vendor.contact_places().len(),
            _ => self.records(resource).len(),
        }
    }

    /// Every record of `resource` in plain values (see
    /// [`Cell::to_value`](crate::row::Cell::to_value)) under their names on the wire, with the
    /// parent's id where it follows from the path. Moments are in UTC, ids of v2 are texts, what
    /// has no value is null; values within values are as they are written by default.
    ///
    /// # Panics
    /// When there is no such resource.
    pub fn plain(self, resource: &str) -> Vec<Map<String, Value>> {
        match resource {
            "contacts" => self.contacts().map(|contact| contact.plain()).collect(),
            _ => self.records(resource).iter().map(Row::plain).collect(),
        }
    }

    /// Every record of `resource`.
    ///
    /// # Panics
    /// When there is no such resource.
    pub fn records(self, resource: &str) -> Vec<Record> {
        let (vendor, data) = (self.vendor, &self.vendor.data);
        let settings = &data.settings;
        let campaigns = 0..settings.campaigns;
        match resource {
            "contacts" => self.contacts().map(|it| it.record(super::INCLUDES)).collect(),
            "contact_lists" => self.lists().map(|list| list.record()).collect(),
            "contact_tags" => (0..settings.tags).map(|at| data.tag(at)).collect(),
            "contact_custom_fields" => {
                (0..settings.custom_fields).map(|at| data.custom_field(at)).collect()
            }
            "segments" => (0..settings.segments).map(|at| data.segment(at)).collect(),
            "emails" => campaigns.map(|at| data.campaign(at)).collect(),
            "email_details" => campaigns.map(|at| data.campaign_detail(at)).collect(),
            "email_activities" => {
                let activities = campaigns.flat_map(|at| data.activity_places(at));
                activities.map(|at| data.activity(at, ACTIVITY_INCLUDES)).collect()
            }
            "email_campaign_summaries" => {
                data.sent_campaigns().into_iter().map(|at| data.campaign_summary(at)).collect()
            }
            "email_campaign_stats" => campaigns.map(|at| data.campaign_stats(at)).collect(),
            "email_activity_stats" => {
                data.reported_activities().map(|at| data.activity_stats(at)).collect()
            }
            "links" => self.links(),
            "activity_summary" => self.activity_summaries(),
            "activity_details" => self.activity_details(),
            "account" => vec![data.account(EXTRA_FIELDS)],
            "physical_address" => vec![data.physical_address()],
            "account_emails" => data.account_emails(),
            "privileges" => data.privileges(),
            "events" => (0..settings.events).map(|at| data.event(at)).collect(),
            "event_details" => (0..settings.events).map(|at| data.event_detail(at)).collect(),
            "registrations" => {
                let events = 0..settings.events;
                let all = events.flat_map(|event| {
                    (0..data.registration_count(event)).map(move |at| data.registration(event, at))
                });
                all.collect()
            }
            _ if REPORTS.contains(&resource) => self.tracking(resource),
            _ => match resource.strip_prefix("v2/") {
                Some(resource) => vendor.v2_records(resource),
                None => panic!("no resource is called {resource:?}"),
            },
        }
    }

    fn tracking(self, report: &str) -> Vec<Record> {
        let data = &self.vendor.data;
        let rows = data.reported_activities().flat_map(|activity| {
            let touches = data.reported(activity, report);
            touches.into_iter().map(move |touch| self.vendor.tracking_row(activity, report, &touch))
        });
        rows.collect()
    }

    fn links(self) -> Vec<Record> {
        let data = &self.vendor.data;
        let sent = data.reported_activities().filter(|activity| data.sent_at(*activity).is_some());
        let rows = sent.flat_map(|activity| {
            let id = data.uuid(Topic::Activity, activity);
            let links = self.vendor.links(activity, true);
            links.into_iter().map(move |link| link.below("campaign_activity_id", id.clone()))
        });
        rows.collect()
    }

    fn activity_summaries(self) -> Vec<Record> {
        let data = &self.vendor.data;
        let always = (Timestamp::MIN, Timestamp::MAX);
        let rows = self.vendor.contact_places().flat_map(|contact| {
            let id = data.uuid(Topic::Contact, contact);
            let summaries = data.activity_summaries(contact, always);
            summaries.into_iter().map(move |row| row.below("contact_id", id.clone()))
        });
        rows.collect()
    }

    fn activity_details(self) -> Vec<Record> {
        let rows = self.vendor.contact_places().flat_map(|contact| {
            let touches = self.vendor.data.contact_touches(contact);
            touches
                .into_iter()
                .map(move |(activity, touch)| self.vendor.detail_row(activity, &touch, true))
        });
        rows.collect()
    }
}
