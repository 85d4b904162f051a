//! The providers, the heaviest stream of each, and its stand-in.

use anyhow::Result;
use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use tollgate_model::AccountName;
use tollgate_simulators::constant_contact::CANARY_PASTED;
use tollgate_simulators::icontact::Shape;
use tollgate_simulators::incontact::SignIn;
use tollgate_simulators::{ConstantContact, IContact, InContact};
use tollgate_simulators::{constant_contact, icontact, incontact};
use tollgate_vault::{Account, Secret};

use crate::server::{Place, Serving};

/// The days over which inContact's contacts are spread; each read asks for all of them, by weeks.
pub const FIRST_DAY: &str = "2025-03-01";
/// See [`FIRST_DAY`].
pub const LAST_DAY: &str = "2026-02-28";
/// The day after the last, when the stand-in's clock stands still.
const NOW: &str = "2026-03-01T00:00:00Z";
const DAYS: u32 = 365;

/// A provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Provider {
    /// iContact: contacts, 18 columns, one of them a custom field.
    Icontact,
    /// Constant Contact, API v3: contacts, 31 columns, seven of them JSON.
    ConstantContact,
    /// NICE inContact: completed contacts, 62 columns, asked for by weeks.
    Incontact,
}

impl Provider {
    /// All of them.
    pub const ALL: [Provider; 3] =
        [Provider::Icontact, Provider::ConstantContact, Provider::Incontact];

    /// Its name, which is also that of the component's file.
    pub fn name(self) -> &'static str {
        match self {
            Provider::Icontact => "icontact",
            Provider::ConstantContact => "constant-contact",
            Provider::Incontact => "incontact",
        }
    }

    /// The stream that is read.
    pub fn stream(self) -> &'static str {
        match self {
            Provider::Icontact | Provider::ConstantContact => "contacts",
            Provider::Incontact => "contacts_completed",
        }
    }

    /// How it is read: as a whole, in pages of the usual size.
    pub fn options(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Provider::Icontact => &[("status", "total")],
            Provider::ConstantContact => &[("contact_status", "all")],
            Provider::Incontact => &[
                ("date", "range"),
                ("date_range", "specific"),
                ("start_date_specific", FIRST_DAY),
                ("end_date_specific", LAST_DAY),
            ],
        }
    }

    /// The origins for which the stand-in stands in.
    pub fn origins(self) -> &'static [&'static str] {
        match self {
            Provider::Icontact => &["https://app.icontact.com"],
            Provider::ConstantContact => &["https://api.cc.email"],
            Provider::Incontact => &[
                "https://*.incontact.com",
                "https://*.nice-incontact.com",
                "https://*.niceincontact.com",
            ],
        }
    }

    /// Starts the stand-in and hands where it is to `serve`, which ends when it is to end.
    pub fn serve(self, serving: &Serving, serve: impl FnOnce(&Place) -> Result<()>) -> Result<()> {
        match self {
            Provider::Icontact => {
                let server = IContact::builder()
                    .contacts(serving.rows)
                    .shape(Shape::Bench)
                    .remember(serving.remember)
                    .latency(serving.latency())
                    .start_blocking()?;
                serve(&Place {
                    origin: server.origin(),
                    base: format!("{}{}", server.origin(), server.truth().path()),
                    token: None,
                })
            }
            Provider::ConstantContact => {
                let server = ConstantContact::builder()
                    .contacts(serving.rows)
                    .remember(serving.remember)
                    .latency(serving.latency())
                    .start_blocking()?;
                serve(&Place {
                    origin: server.origin(),
                    base: format!("{}/v3", server.origin()),
                    token: Some(CANARY_PASTED.to_owned()),
                })
            }
            Provider::Incontact => {
                let server = InContact::builder()
                    .contacts(serving.rows)
                    .now(NOW.parse()?)
                    .days(DAYS)
                    .remember(serving.remember)
                    .latency(serving.latency())
                    .start_blocking()?;
                serve(&Place {
                    origin: server.origin(),
                    base: format!("{}/inContactAPI/services/v33.0", server.origin()),
                    token: Some(server.grant(SignIn::Cxone).0),
                })
            }
        }
    }

    /// The headers that sign a native program's requests in.
    pub fn headers(self, place: &Place) -> Vec<(&'static str, String)> {
        let own = match self {
            Provider::Icontact => {
                let known = icontact::Credentials::default();
                vec![
                    ("api-version", "2.2".to_owned()),
                    ("api-appid", known.app_id),
                    ("api-username", known.username),
                    ("api-password", known.password),
                ]
            }
            Provider::ConstantContact | Provider::Incontact => {
                let token = place.token.as_deref().unwrap_or_default();
                vec![("authorization", format!("Bearer {token}"))]
            }
        };
        own.into_iter().chain([("accept", "application/json".to_owned())]).collect()
    }

    /// Tollgate's account.
    pub fn account(self, name: AccountName) -> Result<Account> {
        Ok(match self {
            Provider::Icontact => {
                let known = icontact::Credentials::default();
                Account::new(name, "icontact".parse()?)
                    .with_setting("username", known.username)
                    .with_secret("app_id", Secret::new(known.app_id))
                    .with_secret("password", Secret::new(known.password))
            }
            Provider::ConstantContact => {
                let known = constant_contact::Credentials::default();
                Account::new(name, "constant_contact".parse()?)
                    .with_auth_method("oauth")
                    .with_setting("client_id", known.client_id)
                    .with_secret("access_token", Secret::new(CANARY_PASTED.to_owned()))
            }
            Provider::Incontact => {
                let known = incontact::Credentials::default();
                Account::new(name, "incontact".parse()?)
                    .with_auth_method("cxone")
                    .with_setting("client_id", known.client_id)
                    .with_secret("client_secret", Secret::new(known.client_secret))
                    .with_setting("access_key_id", known.access_key_id)
                    .with_secret("access_key_secret", Secret::new(known.access_key_secret))
            }
        })
    }
}
