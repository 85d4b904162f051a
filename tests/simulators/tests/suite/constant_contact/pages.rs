//! Paging: tokens, and all the ways in which a list ends.

use serde_json::Value;
use tollgate_simulators::ConstantContact;
use tollgate_simulators::constant_contact::{LastPage, TagLink};

use super::{get, next_link, places, read_all, server, start};

#[test]
fn token_carries_the_filters_and_goes_alone() {
    let server = start(ConstantContact::builder().contacts(230));
    let rows = read_all(&server, "/v3/contacts?status=all&limit=50", "contacts");
    assert_eq!(places(&rows), (0..230).collect::<Vec<_>>());
    assert_eq!(server.violations(), Vec::<String>::new());
    let first = get(&server, "/v3/contacts?limit=50").json();
    let link = next_link(&first).unwrap();
    assert!(link.starts_with("/v3/contacts?cursor="), "{link}");
    get(&server, &format!("{link}&limit=50"));
    assert!(server.violations()[0].contains("beside a token"));
}

#[test]
fn token_of_another_list_is_refused() {
    let server = server();
    let link = next_link(&get(&server, "/v3/contacts?limit=5").json()).unwrap();
    let answer = get(&server, &link.replace("/v3/contacts?", "/v3/contact_lists?"));
    assert_eq!(answer.status(), 400);
    assert_eq!(server.violations().len(), 1);
}

#[test]
fn every_way_to_be_the_last_page_turns_up() {
    type Check = fn(&Value) -> bool;
    let ways: [(LastPage, Check); 5] = [
        (LastPage::NoLinks, |page| page.get("_links").is_none()),
        (LastPage::EmptyLinks, |page| page["_links"].as_object().unwrap().is_empty()),
        (LastPage::NoNext, |page| page["_links"]["self"]["href"].is_string()),
        (LastPage::NullNext, |page| page["_links"].get("next") == Some(&Value::Null)),
        (LastPage::NullHref, |page| page["_links"]["next"].get("href") == Some(&Value::Null)),
    ];
    let rotating = server();
    for (way, is_as_told) in ways {
        let server = start(ConstantContact::builder().last_page(way));
        let page = get(&server, "/v3/contacts?limit=500").json();
        assert!(is_as_told(&page), "{way:?}");
        assert_eq!(next_link(&page), None);
        assert!(is_as_told(&get(&rotating, "/v3/contacts?limit=500").json()), "{way:?} in turn");
    }
}

#[test]
fn tags_lead_on_from_two_places() {
    let next = |link| {
        let server = start(ConstantContact::builder().tag_link(link));
        let rows = read_all(&server, "/v3/contact_tags?limit=1", "tags");
        assert_eq!(rows.len(), 5, "{link:?}");
        get(&server, "/v3/contact_tags?limit=1").json()["_links"]["next"]["next"].is_object()
    };
    assert!(!next(TagLink::Flat));
    assert!(next(TagLink::Nested));
    next(TagLink::Rotating);
}

#[test]
fn an_answer_is_given_again_where_it_is_remembered() {
    let is_same_again = |remember| {
        let server = start(ConstantContact::builder().remember(remember));
        let last = || get(&server, "/v3/contacts?limit=500").json();
        let is_same = last() == last();
        let refused = || get(&server, "/v3/contacts?limit=none").status();
        assert_eq!((refused(), refused(), server.violations().len()), (400, 400, 2));
        is_same
    };
    // By itself, the way to be the last page changes from one to the next.
    assert!(!is_same_again(false));
    assert!(is_same_again(true));
}

#[test]
fn events_lead_forth_and_back() {
    let server = server();
    let first = get(&server, "/v3/events?limit=3").json();
    assert_eq!(first["total_records"], 8);
    assert_eq!(first.get("prev_cursor"), None);
    let token = first["next_cursor"].as_str().unwrap();
    let second = get(&server, &format!("/v3/events?limit=3&next={token}")).json();
    let back = second["prev_cursor"].as_str().unwrap();
    let again = get(&server, &format!("/v3/events?limit=3&prev={back}")).json();
    assert_eq!(again["records"], first["records"]);
    let third = get(&server, second["_links"]["next"]["href"].as_str().unwrap()).json();
    assert_eq!(third["records"].as_array().unwrap().len(), 2);
    assert_eq!(third.get("next_cursor"), None);
    assert_eq!(server.violations(), Vec::<String>::new());
    let both = format!("/v3/events?prev={back}&next={token}");
    assert_eq!(get(&server, &both).status(), 400);
}

#[test]
fn any_page_size_reads_the_same_rows() {
    let server = start(ConstantContact::builder().contacts(97).tracking(90));
    let id = server.truth().activity_ids().next().unwrap();
    for limit in [1, 7, 96, 97, 500] {
        let rows = read_all(&server, &format!("/v3/contacts?status=all&limit={limit}"), "contacts");
        assert_eq!(rows.len(), 97, "{limit}");
        let path = format!("/v3/reports/email_reports/{id}/tracking/sends?limit={limit}");
        assert_eq!(read_all(&server, &path, "tracking_activities").len(), 90, "{limit}");
    }
}
