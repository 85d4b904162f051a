//! The rule *no silent loss*, fault by fault: a run succeeds only if every page was understood. The
//! real component, in the real runtime, against the stand-in over HTTP: 1,000 contacts on 10 pages,
//! and old data in the table, which has to be whole after every failure.

use futures_util::{StreamExt, stream};
use tollgate_model::ErrorKind;
use tollgate_simulators::{Fault, IContact};
use tollgate_tests::World;

/// What has to come of a run.
enum Outcome {
    /// All rows arrive, each once.
    Whole,
    /// The run fails with this kind and a text that says this.
    Fails(ErrorKind, &'static str),
}

use Outcome::{Fails, Whole};

/// The fault, in the stand-in's own notation, and what has to come of it.
const CASES: &[(&str, Outcome)] = &[
    // The credentials and the account.
    ("401:/contacts@4", Fails(ErrorKind::Unauthorized, "told to fail")),
    ("402:/contacts@4", Fails(ErrorKind::Forbidden, "unpaid")),
    ("403:/contacts@4", Fails(ErrorKind::Forbidden, "told to fail")),
    ("404:/contacts@4", Fails(ErrorKind::Config, "told to fail")),
    // What passes by itself, and what does not.
    ("503:/contacts@4x2", Whole),
    ("503:/contacts@4+", Fails(ErrorKind::Unavailable, "503")),
    ("500:/contacts@4+", Fails(ErrorKind::Unavailable, "500")),
    ("429=1:/contacts@4", Whole),
    ("429=3600:/contacts@4", Fails(ErrorKind::RateLimited, "rate limit")),
    // A connection that fails once, and one that always fails.
    ("cut-body:/contacts@4", Whole),
    ("cut-body:/contacts@4+", Fails(ErrorKind::Unavailable, "")),
    ("cut-chunked:/contacts@4", Whole),
    ("cut-chunked:/contacts@4+", Fails(ErrorKind::Unavailable, "")),
    ("reset:/contacts@4", Whole),
    ("reset:/contacts@4+", Fails(ErrorKind::Unavailable, "")),
    ("reset-body:/contacts@4", Whole),
    ("reset-body:/contacts@4+", Fails(ErrorKind::Unavailable, "")),
    ("close:/contacts@4", Whole),
    ("stall:/contacts@4", Whole),
    ("stall:/contacts@4+", Fails(ErrorKind::Unavailable, "")),
    ("stall-body:/contacts@4+", Fails(ErrorKind::Unavailable, "")),
    ("drip=20:/contacts@4+", Fails(ErrorKind::Unavailable, "")),
    // An answer that is not what it should be, once and always.
    ("cut-json:/contacts@4", Whole),
    ("cut-json:/contacts@4+", Fails(ErrorKind::Data, "")),
    ("html:/contacts@4", Whole),
    ("html:/contacts@4+", Fails(ErrorKind::Data, "")),
    ("error-body:/contacts@4+", Fails(ErrorKind::Data, "")),
    ("missing-records:/contacts@4", Whole),
    ("missing-records:/contacts@4+", Fails(ErrorKind::Data, "contacts")),
    ("wrong-records:/contacts@4+", Fails(ErrorKind::Data, "")),
    ("invalid-utf8:/contacts@4+", Fails(ErrorKind::Data, "")),
    // Pages that do not add up.
    ("null-records:/contacts@4", Whole),
    ("null-records:/contacts@4+", Fails(ErrorKind::Data, "")),
    ("empty-page:/contacts@4", Whole),
    ("empty-page:/contacts@4+", Fails(ErrorKind::Data, "")),
    ("repeat-page:/contacts@4+", Fails(ErrorKind::Data, "")),
    ("repeat-page=stale:/contacts@4+", Fails(ErrorKind::Data, "begins at row 0 instead of")),
    ("duplicate-page:/contacts@4", Fails(ErrorKind::Data, "")),
    // A secret that comes back.
    ("echo-headers:/contacts@4+", Fails(ErrorKind::Denied, "secret")),
    ("redirect=https://elsewhere.example.net/:/contacts@4+", Fails(ErrorKind::Data, "302")),
];

const OPTIONS: &[(&str, &str)] = &[("status", "total"), ("page_size", "100")];

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_has_its_outcome_and_no_row_is_lost() -> anyhow::Result<()> {
    // Most of the time is spent in waiting for an answer that does not come, so many go at once.
    let runs = CASES.iter().map(|(fault, outcome)| async move {
        holds(fault, outcome).await.err().map(|error| format!("{fault}: {error:#}"))
    });
    let wrong: Vec<String> =
        stream::iter(runs).buffer_unordered(8).filter_map(std::future::ready).collect().await;
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), CASES.len(), wrong.join("\n"));
    Ok(())
}

async fn holds(fault: &str, outcome: &Outcome) -> anyhow::Result<()> {
    let world = World::around(IContact::builder().contacts(1_000).start().await?)?;
    let before = world.sync("contacts", OPTIONS).await?;
    anyhow::ensure!(before.is_ok(), "the healthy run failed: {:?}", before.err());
    let expected = ids(&world);
    anyhow::ensure!(world.numbers("contacts", "contact_id")? == expected, "rows are wrong before");
    // A mark on the old data tells whether it was touched.
    world.database()?.execute("UPDATE contacts SET email = 'old'", [])?;
    let fault: Fault = fault.parse()?;
    world.simulator.clear();
    world.simulator.inject(fault);
    let run = world.sync("contacts", OPTIONS).await?;
    anyhow::ensure!(world.simulator.unfired().is_empty(), "the fault did not fire");
    let old: i64 = world.database()?.query_row(
        "SELECT count(*) FROM contacts WHERE email = 'old'",
        [],
        |row| row.get(0),
    )?;
    match (outcome, run) {
        (Whole, Ok(_)) => anyhow::ensure!(old == 0, "old rows stayed"),
        (Whole, Err(failed)) => anyhow::bail!("failed: {:?}", failed.error),
        (Fails(kind, text), Ok(report)) => {
            anyhow::bail!("succeeded with {} rows; {kind} {text:?} was expected", report.rows)
        }
        (Fails(kind, text), Err(failed)) => {
            let error = failed.error;
            anyhow::ensure!(error.kind() == *kind, "is {}: {error}", error.kind());
            anyhow::ensure!(error.message().contains(text), "says {:?}", error.message());
            anyhow::ensure!(old == expected.len() as i64, "old rows were touched");
        }
    }
    anyhow::ensure!(world.numbers("contacts", "contact_id")? == expected, "rows are wrong");
    Ok(())
}

fn ids(world: &World<IContact>) -> Vec<i64> {
    let mut ids: Vec<i64> =
        world.simulator.truth().contacts().map(|contact| contact.contact_id as i64).collect();
    ids.sort_unstable();
    ids
}

/// Rows that come and go while a stream is read shift the pages behind them.
#[tokio::test(flavor = "multi_thread")]
async fn rows_that_vanish_or_appear_during_a_read_hide_no_other_row() -> anyhow::Result<()> {
    for (fault, gone) in [("shrink=30:/contacts@4", 30), ("grow=30:/contacts@4", 0)] {
        let fault: Fault = fault.parse()?;
        let world = World::around(IContact::builder().contacts(1_000).fault(fault).start().await?)?;
        let report = world.sync("contacts", OPTIONS).await??;
        assert!(world.simulator.unfired().is_empty());
        let stored = world.numbers("contacts", "contact_id")?;
        let mut missing = ids(&world);
        missing.retain(|id| stored.binary_search(id).is_err());
        // What was removed had been read before it went; nothing that stayed may be missing.
        assert!(missing.len() <= gone, "missing: {missing:?}, {report:?}");
        assert!(missing.is_empty(), "missing: {missing:?}, {report:?}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_without_end_end_with_an_error() -> anyhow::Result<()> {
    let fault: Fault = "endless:/contacts".parse()?;
    let world = World::around(IContact::builder().contacts(100).fault(fault).start().await?)?;
    let failed = world.sync("contacts", OPTIONS).await?.err();
    let failed = failed.ok_or_else(|| anyhow::anyhow!("an endless stream came to an end"))?;
    assert_eq!(failed.error.kind(), ErrorKind::Data, "{:?}", failed.error);
    assert!(failed.error.message().contains("repeats"), "{:?}", failed.error);
    assert!(world.numbers("contacts", "contact_id").is_err(), "no table was made");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_retry_after_says_until_when_and_waits_for_nobody() -> anyhow::Result<()> {
    let fault: Fault = "429=3600:/contacts".parse()?;
    let world = World::around(IContact::builder().fault(fault).start().await?)?;
    let failed = world.sync("contacts", OPTIONS).await?.err();
    let failed = failed.ok_or_else(|| anyhow::anyhow!("the run did not fail"))?;
    let until = failed.error.retry_at().ok_or_else(|| anyhow::anyhow!("no time is said"))?;
    let wait = until.duration_since(jiff::Timestamp::now()).as_secs();
    assert!((3_500..=3_600).contains(&wait), "{wait} s");
    assert_eq!(world.simulator.fired("429"), 1, "it is not asked again");
    Ok(())
}
