//! Token exchange against servers that do as they are told.

mod base_url;
mod failures;
mod renewal;
mod shapes;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tollgate_model::{
    AuthScheme, Basic, ExchangeBasic, ExchangeBody, ExchangeRequest, Parameter, TakenValue,
    TokenExchange,
};
use tollgate_vault::Secret;

use super::harness::*;
use crate::config::Credentials;
use crate::error::GateError;

const TOKEN_URL: &str = "https://a.other.example.com/token";

fn parameter(name: &str, value: &str) -> Parameter {
    Parameter { name: name.to_owned(), value: value.to_owned() }
}

/// A value that is taken from where its name says, or from where `pointer` does.
fn taken(name: &str, pointer: &str) -> TakenValue {
    TakenValue { name: name.to_owned(), pointer: pointer.to_owned(), claim: None }
}

fn get(url: &str, takes: Vec<TakenValue>) -> ExchangeRequest {
    let (url, body) = (url.to_owned(), ExchangeBody::None);
    ExchangeRequest { url, headers: Vec::new(), basic: None, body, takes }
}

fn post_json(url: &str, text: &str, takes: Vec<TakenValue>) -> ExchangeRequest {
    ExchangeRequest { body: ExchangeBody::Json { text: text.to_owned() }, ..get(url, takes) }
}

fn post_form(url: &str, fields: &[(&str, &str)], takes: Vec<TakenValue>) -> ExchangeRequest {
    let fields = fields.iter().map(|(name, value)| parameter(name, value)).collect();
    ExchangeRequest { body: ExchangeBody::Form { fields }, ..get(url, takes) }
}

fn basic(username: &str, password: &str, form_encoded: bool) -> Option<ExchangeBasic> {
    let credentials = Basic { username: username.to_owned(), password: password.to_owned() };
    Some(ExchangeBasic { credentials, form_encoded })
}

/// The tokens that a reply gives under their usual names.
fn tokens() -> Vec<TakenValue> {
    ["access_token", "refresh_token", "expires_in"]
        .map(|name| taken(name, &format!("/{name}")))
        .into()
}

/// An account that signs in by these requests, and what it has set.
fn scene(exchange: TokenExchange, fields: &[(&str, &str)], secrets: &[(&str, &str)]) -> Setup {
    let text = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let secret = |pair| {
        let (name, value) = text(pair);
        (name, Secret::new(value))
    };
    setup().with(|config| {
        config.credentials = Credentials {
            scheme: AuthScheme::TokenExchange(exchange),
            audiences: vec!["https://api.example.com/v3".parse().unwrap()],
            fields: fields.iter().map(text).collect(),
            secrets: secrets.iter().map(secret).collect(),
            settable: ["tenant_id".to_owned()].into(),
        };
    })
}

/// One request that signs in with a key, and one that renews the token.
fn key_exchange() -> TokenExchange {
    let renewed = vec![
        taken("access_token", "/token"),
        taken("refresh_token", "/refreshToken"),
        taken("expires_in", "/tokenExpirationTimeSec"),
    ];
    let body = r#"{"accessKeyId":"{key_id}","accessKeySecret":"{key}"}"#;
    let refresh = r#"{"token":"{refresh_token}"}"#;
    TokenExchange {
        sign_in: vec![post_json(TOKEN_URL, body, tokens())],
        renewal: vec![post_json("https://a.other.example.com/refresh", refresh, renewed)],
        token: "{access_token}".to_owned(),
        expires_in: Some("{expires_in}".to_owned()),
        base_url: Some("https://api.example.com/v3".to_owned()),
    }
}

fn key_scene() -> Setup {
    key_scene_with(|_| ())
}

fn key_scene_with(change: impl FnOnce(&mut TokenExchange)) -> Setup {
    let mut exchange = key_exchange();
    change(&mut exchange);
    scene(exchange, &[("key_id", "id-1")], &[("key", "canary-key-1")])
}

/// A reply with tokens.
fn grant(access: &str, refresh: Option<&str>) -> Vec<Step> {
    let refresh = refresh.map(|token| format!(r#","refresh_token":"{token}""#)).unwrap_or_default();
    ok(format!(r#"{{"access_token":"{access}","expires_in":"3600"{refresh}}}"#))
}

/// A JSON Web Token with this payload.
fn jwt(payload: &str) -> String {
    format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(payload))
}

fn is_on(head: &str, path: &str) -> bool {
    head.split(' ').nth(1).is_some_and(|target| target.split('?').next() == Some(path))
}

/// What was requested: methods and targets.
fn requested(rig: &Rig) -> Vec<String> {
    let line = |head: &String| head.split(" http/").next().unwrap_or_default().to_owned();
    rig.server.heads().iter().map(line).collect()
}

/// The tokens that requests carried.
fn sent(rig: &Rig) -> Vec<String> {
    let heads = rig.server.heads();
    let token = |head: &String| {
        let token = head.split("authorization: bearer ").nth(1)?;
        Some(token.split('\r').next().unwrap_or_default().to_owned())
    };
    heads.iter().filter_map(token).collect()
}

fn exchanges(rig: &Rig) -> usize {
    rig.server.bodies_on("/token").len()
}

/// What people and programs may read: no secret is in it.
fn assert_clean(rig: &Rig, error: Option<&dyn std::fmt::Debug>) {
    let text = format!("{} {:?} {error:?}", rig.events.text(), rig.passage.verdict());
    assert!(!text.contains("canary"), "{text}");
}
