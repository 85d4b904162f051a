//! The menus for days, and the slices that they make.

use proptest::prelude::*;
use tollgate_incontact::Incontact;
use tollgate_incontact::window::{Begins, Window};
use tollgate_sdk::testing::{self, Reply};
use tollgate_sdk::time::SECONDS_PER_DAY;
use tollgate_sdk::{Connector, Failure, Partition};

use crate::provider::{Read, STARTED_AT, Values, of};

const MICROS_PER_DAY: i64 = SECONDS_PER_DAY * 1_000_000;

fn parts(stream: &str, options: Values<'_>) -> Result<Vec<Partition>, Failure> {
    let (request, requests) = Read { options, ..of(stream) }.request(|_| Reply::ok("{}"));
    let parts = Incontact::partitions(&request);
    assert!(requests.borrow().is_empty(), "parts are made without a request");
    parts
}

fn ids(stream: &str, options: Values<'_>) -> String {
    let parts = parts(stream, options).unwrap_or_else(|failure| panic!("{options:?}: {failure:?}"));
    parts.into_iter().map(|part| part.id).collect::<Vec<_>>().join(" ")
}

/// Runs begin on 2026-08-10 here, and the account's zone is UTC.
#[test]
fn the_menus_choose_days() {
    let whole = ("slice_days", "31");
    for (options, days) in [
        (&[whole][..], "2026-08-03..2026-08-10"),
        (&[("date", "single"), whole], "2026-08-09..2026-08-09"),
        (&[("date", "single"), ("single_date_relative", "2026-08-10")], "2026-08-10..2026-08-10"),
        (
            &[
                ("date", "single"),
                ("single_date", "specific"),
                ("single_date_specific", "2024-02-29"),
            ],
            "2024-02-29..2024-02-29",
        ),
        (&[("date", "offset"), whole], "2026-08-04..2026-08-10"),
        (&[("date", "offset"), ("date_offset", "1"), whole], "2026-08-10..2026-08-10"),
        (
            &[
                ("date", "range"),
                ("start_date_relative", "2026-07-31"),
                ("end_date_relative", "2026-08-05"),
                whole,
            ],
            "2026-07-31..2026-08-05",
        ),
        (
            &[
                ("date_range", "specific"),
                ("start_date_specific", "2026-01-30"),
                ("end_date_specific", "2026-02-02"),
                whole,
            ],
            "2026-01-30..2026-02-02",
        ),
    ] {
        assert_eq!(ids("agent_performance", options), days, "{options:?}");
    }
}

#[test]
fn slices_begin_at_the_first_day_or_on_fixed_days() {
    let days: Values<'_> = &[
        ("date_range", "specific"),
        ("start_date_specific", "2026-01-01"),
        ("end_date_specific", "2026-01-03"),
    ];
    assert_eq!(
        ids("agent_performance", days),
        "2026-01-01..2026-01-01 2026-01-02..2026-01-02 2026-01-03..2026-01-03"
    );
    let days = |first, last| {
        [
            ("date_range", "specific"),
            ("start_date_specific", first),
            ("end_date_specific", last),
            ("slice_days", "7"),
        ]
    };
    let sums = ids("skill_summaries", &days("2026-01-03", "2026-01-14"));
    assert_eq!(sums, "2026-01-03..2026-01-09 2026-01-10..2026-01-14");
    // The same boundaries, whatever day is the first.
    let contacts = ids("contacts", &days("2026-01-03", "2026-01-14"));
    assert_eq!(contacts, "2026-01-03..2026-01-07 2026-01-08..2026-01-14");
    let later = ids("contacts", &days("2026-01-04", "2026-01-15"));
    assert_eq!(later, "2026-01-04..2026-01-07 2026-01-08..2026-01-14 2026-01-15..2026-01-15");
}

#[test]
fn a_year_on_an_endpoint_of_thirty_days_is_thirteen_slices() {
    let year: Values<'_> = &[
        ("date_range", "specific"),
        ("start_date_specific", "2025-01-01"),
        ("end_date_specific", "2025-12-31"),
        ("slice_days", "30"),
    ];
    let parts = parts("team_performance_totals", year).expect("parts");
    assert_eq!(parts.len(), 13);
    assert_eq!(parts[12].id, "2025-12-27..2025-12-31");
}

#[test]
fn what_lies_in_the_future_is_not_asked_for() {
    let range = |first, last| {
        [
            ("date_range", "specific"),
            ("start_date_specific", first),
            ("end_date_specific", last),
            ("slice_days", "31"),
        ]
    };
    assert_eq!(ids("contacts", &range("2026-08-09", "2027-01-01")), "2026-08-09..2026-08-10");
    assert_eq!(ids("contacts", &range("2026-08-11", "2027-01-01")), "");
    let options = range("2026-08-11", "2027-01-01");
    let (table, urls) = Read { options: &options, ..of("contacts") }.with(|_| Reply::ok("{}"));
    assert_eq!((table.expect("a table").rows.len(), urls.len()), (0, 0));
}

#[test]
fn days_that_cannot_be_name_their_option() {
    let range = |first, last| {
        [("date_range", "specific"), ("start_date_specific", first), ("end_date_specific", last)]
    };
    for (options, field) in [
        (&range("2026-01-02", "2026-01-01")[..], "date_range"),
        (&range("0001-01-01", "2026-01-01"), "slice_days"),
        (&range("2026-02-30", "2026-03-01"), "start_date_specific"),
        (&[("date_range", "specific")], "start_date_specific"),
        (&[("date", "single"), ("single_date", "specific")], "single_date_specific"),
        (&[("slice_days", "x")], "slice_days"),
        (&[("date", "offset"), ("date_offset", "x")], "date_offset"),
    ] {
        let failure = parts("agent_performance", options).err();
        let Some(Failure::InvalidConfig(config)) = failure else { panic!("{failure:?}") };
        assert_eq!(config.field, field);
    }
}

#[test]
fn a_part_asks_for_its_own_slice() {
    const ANSWER: &str = r#"{"agentPerformance":[{"agentId":1,"teamId":2}]}"#;
    let day: Values<'_> = &[("date", "single"), ("single_date_relative", "2026-08-09")];
    let partition = parts("agent_performance", day).expect("parts").pop();
    let read = Read { partition, ..of("agent_performance") };
    let (table, urls) = read.with(|_| Reply::ok(ANSWER));
    let days = "startDate=2026-08-09T00%3A00%3A00Z&endDate=2026-08-10T00%3A00%3A00Z";
    assert_eq!(urls, [format!("agents/performance?{days}")]);
    let table = table.expect("a row");
    assert_eq!(table.column("start_date"), ["2026-08-09T00:00:00Z"]);
    assert_eq!(table.column("end_date"), ["2026-08-10T00:00:00Z"]);
}

#[test]
fn without_a_part_all_slices_are_read_and_today_ends_when_the_run_began() {
    let options: Values<'_> = &[("date", "offset"), ("date_offset", "2")];
    let read = Read { options, ..of("team_performance_totals") };
    let (table, urls) = read.with(|_| Reply::ok(r#"{"teamPerformanceTotal":[{"teamId":2}]}"#));
    assert_eq!(urls.len(), 2);
    let table = table.expect("two rows");
    assert_eq!(table.column("start_date"), ["2026-08-09T00:00:00Z", "2026-08-10T00:00:00Z"]);
    // Runs begin at 12:00:00.25 here, and the API takes whole seconds.
    assert_eq!(table.column("end_date"), ["2026-08-10T00:00:00Z", "2026-08-10T12:00:01Z"]);
}

#[test]
fn a_contact_on_the_end_of_a_slice_belongs_to_the_next() {
    const ANSWER: &str = r#"{"totalRecords":3,"contacts":[
        {"contactId":1,"contactStartDate":"2026-08-09T00:00:00Z"},
        {"contactId":2,"contactStartDate":"2026-08-09T23:59:59.999Z"},
        {"contactId":3,"contactStartDate":"2026-08-10T00:00:00.000Z"}]}"#;
    let options: Values<'_> = &[("date", "single"), ("single_date_relative", "2026-08-09")];
    let read = Read { options, ..of("contacts") };
    let table = read.with(|_| Reply::ok(ANSWER)).0.expect("rows");
    assert_eq!(table.column("contact_id"), ["1", "2"]);
}

#[test]
fn the_state_of_another_connector_is_refused() {
    for state in ["", "2026-08-09", "2026-08-09..", "2026-08-10..2026-08-09", "a..b", "1 2"] {
        let [id, title, state] = [state; 3].map(str::to_owned);
        let read = Read { partition: Some(Partition { id, title, state }), ..of("contacts") };
        let (failure, urls) = read.with(|_| Reply::ok("{}"));
        assert!(matches!(failure, Err(Failure::Internal(_))), "{failure:?}");
        assert!(urls.is_empty());
    }
}

proptest! {
    #[test]
    fn slices_cover_the_days_without_gap_or_overlap(
        first in 0_i64..20_675,
        days in 1_i64..800,
        slice_days in 1_i64..=31,
        is_fixed: bool,
    ) {
        let begins = if is_fixed { Begins::OnFixedDays } else { Begins::AtFirstDay };
        let window = Window { date: "range", slice_days: 1, slice_days_max: 31, begins };
        let text = |day| tollgate_sdk::time::CivilDate::from_days(day).expect("a day").to_string();
        let (start, end) = (text(first), text(first + days - 1));
        let slice_text = slice_days.to_string();
        let options: Values<'_> = &[
            ("date_range", "specific"),
            ("start_date_specific", &start),
            ("end_date_specific", &end),
            ("slice_days", &slice_text),
        ];
        let (http, _) = testing::http(|_| Reply::ok("{}"));
        let mut request = testing::request(&http, "contacts");
        request.options = crate::provider::values(options);
        request.started_at = STARTED_AT;
        let slices = window.slices(&request).expect("slices");

        let today = STARTED_AT.div_euclid(MICROS_PER_DAY);
        let last = today.min(first + days - 1);
        let now = (STARTED_AT / 1_000_000 + 1) * 1_000_000;
        prop_assert_eq!(slices[0].start, first * MICROS_PER_DAY);
        prop_assert_eq!(slices[slices.len() - 1].end, now.min((last + 1) * MICROS_PER_DAY));
        for pair in slices.windows(2) {
            prop_assert_eq!(pair[0].end, pair[1].start);
        }
        for slice in &slices {
            prop_assert!(slice.end > slice.start);
            prop_assert!(slice.end - slice.start <= slice_days * MICROS_PER_DAY);
            prop_assert_eq!(slice.start, slice.first_day * MICROS_PER_DAY);
        }

        // The parts are the same slices.
        let parts = window.partitions(&request).expect("parts");
        for (part, slice) in parts.into_iter().zip(&slices) {
            request.partition = Some(part);
            prop_assert_eq!(window.slices(&request).expect("one"), [*slice]);
        }
    }
}
