//! Pages, and reads that go on where an earlier one ended.

use tollgate_sdk::testing::{Reply, Table};
use tollgate_sdk::{Connector, Failure};

use crate::provider::{Read, STARTED_AT, Values, of};

/// The rows from `skip` on, `top` at most, of a list of so many teams.
fn teams(url: &str, total: usize) -> Reply {
    let number = |name: &str| {
        let pair = url.split(['?', '&']).find_map(|pair| pair.strip_prefix(name));
        pair.and_then(|value| value.parse::<usize>().ok()).expect("a number")
    };
    let rows = (0..total).skip(number("skip=")).take(number("top="));
    let rows: Vec<_> = rows.map(|id| format!("{{\"teamId\":{id}}}")).collect();
    Reply::ok(format!("{{\"totalRecords\":{total},\"teams\":[{}]}}", rows.join(",")))
}

fn ids(table: &Table, column: &str) -> String {
    table.column(column).join(" ")
}

#[test]
fn a_list_is_read_to_its_total() {
    let read = Read { options: &[("page_size", "2")], ..of("teams") };
    let (table, urls) = read.with(|url| teams(url, 5));
    assert_eq!(ids(&table.expect("five rows"), "team_id"), "0 1 2 3 4");
    let pages = ["skip=0", "skip=2", "skip=4"];
    assert_eq!(urls, pages.map(|skip| format!("teams?orderBy=teamId%20asc&top=2&{skip}")));
}

#[test]
fn a_list_without_total_ends_with_an_answer_without_content() {
    let read = Read { options: &[("page_size", "2")], ..of("teams") };
    let (table, urls) = read.with(|url| match url.contains("skip=0") {
        true => Reply::ok(r#"{"teams":[{"TeamId":"1"},{"TeamId":"2"}]}"#),
        false => Reply::status(204, ""),
    });
    assert_eq!(ids(&table.expect("two rows"), "team_id"), "1 2");
    assert_eq!(urls.len(), 2);
}

#[test]
fn an_answer_without_content_before_the_total_is_no_end() {
    let read = Read { options: &[("page_size", "2")], ..of("teams") };
    let (table, _) = read.with(|url| match url.contains("skip=0") {
        true => teams(url, 5),
        false => Reply::status(204, ""),
    });
    assert!(matches!(table, Err(Failure::UnexpectedResponse(_))), "{table:?}");
}

#[test]
fn a_list_that_takes_no_notice_of_skip_is_an_error() {
    let read = Read { options: &[("page_size", "2")], ..of("teams") };
    let (table, _) = read.with(|_| Reply::ok(r#"{"teams":[{"teamId":1},{"teamId":2}]}"#));
    assert!(matches!(table, Err(Failure::UnexpectedResponse(_))), "{table:?}");
}

#[test]
fn the_pages_of_one_slice_come_before_those_of_the_next() {
    let options: Values<'_> =
        &[("date", "offset"), ("date_offset", "2"), ("slice_days", "1"), ("page_size", "1")];
    let read = Read { options, ..of("contacts") };
    let (table, urls) = read.with(|url| {
        let day = if url.contains("startDate=2026-08-09") { "09" } else { "10" };
        let id = format!("{day}{}", u8::from(url.contains("skip=1")));
        let start = format!("2026-08-{day}T01:00:00Z");
        let row = format!(r#"{{"contactId":"{id}","contactStartDate":"{start}"}}"#);
        Reply::ok(format!(r#"{{"totalRecords":2,"contacts":[{row}]}}"#))
    });
    assert_eq!(ids(&table.expect("four rows"), "contact_id"), "90 91 100 101");
    let days = [
        "startDate=2026-08-09T00%3A00%3A00Z&endDate=2026-08-10T00%3A00%3A00Z",
        "startDate=2026-08-10T00%3A00%3A00Z&endDate=2026-08-10T12%3A00%3A01Z",
    ];
    let url = |at: usize| {
        let (days, skip) = (days[at / 2], at % 2);
        format!("contacts?{days}&orderBy=contactId%20asc&top=1&skip={skip}")
    };
    assert_eq!(urls, [0, 1, 2, 3].map(url));
}

#[test]
fn what_has_changed_is_asked_for_by_the_name_of_the_version() {
    // A read that began at 2026-08-09T12:00:00Z came to its end.
    let checkpoint = (STARTED_AT - 250_000 - 86_400_000_000).to_string();
    for (stream, version, parameter) in [
        ("agents", "33", "updatedSince"),
        ("agents", "34", "updateSince"),
        ("teams", "33", "updatedSince"),
        ("teams", "34", "updateSince"),
        ("skills", "34", "updatedSince"),
        ("contacts_completed", "34", "updatedSince"),
    ] {
        let read = Read { version: Some(version), checkpoint: Some(&checkpoint), ..of(stream) };
        let (table, urls) = read.with(|_| Reply::status(204, ""));
        let table = table.unwrap_or_else(|failure| panic!("{stream}: {failure:?}"));
        assert_eq!(urls.len(), 1);
        let bound = format!("?{parameter}=2026-08-09T11%3A00%3A00Z&orderBy=");
        assert!(urls[0].contains(&bound), "{}", urls[0]);
        assert!(!urls[0].contains("startDate"), "{}", urls[0]);
        let (_, end, next) = &table.pages[0];
        assert_eq!((end.as_deref(), next), (Some(STARTED_AT.to_string().as_str()), &None));
    }
}

#[test]
fn a_first_read_that_is_bound_asks_for_what_has_changed_since() {
    let since = Some(STARTED_AT - 250_000 - 86_400_000_000);
    for stream in ["agents", "teams", "skills", "contacts_completed"] {
        let read = Read { since, ..of(stream) };
        let (table, urls) = read.with(|_| Reply::status(204, ""));
        assert_eq!(urls.len(), 1, "{stream}");
        assert!(urls[0].contains("Since=2026-08-09T12%3A00%3A00Z&orderBy="), "{}", urls[0]);
        let (_, end, _) = &table.expect(stream).pages[0];
        assert_eq!(end.as_deref(), Some(STARTED_AT.to_string().as_str()), "{stream}");
    }
}

#[test]
fn the_overlap_can_be_chosen() {
    let checkpoint = (STARTED_AT - 250_000).to_string();
    let options: Values<'_> = &[("overlap_seconds", "0")];
    let read = Read { checkpoint: Some(&checkpoint), options, ..of("skills") };
    let (_, urls) = read.with(|_| Reply::status(204, ""));
    assert!(urls[0].starts_with("skills?updatedSince=2026-08-10T12%3A00%3A00Z&"), "{}", urls[0]);
}

#[test]
fn completed_contacts_begin_with_the_chosen_days() {
    let (table, urls) = of("contacts_completed").with(|_| Reply::status(204, ""));
    let days = |url: &String| url.split("&orderBy").next().map(str::to_owned);
    let asked: Vec<_> = urls.iter().filter_map(days).collect();
    let path = "contacts/completed?";
    assert_eq!(
        asked,
        [
            format!("{path}startDate=2026-08-04T00%3A00%3A00Z&endDate=2026-08-06T00%3A00%3A00Z"),
            format!("{path}startDate=2026-08-06T00%3A00%3A00Z&endDate=2026-08-10T12%3A00%3A01Z"),
        ]
    );
    let (_, end, _) = table.expect("no rows").pages.pop().expect("a page");
    assert_eq!(end, Some(STARTED_AT.to_string()));
}

#[test]
fn a_read_of_completed_contacts_that_broke_off_finds_its_slice_again_on_the_next_day() {
    let answer = |url: &str| {
        let skip = u8::from(url.contains("skip=1"));
        let row = format!(r#"{{"contactId":{skip},"contactStartDate":"2026-08-07T00:00:00Z"}}"#);
        Reply::ok(format!(r#"{{"totalRecords":2,"completedContacts":[{row}]}}"#))
    };
    let options: Values<'_> = &[("page_size", "1")];
    let (request, _) = Read { options, ..of("contacts_completed") }.request(answer);
    let mut scan = tollgate_incontact::Incontact::open(&request).expect("a scan");
    let mut checkpoint = None;
    // Two pages of the first slice, one of the second.
    for _ in 0..3 {
        checkpoint = scan.next().expect("a page").expect("a page").checkpoint;
    }

    let (mut request, requests) =
        Read { options, checkpoint: checkpoint.as_deref(), ..of("contacts_completed") }
            .request(answer);
    request.started_at = STARTED_AT + 86_400_000_000;
    let mut scan = tollgate_incontact::Incontact::open(&request).expect("a scan");
    let end = scan.next().expect("a page").expect("a page").checkpoint;
    let url = requests.borrow()[0].url.clone();
    assert!(url.contains("startDate=2026-08-06T00%3A00%3A00Z"), "{url}");
    assert!(url.ends_with("&top=1&skip=1"), "{url}");
    // What changes since the first run began is for the next read.
    assert_eq!(end, Some(STARTED_AT.to_string()));
}
