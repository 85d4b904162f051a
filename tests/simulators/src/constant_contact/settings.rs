//! What the stand-in for Constant Contact is made of.

use std::time::Duration;

use jiff::Timestamp;

use crate::limits::RateLimits;
use crate::query::Bounds;

/// The client secret the simulator expects unless told otherwise. Like every `CANARY`, it must
/// turn up nowhere but in the requests: tests search rows, logs, errors and state for it.
pub const CANARY_SECRET: &str = "canary-secret-83c1e0aa57d2";

/// What every access token that is given out begins with.
pub const CANARY_ACCESS: &str = "canary-access-41b7";

/// What every refresh token that is given out begins with.
pub const CANARY_REFRESH: &str = "canary-refresh-9e60";

/// An access token that is accepted from the start, as if a person had pasted it.
pub const CANARY_PASTED: &str = "canary-pasted-2d94f6b01c";

/// The application that clients speak for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// The client id, which is also the API key of v2.
    pub client_id: String,
    /// The client secret. Public clients send none.
    pub client_secret: String,
    /// Access tokens that never expire by themselves and have every scope.
    pub pasted_tokens: Vec<String>,
}

impl Default for Credentials {
    fn default() -> Self {
        Credentials {
            client_id: "key-0001".to_owned(),
            client_secret: CANARY_SECRET.to_owned(),
            pasted_tokens: vec![CANARY_PASTED.to_owned()],
        }
    }
}

/// What a field without a value looks like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Blank {
    /// It is not there.
    #[default]
    Absent,
    /// `null`
    Null,
}

/// What v2 writes ids as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IdForm {
    /// Texts and numbers in turn.
    #[default]
    Rotating,
    /// Texts.
    Text,
    /// Numbers.
    Number,
}

impl IdForm {
    pub(super) fn is_text(self, salt: u64) -> bool {
        match self {
            IdForm::Rotating => salt.is_multiple_of(2),
            IdForm::Text => true,
            IdForm::Number => false,
        }
    }
}

/// How the last page of a v3 list says that it is the last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LastPage {
    /// In all of the ways, in turn.
    #[default]
    Rotating,
    /// No `_links`.
    NoLinks,
    /// `_links: {}`.
    EmptyLinks,
    /// `_links` with a `self` and no `next`.
    NoNext,
    /// `next: null`.
    NullNext,
    /// `next: {"href": null}`.
    NullHref,
}

/// Where the address of the next page of tags is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TagLink {
    /// In the two places in turn.
    #[default]
    Rotating,
    /// `_links.next.href`
    Flat,
    /// `_links.next.next.href`
    Nested,
}

/// How the names of statistics are spelt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StatsKeys {
    /// `em_opens_all_mobile`
    #[default]
    Underscores,
    /// `em_opens.all.mobile`
    Dots,
}

/// What the counts of campaign summaries look like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Summaries {
    /// Numbers, and one object of percentages.
    #[default]
    Numbers,
    /// Texts, and a list of one object of percentages.
    Texts,
}

/// What the person does who is asked to let the application in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Consent {
    /// Agrees at once.
    #[default]
    Given,
    /// Declines.
    Denied,
}

/// How a device code fares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceFlow {
    /// How many polls are told to go on waiting.
    pub pending: usize,
    /// How many polls after those are told to slow down.
    pub slow_down: usize,
    /// What every later poll is told.
    pub outcome: DeviceOutcome,
    /// Whether a refresh token comes with the access token. Sources disagree.
    pub refresh_token: bool,
    /// How long a client is told to wait between two polls, in whole seconds.
    pub interval: Duration,
}

impl Default for DeviceFlow {
    fn default() -> Self {
        let outcome = DeviceOutcome::Granted;
        let interval = Duration::from_secs(5);
        DeviceFlow { pending: 1, slow_down: 0, outcome, refresh_token: true, interval }
    }
}

/// How waiting for a person ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceOutcome {
    /// With a token.
    Granted,
    /// With a refusal.
    Denied,
    /// With nothing: the code is too old.
    Expired,
}

impl RateLimits {
    /// The limits that Constant Contact documents: 4 a second and 10,000 a day.
    pub fn documented() -> Self {
        RateLimits { per_second: Some(4), per_day: Some(10_000), violation_above: None }
    }
}

/// Everything the data and the answers follow from.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What the data grows from: the same seed gives the same data.
    pub seed: u64,
    /// Contacts, deleted ones included.
    pub contacts: usize,
    /// Contact lists.
    pub lists: usize,
    /// Tags of contacts.
    pub tags: usize,
    /// Custom fields of contacts.
    pub custom_fields: usize,
    /// Segments.
    pub segments: usize,
    /// Email campaigns.
    pub campaigns: usize,
    /// The most contacts a campaign is sent to; the other tracking rows are in proportion.
    pub tracking: usize,
    /// Events.
    pub events: usize,
    /// The most registrations of an event.
    pub registrations: usize,
    /// Files of the v2 library.
    pub files: usize,
    /// Files in the bin of the v2 library.
    pub trash: usize,
    /// What a field without a value looks like.
    pub blank: Blank,
    /// What v2 writes ids as.
    pub ids: IdForm,
    /// How the last page says that it is the last.
    pub last_page: LastPage,
    /// Where the address of the next page of tags is.
    pub tag_link: TagLink,
    /// How the names of statistics are spelt.
    pub stats_keys: StatsKeys,
    /// What the counts of campaign summaries look like.
    pub summaries: Summaries,
    /// Whether `updated_after` and the like admit the moment itself.
    pub bounds: Bounds,
    /// How many requests for the contacts of a segment are answered with 202 first.
    pub segment_pending: usize,
    /// How many times a deletion of a list is told to be still under way.
    pub activity_pending: usize,
    /// Whether contacts are rendered before the start, so that a benchmark measures the client.
    pub prerender: bool,
    /// What a client has to send.
    pub credentials: Credentials,
    /// Whether a refresh gives a new refresh token and ends the old one.
    pub rotating_refresh: bool,
    /// How long an access token lives.
    pub access_lifetime: Duration,
    /// What the person does who is asked to let the application in.
    pub consent: Consent,
    /// How a device code fares.
    pub device: DeviceFlow,
    /// How often one API key may call.
    pub rate_limits: RateLimits,
    /// The time, which then stands still but for `advance`; the real one unless set.
    pub now: Option<Timestamp>,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            seed: 1,
            contacts: 100,
            lists: 6,
            tags: 5,
            custom_fields: 4,
            segments: 3,
            campaigns: 12,
            tracking: 60,
            events: 8,
            registrations: 12,
            files: 10,
            trash: 3,
            blank: Blank::default(),
            ids: IdForm::default(),
            last_page: LastPage::default(),
            tag_link: TagLink::default(),
            stats_keys: StatsKeys::default(),
            summaries: Summaries::default(),
            bounds: Bounds::default(),
            segment_pending: 1,
            activity_pending: 1,
            prerender: false,
            credentials: Credentials::default(),
            rotating_refresh: true,
            access_lifetime: Duration::from_secs(86_400),
            consent: Consent::default(),
            device: DeviceFlow::default(),
            rate_limits: RateLimits::default(),
            now: None,
        }
    }
}
