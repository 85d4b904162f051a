//! The rule *no silent loss* for this provider: what goes wrong at a page either comes right by
//! itself, with every row there once, or is an error. An empty result is never made of it.

use futures_util::{StreamExt, stream};
use tollgate_model::ErrorKind;
use tollgate_simulators::{ConstantContact, Fault};

use crate::world::{self, World};

/// The fault, and what the run fails with; `None` where all rows arrive.
const CASES: &[(&str, Option<ErrorKind>)] = &[
    ("401:/contacts@3+", Some(ErrorKind::Unauthorized)),
    ("403:/contacts@3", Some(ErrorKind::Forbidden)),
    ("410:/contacts@3", Some(ErrorKind::Forbidden)),
    ("503:/contacts@3", None),
    ("503:/contacts@3+", Some(ErrorKind::Unavailable)),
    ("429=0:/contacts@3", None),
    ("429=3600:/contacts@3", Some(ErrorKind::RateLimited)),
    ("cut-body:/contacts@3", None),
    ("reset:/contacts@3+", Some(ErrorKind::Unavailable)),
    ("cut-json:/contacts@3", None),
    ("cut-json:/contacts@3+", Some(ErrorKind::Data)),
    ("html:/contacts@3", None),
    ("html:/contacts@3+", Some(ErrorKind::Data)),
    ("error-body:/contacts@3+", Some(ErrorKind::Data)),
    ("missing-records:/contacts@3+", Some(ErrorKind::Data)),
    ("empty-page:/contacts@3", None),
    ("null-records:/contacts@3", None),
    ("null-records:/contacts@3+", Some(ErrorKind::Data)),
    ("invalid-utf8:/contacts@3+", Some(ErrorKind::Data)),
    ("repeat-page:/contacts@3+", Some(ErrorKind::Data)),
    ("duplicate-page:/contacts@3", Some(ErrorKind::Data)),
    ("echo-headers:/contacts@3+", Some(ErrorKind::Denied)),
    ("redirect=https://elsewhere.example.net/:/contacts@3+", Some(ErrorKind::Data)),
];

async fn holds(world: World, stream: &str, status: &str, case: usize) -> anyhow::Result<()> {
    let (fault, wanted) = &CASES[case];
    world.simulator.inject(fault.parse::<Fault>()?);
    let option = if stream == "contacts" { "contact_status" } else { "status" };
    let run = world.sync(stream, &[(option, status), ("page_size", "20")]).await?;
    anyhow::ensure!(world.simulator.unfired().is_empty(), "the fault did not fire");
    match (run, wanted) {
        (Ok(report), None) => {
            let all = world.simulator.truth().rows(if stream == "contacts" {
                stream
            } else {
                "v2/contacts"
            });
            anyhow::ensure!(report.rows == all as u64, "{} rows instead of {all}", report.rows);
        }
        (Err(failed), Some(kind)) => {
            anyhow::ensure!(failed.error.kind() == *kind, "is {:?}", failed.error);
        }
        (Ok(report), Some(kind)) => anyhow::bail!("no {kind}, but {} rows", report.rows),
        (Err(failed), None) => anyhow::bail!("failed: {:?}", failed.error),
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_has_its_outcome_over_both_apis() -> anyhow::Result<()> {
    let few = || ConstantContact::builder().contacts(90);
    let runs = (0..CASES.len()).flat_map(|case| [(case, true), (case, false)]);
    let runs = runs.map(|(case, is_v3)| async move {
        let held = async {
            match is_v3 {
                true => holds(world::v3(few()).await?, "contacts", "all", case).await,
                false => holds(world::v2(few()).await?, "v2_contacts", "ALL", case).await,
            }
        };
        let name = if is_v3 { "v3" } else { "v2" };
        held.await.err().map(|error| format!("{} over {name}: {error:#}", CASES[case].0))
    });
    let wrong: Vec<String> =
        stream::iter(runs).buffer_unordered(8).filter_map(std::future::ready).collect().await;
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), 2 * CASES.len(), wrong.join("\n"));
    Ok(())
}
