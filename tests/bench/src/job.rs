//! One thing to do and to measure. It is done in a process of its own, so that nothing is left of
//! what was done before.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use postgres::NoTls;
use serde::{Deserialize, Serialize};

use crate::measure::{Meter, Sample};
use crate::provider::Provider;
use crate::server::Place;
use crate::{agree, native, tollgate};

/// The schema of Postgres that native programs write to.
pub const NATIVE_SCHEMA: &str = "bench_native";
/// The one that Tollgate writes to.
pub const TOLLGATE_SCHEMA: &str = "bench_tollgate";

/// Where rows go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Destination {
    /// Arrow batches, which are dropped.
    Arrow,
    /// A table of a SQLite file.
    Sqlite,
    /// A Parquet file.
    Parquet,
    /// A table of Postgres.
    Postgres,
}

impl Destination {
    /// All of them.
    pub const ALL: [Destination; 4] =
        [Destination::Arrow, Destination::Sqlite, Destination::Parquet, Destination::Postgres];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Destination::Arrow => "arrow",
            Destination::Sqlite => "sqlite",
            Destination::Parquet => "parquet",
            Destination::Postgres => "postgres",
        }
    }
}

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub enum Task {
    /// The native program reads all rows.
    Native(Destination),
    /// Tollgate reads all rows.
    Tollgate(Destination),
    /// Both read all rows, which have to be the same.
    Agree,
    /// The native program reads one page.
    NativeFirst,
    /// Tollgate loads the component and reads one page.
    First,
    /// So many scans are opened, one after the other.
    Open(usize),
    /// So many scans are opened and left alone.
    Idle(usize),
    /// So many syncs into SQLite files run side by side, each for an account of its own.
    Crowd(usize),
}

/// A database.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Database {
    /// Its URL, without a password.
    pub url: String,
    /// The password: of a server that is the bench's own, or made for tests.
    pub password: Option<String>,
}

impl Database {
    /// How to connect to it.
    pub fn config(&self) -> Result<postgres::Config> {
        let mut config: postgres::Config = self.url.parse()?;
        if let Some(password) = &self.password {
            config.password(password);
        }
        Ok(config)
    }

    /// Removes what earlier jobs have left.
    fn clear(&self) -> Result<()> {
        let mut client = self.config()?.connect(NoTls)?;
        Ok(client.batch_execute(&format!(
            "DROP SCHEMA IF EXISTS {TOLLGATE_SCHEMA} CASCADE;
             DROP SCHEMA IF EXISTS {NATIVE_SCHEMA} CASCADE;
             CREATE SCHEMA {NATIVE_SCHEMA};
             CHECKPOINT"
        ))?)
    }
}

/// What a process has to do.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Job {
    /// What is done.
    pub task: Task,
    /// Whose rows are read.
    pub provider: Provider,
    /// Where they are read.
    pub place: Place,
    /// The folder of the components.
    pub components: PathBuf,
    /// The folder of compiled components.
    pub cache: PathBuf,
    /// A folder to write to, which is emptied first.
    pub out: PathBuf,
    /// The database, where there is one.
    pub database: Option<Database>,
}

impl Job {
    /// Has a process of its own do it.
    pub fn start(&self) -> Result<Sample> {
        let output = Command::new(std::env::current_exe()?)
            .arg("client")
            .arg(serde_json::to_string(self)?)
            .stderr(Stdio::inherit())
            .output()?;
        if !output.status.success() {
            bail!("{:?} of {} failed", self.task, self.provider.name());
        }
        serde_json::from_slice(&output.stdout).with_context(|| {
            format!("{:?} of {} printed no sample", self.task, self.provider.name())
        })
    }

    /// Does it in this process.
    pub fn run(&self) -> Result<Sample> {
        let out = self.empty_out()?;
        if matches!(
            self.task,
            Task::Native(Destination::Postgres) | Task::Tollgate(Destination::Postgres)
        ) {
            self.database()?.clear()?;
        }
        let meter = Meter::start()?;
        match self.task {
            Task::Native(into) => meter.stop(native::run(self, into, out)?),
            Task::NativeFirst => {
                native::batches(self, |_| Ok(false))?;
                meter.stop(1)
            }
            Task::Agree => meter.stop(agree::check(self)?),
            Task::Tollgate(into) => meter.stop(tollgate::run(self, into, out)?),
            Task::First => meter.stop(tollgate::first(self)?),
            Task::Open(scans) => tollgate::open(self, scans),
            Task::Idle(scans) => tollgate::idle(self, scans, meter),
            Task::Crowd(syncs) => meter.stop(tollgate::crowd(self, syncs, out)?),
        }
    }

    /// The database.
    pub fn database(&self) -> Result<&Database> {
        self.database.as_ref().context("there is no Postgres")
    }

    fn empty_out(&self) -> Result<&Path> {
        if self.out.exists() {
            std::fs::remove_dir_all(&self.out)?;
        }
        std::fs::create_dir_all(&self.out)?;
        Ok(&self.out)
    }
}
