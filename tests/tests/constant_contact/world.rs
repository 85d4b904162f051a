//! What these tests do again and again.

use anyhow::ensure;
use serde_json::Value;
use tollgate_model::Column;
use tollgate_simulators::constant_contact::openapi::OpenApi;
use tollgate_simulators::constant_contact::{
    Builder, CANARY_ACCESS, CANARY_PASTED, CANARY_REFRESH, CANARY_SECRET,
};
use tollgate_simulators::{ConstantContact, Request, Vendor as _};
use tollgate_tests::legacy_account;

use crate::rows;

pub use tollgate_tests::cases::Case;

/// Everything that is secret about an account.
const CANARIES: [&str; 4] = [CANARY_SECRET, CANARY_PASTED, CANARY_ACCESS, CANARY_REFRESH];
pub type World = tollgate_tests::World<ConstantContact>;

/// A world whose account opens the API v3.
pub async fn v3(simulator: Builder) -> anyhow::Result<World> {
    World::around(simulator.start().await?)
}

/// A world whose account opens the API v2.
pub async fn v2(simulator: Builder) -> anyhow::Result<World> {
    let mut world = v3(simulator).await?;
    world.account = legacy_account(&world.simulator)?;
    Ok(world)
}

/// Has the provider change something at once, as somebody else would have it.
pub fn change(world: &World, method: &str, path: &str, body: &Value) {
    let headers = [
        ("authorization", format!("Bearer {CANARY_PASTED}")),
        ("accept", "application/json".to_owned()),
        ("content-type", "application/json".to_owned()),
    ];
    let request = Request {
        method: method.to_owned(),
        path: path.to_owned(),
        headers: headers.map(|(name, value)| (name.to_owned(), value)).into(),
        has_body: !body.is_null(),
        body: if body.is_null() { String::new() } else { body.to_string() }.into(),
        ..Request::default()
    };
    let reply = world.simulator.vendor().respond(&request, &[]);
    assert!(reply.status < 300, "{}", String::from_utf8_lossy(&reply.body));
}

/// The columns of a stream.
pub async fn columns(world: &World, stream: &str) -> anyhow::Result<Vec<Column>> {
    world.columns(stream).await
}

/// Reads every case into a database of its own and holds its rows against what is expected.
pub async fn hold(world: &World, cases: Vec<Case>) -> anyhow::Result<()> {
    world.hold(cases, rows::uniform).await
}

/// Nothing was sent that the provider would not take, and nothing secret is anywhere.
pub fn offends_nobody(world: &World) -> anyhow::Result<()> {
    ensure!(world.simulator.violations().is_empty(), "{:?}", world.simulator.violations());
    world.keeps(&CANARIES)?;
    let Some(rules) = OpenApi::load() else {
        println!("SKIPPED: the vendor's description is not here, no request was held against it");
        return Ok(());
    };
    for request in world.simulator.requests().iter().filter(|it| it.path.starts_with("/v3/")) {
        let wrong = rules.check_request(request);
        ensure!(wrong.is_empty(), "{} {}: {wrong:?}", request.method, request.path);
    }
    Ok(())
}
