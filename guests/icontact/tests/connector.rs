//! The calls beside reading: describe, check, discover, choices, partitions.

use tollgate_icontact::Icontact;
use tollgate_sdk::testing::{self, Reply, Requests, settings};
use tollgate_sdk::{Connector, Failure, ScanRequest, Settings};

const ACCOUNTS: &str = r#"{"accounts":[
    {"accountId":"111111","email":"owner@example.com","enabled":"1","firstName":"Owner",
     "lastName":"Example"},
    {"accountId":222,"email":"x@example.com","enabled":0,"companyName":"Closed"}],
    "total":2,"limit":20,"offset":0}"#;
const FOLDERS: &str = r#"{"clientfolders":[{"clientFolderId":"222222","logoId":null}],"total":1}"#;
const CUSTOM_FIELDS: &str = r#"{"customfields":[
    {"customFieldId":"shoe","privateName":"shoe","publicName":"Shoe size"}],"total":1}"#;
const MESSAGES: &str = r#"{"messages":[
    {"messageId":"666667","subject":"Other"},
    {"messageId":666666,"messageName":"First","subject":"Test"}],"total":2}"#;

/// A request to iContact as these answers make it, for an account of which nothing is known yet.
fn request(stream: &str) -> (ScanRequest, Requests) {
    let (http, requests) = testing::http(|request| {
        let path = request.url.split('?').next().unwrap_or_default();
        let path = path.strip_prefix("https://app.icontact.com/icp/a/").expect("below the API");
        Reply::ok(match path.strip_prefix("111111/c/222222/").unwrap_or(path) {
            "" => ACCOUNTS,
            "111111/c/" => FOLDERS,
            "customfields" => CUSTOM_FIELDS,
            "messages" => MESSAGES,
            "lists" => r#"{"lists":[{"listId":"4","name":"First"},{"listId":5}],"total":2}"#,
            "campaigns" => r#"{"campaigns":[{"campaignId":7,"name":"C"}],"total":1}"#,
            "messages/666666/opens" | "messages/666667/opens" => r#"{"opens":null,"total":0}"#,
            other => panic!("{other}"),
        })
    });
    (testing::request(&http, stream), requests)
}

fn check(chosen: &[(&str, &[&str])]) -> Result<String, Failure> {
    Icontact::check(&settings(chosen), &request("").0.http)
}

#[test]
fn a_check_says_who_it_is() {
    let expected = "Owner Example <owner@example.com>, account 111111, folder 222222";
    assert_eq!(check(&[]).as_deref(), Ok(expected));
    let chosen: &[(&str, &[&str])] =
        &[("account_id", &["111111"]), ("client_folder_id", &["222222"])];
    assert_eq!(check(chosen).as_deref(), Ok(expected));
}

#[test]
fn a_check_names_what_could_have_been_set() {
    for (field, value, part) in [
        ("account_id", "9", "set one of 111111 (Owner Example <owner@example.com>), 222 (Closed"),
        ("client_folder_id", "9", "set one of 222222"),
        ("account_id", "1/c/2", "is a number"),
        ("account_id", "-1", "is a number"),
    ] {
        let failure = check(&[(field, &[value])]).expect_err(part);
        let Failure::InvalidConfig(config) = &failure else { panic!("{failure:?}") };
        assert_eq!(config.field, field);
        assert!(config.reason.contains(part), "{}", config.reason);
    }
}

#[test]
fn every_request_carries_what_icontact_wants() {
    let (mut wanted, requests) = request("lists");
    wanted.settings = settings(&[("api_version", &["2.1"])]);
    testing::read(Icontact::open(&wanted).expect("a scan")).expect("it is read");
    let requests = requests.borrow();
    assert_eq!(requests.len(), 3);
    for request in requests.iter() {
        for (name, value) in [
            ("API-Version", "2.1"),
            ("Accept", "application/json"),
            ("Content-Type", "application/json"),
        ] {
            assert!(request.headers.contains(&(name.to_owned(), value.to_owned())), "{name}");
        }
    }
}

#[test]
fn a_status_that_says_no_is_not_asked_for_again() {
    for (status, body, expected) in [
        (
            401,
            r#"{"errors":["Api username invalid"]}"#,
            Failure::Unauthorized("Api username invalid".to_owned()),
        ),
        (402, "{}", Failure::Forbidden("the account is unpaid".to_owned())),
        (429, "{}", Failure::RateLimited(None)),
        (503, "busy", Failure::Unavailable("status 503: busy".to_owned())),
        (507, "{}", Failure::Forbidden("the account's storage quota is used up".to_owned())),
    ] {
        let (http, requests) = testing::http(move |_| Reply::status(status, body));
        assert_eq!(Icontact::check(&Settings::default(), &http), Err(expected));
        assert_eq!(requests.borrow().len(), 1);
    }
}

#[test]
fn discover_adds_the_custom_fields_of_contacts() {
    let columns = Icontact::discover(&request("contacts").0).expect("columns");
    let last = columns.last().expect("some columns");
    assert_eq!((last.name.as_str(), last.nullable), ("shoe", true));
    assert!(last.description.contains("Shoe size"));
    let (campaigns, requests) = request("campaigns");
    assert_eq!(Icontact::discover(&campaigns).expect("columns").len(), 15);
    assert!(requests.borrow().is_empty());
}

#[test]
fn contacts_without_custom_columns_need_not_ask_for_them() {
    let (mut contacts, requests) = request("contacts");
    contacts.columns = vec!["email".to_owned()];
    assert!(Icontact::open(&contacts).is_ok());
    assert_eq!(requests.borrow().len(), 2);
}

#[test]
fn menus_come_from_the_account() {
    let menu = |stream: &str, field: &str| {
        let choices = Icontact::choices(&request(stream).0, field).expect("a menu").into_iter();
        choices.map(|choice| format!("{} {}", choice.value, choice.title)).collect::<Vec<_>>()
    };
    assert_eq!(menu("contacts", "list"), ["4 First", "5 5"]);
    assert_eq!(menu("messages", "campaign"), ["7 C"]);
    assert_eq!(menu("track_message_opens", "messages"), ["666667 Other", "666666 First"]);
    let failure = Icontact::choices(&request("contacts").0, "status").err();
    assert!(matches!(failure, Some(Failure::InvalidConfig(_))), "{failure:?}");
}

#[test]
fn a_part_is_read_without_asking_for_the_account() {
    let (mut opens, requests) = request("track_message_opens");
    let parts = Icontact::partitions(&opens).expect("parts");
    assert_eq!(parts.len(), 1);
    assert_eq!(parts[0].title, "2 messages 666666 to 666667");
    assert_eq!(parts[0].state, "111111 222222 666666,666667");
    requests.borrow_mut().clear();
    opens.partition = Some(parts[0].clone());
    testing::read(Icontact::open(&opens).expect("a scan")).expect("it is read");
    assert_eq!(requests.borrow().len(), 2);
}

#[test]
fn many_messages_make_several_parts_whose_ids_follow_from_them() {
    let parts = |last: i64| {
        let (mut opens, _) = request("track_message_opens");
        let ids: Vec<String> = (1..=last).rev().map(|id| id.to_string()).collect();
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        opens.options = settings(&[("messages", &ids)]);
        Icontact::partitions(&opens).expect("parts")
    };
    let (some, more) = (parts(120), parts(121));
    assert_eq!(some.len(), 3);
    assert_eq!(some[0].title, "50 messages 1 to 50");
    assert_eq!((&some[0].id, &some[1].id), (&more[0].id, &more[1].id));
    assert_ne!(some[2].id, more[2].id);
}

#[test]
fn the_state_of_another_connector_is_refused() {
    let (mut opens, _) = request("track_message_opens");
    let mut part = Icontact::partitions(&opens).expect("parts").remove(0);
    for state in ["", "1", "1 2", "1 2 x", "x 2 3", "1 2 3,,4"] {
        part.state = state.to_owned();
        opens.partition = Some(part.clone());
        let failure = Icontact::open(&opens).err();
        assert!(matches!(failure, Some(Failure::Internal(_))), "{state:?}");
    }
}

#[test]
fn the_description_keeps_the_rules_of_the_interface() {
    let descriptor = tollgate_sdk::connector::describe::<Icontact>();
    assert_eq!(descriptor.streams.len(), 16);
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
        for option in &stream.options {
            assert!(is_name(&option.name) && !option.description.is_empty(), "{}", option.name);
        }
    }
}
