//! What the server thinks of what it is sent.

use tollgate_simulators::icontact::CANARY;
use tollgate_simulators::{IContact, Simulator};

use crate::client::{Answer, get, login, receive, send};

fn server() -> Simulator<IContact> {
    IContact::builder().start_blocking().unwrap()
}

/// Asks for accounts with one header put right, put wrong or left out.
fn ask(server: &Simulator<IContact>, name: &str, value: Option<&str>) -> Answer {
    let mut headers = login(server.credentials());
    headers.retain(|(header, _)| header != name);
    if let Some(value) = value {
        headers.push((name.to_owned(), value.to_owned()));
    }
    receive(send(server, "GET", "/icp/a/", &headers))
}

#[test]
fn headers_are_checked() {
    let cases = [
        ("API-AppId", Some("other"), 401),
        ("API-AppId", None, 401),
        ("API-Username", Some("other"), 401),
        ("API-Username", None, 401),
        ("API-Password", Some("other"), 401),
        ("API-Password", None, 401),
        ("API-Version", Some("2.3"), 501),
        ("API-Version", None, 501),
        ("API-Version", Some("2.0"), 200),
        ("API-Version", Some("2.1"), 200),
        ("Accept", Some("*/*"), 406),
        ("Accept", Some("text/xml"), 406),
        ("Accept", None, 406),
        ("Accept", Some("text/html, application/json;q=0.9"), 200),
        ("Content-Type", Some("application/json"), 200),
    ];
    for (name, value, status) in cases {
        let server = server();
        let answer = ask(&server, name, value);
        assert_eq!(answer.status(), status, "{name}: {value:?}");
        let violations = usize::from(status != 200);
        assert_eq!(server.violations().len(), violations, "{name}: {value:?}");
    }
}

#[test]
fn wrong_user_gets_the_error_of_the_reference() {
    let body = ask(&server(), "API-Username", Some("other")).json();
    assert_eq!(body.to_string(), r#"{"errors":["Api username invalid"]}"#);
}

#[test]
fn only_get_is_served() {
    let server = server();
    for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"] {
        let target = format!("{}/contacts", server.truth().path());
        let answer = receive(send(&server, method, &target, &login(server.credentials())));
        assert_eq!(answer.status(), 405, "{method}");
    }
    assert_eq!(server.violations().len(), 5);
}

#[test]
fn unknown_parameter_is_ignored_with_a_warning() {
    let server = server();
    let page = get(&server, "/contacts?unlisted=true&limit=2").json();
    assert_eq!(page["contacts"].as_array().unwrap().len(), 2);
    assert_eq!(page["warnings"][0], "unlisted is not a valid parameter");
    assert_eq!(page["warnings"].as_array().unwrap().len(), 1);
    assert_eq!(server.violations().len(), 1);
    assert!(server.violations()[0].contains("unlisted"));
}

#[test]
fn password_in_the_address_is_a_violation() {
    let server = server();
    get(&server, &format!("/lists?name={CANARY}"));
    assert_eq!(server.violations().len(), 1);
    assert!(server.violations()[0].contains("password"));
}

#[test]
fn body_on_a_get_is_a_violation() {
    let server = server();
    let mut headers = login(server.credentials());
    headers.push(("Content-Length".to_owned(), "4".to_owned()));
    receive(send(&server, "GET", "/icp/a/", &headers));
    assert!(server.violations()[0].contains("body"));
}

#[test]
fn parameter_given_twice_is_a_violation() {
    let server = server();
    get(&server, "/lists?limit=1&limit=2");
    assert!(server.violations()[0].contains("twice"));
}

#[test]
fn nonsense_in_a_parameter_is_a_bad_request() {
    let server = server();
    let targets = [
        "/lists?limit=x",
        "/lists?limit=0",
        "/lists?offset=-1",
        "/contacts?createDate=yesterday",
        "/contacts?createDate=2026-01-01&createDateSearchType=near",
    ];
    for target in targets {
        assert_eq!(get(&server, target).status(), 400, "{target}");
    }
    assert_eq!(server.violations().len(), targets.len());
}

#[test]
fn requests_are_remembered_as_they_came() {
    let server = server();
    get(&server, "/lists?limit=1&name=a%20b%2Bc");
    get(&server, "/sends");
    let requests = server.requests();
    assert_eq!(requests.len(), 2);
    assert_eq!(server.request_count(), 2);
    assert_eq!(requests[0].number, 1);
    assert_eq!(requests[0].method, "GET");
    assert_eq!(requests[0].path, "/icp/a/111111/c/222222/lists");
    assert_eq!(requests[0].parameter("name"), Some("a b+c"));
    assert_eq!(requests[0].header("api-password"), Some(CANARY));
    assert!(requests[0].at <= requests[1].at);
    server.clear();
    assert!(server.requests().is_empty());
}
