//! The rule *no silent loss* for this provider: what goes wrong at a request either comes right by
//! itself, with every row there once, or is an error. An empty result is never made of it.

use futures_util::{StreamExt, stream};
use jiff::civil::date;
use tollgate_model::ErrorKind;
use tollgate_model::ErrorKind::{Data, Denied, Forbidden, RateLimited, Unauthorized, Unavailable};
use tollgate_simulators::InContact;
use tollgate_tests::brisk_limits;

use crate::truth;
use crate::world::{days, keeps_secrets, offends_nobody, slices_utc, within, world};

/// The stream, the fault, and what the run fails with; `None` where all rows arrive.
const CASES: &[(&str, &str, Option<ErrorKind>)] = &[
    // Pages of a list.
    ("contacts", "401:/contacts@3", None),
    ("contacts", "401:/contacts@3+", Some(Unauthorized)),
    ("contacts", "403:/contacts@3", Some(Forbidden)),
    ("contacts", "400:/contacts@3", Some(Data)),
    ("contacts", "503:/contacts@3", None),
    ("contacts", "503:/contacts@3+", Some(Unavailable)),
    ("contacts", "500:/contacts@3+", Some(Unavailable)),
    ("contacts", "429:/contacts@3x2", None),
    ("contacts", "429:/contacts@3+", Some(RateLimited)),
    ("contacts", "429=0:/contacts@3", None),
    ("contacts", "429=3600:/contacts@3", Some(RateLimited)),
    ("contacts", "cut-body:/contacts@3", None),
    ("contacts", "cut-body:/contacts@3+", Some(Unavailable)),
    ("contacts", "reset:/contacts@3+", Some(Unavailable)),
    ("contacts", "stall:/contacts@3", None),
    ("contacts", "cut-json:/contacts@3", None),
    ("contacts", "cut-json:/contacts@3+", Some(Data)),
    ("contacts", "html:/contacts@3", None),
    ("contacts", "html:/contacts@3+", Some(Data)),
    ("contacts", "error-body:/contacts@3+", Some(Data)),
    ("contacts", "missing-records:/contacts@3+", Some(Data)),
    ("contacts", "wrong-records:/contacts@3+", Some(Data)),
    ("contacts", "null-records:/contacts@3", None),
    ("contacts", "null-records:/contacts@3+", Some(Data)),
    ("contacts", "empty-page:/contacts@3", None),
    ("contacts", "empty-page:/contacts@3+", Some(Data)),
    ("contacts", "invalid-utf8:/contacts@3+", Some(Data)),
    ("contacts", "repeat-page:/contacts@3+", Some(Data)),
    ("contacts", "duplicate-page:/contacts@3", Some(Data)),
    ("contacts", "endless:/contacts", Some(Data)),
    ("contacts", "echo-headers:/contacts@3+", Some(Denied)),
    ("contacts", "huge-header=64:/contacts@3+", Some(Data)),
    ("contacts", "redirect=https://api-na1.niceincontact.com/x:/contacts@3+", Some(Data)),
    // A summary, each slice a request.
    ("agent_performance", "401:/agents/performance@2", None),
    ("agent_performance", "503:/agents/performance@2", None),
    ("agent_performance", "429:/agents/performance@2", None),
    ("agent_performance", "html:/agents/performance@2", None),
    ("agent_performance", "html:/agents/performance@2+", Some(Data)),
    ("agent_performance", "error-body:/agents/performance@2+", Some(Data)),
    ("agent_performance", "missing-records:/agents/performance@2+", Some(Data)),
    ("agent_performance", "null-records:/agents/performance@2+", Some(Data)),
    ("agent_performance", "cut-json:/agents/performance@2+", Some(Data)),
    // A report: the list of jobs, the job, its polls, its file.
    ("custom_report", "503:/report-jobs@1", None),
    ("custom_report", "html:/report-jobs@1+", Some(Data)),
    ("custom_report", "503:/report-jobs/600002@1", Some(Unavailable)),
    ("custom_report", "html:/report-jobs/600002@1", Some(Data)),
    ("custom_report", "503:/report-jobs/700001@2", None),
    ("custom_report", "429:/report-jobs/700001@2", None),
    ("custom_report", "html:/report-jobs/700001@2", None),
    ("custom_report", "cut-json:/report-jobs/700001@2+", Some(Data)),
    ("custom_report", "503:/files@1", None),
    ("custom_report", "403:/files@1", Some(Forbidden)),
    ("custom_report", "cut-body:/files@2", None),
    ("custom_report", "html:/files@1+", Some(Data)),
    ("custom_report", "cut-json:/files@1+", Some(Data)),
    ("custom_report", "redirect=https://elsewhere.example.net/:/files@1+", Some(Data)),
    // A download: a read, though it is a POST.
    ("data_download", "401:/report-jobs/datadownload/524@2", None),
    ("data_download", "503:/report-jobs/datadownload/524@2", None),
    ("data_download", "429:/report-jobs/datadownload/524@2", None),
    ("data_download", "html:/report-jobs/datadownload/524@2", None),
    ("data_download", "html:/report-jobs/datadownload/524@2+", Some(Data)),
    ("data_download", "error-body:/report-jobs/datadownload/524@2+", Some(Data)),
    ("data_download", "403:/report-jobs/datadownload/524@2", Some(Forbidden)),
    // The sign-in.
    ("contacts", "503:/auth/token@1", Some(Unavailable)),
    ("contacts", "429:/auth/token@1", None),
    ("contacts", "401:/auth/token@1", Some(Unauthorized)),
    ("contacts", "html:/auth/token@1+", Some(Data)),
    ("contacts", "cut-json:/auth/token@1+", Some(Data)),
    ("contacts", "echo-headers:/auth/token@1+", Some(Unauthorized)),
    ("contacts", "503:/.well-known/openid-configuration@1", None),
    ("contacts", "html:/.well-known/cxone-configuration@1+", Some(Data)),
];

async fn holds((stream, fault, wanted): &(&str, &str, Option<ErrorKind>)) -> anyhow::Result<()> {
    let world = within(brisk_limits(), InContact::builder().contacts(150).days(20)).await?;
    world.simulator.inject(fault.parse()?);
    let (first, last) = (date(2026, 11, 10), date(2026, 11, 15));
    let days = days(date(2026, 10, 26), last);
    let mut options: Vec<_> = days.iter().map(|(name, value)| (*name, &**value)).collect();
    let expected = match *stream {
        "contacts" => {
            options.extend([("slice_days", "31"), ("page_size", "20")]);
            truth::list(world.simulator.truth(), "contacts", 33).len()
        }
        "custom_report" => {
            options = vec![("custom_report", "600002")];
            40
        }
        "data_download" => {
            options.extend([("slice_days", "7"), ("data_download_report", "524")]);
            truth::list(world.simulator.truth(), "contacts_completed", 33).len()
        }
        _ => {
            let days = slices_utc(first, last, 2);
            options = vec![("date", "offset"), ("date_offset", "6"), ("slice_days", "2")];
            world.simulator.truth().summed(stream, &days).len()
        }
    };
    let run = world.sync(stream, &options).await?;
    anyhow::ensure!(world.simulator.unfired().is_empty(), "the fault did not fire");
    match (run, wanted) {
        (Ok(report), None) => {
            let rows = report.rows;
            anyhow::ensure!(rows == expected as u64, "{rows} rows instead of {expected}");
        }
        (Err(failed), Some(kind)) => {
            anyhow::ensure!(failed.error.kind() == *kind, "is {:?}", failed.error);
            keeps_secrets(&format!("{failed} {failed:?}"))?;
        }
        (Ok(report), Some(kind)) => anyhow::bail!("no {kind}, but {} rows", report.rows),
        (Err(failed), None) => anyhow::bail!("failed: {:?}", failed.error),
    }
    // What a fault makes of an answer is no fault of the connector's, but for what it sends.
    offends_nobody(&world)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_has_its_outcome() -> anyhow::Result<()> {
    let runs = CASES.iter().map(|case| async move {
        holds(case).await.err().map(|error| format!("{} of {}: {error:#}", case.1, case.0))
    });
    let wrong: Vec<String> =
        stream::iter(runs).buffer_unordered(8).filter_map(std::future::ready).collect().await;
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), CASES.len(), wrong.join("\n"));
    Ok(())
}

/// Rows that come and go while a list is read shift the pages behind them.
#[tokio::test(flavor = "multi_thread")]
async fn rows_that_vanish_or_appear_during_a_read_hide_no_other_row() -> anyhow::Result<()> {
    for fault in ["shrink=7:/agents@3", "grow=7:/agents@3"] {
        let simulator = InContact::builder().agents(100).fault(fault.parse()?);
        let world = world(simulator).await?;
        world.sync("agents", &[("page_size", "10")]).await??;
        assert!(world.simulator.unfired().is_empty());
        let stored = world.numbers("agents", "agent_id")?;
        let all = world.simulator.truth().plain("agents");
        let ids = all.iter().map(|row| row["agent_id"].as_i64().unwrap());
        let missing: Vec<_> = ids.filter(|id| stored.binary_search(id).is_err()).collect();
        assert!(missing.is_empty(), "{fault}: {missing:?}");
    }
    Ok(())
}
