#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

pub mod account;
pub mod answers;
pub mod parts;
pub mod streams;

use tollgate_sdk::http::Http;
use tollgate_sdk::manifest::{
    AuthMethod, AuthScheme, Descriptor, Field, FieldKind, Fixed, Parameter,
};
use tollgate_sdk::{Connector, Failure, Settings, Stream};

/// The iContact connector.
pub struct Icontact;

tollgate_sdk::export!(Icontact);

impl Connector for Icontact {
    fn describe() -> Descriptor {
        Descriptor {
            id: "icontact".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            title: "iContact".to_owned(),
            description: "Reads contacts, campaigns, messages and what became of them from the \
                          iContact REST API 2.2."
                .to_owned(),
            account_fields: account::fields(),
            auth_methods: vec![application_headers()],
            origins: account::ORIGINS.iter().map(|&origin| origin.to_owned()).collect(),
            // The vendor says that it limits and throttles, but gives no number.
            rate_limits: Vec::new(),
            limit_signs: Vec::new(),
            concurrent_requests: 4,
            reads_by_post: Vec::new(),
            streams: Vec::new(),
        }
    }

    fn streams() -> Vec<Box<dyn Stream>> {
        streams::all()
    }

    fn check(settings: &Settings, http: &Http) -> Result<String, Failure> {
        account::check(settings, http)
    }
}

fn application_headers() -> AuthMethod {
    AuthMethod {
        name: "application".to_owned(),
        title: "Application password".to_owned(),
        description: "Register an application in iContact (or enable one at \
                      /icp/core/externallogin): it has an id and a password of its own. The \
                      password is not the one you sign in with."
            .to_owned(),
        fields: vec![
            Field::new("username", "Username", FieldKind::Text)
                .describe("The user name or e-mail address you sign in with.")
                .required(),
            Field::new("password", "API password", FieldKind::Secret)
                .describe("The application's password, not the one you sign in with.")
                .required(),
            Field::new("app_id", "Application id", FieldKind::Secret)
                .describe("The application's id (API-AppId).")
                .required(),
        ],
        scheme: AuthScheme::Fixed(Fixed {
            headers: vec![
                Parameter::new("API-AppId", "{app_id}"),
                Parameter::new("API-Username", "{username}"),
                Parameter::new("API-Password", "{password}"),
            ],
            query: Vec::new(),
        }),
        audiences: account::ORIGINS.iter().map(|origin| format!("{origin}/icp")).collect(),
    }
}
