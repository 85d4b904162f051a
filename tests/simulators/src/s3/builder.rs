//! Puts a stand-in for an object store together.

use std::sync::Mutex;

use super::S3;
use super::objects::Contents;
use crate::builder::builder_methods;
use crate::server::ServerSettings;

/// What a client has to sign with.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// Whose key it is.
    pub access_key_id: String,
    /// What signatures are made with.
    pub secret_access_key: String,
    /// What has to be sent beside them, if anything.
    pub session_token: Option<String>,
}

/// How a store behaves.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) bucket: String,
    pub(super) region: String,
    pub(super) credentials: Credentials,
    pub(super) page_keys: usize,
    pub(super) ignores_conditions: bool,
}

/// Puts a stand-in for an object store together.
#[derive(Clone, Debug)]
pub struct Builder {
    settings: Settings,
    server: ServerSettings,
    contents: Contents,
}

impl Default for Builder {
    fn default() -> Self {
        let credentials = Credentials {
            access_key_id: "AKSIMULATED".to_owned(),
            secret_access_key: "canary-secret-access-key".to_owned(),
            session_token: None,
        };
        let settings = Settings {
            bucket: "acme".to_owned(),
            region: "us-east-1".to_owned(),
            credentials,
            page_keys: 1_000,
            ignores_conditions: false,
        };
        Builder::with(settings, Contents::default())
    }
}

impl Builder {
    builder_methods! {
        S3;
        /// The bucket (`acme`).
        bucket: String => settings.bucket;
        /// The region that signatures name (`us-east-1`).
        region: String => settings.region;
        /// What a client signs with.
        credentials: Credentials => settings.credentials;
        /// The keys of a page of a listing (1,000).
        page_keys: usize => settings.page_keys;
        /// Whether objects are written whatever the condition, as by stores that know none (no).
        ignores_conditions: bool => settings.ignores_conditions;
    }

    pub(super) fn with(settings: Settings, contents: Contents) -> Self {
        Builder { settings, server: ServerSettings::default(), contents }
    }

    fn vendor(self) -> S3 {
        S3 { settings: self.settings, contents: Mutex::new(self.contents) }
    }
}
