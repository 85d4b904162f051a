//! The three ways to sign in.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use tollgate_simulators::incontact::{
    ACCESS_KEY_PATH, CANARY_KEY, CANARY_PASSWORD, CONFIGURATION_PATH, CXONE_TOKEN_PATH,
    DISCOVERY_PATH, PASSWORD_PATH, REFRESH_PATH, SignIn, Urls,
};
use url::form_urlencoded;

use super::{Server, builder, call, headers, server, start};
use crate::client::{Answer, receive, send_body};

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";
const AGENTS: &str = "v33.0/agents?top=1";

fn post(server: &Server, path: &str, basic: Option<&str>, kind: &str, body: &str) -> Answer {
    let mut pairs =
        vec![("Content-Type", kind.to_owned()), ("Content-Length", body.len().to_string())];
    pairs.extend(basic.map(|pair| ("Authorization", format!("basic {}", STANDARD.encode(pair)))));
    receive(send_body(server, "POST", path, &headers(&pairs), body))
}

fn form(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

fn text(answer: &Answer, field: &str) -> String {
    assert_eq!(answer.status(), 200, "{}", answer.json());
    answer.json()[field].as_str().unwrap().to_owned()
}

/// Whether the token of an answer is good for a call.
fn is_good(server: &Server, answer: &Answer, field: &str) -> bool {
    call(server, "GET", AGENTS, Some(&text(answer, field))).status() == 200
}

#[test]
fn password_grant_names_the_application_by_basic_and_takes_json_or_a_form() {
    let server = server();
    let app = Some("Reports@Example:4500001");
    let grant = json!({
        "grant_type": "password", "username": "reports@example.com", "password": CANARY_PASSWORD,
        "scope": "AdminApi ReportingApi",
    });
    let answer = post(&server, PASSWORD_PATH, app, JSON, &grant.to_string());
    assert!(is_good(&server, &answer, "access_token"));
    let body = answer.json();
    assert_eq!(body["resource_server_base_uri"], "https://api-c30.incontact.com/inContactAPI/");
    assert_eq!(body["expires_in"], 3_600);
    let refresh = json!({"grant_type": "refresh_token", "refresh_token": body["refresh_token"]});
    let renewed = post(&server, PASSWORD_PATH, app, JSON, &refresh.to_string());
    assert!(is_good(&server, &renewed, "access_token"));
    let fields = [
        ("grant_type", "password"),
        ("username", "reports@example.com"),
        ("password", CANARY_PASSWORD),
    ];
    let answer = post(&server, PASSWORD_PATH, app, FORM, &form(&fields));
    assert!(is_good(&server, &answer, "access_token"));
    let counts = server.sign_ins();
    assert_eq!((counts.password, counts.renewals, counts.refusals), (2, 1, 0));
    assert_eq!(server.violations(), Vec::<String>::new());
}

#[test]
fn password_grant_refuses_what_is_wrong() {
    let server = server();
    let grant = |password: &str, scope: &str| {
        json!({
            "grant_type": "password", "username": "reports@example.com", "password": password,
            "scope": scope,
        })
        .to_string()
    };
    let app = "Reports@Example:4500001";
    let cases = [
        ("Reports@Example:1", grant(CANARY_PASSWORD, ""), 401, "invalid_client"),
        (app, grant("wrong", ""), 401, "invalid_client"),
        (app, grant(CANARY_PASSWORD, "RootApi"), 400, "invalid_scope"),
        (app, json!({"grant_type": "magic"}).to_string(), 400, "unsupported_grant_type"),
    ];
    for (app, body, status, error) in cases {
        let answer = post(&server, PASSWORD_PATH, Some(app), JSON, &body);
        assert_eq!((answer.status(), &answer.json()["error"]), (status, &json!(error)), "{body}");
        assert!(answer.json()["error_description"].is_string());
    }
    assert_eq!(server.sign_ins().refusals, 4);
    // What a user mistypes is no violation of the protocol; a missing header is.
    assert_eq!(server.violations(), Vec::<String>::new());
    post(&server, PASSWORD_PATH, None, JSON, &grant(CANARY_PASSWORD, ""));
    assert_eq!(server.violations().len(), 1);
}

#[test]
fn access_key_is_exchanged_and_renewed_at_userhub() {
    let server = server();
    let key = json!({"accessKeyId": "KEY0001==", "accessKeySecret": CANARY_KEY});
    let answer = post(&server, ACCESS_KEY_PATH, None, JSON, &key.to_string());
    assert!(is_good(&server, &answer, "access_token"));
    let refresh = json!({"token": text(&answer, "refresh_token")}).to_string();
    let renewed = post(&server, REFRESH_PATH, None, JSON, &refresh);
    assert!(is_good(&server, &renewed, "token"));
    assert_eq!(renewed.json()["tokenExpirationTimeSec"], 3_600);
    let again = post(&server, REFRESH_PATH, None, JSON, &refresh);
    assert_eq!(again.status(), 401);
    assert_eq!(server.sign_ins().refresh_reuses, 1);
    let wrong = json!({"accessKeyId": "KEY0001==", "accessKeySecret": "wrong"}).to_string();
    assert_eq!(post(&server, ACCESS_KEY_PATH, None, JSON, &wrong).status(), 401);
}

#[test]
fn cxone_leads_from_discovery_to_the_tenants_api() {
    let server = server();
    let known = server.credentials().clone();
    let document = receive(send_body(&server, "GET", DISCOVERY_PATH, &[], ""));
    assert_eq!(text(&document, "token_endpoint"), "https://cxone.niceincontact.com/auth/token");
    let encoded = |text: &str| form(&[(text, "")]).trim_end_matches('=').to_owned();
    let basic = format!("{}:{}", encoded(&known.client_id), encoded(&known.client_secret));
    let fields =
        [("grant_type", "password"), ("username", &known.access_key_id), ("password", CANARY_KEY)];
    let answer = post(&server, CXONE_TOKEN_PATH, Some(&basic), FORM, &form(&fields));
    assert!(is_good(&server, &answer, "access_token"));
    let id_token = text(&answer, "id_token");
    let claims = URL_SAFE_NO_PAD.decode(id_token.split('.').nth(1).unwrap()).unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    let tenant = claims["tenantId"].as_str().unwrap();
    let path = format!("{CONFIGURATION_PATH}?tenantId={tenant}");
    let document = receive(send_body(&server, "GET", &path, &[], ""));
    assert_eq!(text(&document, "api_endpoint"), "https://api-na1.niceincontact.com");
    let fields = [
        ("grant_type", "refresh_token"),
        ("client_id", &known.client_id),
        ("refresh_token", &text(&answer, "refresh_token")),
    ];
    let renewed = post(&server, CXONE_TOKEN_PATH, None, FORM, &form(&fields));
    assert!(is_good(&server, &renewed, "access_token"));
    let counts = server.sign_ins();
    assert_eq!((counts.cxone, counts.renewals, counts.discoveries), (1, 1, 2));
    assert_eq!(server.violations(), Vec::<String>::new());
    let plain = format!("{}:{}", known.client_id, known.client_secret);
    let fields = [("grant_type", "password")];
    let answer = post(&server, CXONE_TOKEN_PATH, Some(&plain), FORM, &form(&fields));
    assert_eq!((answer.status(), &answer.json()["error"]), (401, &json!("invalid_client")));
}

#[test]
fn cxone_refuses_another_key_and_another_tenant() {
    let server = server();
    let basic = "client+0001:canary-client-9b%254e%2B7%2Fa1%3Ad3";
    let fields = [("grant_type", "password"), ("username", "KEY0001=="), ("password", "wrong")];
    let answer = post(&server, CXONE_TOKEN_PATH, Some(basic), FORM, &form(&fields));
    assert_eq!((answer.status(), &answer.json()["error"]), (400, &json!("invalid_grant")));
    let path = format!("{CONFIGURATION_PATH}?tenantId=other");
    assert_eq!(receive(send_body(&server, "GET", &path, &[], "")).status(), 404);
}

#[test]
fn tokens_end_by_time_by_use_and_by_order() {
    let server = start(builder().requests_per_token(2).access_lifetime(Duration::from_secs(60)));
    let status = |token: &str| call(&server, "GET", AGENTS, Some(token)).status();
    let (token, _) = server.grant(SignIn::Password);
    assert_eq!([status(&token), status(&token), status(&token)], [200, 200, 401]);
    let (token, _) = server.grant(SignIn::Password);
    server.advance(Duration::from_secs(59));
    assert_eq!(status(&token), 200);
    server.advance(Duration::from_secs(1));
    assert_eq!(status(&token), 401);
    let (token, refresh) = server.grant(SignIn::AccessKey);
    server.expire_access_tokens();
    assert_eq!(status(&token), 401);
    let renewal = |token: &str| {
        let body = json!({"token": token}).to_string();
        post(&server, REFRESH_PATH, None, JSON, &body)
    };
    let renewed = renewal(&refresh);
    server.revoke_tokens();
    assert_eq!(status(&text(&renewed, "token")), 401);
    assert_eq!(renewal(&text(&renewed, "refreshToken")).status(), 401);
    assert_eq!(server.violations(), Vec::<String>::new());
    assert_eq!(status("invented"), 401);
    assert_eq!(server.violations().len(), 1);
}

#[test]
fn renewal_may_be_refused_and_bases_may_be_foreign() {
    let resource_server = "https://api.example.net/inContactAPI/".to_owned();
    let urls = Urls { resource_server, ..Urls::default() };
    let server = start(builder().refresh_refused(true).urls(urls));
    let (_, refresh) = server.grant(SignIn::Password);
    let app = Some("Reports@Example:4500001");
    let body = json!({"grant_type": "refresh_token", "refresh_token": refresh}).to_string();
    let answer = post(&server, PASSWORD_PATH, app, JSON, &body);
    assert_eq!((answer.status(), &answer.json()["error"]), (401, &json!("invalid_grant")));
    let body = json!({
        "grant_type": "password", "username": "reports@example.com", "password": CANARY_PASSWORD,
    });
    let answer = post(&server, PASSWORD_PATH, app, JSON, &body.to_string());
    assert!(text(&answer, "resource_server_base_uri").starts_with("https://api.example.net/"));
    assert_eq!(server.violations(), Vec::<String>::new());
}
