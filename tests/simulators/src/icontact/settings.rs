//! What the stand-in for iContact is made of, and the builder that says so.

use jiff::Timestamp;

use super::IContact;
use crate::builder::builder_methods;
use crate::server::ServerSettings;

/// The password the simulator expects unless told otherwise. Tests search rows, logs, errors and
/// state for it: it must turn up nowhere but in the requests.
pub const CANARY: &str = "canary-pw-5f1d7c0e93ab";

/// What a client has to send with every request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// The header `API-AppId`.
    pub app_id: String,
    /// The header `API-Username`.
    pub username: String,
    /// The header `API-Password`.
    pub password: String,
}

impl Default for Credentials {
    fn default() -> Self {
        Credentials {
            app_id: "app-0001".to_owned(),
            username: "owner@example.com".to_owned(),
            password: CANARY.to_owned(),
        }
    }
}

/// One account behind the credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountSettings {
    /// Whether it may be used.
    pub enabled: bool,
    /// How many client folders it has.
    pub folders: usize,
}

/// What a list without rows looks like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EmptyList {
    /// `null`
    #[default]
    Null,
    /// `[]`
    Array,
}

/// What the statistics of a message that was never sent look like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unsent {
    /// Every counter is 0.
    #[default]
    Zeros,
    /// Status 404.
    NotFound,
}

/// What `status=<value>` does on contacts, which the vendor leaves open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StatusFilter {
    /// It selects the contacts of that status, on a list or not.
    #[default]
    Honoured,
    /// It is ignored, as if it had been left out.
    Ignored,
}

/// What contacts look like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    /// Like those of a real account: gaps, accents, awkward texts, a `business` only when a
    /// contact is read alone.
    #[default]
    Natural,
    /// About 900 bytes with all 18 columns, for measuring throughput. Has one custom field.
    Bench,
}

/// Everything the data and the answers follow from.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What the data grows from: the same seed gives the same data.
    pub seed: u64,
    /// Contacts in each client folder.
    pub contacts: usize,
    /// Lists in each client folder.
    pub lists: usize,
    /// Campaigns (sender profiles) in each client folder.
    pub campaigns: usize,
    /// Messages in each client folder.
    pub messages: usize,
    /// Segments in each client folder.
    pub segments: usize,
    /// Custom fields of contacts.
    pub custom_fields: usize,
    /// The most opens of a message; the other tracking rows are in proportion.
    pub events: usize,
    /// The size of the larger message bodies.
    pub html_bytes: usize,
    /// The accounts behind the credentials.
    pub accounts: Vec<AccountSettings>,
    /// What is added to every id of a contact; beyond 2^53, ids do not survive a double.
    pub id_base: u64,
    /// The largest page; a larger `limit` is cut to it and the cut one is echoed.
    pub limit_max: usize,
    /// What a list without rows looks like.
    pub empty: EmptyList,
    /// What the statistics of an unsent message look like.
    pub unsent: Unsent,
    /// What `status=<value>` does on contacts.
    pub status_filter: StatusFilter,
    /// What contacts look like.
    pub shape: Shape,
    /// Whether one text holds a NUL character, which some databases refuse.
    pub nul_text: bool,
    /// Whether contacts are rendered before the start, so that a benchmark measures the client.
    pub prerender: bool,
    /// What a client has to send.
    pub credentials: Credentials,
    /// The time that `/time` tells; the real one unless set.
    pub now: Option<Timestamp>,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            seed: 1,
            contacts: 100,
            lists: 6,
            campaigns: 4,
            messages: 12,
            segments: 5,
            custom_fields: 4,
            events: 60,
            html_bytes: 64 << 10,
            accounts: vec![AccountSettings { enabled: true, folders: 1 }],
            id_base: 0,
            limit_max: 500,
            empty: EmptyList::default(),
            unsent: Unsent::default(),
            status_filter: StatusFilter::default(),
            shape: Shape::default(),
            nul_text: false,
            prerender: false,
            credentials: Credentials::default(),
            now: None,
        }
    }
}

impl Settings {
    /// How many custom fields contacts really have, which the shape may decide.
    pub(crate) fn custom_field_count(&self) -> usize {
        match self.shape {
            Shape::Natural => self.custom_fields,
            Shape::Bench => 1,
        }
    }
}

/// Puts a stand-in for iContact together.
#[derive(Clone, Debug, Default)]
pub struct Builder {
    settings: Settings,
    server: ServerSettings,
    accounts: Vec<AccountSettings>,
}

impl Builder {
    builder_methods! {
        IContact;
        /// What the data grows from (1).
        seed: u64 => settings.seed;
        /// Contacts in each client folder (100).
        contacts: usize => settings.contacts;
        /// Lists in each client folder (6).
        lists: usize => settings.lists;
        /// Campaigns in each client folder (4).
        campaigns: usize => settings.campaigns;
        /// Messages in each client folder (12).
        messages: usize => settings.messages;
        /// Segments in each client folder (5).
        segments: usize => settings.segments;
        /// Custom fields of contacts (4).
        custom_fields: usize => settings.custom_fields;
        /// The most opens of a message (60); the first message has as many.
        events: usize => settings.events;
        /// The size of the larger message bodies (64 KiB).
        html_bytes: usize => settings.html_bytes;
        /// What is added to every id of a contact (0).
        id_base: u64 => settings.id_base;
        /// The largest page (500).
        limit_max: usize => settings.limit_max;
        /// What a list without rows looks like (`null`).
        empty: EmptyList => settings.empty;
        /// What the statistics of an unsent message look like (zeros).
        unsent: Unsent => settings.unsent;
        /// What `status=<value>` does on contacts (it filters).
        status_filter: StatusFilter => settings.status_filter;
        /// What contacts look like (natural).
        shape: Shape => settings.shape;
        /// Whether one text holds a NUL character (no).
        nul_text: bool => settings.nul_text;
        /// Whether contacts are rendered before the start (no).
        prerender: bool => settings.prerender;
        /// What a client has to send (the defaults, with [`CANARY`]).
        credentials: Credentials => settings.credentials;
    }

    /// The time that `/time` tells (the real one).
    #[must_use]
    pub fn now(mut self, now: Timestamp) -> Self {
        self.settings.now = Some(now);
        self
    }

    /// Adds an account. The first call replaces the default, one enabled account with one folder.
    #[must_use]
    pub fn account(mut self, account: AccountSettings) -> Self {
        self.accounts.push(account);
        self
    }

    /// The data alone, without a server.
    pub fn vendor(self) -> IContact {
        let mut settings = self.settings;
        if !self.accounts.is_empty() {
            settings.accounts = self.accounts;
        }
        IContact::new(settings)
    }
}
