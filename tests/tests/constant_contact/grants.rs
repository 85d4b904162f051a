//! Tokens that end while they are used.

use tollgate_destinations::Sqlite;
use tollgate_model::ErrorKind;
use tollgate_simulators::ConstantContact;
use tollgate_simulators::constant_contact::CANARY_SECRET;
use tollgate_sync::plan::Choices;
use tollgate_vault::{Account, Secret};

use crate::rows;
use crate::truth;
use crate::world::{World, columns, offends_nobody, v3};

const STREAM: &str = "contact_activity_details";

/// A world whose account has tokens that a person gave, to be renewed with the client's secret.
async fn granted() -> anyhow::Result<World> {
    let mut world = v3(ConstantContact::builder().contacts(12).campaigns(3)).await?;
    let (access, refresh) = world.simulator.grant();
    world.account = Account::new("acme".parse()?, "constant_contact".parse()?)
        .with_auth_method("oauth")
        .with_setting("client_id", world.simulator.credentials().client_id.clone())
        .with_secret("client_secret", Secret::new(CANARY_SECRET.to_owned()))
        .with_secret("access_token", Secret::new(access))
        .with_secret("refresh_token", Secret::new(refresh));
    Ok(world)
}

/// Several parts are under way when the token ends, and all are refused: one of them renews it.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_ends_amid_the_parts_of_a_read_is_renewed_once() -> anyhow::Result<()> {
    let world = granted().await?;
    let database = world.folder().join("parts.db");
    let options = [("contact_status", "all")];
    let into = Box::new(Sqlite::at(database.clone()));
    let run = world.sync_into(into, STREAM, &options, Choices::default());
    let ending = async {
        for count in [4, 10] {
            world.events.requests(count).await;
            world.simulator.expire_access_tokens();
        }
    };
    let (run, ()) = tokio::join!(run, ending);
    let report = run?.map_err(|failed| failed.error)?;
    let columns = columns(&world, STREAM).await?;
    let expected = truth::of(world.simulator.truth(), STREAM);
    assert_eq!(report.rows, expected.len() as u64);
    rows::compare(&rows::stored(&database, STREAM, &columns)?, &rows::typed(&expected, &columns)?)?;
    assert_eq!(world.simulator.token_requests(), 2, "one for each token that ended");
    assert_eq!(world.simulator.refresh_reuses(), 0);
    offends_nobody(&world)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_that_ends_amid_a_read_says_what_to_run() -> anyhow::Result<()> {
    let world = granted().await?;
    let run = world.sync(STREAM, &[("contact_status", "all")]);
    let ending = async {
        world.events.requests(4).await;
        world.simulator.revoke_grants();
    };
    let (run, ()) = tokio::join!(run, ending);
    let Err(failed) = run? else { anyhow::bail!("a read without a grant came to its end") };
    assert_eq!(failed.error.kind(), ErrorKind::Unauthorized, "{:?}", failed.error);
    let hint = failed.error.hint().unwrap_or_default();
    assert!(hint.contains("tollgate account connect acme"), "{hint}");
    offends_nobody(&world)
}
