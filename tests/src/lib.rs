//! What the tests that cross crates share: a [`World`] with a stand-in for the provider, the real
//! component in the real runtime, and a database.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::Context;
use rusqlite::Connection;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tollgate_destinations::Sqlite;
use tollgate_model::{Event, Observer, Result};
use tollgate_runtime::{Access, Limits, Runtime, RuntimeConfig, Session};
use tollgate_simulators::icontact::Builder;
use tollgate_simulators::{IContact, Simulator};
use tollgate_sync::plan::Choices;
use tollgate_sync::{Destination, Failed, Plan, Report};
use tollgate_vault::{Account, Secret};

/// A stand-in for iContact, the component, and a database to sync into.
pub struct World {
    /// The stand-in.
    pub simulator: Simulator<IContact>,
    /// Everything that was observed.
    pub events: Arc<Events>,
    runtime: Runtime,
    folder: TempDir,
}

/// Keeps what is observed.
#[derive(Default)]
pub struct Events(Mutex<Vec<Event>>);

impl Observer for Events {
    fn observe(&self, event: &Event) {
        self.0.lock().expect("no test panics while it holds this").push(event.clone());
    }
}

impl Events {
    /// What was observed so far.
    pub fn all(&self) -> Vec<Event> {
        self.0.lock().expect("no test panics while it holds this").clone()
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

impl World {
    /// A world with this stand-in.
    pub async fn start(simulator: Builder) -> anyhow::Result<World> {
        World::limited(simulator, brisk_limits()).await
    }

    /// A world with this stand-in and these limits.
    pub async fn limited(simulator: Builder, limits: Limits) -> anyhow::Result<World> {
        // All tests share one cache of compiled components, beside the components.
        let cache_dir = tollgate_test_artifacts::components().with_file_name("test-cache");
        let config = RuntimeConfig { cache_dir: Some(cache_dir), limits, ..Default::default() };
        Ok(World {
            simulator: simulator.start().await?,
            events: Arc::default(),
            runtime: Runtime::new(config)?,
            folder: TempDir::new()?,
        })
    }

    /// The account as the stand-in takes it.
    pub fn account(&self) -> anyhow::Result<Account> {
        let credentials = self.simulator.credentials();
        Ok(Account::new("acme".parse()?, "icontact".parse()?)
            .with_setting("username", credentials.username.clone())
            .with_secret("app_id", Secret::new(credentials.app_id.clone()))
            .with_secret("password", Secret::new(credentials.password.clone())))
    }

    /// A session of that account.
    pub async fn session(&self) -> anyhow::Result<Session> {
        self.session_of(&self.account()?).await
    }

    /// A session of another account.
    pub async fn session_of(&self, account: &Account) -> anyhow::Result<Session> {
        let connector =
            self.runtime.load_file(&tollgate_test_artifacts::component("icontact")).await?;
        let access = Access::declared(connector.descriptor())
            .remap("https://app.icontact.com", self.simulator.origin())
            .observed_by(self.events.clone());
        Ok(connector.connect(account, access)?)
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
        let (options, started_at) = (read.options, read.started_at);
        let plan = Plan::new(described, &columns, Choices { options, started_at, ..choices })?;
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
