//! A stand-in for the iContact API, version 2.2: reading only.
//!
//! ```
//! use tollgate_simulators::{Fault, IContact, Kind};
//!
//! let server = IContact::builder()
//!     .seed(7)
//!     .contacts(1_000)
//!     .fault(Fault::new(Kind::CutBody).on("/contacts").at(4))
//!     .start_blocking()?;
//! assert!(server.origin().starts_with("http://127.0.0.1:"));
//! assert_eq!(server.truth().rows("contacts"), 1_000);
//! assert_eq!(server.unfired(), ["cut-body"]);
//! # Ok::<(), std::io::Error>(())
//! ```

mod checks;
mod collection;
mod contacts;
mod data;
mod encode;
mod mailing;
mod messages;
mod page;
mod query;
mod routes;
mod rows;
mod settings;
mod text;
pub mod time;
mod truth;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex};

use bytes::Bytes;

use crate::change::Changes;
use crate::simulator::Simulator;
use crate::vendor::{Reply, Request, Twist, Vendor};

pub use data::{AccountData, Folder};
pub use mailing::{Event, EventKind, Message, Send, Statistics};
pub use rows::{
    Account, Action, Campaign, ClientFolder, Contact, Criterion, CustomField, List, Segment,
    Subscription,
};
pub use settings::{
    AccountSettings, Builder, CANARY, Credentials, EmptyList, Settings, Shape, StatusFilter, Unsent,
};
pub use truth::RESOURCES;

use collection::Selection;
use encode::Rendered;

/// What the vendor says its answers are, though they are JSON.
const CONTENT_TYPE: &str = "text/html; charset=utf-8";

/// The stand-in itself: data and answers, without a server. See [`IContact::builder`].
pub struct IContact {
    settings: Arc<Settings>,
    accounts: Vec<AccountData>,
    /// Contacts as bytes, by client folder, if they were rendered before.
    rendered: HashMap<u64, Rendered>,
    /// Rows found for a query.
    selections: Mutex<HashMap<String, Selection>>,
    /// What faults have inserted and removed, by path.
    changes: Changes,
}

impl fmt::Debug for IContact {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without the settings, which hold a password.
        out.debug_struct("IContact").field("accounts", &self.accounts.len()).finish_non_exhaustive()
    }
}

impl IContact {
    /// Starts to put a stand-in together.
    pub fn builder() -> Builder {
        Builder::default()
    }

    fn new(settings: Settings) -> Self {
        let settings = Arc::new(settings);
        let mut vendor = IContact {
            accounts: AccountData::all(&settings),
            settings,
            rendered: HashMap::new(),
            selections: Mutex::default(),
            changes: Changes::default(),
        };
        if vendor.settings.prerender {
            vendor.rendered = vendor.render();
        }
        vendor
    }

    fn render(&self) -> HashMap<u64, Rendered> {
        let folders = self.accounts.iter().flat_map(|account| &account.folders);
        folders
            .map(|folder| {
                let mut rendered = Rendered::default();
                for (place, contact) in folder.contacts().enumerate() {
                    rendered.push(&contact, self.salt(place));
                }
                (folder.client_folder_id(), rendered)
            })
            .collect()
    }

    /// What everything follows from.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The accounts behind the credentials, with all their rows.
    pub fn accounts(&self) -> &[AccountData] {
        &self.accounts
    }

    /// The client folder a client finds by itself: the first one of the first account that may be
    /// used. Its rows are what a complete extract has to contain.
    ///
    /// # Panics
    /// When no account is enabled or has a folder.
    pub fn truth(&self) -> &Folder {
        let mut usable = self.accounts.iter().filter(|account| account.row.enabled);
        let folder = usable.find_map(|account| account.folders.first());
        folder.expect("an account that is enabled and has a client folder")
    }

    fn error(&self, status: u16, message: &str) -> Reply {
        Reply::new(status, CONTENT_TYPE, self.error_body(status, message))
    }
}

impl Vendor for IContact {
    fn respond(&self, request: &Request, twists: &[Twist]) -> Reply {
        let mut reply = self.route(request, twists);
        let manners = checks::manners(request, &self.settings.credentials);
        reply.violations.extend(manners);
        reply
    }

    fn error_body(&self, _status: u16, message: &str) -> Bytes {
        serde_json::json!({"errors": [message]}).to_string().into()
    }

    fn content_type(&self) -> &'static str {
        CONTENT_TYPE
    }
}

impl Simulator<IContact> {
    /// What a client has to send.
    pub fn credentials(&self) -> &Credentials {
        &self.vendor.settings.credentials
    }

    /// What a complete extract has to contain (see [`IContact::truth`]).
    pub fn truth(&self) -> &Folder {
        self.vendor.truth()
    }
}
