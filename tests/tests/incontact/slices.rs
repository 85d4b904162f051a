//! Long spans of days in slices, and days in other time zones.

use std::time::Duration;

use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde_json::{Map, Value};
use tollgate_model::ErrorKind;
use tollgate_simulators::InContact;
use tollgate_simulators::incontact::{Bounds, SUMS, Windows};
use tollgate_tests::rows::Rows;

use crate::truth;
use crate::world::{
    World, calls, case, days, hold, now, offends_nobody, slices, slices_utc, world,
};

const LAST: Date = date(2026, 11, 15);

/// A year's days, of which the provider takes thirty at once.
#[tokio::test(flavor = "multi_thread")]
async fn a_year_is_read_in_slices_that_the_provider_takes() -> anyhow::Result<()> {
    let year = InContact::builder().days(365).agents(6).teams(2).skills(3).contacts(400);
    let world = world(year).await?;
    let truth = world.simulator.truth();
    let first = LAST - 365.days();
    let thirty = slices_utc(first, LAST, 30);
    assert_eq!(thirty.len(), 13);
    let mut cases = Vec::new();
    for stream in SUMS {
        cases.push((stream, "30", truth.summed(stream, &thirty)));
    }
    for stream in ["contacts", "contacts_completed"] {
        cases.push((stream, "30", truth::list(truth, stream, 33)));
    }
    let cases = cases.into_iter().map(|(stream, length, expected)| {
        let mut case = case(stream, &[("slice_days", length)], expected);
        case.options.extend(days(first, LAST));
        case
    });
    hold(&world, cases.collect()).await?;
    // Counts add up to what one request about the whole year would say.
    let whole = truth.summed("agent_performance", &[(truth.first(), now())]);
    let parts = truth.summed("agent_performance", &thirty);
    for column in ["total_handled", "refused", "login_time"] {
        assert_eq!(sum(&parts, column), sum(&whole, column), "{column}");
    }
    offends_nobody(&world)
}

#[tokio::test(flavor = "multi_thread")]
async fn slices_are_read_side_by_side() -> anyhow::Result<()> {
    let world = world(InContact::builder().latency(Duration::from_millis(20))).await?;
    let options = [("date", "offset"), ("date_offset", "20")];
    world.sync("team_performance_totals", &options).await??;
    assert!((2..=4).contains(&world.simulator.in_flight_max()), "at most what is declared");
    offends_nobody(&world)
}

fn sum(rows: &Rows, column: &str) -> i64 {
    let thousandth = |row: &Map<String, Value>| {
        (row[column].as_f64().unwrap_or_default() * 1_000.0).round() as i64
    };
    rows.iter().map(thousandth).sum()
}

/// Whether the end of a span belongs to it is not known: a contact that begins where two slices meet
/// is there once, in either case.
#[tokio::test(flavor = "multi_thread")]
async fn a_contact_where_slices_meet_is_there_once() -> anyhow::Result<()> {
    for end_date in [Bounds::Inclusive, Bounds::Exclusive] {
        let world = world(InContact::builder().days(20).end_date(end_date)).await?;
        let truth = world.simulator.truth();
        let mut cases = Vec::new();
        for stream in ["contacts", "contacts_completed"] {
            let expected = truth::list(truth, stream, 33);
            let is_midnight =
                |row: &Map<String, Value>| text(row, "contact_start_date").contains("T00:00:00Z");
            assert!(expected.iter().any(is_midnight), "{stream}");
            let mut case = case(stream, &[("slice_days", "1")], expected);
            case.options.extend(days(LAST - 20.days(), LAST));
            cases.push(case);
        }
        hold(&world, cases).await?;
        offends_nobody(&world)?;
    }
    Ok(())
}

fn text<'a>(row: &'a Map<String, Value>, name: &str) -> &'a str {
    row[name].as_str().unwrap()
}

/// A span that is too long for the provider is an error that names the option.
#[tokio::test(flavor = "multi_thread")]
async fn a_slice_that_the_provider_refuses_names_the_option() -> anyhow::Result<()> {
    let windows = Windows { reports_days: 7, contacts_days: 7, downloads_days: 7 };
    let world = world(InContact::builder().windows(windows)).await?;
    for stream in ["agent_performance", "contacts", "contacts_completed", "data_download"] {
        let mut options = days(LAST - 20.days(), LAST);
        options.push(("slice_days", "14".to_owned()));
        if stream == "data_download" {
            options.push(("data_download_report", "524".to_owned()));
        }
        let options: Vec<_> = options.iter().map(|(name, value)| (*name, &**value)).collect();
        let Err(failed) = world.sync(stream, &options).await? else {
            anyhow::bail!("{stream} did not fail")
        };
        assert_eq!(failed.error.kind(), ErrorKind::Config, "{:?}", failed.error);
        let told = failed.error.to_string();
        assert!(told.contains("slice_days") && told.contains("over 7 days"), "{told}");
    }
    Ok(())
}

/// Days of New York, one of which lasts 25 hours.
#[tokio::test(flavor = "multi_thread")]
async fn days_are_those_of_the_accounts_time_zone() -> anyhow::Result<()> {
    let zone = TimeZone::get("America/New_York")?;
    let mut world = world(InContact::builder().contacts(400)).await?;
    world.time_zone = zone.clone();
    let (first, last) = (date(2026, 10, 30), date(2026, 11, 3));
    let daily = slices(&zone, first, last, 1);
    let hours: Vec<_> =
        daily.iter().map(|(start, end)| (*end - *start).get_seconds() / 3_600).collect();
    assert_eq!(hours, [24, 24, 25, 24, 24]);
    let truth = world.simulator.truth();
    let mut cases = Vec::new();
    for stream in SUMS {
        cases.push((stream, truth.summed(stream, &daily)));
    }
    let (start, end) = (daily[0].0, daily[4].1);
    for stream in ["contacts", "contacts_completed"] {
        cases.push((stream, truth.within(stream, &[], start, end)));
    }
    let cases = cases.into_iter().map(|(stream, expected)| {
        let mut case = case(stream, &[("slice_days", "1")], expected);
        case.options.extend(days(first, last));
        case
    });
    hold(&world, cases.collect()).await?;
    assert_eq!(spans(&world, "/agents/performance"), daily);
    offends_nobody(&world)
}

/// The spans that were asked for below a path, in order.
fn spans(world: &World, path: &str) -> Vec<(Timestamp, Timestamp)> {
    let requests = world.simulator.requests();
    let asked = requests.iter().filter(|request| request.path.ends_with(path));
    let time = |text: Option<&str>| text.unwrap().parse::<Timestamp>().unwrap();
    let mut spans: Vec<_> =
        asked.map(|it| (time(it.parameter("startDate")), time(it.parameter("endDate")))).collect();
    spans.sort();
    spans
}

/// `today` is the account's, and ends when the run begins.
#[tokio::test(flavor = "multi_thread")]
async fn each_menu_of_days_chooses_its_days() -> anyhow::Result<()> {
    // In Auckland it is the day after.
    let zone = TimeZone::get("Pacific/Auckland")?;
    let mut world = world(InContact::builder()).await?;
    world.time_zone = zone.clone();
    let today = date(2026, 11, 16);
    let whole = ("slice_days", "30");
    let on = |options: &[(&'static str, &str)], first: Date, last: Date| {
        let options: Vec<_> = options.iter().copied().chain([whole]).collect();
        let summed = world
            .simulator
            .truth()
            .summed("team_performance_totals", &slices(&zone, first, last, 30));
        case("team_performance_totals", &options, summed)
    };
    let single = ("date", "single");
    let specific = ("single_date", "specific");
    let cases = vec![
        on(&[], today - 7.days(), today),
        on(&[single], today - 1.day(), today - 1.day()),
        on(&[single, ("single_date_relative", "today")], today, today),
        on(&[single, ("single_date_relative", "3")], today - 3.days(), today - 3.days()),
        on(&[single, ("single_date_relative", "today-3")], today - 3.days(), today - 3.days()),
        on(
            &[single, specific, ("single_date_specific", "2026-11-02")],
            date(2026, 11, 2),
            date(2026, 11, 2),
        ),
        on(&[("date", "offset")], today - 6.days(), today),
        on(&[("date", "offset"), ("date_offset", "1")], today, today),
        on(
            &[("start_date_relative", "10"), ("end_date_relative", "yesterday")],
            today - 10.days(),
            today - 1.day(),
        ),
        on(
            &[
                ("date_range", "specific"),
                ("start_date_specific", "2026-10-20"),
                ("end_date_specific", "2026-10-31"),
            ],
            date(2026, 10, 20),
            date(2026, 10, 31),
        ),
    ];
    hold(&world, cases).await?;
    offends_nobody(&world)
}

#[tokio::test(flavor = "multi_thread")]
async fn days_that_cannot_be_make_no_request_about_them() -> anyhow::Result<()> {
    let world = world(InContact::builder()).await?;
    for stream in ["agent_performance", "contacts_completed"] {
        let backwards =
            [("date", "range"), ("start_date_relative", "1"), ("end_date_relative", "5")];
        let Err(failed) = world.sync(stream, &backwards).await? else {
            anyhow::bail!("{stream} did not fail")
        };
        assert_eq!(failed.error.kind(), ErrorKind::Config, "{:?}", failed.error);
        assert!(failed.error.to_string().contains("after the last"), "{:?}", failed.error);
    }
    let future =
        [("date", "single"), ("single_date", "specific"), ("single_date_specific", "2031-01-01")];
    assert_eq!(world.sync("skill_summaries", &future).await??.rows, 0, "nothing has happened yet");
    assert_eq!(calls(&world), Vec::<String>::new());
    Ok(())
}
