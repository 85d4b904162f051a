//! Every stream, whole, in all versions of the API.

use jiff::civil::date;
use tollgate_simulators::InContact;
use tollgate_simulators::incontact::{Builder, Empty, SUMS, Versions};
use tollgate_tests::{InContactLogin, in_contact_account};

use crate::truth;
use crate::world::{World, case, days, hold, now, offends_nobody, slices_utc, speaking, world};

fn few() -> Builder {
    InContact::builder().days(40).contacts(150)
}

/// Holds every stream but those of files against the truth.
async fn whole(world: &World, version: u32) -> anyhow::Result<()> {
    let truth = world.simulator.truth();
    let (first, last) = (date(2026, 10, 6), date(2026, 11, 15));
    let mut cases = Vec::new();
    for stream in truth::LISTS {
        // So few rows that there are several pages.
        let size = if stream.starts_with("contacts") { "20" } else { "3" };
        let mut case = case(stream, &[("page_size", size)], truth::list(truth, stream, version));
        if stream.starts_with("contacts") {
            case.options.extend(days(first, last));
        }
        cases.push(case);
    }
    let slices = slices_utc(date(2026, 11, 5), last, 2);
    for stream in SUMS {
        let mut case = case(stream, &[("slice_days", "2")], truth.summed(stream, &slices));
        case.options.extend(days(date(2026, 11, 5), last));
        cases.push(case);
    }
    hold(world, cases).await?;
    offends_nobody(world)
}

/// The oldest names, the forms between, the default, and the newest spelling.
#[tokio::test(flavor = "multi_thread")]
async fn every_stream_is_what_the_provider_has_in_every_version() -> anyhow::Result<()> {
    for version in [33, 2, 13, 21, 22, 34] {
        let world = speaking(version, world(few()).await?);
        whole(&world, version).await?;
        let services = format!("/inContactAPI/services/v{version}.0/");
        let requests = world.simulator.requests();
        let mut calls = requests.iter().filter(|request| request.path.contains("/services/"));
        assert!(calls.all(|request| request.path.starts_with(&services)), "v{version}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_sign_in_leads_to_the_same_rows() -> anyhow::Result<()> {
    for login in InContactLogin::ALL {
        let mut world = world(few()).await?;
        world.account = in_contact_account(&world.simulator, login)?;
        whole(&world, 33).await?;
        let sign_ins = world.simulator.sign_ins();
        let own = match login {
            InContactLogin::Cxone => sign_ins.cxone,
            InContactLogin::AccessKey => sign_ins.access_key,
            InContactLogin::Password => sign_ins.password,
        };
        assert_eq!((own, sign_ins.refusals), (sign_ins.requests, 0), "{login:?}");
    }
    Ok(())
}

/// Where nothing matches, one account answers with status 204, another with an empty list.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_no_rows_however_it_is_written() -> anyhow::Result<()> {
    for empty in [Empty::NoContent, Empty::List] {
        for version in [12, 33] {
            let nobody = few().empty(empty).agents(0).teams(0).skills(0).campaigns(0).contacts(0);
            let world = speaking(version, world(nobody).await?);
            let mut streams = truth::LISTS.to_vec();
            streams.extend(SUMS);
            for stream in streams {
                let report = world.sync(stream, &[]).await??;
                assert_eq!(report.rows, 0, "{stream} in v{version} with {empty:?}");
            }
            offends_nobody(&world)?;
        }
    }
    Ok(())
}

/// Where the provider changes its names is not known for certain: what comes is what is read.
#[tokio::test(flavor = "multi_thread")]
async fn answers_are_read_by_their_names_whatever_the_version() -> anyhow::Result<()> {
    let late = Versions { pascal_below: 40, old_contacts_below: 40, ..Versions::default() };
    let world = world(few().versions(late)).await?;
    let truth = world.simulator.truth();
    let mut cases = Vec::new();
    for stream in ["teams", "skills", "contacts"] {
        let mut case = case(stream, &[], truth::list(truth, stream, 33));
        if stream == "contacts" {
            case.options.extend(days(date(2026, 10, 6), date(2026, 11, 15)));
        }
        cases.push(case);
    }
    hold(&world, cases).await?;
    assert_eq!(truth.last(), now());
    offends_nobody(&world)
}
