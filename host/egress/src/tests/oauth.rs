//! OAuth 2 against token servers that do as they are told.

mod connect;
mod device;
mod failures;
mod renewal;
mod sharing;

use std::sync::Arc;

use jiff::SignedDuration;
use secrecy::ExposeSecret;
use tempfile::TempDir;
use tollgate_model::{
    AccountName, AuthScheme, ClientAuthentication, Clock, OAuth2, OAuth2Grant, Parameter,
};
use tollgate_vault::{KeySource, Secret, Tokens, Vault};

use super::harness::*;
use crate::config::Credentials;

/// A key of 32 bytes in base64.
const KEY: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
pub(super) const TOKEN_URL: &str = "https://auth.other.example.com/token";

/// An account that signs in by OAuth 2, and the folder of its vault.
struct Scene {
    folder: TempDir,
    setup: Setup,
}

fn oauth2() -> OAuth2 {
    OAuth2 {
        grants: vec![
            OAuth2Grant::AuthorizationCode,
            OAuth2Grant::DeviceCode,
            OAuth2Grant::PastedToken,
        ],
        authorize_url: Some("https://auth.other.example.com/authorize?v=1".to_owned()),
        token_url: TOKEN_URL.to_owned(),
        device_url: Some("https://auth.other.example.com/device".to_owned()),
        scopes: vec!["contact_data".to_owned(), "offline_access".to_owned()],
        authorize_parameters: vec![Parameter { name: "prompt".into(), value: "{prompt}".into() }],
        client_id: "{client}".to_owned(),
        client_secret: Some("{client_secret}".to_owned()),
        client_authentication: ClientAuthentication::Basic,
        access_token: Some("{pasted}".to_owned()),
        refresh_token: Some("{pasted_refresh}".to_owned()),
    }
}

fn vault_in(folder: &TempDir) -> Arc<Vault> {
    let key = KeySource::Given(Secret::new(KEY.to_owned()));
    Arc::new(Vault::new(folder.path().join("vault"), key, |_| None, Arc::new(|_: &str| ())))
}

fn scene() -> Scene {
    let folder = tempfile::tempdir().unwrap();
    let vault = vault_in(&folder);
    let setup = setup().with(|config| {
        config.vault = Some(vault);
        config.credentials = Credentials {
            scheme: AuthScheme::OAuth2(oauth2()),
            audiences: vec!["https://api.example.com/v3".parse().unwrap()],
            fields: [("client", "the client"), ("prompt", "login&x")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
            secrets: [].into(),
            settable: [].into(),
        };
    });
    Scene { folder, setup }
}

impl Scene {
    fn with_secret(mut self, name: &str, value: &str) -> Self {
        let secrets = &mut self.setup.config.credentials.secrets;
        secrets.insert(name.to_owned(), Secret::new(value.to_owned()));
        self
    }

    fn with_oauth2(mut self, change: impl FnOnce(&mut OAuth2)) -> Self {
        match &mut self.setup.config.credentials.scheme {
            AuthScheme::OAuth2(oauth2) => change(oauth2),
            other => panic!("{other:?}"),
        }
        self
    }
}

fn acme() -> AccountName {
    "acme".parse().unwrap()
}

/// Tokens that an account was connected with.
fn connect(rig: &Rig, access: &str, refresh: Option<&str>, lifetime_s: i64) {
    let now = rig.clock.now();
    let tokens = Tokens {
        access_token: Secret::new(access.to_owned()),
        refresh_token: refresh.map(|token| Secret::new(token.to_owned())),
        expires_at: Some(now + SignedDuration::from_secs(lifetime_s)),
        obtained_at: now,
        scope: None,
        fingerprint: fingerprint(rig),
    };
    let vault = rig.config.vault.as_ref().unwrap();
    vault.lock(std::time::Duration::ZERO).unwrap().put(&acme(), tokens).unwrap();
}

fn fingerprint(rig: &Rig) -> String {
    let AuthScheme::OAuth2(oauth2) = &rig.config.credentials.scheme else { panic!() };
    crate::oauth::fingerprint(&rig.config.credentials, oauth2)
}

/// What the vault has for the account: access token and refresh token.
fn kept(rig: &Rig) -> Option<(String, Option<String>)> {
    let tokens = rig.config.vault.as_ref().unwrap().tokens(&acme()).unwrap()?;
    let text = |secret: &Secret| secret.expose_secret().to_owned();
    Some((text(&tokens.access_token), tokens.refresh_token.as_ref().map(text)))
}

fn pair(access: &str, refresh: &str) -> Option<(String, Option<String>)> {
    Some((access.to_owned(), Some(refresh.to_owned())))
}

/// A provider's answer with tokens.
fn grant(access: &str, refresh: Option<&str>) -> Vec<Step> {
    let refresh = refresh.map(|token| format!(r#","refresh_token":"{token}""#)).unwrap_or_default();
    ok(format!(r#"{{"token_type":"bearer","access_token":"{access}","expires_in":3600{refresh}}}"#))
}

fn refuse(status: u16, code: &str) -> Vec<Step> {
    answer(status, &[], format!(r#"{{"error":"{code}","error_description":"said so"}}"#))
}

fn is_token_request(head: &str) -> bool {
    head.starts_with("post /token ")
}

/// The tokens that the requests to the API carried.
fn sent(rig: &Rig) -> Vec<String> {
    let heads = rig.server.heads();
    let api = heads.iter().filter(|head| head.contains("/v3/"));
    api.map(|head| {
        let token = head.split("authorization: bearer ").nth(1).unwrap_or("none\r");
        token.split('\r').next().unwrap_or_default().to_owned()
    })
    .collect()
}

fn exchanges(rig: &Rig) -> usize {
    rig.server.bodies_on("/token").len()
}

/// What people and programs may read: no token is in it.
fn assert_clean(rig: &Rig, error: Option<&dyn std::fmt::Debug>) {
    let text = format!("{} {:?} {error:?}", rig.events.text(), rig.passage.verdict());
    assert!(!text.contains("canary"), "{text}");
}
