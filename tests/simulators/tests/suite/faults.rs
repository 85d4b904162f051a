//! Faults in what is said. Each one is seen to do what its name says, and is counted.

use serde_json::Value;
use tollgate_simulators::icontact::CANARY;
use tollgate_simulators::{Echo, Fault, IContact, Kind, RetryAfter, Simulator};

use crate::client::{get, login, read_all, receive, send};

fn server(fault: Fault) -> Simulator<IContact> {
    let builder = IContact::builder().seed(5).contacts(100);
    builder.fault(fault).start_blocking().unwrap()
}

fn page(server: &Simulator<IContact>, offset: usize) -> Value {
    let path = format!("/contacts?status=total&limit=10&offset={offset}");
    get(server, &path).json()
}

/// The places, counted from 0, of the contacts on a page.
fn places(page: &Value) -> Vec<u64> {
    let records = page["contacts"].as_array().unwrap();
    let ids = records.iter().map(|row| match &row["contactId"] {
        Value::String(id) => id.parse().unwrap(),
        id => id.as_u64().unwrap(),
    });
    ids.map(|id| id - 333_001).collect()
}

#[test]
fn statuses_carry_the_vendors_body_and_a_retry_after() {
    for code in [401, 402, 403, 404, 500, 503, 507] {
        let server = server(Fault::new(Kind::status(code)).on("/contacts").at(2));
        assert_eq!(get(&server, "/contacts").status(), 200);
        let answer = get(&server, "/contacts");
        assert_eq!(answer.status(), code);
        assert!(answer.json()["errors"][0].is_string());
        assert_eq!(answer.header("retry-after"), None);
        assert_eq!(get(&server, "/contacts").status(), 200);
        assert_eq!(server.fired(&code.to_string()), 1);
    }
    let cases = [
        (RetryAfter::Seconds(1), "1"),
        (RetryAfter::Seconds(3600), "3600"),
        (RetryAfter::Text("soon".to_owned()), "soon"),
    ];
    for (retry_after, expected) in cases {
        let server = server(Fault::new(Kind::rate_limited(retry_after)));
        let answer = get(&server, "/contacts");
        assert_eq!(answer.status(), 429);
        assert_eq!(answer.header("retry-after").as_deref(), Some(expected));
    }
}

#[test]
fn retry_after_may_be_a_date() {
    let server = server(Fault::new(Kind::rate_limited(RetryAfter::DateIn(3600))));
    let before = jiff::Timestamp::now();
    let header = get(&server, "/contacts").header("retry-after").unwrap();
    let date = jiff::fmt::rfc2822::parse(&header).unwrap().timestamp();
    let wait = date.duration_since(before).as_secs();
    assert!((3595..=3605).contains(&wait), "{header}");
    assert!(header.ends_with(" GMT"));
}

#[test]
fn burst_ends_after_so_many_requests() {
    let server = server(Fault::new(Kind::status(503)).on("/contacts").at(2).times(3));
    let statuses: Vec<_> = (0..6).map(|_| get(&server, "/contacts").status()).collect();
    assert_eq!(statuses, [200, 503, 503, 503, 200, 200]);
    assert_eq!(server.fired("503"), 3);
}

#[test]
fn other_paths_are_not_hit_and_a_fault_that_did_nothing_says_so() {
    let server = server(Fault::new(Kind::Html).on("/lists").named("never"));
    assert_eq!(page(&server, 0)["total"], 100);
    assert_eq!(server.fired("never"), 0);
    assert_eq!(server.unfired(), ["never"]);
    // The time has no field where records belong, so there is nothing to leave out.
    server.inject(Fault::new(Kind::MissingRecords).on("/time"));
    get(&server, "/icp/time");
    assert_eq!(server.fired("missing-records"), 0);
}

#[test]
fn faults_can_be_added_and_ended_while_the_server_runs() {
    let server = server(Fault::new(Kind::Html).at(1));
    get(&server, "/lists");
    server.inject(Fault::new(Kind::status(500)));
    assert_eq!(get(&server, "/lists").status(), 500);
    server.heal();
    assert_eq!(get(&server, "/lists").status(), 200);
    assert_eq!((server.fired("html"), server.fired("500")), (1, 1));
}

#[test]
fn bodies_under_status_200_are_not_what_they_should_be() {
    type Check = fn(&[u8]) -> bool;
    let cases: [(Kind, Check); 8] = [
        (Kind::Html, |body| body.starts_with(b"<!DOCTYPE html>")),
        (Kind::ErrorBody, |body| body.starts_with(b"{\"errors\":[")),
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
        let whole = get(&server, "/contacts");
        let answer = get(&server, "/contacts");
        assert_eq!(answer.status(), 200, "{name}");
        assert_eq!(answer.announced(), answer.body().len(), "{name}");
        assert!(is_as_told(answer.body()), "{name}");
        assert!(!is_as_told(whole.body()), "{name} is not what all answers are");
        assert_eq!(get(&server, "/contacts").body(), whole.body(), "{name}");
        assert_eq!(server.fired(&name), 1, "{name}");
    }
}

fn json(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap()
}

#[test]
fn headers_and_bodies_may_be_huge() {
    let server = server(Fault::new(Kind::HugeHeader(32)).on("/lists"));
    let answer = get(&server, "/lists");
    assert_eq!(answer.header("x-filler").unwrap().len(), 32 * 1024);
    server.inject(Fault::new(Kind::Oversized(3)).on("/sends"));
    let answer = get(&server, "/sends");
    assert!(answer.body().len() > 3 << 20);
    assert_eq!(answer.json()["total"], 12);
    assert_eq!((server.fired("huge-header"), server.fired("oversized")), (1, 1));
}

#[test]
fn redirect_names_its_target() {
    let target = "http://127.0.0.1:9/elsewhere";
    let server = server(Fault::new(Kind::Redirect(target.to_owned())));
    let answer = get(&server, "/lists");
    assert_eq!(answer.status(), 302);
    assert_eq!(answer.header("location").as_deref(), Some(target));
}

#[test]
fn echoed_headers_reflect_the_password() {
    let server = server(Fault::new(Kind::EchoHeaders));
    let answer = get(&server, "/lists");
    assert_eq!(answer.status(), 400);
    assert!(answer.json()["errors"][0].as_str().unwrap().contains(CANARY));
}

#[test]
fn endless_pages_are_full_and_the_total_runs_ahead() {
    let server = server(Fault::new(Kind::Endless).on("/contacts"));
    for offset in [0, 10, 95, 100, 5_000] {
        let page = page(&server, offset);
        assert_eq!(places(&page).len(), 10, "{offset}");
        assert_eq!(places(&page)[0], offset as u64 % 100);
        assert!(page["total"].as_u64().unwrap() > offset as u64 + 10);
        assert_eq!(page["offset"], offset);
    }
    assert_eq!(server.fired("endless"), 5);
}

#[test]
fn repeated_page_claims_the_old_or_the_new_offset() {
    for (echo, claimed) in [(Echo::Requested, 30), (Echo::Stale, 0)] {
        let server = server(Fault::new(Kind::RepeatPage(echo)).on("/contacts").from(2));
        page(&server, 0);
        let again = page(&server, 30);
        assert_eq!(places(&again), (0..10).collect::<Vec<_>>());
        assert_eq!(again["offset"], claimed);
        assert_eq!(again["total"], 100);
        assert_eq!(server.fired("repeat-page"), 1);
    }
}

#[test]
fn duplicate_page_holds_the_rows_of_the_one_before_once() {
    let server = server(Fault::new(Kind::DuplicatePage).on("/contacts").at(3));
    let firsts: Vec<_> = [0, 10, 20, 30].map(|it| places(&page(&server, it))[0]).into();
    assert_eq!(firsts, [0, 10, 10, 30]);
    assert_eq!(server.fired("duplicate-page"), 1);
}

#[test]
fn rows_that_vanish_move_the_others_for_good() {
    let server = server(Fault::new(Kind::Shrink(3)).on("/contacts").at(2));
    assert_eq!(places(&page(&server, 0))[0], 0);
    let second = page(&server, 10);
    assert_eq!(places(&second)[0], 13, "three rows were never seen");
    assert_eq!(second["total"], 97);
    let third = page(&server, 20);
    assert_eq!(places(&third)[0], 23);
    assert_eq!(third["total"], 97);
    assert_eq!(server.fired("shrink"), 1);
}

#[test]
fn rows_that_appear_move_the_others_for_good() {
    let server = server(Fault::new(Kind::Grow(2)).on("/contacts").at(2));
    page(&server, 0);
    let second = page(&server, 10);
    assert_eq!(places(&second)[0], 8, "two rows come a second time");
    assert_eq!(second["total"], 102);
    let first = page(&server, 0);
    assert_eq!(places(&first)[..3], [100, 101, 0]);
    assert_eq!(read_all(&server, "/contacts?status=total", 40).len(), 102);
    assert_eq!(get(&server, "/contacts/333102").status(), 200, "new rows are there alone, too");
    assert_eq!(get(&server, "/contacts/333103").status(), 404);
}

#[test]
fn every_list_survives_new_rows() {
    let server = server(Fault::new(Kind::Grow(2)));
    let paths = [
        "/icp/a",
        "/icp/a/111111/c",
        "/campaigns",
        "/contacts/333001/actions",
        "/subscriptions",
        "/lists",
        "/messages",
        "/messages/666001/clicks",
        "/sends",
        "/segments",
        "/segments/888001/criteria",
        "/customfields",
    ];
    for path in paths {
        assert_eq!(get(&server, path).status(), 200, "{path}");
    }
    assert_eq!(server.fired("grow"), paths.len());
    assert_eq!(server.violations(), Vec::<String>::new());
}

#[test]
fn several_faults_fall_on_one_request() {
    let server = server(Fault::new(Kind::DuplicatePage).on("/contacts").at(2));
    server.inject(Fault::new(Kind::HugeHeader(1)).on("/contacts").at(2));
    server.inject(Fault::new(Kind::CutBody).on("/contacts").at(2));
    page(&server, 0);
    let answer = get(&server, "/contacts?status=total&limit=10&offset=10");
    assert!(answer.announced() > answer.body().len());
    assert!(answer.header("x-filler").is_some());
    assert_eq!(server.unfired(), Vec::<String>::new());
}

#[test]
fn answers_are_compressed_for_those_who_ask() {
    let server = IContact::builder().gzip(true).start_blocking().unwrap();
    let plain = get(&server, "/contacts");
    assert_eq!(plain.header("content-encoding"), None);
    let mut headers = login(server.credentials());
    headers.push(("Accept-Encoding".to_owned(), "br, gzip;q=0.8".to_owned()));
    let target = format!("{}/contacts", server.truth().path());
    let packed = receive(send(&server, "GET", &target, &headers));
    assert_eq!(packed.header("content-encoding").as_deref(), Some("gzip"));
    assert!(packed.body().len() < plain.body().len() / 2);
    let mut unpacked = Vec::new();
    let mut decoder = flate2::read::GzDecoder::new(packed.body());
    std::io::Read::read_to_end(&mut decoder, &mut unpacked).unwrap();
    assert_eq!(unpacked, plain.body());
}
