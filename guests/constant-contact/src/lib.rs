#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

pub mod account;
pub mod answers;
pub mod changes;
pub mod parts;
pub mod streams;
pub mod values;
pub mod window;

use tollgate_sdk::http::Http;
use tollgate_sdk::manifest::{Descriptor, LimitMeaning, LimitSign, QuotaReset, RateLimit};
use tollgate_sdk::{Connector, Failure, Settings, Stream};

/// The Constant Contact connector.
pub struct ConstantContact;

tollgate_sdk::export!(ConstantContact);

impl Connector for ConstantContact {
    fn describe() -> Descriptor {
        Descriptor {
            id: "constant_contact".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            title: "Constant Contact".to_owned(),
            description: "Reads contacts, campaigns, reports and events from the Constant Contact \
                          API v3, and the tables of its older API v2. Writes contacts and their \
                          lists."
                .to_owned(),
            account_fields: Vec::new(),
            auth_methods: account::auth_methods(),
            origins: account::ORIGINS.iter().map(|&origin| origin.to_owned()).collect(),
            rate_limits: vec![
                RateLimit { requests: 4, window_ms: 1_000 },
                RateLimit { requests: 10_000, window_ms: 86_400_000 },
            ],
            limit_signs: limit_signs(),
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

/// The statuses do not tell a short wait from a spent day: 429 is both in version 3, 403 in version
/// 2. The codes in the body do.
fn limit_signs() -> Vec<LimitSign> {
    let spent = LimitMeaning::QuotaExhausted(QuotaReset::UtcMidnight);
    let signs = [
        (429, "quota_exceeded", spent),
        (403, "mashery.not.authorized.over.qps", LimitMeaning::Throttled),
        (403, "mashery.not.authorized.over.ratelimit", spent),
    ];
    let sign = |(status, text, meaning): (u16, &str, LimitMeaning)| LimitSign {
        status,
        text: text.to_owned(),
        meaning,
    };
    signs.into_iter().map(sign).collect()
}
