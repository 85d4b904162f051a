//! What these tests do again and again.

use std::path::Path;

use anyhow::{Context, ensure};
use futures_util::{StreamExt, stream};
use serde_json::Value;
use tollgate_destinations::Sqlite;
use tollgate_model::Column;
use tollgate_simulators::constant_contact::openapi::OpenApi;
use tollgate_simulators::constant_contact::{
    Builder, CANARY_ACCESS, CANARY_PASTED, CANARY_REFRESH, CANARY_SECRET,
};
use tollgate_simulators::{ConstantContact, Request, Vendor as _};
use tollgate_sync::plan::Choices;
use tollgate_tests::legacy_account;

use crate::rows::{self, Rows};

/// Everything that is secret about an account.
const CANARIES: [&str; 4] = [CANARY_SECRET, CANARY_PASTED, CANARY_ACCESS, CANARY_REFRESH];
/// Streams that are read side by side, each at its own pace: the time goes by in waiting for it.
const AT_ONCE: usize = 16;

pub type World = tollgate_tests::World<ConstantContact>;

/// A stream with options, and the rows that have to come of it.
pub struct Case {
    pub stream: &'static str,
    pub options: Vec<(&'static str, String)>,
    pub expected: Rows,
}

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
    let session = world.session().await?;
    let described = session.connector().descriptor().stream(stream);
    Ok(described.with_context(|| format!("no stream {stream}"))?.columns.clone())
}

/// Reads every case into a database of its own and holds its rows against what is expected.
pub async fn hold(world: &World, cases: Vec<Case>) -> anyhow::Result<()> {
    let count = cases.len();
    let runs = cases.into_iter().enumerate().map(|(at, case)| async move {
        let name = format!("{} with {:?}", case.stream, case.options);
        holds(world, at, case).await.err().map(|error| format!("{name}: {error:#}"))
    });
    let wrong: Vec<String> =
        stream::iter(runs).buffer_unordered(AT_ONCE).filter_map(std::future::ready).collect().await;
    ensure!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
    Ok(())
}

async fn holds(world: &World, at: usize, case: Case) -> anyhow::Result<()> {
    let database = world.folder().join(format!("case-{at}.db"));
    let options: Vec<_> =
        case.options.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let destination = Box::new(Sqlite::at(database.clone()));
    let run = world.sync_into(destination, case.stream, &options, Choices::default()).await?;
    let report = run.map_err(|failed| failed.error)?;
    let columns = columns(world, case.stream).await?;
    let stored = rows::stored(&database, case.stream, &columns)?;
    ensure!(
        report.rows == stored.len() as u64,
        "{} rows told, {} there",
        report.rows,
        stored.len()
    );
    rows::compare(&stored, &rows::typed(&case.expected, &columns)?)
}

/// Nothing was sent that the provider would not take, and nothing secret is anywhere.
pub fn offends_nobody(world: &World) -> anyhow::Result<()> {
    ensure!(world.simulator.violations().is_empty(), "{:?}", world.simulator.violations());
    let events = serde_json::to_string(&world.events.all())?;
    for canary in CANARIES {
        ensure!(!events.contains(canary), "an event has {canary}");
        no_file_has(world.folder(), canary)?;
    }
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

fn no_file_has(folder: &Path, text: &str) -> anyhow::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let bytes = std::fs::read(&path)?;
        let found = bytes.windows(text.len()).any(|window| window == text.as_bytes());
        ensure!(!found, "{} has {text}", path.display());
    }
    Ok(())
}
