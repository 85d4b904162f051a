//! What the tests of this crate share: a runtime with a cache, an account, an observer that keeps
//! what it is told, and a server that gives one answer.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use arrow_array::{ArrayRef, RecordBatch, StringArray};
use bytes::Bytes;
use tollgate_model::{Error, Event, Observer, Result};
use tollgate_runtime::{Access, Connector, Limits, Read, Runtime, RuntimeConfig, Scan, Session};
use tollgate_simulators::{Reply, Request, Server, ServerSettings, Twist, Vendor};
use tollgate_vault::{Account, Secret};

/// The secret of every account here: a test that finds it where it should not be has failed.
pub const CANARY: &str = "canary-5f2b7c";

/// A runtime whose compiled components outlive the test run.
pub fn runtime(limits: Limits) -> Runtime {
    let cache_dir = Some(PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("compiled"));
    Runtime::new(RuntimeConfig { cache_dir, limits, ..RuntimeConfig::default() }).unwrap()
}

/// Loads a hostile component.
pub async fn load(name: &str, limits: Limits) -> Result<Connector> {
    runtime(limits).load_file(&tollgate_test_artifacts::hostile(name)).await
}

/// A hostile component with an account, and nothing at its origin.
pub async fn session(name: &str, limits: Limits) -> Session {
    connect(&load(name, limits).await.unwrap(), |access| access)
}

/// An account of a hostile component.
pub fn account() -> Account {
    Account::new("acme".parse().unwrap(), "hostile".parse().unwrap())
        .with_secret("token", Secret::new(CANARY.to_owned()))
}

/// A connector with an account.
pub fn connect(connector: &Connector, access: impl FnOnce(Access) -> Access) -> Session {
    connector.connect(&account(), access(Access::declared(connector.descriptor()))).unwrap()
}

/// Begins to read `rows`.
pub async fn open(session: &Session) -> Result<Scan> {
    let read = session.read("rows").build()?;
    session.open(&read, None, None).await
}

/// Rows with a name each.
pub fn names(names: &[&str]) -> RecordBatch {
    let names: ArrayRef = Arc::new(StringArray::from(names.to_vec()));
    RecordBatch::try_from_iter([("name", names)]).unwrap()
}

/// The request for the rows of a hostile component that misbehaves in this way of several.
pub fn variant(session: &Session, variant: &str) -> Result<Read> {
    session.read("rows").option("variant", variant).build()
}

/// What came of reading all: the rows, or after how many pages what went wrong.
pub async fn read_all(session: &Session) -> Result<u64, (u64, Error)> {
    drain(open(session).await).await
}

/// The same of a variant.
pub async fn read_variant(session: &Session, name: &str) -> Result<u64, (u64, Error)> {
    let read = variant(session, name).map_err(|error| (0, error))?;
    drain(session.open(&read, None, None).await).await
}

async fn drain(scan: Result<Scan>) -> Result<u64, (u64, Error)> {
    let mut scan = scan.map_err(|error| (0, error))?;
    let (mut pages, mut rows) = (0, 0);
    loop {
        match scan.next().await {
            Ok(Some(page)) => {
                pages += 1;
                rows += page.batch.num_rows() as u64;
            }
            Ok(None) => return Ok(rows),
            Err(error) => return Err((pages, error)),
        }
    }
}

/// Keeps what it is told.
#[derive(Default)]
pub struct Told(Mutex<Vec<Event>>);

impl Told {
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    pub fn log(&self) -> Vec<String> {
        let events = self.0.lock().unwrap();
        let lines = events.iter().filter_map(|event| match event {
            Event::Log { message, .. } => Some(message.clone()),
            _ => None,
        });
        lines.collect()
    }
}

impl Observer for Told {
    fn observe(&self, event: &Event) {
        self.0.lock().unwrap().push(event.clone());
    }
}

/// A server that gives everybody the same answer.
pub fn server(status: u16, headers: &[(&str, &str)], body: &'static str) -> Server {
    let mut reply = Reply::new(status, "application/json", body);
    reply
        .headers
        .extend(headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    Server::start(Arc::new(Fixed(reply)), ServerSettings::default()).unwrap()
}

struct Fixed(Reply);

impl Vendor for Fixed {
    fn respond(&self, _: &Request, _: &[Twist]) -> Reply {
        self.0.clone()
    }

    fn error_body(&self, _: u16, _: &str) -> Bytes {
        Bytes::new()
    }

    fn content_type(&self) -> &'static str {
        "application/json"
    }
}
