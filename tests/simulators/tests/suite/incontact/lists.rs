//! Lists: whole by pages, filtered, sorted, cut to columns.

use std::collections::HashSet;

use serde_json::{Map, Value, json};
use tollgate_simulators::incontact::{Bounds, Empty, Excess, RESOURCES};

use super::{MONTH, Server, at, builder, get, read_all, rows, server, start};

/// A list's name, its path in the latest version, and the field of its rows.
const LISTS: [(&str, &str, &str); 6] = [
    ("agents", "v35.0/agents", "agents"),
    ("teams", "v35.0/teams", "teams"),
    ("skills", "v35.0/skills", "skills"),
    ("campaigns", "v35.0/campaigns", "campaigns"),
    ("contacts", "v35.0/contacts", "contacts"),
    ("contacts_completed", "v35.0/contacts/completed", "completedContacts"),
];

/// Reads a list whole, contacts by the month.
fn whole(server: &Server, path: &str, field: &str) -> Vec<Value> {
    match path.contains("contacts") {
        true => read_all(server, &format!("{path}?{MONTH}"), field, 7),
        false => read_all(server, path, field, 7),
    }
}

/// What the truth has of the same.
fn truth(server: &Server, name: &str) -> Vec<Map<String, Value>> {
    let (start, end) = (at("2026-10-22T00:00:00Z"), at("2026-11-21T00:00:00Z"));
    match name.starts_with("contacts") {
        true => server.truth().within(name, &[], start, end),
        false => server.truth().plain(name),
    }
}

/// The column of a field, whatever its case.
fn column(row: &Map<String, Value>, key: &str) -> String {
    let bare = |name: &str| name.replace('_', "").to_lowercase();
    let found = row.keys().find(|column| bare(column) == bare(key));
    // Campaigns go by their names beside other records.
    found.cloned().unwrap_or_else(|| format!("campaign_{key}"))
}

/// Whether a value on the wire means the plain one.
fn means(wire: &Value, plain: &Value) -> bool {
    let is_moment = |text: &str| text.len() > 19 && text.ends_with('Z');
    match (wire, plain) {
        (Value::String(text), Value::Null) => text.is_empty(),
        (Value::String(left), Value::String(right)) if is_moment(left) && is_moment(right) => {
            at(left) == at(right)
        }
        _ => wire == plain,
    }
}

#[test]
fn every_list_read_by_pages_is_the_truth_value_by_value() {
    let server = start(builder().end_date(Bounds::Exclusive));
    for (name, path, field) in LISTS {
        let (read, truth) = (whole(&server, path, field), truth(&server, name));
        assert!(truth.len() > 3, "{name} has {} rows", truth.len());
        assert_eq!(read.len(), truth.len(), "{name}");
        for (row, expected) in read.iter().zip(&truth) {
            let row = row.as_object().unwrap();
            assert_eq!(row.len(), expected.len(), "{name}");
            for (key, wire) in row {
                let plain = &expected[&column(expected, key)];
                assert!(means(wire, plain), "{name}.{key}: {wire} is not {plain}");
            }
        }
    }
    assert_eq!(server.violations(), Vec::<String>::new());
}

#[test]
fn rows_have_all_fields_and_what_breaks_programs() {
    let server = server();
    let counts = RESOURCES.map(|name| {
        let columns: HashSet<String> =
            server.truth().plain(name).iter().flat_map(|row| row.keys().cloned()).collect();
        columns.len()
    });
    assert_eq!(counts, [128, 51, 86, 6, 67, 58, 7]);
    let contacts = server.truth().plain("contacts");
    let ids = contacts.iter().map(|row| row["contact_id"].as_i64().unwrap());
    assert!(ids.clone().all(|id| id > i64::from(u32::MAX)));
    assert_eq!(ids.collect::<HashSet<_>>().len(), 600);
    let agents = server.truth().plain("agents");
    let has = |what: &dyn Fn(&Value) -> bool| agents.iter().any(|row| row.values().any(what));
    assert!(has(&|value| value.is_null()) && has(&|value| value == ""));
    assert!(has(&|value| value.as_str().is_some_and(|text| text.contains("\"on hold\""))));
    assert!(has(&|value| value.as_str().is_some_and(|text| text.contains('\n'))));
    assert!(has(&|value| value.as_str().is_some_and(|text| text.contains("日本語"))));
}

#[test]
fn filters_are_honoured() {
    let server = server();
    let truth = server.truth();
    let contacts = |filter| format!("v35.0/contacts/completed?{MONTH}&{filter}");
    let cases = [
        ("agents", "v35.0/agents?isActive=false".to_owned(), ("isActive", "false")),
        ("agents", "v35.0/agents?isLocked=true".to_owned(), ("isLocked", "true")),
        ("agents", "v35.0/agents?searchString=jür".to_owned(), ("searchString", "jür")),
        ("teams", "v35.0/teams?searchString=billing".to_owned(), ("searchString", "billing")),
        ("skills", "v35.0/skills?mediaTypeId=3".to_owned(), ("mediaTypeId", "3")),
        ("campaigns", "v35.0/campaigns?isActive=true".to_owned(), ("isActive", "true")),
        ("contacts_completed", contacts("skillId=400002"), ("skillId", "400002")),
        ("contacts_completed", contacts("teamId=200003"), ("teamId", "200003")),
        ("contacts_completed", contacts("isRefused=true"), ("isRefused", "true")),
        ("contacts_completed", contacts("tags=true"), ("tags", "true")),
    ];
    for (name, path, filter) in cases {
        let path = path.replace('ü', "%C3%BC");
        let expected = match name.starts_with("contacts") {
            true => {
                let (start, end) = (at("2026-10-22T00:00:00Z"), at("2026-11-21T00:00:00.001Z"));
                truth.within(name, &[filter], start, end).len()
            }
            false => truth.matching(name, &[filter]).len(),
        };
        let field = LISTS.iter().find(|(list, ..)| *list == name).unwrap().2;
        assert_eq!(read_all(&server, &path, field, 9).len(), expected, "{path}");
        assert!(expected > 0 && expected < truth.rows(name), "{path}: {expected}");
    }
    assert_eq!(server.violations(), Vec::<String>::new());
}

#[test]
fn order_and_columns_are_as_asked() {
    let server = server();
    let path = format!("v35.0/contacts?{MONTH}&orderBy=lastUpdateTime+desc&fields=lastUpdateTime");
    let read = read_all(&server, &path, "contacts", 50);
    let times: Vec<_> =
        read.iter().map(|row| at(row["lastUpdateTime"].as_str().unwrap())).collect();
    assert!(times.is_sorted_by(|left, right| left >= right));
    assert!(read.iter().all(|row| row.as_object().unwrap().len() == 1));
    let answer = get(&server, "v35.0/agents?orderBy=shoeSize");
    assert_eq!(answer.status(), 400);
    assert_eq!(answer.header("icStatusDescription").unwrap(), "nothing can be sorted by shoeSize");
}

#[test]
fn pages_say_how_many_there_are_and_link_on() {
    let server = start(builder().agents(5));
    let page = get(&server, "v33.0/agents?skip=2&top=2&isActive=true").json();
    assert_eq!(page["businessUnitId"], 4_500_001);
    let total = server.truth().matching("agents", &[("isActive", "true")]).len();
    assert_eq!(page["totalRecords"], total);
    let previous = page["_links"]["previous"].as_str().unwrap();
    assert!(previous.ends_with("/v33.0/agents?isActive=true&skip=0&top=2"), "{previous}");
    let last = get(&server, "v33.0/agents?skip=0&top=9").json();
    assert_eq!(last["_links"]["next"], "");
    assert_eq!(get(&server, "v33.0/agents?skip=5").status(), 204);
    let server = start(builder().agents(5).empty(Empty::List));
    let beyond = get(&server, "v33.0/agents?skip=5").json();
    assert_eq!((&beyond["agents"], &beyond["totalRecords"]), (&json!([]), &json!(5)));
}

#[test]
fn a_page_has_a_default_and_a_largest_size() {
    let server = start(builder().top_default(3).top_max(4));
    let count = |path| rows(&get(&server, path), "agents").len();
    assert_eq!([count("v33.0/agents"), count("v33.0/agents?top=9")], [3, 4]);
    let strict = start(builder().top_max(4).top_excess(Excess::Refused));
    assert_eq!(get(&strict, "v33.0/agents?top=4").status(), 200);
    assert_eq!(get(&strict, "v33.0/agents?top=5").status(), 400);
}

#[test]
fn a_contact_where_two_spans_meet_is_in_both_unless_the_end_is_excluded() {
    let read = |server: &Server, span: &str| {
        let contacts = rows(&get(server, &format!("v33.0/contacts?{span}&top=999")), "contacts");
        contacts.iter().map(|row| row["contactId"].as_i64().unwrap()).collect::<HashSet<_>>()
    };
    let days = [
        "startDate=2026-11-01T00:00:00Z&endDate=2026-11-11T00:00:00Z",
        "startDate=2026-11-11T00:00:00Z&endDate=2026-11-21T00:00:00Z",
    ];
    let shared = |server: &Server| {
        let [first, second] = days.map(|span| read(server, span));
        first.intersection(&second).count()
    };
    assert!(shared(&server()) > 0);
    assert_eq!(shared(&start(builder().end_date(Bounds::Exclusive))), 0);
}
