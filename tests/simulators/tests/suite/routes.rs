//! Every path, and what it says about itself.

use serde_json::{Value, json};
use tollgate_simulators::icontact::{AccountSettings, EmptyList, Unsent};
use tollgate_simulators::{IContact, Simulator};

use crate::client::{get, receive, send};

fn server() -> Simulator<IContact> {
    IContact::builder().contacts(50).start_blocking().unwrap()
}

#[test]
fn envelopes_say_what_the_reference_says() {
    let server = server();
    let cases = [
        ("/icp/a", "accounts", "limit,offset,total"),
        ("/icp/a/", "accounts", "limit,offset,total"),
        ("/icp/a/111111/c", "clientfolders", "total"),
        ("/icp/a/111111/c/", "clientfolders", "total"),
        ("/campaigns", "campaigns", "limit,offset,total"),
        ("/contacts", "contacts", "limit,offset,total"),
        ("/contacts/", "contacts", "limit,offset,total"),
        ("/contacts/333001/actions", "actions", "limit,offset,total"),
        ("/subscriptions", "subscriptions", "total"),
        ("/lists", "lists", "limit,offset,total"),
        ("/messages", "messages", "limit,offset,total"),
        ("/messages/666001/bounces", "bounces", "limit,offset,total"),
        ("/messages/666001/clicks", "clicks", "limit,offset,total"),
        ("/messages/666001/opens", "opens", "limit,offset,total"),
        ("/messages/666001/unsubscribes", "unsubscribes", "limit,offset,total"),
        ("/sends", "sends", "limit,offset,total"),
        ("/segments", "segments", "limit,offset,total"),
        ("/segments/888002/criteria", "criteria", ""),
        ("/customfields", "customfields", "total"),
    ];
    for (path, records, others) in cases {
        let answer = get(&server, path);
        assert_eq!(answer.status(), 200, "{path}");
        let content_type = answer.header("content-type");
        assert_eq!(content_type.as_deref(), Some("text/html; charset=utf-8"), "{path}");
        let envelope = answer.json();
        assert!(envelope[records].is_array(), "{path}");
        let keys = envelope.as_object().unwrap().keys();
        let keys: Vec<_> = keys.filter(|key| *key != records).cloned().collect();
        assert_eq!(keys.join(","), others, "{path}");
    }
    assert_eq!(server.violations(), Vec::<String>::new());
}

#[test]
fn time_needs_no_credentials() {
    let now = "2026-08-13T17:30:19Z".parse().unwrap();
    let server = IContact::builder().now(now).start_blocking().unwrap();
    let answer = receive(send(&server, "GET", "/icp/time", &[]));
    let expected = json!({"time": "2026-08-13T13:30:19-04:00", "timestamp": 1_786_642_219});
    assert_eq!(answer.json(), expected);
    assert_eq!(server.violations(), Vec::<String>::new());
}

#[test]
fn single_contact_shows_its_business_and_empty_texts() {
    let server = server();
    let contact = get(&server, "/contacts/333002").json();
    assert!(contact["contact"]["business"].is_string());
    assert_eq!(contact["contact"]["prefix"], "");
    let listed = get(&server, "/contacts?status=total&offset=1&limit=1").json();
    assert_eq!(listed["contacts"][0].get("business"), None);
    assert_eq!(listed["contacts"][0]["prefix"], Value::Null);
}

#[test]
fn statistics_of_an_unsent_message_are_zeros_or_nowhere() {
    let path = "/messages/666005/statistics";
    let zeros = get(&server(), path).json();
    assert_eq!(zeros["statistics"]["opens"], json!({"unique": 0, "total": 0}));
    let strict = IContact::builder().unsent(Unsent::NotFound).start_blocking().unwrap();
    assert_eq!(get(&strict, path).status(), 404);
    assert_eq!(get(&strict, "/messages/666001/statistics").status(), 200);
}

#[test]
fn lists_without_rows_are_null_or_empty() {
    let cases = [(EmptyList::Null, Value::Null), (EmptyList::Array, json!([]))];
    for (empty, expected) in cases {
        let server = IContact::builder().contacts(0).empty(empty).start_blocking().unwrap();
        for path in ["/contacts", "/contacts?status=total", "/messages/666001/opens"] {
            let envelope = get(&server, path).json();
            let (bare, _) = path.split_once('?').unwrap_or((path, ""));
            assert_eq!(envelope[bare.rsplit('/').next().unwrap()], expected, "{path}");
            assert_eq!(envelope["total"], 0);
        }
    }
}

#[test]
fn what_is_not_there_is_refused() {
    let account = |enabled, folders| AccountSettings { enabled, folders };
    let server = IContact::builder()
        .account(account(true, 1))
        .account(account(false, 1))
        .start_blocking()
        .unwrap();
    let cases = [
        ("/icp/a/999/c/", 404, false),
        ("/icp/a/111112/c/", 403, false),
        ("/icp/a/111111/c/999/contacts", 404, false),
        ("/icp/a/111111/c/222223/contacts", 403, false),
        ("/contacts/1", 404, false),
        ("/contacts/333999/actions", 404, false),
        ("/messages/1/opens", 404, false),
        ("/messages/1/statistics", 404, false),
        ("/segments/1/criteria", 404, false),
        ("/nothing", 404, true),
        ("/messages/666001/nothing", 404, true),
        ("/icp/a/111111", 404, true),
        ("/icp/else", 404, true),
    ];
    for (path, status, is_violation) in cases {
        let answer = get(&server, path);
        assert_eq!(answer.status(), status, "{path}");
        assert!(answer.json()["errors"][0].is_string(), "{path}");
        assert_eq!(!server.violations().is_empty(), is_violation, "{path}");
        server.clear();
    }
}

#[test]
fn message_bodies_may_be_large() {
    let server = IContact::builder().html_bytes(300_000).start_blocking().unwrap();
    let messages = get(&server, "/messages?limit=500").json();
    assert!(messages["messages"][0]["htmlBody"].as_str().unwrap().len() >= 300_000);
    assert!(messages["messages"][1]["htmlBody"].as_str().unwrap().len() < 1_000);
    let fields: Vec<_> = messages["messages"].as_array().unwrap().iter().collect();
    assert!(fields.iter().any(|message| message["spamCheck"].is_object()));
}
