//! What the server thinks of what it is sent.

use serde_json::{Value, json};
use tollgate_simulators::constant_contact::{CANARY_PASTED, CANARY_SECRET};

use super::{Server, get, login, server, write};
use crate::client::{Answer, receive, send_body};

fn ask(server: &Server, name: &str, value: Option<&str>) -> Answer {
    let mut headers = login();
    headers.retain(|(header, _)| header != name);
    if let Some(value) = value {
        headers.push((name.to_owned(), value.to_owned()));
    }
    receive(send_body(server, "GET", "/v3/contacts", &headers, ""))
}

#[test]
fn headers_are_checked() {
    // A token that is no good is not the client's fault, which may not know yet.
    let cases = [
        ("Authorization", Some("Bearer other"), 401, 0),
        ("Authorization", Some("Basic b3RoZXI="), 401, 1),
        ("Authorization", None, 401, 1),
        ("Accept", Some("text/xml"), 406, 1),
        ("Accept", None, 406, 1),
        ("Accept", Some("*/*"), 200, 0),
    ];
    for (name, value, status, violations) in cases {
        let server = server();
        let answer = ask(&server, name, value);
        assert_eq!(answer.status(), status, "{name}: {value:?}");
        assert_eq!(server.violations().len(), violations, "{name}: {value:?}");
    }
}

#[test]
fn wrong_token_gets_the_object_of_the_reference() {
    let body = ask(&server(), "Authorization", Some("Bearer other")).json();
    let expected = json!({"error_key": "unauthorized", "error_message": "Unauthorized"});
    assert_eq!(body, expected);
}

#[test]
fn nonsense_in_a_parameter_is_a_bad_request() {
    let server = server();
    let targets = [
        "/v3/contacts?limit=0",
        "/v3/contacts?limit=501",
        "/v3/contacts?status=gone",
        "/v3/contacts?include=everything",
        "/v3/contacts?updated_after=yesterday",
        "/v3/contacts?updated_after=2026-01-01T00:00:00+02:00",
        "/v3/contacts?include_count=yes",
        "/v3/contacts?segment_id=11&status=all",
        "/v3/contacts?cursor=nonsense",
        "/v3/contact_custom_fields?limit=101",
        "/v3/events?event_status=OVER",
        "/v3/account/emails?role_code=B&confirm_status=C",
    ];
    for target in targets {
        let answer = get(&server, target);
        assert_eq!(answer.status(), 400, "{target}");
        assert_eq!(answer.json()[0]["error_key"], "contacts.api.validation.error", "{target}");
    }
    assert_eq!(server.violations().len(), targets.len());
}

#[test]
fn unknown_and_repeated_parameters_are_violations() {
    let server = server();
    assert_eq!(get(&server, "/v3/contacts?offset=10").status(), 200);
    assert_eq!(get(&server, "/v3/contacts?limit=10&limit=20").status(), 200);
    let violations = server.violations();
    assert!(violations[0].contains("offset is not a parameter"), "{violations:?}");
    assert!(violations[1].contains("limit is given twice"), "{violations:?}");
}

#[test]
fn secret_in_the_address_is_a_violation() {
    for secret in [CANARY_PASTED, CANARY_SECRET] {
        let server = server();
        get(&server, &format!("/v3/contacts?email={secret}"));
        assert!(server.violations()[0].contains("secret"), "{secret}");
    }
}

#[test]
fn what_is_not_there_is_refused() {
    let server = server();
    let nowhere = "00000000-0000-0000-0000-000000000000";
    let cases = [
        (format!("/v3/contacts/{nowhere}"), false),
        (format!("/v3/contact_lists/{nowhere}"), false),
        (format!("/v3/emails/{nowhere}"), false),
        (format!("/v3/emails/activities/{nowhere}"), false),
        (format!("/v3/reports/email_reports/{nowhere}/tracking/opens"), false),
        (format!("/v3/reports/stats/email_campaigns/{nowhere}"), false),
        (format!("/v3/reports/contact_reports/{nowhere}/activity_summary"), false),
        (format!("/v3/activities/{nowhere}"), false),
        (format!("/v3/events/{nowhere}"), false),
        ("/v3/segments/99".to_owned(), false),
        ("/v3/nothing".to_owned(), true),
        ("/v4/contacts".to_owned(), true),
        ("/".to_owned(), true),
    ];
    for (path, is_violation) in cases {
        let answer = get(&server, &path);
        assert_eq!(answer.status(), 404, "{path}");
        assert!(answer.json()[0]["error_key"].is_string(), "{path}");
        assert_eq!(!server.violations().is_empty(), is_violation, "{path}");
        server.clear();
    }
}

#[test]
fn writes_need_a_content_type_and_a_body_that_is_an_object() {
    let server = server();
    let mut headers = login();
    headers.push(("Content-Length".to_owned(), "2".to_owned()));
    let answer = receive(send_body(&server, "POST", "/v3/contacts", &headers, "{}"));
    assert_eq!(answer.status(), 415);
    assert_eq!(write(&server, "POST", "/v3/contacts", &json!([1])).status(), 400);
    assert_eq!(write(&server, "PATCH", "/v3/contacts", &json!({})).status(), 405);
    assert_eq!(server.violations().len(), 3);
}

#[test]
fn bodies_of_writes_are_remembered() {
    let server = server();
    let body = json!({"name": "Fresh", "description": "é"});
    write(&server, "POST", "/v3/contact_lists", &body);
    get(&server, "/v3/contact_lists");
    let writes = server.writes();
    assert_eq!(writes.len(), 1);
    assert_eq!(writes[0].path, "/v3/contact_lists");
    assert_eq!(serde_json::from_slice::<Value>(&writes[0].body).unwrap(), body);
}

#[test]
fn body_beyond_a_mebibyte_is_not_kept() {
    let server = server();
    let body = json!({"name": "x".repeat(1 << 20)});
    assert_eq!(write(&server, "POST", "/v3/contact_lists", &body).status(), 400);
    assert!(server.writes()[0].body.is_empty());
    assert!(server.violations()[0].contains("longer than"));
}
