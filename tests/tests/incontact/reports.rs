//! Custom reports: the jobs that run them, and what becomes of their files.

use std::time::Duration;

use jiff::SignedDuration;
use tollgate_model::ErrorKind;
use tollgate_simulators::InContact;
use tollgate_simulators::incontact::{Builder, JobOutcome};
use tollgate_tests::brisk_limits;

use crate::files::{as_texts, stored};
use crate::world::{World, at, calls, now, offends_nobody, speaking, within, world};

const ID: &str = "600002";
const BY_ID: &[(&str, &str)] = &[("custom_report", ID)];

async fn fails(world: &World, options: &[(&str, &str)]) -> anyhow::Result<tollgate_model::Error> {
    match world.sync("custom_report", options).await? {
        Ok(report) => anyhow::bail!("it did not fail, but brought {} rows", report.rows),
        Err(failed) => Ok(failed.error),
    }
}

fn count(world: &World, call: &str) -> usize {
    calls(world).iter().filter(|one| one.starts_with(call)).count()
}

/// Finding out the columns and reading the rows make one job, which is asked for until it is done.
#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_run_awaited_and_read_whole() -> anyhow::Result<()> {
    for version in [5, 13, 14, 33, 40] {
        let world = speaking(version, world(InContact::builder().job_polls(7)).await?);
        let report = world.sync("custom_report", BY_ID).await??;
        let table = world.simulator.truth().report(600_002);
        assert_eq!(report.rows, 40);
        assert_eq!(stored(&world, "custom_report", &table.header)?, as_texts(&table));
        assert_eq!(world.simulator.vendor().jobs_started(), 1, "v{version}");
        assert!(count(&world, "GET /report-jobs/") > 7, "{:?}", calls(&world));
        // The connector's own columns.
        let own = world.database()?.query_row(
            "SELECT count(*), min(report_id), max(report_id), max(job_start) FROM custom_report",
            [],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
        )?;
        let own: (i64, i64, i64, String) = own;
        assert_eq!((own.0, own.1, own.2), (40, 600_002, 600_002));
        assert!(own.3.starts_with("2026-11-15T17:30:00"), "{}", own.3);
        offends_nobody(&world)?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_chosen_by_its_name_and_from_the_menu() -> anyhow::Result<()> {
    let world = world(InContact::builder().reports(6)).await?;
    let session = world.session().await?;
    let read = session.read("custom_report").option("custom_report", "600001").build()?;
    let menu = session.choices(&read, "custom_report").await?;
    let menu: Vec<_> =
        menu.into_iter().map(|choice| (choice.value.parse().unwrap(), choice.title)).collect();
    assert_eq!(menu, world.simulator.truth().reports());
    for (id, name) in menu {
        world.sync("custom_report", &[("custom_report", &name)]).await??;
        let table = world.simulator.truth().report(id);
        assert_eq!(stored(&world, "custom_report", &table.header)?, as_texts(&table), "{name}");
    }
    let error = fails(&world, &[("custom_report", "Weekly agent")]).await?;
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.to_string().contains("Weekly agents"), "{error}");
    let error = fails(&world, &[("custom_report", "999")]).await?;
    assert_eq!(error.kind(), ErrorKind::Config, "{error:?}");
    Ok(())
}

/// Days that are chosen are sent, and with them no other job will do.
#[tokio::test(flavor = "multi_thread")]
async fn chosen_days_are_sent_and_make_jobs_of_their_own() -> anyhow::Result<()> {
    let world = world(InContact::builder()).await?;
    let options = [
        BY_ID[0],
        ("dates", "override"),
        ("start_date_relative", "3"),
        ("end_date_relative", "yesterday"),
    ];
    world.sync("custom_report", &options).await??;
    let requests = world.simulator.requests();
    let starts: Vec<_> = requests.iter().filter(|request| request.method == "POST").collect();
    let starts: Vec<_> = starts.iter().filter(|it| it.path.ends_with(ID)).collect();
    assert_eq!(starts.len(), 2, "one to find out the columns, one for the rows");
    for start in starts {
        assert_eq!(start.parameter("startDate"), Some("2026-11-12T00:00:00Z"));
        assert_eq!(start.parameter("endDate"), Some("2026-11-15T00:00:00Z"));
        assert_eq!(start.parameter("fileType"), Some("CSV"));
    }
    offends_nobody(&world)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_taken_again_only_while_it_is_young() -> anyhow::Result<()> {
    let mut world = world(InContact::builder()).await?;
    let started = |world: &World| world.simulator.vendor().jobs_started();
    world.sync("custom_report", BY_ID).await??;
    world = later(world, 9)?;
    world.sync("custom_report", BY_ID).await??;
    assert_eq!(started(&world), 1, "nine minutes later");
    world = later(world, 11)?;
    world.sync("custom_report", BY_ID).await??;
    assert_eq!(started(&world), 2, "eleven minutes later");
    world.sync("custom_report", &[BY_ID[0], ("reuse_minutes", "0")]).await??;
    assert_eq!(started(&world), 4, "two steps, a job each");
    offends_nobody(&world)
}

/// So many minutes after [`now`].
fn later(world: World, minutes: i64) -> anyhow::Result<World> {
    let by = SignedDuration::from_mins(minutes);
    let before = world.clock.now();
    world.simulator.advance(Duration::try_from(now() + by - before)?);
    at(now() + by, world)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_ends_without_a_file_says_so() -> anyhow::Result<()> {
    for (outcome, state) in [(JobOutcome::Failed, "Failed"), (JobOutcome::Expired, "Expired")] {
        let world = world(InContact::builder().job_outcome(outcome)).await?;
        let error = fails(&world, BY_ID).await?;
        assert_eq!(error.kind(), ErrorKind::Data, "{error:?}");
        assert!(error.to_string().contains(state), "{error}");
        assert!(world.database()?.prepare("SELECT * FROM custom_report").is_err(), "no table");
        offends_nobody(&world)?;
    }
    Ok(())
}

/// A job that goes on for ever ends at the limit for requests that come again.
#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_never_ends_ends_at_a_limit() -> anyhow::Result<()> {
    let mut limits = brisk_limits();
    limits.gate.repeats_within_call = 5;
    let world = within(limits, InContact::builder().job_outcome(JobOutcome::Never)).await?;
    let error = fails(&world, BY_ID).await?;
    assert_eq!(error.kind(), ErrorKind::Limit, "{error:?}");
    assert_eq!(count(&world, "GET /report-jobs/"), 6, "{:?}", calls(&world));
    offends_nobody(&world)
}

/// A result that was not kept makes another job, once: the second one's file is gone as well.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_gone_makes_another_job_once() -> anyhow::Result<()> {
    for status in [404, 410] {
        let gone = |lifetime| -> Builder {
            InContact::builder().file_expired_status(status).file_lifetime(lifetime)
        };
        let world = world(gone(Duration::ZERO)).await?;
        let error = fails(&world, BY_ID).await?;
        assert_eq!(error.kind(), ErrorKind::Config, "{error:?}");
        assert_eq!(world.simulator.vendor().jobs_started(), 2, "{status}");
        assert_eq!(count(&world, "GET /files"), 2, "{status}");
        offends_nobody(&world)?;
    }
    // A file that vanishes between finding out the columns and reading the rows is made again.
    let world = world(InContact::builder()).await?;
    world.simulator.inject("404:/files@2".parse()?);
    assert_eq!(world.sync("custom_report", BY_ID).await??.rows, 40);
    assert_eq!(world.simulator.vendor().jobs_started(), 2);
    offends_nobody(&world)
}

/// Some columns, in another order.
#[tokio::test(flavor = "multi_thread")]
async fn columns_can_be_chosen() -> anyhow::Result<()> {
    let world = world(InContact::builder()).await?;
    let session = world.session().await?;
    let columns = ["Handled", "report_id", "Note"];
    let read =
        session.read("custom_report").option("custom_report", ID).columns(columns).build()?;
    let mut scan = session.open(&read, None, None).await?;
    let page = scan.next().await?.unwrap();
    let names: Vec<_> =
        page.batch.schema().fields().iter().map(|field| field.name().clone()).collect();
    assert_eq!(names, columns);
    assert_eq!(page.batch.num_rows(), 40);
    offends_nobody(&world)
}

/// A file of several pages arrives whole, and one that is larger than the operator lets it be is an
/// error that says so.
#[tokio::test(flavor = "multi_thread")]
async fn a_large_file_arrives_whole_or_is_an_error() -> anyhow::Result<()> {
    let large = || InContact::builder().report_rows(12_000);
    let world = world(large()).await?;
    assert_eq!(world.sync("custom_report", BY_ID).await??.rows, 12_000);
    let table = world.simulator.truth().report(600_002);
    assert_eq!(stored(&world, "custom_report", &table.header)?, as_texts(&table));
    offends_nobody(&world)?;
    let mut limits = brisk_limits();
    limits.gate.response_body_bytes = 256 << 10;
    let world = within(limits, large()).await?;
    let error = fails(&world, BY_ID).await?;
    assert_eq!(error.kind(), ErrorKind::Limit, "{error:?}");
    assert!(world.database()?.prepare("SELECT * FROM custom_report").is_err(), "no table");
    offends_nobody(&world)
}
