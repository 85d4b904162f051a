//! Faults on this vendor's replies. Each one is seen to do what its name says, and is counted.

use serde_json::Value;
use tollgate_simulators::constant_contact::CANARY_PASTED;
use tollgate_simulators::{ConstantContact, Echo, Fault, Kind};

use super::{Server, get, next_link, places, start};
use crate::client::{End, give_up, receive, send, wait_for};

fn server(fault: Fault) -> Server {
    start(ConstantContact::builder().fault(fault))
}

fn json(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap()
}

#[test]
fn statuses_carry_the_body_of_their_path() {
    let v2 = "/v2/account/info?api_key=key-0001";
    type Check = fn(&Value) -> bool;
    let cases: [(u16, &str, Check); 7] = [
        (401, "/v3/contacts", |body| body["error_key"] == "unauthorized"),
        (429, "/v3/contacts", |body| body["error_key"] == "throttled"),
        (500, "/v3/contacts", |body| body[0]["error_key"].is_string()),
        (404, "/v3/contacts", |body| body[0]["error_key"] == "contacts.api.not_found"),
        (401, v2, |body| body[0]["error_key"] == "http.status.authentication.invalid_token"),
        (403, v2, |body| body[0]["error_key"] == "mashery.not.authorized.inactive"),
        (503, "/oauth2/default/v1/authorize", |body| body["error"] == "temporarily_unavailable"),
    ];
    for (code, path, is_as_told) in cases {
        let server = server(Fault::new(Kind::status(code)).at(1));
        let answer = get(&server, path);
        assert_eq!(answer.status(), code, "{path}");
        assert!(is_as_told(&answer.json()), "{code} {path}");
        assert_eq!(server.fired(&code.to_string()), 1);
    }
}

#[test]
fn bodies_under_status_200_are_not_what_they_should_be() {
    type Check = fn(&[u8]) -> bool;
    let cases: [(Kind, Check); 8] = [
        (Kind::Html, |body| body.starts_with(b"<!DOCTYPE html>")),
        (Kind::ErrorBody, |body| body.starts_with(b"[{\"error_key\":")),
        (Kind::CutJson, |body| serde_json::from_slice::<Value>(body).is_err()),
        (Kind::InvalidUtf8, |body| std::str::from_utf8(body).is_err()),
        (Kind::MissingRecords, |body| json(body).get("contacts").is_none()),
        (Kind::WrongRecords, |body| json(body)["contacts"] == "none"),
        (Kind::NullRecords, |body| json(body)["contacts"].is_null()),
        (Kind::EmptyPage, |body| json(body)["contacts"] == Value::Array(Vec::new())),
    ];
    for (kind, is_as_told) in cases {
        let name = kind.name();
        let server = server(Fault::new(kind).on("/contacts").at(2));
        let whole = get(&server, "/v3/contacts");
        let answer = get(&server, "/v3/contacts");
        assert_eq!(answer.status(), 200, "{name}");
        assert!(is_as_told(answer.body()), "{name}");
        assert!(!is_as_told(whole.body()), "{name} is not what all answers are");
        assert_eq!(server.fired(&name), 1, "{name}");
    }
}

#[test]
fn headers_are_echoed_with_the_token() {
    let server = server(Fault::new(Kind::EchoHeaders));
    let body = get(&server, "/v3/contacts").json();
    assert!(body[0]["error_message"].as_str().unwrap().contains(CANARY_PASTED));
}

#[test]
fn connections_are_cut_reset_and_left_silent() {
    let cases =
        [(Kind::CutBody, End::Closed), (Kind::Reset, End::Reset), (Kind::Close, End::Closed)];
    for (kind, end) in cases {
        let name = kind.name();
        let server = server(Fault::new(kind));
        let answer = get(&server, "/v3/contacts");
        assert_eq!(answer.end, end, "{name}");
        assert_eq!(server.fired(&name), 1);
    }
    let silent = server(Fault::new(Kind::Stall));
    let stream = send(&silent, "GET", "/v3/contacts", &super::login());
    wait_for(&silent, "stall");
    give_up(&stream);
    assert!(receive(stream).bytes.is_empty());
}

#[test]
fn stale_page_leads_back_to_itself() {
    let server = server(Fault::new(Kind::RepeatPage(Echo::Stale)).on("/contacts").from(2));
    let first = get(&server, "/v3/contacts?limit=10").json();
    let link = next_link(&first).unwrap();
    let second = get(&server, &link).json();
    assert_eq!(second["contacts"], first["contacts"]);
    assert_eq!(next_link(&second), Some(link));
    assert_eq!(server.fired("repeat-page"), 1);
}

#[test]
fn repeated_page_may_look_new_and_comes_to_an_end() {
    let server = server(Fault::new(Kind::RepeatPage(Echo::Requested)).on("/contacts"));
    let rows = super::read_all(&server, "/v3/contacts?limit=10&status=all", "contacts");
    assert_eq!(rows.len(), 100);
    assert_eq!(places(&rows[90..]), (0..10).collect::<Vec<_>>());
}

#[test]
fn endless_list_leads_on_for_ever_with_new_tokens() {
    let server = server(Fault::new(Kind::Endless).on("/contacts"));
    let mut path = "/v3/contacts?limit=60&status=all".to_owned();
    let mut seen = std::collections::HashSet::new();
    for _ in 0..6 {
        let page = get(&server, &path).json();
        assert_eq!(page["contacts"].as_array().unwrap().len(), 60);
        path = next_link(&page).unwrap();
        assert!(seen.insert(path.clone()));
    }
}

#[test]
fn rows_appear_vanish_and_come_twice() {
    let read = |kind: Kind| {
        let fault = Fault::new(kind).on("/contacts").at(2);
        super::read_all(&server(fault), "/v3/contacts?limit=40&status=all", "contacts")
    };
    // Those behind the page that was read already move by as many places.
    let grown = places(&read(Kind::Grow(2)));
    assert_eq!((grown.len(), grown[40]), (102, 38));
    let shrunk = places(&read(Kind::Shrink(2)));
    assert_eq!((shrunk.len(), shrunk[40]), (98, 42));
    let doubled = places(&read(Kind::DuplicatePage));
    assert_eq!((doubled.len(), doubled[40]), (100, 0));
}

#[test]
fn inserted_contact_is_found_by_its_id() {
    let server = server(Fault::new(Kind::Grow(1)).on("/contacts").at(1));
    let page = get(&server, "/v3/contacts?limit=1").json();
    let id = page["contacts"][0]["contact_id"].as_str().unwrap();
    assert_eq!(get(&server, &format!("/v3/contacts/{id}")).json()["contact_id"], id);
}

#[test]
fn every_list_acts_out_the_faults_of_paging() {
    let paths = [
        "/v3/contact_lists?limit=2",
        "/v3/contact_tags?limit=2",
        "/v3/contact_custom_fields?limit=2",
        "/v3/segments?limit=2",
        "/v3/emails?limit=2",
        "/v3/reports/summary_reports/email_campaign_summaries?limit=2",
        "/v3/events?limit=2",
        "/v2/contacts?limit=2&api_key=key-0001",
        "/v2/emailmarketing/campaigns?limit=2&api_key=key-0001",
        "/v2/library/files?limit=2&api_key=key-0001",
        "/v2/eventspot/events?limit=2&api_key=key-0001",
    ];
    for path in paths {
        for kind in [Kind::Grow(1), Kind::Shrink(1), Kind::Endless, Kind::DuplicatePage] {
            let name = kind.name();
            let server = server(Fault::new(kind));
            assert_eq!(get(&server, path).status(), 200, "{path} {name}");
            assert_eq!(server.fired(&name), 1, "{path} {name}");
            assert_eq!(server.violations(), Vec::<String>::new(), "{path} {name}");
        }
    }
}

#[test]
fn every_fault_has_its_effect_on_both_versions() {
    let all = [
        "400",
        "503=2",
        "redirect=http://127.0.0.1:9/",
        "endless",
        "repeat-page",
        "duplicate-page",
        "grow",
        "shrink",
        "html",
        "error-body",
        "cut-json",
        "missing-records",
        "wrong-records",
        "null-records",
        "empty-page",
        "invalid-utf8",
        "huge-header=1",
        "oversized=1",
        "echo-headers",
        "cut-body",
        "cut-chunked",
        "wrong-length",
        "stall",
        "stall-body",
        "drip=0",
        "reset",
        "reset-body",
        "close",
        "not-http",
    ];
    for path in ["/v3/contacts?limit=2", "/v2/contacts?limit=2&api_key=key-0001"] {
        for text in all {
            let fault: Fault = text.parse().unwrap();
            let name = fault.name().to_owned();
            let server = server(fault);
            let stream = send(&server, "GET", path, &super::login());
            wait_for(&server, &name);
            if name.starts_with("stall") {
                give_up(&stream);
            }
            receive(stream);
            assert_eq!(server.unfired(), Vec::<String>::new(), "{text} {path}");
        }
    }
}

#[test]
fn write_that_is_refused_has_not_happened_and_one_whose_answer_is_lost_has() {
    let sent = serde_json::json!({"create_source": "Account", "first_name": "Nova"});
    let cases = [(Kind::status(503), 100), (Kind::EchoHeaders, 100), (Kind::Close, 101)];
    for (kind, contacts) in cases {
        let server = server(Fault::new(kind.clone()));
        super::write(&server, "POST", "/v3/contacts", &sent);
        assert_eq!(server.truth().rows("contacts"), contacts, "{kind}");
    }
}
