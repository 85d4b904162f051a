//! Version 2: its login, its shapes, its dates.

use serde_json::Value;

use super::{Server, get, login, read_all, server};
use crate::client::{Answer, receive, send};

const KEY: &str = "api_key=key-0001";

fn ask(server: &Server, target: &str) -> Answer {
    receive(send(server, "GET", target, &login()))
}

#[test]
fn key_and_token_are_both_needed() {
    let server = server();
    assert_eq!(ask(&server, "/v2/account/info").status(), 403);
    assert_eq!(ask(&server, "/v2/account/info?api_key=other").status(), 403);
    assert_eq!(server.violations().len(), 2);
    let headers = super::login_with("other");
    let path = format!("/v2/account/info?{KEY}");
    let answer = receive(send(&server, "GET", &path, &headers));
    assert_eq!(answer.status(), 401);
    assert_eq!(answer.json()[0]["error_key"], "http.status.authentication.invalid_token");
    assert_eq!(ask(&server, &path).status(), 200);
}

#[test]
fn last_page_has_an_empty_pagination() {
    let server = server();
    let page = get(&server, &format!("/v2/contacts?limit=500&status=ALL&{KEY}")).json();
    assert_eq!(page["meta"]["pagination"], serde_json::json!({}));
    let page = get(&server, &format!("/v2/contacts?limit=5&{KEY}")).json();
    let link = page["meta"]["pagination"]["next_link"].as_str().unwrap();
    assert!(link.starts_with("/v2/contacts?next="), "{link}");
    assert!(!link.contains("api_key"));
    get(&server, &format!("{link}&{KEY}"));
    assert_eq!(server.violations(), Vec::<String>::new());
    get(&server, &format!("{link}&{KEY}&limit=5"));
    assert!(server.violations()[0].contains("beside a token"));
}

#[test]
fn opt_outs_that_never_were_are_written_in_both_ways() {
    let rows = read_all(&server(), &format!("/v2/contacts?status=ALL&{KEY}"), "results");
    let dates = rows.iter().map(|row| row["email_addresses"][0]["opt_out_date"].as_str().unwrap());
    let dates: Vec<_> = dates.collect();
    assert!(dates.contains(&"") && dates.contains(&"1969-12-31T19:00:00.000Z"));
    assert!(dates.iter().any(|date| date.starts_with("20")));
}

#[test]
fn campaign_rows_say_little_and_deleted_ones_are_not_found() {
    let server = server();
    let path = "/v2/emailmarketing/campaigns";
    let rows = read_all(&server, &format!("{path}?{KEY}"), "results");
    let names: Vec<_> = rows[0].as_object().unwrap().keys().cloned().collect();
    assert_eq!(names, ["id", "modified_date", "name", "status"]);
    assert!(rows.iter().all(|row| row["status"] != "DELETED"));
    let drafts = read_all(&server, &format!("{path}?status=DRAFT&{KEY}"), "results");
    let text = |id: &Value| id.as_str().map_or_else(|| id.to_string(), str::to_owned);
    let draft = text(&drafts[0]["id"]);
    assert_eq!(get(&server, &format!("{path}/{draft}?{KEY}")).status(), 200);
    let summary = format!("{path}/{draft}/tracking/reports/summary?{KEY}");
    assert_eq!(get(&server, &summary).status(), 404);
}

#[test]
fn changes_are_found_since_a_moment() {
    let server = server();
    let all = read_all(&server, &format!("/v2/contacts?status=ALL&{KEY}"), "results");
    let moment = "2024-01-01T00:00:00.000Z";
    let path = format!("/v2/contacts?status=ALL&modified_since={moment}&{KEY}");
    let some = read_all(&server, &path, "results");
    let wanted = all.iter().filter(|row| row["modified_date"].as_str().unwrap() >= moment).count();
    assert!(0 < wanted && wanted < all.len());
    assert_eq!(some.len(), wanted);
}

#[test]
fn files_are_sorted_and_the_bin_is_apart() {
    let server = server();
    let read = |path: &str| read_all(&server, &format!("/v2/library/{path}&{KEY}"), "results");
    let rows = read("files?sort_by=MODIFIED_DATE_DESC&limit=3");
    let dates: Vec<_> = rows.iter().map(|row| row["modified_date"].as_str().unwrap()).collect();
    assert!(dates.is_sorted_by(|left, right| left >= right));
    assert!(dates[0].ends_with("-04:00"));
    assert!(rows.iter().all(|row| row["status"] == "Active"));
    assert!(rows.iter().any(|row| row["folder_id"].is_null()));
    assert_eq!((rows.len(), read("folders/trash/files?limit=2").len()), (10, 3));
}
