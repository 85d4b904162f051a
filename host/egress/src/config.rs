//! What a gate is made from.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use rustls_pki_types::CertificateDer;
use tollgate_model::origin::{Audience, Origin};
use tollgate_model::{
    AccountName, AuthScheme, Descriptor, Error, ErrorKind, LimitSign, RateLimit, Result,
};
use tollgate_vault::{ResolvedAccount, Secret, Vault};

use crate::limits::GateLimits;
use crate::origin::Remap;

/// What a gate is made from: the connector's descriptor, the account, and what the operator says.
#[derive(Clone, Debug)]
pub struct GateConfig {
    /// The account, for messages and as the name under which its tokens are kept.
    pub account: AccountName,
    /// Where tokens are kept, for auth methods that have any to keep.
    pub vault: Option<Arc<Vault>>,
    /// The origins that the connector declares.
    pub declared: Vec<Origin>,
    /// The origins that the operator granted. A request passes only where both lists have it.
    pub granted: Vec<Origin>,
    /// Origins that are somewhere else, such as a simulator. Only the operator sets them.
    pub remaps: Vec<Remap>,
    /// Prefixes of URLs to which a passage that reads may send POST.
    pub reads_by_post: Vec<Audience>,
    /// What is attached to requests, and to which.
    pub credentials: Credentials,
    /// Requests in a window, each of which holds. The operator lowers a limit by adding one.
    pub rate_limits: Vec<RateLimit>,
    /// Answers that mean a limit. The first one that an answer shows counts.
    pub limit_signs: Vec<LimitSign>,
    /// Requests of the account under way at once, at least 1.
    pub concurrent_requests: u32,
    /// The limits of a single request and response.
    pub limits: GateLimits,
    /// Certificate authorities trusted beside the public ones, DER.
    pub extra_root_certificates: Vec<CertificateDer<'static>>,
}

impl GateConfig {
    /// The configuration for one account of a connector, with default limits, no vault, no remaps
    /// and no further certificate authorities.
    ///
    /// # Errors
    /// [`ErrorKind::Bug`] where the descriptor's origins, audiences or prefixes are none,
    /// [`ErrorKind::Config`] where the account's auth method is not of this descriptor.
    pub fn for_account(
        descriptor: &Descriptor,
        account: &ResolvedAccount,
        granted: Vec<Origin>,
    ) -> Result<Self> {
        let declared = descriptor.origins.iter().map(|origin| origin.parse());
        let reads_by_post = descriptor.reads_by_post.iter().map(|prefix| prefix.parse());
        Ok(GateConfig {
            account: account.name.clone(),
            vault: None,
            declared: declared.collect::<Result<_>>()?,
            granted,
            remaps: Vec::new(),
            reads_by_post: reads_by_post.collect::<Result<_>>()?,
            credentials: Credentials::of_account(descriptor, account)?,
            rate_limits: descriptor.rate_limits.clone(),
            limit_signs: descriptor.limit_signs.clone(),
            concurrent_requests: descriptor.concurrent_requests,
            limits: GateLimits::default(),
            extra_root_certificates: Vec::new(),
        })
    }
}

/// What is attached to requests, and to which.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// How the values reach a request.
    pub scheme: AuthScheme,
    /// Where they may go. A request elsewhere is sent without them.
    pub audiences: Vec<Audience>,
    /// The fields that are no secrets.
    pub fields: BTreeMap<String, String>,
    /// The secrets. What is here is also searched for in what comes back.
    pub secrets: BTreeMap<String, Secret>,
    /// The fields that the account could set, for messages.
    pub settable: BTreeSet<String>,
}

impl Credentials {
    /// No credentials at all.
    pub fn none() -> Self {
        Credentials {
            scheme: AuthScheme::Fixed { headers: Vec::new(), query: Vec::new() },
            audiences: Vec::new(),
            fields: BTreeMap::new(),
            secrets: BTreeMap::new(),
            settable: BTreeSet::new(),
        }
    }

    /// The credentials of an account, after its auth method.
    ///
    /// # Errors
    /// As [`GateConfig::for_account`].
    pub fn of_account(descriptor: &Descriptor, account: &ResolvedAccount) -> Result<Self> {
        let method = descriptor.auth_method(&account.auth_method).ok_or_else(|| {
            let message = format!(
                "account `{}`: connector `{}` has no auth method `{}`",
                account.name, descriptor.id, account.auth_method
            );
            Error::new(ErrorKind::Config, message)
        })?;
        let audiences = method.audiences.iter().map(|audience| audience.parse());
        let fields = account
            .settings
            .iter()
            .filter_map(|setting| Some((setting.name.clone(), setting.values.first()?.clone())));
        let settable = descriptor.account_fields.iter().chain(&method.fields);
        Ok(Credentials {
            scheme: method.scheme.clone(),
            audiences: audiences.collect::<Result<_>>()?,
            fields: fields.collect(),
            secrets: account.secrets.clone(),
            settable: settable.map(|field| field.name.clone()).collect(),
        })
    }
}

/// The timeouts that a connector asks for. The gate clamps them to its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GuestTimeouts {
    /// For resolving, connecting and the TLS handshake.
    pub connect: Option<Duration>,
    /// From the connection to the head of the answer.
    pub first_byte: Option<Duration>,
    /// Between two pieces of the body.
    pub between_bytes: Option<Duration>,
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;
    use tollgate_model::{AuthMethod, LimitMeaning, Setting};

    use super::*;

    fn descriptor(origin: &str, audience: &str) -> Descriptor {
        Descriptor {
            id: "example".to_owned(),
            version: "1.0.0".to_owned(),
            title: String::new(),
            description: String::new(),
            account_fields: Vec::new(),
            auth_methods: vec![AuthMethod {
                name: "token".to_owned(),
                title: String::new(),
                description: String::new(),
                fields: Vec::new(),
                scheme: AuthScheme::Bearer { token: "{token}".to_owned() },
                audiences: vec![audience.to_owned()],
            }],
            origins: vec![origin.to_owned()],
            rate_limits: vec![RateLimit { requests: 3, window_ms: 1000 }],
            limit_signs: vec![LimitSign {
                status: 403,
                text: "over".to_owned(),
                meaning: LimitMeaning::Throttled,
            }],
            concurrent_requests: 2,
            reads_by_post: vec!["https://a.example.com/reports".to_owned()],
            streams: Vec::new(),
        }
    }

    fn account(auth_method: &str) -> ResolvedAccount {
        let setting =
            Setting { name: "user".to_owned(), values: vec!["ada".to_owned(), "x".to_owned()] };
        ResolvedAccount {
            name: "acme".parse().unwrap(),
            connector: "example".parse().unwrap(),
            auth_method: auth_method.to_owned(),
            settings: vec![setting],
            secrets: [("token".to_owned(), Secret::new("canary".to_owned()))].into(),
        }
    }

    #[test]
    fn descriptor_and_account_make_a_configuration() {
        let descriptor = descriptor("https://a.example.com", "https://a.example.com/v3");
        let granted = vec!["https://*.example.com".parse().unwrap()];
        let config = GateConfig::for_account(&descriptor, &account("token"), granted).unwrap();
        assert_eq!(config.declared[0].to_string(), "https://a.example.com");
        assert_eq!(config.granted[0].to_string(), "https://*.example.com");
        assert_eq!((config.rate_limits.len(), config.concurrent_requests), (1, 2));
        assert_eq!(config.limit_signs, descriptor.limit_signs);
        assert_eq!(config.reads_by_post[0].path(), "/reports");
        assert_eq!(config.credentials.audiences[0].path(), "/v3");
        assert_eq!(config.credentials.fields["user"], "ada");
        assert_eq!(config.credentials.secrets["token"].expose_secret(), "canary");
        assert!(!format!("{config:?}").contains("canary"));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let good = "https://a.example.com";
        for (origin, audience, method, expected) in [
            ("http://a.example.com", good, "token", ErrorKind::Bug),
            (good, "https://a.example.com/?x", "token", ErrorKind::Bug),
            (good, good, "password", ErrorKind::Config),
        ] {
            let descriptor = descriptor(origin, audience);
            let error = GateConfig::for_account(&descriptor, &account(method), Vec::new());
            assert_eq!(error.unwrap_err().kind(), expected);
        }
    }
}
