//! Puts a stand-in for Constant Contact together.

use std::time::Duration;

use jiff::Timestamp;

use super::ConstantContact;
use super::settings::{
    Blank, Consent, Credentials, DeviceFlow, IdForm, LastPage, Settings, StatsKeys, Summaries,
    TagLink,
};
use crate::builder::builder_methods;
use crate::limits::RateLimits;
use crate::query::Bounds;
use crate::server::ServerSettings;

/// Puts a stand-in for Constant Contact together.
#[derive(Clone, Debug, Default)]
pub struct Builder {
    settings: Settings,
    server: ServerSettings,
}

impl Builder {
    builder_methods! {
        ConstantContact;
        /// What the data grows from (1).
        seed: u64 => settings.seed;
        /// Contacts, deleted ones included (100).
        contacts: usize => settings.contacts;
        /// Contact lists (6).
        lists: usize => settings.lists;
        /// Tags of contacts (5).
        tags: usize => settings.tags;
        /// Custom fields of contacts (4).
        custom_fields: usize => settings.custom_fields;
        /// Segments (3).
        segments: usize => settings.segments;
        /// Email campaigns (12).
        campaigns: usize => settings.campaigns;
        /// The most contacts a campaign is sent to (60); the first one is sent to as many.
        tracking: usize => settings.tracking;
        /// Events (8).
        events: usize => settings.events;
        /// The most registrations of an event (12); the first one has as many.
        registrations: usize => settings.registrations;
        /// Files of the v2 library (10).
        files: usize => settings.files;
        /// Files in the bin of the v2 library (3).
        trash: usize => settings.trash;
        /// What a field without a value looks like (it is not there).
        blank: Blank => settings.blank;
        /// What v2 writes ids as (texts and numbers in turn).
        ids: IdForm => settings.ids;
        /// How the last page says that it is the last (in all ways in turn).
        last_page: LastPage => settings.last_page;
        /// Where the address of the next page of tags is (in both places in turn).
        tag_link: TagLink => settings.tag_link;
        /// How the names of statistics are spelt (with underscores).
        stats_keys: StatsKeys => settings.stats_keys;
        /// What the counts of campaign summaries look like (numbers).
        summaries: Summaries => settings.summaries;
        /// Whether `updated_after` and the like admit the moment itself (they do).
        bounds: Bounds => settings.bounds;
        /// How many requests for the contacts of a segment are answered with 202 first (1).
        segment_pending: usize => settings.segment_pending;
        /// How many times a deletion of a list is told to be still under way (1).
        activity_pending: usize => settings.activity_pending;
        /// Whether contacts are rendered before the start (no).
        prerender: bool => settings.prerender;
        /// What a client has to send (the defaults, with the canaries).
        credentials: Credentials => settings.credentials;
        /// Whether a refresh gives a new refresh token and ends the old one (yes).
        rotating_refresh: bool => settings.rotating_refresh;
        /// How long an access token lives (a day).
        access_lifetime: Duration => settings.access_lifetime;
        /// What the person does who is asked to let the application in (agrees).
        consent: Consent => settings.consent;
        /// How a device code fares (granted at the second poll).
        device: DeviceFlow => settings.device;
        /// How often one API key may call (without end).
        rate_limits: RateLimits => settings.rate_limits;
    }

    /// The time, which then stands still but for
    /// [`advance`](ConstantContact::advance) (the real one).
    #[must_use]
    pub fn now(mut self, now: Timestamp) -> Self {
        self.settings.now = Some(now);
        self
    }

    /// The data and the answers alone, without a server.
    pub fn vendor(self) -> ConstantContact {
        ConstantContact::new(self.settings)
    }
}
