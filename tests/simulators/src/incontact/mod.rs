//! A stand-in for the NICE inContact APIs and the three ways to sign in before them, all on one
//! origin: whichever of the vendor's hosts a client means, the path decides.
//!
//! ```
//! use tollgate_simulators::InContact;
//!
//! let server = InContact::builder()
//!     .seed(7)
//!     .contacts(1_000)
//!     .requests_per_token(5)
//!     .start_blocking()?;
//! assert!(server.origin().starts_with("http://127.0.0.1:"));
//! assert_eq!(server.truth().rows("contacts"), 1_000);
//! assert_eq!(server.sign_ins().requests, 0);
//! # Ok::<(), std::io::Error>(())
//! ```

mod agents;
mod auth;
mod builder;
mod checks;
mod contacts;
mod data;
mod downloads;
mod jobs;
mod lists;
mod names;
mod page;
mod performance;
mod record;
mod reports;
mod settings;
mod skills;
mod state;
mod summary;
mod table;
mod teams;
mod text;
mod truth;

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;

use crate::change::Changes;
use crate::clock::Clock;
use crate::limits::Pace;
use crate::log::lock;
use crate::manners::manners;
use crate::simulator::Simulator;
use crate::vendor::{Reply, Request, Twist, Vendor};

pub use crate::limits::RateLimits;
pub use crate::query::Bounds;
pub use auth::{
    ACCESS_KEY_PATH, CONFIGURATION_PATH, CXONE_TOKEN_PATH, Counts, DISCOVERY_PATH, PASSWORD_PATH,
    REFRESH_PATH, SignIn,
};
pub use builder::Builder;
pub use data::Item;
pub use downloads::DOWNLOADS;
pub use settings::{
    CANARY_ACCESS, CANARY_KEY, CANARY_PASSWORD, CANARY_REFRESH, CANARY_SECRET, Credentials, Empty,
    Encoding, Excess, FileContent, JobOutcome, Settings, Urls, Versions, Windows,
};
pub use table::Table;
pub use truth::{RESOURCES, SUMS, Truth};

use auth::Tokens;
use data::{Data, Entry, INSERTED};
use state::State;

const CONTENT_TYPE: &str = "application/json";

/// The stand-in itself: data and answers, without a server. See [`InContact::builder`].
pub struct InContact {
    settings: Arc<Settings>,
    data: Data,
    clock: Clock,
    state: Mutex<State>,
    tokens: Mutex<Tokens>,
    pace: Mutex<Pace>,
    /// What faults have inserted and removed, by path.
    changes: Changes,
}

impl fmt::Debug for InContact {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without the settings and the tokens, which hold secrets.
        let contacts = &self.settings.contacts;
        out.debug_struct("InContact").field("contacts", contacts).finish_non_exhaustive()
    }
}

impl InContact {
    /// Starts to put a stand-in together.
    pub fn builder() -> Builder {
        Builder::default()
    }

    fn new(settings: Settings) -> Self {
        let settings = Arc::new(settings);
        let clock = Clock::new(settings.now);
        InContact {
            data: Data::new(Arc::clone(&settings), to_millis(clock.now())),
            clock,
            state: Mutex::default(),
            tokens: Mutex::default(),
            pace: Mutex::default(),
            changes: Changes::default(),
            settings,
        }
    }

    /// What everything follows from.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What a complete extract has to contain, as things stand now.
    pub fn truth(&self) -> Truth<'_> {
        Truth::new(self)
    }

    /// Puts the clock forward: tokens and files grow older.
    pub fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }

    /// Adds so many items, which come to be now.
    pub fn add(&self, item: Item, count: usize) {
        let now = self.now();
        let mut state = lock(&self.state);
        state.added.entry(item).or_default().extend(std::iter::repeat_n(now, count));
    }

    /// Changes the item at `place`, counted from 0 in the order of ids: a text of it, and the time
    /// of its last change. A place without an item is changed without effect.
    pub fn change(&self, item: Item, place: usize) {
        let now = self.now();
        let mut state = lock(&self.state);
        let (revision, at) = state.changed.entry((item, place)).or_insert((0, now));
        (*revision, *at) = (*revision + 1, now);
    }

    /// An access token that is good, given out without a request, and its refresh token, which the
    /// given way to sign in renews.
    pub fn grant(&self, sign_in: SignIn) -> (String, String) {
        lock(&self.tokens).grant(sign_in, &self.settings, self.now())
    }

    /// Ends every access token that was given out, but no refresh token.
    pub fn expire_access_tokens(&self) {
        lock(&self.tokens).expire_access(self.now());
    }

    /// Ends every token that was given out.
    pub fn revoke_tokens(&self) {
        lock(&self.tokens).revoke(self.now());
    }

    /// What came of the requests for tokens.
    pub fn sign_ins(&self) -> Counts {
        lock(&self.tokens).counts
    }

    /// How many report jobs were started.
    pub fn jobs_started(&self) -> usize {
        lock(&self.state).jobs.len()
    }

    /// The time, as exact as the vendor tells it.
    fn now(&self) -> Timestamp {
        to_millis(self.clock.now())
    }

    /// All items of a kind, in the order of their ids.
    fn entries(&self, item: Item) -> Vec<Entry> {
        let state = lock(&self.state);
        let count = self.data.count(item);
        let first = (0..count).map(|place| (place, self.data.created(item, place)));
        let added = (count..).zip(state.added(item).iter().copied());
        let entries = first.chain(added).map(|(place, created)| {
            let change = state.changed.get(&(item, place)).copied();
            Entry { place, created, change }
        });
        entries.collect()
    }

    /// The n-th item that a fault inserts.
    fn inserted(&self, item: Item, at: usize) -> Entry {
        let place = INSERTED + at;
        Entry { place, created: self.data.created(item, place), change: None }
    }
}

/// `time` without what is less than a millisecond.
fn to_millis(time: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(time.as_millisecond()).unwrap_or(time)
}

impl Vendor for InContact {
    fn respond(&self, request: &Request, twists: &[Twist]) -> Reply {
        let mut reply = self.route(request, twists);
        let secrets = checks::secrets_in(request, &self.settings.credentials);
        reply.violations.extend(secrets);
        reply.violations.extend(manners(request));
        reply
    }

    fn error_body(&self, status: u16, message: &str) -> Bytes {
        checks::error("", status, message)
    }

    fn error_body_for(&self, request: &Request, status: u16, message: &str) -> Bytes {
        checks::error(&request.path, status, message)
    }

    fn error_headers(&self, message: &str) -> Vec<(String, String)> {
        vec![(checks::STATUS_HEADER.to_owned(), message.to_owned())]
    }

    fn content_type(&self) -> &'static str {
        CONTENT_TYPE
    }
}

impl Simulator<InContact> {
    /// What a client has to know.
    pub fn credentials(&self) -> &Credentials {
        &self.vendor.settings.credentials
    }

    /// What a complete extract has to contain (see [`InContact::truth`]).
    pub fn truth(&self) -> Truth<'_> {
        self.vendor.truth()
    }

    /// See [`InContact::sign_ins`].
    pub fn sign_ins(&self) -> Counts {
        self.vendor.sign_ins()
    }

    /// See [`InContact::expire_access_tokens`].
    pub fn expire_access_tokens(&self) {
        self.vendor.expire_access_tokens();
    }

    /// See [`InContact::revoke_tokens`].
    pub fn revoke_tokens(&self) {
        self.vendor.revoke_tokens();
    }

    /// See [`InContact::advance`].
    pub fn advance(&self, by: Duration) {
        self.vendor.advance(by);
    }

    /// See [`InContact::grant`].
    pub fn grant(&self, sign_in: SignIn) -> (String, String) {
        self.vendor.grant(sign_in)
    }

    /// See [`InContact::jobs_started`].
    pub fn jobs_started(&self) -> usize {
        self.vendor.jobs_started()
    }

    /// See [`InContact::add`].
    pub fn add(&self, item: Item, count: usize) {
        self.vendor.add(item, count);
    }

    /// See [`InContact::change`].
    pub fn change(&self, item: Item, place: usize) {
        self.vendor.change(item, place);
    }
}
