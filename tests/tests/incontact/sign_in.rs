//! Signing in, and tokens that end while they are used.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use jiff::civil::{Date, date};
use tollgate_destinations::Sqlite;
use tollgate_model::{ErrorKind, Event, ManualClock};
use tollgate_simulators::InContact;
use tollgate_simulators::incontact::{Builder, Credentials};
use tollgate_sync::plan::Choices;
use tollgate_sync::{Failed, Report};
use tollgate_tests::{InContactLogin, in_contact_account, rows};

use crate::world::{World, calls, days, now, offends_nobody, slices_utc, world};

const STREAM: &str = "agent_performance";
const FIRST: Date = date(2026, 10, 20);
const LAST: Date = date(2026, 11, 12);

async fn signing_in(login: InContactLogin, simulator: Builder) -> anyhow::Result<World> {
    let mut world = world(simulator).await?;
    world.account = in_contact_account(&world.simulator, login)?;
    Ok(world)
}

/// Reads 24 days, a slice each.
async fn read(world: &World) -> anyhow::Result<Result<Report, Failed>> {
    let days = days(FIRST, LAST);
    let options: Vec<_> = days.iter().map(|(name, value)| (*name, &**value)).collect();
    let into = Box::new(Sqlite::at(world.database_file()));
    world.sync_into(into, STREAM, &options, Choices::default()).await
}

async fn all_is_there(world: &World) -> anyhow::Result<()> {
    let columns = world.columns(STREAM).await?;
    let expected = world.simulator.truth().summed(STREAM, &slices_utc(FIRST, LAST, 1));
    let stored = rows::stored(&world.database_file(), STREAM, &columns)?;
    rows::compare(&stored, &rows::typed(&expected, &columns)?)?;
    offends_nobody(world)
}

/// Several slices are under way when the token ends, and all are refused: one of them renews it.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_ends_amid_the_slices_of_a_read_is_renewed_once() -> anyhow::Result<()> {
    for login in InContactLogin::ALL {
        let world = signing_in(login, InContact::builder()).await?;
        let ending = async {
            world.events.requests(8).await;
            world.simulator.expire_access_tokens();
        };
        let (run, ()) = tokio::join!(read(&world), ending);
        run?.map_err(|failed| failed.error)?;
        let sign_ins = world.simulator.sign_ins();
        let signed_in = sign_ins.cxone + sign_ins.access_key + sign_ins.password;
        assert_eq!((signed_in, sign_ins.renewals), (1, 1), "{login:?}");
        assert_eq!((sign_ins.refusals, sign_ins.refresh_reuses), (0, 0), "{login:?}");
        all_is_there(&world).await?;
    }
    Ok(())
}

/// A token is renewed before its end where that is known, so that nothing is refused.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_renewed_before_its_end() -> anyhow::Result<()> {
    for login in InContactLogin::ALL {
        let short = InContact::builder().access_lifetime(Duration::from_secs(600));
        let mut world = signing_in(login, short).await?;
        let clock = Arc::new(ManualClock::new(now()));
        world.clock = clock.clone();
        let passing = async {
            for count in [5, 15] {
                world.events.requests(count).await;
                clock.advance(SignedDuration::from_secs(595));
                world.simulator.advance(Duration::from_secs(595));
            }
        };
        let (run, ()) = tokio::join!(read(&world), passing);
        run?.map_err(|failed| failed.error)?;
        assert_eq!(world.simulator.sign_ins().renewals, 2, "{login:?}");
        let is_refusal =
            |event: &Event| matches!(event, Event::Request(request) if request.status == Some(401));
        assert!(!world.events.all().iter().any(is_refusal), "{login:?}");
        offends_nobody(&world)?;
    }
    Ok(())
}

/// Where the provider does not renew, it is signed in again: by itself, since the credentials are
/// at hand.
#[tokio::test(flavor = "multi_thread")]
async fn a_renewal_that_is_refused_is_a_new_sign_in() -> anyhow::Result<()> {
    for login in InContactLogin::ALL {
        let refusing = InContact::builder().refresh_refused(true);
        let world = signing_in(login, refusing).await?;
        let ending = async {
            world.events.requests(5).await;
            world.simulator.expire_access_tokens();
        };
        let (run, ()) = tokio::join!(read(&world), ending);
        run?.map_err(|failed| failed.error)?;
        let sign_ins = world.simulator.sign_ins();
        let signed_in = sign_ins.cxone + sign_ins.access_key + sign_ins.password;
        assert_eq!((signed_in, sign_ins.renewals, sign_ins.refusals), (2, 0, 1), "{login:?}");
        all_is_there(&world).await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_that_are_all_revoked_are_a_new_sign_in() -> anyhow::Result<()> {
    let world = signing_in(InContactLogin::Cxone, InContact::builder()).await?;
    let revoking = async {
        world.events.requests(6).await;
        world.simulator.revoke_tokens();
    };
    let (run, ()) = tokio::join!(read(&world), revoking);
    run?.map_err(|failed| failed.error)?;
    assert_eq!(world.simulator.sign_ins().cxone, 2);
    all_is_there(&world).await
}

/// A token that serves a few requests only is had again and again.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_soon_used_up_is_renewed_each_time() -> anyhow::Result<()> {
    for login in InContactLogin::ALL {
        let world = signing_in(login, InContact::builder().requests_per_token(12)).await?;
        read(&world).await?.map_err(|failed| failed.error)?;
        assert!(world.simulator.sign_ins().renewals >= 1, "{login:?}");
        assert_eq!(world.simulator.sign_ins().refresh_reuses, 0, "{login:?}");
        all_is_there(&world).await?;
    }
    Ok(())
}

/// The provider refuses the token of each renewal: one renewal, and then the run fails.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_refused_again_after_its_renewal_ends_the_run() -> anyhow::Result<()> {
    let fault = "401:/agents/performance@3+".parse()?;
    let world = signing_in(InContactLogin::Cxone, InContact::builder().fault(fault)).await?;
    let Err(failed) = read(&world).await? else { anyhow::bail!("the run did not fail") };
    assert_eq!(failed.error.kind(), ErrorKind::Unauthorized, "{:?}", failed.error);
    assert!((1..=4).contains(&world.simulator.sign_ins().renewals), "at most one for each part");
    offends_nobody(&world)
}

/// Wrong credentials are tried once, however many parts wait for the token, and are in no message.
#[tokio::test(flavor = "multi_thread")]
async fn wrong_credentials_are_tried_once_and_told_nowhere() -> anyhow::Result<()> {
    for login in InContactLogin::ALL {
        let mut world = signing_in(login, InContact::builder()).await?;
        let other = Credentials {
            password: "canary-wrong-1".to_owned(),
            access_key_secret: "canary-wrong-2".to_owned(),
            ..Credentials::default()
        };
        let elsewhere = InContact::builder().credentials(other).start().await?;
        world.account = in_contact_account(&elsewhere, login)?;
        let Err(failed) = read(&world).await? else { anyhow::bail!("{login:?} was let in") };
        assert_eq!(failed.error.kind(), ErrorKind::Unauthorized, "{:?}", failed.error);
        let told = format!("{failed} {failed:?}");
        assert!(!told.contains("canary"), "{told}");
        let sign_ins = world.simulator.sign_ins();
        assert_eq!((sign_ins.requests, sign_ins.refusals), (1, 1), "{login:?}");
        assert_eq!(calls(&world), Vec::<String>::new());
        world.keeps(&["canary"])?;
    }
    Ok(())
}
