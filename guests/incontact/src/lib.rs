#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

pub mod account;
pub mod answers;
pub mod files;
pub mod jobs;
pub mod sign_in;
pub mod streams;
pub mod values;
pub mod window;

use tollgate_sdk::http::Http;
use tollgate_sdk::manifest::Descriptor;
use tollgate_sdk::{Connector, Failure, Settings, Stream};

/// The NICE inContact connector.
pub struct Incontact;

tollgate_sdk::export!(Incontact);

impl Connector for Incontact {
    fn describe() -> Descriptor {
        Descriptor {
            id: "incontact".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            title: "NICE inContact".to_owned(),
            description: "Reads agents, contacts, skills, teams and reports from the Admin and \
                          Reporting APIs of NICE inContact (NICE CXone)."
                .to_owned(),
            account_fields: account::fields(),
            auth_methods: sign_in::methods(),
            origins: sign_in::ORIGINS.iter().map(|&origin| origin.to_owned()).collect(),
            // The vendor says that it limits, but gives no number.
            rate_limits: Vec::new(),
            limit_signs: Vec::new(),
            concurrent_requests: 4,
            reads_by_post: sign_in::below_each_origin("/inContactAPI/services/*/report-jobs"),
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
