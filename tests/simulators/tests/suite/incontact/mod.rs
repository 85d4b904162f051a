//! The stand-in for NICE inContact.

mod auth;
mod changes;
mod checks;
mod faults;
mod jobs;
mod lists;
mod sums;
mod versions;

use jiff::Timestamp;
use serde_json::Value;
use tollgate_simulators::incontact::{Builder, SignIn};
use tollgate_simulators::{InContact, Simulator};

use crate::client::{Answer, receive, send_body};

type Server = Simulator<InContact>;

/// When every simulator of these tests is started, unless a test says otherwise.
const NOW: &str = "2026-11-21T15:30:00Z";
/// A span of thirty days before.
const MONTH: &str = "startDate=2026-10-22T00:00:00Z&endDate=2026-11-21T00:00:00Z";

fn builder() -> Builder {
    InContact::builder().now(at(NOW))
}

fn start(builder: Builder) -> Server {
    builder.start_blocking().unwrap()
}

fn server() -> Server {
    start(builder())
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn headers(pairs: &[(&str, String)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

/// Sends a call of the API with a token of its own, or with the given one.
fn call(server: &Server, method: &str, path: &str, token: Option<&str>) -> Answer {
    let granted = server.grant(SignIn::Cxone).0;
    let token = token.unwrap_or(&granted);
    let login = headers(&[
        ("Authorization", format!("Bearer {token}")),
        ("Accept", "application/json".to_owned()),
    ]);
    let target = match path.starts_with('/') {
        true => path.to_owned(),
        false => format!("/inContactAPI/services/{path}"),
    };
    receive(send_body(server, method, &target, &login, ""))
}

/// Gets a path below `services/`.
fn get(server: &Server, path: &str) -> Answer {
    call(server, "GET", path, None)
}

/// The rows of an answer, wherever its envelope has them.
fn rows(answer: &Answer, field: &str) -> Vec<Value> {
    if answer.status() == 204 {
        assert_eq!(answer.body(), b"");
        return Vec::new();
    }
    assert_eq!(answer.status(), 200, "{}", answer.head());
    let body = answer.json();
    let rows = if body[field].is_array() { &body[field] } else { &body["resultSet"][field] };
    rows.as_array().unwrap_or_else(|| panic!("{field}: {body}")).clone()
}

/// Reads a list to its end, as a client in good faith would: on by rows received, until there are
/// no more.
fn read_all(server: &Server, path: &str, field: &str, top: usize) -> Vec<Value> {
    let mut all = Vec::new();
    let mark = if path.contains('?') { '&' } else { '?' };
    loop {
        let answer = get(server, &format!("{path}{mark}skip={}&top={top}", all.len()));
        let page = rows(&answer, field);
        if page.is_empty() {
            return all;
        }
        all.extend(page);
    }
}
