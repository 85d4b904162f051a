//! The clients: each does one job in a process of its own and measures itself.

use std::path::PathBuf;

use anyhow::{Context, Result};
use arrow_array::RecordBatch;
use clap::ValueEnum;
use tokio_util::sync::CancellationToken;
use tollgate_destinations::Sqlite;
use tollgate_model::Unobserved;
use tollgate_runtime::{Access, Limits, Runtime, RuntimeConfig, Session};
use tollgate_sync::Plan;
use tollgate_vault::{Account, Secret};

use crate::measure::{Meter, Sample, memory_mib};
use crate::native;
use crate::server::Server;

/// How many scans are opened and left alone.
pub const IDLE_SCANS: [usize; 2] = [100, 1_000];

/// A client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Client {
    /// By hand, into Arrow batches.
    NativeArrow,
    /// Tollgate, into Arrow batches.
    TollgateArrow,
    /// By hand, into a table of SQLite.
    NativeSqlite,
    /// Tollgate, into a table of SQLite.
    TollgateSqlite,
    /// By hand, the first page only.
    NativeFirstRow,
    /// Tollgate, the first page only.
    FirstRow,
    /// A hundred scans that do nothing.
    IdleFew,
    /// A thousand scans that do nothing.
    IdleMany,
}

impl Client {
    /// All of them.
    pub const ALL: [Client; 8] = [
        Client::NativeArrow,
        Client::TollgateArrow,
        Client::NativeSqlite,
        Client::TollgateSqlite,
        Client::NativeFirstRow,
        Client::FirstRow,
        Client::IdleFew,
        Client::IdleMany,
    ];

    /// Those that are compared with each other run in turn.
    pub const JOBS: [&[Client]; 4] = [
        &[Client::NativeArrow, Client::TollgateArrow],
        &[Client::NativeFirstRow, Client::FirstRow],
        &[Client::NativeSqlite, Client::TollgateSqlite],
        &[Client::IdleFew, Client::IdleMany],
    ];

    /// Its name on the command line and in the report.
    pub fn name(self) -> &'static str {
        match self {
            Client::NativeArrow => "native-arrow",
            Client::TollgateArrow => "tollgate-arrow",
            Client::NativeSqlite => "native-sqlite",
            Client::TollgateSqlite => "tollgate-sqlite",
            Client::NativeFirstRow => "native-first-row",
            Client::FirstRow => "first-row",
            Client::IdleFew => "idle-few",
            Client::IdleMany => "idle-many",
        }
    }
}

/// What a client needs to know.
pub struct Job {
    /// Where to read.
    pub server: Server,
    /// The component.
    pub component: PathBuf,
    /// Where to write.
    pub folder: PathBuf,
}

/// Runs a client to its end.
pub fn run(client: Client, job: Job) -> Result<Sample> {
    let meter = Meter::start()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        match client {
            Client::NativeArrow => {
                let mut rows = 0;
                let count = |batch: RecordBatch| {
                    rows += batch.num_rows() as u64;
                    Ok(true)
                };
                native::read(&job.server, count).await?;
                meter.stop(rows)
            }
            Client::NativeFirstRow => {
                native::read(&job.server, |_| Ok(false)).await?;
                meter.stop(1)
            }
            Client::NativeSqlite => {
                let rows = native::sqlite(&job.server, &fresh(&job, "native.db")?).await?;
                meter.stop(rows)
            }
            Client::TollgateArrow => meter.stop(arrow(&job, None).await?),
            Client::FirstRow => meter.stop(arrow(&job, Some(1)).await?),
            Client::TollgateSqlite => meter.stop(sqlite(&job).await?),
            Client::IdleFew => idle(&job, IDLE_SCANS[0], meter).await,
            Client::IdleMany => idle(&job, IDLE_SCANS[1], meter).await,
        }
    })
}

/// A file that is not there yet.
fn fresh(job: &Job, name: &str) -> Result<PathBuf> {
    let folder = job.folder.join("out");
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(&folder)?;
    Ok(folder.join(name))
}

async fn session(job: &Job) -> Result<Session> {
    let cache_dir = Some(job.folder.join("cache"));
    // A thousand reads are open at once, which is what is measured.
    let limits = Limits { memory_total_bytes: usize::MAX, ..Limits::default() };
    let runtime = Runtime::new(RuntimeConfig { cache_dir, limits, ..RuntimeConfig::default() })?;
    let connector = runtime.load_file(&job.component).await?;
    let account = Account::new("bench".parse()?, "icontact".parse()?)
        .with_setting("username", job.server.username.clone())
        .with_secret("app_id", Secret::new(job.server.app_id.clone()))
        .with_secret("password", Secret::new(job.server.password.clone()));
    let access = Access::declared(connector.descriptor())
        .remap("https://app.icontact.com", &job.server.origin);
    Ok(connector.connect(&account, access)?)
}

/// Reads pages and drops them, as many as said.
async fn arrow(job: &Job, pages: Option<usize>) -> Result<u64> {
    let session = session(job).await?;
    let read = session.read("contacts").option("status", "total").build()?;
    let mut scan = session.open(&read, None, None).await?;
    let mut rows = 0;
    for _ in 0..pages.unwrap_or(usize::MAX) {
        let Some(page) = scan.next().await? else { break };
        rows += page.batch.num_rows() as u64;
    }
    Ok(rows)
}

async fn sqlite(job: &Job) -> Result<u64> {
    let session = session(job).await?;
    let read = session.read("contacts").option("status", "total").build()?;
    let stream =
        session.connector().descriptor().stream("contacts").context("no stream contacts")?;
    let columns = session.discover(&read).await?;
    let choices = tollgate_sync::plan::Choices {
        options: read.options,
        entered: read.entered,
        ..Default::default()
    };
    let plan = Plan::new(stream, &columns, choices)?;
    let destination = Box::new(Sqlite::at(fresh(job, "tollgate.db")?));
    let cancel = CancellationToken::new();
    let report = tollgate_sync::run(&session, destination, &plan, &Unobserved, &cancel).await?;
    Ok(report.rows)
}

/// Opens scans and looks at how much memory they hold while nothing happens.
async fn idle(job: &Job, scans: usize, meter: Meter) -> Result<Sample> {
    let session = session(job).await?;
    let read = session.read("lists").build()?;
    let before = memory_mib("VmRSS")?;
    let mut open = Vec::with_capacity(scans);
    for _ in 0..scans {
        open.push(session.open(&read, None, None).await?);
    }
    let held = memory_mib("VmRSS")? - before;
    Ok(Sample { peak_mib: held, ..meter.stop(open.len() as u64)? })
}
