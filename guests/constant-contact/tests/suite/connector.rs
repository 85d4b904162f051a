//! The calls beside reading: describe, check, choices, partitions.

use crate::provider::{Answers, LEGACY, OAUTH, Read, Values, of, read};
use tollgate_constant_contact::ConstantContact;
use tollgate_sdk::testing::{self, Reply, Requests, settings};
use tollgate_sdk::{Connector, Failure, ScanRequest};

fn check(account: Values<'_>, reply: Reply) -> (Result<String, Failure>, Requests) {
    let (http, requests) = testing::http(move |_| reply.clone());
    (ConstantContact::check(&settings(account), &http), requests)
}

fn request(stream: &str, account: Values<'_>, body: &'static str) -> (ScanRequest, Requests) {
    let (http, requests) = testing::http(move |_| Reply::ok(body));
    let mut request = testing::request(&http, stream);
    request.settings = settings(account);
    (request, requests)
}

#[test]
fn a_check_says_who_it_is_with_one_request() {
    let summary = r#"{"encoded_account_id":"p07","first_name":"Lola","last_name":"Zang",
        "contact_email":"lola@example.com","organization_name":"InstaPrinz"}"#;
    let info = r#"{"first_name":"Mary","last_name":"Doe","email":"mary@example.com",
        "organization_name":"My Company"}"#;
    for (account, body, url, who) in [
        (
            OAUTH,
            summary,
            "https://api.cc.email/v3/account/summary",
            "Lola Zang <lola@example.com>, InstaPrinz, p07",
        ),
        (
            LEGACY,
            info,
            "https://api.constantcontact.com/v2/account/info",
            "Mary Doe <mary@example.com>, My Company",
        ),
    ] {
        let (said, requests) = check(account, Reply::ok(body));
        assert_eq!(said.as_deref(), Ok(who));
        let requests = requests.borrow();
        assert_eq!(requests.iter().map(|one| one.url.as_str()).collect::<Vec<_>>(), [url]);
        let accept = ("Accept".to_owned(), "application/json".to_owned());
        assert!(requests[0].headers.contains(&accept));
    }
}

#[test]
fn a_check_says_why_it_fails() {
    let unauthorized = r#"{"error_key":"unauthorized","error_message":"Unauthorized"}"#;
    let invalid = r#"[{"error_key":"http.status.authentication.invalid_token",
        "error_message":"The access token provided is invalid"}]"#;
    let (said, _) = check(OAUTH, Reply::status(401, unauthorized));
    assert_eq!(said, Err(Failure::Unauthorized("Unauthorized (unauthorized)".to_owned())));
    let (said, _) = check(LEGACY, Reply::status(401, invalid));
    assert!(matches!(said, Err(Failure::Unauthorized(_))), "{said:?}");
}

#[test]
fn a_stream_of_the_other_api_says_which_account_it_needs() {
    for (stream, account, wanted) in [
        ("v2_contacts", OAUTH, "`legacy`"),
        ("v2_my_library_files", OAUTH, "`legacy`"),
        ("contacts", LEGACY, "`oauth`"),
        ("events", LEGACY, "`oauth`"),
    ] {
        let (wanted_request, requests) = request(stream, account, "{}");
        let failure = ConstantContact::open(&wanted_request).err();
        let Some(Failure::InvalidConfig(config)) = failure else { panic!("{failure:?}") };
        assert!(config.reason.contains(stream), "{}", config.reason);
        assert!(config.reason.ends_with(&format!("auth method is {wanted}")), "{}", config.reason);
        assert!(requests.borrow().is_empty());
    }
}

#[test]
fn every_stream_opens_over_its_own_api_only() {
    for stream in tollgate_sdk::connector::describe::<ConstantContact>().streams {
        let (own, other, origin) = match stream.name.starts_with("v2_") {
            true => (LEGACY, OAUTH, "https://api.constantcontact.com/v2/"),
            false => (OAUTH, LEGACY, "https://api.cc.email/v3/"),
        };
        let refused = ConstantContact::open(&request(&stream.name, other, "{}").0).err();
        assert!(matches!(refused, Some(Failure::InvalidConfig(_))), "{}", stream.name);
        let (wanted, requests) = request(&stream.name, own, "<html>");
        // Some streams ask for what they are about when they are opened, others later.
        let read = ConstantContact::open(&wanted).and_then(testing::read);
        assert!(matches!(read, Err(Failure::UnexpectedResponse(_))), "{}", stream.name);
        let requests = requests.borrow();
        assert!(requests.iter().all(|one| one.url.starts_with(origin)), "{}", stream.name);
        assert!(!requests.is_empty(), "{}", stream.name);
    }
}

#[test]
fn menus_come_from_the_account() {
    const CONTACTS: &str = r#"{"contacts":[
        {"contact_id":"a","email_address":{"address":"a@example.com"},"first_name":"A",
         "last_name":"B"},
        {"contact_id":"b","email_address":{"address":"b@example.com"}},
        {"contact_id":"c","first_name":"C"},{"contact_id":"d"}],
        "_links":{"next":{"href":"/v3/contacts?cursor=x"}}}"#;
    const LISTS: &str = r#"{"lists":[{"list_id":"l","name":"News"},{"list_id":"m"}]}"#;
    for (stream, field, body, menu) in [
        (
            "contact_action_summary",
            "contacts",
            CONTACTS,
            "a a@example.com A B,b b@example.com,c C,d d",
        ),
        ("contacts", "lists", LISTS, "l News,m m"),
        ("contacts", "tags", r#"{"tags":[{"tag_id":"t","name":"Gold"}]}"#, "t Gold"),
        ("contacts", "segment_id", r#"{"segments":[{"segment_id":14,"name":"S"}]}"#, "14 S"),
        (
            "email_opens",
            "campaigns",
            r#"{"campaigns":[{"campaign_id":"x","name":"May"}]}"#,
            "x May",
        ),
    ] {
        let (wanted, requests) = request(stream, OAUTH, body);
        let choices = ConstantContact::choices(&wanted, field).expect(field).into_iter();
        let shown: Vec<_> = choices.map(|one| format!("{} {}", one.value, one.title)).collect();
        assert_eq!(shown.join(","), menu);
        assert_eq!(requests.borrow().len(), 1, "a menu is one page");
    }
    let tracking = request("v2_contact_tracking", LEGACY, r#"{"results":[{"id":7}]}"#).0;
    assert_eq!(ConstantContact::choices(&tracking, "contacts").expect("a menu")[0].value, "7");
    let failure = ConstantContact::choices(&request("contacts", OAUTH, "{}").0, "email").err();
    assert!(matches!(failure, Some(Failure::InvalidConfig(_))), "{failure:?}");
}

fn parts_of(ids: impl Iterator<Item = usize>) -> Vec<tollgate_sdk::Partition> {
    let (mut wanted, _) = request("contact_action_summary", OAUTH, "{}");
    let ids: Vec<String> = ids.map(|id| format!("contact-{id}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    wanted.options = settings(&[("contacts", &ids)]);
    ConstantContact::partitions(&wanted).expect("parts")
}

#[test]
fn the_parts_together_are_the_whole_and_none_overlaps() {
    for count in [1, 9, 10, 11, 500] {
        let parts = parts_of((0..count).chain(0..count / 2));
        let mut ids: Vec<_> = parts.iter().flat_map(|part| part.state.split(',')).collect();
        ids.sort_unstable();
        let all = ids.len();
        ids.dedup();
        assert_eq!((ids.len(), all), (count, count));
        for part in &parts {
            assert!(part.state.len() <= 2_000 && part.title.len() <= 200, "{}", part.title);
        }
    }
}

#[test]
fn a_contact_that_comes_changes_one_part() {
    let (before, after) = (parts_of(1..301), parts_of(0..301));
    let is_new = |part: &&tollgate_sdk::Partition| before.iter().all(|one| one.id != part.id);
    assert_eq!(after.iter().filter(is_new).count(), 1);
}

#[test]
fn a_part_is_read_without_asking_for_the_contacts() {
    let part = parts_of(0..1).remove(0);
    let read = Read { partition: Some(part), ..of("contact_action_summary") };
    let (table, urls) = read.with(&[("", r#"{"contact_id":"x","campaign_activities":[]}"#)]);
    assert_eq!(table.expect("a table").0.rows.len(), 0);
    assert_eq!(urls.len(), 1);
    assert!(urls[0].starts_with("/reports/contact_reports/contact-0/activity_summary?"));
}

#[test]
fn the_state_of_another_connector_is_refused() {
    let mut part = parts_of(0..1).remove(0);
    for state in ["", "a,,b", "a b", "../x", "a/b", "é", &"x".repeat(65)] {
        part.state = state.to_owned();
        let read = Read { partition: Some(part.clone()), ..of("contact_action_summary") };
        let (failure, urls) = read.with(&[]);
        assert!(matches!(failure, Err(Failure::Internal(_))), "{state:?}");
        assert!(urls.is_empty());
    }
}

#[test]
fn ids_that_are_none_never_get_into_a_path() {
    let (failure, urls) = read("contact_activity_details", &[("contacts", &["../x"])], &[]);
    assert!(matches!(failure, Err(Failure::InvalidConfig(_))), "{failure:?}");
    assert!(urls.is_empty());
    let listed: Answers = &[("/contacts", r#"{"contacts":[{"contact_id":"../x"}]}"#)];
    let (failure, _) = read("contact_activity_details", &[], listed);
    assert!(matches!(failure, Err(Failure::UnexpectedResponse(_))), "{failure:?}");
}

#[test]
fn the_description_keeps_the_rules_of_the_interface() {
    let descriptor = tollgate_sdk::connector::describe::<ConstantContact>();
    assert_eq!(descriptor.streams.len(), 37);
    let is_name = |name: &str| {
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.len() <= 64
            && name.chars().all(allowed)
    };
    for stream in &descriptor.streams {
        assert!(is_name(&stream.name) && !stream.description.is_empty(), "{}", stream.name);
        for column in &stream.columns {
            assert!(is_name(&column.name), "{}", column.name);
            assert!(!column.description.is_empty(), "{}.{}", stream.name, column.name);
        }
        for key in stream.primary_key.iter().chain(&stream.cursor) {
            assert!(stream.columns.iter().any(|column| column.name == *key), "{key}");
        }
        for child in &stream.children {
            let mut names: Vec<_> = child.columns.iter().map(|column| &column.name).collect();
            assert_eq!(*names[0], stream.primary_key[0], "{}", child.name);
            names.sort_unstable();
            let all = names.len();
            names.dedup();
            assert_eq!(names.len(), all, "{} has a column twice", child.name);
        }
        for write in &stream.writes {
            assert!(!write.description.is_empty() && write.rows_per_call == 1);
            for column in &write.columns {
                let name = &column.name;
                assert!(is_name(name) && !column.description.is_empty(), "{name}");
                assert!(write.columns.iter().filter(|one| one.name == *name).count() == 1);
            }
        }
        for (at, option) in stream.options.iter().enumerate() {
            assert!(is_name(&option.name) && !option.description.is_empty(), "{}", option.name);
            for condition in &option.shown_when {
                let before = &stream.options[..at];
                assert!(before.iter().any(|one| one.name == condition.field), "{}", option.name);
            }
        }
    }
}
