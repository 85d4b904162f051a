//! A stand-in for the Constant Contact APIs v3 and v2 and for the OAuth 2 server before them, all
//! on one origin: `/v3`, `/v2` and `/oauth2/default/v1`.
//!
//! ```
//! use tollgate_simulators::{ConstantContact, Fault, Kind};
//!
//! let server = ConstantContact::builder()
//!     .seed(7)
//!     .contacts(1_000)
//!     .fault(Fault::new(Kind::CutBody).on("/contacts").at(4))
//!     .start_blocking()?;
//! assert!(server.origin().starts_with("http://127.0.0.1:"));
//! assert_eq!(server.truth().rows("contacts"), 1_000);
//! assert_eq!(server.token_requests(), 0);
//! # Ok::<(), std::io::Error>(())
//! ```

mod account;
mod body;
mod builder;
mod checks;
mod collection;
mod contact;
mod contacts;
mod cursor;
mod data;
mod events;
mod id;
mod mailing;
mod oauth;
pub mod openapi;
mod page;
mod record;
mod reports;
mod settings;
mod small;
mod state;
mod text;
pub mod time;
mod tracking;
mod truth;
mod v2;
mod v3;

use std::fmt;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;

use crate::change::Changes;
use crate::clock::Clock;
use crate::limits::Pace;
use crate::log::{LoggedRequest, lock};
use crate::manners::manners;
use crate::simulator::Simulator;
use crate::vendor::{Reply, Request, Twist, Vendor};

pub use crate::limits::RateLimits;
pub use crate::query::Bounds;
pub use builder::Builder;
pub use contact::{Contact, EmailAddress};
pub use oauth::Counts as TokenCounts;
pub use record::Record;
pub use settings::{
    Blank, CANARY_ACCESS, CANARY_PASTED, CANARY_REFRESH, CANARY_SECRET, Consent, Credentials,
    DeviceFlow, DeviceOutcome, IdForm, LastPage, Settings, StatsKeys, Summaries, TagLink,
};
pub use small::ContactList;
pub use truth::{RESOURCES, Truth};

use contact::INCLUDES;
use data::Data;
use oauth::Grants;
use state::State;

/// The path of the authorization endpoint.
pub const AUTHORIZE_PATH: &str = "/oauth2/default/v1/authorize";
/// The path of the token endpoint.
pub const TOKEN_PATH: &str = "/oauth2/default/v1/token";
/// The path of the endpoint that gives out device codes.
pub const DEVICE_PATH: &str = "/oauth2/default/v1/device/authorize";

const CONTENT_TYPE: &str = "application/json";

/// The stand-in itself: data and answers, without a server. See [`ConstantContact::builder`].
pub struct ConstantContact {
    settings: Arc<Settings>,
    data: Data,
    clock: Clock,
    state: Mutex<State>,
    grants: Mutex<Grants>,
    pace: Mutex<Pace>,
    /// What faults have inserted and removed, by path.
    changes: Changes,
    /// How often something was done that is done in several ways in turn.
    turns: AtomicUsize,
    /// Contacts as bytes, if they were rendered before: without their collections, and with all.
    rendered: [Vec<Bytes>; 2],
}

impl fmt::Debug for ConstantContact {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without the settings and the grants, which hold secrets.
        let contacts = &self.settings.contacts;
        out.debug_struct("ConstantContact").field("contacts", contacts).finish_non_exhaustive()
    }
}

impl ConstantContact {
    /// Starts to put a stand-in together.
    pub fn builder() -> Builder {
        Builder::default()
    }

    fn new(settings: Settings) -> Self {
        let settings = Arc::new(settings);
        let mut vendor = ConstantContact {
            data: Data::new(Arc::clone(&settings)),
            clock: Clock::new(settings.now),
            state: Mutex::default(),
            grants: Mutex::new(Grants::new(&settings)),
            pace: Mutex::default(),
            changes: Changes::default(),
            turns: AtomicUsize::new(0),
            rendered: [Vec::new(), Vec::new()],
            settings,
        };
        if vendor.settings.prerender {
            vendor.rendered = [vendor.render(&[]), vendor.render(INCLUDES)];
        }
        vendor
    }

    fn render(&self, includes: &[&str]) -> Vec<Bytes> {
        let contacts = 0..self.settings.contacts;
        contacts
            .map(|place| {
                let mut bytes = Vec::new();
                self.data.contact(place).record(includes).write(&mut bytes, self.style(place));
                bytes.into()
            })
            .collect()
    }

    /// What everything follows from.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What a complete extract has to contain, as things stand now.
    pub fn truth(&self) -> Truth<'_> {
        Truth::new(self)
    }

    /// Puts the clock forward: tokens and codes grow older, and the limits on calls reset.
    pub fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }

    /// An access token with every scope, given out without a request, and its refresh token.
    pub fn grant(&self) -> (String, String) {
        lock(&self.grants).give(&self.settings, self.clock.now())
    }

    /// Ends every access token that was given out, but no refresh token and no pasted token.
    pub fn expire_access_tokens(&self) {
        lock(&self.grants).expire_access_tokens();
    }

    /// Ends every grant, as a person does who takes the permission back: no token that was given
    /// out is good for anything from here on. Pasted tokens live on.
    pub fn revoke_grants(&self) {
        lock(&self.grants).revoke();
    }

    /// What came of the requests for tokens.
    pub fn token_counts(&self) -> TokenCounts {
        lock(&self.grants).counts()
    }
}

impl Vendor for ConstantContact {
    fn respond(&self, request: &Request, twists: &[Twist]) -> Reply {
        let secrets = lock(&self.grants).secrets_in(request, &self.settings);
        let mut reply = self.route(request, twists);
        reply.violations.extend(secrets);
        reply.violations.extend(manners(request));
        reply
    }

    fn error_body(&self, status: u16, message: &str) -> Bytes {
        checks::v3_error(status, message)
    }

    fn error_body_for(&self, request: &Request, status: u16, message: &str) -> Bytes {
        checks::error(&request.path, status, message)
    }

    fn content_type(&self) -> &'static str {
        CONTENT_TYPE
    }
}

impl Simulator<ConstantContact> {
    /// What a client has to send.
    pub fn credentials(&self) -> &Credentials {
        &self.vendor.settings.credentials
    }

    /// What a complete extract has to contain (see [`ConstantContact::truth`]).
    pub fn truth(&self) -> Truth<'_> {
        self.vendor.truth()
    }

    /// How many requests for tokens arrived, refused ones included.
    pub fn token_requests(&self) -> usize {
        self.vendor.token_counts().requests
    }

    /// The most requests for tokens that were ever being answered at the same time. Answers take
    /// no time unless a `latency` is set, and without one this can hardly be more than 1.
    pub fn token_requests_in_flight_max(&self) -> usize {
        self.server.in_flight_max_on(TOKEN_PATH)
    }

    /// How often a refresh token was used that a rotation had ended already.
    pub fn refresh_reuses(&self) -> usize {
        self.vendor.token_counts().refresh_reuses
    }

    /// See [`ConstantContact::expire_access_tokens`].
    pub fn expire_access_tokens(&self) {
        self.vendor.expire_access_tokens();
    }

    /// See [`ConstantContact::revoke_grants`].
    pub fn revoke_grants(&self) {
        self.vendor.revoke_grants();
    }

    /// See [`ConstantContact::advance`].
    pub fn advance(&self, by: Duration) {
        self.vendor.advance(by);
    }

    /// See [`ConstantContact::grant`].
    pub fn grant(&self) -> (String, String) {
        self.vendor.grant()
    }

    /// The requests that change data, with their bodies, in order of arrival.
    pub fn writes(&self) -> Vec<LoggedRequest> {
        let mut requests = self.server.requests();
        requests.retain(|it| it.method != "GET" && !it.path.starts_with("/oauth2/"));
        requests
    }
}
