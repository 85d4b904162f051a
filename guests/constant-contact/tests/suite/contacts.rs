//! Contacts: rows, child tables, segments, and reads that go on where an earlier one ended.

use crate::provider::{Answers, OAUTH, Read, STARTED_AT, Values, of, read};
use tollgate_constant_contact::ConstantContact;
use tollgate_sdk::testing::{self, Reply, settings};
use tollgate_sdk::{Connector, Failure};

const PAGES: Answers = &[
    (
        "/contacts?include=custom_fields%2Clist_memberships%2Cphone_numbers%2Cstreet_addresses\
         %2Ctaggings%2Cnotes&limit=500",
        r#"{"contacts":[{"contact_id":"c-1",
            "email_address":{"address":"ann@example.com","permission_to_send":"implicit",
                "created_at":"2026-03-03T10:53:04-05:00","updated_at":"2026-03-03T10:56:29-05:00",
                "opt_in_source":"Contact","opt_in_date":"2026-01-23T13:48:44.108Z",
                "opt_out_source":"Contact","opt_out_date":"2026-01-24T13:48:44Z",
                "opt_out_reason":"Enough.","confirm_status":"confirmed"},
            "first_name":"Ann","last_name":"Lee","job_title":"Cook","company_name":"Acme",
            "birthday_month":11,"birthday_day":24,"anniversary":"11/5/2006",
            "update_source":"Contact","create_source":"Landing Page",
            "created_at":"2026-01-23T13:48:44.108+0000","updated_at":"2026-01-23T13:48:44Z",
            "deleted_at":"2026-07-08",
            "custom_fields":[{"custom_field_id":"f-1","value":"Skiing","choice_ids":["9A63BC"]},
                {"custom_field_id":"f-2","value":"x"}],
            "phone_numbers":[{"phone_number_id":"p-1","phone_number":"+1","kind":"home",
                "created_at":"2026-03-03T10:53:04-05:00","update_source":"Account"}],
            "street_addresses":[{"street_address_id":"s-1","kind":"work","street":"1 Road",
                "city":"Rome","state":"NY","postal_code":"13440","country":"US",
                "updated_at":"2026-03-03T10:56:29Z"}],
            "list_memberships":["l-1","l-2"],"taggings":["t-1"],
            "notes":[{"note_id":"n-1","created_at":"2026-05-12T13:48:44Z","content":"Hi."}],
            "sms_channel":{"sms_address":"781","dial_code":"1"}}],
          "contacts_count":2,
          "_links":{"next":{"href":"/v3/contacts?cursor=bGlt%3D"}}}"#,
    ),
    (
        "/contacts?cursor=bGlt%3D",
        r#"{"contacts":[{"contact_id":"c-2","first_name":null,"list_memberships":["l-1"]}],
            "_links":{}}"#,
    ),
];
const INCLUDES: (&str, &[&str]) = (
    "include_subresources",
    &[
        "custom_fields",
        "list_memberships",
        "phone_numbers",
        "street_addresses",
        "taggings",
        "notes",
    ],
);

#[test]
fn every_field_of_a_contact_arrives() {
    let (table, urls) = read("contacts", &[INCLUDES], PAGES);
    let table = table.expect("contacts");
    assert_eq!(urls[1], "/contacts?cursor=bGlt%3D", "a link is followed to the letter");
    for (column, value) in [
        ("contact_id", "c-1"),
        ("email_address", "ann@example.com"),
        ("permission_to_send", "implicit"),
        ("email_created_at", "2026-03-03T15:53:04Z"),
        ("email_updated_at", "2026-03-03T15:56:29Z"),
        ("opt_in_source", "Contact"),
        ("opt_in_date", "2026-01-23T13:48:44.108000Z"),
        ("opt_out_source", "Contact"),
        ("opt_out_date", "2026-01-24T13:48:44Z"),
        ("opt_out_reason", "Enough."),
        ("confirm_status", "confirmed"),
        ("first_name", "Ann"),
        ("last_name", "Lee"),
        ("job_title", "Cook"),
        ("company_name", "Acme"),
        ("birthday_month", "11"),
        ("birthday_day", "24"),
        ("anniversary", "2006-11-05"),
        ("create_source", "Landing Page"),
        ("update_source", "Contact"),
        ("created_at", "2026-01-23T13:48:44.108000Z"),
        ("updated_at", "2026-01-23T13:48:44Z"),
        ("deleted_at", "2026-07-08T00:00:00Z"),
        ("list_memberships", r#"["l-1","l-2"]"#),
        ("taggings", r#"["t-1"]"#),
        ("sms_channel", r#"{"sms_address":"781","dial_code":"1"}"#),
    ] {
        assert_eq!(table.column(column)[0], value, "{column}");
    }
    for column in ["custom_fields", "phone_numbers", "street_addresses", "notes"] {
        assert!(table.column(column)[0].starts_with("[{"), "{column}");
        assert_eq!(table.column(column)[1], "null", "{column}");
    }
    assert_eq!(table.column("email_address")[1], "null");
}

#[test]
fn what_belongs_to_a_contact_can_be_had_as_tables() {
    let children = [
        "street_addresses",
        "phone_numbers",
        "custom_fields",
        "list_memberships",
        "taggings",
        "notes",
    ];
    let read = Read { children: &children, columns: &["first_name"], ..of("contacts") };
    let (tables, _) = read.with(PAGES);
    let (contacts, tables) = tables.expect("contacts");
    assert_eq!(contacts.columns, ["first_name"]);
    let [addresses, phones, fields, lists, tags, notes] = &tables[..] else { panic!("six tables") };
    let row = |table: &testing::Table, row: usize| {
        table.rows[row].iter().map(|cell| cell.clone().unwrap_or_default()).collect::<Vec<_>>()
    };
    let address = ["c-1", "s-1", "work", "1 Road", "Rome", "NY", "13440", "US", ""];
    assert_eq!(row(addresses, 0)[..9], address);
    assert_eq!(
        row(phones, 0),
        ["c-1", "p-1", "+1", "home", "2026-03-03T15:53:04Z", "", "", "Account"]
    );
    assert_eq!(row(fields, 0), ["c-1", "f-1", "Skiing", r#"["9A63BC"]"#]);
    assert_eq!(fields.column("custom_field_id"), ["f-1", "f-2"]);
    assert_eq!(lists.column("contact_id"), ["c-1", "c-1", "c-2"]);
    assert_eq!(lists.column("list_id"), ["l-1", "l-2", "l-1"]);
    assert_eq!(row(tags, 0), ["c-1", "t-1"]);
    assert_eq!(row(notes, 0), ["c-1", "n-1", "2026-05-12T13:48:44Z", "Hi."]);
}

#[test]
fn an_anniversary_that_is_no_day_is_an_error() {
    let answers: Answers =
        &[("/contacts", r#"{"contacts":[{"contact_id":"c","anniversary":"someday"}]}"#)];
    let (table, _) = read("contacts", &[], answers);
    let Err(Failure::UnexpectedResponse(text)) = &table else { panic!("{table:?}") };
    assert!(text.contains("anniversary: expected a date"), "{text}");
}

/// The first query of a read after a checkpoint, and the checkpoint at its end.
fn went_on(stream: &str, options: Values<'_>, checkpoint: Option<&str>) -> (String, String) {
    began(Read { options, checkpoint, ..of(stream) })
}

fn began(read: Read<'_>) -> (String, String) {
    const LAST: Answers = &[(
        "",
        r#"{"contacts":[],"campaigns":[],"results":[],"_links":{},"meta":{"pagination":{}}}"#,
    )];
    let (tables, urls) = read.with(LAST);
    let (table, _) = tables.expect(read.stream);
    let end = table.pages.last().and_then(|page| page.1.clone()).expect("a checkpoint");
    (urls[0].replace("%3A", ":"), end)
}

#[test]
fn a_later_read_asks_for_what_has_changed() {
    let (_, end) = went_on("contacts", &[], None);
    assert_eq!(end, STARTED_AT.to_string());
    let checkpoint = Some(end.as_str());
    let cases: &[(&str, Values<'_>, &str)] = &[
        // An hour before the read began, deleted contacts included.
        ("contacts", &[], "/contacts?limit=500&updated_after=2026-08-10T11:00:00Z&status=all"),
        (
            "contacts",
            &[("contact_status", &["active"]), ("overlap_minutes", &["0"])],
            "/contacts?status=active&limit=500&updated_after=2026-08-10T12:00:00Z",
        ),
        // The place where the read ended counts for more than the first read's bound.
        (
            "contacts",
            &[("updated_days_back", &["1"]), ("overlap_minutes", &["2880"])],
            "/contacts?limit=500&updated_after=2026-08-08T12:00:00Z&status=all",
        ),
        ("contacts", &[("segment_id", &["7"])], "/contacts?segment_id=7&limit=500"),
        ("emails", &[], "/emails?limit=500&after_date=2026-08-10T11:00:00Z"),
        ("v2_contacts", &[], "/contacts?status=ALL&limit=500&modified_since=2026-08-10T11:00:00Z"),
        (
            "v2_email_campaigns",
            &[],
            "/emailmarketing/campaigns?limit=50&modified_since=2026-08-10T11:00:00Z",
        ),
        ("v2_contact_lists", &[], "/lists?modified_since=2026-08-10T11:00:00Z"),
        (
            "v2_contact_tracking",
            &[("contacts", &["7"])],
            "/contacts/7/tracking?created_since=2026-08-10T11:00:00Z&limit=500",
        ),
    ];
    for (stream, options, expected) in cases {
        let (url, end) = went_on(stream, options, checkpoint);
        assert_eq!(url, *expected, "{stream}");
        assert_eq!(end, STARTED_AT.to_string());
    }
}

/// The bound, the stream, its options, and what is asked for: of the bound and an option, the later
/// counts, and a checkpoint outweighs both.
#[test]
fn a_first_read_that_is_bound_asks_for_what_has_changed_since() {
    let hours = |hours: i64| Some(STARTED_AT - hours * 3_600_000_000);
    let cases: &[(Option<i64>, &str, Values<'_>, &str)] = &[
        (hours(48), "contacts", &[], "limit=500&updated_after=2026-08-08T12:00:00Z&status=all"),
        (
            hours(48),
            "contacts",
            &[("updated_days_back", &["1"]), ("contact_status", &["active"])],
            "status=active&limit=500&updated_after=2026-08-09T00:00:00Z",
        ),
        (
            hours(12),
            "contacts",
            &[("updated_after_date", &["2026-08-09"])],
            "limit=500&updated_after=2026-08-10T00:00:00Z&status=all",
        ),
        (
            None,
            "contacts",
            &[("updated_after_date", &["2026-08-09"])],
            "limit=500&updated_after=2026-08-09T00:00:00Z",
        ),
        (hours(48), "emails", &[], "limit=500&after_date=2026-08-08T12:00:00Z"),
        (hours(48), "v2_contacts", &[], "status=ALL&limit=500&modified_since=2026-08-08T12:00:00Z"),
        (
            hours(48),
            "v2_contact_lists",
            &[("modified_since", &["2026-08-09"])],
            "modified_since=2026-08-09T00:00:00Z",
        ),
        (hours(48), "v2_email_campaigns", &[], "limit=50&modified_since=2026-08-08T12:00:00Z"),
    ];
    for (since, stream, options, expected) in cases {
        let (url, end) = began(Read { since: *since, options, ..of(stream) });
        assert_eq!(url.split_once('?').map(|(_, query)| query), Some(*expected), "{stream}");
        assert_eq!(end, STARTED_AT.to_string());
    }
    let (_, end) = went_on("emails", &[], None);
    let bound = Read { since: hours(12), checkpoint: Some(&end), ..of("emails") };
    let (url, _) = began(bound);
    assert_eq!(url, "/emails?limit=500&after_date=2026-08-10T11:00:00Z");
}

#[test]
fn every_stream_with_a_cursor_goes_on_and_no_other() {
    let streams = tollgate_sdk::connector::describe::<ConstantContact>().streams;
    let names = streams.iter().filter(|stream| stream.cursor.is_some());
    let names: Vec<_> = names.map(|stream| stream.name.as_str()).collect();
    let expected = [
        "contacts",
        "emails",
        "v2_contacts",
        "v2_email_campaigns",
        "v2_contact_lists",
        "v2_contact_tracking",
    ];
    assert_eq!(names, expected);
}

#[test]
fn a_segment_that_is_being_worked_out_is_waited_for() {
    let mut asked = 0;
    let (http, requests) = testing::http(move |_| {
        asked += 1;
        match asked {
            1..=3 => Reply::status(202, r#"{"contacts":[],"status":"processing"}"#),
            _ => Reply::ok(r#"{"contacts":[{"contact_id":"c"}],"status":"done"}"#),
        }
    });
    let mut request = testing::request(&http, "contacts");
    request.settings = settings(OAUTH);
    request.options = settings(&[("segment_id", &["7"])]);
    let scan = ConstantContact::open(&request).expect("a scan");
    assert_eq!(testing::read(scan).expect("rows").column("contact_id"), ["c"]);
    let requests = requests.borrow();
    assert_eq!(requests.len(), 4);
    assert!(requests.iter().all(|one| one.url.ends_with("?segment_id=7&limit=500")));
}

#[test]
fn a_link_to_another_origin_is_refused() {
    let answers: Answers = &[(
        "/contacts",
        r#"{"contacts":[{"contact_id":"c"}],
            "_links":{"next":{"href":"https://evil.example/v3/contacts?cursor=x"}}}"#,
    )];
    let (table, urls) = read("contacts", &[], answers);
    let Err(Failure::UnexpectedResponse(text)) = &table else { panic!("{table:?}") };
    assert!(text.contains("its next page is elsewhere"), "{text}");
    assert!(urls.iter().all(|url| url.starts_with("/contacts")));
}
