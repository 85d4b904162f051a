//! Paging: limits, offsets and where a list ends.

use serde_json::Value;
use tollgate_simulators::{IContact, Simulator};

use crate::client::{get, read_all};

fn server() -> Simulator<IContact> {
    IContact::builder().contacts(1_050).start_blocking().unwrap()
}

#[test]
fn pages_have_the_rows_that_arithmetic_says() {
    let server = server();
    // Query, rows, and the limit and offset that are echoed.
    let cases = [
        ("", 20, 20, 0),
        ("&limit=1", 1, 1, 0),
        ("&limit=500", 500, 500, 0),
        ("&limit=501", 500, 500, 0),
        ("&limit=100000", 500, 500, 0),
        ("&limit=500&offset=1000", 50, 500, 1000),
        ("&limit=50&offset=1000", 50, 50, 1000),
        ("&offset=1049", 1, 20, 1049),
        ("&offset=1050", 0, 20, 1050),
        ("&offset=999999", 0, 20, 999_999),
    ];
    for (query, rows, limit, offset) in cases {
        let page = get(&server, &format!("/contacts?status=total{query}")).json();
        let records = page["contacts"].as_array().map_or(0, Vec::len);
        assert_eq!(records, rows, "{query}");
        assert_eq!(page["total"], 1_050, "{query}");
        assert_eq!((&page["limit"], &page["offset"]), (&limit.into(), &offset.into()), "{query}");
        assert_eq!(page["contacts"].is_null(), rows == 0, "{query}");
    }
}

#[test]
fn largest_page_can_be_set() {
    let server = IContact::builder().limit_max(30).start_blocking().unwrap();
    let page = get(&server, "/contacts?status=total&limit=100").json();
    assert_eq!(page["contacts"].as_array().unwrap().len(), 30);
    assert_eq!(page["limit"], 30);
}

#[test]
fn history_has_a_larger_page_of_its_own() {
    let page = get(&server(), "/contacts/333001/actions").json();
    assert_eq!(page["limit"], 50);
    assert_eq!(page["total"], 60);
    assert_eq!(page["actions"].as_array().unwrap().len(), 50);
}

#[test]
fn criteria_end_without_a_total() {
    let server = server();
    let page = get(&server, "/segments/888005/criteria").json();
    assert_eq!(page["criteria"].as_array().unwrap().len(), 20);
    assert_eq!(page.get("total"), None);
    assert_eq!(read_all(&server, "/segments/888005/criteria", 10).len(), 25);
}

#[test]
fn any_page_size_reads_the_same_rows() {
    let server = IContact::builder().contacts(97).start_blocking().unwrap();
    let ids = |limit| {
        let rows = read_all(&server, "/subscriptions", limit);
        rows.into_iter().map(|row| row["subscriptionId"].clone()).collect::<Vec<Value>>()
    };
    let expected: Vec<Value> =
        server.truth().subscriptions().map(|row| row.subscription_id().into()).collect();
    for limit in [1, 7, 96, 97, 98, 500] {
        assert_eq!(ids(limit), expected, "{limit}");
    }
}
