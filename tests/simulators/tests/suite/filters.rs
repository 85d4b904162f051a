//! What a query selects.

use serde_json::Value;
use tollgate_simulators::icontact::{Contact, StatusFilter};
use tollgate_simulators::row::Row;
use tollgate_simulators::{IContact, Simulator};

use crate::client::{get, read_all};

fn server() -> Simulator<IContact> {
    IContact::builder().seed(11).contacts(400).start_blocking().unwrap()
}

fn emails(server: &Simulator<IContact>, query: &str) -> Vec<Value> {
    let rows = read_all(server, &format!("/contacts?{query}"), 150);
    rows.into_iter().map(|row| row["email"].clone()).collect()
}

fn expected(server: &Simulator<IContact>, is_meant: impl Fn(&Contact) -> bool) -> Vec<Value> {
    let contacts = server.truth().contacts().filter(is_meant);
    contacts.map(|contact| contact.email.into()).collect()
}

#[test]
fn status_selects_the_population() {
    let server = server();
    let truth = server.truth();
    let listed: Vec<Value> = truth.listed_contacts().map(|it| it.email.into()).collect();
    let unlisted: Vec<Value> = truth.unlisted_contacts().map(|it| it.email.into()).collect();
    assert_eq!(emails(&server, ""), listed);
    assert_eq!(listed, expected(&server, |it| !it.list_ids.is_empty()));
    assert_eq!(emails(&server, "status=unlisted"), unlisted);
    assert_eq!(emails(&server, "status=total").len(), 400);
    assert!(!listed.is_empty() && !unlisted.is_empty());
    let bounced = expected(&server, |it| it.status == "bounced");
    assert!(!bounced.is_empty());
    assert_eq!(emails(&server, "status=bounced"), bounced);
    let two = expected(&server, |it| ["bounced", "pending"].contains(&it.status));
    assert_eq!(emails(&server, "status=pending,bounced"), two);
    assert_eq!(server.violations(), Vec::<String>::new());
}

#[test]
fn status_value_can_be_ignored() {
    let builder = IContact::builder().status_filter(StatusFilter::Ignored);
    let server = builder.start_blocking().unwrap();
    assert_eq!(emails(&server, "status=bounced"), emails(&server, ""));
}

#[test]
fn fields_lists_and_stars_filter() {
    let server = server();
    let list = server.truth().lists().nth(2).unwrap().list_id;
    let on_list = expected(&server, |it| it.list_ids.contains(&list));
    assert!(!on_list.is_empty());
    assert_eq!(emails(&server, &format!("listId={list}")), on_list);
    let boston = expected(&server, |it| it.city.as_deref() == Some("Boston"));
    assert_eq!(emails(&server, "status=total&city=Boston"), boston);
    let some = expected(&server, |it| it.email.starts_with("contact39"));
    assert_eq!(emails(&server, "status=total&email=contact39*"), some);
    let both = emails(&server, "status=total&city=Boston&email=contact*1@*");
    let wanted = expected(&server, |it| {
        it.city.as_deref() == Some("Boston") && it.email.ends_with("1@example.com")
    });
    assert_eq!(both, wanted);
    assert_eq!(server.violations(), Vec::<String>::new());
}

#[test]
fn creation_dates_are_searched_by_range() {
    let server = server();
    let at = |text: &str| text.parse::<jiff::Timestamp>().unwrap();
    let (start, end) = (at("2025-03-09T05:00:00Z"), at("2025-03-10T04:00:00Z"));
    let day = "2025-03-09";
    type Meant<'a> = Box<dyn Fn(&Contact) -> bool + 'a>;
    let cases: [(String, Meant<'_>); 7] = [
        (
            format!("createDate={day}"),
            Box::new(|it| it.create_date >= start && it.create_date < end),
        ),
        (
            format!("createDate={day}&createDateSearchType=gte"),
            Box::new(|it| it.create_date >= start),
        ),
        (format!("createDateSearchType=gt&createDate={day}"), Box::new(|it| it.create_date >= end)),
        (
            format!("createDate={day}&createDateSearchType=lt"),
            Box::new(|it| it.create_date < start),
        ),
        (format!("createDate={day}&createDateSearchType=lte"), Box::new(|it| it.create_date < end)),
        (
            format!("createDate={day},{day}&createDateSearchType=bet"),
            Box::new(|it| it.create_date >= start && it.create_date < end),
        ),
        (
            "createDate=2025-03-09T01:59:59-05:00".to_owned(),
            Box::new(|it| it.create_date == at("2025-03-09T06:59:59Z")),
        ),
    ];
    for (query, is_meant) in cases {
        let wanted = expected(&server, is_meant);
        assert!(!wanted.is_empty(), "{query}");
        assert_eq!(emails(&server, &format!("status=total&{query}")), wanted, "{query}");
    }
    assert_eq!(server.violations(), Vec::<String>::new());
}

#[test]
fn empty_value_selects_nothing() {
    let server = server();
    for query in ["listId=", "status=", "status=total&city="] {
        let page = get(&server, &format!("/contacts?{query}")).json();
        assert_eq!((&page["contacts"], &page["total"]), (&Value::Null, &0.into()), "{query}");
    }
    assert_eq!(server.violations().len(), 3);
}

#[test]
fn order_is_as_asked() {
    let server = server();
    let mut wanted: Vec<_> = server.truth().contacts().collect();
    wanted.sort_by_key(|it| std::cmp::Reverse(it.last_name.clone().unwrap_or_default()));
    wanted.sort_by_key(|it| it.city.clone().unwrap_or_default());
    let wanted: Vec<Value> = wanted.into_iter().map(|it| it.email.into()).collect();
    let found = emails(&server, "status=total&orderby=city,lastName:desc");
    assert_eq!(found, wanted);
}

#[test]
fn messages_and_subscriptions_have_filters_of_their_own() {
    let server = server();
    let truth = server.truth();
    let campaign = truth.campaigns().nth(1).unwrap().campaign_id;
    let subscription = truth.subscriptions().nth(9).unwrap();
    let queries = [
        ("messages", format!("campaignId={campaign}"), "campaignId", campaign.to_string()),
        (
            "messages",
            "messageType=confirmation".to_owned(),
            "messageType",
            "confirmation".to_owned(),
        ),
        ("subscriptions", "status=unsubscribed".to_owned(), "status", "unsubscribed".to_owned()),
        (
            "subscriptions",
            format!("contactId={}", subscription.contact_id),
            "contactId",
            subscription.contact_id.to_string(),
        ),
        (
            "subscriptions",
            format!("listId={}", subscription.list_id),
            "listId",
            subscription.list_id.to_string(),
        ),
    ];
    for (resource, query, field, value) in queries {
        let wanted = truth.plain(resource).filter(|row| text(&row[field]) == value).count();
        let rows = read_all(&server, &format!("/{resource}?{query}"), 50);
        assert!(wanted > 0, "{query}");
        assert_eq!(rows.len(), wanted, "{query}");
        assert!(rows.iter().all(|row| text(&row[field]) == value), "{query}");
    }
    assert_eq!(server.violations(), Vec::<String>::new());
    get(&server, "/subscriptions?addDate=2026-01-01");
    assert_eq!(server.violations().len(), 1, "a range nobody documented is a parameter unknown");
    assert!(subscription.value("addDate").is_some());
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
