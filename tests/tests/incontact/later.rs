//! Reads after the first: only what is new comes, and what was cut is gone on with.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};
use tollgate_destinations::Sqlite;
use tollgate_model::{ErrorKind, ManualClock};
use tollgate_simulators::InContact;
use tollgate_simulators::incontact::{Builder, Excess, Item};
use tollgate_sync::plan::Choices;
use tollgate_sync::{Failed, Mode, Report, ResumedFrom};
use tollgate_tests::rows::{self, Rows};

use crate::world::{World, now, offends_nobody, speaking, world};

const STREAMS: [(&str, Item); 3] =
    [("agents", Item::Agent), ("teams", Item::Team), ("skills", Item::Skill)];

/// No account lets the wrong spelling pass.
fn strict() -> Builder {
    InContact::builder().spelling(Excess::Refused)
}

/// Merges what is new of a stream into the world's database.
async fn merge(
    world: &World,
    stream: &str,
    options: &[(&str, &str)],
) -> anyhow::Result<Result<Report, Failed>> {
    let choices = Choices { mode: Mode::Merge, ..Choices::default() };
    world.sync_into(Box::new(Sqlite::at(world.database_file())), stream, options, choices).await
}

/// Lets time pass.
fn pass(world: &mut World, hours: i64) -> anyhow::Result<()> {
    let by = SignedDuration::from_hours(hours);
    world.clock = Arc::new(ManualClock::new(world.clock.now() + by));
    world.simulator.advance(Duration::try_from(by)?);
    Ok(())
}

/// What came to be or changed since a read began, less the overlap.
fn since(world: &World, stream: &str, began: Timestamp, overlap_s: i64) -> Rows {
    let since = (began - SignedDuration::from_secs(overlap_s)).to_string();
    world.simulator.truth().matching(stream, &[("updatedSince", &since)])
}

async fn holds(world: &World, stream: &str, expected: &Rows) -> anyhow::Result<()> {
    let columns = world.columns(stream).await?;
    let stored = rows::stored(&world.database_file(), stream, &columns)?;
    rows::compare(&stored, &rows::typed(expected, &columns)?).with_context(|| stream.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_is_new_of_the_lists_comes() -> anyhow::Result<()> {
    for version in [20, 33, 34] {
        let mut world = speaking(version, world(strict().agents(40).skills(20)).await?);
        for (stream, _) in STREAMS {
            let all = world.simulator.truth().rows(stream);
            assert_eq!(merge(&world, stream, &[]).await??.rows, all as u64, "{stream}");
        }
        pass(&mut world, 30)?;
        for (_, item) in STREAMS {
            world.simulator.change(item, 2);
            world.simulator.add(item, 1);
        }
        for (stream, _) in STREAMS {
            let new = since(&world, stream, now(), 3_600);
            let report = merge(&world, stream, &[]).await??;
            assert_eq!(report.rows, new.len() as u64, "{stream} in v{version}");
            assert!(report.rows < world.simulator.truth().rows(stream) as u64, "{stream}");
            holds(&world, stream, &world.simulator.truth().plain(stream)).await?;
        }
        // The second read began when the two had just changed: the third looks back to that, and the
        // fourth no longer.
        for wanted in [2, 0] {
            pass(&mut world, 30)?;
            for (stream, _) in STREAMS {
                let rows = merge(&world, stream, &[]).await??.rows;
                assert_eq!(rows, wanted, "{stream} in v{version}");
            }
        }
        offends_nobody(&world)?;
    }
    Ok(())
}

/// Nothing that changed while a read was under way, or shortly before it, is missed by the next.
#[tokio::test(flavor = "multi_thread")]
async fn a_read_looks_back_as_far_as_it_is_told() -> anyhow::Result<()> {
    for (overlap, wanted) in [("0", 1), ("7200", 2), ("86400", 3)] {
        let mut world = world(strict().agents(40)).await?;
        let options = [("overlap_seconds", overlap)];
        pass(&mut world, 30)?;
        world.simulator.change(Item::Agent, 1);
        pass(&mut world, 20)?;
        world.simulator.change(Item::Agent, 2);
        pass(&mut world, 1)?;
        merge(&world, "agents", &options).await??;
        pass(&mut world, 1)?;
        world.simulator.change(Item::Agent, 3);
        assert_eq!(merge(&world, "agents", &options).await??.rows, wanted, "{overlap}");
        holds(&world, "agents", &world.simulator.truth().plain("agents")).await?;
        offends_nobody(&world)?;
    }
    Ok(())
}

/// The chosen days come first; later reads go on with whatever changed, however old it is.
#[tokio::test(flavor = "multi_thread")]
async fn completed_contacts_go_on_with_what_has_changed() -> anyhow::Result<()> {
    for version in [13, 33, 34] {
        let mut world = speaking(version, world(strict()).await?);
        let truth = || world.simulator.truth();
        let week = now().to_zoned(jiff::tz::TimeZone::UTC).date() - jiff::Span::new().days(6);
        let week = week.to_zoned(jiff::tz::TimeZone::UTC)?.timestamp();
        let mut expected = truth().within("contacts_completed", &[], week, now());
        let first = merge(&world, "contacts_completed", &[]).await??;
        assert_eq!(first.rows, expected.len() as u64);
        holds(&world, "contacts_completed", &expected).await?;

        pass(&mut world, 2)?;
        // One of the first week of all, one of the last, and new ones.
        world.simulator.change(Item::Contact, 5);
        world.simulator.change(Item::Contact, 590);
        world.simulator.add(Item::Contact, 3);
        let new = since(&world, "contacts_completed", now(), 3_600);
        let second = merge(&world, "contacts_completed", &[]).await??;
        assert!(new.len() >= 5, "{}", new.len());
        assert_eq!(second.rows, new.len() as u64, "v{version}");
        let id = |row: &Map<String, Value>| row["contact_id"].clone();
        expected.retain(|row| !new.iter().any(|other| id(other) == id(row)));
        expected.extend(new);
        holds(&world, "contacts_completed", &expected).await?;
        offends_nobody(&world)?;
    }
    Ok(())
}

/// A read that was cut goes on after its last page, and the one after it brings what is new since
/// the *first* of the two began.
#[tokio::test(flavor = "multi_thread")]
async fn a_read_that_was_cut_is_gone_on_with_and_forgets_nothing() -> anyhow::Result<()> {
    let mut world = world(strict().agents(40)).await?;
    let options = [("page_size", "10")];
    pass(&mut world, 48)?;
    let began = world.clock.now();
    world.simulator.inject("503:/agents@3+".parse()?);
    let Err(failed) = merge(&world, "agents", &options).await? else {
        anyhow::bail!("it did not fail")
    };
    assert_eq!(failed.error.kind(), ErrorKind::Unavailable);
    assert_eq!(failed.report.kept.map(|kept| kept.rows), Some(20));
    world.simulator.heal();
    pass(&mut world, 24)?;
    world.simulator.change(Item::Agent, 1);
    let rest = merge(&world, "agents", &options).await??;
    assert_eq!((rest.rows, rest.resumed.map(|resumed| resumed.rows)), (20, Some(20)));
    pass(&mut world, 24)?;
    let new = since(&world, "agents", began, 3_600);
    assert_eq!(new.len(), 1);
    assert_eq!(merge(&world, "agents", &options).await??.rows, 1);
    holds(&world, "agents", &world.simulator.truth().plain("agents")).await?;
    offends_nobody(&world)
}

/// A day relative to today is the same option tomorrow: a read goes on where it ended, one that was
/// cut with the days that it began with, so that no slice of it is missing or other than planned.
#[tokio::test(flavor = "multi_thread")]
async fn days_relative_to_today_are_those_of_the_day_on_which_a_read_began() -> anyhow::Result<()> {
    let options = [("date", "range"), ("start_date_relative", "19"), ("end_date_relative", "0")];
    let mut world = world(InContact::builder()).await?;
    world.simulator.inject("503:/agents/performance@9+".parse()?);
    let Err(failed) = merge(&world, "agent_performance", &options).await? else {
        anyhow::bail!("it did not fail")
    };
    let kept = failed.report.kept.context("nothing was kept")?.rows;
    world.simulator.heal();
    world.simulator.clear();
    pass(&mut world, 50)?;
    let rest = merge(&world, "agent_performance", &options).await??;
    assert_eq!((rest.not_resumed, rest.resumed.map(|it| it.rows)), (None, Some(kept)));
    let asked = world.simulator.requests();
    let asked = asked.iter().filter(|it| it.path.ends_with("/agents/performance")).count();
    assert_eq!(asked, 12, "eight of the same twenty days were there");

    // A stream with a cursor goes on where it ended, two days later.
    assert!(merge(&world, "contacts_completed", &options).await??.resumed.is_none());
    pass(&mut world, 50)?;
    let second = merge(&world, "contacts_completed", &options).await??;
    assert_eq!(second.not_resumed, None);
    assert_eq!(second.resumed.map(|it| it.from), Some(ResumedFrom::End));
    let other = [("date", "range"), ("start_date_relative", "20")];
    let third = merge(&world, "contacts_completed", &other).await??;
    assert!(third.not_resumed.is_some_and(|why| why.contains("the options changed")));
    offends_nobody(&world)
}

/// A span of many slices that was cut goes on with the slices that are missing.
#[tokio::test(flavor = "multi_thread")]
async fn slices_that_are_there_are_not_read_again() -> anyhow::Result<()> {
    let world = world(InContact::builder()).await?;
    let options = [("date", "offset"), ("date_offset", "20")];
    world.simulator.inject("503:/agents/performance@9+".parse()?);
    let Err(failed) = merge(&world, "agent_performance", &options).await? else {
        anyhow::bail!("it did not fail")
    };
    let kept = failed.report.kept.context("nothing was kept")?.rows;
    assert!(kept > 0);
    world.simulator.heal();
    world.simulator.clear();
    let rest = merge(&world, "agent_performance", &options).await??;
    let asked = world.simulator.requests();
    let asked = asked.iter().filter(|it| it.path.ends_with("/agents/performance")).count();
    assert_eq!(asked, 12, "eight of twenty were there");
    let stored: i64 =
        world
            .database()?
            .query_row("SELECT count(*) FROM agent_performance", [], |row| row.get(0))?;
    assert_eq!(stored as u64, kept + rest.rows);
    offends_nobody(&world)
}
