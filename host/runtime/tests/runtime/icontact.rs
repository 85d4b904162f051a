//! The iContact component against its simulator, in this process: what comes out is what is there.

#[path = "../../examples/embed.rs"]
#[expect(dead_code, reason = "the example's `main` is not called here")]
mod embed;

use std::collections::BTreeSet;
use std::path::PathBuf;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use serde_json::Value;
use tollgate_model::{Column, Error, ErrorKind, Usage};
use tollgate_runtime::{
    Access, Account, Limits, Read, Runtime, RuntimeConfig, Secret, Session, Source,
};
use tollgate_simulators::{IContact, Simulator};

const ORIGIN: &str = "https://app.icontact.com";

fn component() -> PathBuf {
    tollgate_test_artifacts::component("icontact")
}

/// A connector of sixteen streams. What the SDK adds to it, it adds to every component.
#[test]
fn the_component_is_smaller_than_400_kb() {
    let bytes = std::fs::metadata(component()).unwrap().len();
    assert!(bytes < 400_000, "the component has {bytes} bytes");
}

fn account(server: &Simulator<IContact>) -> Account {
    let credentials = server.credentials();
    Account::new("acme".parse().unwrap(), "icontact".parse().unwrap())
        .with_setting("username", credentials.username.clone())
        .with_secret("app_id", Secret::new(credentials.app_id.clone()))
        .with_secret("password", Secret::new(credentials.password.clone()))
}

async fn session(server: &Simulator<IContact>, account: &Account) -> Session {
    let cache_dir = Some(PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("compiled"));
    let limits = Limits::default();
    let runtime = Runtime::new(RuntimeConfig { cache_dir, limits, ..RuntimeConfig::default() });
    let connector = runtime.unwrap().load_file(&component()).await.unwrap();
    let access = Access::declared(connector.descriptor()).remap(ORIGIN, server.origin());
    connector.connect(account, access).unwrap()
}

/// The ids in one column of everything that a read gives, over all its parts.
async fn ids(session: &Session, read: &Read, column: &str) -> Vec<i64> {
    let partitions = session.partitions(read).await.unwrap();
    let mut ids = Vec::new();
    let parts =
        partitions.map_or_else(|| vec![None], |parts| parts.into_iter().map(Some).collect());
    for part in parts {
        let mut scan = session.open(read, part.as_ref(), None).await.unwrap();
        while let Some(page) = scan.next().await.unwrap() {
            let column = page.batch.column_by_name(column).unwrap();
            ids.extend(column.as_primitive::<Int64Type>().values());
        }
    }
    ids
}

#[tokio::test]
async fn the_example_reads_all_contacts() {
    let server = IContact::builder().seed(7).contacts(1_234).start_blocking().unwrap();
    let rows = embed::count_contacts(&component(), &account(&server), &server.origin()).await;
    assert_eq!(rows.unwrap(), server.truth().rows("contacts"));
    assert_eq!(server.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn contacts_are_those_of_the_account() {
    let server = IContact::builder().seed(7).contacts(1_100).start_blocking().unwrap();
    let session = session(&server, &account(&server)).await;
    let read = session.read("contacts").option("status", "total").build().unwrap();
    let found = ids(&session, &read, "contact_id").await;
    let truth: BTreeSet<i64> = server
        .truth()
        .plain("contacts")
        .map(|row| row.get("contactId").and_then(Value::as_i64).unwrap())
        .collect();
    assert_eq!(found.len(), truth.len());
    assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), truth);
    assert_eq!(server.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn every_stream_can_be_read() {
    let server = IContact::builder().seed(7).contacts(60).start_blocking().unwrap();
    let session = session(&server, &account(&server)).await;
    let streams: Vec<_> = session.connector().descriptor().streams.clone();
    for stream in streams {
        let (columns, scan_columns, rows, usage) =
            read_part(&session, &stream.name).await.unwrap_or_else(|error| {
                panic!("{}: {error:?}", stream.name);
            });
        assert_eq!(scan_columns, columns, "{}", stream.name);
        assert!(usage.requests > 0 && usage.guest_memory_peak > 0, "{}: {usage:?}", stream.name);
        assert!(rows > 0, "{} has rows in the simulator", stream.name);
    }
    assert_eq!(server.violations(), Vec::<String>::new());
}

/// Reads the first part of a stream: the columns as `discover` and the scan give them, how many
/// rows, and what it took.
async fn read_part(session: &Session, stream: &str) -> Result<Part, Error> {
    let read = session.read(stream).build()?;
    let columns = session.columns(&read).await?;
    let partitions = session.partitions(&read).await?;
    let first = partitions.as_ref().and_then(|partitions| partitions.first());
    let mut scan = session.open(&read, first, None).await?;
    let mut rows = 0;
    while let Some(page) = scan.next().await? {
        rows += page.batch.num_rows();
    }
    Ok((columns, scan.columns().to_vec(), rows, scan.usage()))
}

type Part = (Vec<Column>, Vec<Column>, usize, Usage);

#[tokio::test]
async fn check_says_whose_account_it_is_and_refuses_a_wrong_password() {
    let server = IContact::builder().seed(7).contacts(10).start_blocking().unwrap();
    let good = session(&server, &account(&server)).await;
    assert!(!good.check().await.unwrap().is_empty());
    let wrong = account(&server).with_secret("password", Secret::new("canary-wrong".to_owned()));
    let error = session(&server, &wrong).await.check().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthorized, "{error:?}");
    assert!(!format!("{error:?}").contains("canary"), "{error:?}");
}

#[tokio::test]
async fn wrong_streams_options_and_columns_are_refused_with_a_hint_before_any_request() {
    let server = IContact::builder().contacts(10).start_blocking().unwrap();
    let session = session(&server, &account(&server)).await;
    let table = [
        (session.read("contact"), "did you mean `contacts`?"),
        (session.read("contacts").option("statsu", "total"), "did you mean `status`?"),
        (session.read("campaigns").columns(["nmae"]), "did you mean `name`?"),
    ];
    for (read, hint) in table {
        let error = read.build().unwrap_err();
        assert_eq!((error.kind(), error.hint()), (ErrorKind::Config, Some(hint)), "{error}");
    }
    assert_eq!(server.request_count(), 0);
}
