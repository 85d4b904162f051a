//! The OAuth 2 server: every way to a token, and every way to lose one.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tollgate_simulators::constant_contact::{
    AUTHORIZE_PATH, CANARY_ACCESS, CANARY_REFRESH, CANARY_SECRET, Consent, DEVICE_PATH, DeviceFlow,
    DeviceOutcome, TOKEN_PATH,
};
use tollgate_simulators::{ConstantContact, Fault, Kind};
use url::{Url, form_urlencoded};

use super::{Server, login_with, server, start};
use crate::client::{Answer, give_up, receive, send, send_body};

const REDIRECT: &str = "http://127.0.0.1:9999/callback";
const SCOPE: &str = "contact_data campaign_data account_read offline_access";

fn form(server: &Server, path: &str, pairs: &[(&str, &str)], secret: Option<&str>) -> Answer {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let mut headers = vec![
        ("Content-Type".to_owned(), "application/x-www-form-urlencoded".to_owned()),
        ("Content-Length".to_owned(), body.len().to_string()),
    ];
    if let Some(secret) = secret {
        let pair = STANDARD.encode(format!("key-0001:{secret}"));
        headers.push(("Authorization".to_owned(), format!("Basic {pair}")));
    }
    receive(send_body(server, "POST", path, &headers, &body))
}

/// Where the authorization endpoint sends the browser.
fn redirected(server: &Server, more: &[(&str, &str)]) -> Url {
    let pairs = [
        ("client_id", "key-0001"),
        ("redirect_uri", REDIRECT),
        ("response_type", "code"),
        ("scope", SCOPE),
        ("state", "s t&1"),
    ];
    let mut query = form_urlencoded::Serializer::new(String::new());
    let query = query.extend_pairs(pairs).extend_pairs(more).finish();
    let answer = receive(send(server, "GET", &format!("{AUTHORIZE_PATH}?{query}"), &[]));
    assert_eq!(answer.status(), 302);
    answer.header("location").unwrap().parse().unwrap()
}

fn parameter(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

fn exchange(server: &Server, code: &str) -> Answer {
    let pairs = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", REDIRECT)];
    form(server, TOKEN_PATH, &pairs, Some(CANARY_SECRET))
}

fn refresh(server: &Server, token: &str) -> Answer {
    let pairs = [("grant_type", "refresh_token"), ("refresh_token", token)];
    form(server, TOKEN_PATH, &pairs, Some(CANARY_SECRET))
}

fn tokens(body: &Value) -> (String, String) {
    let text = |name: &str| body[name].as_str().unwrap().to_owned();
    (text("access_token"), text("refresh_token"))
}

fn status_with(server: &Server, token: &str) -> u16 {
    receive(send(server, "GET", "/v3/contacts?limit=1", &login_with(token))).status()
}

#[test]
fn code_is_exchanged_once_for_tokens_that_work() {
    let server = server();
    let target = redirected(&server, &[]);
    assert_eq!(parameter(&target, "state").as_deref(), Some("s t&1"));
    let code = parameter(&target, "code").unwrap();
    let body = exchange(&server, &code).json();
    let (access, refresh) = tokens(&body);
    assert_eq!((&body["token_type"], &body["expires_in"]), (&"Bearer".into(), &86_400.into()));
    assert!(access.starts_with(CANARY_ACCESS) && access.len() == 1_024);
    assert!(refresh.starts_with(CANARY_REFRESH));
    assert_eq!(status_with(&server, &access), 200);
    assert_eq!(server.violations(), Vec::<String>::new());
    let again = exchange(&server, &code);
    assert_eq!((again.status(), &again.json()["error"]), (400, &"invalid_grant".into()));
    assert_eq!((server.token_requests(), server.vendor().token_counts().grants), (2, 1));
}

#[test]
fn code_is_good_for_five_minutes() {
    let server = start(ConstantContact::builder().now("2026-11-21T12:00:00Z".parse().unwrap()));
    let code = parameter(&redirected(&server, &[]), "code").unwrap();
    server.advance(Duration::from_secs(301));
    assert_eq!(exchange(&server, &code).status(), 400);
}

#[test]
fn refusal_comes_back_with_the_state() {
    let server = start(ConstantContact::builder().consent(Consent::Denied));
    let target = redirected(&server, &[]);
    assert_eq!(parameter(&target, "error").as_deref(), Some("access_denied"));
    assert_eq!(parameter(&target, "state").as_deref(), Some("s t&1"));
    assert_eq!(parameter(&target, "code"), None);
}

#[test]
fn public_client_proves_itself_with_its_verifier() {
    let verifier = "a-verifier-of-at-least-forty-three-characters-0";
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
    let cases = [(Some(verifier), 200), (Some("another"), 400), (None, 400)];
    for (sent, status) in cases {
        let server = server();
        let more = [("code_challenge", challenge.as_str()), ("code_challenge_method", "S256")];
        let code = parameter(&redirected(&server, &more), "code").unwrap();
        let mut pairs = vec![
            ("grant_type", "authorization_code"),
            ("client_id", "key-0001"),
            ("code", &code),
            ("redirect_uri", REDIRECT),
        ];
        pairs.extend(sent.map(|verifier| ("code_verifier", verifier)));
        let answer = form(&server, TOKEN_PATH, &pairs, None);
        assert_eq!(answer.status(), status, "{sent:?}");
        assert_eq!(server.violations().is_empty(), status == 200);
    }
}

#[test]
fn client_that_knows_no_secret_is_refused() {
    let server = server();
    let code = parameter(&redirected(&server, &[]), "code").unwrap();
    let base = [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", REDIRECT)];
    assert_eq!(form(&server, TOKEN_PATH, &base, Some("wrong")).status(), 401);
    assert_eq!(form(&server, TOKEN_PATH, &base, None).status(), 401);
    let in_body = [base.as_slice(), &[("client_secret", CANARY_SECRET)]].concat();
    assert_eq!(form(&server, TOKEN_PATH, &in_body, None).status(), 401);
    assert_eq!(server.violations().len(), 3);
    assert_eq!(exchange(&server, &code).status(), 200);
}

#[test]
fn rotation_ends_the_old_refresh_token_at_once() {
    let server = server();
    let (old_access, old) = server.grant();
    let (access, new) = tokens(&refresh(&server, &old).json());
    assert_ne!(old, new);
    assert_eq!((status_with(&server, &access), status_with(&server, &old_access)), (200, 200));
    assert_eq!((server.refresh_reuses(), server.violations().len()), (0, 0));
    let again = refresh(&server, &old);
    assert_eq!((again.status(), &again.json()["error"]), (400, &"invalid_grant".into()));
    assert_eq!((server.refresh_reuses(), server.violations().len()), (1, 1));
    assert_eq!(refresh(&server, &new).status(), 200);
    assert_eq!(server.vendor().token_counts().refreshes, 2);
}

#[test]
fn long_lived_refresh_token_stays_the_same() {
    let server = start(ConstantContact::builder().rotating_refresh(false));
    let (_, old) = server.grant();
    for _ in 0..3 {
        assert_eq!(tokens(&refresh(&server, &old).json()).1, old);
    }
    assert_eq!(server.refresh_reuses(), 0);
}

#[test]
fn access_tokens_end_by_time_by_order_and_with_their_grant() {
    let builder = ConstantContact::builder().access_lifetime(Duration::from_secs(60));
    let server = start(builder.now("2026-11-21T12:00:00Z".parse().unwrap()));
    let (access, token) = server.grant();
    assert_eq!(status_with(&server, &access), 200);
    server.advance(Duration::from_secs(60));
    assert_eq!(status_with(&server, &access), 401);
    let (access, token) = tokens(&refresh(&server, &token).json());
    server.expire_access_tokens();
    assert_eq!(status_with(&server, &access), 401);
    let (access, token) = tokens(&refresh(&server, &token).json());
    assert_eq!(status_with(&server, &access), 200);
    server.revoke_grants();
    assert_eq!(status_with(&server, &access), 401);
    let answer = refresh(&server, &token);
    assert_eq!((answer.status(), &answer.json()["error"]), (400, &"invalid_grant".into()));
    // None of this is the client's fault.
    assert_eq!(server.violations(), Vec::<String>::new());
}

#[test]
fn refresh_token_that_nobody_uses_for_180_days_is_gone() {
    let server = start(ConstantContact::builder().now("2026-01-01T00:00:00Z".parse().unwrap()));
    let (_, token) = server.grant();
    server.advance(Duration::from_secs(181 * 86_400));
    assert_eq!(refresh(&server, &token).status(), 400);
}

#[test]
fn scope_bounds_what_a_token_is_good_for() {
    let server = server();
    let pairs = [
        ("client_id", "key-0001"),
        ("response_type", "code"),
        ("scope", "contact_data"),
        ("state", "1"),
    ];
    let device = form(&server, DEVICE_PATH, &pairs, None).json();
    poll(&server, &device);
    let body = poll(&server, &device).json();
    // Without offline_access there is no refresh token.
    assert_eq!(body.get("refresh_token"), None);
    let token = body["access_token"].as_str().unwrap();
    assert_eq!(status_with(&server, token), 200);
    let answer = receive(send(&server, "GET", "/v3/emails", &login_with(token)));
    assert_eq!(answer.status(), 403);
}

fn poll(server: &Server, device: &Value) -> Answer {
    let pairs = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
        ("client_id", "key-0001"),
        ("device_code", device["device_code"].as_str().unwrap()),
    ];
    form(server, TOKEN_PATH, &pairs, None)
}

#[test]
fn device_waits_slows_down_and_comes_to_its_end() {
    let ends = [
        (DeviceOutcome::Granted, None),
        (DeviceOutcome::Denied, Some("access_denied")),
        (DeviceOutcome::Expired, Some("expired_token")),
    ];
    for (outcome, error) in ends {
        let flow = DeviceFlow { pending: 2, slow_down: 1, outcome, ..DeviceFlow::default() };
        let server = start(ConstantContact::builder().device(flow));
        let pairs = [
            ("client_id", "key-0001"),
            ("response_type", "code"),
            ("scope", SCOPE),
            ("state", "1"),
        ];
        let device = form(&server, DEVICE_PATH, &pairs, None).json();
        assert_eq!(device["interval"], 5);
        assert!(device["verification_uri_complete"].as_str().unwrap().contains("user_code="));
        for wait in ["authorization_pending", "authorization_pending", "slow_down"] {
            assert_eq!(poll(&server, &device).json()["error"], wait);
        }
        let answer = poll(&server, &device);
        match error {
            Some(error) => assert_eq!(answer.json()["error"], error),
            None => assert!(answer.json()["refresh_token"].is_string()),
        }
        assert_eq!(server.violations(), Vec::<String>::new());
    }
}

#[test]
fn two_requests_for_tokens_at_once_are_seen() {
    let stall = Fault::new(Kind::Stall).on("/token").from(3);
    let server = start(ConstantContact::builder().fault(stall));
    let (_, token) = server.grant();
    let (_, token) = tokens(&refresh(&server, &token).json());
    assert_eq!(refresh(&server, &token).status(), 200);
    assert_eq!(server.token_requests_in_flight_max(), 1);
    // Two that are never answered are open at the same time, whatever the machine is up to.
    let open: Vec<_> = (0..2).map(|_| send(&server, "POST", TOKEN_PATH, &[])).collect();
    while server.fired("stall") < 2 {
        std::thread::yield_now();
    }
    assert_eq!(server.token_requests_in_flight_max(), 2);
    for stream in open {
        give_up(&stream);
        receive(stream);
    }
}

#[test]
fn refresh_token_outlives_a_refusal_but_not_an_answer_that_is_lost() {
    for (kind, status) in [(Kind::status(503), 200), (Kind::Close, 400)] {
        let fault = Fault::new(kind.clone()).on("/token").at(1);
        let server = start(ConstantContact::builder().fault(fault));
        let (_, token) = server.grant();
        refresh(&server, &token);
        assert_eq!(refresh(&server, &token).status(), status, "{kind}");
        assert_eq!(server.refresh_reuses(), usize::from(status == 400), "{kind}");
    }
}
