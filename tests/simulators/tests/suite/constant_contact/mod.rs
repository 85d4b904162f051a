//! The stand-in for Constant Contact.

mod checks;
mod faults;
mod filters;
mod limits;
mod oauth;
mod openapi;
mod pages;
mod truth;
mod v2;
mod writes;

use serde_json::Value;
use tollgate_simulators::constant_contact::{Builder, CANARY_PASTED};
use tollgate_simulators::{ConstantContact, Simulator};

use crate::client::{Answer, receive, send_body};

type Server = Simulator<ConstantContact>;

fn start(builder: Builder) -> Server {
    builder.start_blocking().unwrap()
}

fn server() -> Server {
    start(ConstantContact::builder())
}

/// The headers that v3 wants to see, with a token that is good from the start.
fn login() -> Vec<(String, String)> {
    login_with(CANARY_PASTED)
}

fn login_with(token: &str) -> Vec<(String, String)> {
    let pairs =
        [("Authorization", format!("Bearer {token}")), ("Accept", "application/json".to_owned())];
    pairs.map(|(name, value)| (name.to_owned(), value)).to_vec()
}

fn get(server: &Server, target: &str) -> Answer {
    receive(send_body(server, "GET", target, &login(), ""))
}

/// Sends JSON, or nothing where it is null.
fn write(server: &Server, method: &str, target: &str, body: &Value) -> Answer {
    let (mut headers, mut text) = (login(), String::new());
    if !body.is_null() {
        text = body.to_string();
        headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
        headers.push(("Content-Length".to_owned(), text.len().to_string()));
    }
    receive(send_body(server, method, target, &headers, &text))
}

/// The address of the next page, in whichever of the vendor's places it is.
fn next_link(page: &Value) -> Option<String> {
    let v2 = &page["meta"]["pagination"]["next_link"];
    let next = &page["_links"]["next"];
    let links = [v2, &next["href"], &next["next"]["href"]];
    links.into_iter().find_map(Value::as_str).map(str::to_owned)
}

/// Reads a list to its end by following its links.
fn read_all(server: &Server, target: &str, field: &str) -> Vec<Value> {
    let (mut rows, mut target) = (Vec::new(), target.to_owned());
    loop {
        let answer = get(server, &target);
        assert_eq!(answer.status(), 200, "{target}");
        let mut page = answer.json();
        match page[field].take() {
            Value::Array(records) => rows.extend(records),
            other => panic!("{target}: {other}"),
        }
        match next_link(&page) {
            Some(next) if next.starts_with("/v2") => target = format!("{next}&api_key=key-0001"),
            Some(next) => target = next,
            None => return rows,
        }
    }
}

/// The places of contacts, which the last group of an id tells.
fn places(rows: &[Value]) -> Vec<u64> {
    let ids = rows.iter().map(|row| row["contact_id"].as_str().unwrap());
    ids.map(|id| u64::from_str_radix(id.rsplit('-').next().unwrap(), 16).unwrap()).collect()
}
