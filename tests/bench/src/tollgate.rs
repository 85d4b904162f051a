//! Tollgate's side: the embedding API, with the component as it ships.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use arrow_array::RecordBatch;
use tokio_util::sync::CancellationToken;
use tollgate_destinations::postgres::Server;
use tollgate_destinations::{Credentials, Sqlite, Target};
use tollgate_model::Unobserved;
use tollgate_runtime::{Access, Connector, Limits, Runtime, RuntimeConfig, Session};
use tollgate_sync::plan::Choices;
use tollgate_sync::{Plan, Read};
use tollgate_vault::Secret;

use crate::job::{Destination, Job, TOLLGATE_SCHEMA};
use crate::measure::{Meter, Sample, memory_mib};

/// How long compiling may take.
const COMPILE_TIME: Duration = Duration::from_secs(600);

/// Reads everything into a destination and gives how many rows there were.
pub fn run(job: &Job, into: Destination, out: &Path) -> Result<u64> {
    let target = match into {
        Destination::Arrow => return block_on(pages(job, usize::MAX, |_| ())),
        Destination::Sqlite => Target::Sqlite(Sqlite::at(out.join("tollgate.db"))),
        Destination::Parquet => Target::Parquet(out.to_owned()),
        Destination::Postgres => {
            Target::Postgres(job.database()?.url.parse::<Server>()?.with_schema(TOLLGATE_SCHEMA))
        }
    };
    let password = job.database.as_ref().and_then(|database| database.password.clone());
    block_on(async {
        let session = connect(job, &load(job).await?, "bench")?;
        sync(job, &session, &target, password.map(Secret::new)).await
    })
}

/// Loads the component and reads one page.
pub fn first(job: &Job) -> Result<u64> {
    block_on(pages(job, 1, |_| ()))
}

/// All pages.
pub fn batches(job: &Job) -> Result<Vec<RecordBatch>> {
    let mut batches = Vec::new();
    block_on(pages(job, usize::MAX, |batch| batches.push(batch)))?;
    Ok(batches)
}

/// Opens scans one after the other. What is measured begins with the second.
pub fn open(job: &Job, scans: usize) -> Result<Sample> {
    block_on(async {
        let session = connect(job, &load(job).await?, "bench")?;
        let read = quiet_read(&session)?;
        session.open(&read, None, None).await?;
        let meter = Meter::start()?;
        for _ in 0..scans {
            session.open(&read, None, None).await?;
        }
        meter.stop(scans as u64)
    })
}

/// Opens scans and looks at how much memory they hold while nothing happens.
pub fn idle(job: &Job, scans: usize, meter: Meter) -> Result<Sample> {
    block_on(async {
        let session = connect(job, &load(job).await?, "bench")?;
        let read = quiet_read(&session)?;
        // The first one brings what all share.
        let mut open = vec![session.open(&read, None, None).await?];
        let before = memory_mib("VmRSS")?;
        for _ in 0..scans {
            open.push(session.open(&read, None, None).await?);
        }
        let held = memory_mib("VmRSS")? - before;
        drop(open);
        Ok(Sample { peak_mib: held, ..meter.stop(scans as u64)? })
    })
}

/// Runs syncs side by side and gives how many rows they loaded together.
pub fn crowd(job: &Job, syncs: usize, out: &Path) -> Result<u64> {
    block_on(async {
        let connector = load(job).await?;
        let run = |number: usize| {
            let (job, connector) = (job.clone(), connector.clone());
            let target = Target::Sqlite(Sqlite::at(out.join(format!("{number}.db"))));
            async move {
                let session = connect(&job, &connector, &format!("bench_{number}"))?;
                sync(&job, &session, &target, None).await
            }
        };
        let running: Vec<_> = (0..syncs).map(|number| tokio::spawn(run(number))).collect();
        let mut rows = 0;
        for sync in running {
            rows += sync.await??;
        }
        Ok(rows)
    })
}

fn block_on<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work)
}

async fn load(job: &Job) -> Result<Connector> {
    let cache_dir = Some(job.cache.clone());
    // How long compiling takes is measured, also where a busy machine takes minutes.
    // And a thousand scans may be open at once.
    let limits =
        Limits { compile_time: COMPILE_TIME, memory_total_bytes: usize::MAX, ..Limits::default() };
    let config = RuntimeConfig { cache_dir, limits, ..RuntimeConfig::default() };
    let runtime = Runtime::new(config)?;
    ensure!(runtime.cache_problem().is_none(), "the cache cannot be used");
    let component = job.components.join(format!("{}.wasm", job.provider.name()));
    Ok(runtime.load_file(&component).await?)
}

fn connect(job: &Job, connector: &Connector, account: &str) -> Result<Session> {
    let mut access = Access::declared(connector.descriptor());
    access.is_paced = false;
    for origin in job.provider.origins() {
        access = access.remap(*origin, &job.place.origin);
    }
    Ok(connector.connect(&job.provider.account(account.parse()?)?, access)?)
}

fn read(job: &Job, session: &Session) -> Result<Read> {
    let mut read = session.read(job.provider.stream());
    for (name, value) in job.provider.options() {
        read = read.option(*name, *value);
    }
    Ok(read.build()?)
}

/// A read that makes no request before its first page: of the first stream with columns that are
/// known beforehand.
fn quiet_read(session: &Session) -> Result<Read> {
    let streams = &session.connector().descriptor().streams;
    let stream = streams.iter().find(|stream| !stream.dynamic_columns);
    Ok(session.read(&stream.context("every stream has columns of its own")?.name).build()?)
}

/// Reads so many pages and gives their rows.
async fn pages(job: &Job, most: usize, mut each: impl FnMut(RecordBatch)) -> Result<u64> {
    let session = connect(job, &load(job).await?, "bench")?;
    let mut scan = session.open(&read(job, &session)?, None, None).await?;
    let mut rows = 0;
    for _ in 0..most {
        let Some(page) = scan.next().await? else { break };
        rows += page.batch.num_rows() as u64;
        each(page.batch);
    }
    Ok(rows)
}

async fn sync(
    job: &Job,
    session: &Session,
    target: &Target,
    password: Option<Secret>,
) -> Result<u64> {
    let read = read(job, session)?;
    let stream = session.connector().descriptor().stream(&read.stream).context("no stream")?;
    let columns = session.discover(&read).await?;
    let choices = Choices {
        options: read.options,
        entered: read.entered,
        started_at: read.started_at,
        ..Choices::default()
    };
    let plan = Plan::new(stream, &columns, choices)?;
    let destination = target.destination(&Credentials { secret: password, session_token: None });
    let cancel = CancellationToken::new();
    let report = tollgate_sync::run(session, destination, &plan, &Unobserved, &cancel).await?;
    Ok(report.rows)
}
