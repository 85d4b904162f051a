//! Which contacts, lists and campaigns a query selects.

use serde_json::Value;
use tollgate_simulators::ConstantContact;
use tollgate_simulators::constant_contact::{Bounds, Contact};

use super::{Server, get, places, read_all, server, start};

/// The places of the contacts that a filter selects.
fn selected(server: &Server, filter: &str) -> Vec<u64> {
    places(&read_all(server, &format!("/v3/contacts?limit=30&{filter}"), "contacts"))
}

/// The places of the contacts of which something is true.
fn expected(server: &Server, admits: impl Fn(&Contact) -> bool) -> Vec<u64> {
    let contacts = server.truth().contacts().zip(0..);
    contacts.filter(|(contact, _)| admits(contact)).map(|(_, place)| place).collect()
}

fn permission(contact: &Contact) -> &str {
    contact.email_address.as_ref().map_or("not_set", |it| &it.permission_to_send)
}

#[test]
fn statuses_select_by_permission_and_deletion() {
    let server = start(ConstantContact::builder().contacts(300));
    let all = expected(&server, |_| true);
    assert_eq!(selected(&server, "status=all"), all);
    assert_eq!(selected(&server, ""), expected(&server, |it| it.deleted_at.is_none()));
    assert_eq!(
        selected(&server, "status=deleted"),
        expected(&server, |it| it.deleted_at.is_some())
    );
    for status in ["not_set", "pending_confirmation", "temp_hold", "unsubscribed"] {
        let found = selected(&server, &format!("status={status}"));
        let wanted = |it: &Contact| it.deleted_at.is_none() && permission(it) == status;
        assert_eq!(found, expected(&server, wanted), "{status}");
        assert!(!found.is_empty(), "{status}");
    }
    let two = selected(&server, "status=deleted,active");
    assert!(two.len() > selected(&server, "status=active").len());
    assert_eq!(server.violations(), Vec::<String>::new());
}

#[test]
fn moments_bound_the_selection_on_both_sides() {
    for bounds in [Bounds::Inclusive, Bounds::Exclusive] {
        let server = start(ConstantContact::builder().bounds(bounds));
        let updated = server.truth().contacts().nth(50).unwrap().updated_at;
        let is_bound = bounds == Bounds::Inclusive;
        let after = selected(&server, &format!("status=all&updated_after={updated}"));
        let wanted = |it: &Contact| it.updated_at > updated || is_bound && it.updated_at == updated;
        assert_eq!(after, expected(&server, wanted), "{bounds:?}");
        assert_eq!(after.contains(&50), is_bound);
        let before = selected(&server, &format!("status=all&created_before={updated}"));
        assert_eq!(before, expected(&server, |it| it.created_at <= updated), "{bounds:?}");
        let out = selected(&server, "status=all&optout_after=2019-01-01");
        let wanted = |it: &Contact| permission(it) == "unsubscribed";
        assert_eq!(out, expected(&server, wanted));
    }
}

#[test]
fn lists_tags_addresses_and_channels_select() {
    let server = server();
    let id = |contact: &Contact| contact.list_memberships.first().cloned();
    let list = server.truth().contacts().find_map(|it| id(&it)).unwrap();
    let wanted = |it: &Contact| it.list_memberships.contains(&list);
    assert_eq!(selected(&server, &format!("lists={list}")), expected(&server, wanted));
    let tag = server.truth().contacts().find_map(|it| it.taggings.first().cloned()).unwrap();
    let wanted = |it: &Contact| it.taggings.contains(&tag) && it.deleted_at.is_none();
    assert_eq!(selected(&server, &format!("tags={tag}")), expected(&server, wanted));
    assert_eq!(selected(&server, "email=contact7@example.com"), [7]);
    let none = selected(&server, "status=all&sms_status=not_set");
    assert_eq!(none, expected(&server, |it| it.sms_channel.is_none()));
}

#[test]
fn only_what_is_named_is_included() {
    let server = server();
    let one = get(&server, "/v3/contacts?include=notes,taggings&limit=1").json();
    let names: Vec<_> = one["contacts"][0].as_object().unwrap().keys().cloned().collect();
    assert!(names.contains(&"notes".to_owned()) && names.contains(&"taggings".to_owned()));
    assert!(!names.contains(&"list_memberships".to_owned()));
    let id = one["contacts"][0]["contact_id"].as_str().unwrap();
    let alone = get(&server, &format!("/v3/contacts/{id}")).json();
    assert_eq!(alone.get("notes"), None);
    let count = get(&server, "/v3/contacts?status=all&include_count=true&limit=1").json();
    assert_eq!(count["contacts_count"], 100);
}

#[test]
fn segment_is_not_ready_at_once() {
    let server = start(ConstantContact::builder().segment_pending(2));
    let path = "/v3/contacts?segment_id=12&limit=10";
    for _ in 0..2 {
        let answer = get(&server, path);
        assert_eq!(answer.status(), 202);
        assert_eq!(answer.json()["status"], "processing");
    }
    let rows = read_all(&server, path, "contacts");
    assert!(!rows.is_empty());
    assert!(places(&rows).iter().all(|place| place % 3 == 1));
    assert_eq!(server.violations(), Vec::<String>::new());
}

#[test]
fn campaigns_come_latest_first_and_after_a_date() {
    let server = server();
    let updated = |rows: &[Value]| {
        rows.iter().map(|row| row["updated_at"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let all = updated(&read_all(&server, "/v3/emails?limit=5", "campaigns"));
    assert!(all.is_sorted_by(|left, right| left >= right));
    let path = format!("/v3/emails?after_date={}", all[3]);
    assert_eq!(updated(&read_all(&server, &path, "campaigns")), all[..4]);
}

#[test]
fn details_of_a_contact_need_exactly_one_kind_of_type() {
    let server = server();
    let id = server.truth().contacts().next().unwrap().contact_id;
    let path = format!("/v3/reports/contact_reports/{id}/activity_details");
    let list = read_all(
        &server,
        &format!("{path}?tracking_activities_list=em_sends,em_opens"),
        "tracking_activities",
    );
    let repeated = "tracking_activity_type=em_sends&tracking_activity_type=em_opens";
    let again = read_all(&server, &format!("{path}?{repeated}&limit=1"), "tracking_activities");
    assert_eq!(list, again);
    assert_eq!(server.violations(), Vec::<String>::new());
    assert_eq!(get(&server, &path).status(), 400);
    let both = format!("{path}?tracking_activities_list=em_sends&{repeated}");
    assert_eq!(get(&server, &both).status(), 400);
}
