//! What goes out, where to, and what is refused.

use std::process::Command;

use bytes::Bytes;
use http_body_util::{BodyExt, StreamBody};
use tollgate_model::{AuthScheme, ErrorKind, Parameter};

use super::harness::*;
use crate::config::{Credentials, GuestTimeouts};
use crate::error::GateError;
use crate::limits::ScanBudget;
use crate::purpose::Purpose;

#[tokio::test]
async fn a_request_arrives_with_credentials_and_its_answer_comes_back() {
    let rig = setup()
        .start(|_, _| answer(201, &[("x-total", "5"), ("set-cookie", "a=b")], "{\"rows\": []}"))
        .await;
    let request =
        request("POST", &format!("{API}?limit=5"), &[("Accept", "application/json")], "body");
    let reply = rig.call(request).await.unwrap();
    assert_eq!((reply.status.as_u16(), &reply.body[..]), (201, &b"{\"rows\": []}"[..]));
    assert_eq!(reply.headers["x-total"], "5");
    assert_eq!(reply.headers["content-length"], "12");
    assert!(!reply.headers.contains_key("set-cookie"));

    let head = &rig.server.heads()[0];
    assert!(head.starts_with("post /v3/contacts?limit=5 http/1.1\r\n"), "{head}");
    for expected in [
        "\r\naccept: application/json",
        "\r\naccept-encoding: gzip, deflate, br",
        "\r\nuser-agent: tollgate/",
        "\r\ncontent-length: 4",
        "\r\nhost: 127.0.0.1:",
    ] {
        assert!(head.contains(expected), "{expected}: {head}");
    }
    let usage = rig.passage.usage();
    assert_eq!((usage.requests, usage.retries, usage.wire_bytes, usage.body_bytes), (1, 0, 12, 12));
    assert!(rig.passage.verdict().is_none());
}

#[tokio::test]
async fn connections_are_used_again() {
    let rig = setup().start(|_, _| ok("{}")).await;
    for page in 0..5 {
        rig.get(&format!("{API}?page={page}")).await.unwrap();
    }
    assert_eq!((rig.server.hits(), rig.server.connections()), (5, 1));
}

// Proves: traces
#[tokio::test]
async fn the_audit_trail_has_every_try_and_no_value() {
    let rig = setup().start(|_, _| ok("{}")).await;
    rig.get(&format!("{API}?limit=5&name=ada")).await.unwrap();
    rig.get("https://undeclared.example/path?name=ada").await.unwrap_err();
    rig.get("http://user:ada@api.example.com/").await.unwrap_err();
    rig.get(&format!("https://api.example.com/{SECRET}?x")).await.unwrap_err();
    let lines: Vec<_> =
        rig.events.requests().into_iter().map(|line| (line.url, line.status)).collect();
    let line = |url: &str, status| (url.to_owned(), status);
    assert_eq!(
        lines,
        [
            line(&format!("{API}?limit&name"), Some(200)),
            line("https://undeclared.example/path?name", None),
        ]
    );
    assert!(!rig.events.text().contains("ada") && !rig.events.text().contains(SECRET));
}

// Proves: verdicts, hosts
#[tokio::test]
async fn a_verdict_stays() {
    let rig = setup().start(|_, _| ok("{}")).await;
    let refused = [
        "https://undeclared.example/",
        "https://api.example.com:8443/",
        "https://other.example.com/",
        "http://api.example.com/",
        "https://127.0.0.1/",
        "https://localhost/",
        "https://ada@api.example.com/",
    ];
    for url in refused {
        let passage = rig.gate.passage(Purpose::Read, ScanBudget::default());
        let send = |url| passage.send(request("GET", url, &[], ""), GuestTimeouts::default());
        let error = send(url).await.unwrap_err();
        assert!(matches!(error, GateError::Denied(_)), "{url}: {error}");
        assert_eq!(send(API).await.unwrap_err(), error, "{url}");
        let verdict = passage.verdict().unwrap();
        assert_eq!((verdict.kind(), verdict.to_string()), (ErrorKind::Denied, error.to_string()));
    }
    assert_eq!(rig.server.hits(), 0);
}

// Proves: hosts
#[tokio::test]
async fn what_is_only_declared_or_only_granted_is_refused() {
    for only_declared in [true, false] {
        let setup = setup().with(|config| {
            let list = if only_declared { &mut config.granted } else { &mut config.declared };
            list.remove(0);
        });
        let rig = setup.start(|_, _| ok("{}")).await;
        assert!(matches!(rig.get(API).await, Err(GateError::Denied(_))));
        assert!(rig.get("https://a.other.example.com/").await.is_err(), "the passage is over");
        assert_eq!(rig.server.hits(), 0);
    }
}

// Proves: audience, traces
#[tokio::test]
async fn query_credentials_are_on_the_wire_and_nowhere_else() {
    let parameters = vec![Parameter { name: "key".to_owned(), value: "{password}".to_owned() }];
    let scheme = AuthScheme::Fixed { headers: Vec::new(), query: parameters };
    let credentials = Credentials { scheme, ..credentials(&["https://api.example.com"]) };
    let rig = setup().with(|config| config.credentials = credentials).start(|_, _| ok("{}")).await;
    rig.get(&format!("{API}?key=guest&page=1")).await.unwrap();
    rig.get("https://a.other.example.com/?key=guest").await.unwrap();
    let heads = rig.server.heads();
    assert!(heads[0].starts_with(&format!("get /v3/contacts?page=1&key={SECRET} http")));
    assert!(heads[1].starts_with("get / http"), "{}", heads[1]);
    assert!(!rig.events.text().contains(SECRET), "{}", rig.events.text());
}

// Proves: audience
#[tokio::test]
async fn a_connector_that_knows_a_secret_is_stopped() {
    let with_body = request("POST", API, &[], format!("p={SECRET}"));
    let encoded = SECRET.replace('-', "%2d").replace('c', "%63");
    let requests = [
        with_body,
        request("GET", &format!("{API}?p={SECRET}"), &[], ""),
        request("GET", &format!("{API}/{SECRET}/x"), &[], ""),
        request("GET", &format!("{API}?p={encoded}"), &[], ""),
        request("GET", &format!("https://{SECRET}.other.example.com/"), &[], ""),
        request("GET", API, &[("x-note", &format!("is {SECRET}"))], ""),
    ];
    for request in requests {
        let rig = setup().start(|_, _| ok("{}")).await;
        let error = rig.call(request).await.unwrap_err();
        assert!(matches!(error, GateError::Leak(_)), "{error}");
        assert_eq!(rig.passage.verdict().unwrap().kind(), ErrorKind::Denied);
        assert_eq!(rig.server.hits(), 0);
        assert!(!rig.events.text().contains(SECRET) && !rig.events.text().contains("%63anary"));
    }
}

// Proves: redirects
#[tokio::test]
async fn redirects_are_handed_back() {
    let rig = setup().start(|_, _| answer(302, &[("location", "https://evil.example/")], "")).await;
    let reply = rig.get(API).await.unwrap();
    assert_eq!(reply.status, 302);
    assert_eq!(reply.headers["location"], "https://evil.example/");
    assert_eq!(rig.server.hits(), 1);
}

// Proves: requests
#[tokio::test]
async fn malformed_requests_are_refused() {
    let rig = setup().start(|_, _| ok("{}")).await;
    for method in ["CONNECT", "TRACE", "BREW"] {
        let passage = rig.gate.passage(Purpose::Read, ScanBudget::default());
        let outcome = passage.send(request(method, API, &[], ""), GuestTimeouts::default()).await;
        assert!(matches!(outcome, Err(GateError::InvalidRequest(_))), "{method}: {outcome:?}");
    }
    let large = vec![b'x'; (8 << 20) + 1];
    let error = rig.call(request("POST", API, &[], large)).await.unwrap_err();
    assert_eq!(error, GateError::RequestTooLarge { max: 8 << 20 });
    let broken = StreamBody::new(tokio_stream_of_error());
    let broken = http::Request::post(API).body(broken).unwrap();
    let outcome = rig.passage.send(broken, GuestTimeouts::default()).await;
    assert_eq!(outcome.unwrap_err(), GateError::RequestCut);
    assert_eq!(rig.server.hits(), 0);
}

/// A body that breaks off at once.
fn tokio_stream_of_error()
-> impl futures_util::Stream<Item = Result<http_body::Frame<Bytes>, &'static str>> {
    futures_util::stream::iter([Err("the guest went away")])
}

// Proves: budget
#[tokio::test]
async fn a_passage_has_a_budget() {
    let mut setup = setup();
    setup.budget.requests = 2;
    let rig = setup.start(|_, _| ok("{}")).await;
    for page in 0..2 {
        rig.get(&format!("{API}?page={page}")).await.unwrap();
    }
    let error = rig.get(&format!("{API}?page=2")).await.unwrap_err();
    assert_eq!(error.to_string(), "the budget of 2 requests is used up");
    assert_eq!(rig.passage.verdict().unwrap().kind(), ErrorKind::Limit);
    assert_eq!(rig.server.hits(), 2);
    let next = rig.gate.passage(Purpose::Read, ScanBudget::default());
    next.send(request("GET", API, &[], ""), GuestTimeouts::default()).await.unwrap();
}

// Proves: budget
#[tokio::test]
async fn requests_of_a_passage_that_are_open_at_once_are_bounded() {
    let setup = setup().with(|config| config.limits.in_flight = 2);
    let rig = setup.start(|_, _| ok("{}")).await;
    let send = |n| {
        let request = request("GET", &format!("{API}?page={n}"), &[], "");
        rig.passage.send(request, GuestTimeouts::default())
    };
    let (first, second, third) = (send(1), send(2), send(3));
    assert_eq!(third.await.unwrap_err(), GateError::InFlightLimit { max: 2 });
    drop(first);
    let body = second.await.unwrap().into_body();
    let answer = send(4).await.unwrap();
    assert!(send(5).await.is_err(), "one is unread, one is kept");
    body.collect().await.unwrap();
    drop(answer);
    send(6).await.unwrap();
    assert!(rig.passage.verdict().is_none());
}

#[tokio::test]
async fn cancelling_ends_what_is_under_way_and_refuses_the_rest() {
    let rig = setup()
        .start(|number, _| match number {
            0 => vec![head(200, &[("content-length", "9")]), send("part"), Step::Hang],
            _ => vec![Step::Hang],
        })
        .await;
    let request = || request("GET", API, &[], "");
    let answer = rig.passage.send(request(), GuestTimeouts::default()).await.unwrap();
    let reading = tokio::spawn(answer.into_body().collect());
    let waiting = tokio::spawn(rig.passage.send(request(), GuestTimeouts::default()));
    while rig.server.hits() < 2 {
        tokio::task::yield_now().await;
    }
    rig.passage.cancel();
    assert_eq!(reading.await.unwrap().unwrap_err(), GateError::Cancelled);
    assert_eq!(waiting.await.unwrap().unwrap_err(), GateError::Cancelled);
    assert_eq!(rig.get(API).await.unwrap_err(), GateError::Cancelled);
}

/// Runs another test of this file with proxies in its environment that lead nowhere.
// Proves: addresses
#[test]
fn no_proxy_is_taken_from_the_environment() {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "tests::requests::connections_are_used_again"]);
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
        child.env(name, "http://127.0.0.1:9").env(name.to_lowercase(), "http://127.0.0.1:9");
    }
    let output = child.env_remove("NO_PROXY").env_remove("no_proxy").output().unwrap();
    let shown = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && shown.contains("1 passed"), "{shown}");
}

// Proves: reads
#[tokio::test(start_paused = true)]
async fn a_read_that_would_change_something_is_refused_before_a_byte_is_sent() {
    let reading = || Setup { purpose: Purpose::Read, ..setup() }.start_in_memory(|_, _| ok("{}"));
    for method in ["POST", "PUT", "PATCH", "DELETE"] {
        let rig = reading();
        let url = format!("{API}?secret=1");
        let error = rig.call(request(method, &url, &[], "x")).await.unwrap_err();
        let text = format!("the gate refuses the request: a read may not send {method} to {API}");
        assert_eq!((error.kind(), error.to_string()), (ErrorKind::Denied, text));
        assert_eq!(rig.passage.verdict().unwrap().kind(), ErrorKind::Denied);
        assert_eq!((rig.server.hits(), rig.passage.usage().requests), (0, 0));
        assert_eq!(rig.events.requests().len(), 1, "it stands in the audit trail");
    }
    let rig = reading();
    let report = "https://api.example.com/v3/reports/daily";
    assert_eq!(rig.call(request("POST", report, &[], "x")).await.unwrap().status, 200);
}
