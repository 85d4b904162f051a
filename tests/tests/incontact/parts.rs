//! Slices that fail while others are read: what is tried again, and what is left for the next run.

use jiff::ToSpan;
use jiff::civil::{Date, date};
use tollgate_destinations::Sqlite;
use tollgate_model::{ErrorKind, Event};
use tollgate_simulators::{Fault, InContact};
use tollgate_sync::plan::Choices;
use tollgate_sync::{Failed, Mode, Report};
use tollgate_tests::rows;

use crate::world::{World, calls, days, offends_nobody, slices_utc, world};

const LAST: Date = date(2026, 11, 15);
const STREAM: &str = "agent_performance";
const SLICES: u64 = 5;

/// Reads slices one after the other, so that a fault meets the one that is meant.
async fn run(world: &World, part_retries: u32) -> anyhow::Result<Result<Report, Failed>> {
    let mut options = days(first(), LAST);
    options.push(("slice_days", "2".to_owned()));
    let options: Vec<_> = options.iter().map(|(name, value)| (*name, &**value)).collect();
    let choices = Choices {
        mode: Mode::Replace,
        concurrency: Some(1),
        part_retries: Some(part_retries),
        ..Choices::default()
    };
    let into = Box::new(Sqlite::at(world.database_file()));
    world.sync_into(into, STREAM, &options, choices).await
}

fn first() -> Date {
    LAST - 9.days()
}

/// All rows are there, once.
async fn has_all(world: &World) -> anyhow::Result<()> {
    let truth = world.simulator.truth().summed(STREAM, &slices_utc(first(), LAST, 2));
    let columns = world.columns(STREAM).await?;
    let stored = rows::stored(&world.database_file(), STREAM, &columns)?;
    rows::compare(&stored, &rows::typed(&truth, &columns)?)
}

/// The gate tries a request three times: that is how often the first slice is read in vain.
#[tokio::test(flavor = "multi_thread")]
async fn an_unlucky_slice_is_read_again_and_the_run_succeeds() -> anyhow::Result<()> {
    let world = world(InContact::builder()).await?;
    world.simulator.inject("503:/agents/performance@2x3".parse::<Fault>()?);
    let report = run(&world, 1).await??;
    assert!(world.simulator.unfired().is_empty());
    assert_eq!((report.part_retries, report.parts_left, report.partitions), (1, 0, SLICES));
    let is_retry = |event: &Event| matches!(event, Event::PartitionRetried { .. });
    assert_eq!(world.events.all().iter().filter(|event| is_retry(event)).count(), 1);
    has_all(&world).await?;
    offends_nobody(&world)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slice_that_goes_on_failing_is_all_that_the_next_run_reads() -> anyhow::Result<()> {
    let world = world(InContact::builder()).await?;
    world.simulator.inject("503:/agents/performance@2x6".parse::<Fault>()?);
    let Err(failed) = run(&world, 1).await? else { anyhow::bail!("it did not fail") };
    assert!(world.simulator.unfired().is_empty());
    assert_eq!(failed.error.kind(), ErrorKind::Unavailable, "{:?}", failed.error);
    let told = failed.to_string();
    assert!(told.contains("(1 failed, 4 came to their end): connector incontact "), "{told}");
    let Report { parts_left, partitions, rows, kept, .. } = failed.report;
    assert_eq!((parts_left, partitions), (1, SLICES - 1));
    assert_eq!(kept.map(|kept| (kept.rows, kept.visible)), Some((rows, false)));
    world.simulator.clear();
    let report = run(&world, 1).await??;
    assert_eq!(report.partitions, 1);
    let asked = calls(&world).into_iter().filter(|call| call.contains("/agents/performance"));
    assert_eq!(asked.count(), 1, "what was read is not read again");
    has_all(&world).await?;
    offends_nobody(&world)
}
