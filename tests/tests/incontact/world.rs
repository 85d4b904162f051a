//! What these tests do again and again.

use std::sync::Arc;

use anyhow::ensure;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan};
use tollgate_model::ManualClock;
use tollgate_runtime::Limits;
use tollgate_simulators::InContact;
use tollgate_simulators::incontact::{
    Builder, CANARY_ACCESS, CANARY_KEY, CANARY_PASSWORD, CANARY_REFRESH, CANARY_SECRET,
};
use tollgate_tests::brisk_limits;
use tollgate_tests::cases::Case;
use tollgate_tests::rows::Rows;

pub type World = tollgate_tests::World<InContact>;

/// Everything that is secret about an account, and what the client's secret looks like in HTTP Basic
/// behind the client's id.
const CANARIES: [&str; 6] =
    [CANARY_PASSWORD, CANARY_KEY, CANARY_SECRET, CANARY_ACCESS, CANARY_REFRESH, "Y2FuYXJ5"];

/// When runs begin: two weeks after New York's clocks went back.
pub fn now() -> Timestamp {
    "2026-11-15T17:30:00Z".parse().unwrap()
}

/// A world in which it is [`now`], and in which nobody is late on a busy machine.
pub async fn world(simulator: Builder) -> anyhow::Result<World> {
    let mut limits = brisk_limits();
    limits.gate.timeouts = Limits::default().gate.timeouts;
    within(limits, simulator).await
}

/// A world in which it is [`now`], within these limits.
pub async fn within(limits: Limits, simulator: Builder) -> anyhow::Result<World> {
    at(now(), World::within(limits, simulator.now(now()).start().await?)?)
}

/// The same world, in which runs begin then.
pub fn at(time: Timestamp, mut world: World) -> anyhow::Result<World> {
    world.clock = Arc::new(ManualClock::new(time));
    Ok(world)
}

/// The same world in another version of the API.
pub fn speaking(version: u32, mut world: World) -> World {
    world.account = world.account.with_setting("api_version", version.to_string());
    world
}

pub fn case(stream: &'static str, options: &[(&'static str, &str)], expected: Rows) -> Case {
    let options = options.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    Case { stream, options, expected }
}

/// Reads every case and holds its rows against what is expected.
pub async fn hold(world: &World, cases: Vec<Case>) -> anyhow::Result<()> {
    world.hold(cases, std::convert::identity).await
}

/// Nothing was sent that the provider would not take, and nothing secret is anywhere.
pub fn offends_nobody(world: &World) -> anyhow::Result<()> {
    ensure!(world.simulator.violations().is_empty(), "{:?}", world.simulator.violations());
    world.keeps(&CANARIES)
}

/// Nothing secret is in a text.
pub fn keeps_secrets(text: &str) -> anyhow::Result<()> {
    let found = CANARIES.iter().find(|canary| text.contains(**canary));
    ensure!(found.is_none(), "{found:?} is in {text}");
    Ok(())
}

/// The paths of the requests below the API, after its version.
pub fn calls(world: &World) -> Vec<String> {
    let requests = world.simulator.requests();
    let below = requests.iter().filter_map(|request| {
        let (_, path) = request.path.split_once("/services/v")?;
        Some(format!("{} {}", request.method, path.split_once(".0")?.1))
    });
    below.collect()
}

/// The options for all days from one to another, both included.
pub fn days(first: Date, last: Date) -> Vec<(&'static str, String)> {
    vec![
        ("date", "range".to_owned()),
        ("date_range", "specific".to_owned()),
        ("start_date_specific", first.to_string()),
        ("end_date_specific", last.to_string()),
    ]
}

/// The slices of these days, the last day included: from the first moment of a day there to the
/// first moment of another, and not beyond the beginning of the run.
pub fn slices(
    zone: &TimeZone,
    first: Date,
    last: Date,
    length: i64,
) -> Vec<(Timestamp, Timestamp)> {
    let begin = |day: Date| day.to_zoned(zone.clone()).unwrap().timestamp();
    let length: Span = length.days();
    let starts = first.series(length).take_while(|day| *day <= last);
    let slices = starts.map(|start| {
        let next = (start + length).min(last + 1.day());
        (begin(start), begin(next).min(now()))
    });
    slices.collect()
}

/// The slices of some days in UTC.
pub fn slices_utc(first: Date, last: Date, length: i64) -> Vec<(Timestamp, Timestamp)> {
    slices(&TimeZone::UTC, first, last, length)
}
