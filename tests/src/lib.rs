//! What the tests that cross crates share: a [`World`] with a stand-in for the provider, the real
//! component in the real runtime, and a database.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::Context;
use jiff::tz::TimeZone;
use rusqlite::Connection;
use tempfile::TempDir;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tollgate_destinations::Sqlite;
use tollgate_model::{Clock, Event, Observer, Result, SystemClock};
use tollgate_runtime::{Access, Limits, Runtime, RuntimeConfig, Session};
use tollgate_simulators::Simulator;
use tollgate_sync::plan::Choices;
use tollgate_sync::{Destination, Failed, Plan, Read, Report};
use tollgate_vault::{Account, KeySource, Vault};

pub mod cases;
pub mod rows;
mod vendor;

pub use vendor::{InContactLogin, Vendor, in_contact_account, legacy_account};

/// A stand-in for a provider, the connector's component, and a database to sync into.
pub struct World<V> {
    /// The stand-in.
    pub simulator: Simulator<V>,
    /// The account that is used.
    pub account: Account,
    /// Where its tokens are kept.
    pub vault: Arc<Vault>,
    /// Everything that was observed.
    pub events: Arc<Events>,
    /// The clock of its runs.
    pub clock: Arc<dyn Clock>,
    /// The account's time zone.
    pub time_zone: TimeZone,
    runtime: Runtime,
    folder: TempDir,
}

/// Keeps what is observed.
#[derive(Default)]
pub struct Events {
    all: Mutex<Vec<Event>>,
    requests: watch::Sender<usize>,
}

impl Observer for Events {
    fn observe(&self, event: &Event) {
        self.all.lock().expect("no test panics while it holds this").push(event.clone());
        if matches!(event, Event::Request(_)) {
            self.requests.send_modify(|count| *count += 1);
        }
    }
}

impl Events {
    /// What was observed so far.
    pub fn all(&self) -> Vec<Event> {
        self.all.lock().expect("no test panics while it holds this").clone()
    }

    /// Waits until so many requests have come to their end.
    pub async fn requests(&self, count: usize) {
        let mut requests = self.requests.subscribe();
        requests.wait_for(|done| *done >= count).await.expect("its sender is borrowed here");
    }
}

/// Limits under which waiting is short enough for a test.
pub fn brisk_limits() -> Limits {
    let mut limits = Limits::default();
    limits.gate.retry.attempts = 3;
    limits.gate.retry.backoff = Duration::from_millis(1);
    limits.gate.retry.backoff_max = Duration::from_millis(5);
    limits.gate.retry.wait = Duration::from_secs(5);
    limits.gate.timeouts.connect = Duration::from_secs(2);
    limits.gate.timeouts.first_byte = Duration::from_millis(500);
    limits.gate.timeouts.between_bytes = Duration::from_millis(500);
    limits.gate.timeouts.whole = Duration::from_secs(2);
    limits
}

impl<V: Vendor> World<V> {
    /// A world with this stand-in and brisk limits.
    ///
    /// # Errors
    /// When there is no place for files.
    pub fn around(simulator: Simulator<V>) -> anyhow::Result<World<V>> {
        World::within(brisk_limits(), simulator)
    }

    /// A world with this stand-in and these limits.
    ///
    /// # Errors
    /// When there is no place for files.
    pub fn within(limits: Limits, simulator: Simulator<V>) -> anyhow::Result<World<V>> {
        // All tests share one cache of compiled components, beside the components.
        let cache_dir = tollgate_test_artifacts::components().with_file_name("test-cache");
        let config = RuntimeConfig { cache_dir: Some(cache_dir), limits, ..Default::default() };
        let folder = TempDir::new()?;
        let key = KeySource::OwnFile(folder.path().join("vault.key"));
        let vault = Vault::new(folder.path().join("vault"), key, |_| None, Arc::new(|_| {}));
        Ok(World {
            account: V::account(&simulator)?,
            simulator,
            vault: Arc::new(vault),
            events: Arc::default(),
            clock: Arc::new(SystemClock),
            time_zone: TimeZone::UTC,
            runtime: Runtime::new(config)?,
            folder,
        })
    }

    /// A session of the account.
    ///
    /// # Errors
    /// When the component or the account is not in order.
    pub async fn session(&self) -> anyhow::Result<Session> {
        let component = tollgate_test_artifacts::component(V::COMPONENT);
        let connector = self.runtime.load_file(&component).await?;
        let mut access = Access::declared(connector.descriptor())
            .observed_by(self.events.clone())
            .tokens(self.vault.clone());
        access.clock = self.clock.clone();
        access.time_zone = self.time_zone.clone();
        for origin in V::ORIGINS {
            access = access.remap(*origin, self.simulator.origin());
        }
        Ok(connector.connect(&self.account, access)?)
    }

    /// Syncs a stream into the table of its name, which is replaced.
    pub async fn sync(
        &self,
        stream: &str,
        options: &[(&str, &str)],
    ) -> anyhow::Result<Result<Report, Failed>> {
        let destination = Box::new(Sqlite::at(self.database_file()));
        self.sync_into(destination, stream, options, Choices::default()).await
    }

    /// Syncs a stream into a destination, as was chosen beside the options.
    pub async fn sync_into(
        &self,
        destination: Box<dyn Destination>,
        stream: &str,
        options: &[(&str, &str)],
        choices: Choices,
    ) -> anyhow::Result<Result<Report, Failed>> {
        let session = self.session().await?;
        let mut read = session.read(stream);
        for (name, value) in options {
            read = read.option(*name, *value);
        }
        let read = read.build()?;
        let described =
            session.connector().descriptor().stream(stream).context("no such stream")?;
        let columns = match session.discover(&read).await {
            Ok(columns) => columns,
            Err(error) => return Ok(Err(Failed { error, report: Report::default() })),
        };
        let Read { options, entered, since, started_at, .. } = read;
        // What the gate cannot mend is to be seen as it is; parts that are tried again have tests of
        // their own.
        let part_retries = choices.part_retries.or(Some(0));
        let choices = Choices { options, entered, since, started_at, part_retries, ..choices };
        let plan = Plan::new(described, &columns, choices)?;
        let cancel = CancellationToken::new();
        Ok(tollgate_sync::run(&session, destination, &plan, &*self.events, &cancel).await)
    }

    /// The database's file.
    pub fn database_file(&self) -> PathBuf {
        self.folder.path().join("world.db")
    }

    /// The folder of the database, for other destinations too.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The database.
    pub fn database(&self) -> rusqlite::Result<Connection> {
        Connection::open(self.database_file())
    }

    /// The numbers in this column of the database, ascending.
    pub fn numbers(&self, table: &str, column: &str) -> rusqlite::Result<Vec<i64>> {
        let database = self.database()?;
        let query = format!("SELECT {column} FROM {table} ORDER BY 1");
        database.prepare(&query)?.query_map([], |row| row.get(0))?.collect()
    }
}
