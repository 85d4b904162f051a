//! Runs into one destination in one mode, in this process and in others, and what has to hold after
//! each.

use std::io::Write as _;
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use anyhow::{Context as _, bail, ensure};
use tempfile::TempDir;
use tollgate_faults::defect::Defect;
use tollgate_faults::fault::Fault;
use tollgate_faults::place::{Place, Rows};
use tollgate_faults::provider::Provider;
use tollgate_faults::steps::{Boundary, Steps};
use tollgate_faults::sync::{Ended, Sync, component};
use tollgate_runtime::{Connector, Runtime};
use tollgate_sync::Mode;
use tollgate_test_postgres::{Setup, TestServer};

use crate::findings::{Findings, Seen};

/// A destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Into {
    Sqlite,
    Postgres,
    Parquet,
    Csv,
    Jsonl,
}

impl Into {
    pub fn is_files(self) -> bool {
        !matches!(self, Into::Sqlite | Into::Postgres)
    }
}

/// What all runs of a test have in common.
pub struct Bench {
    pub into: Into,
    pub mode: Mode,
    defect: Option<Defect>,
    _runtime: Runtime,
    connector: Connector,
    executor: tokio::runtime::Runtime,
    folder: TempDir,
    server: Option<TestServer>,
    places: AtomicU32,
}

/// A table that is loaded again and again, and the provider whose rows it holds.
pub struct Chain {
    pub provider: Provider,
    pub place: Place,
    /// What the table holds.
    before: Rows,
}

/// When a fault comes: in the first load of a table, or in one that brings what is new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    First,
    Later,
}

pub const PHASES: [Phase; 2] = [Phase::First, Phase::Later];

impl Bench {
    /// `None`, and a word about it, where there is no such destination here.
    pub fn new(into: Into, mode: Mode, defect: Option<Defect>) -> Option<Bench> {
        let server = match into {
            Into::Postgres => Some(TestServer::start(&Setup { is_own: true, ..Setup::default() })?),
            _ => None,
        };
        let executor = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let (_runtime, connector) = executor.block_on(component()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let places = AtomicU32::new(0);
        Some(Bench { into, mode, defect, _runtime, connector, executor, folder, server, places })
    }

    /// A place where nothing is yet, and a provider of its own.
    pub fn chain(&self) -> anyhow::Result<Chain> {
        let number = self.places.fetch_add(1, Ordering::Relaxed);
        let path = self.folder.path().join(number.to_string());
        let place = match self.into {
            Into::Sqlite => Place::Sqlite(path.with_extension("db")),
            Into::Parquet => Place::Parquet(path),
            Into::Csv => Place::Csv(path),
            Into::Jsonl => Place::Jsonl(path),
            Into::Postgres => {
                let server = self.server.as_ref().context("it was started")?;
                let password = server.password.clone().unwrap_or_default();
                Place::Postgres { url: format!("{}?schema=s{number}", server.url), password }
            }
        };
        Ok(Chain { provider: Provider::start()?, place, before: Rows::default() })
    }

    /// Where the server of this bench listens.
    pub fn server(&self) -> anyhow::Result<SocketAddr> {
        let server = self.server.as_ref().context("it has a server")?;
        let (_, rest) = server.url.split_once('@').context("the URL names a user")?;
        Ok(rest.split('/').next().unwrap_or_default().parse()?)
    }

    /// The next sync of a chain.
    pub fn sync(&self, chain: &Chain, fault: Fault) -> Sync {
        Sync {
            origin: chain.provider.simulator.origin(),
            now: chain.provider.now,
            place: chain.place.clone(),
            mode: self.mode,
            defect: self.defect,
            fault,
        }
    }

    /// Runs a sync in this process.
    pub fn run_here(&self, sync: &Sync, steps: &Steps) -> anyhow::Result<Ended> {
        self.executor.block_on(sync.run(&self.connector, steps))
    }

    /// Runs a sync in a process of its own; `None`: it was killed.
    pub fn run_apart(&self, sync: &Sync) -> anyhow::Result<Option<Ended>> {
        let mut child = Command::new(env!("CARGO_BIN_EXE_tollgate-doomed-sync"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let mut stdin = child.stdin.take().context("it is piped")?;
        stdin.write_all(serde_json::to_string(sync)?.as_bytes())?;
        drop(stdin);
        let output = child.wait_with_output()?;
        let told = String::from_utf8_lossy(&output.stderr);
        match std::os::unix::process::ExitStatusExt::signal(&output.status) {
            Some(9) => Ok(None),
            Some(signal) => bail!("it ended by signal {signal}: {told}"),
            None if output.status.success() => Ok(Some(serde_json::from_slice(&output.stdout)?)),
            None => bail!("it did not begin: {told}"),
        }
    }

    /// A run of a chain that nothing ends; what is there then has to be everything, once.
    pub fn load(&self, chain: &mut Chain) -> anyhow::Result<Ended> {
        let ended = self.run_here(&self.sync(chain, Fault::None), &Steps::unwatched())?;
        if let Some((kind, text)) = &ended.failed {
            bail!("a run with nothing in its way failed: {kind}: {text}");
        }
        self.hold(chain)?;
        Ok(ended)
    }

    /// Holds what is there against what has to be.
    pub fn hold(&self, chain: &mut Chain) -> anyhow::Result<()> {
        let (expected, found) = (chain.provider.expected(self.mode), chain.place.read()?);
        let (lost, twice) = (expected.without(&found), found.without(&expected));
        ensure!(lost.count() == 0, "rows are lost: {lost:?}, of {expected:?}");
        ensure!(twice.count() == 0, "rows are there twice: {twice:?}, beside {expected:?}");
        chain.before = expected;
        Ok(())
    }

    /// What a reader finds in the table of a chain while it is loaded.
    pub fn look(&self, chain: &Chain) -> Look {
        let after = chain.provider.expected(self.mode);
        let (mode, is_files) = (self.mode, self.into.is_files());
        Look { mode, is_files, place: chain.place.clone(), before: chain.before.clone(), after }
    }

    /// One case: a run that is ended, what a reader finds then, and the run after it.
    pub fn case(
        &self,
        chain: &mut Chain,
        doomed: impl FnOnce(&mut Chain) -> anyhow::Result<Option<Ended>>,
    ) -> anyhow::Result<Seen> {
        let look = self.look(chain);
        let ended = doomed(chain)?;
        let reader = look.now()?;
        let has_fired = ended.as_ref().is_none_or(|ended| ended.failed.is_some());
        let next = self.load(chain)?;
        Ok(Seen { has_fired, ended, reader, next })
    }

    /// Tries all of these points, in the first loads of tables and in later ones of a table.
    pub fn at_each<P: Copy + std::fmt::Debug>(
        &self,
        points: impl Fn(Phase, &Chain) -> anyhow::Result<Vec<P>>,
        doomed: impl Fn(&mut Chain, P) -> anyhow::Result<Option<Ended>>,
    ) -> anyhow::Result<Findings> {
        let mut findings = Findings::default();
        for point in points(Phase::First, &self.chain()?)? {
            let seen = self.first(|chain| doomed(chain, point));
            let seen = seen.with_context(|| format!("at {point:?} of a first load"))?;
            ensure!(seen.has_fired, "the fault at {point:?} of a first load did not fire");
            findings.add(seen);
        }
        let mut chain = self.loaded()?;
        for point in points(Phase::Later, &chain)? {
            let seen = self.later(&mut chain, |chain| doomed(chain, point));
            let seen = seen.with_context(|| format!("at {point:?} of a later load"))?;
            ensure!(seen.has_fired, "the fault at {point:?} of a later load did not fire");
            findings.add(seen);
        }
        Ok(findings)
    }

    /// Puts a fault off further and further until it comes too late to fire.
    pub fn until_too_late(
        &self,
        doomed: impl Fn(&mut Chain, u32) -> anyhow::Result<Option<Ended>>,
    ) -> anyhow::Result<Findings> {
        /// More points than any run here has.
        const POINTS_MAX: u32 = 100;
        let mut findings = Findings::default();
        for phase in PHASES {
            let mut chain = self.loaded()?;
            let (mut fired, mut last) = (0, None);
            for point in 0..POINTS_MAX {
                let seen = match phase {
                    Phase::First => self.first(|chain| doomed(chain, point)),
                    Phase::Later => self.later(&mut chain, |chain| doomed(chain, point)),
                };
                let seen = seen.with_context(|| format!("at {point} of a {phase:?} load"))?;
                if !seen.has_fired {
                    break;
                }
                fired += 1;
                last.clone_from(&seen.ended);
                findings.add(seen);
            }
            let is_in_time = (1..POINTS_MAX).contains(&fired);
            ensure!(is_in_time, "it fired {fired} times in a {phase:?} load: {last:?}");
        }
        Ok(findings)
    }

    /// A first load that is ended, and after the next one a further one, which goes by the state.
    pub fn first(
        &self,
        doomed: impl FnOnce(&mut Chain) -> anyhow::Result<Option<Ended>>,
    ) -> anyhow::Result<Seen> {
        let mut chain = self.chain()?;
        let seen = self.case(&mut chain, doomed)?;
        chain.provider.change(true)?;
        self.load(&mut chain).context("in the load after that")?;
        Ok(seen)
    }

    /// A later load that is ended.
    pub fn later(
        &self,
        chain: &mut Chain,
        doomed: impl FnOnce(&mut Chain) -> anyhow::Result<Option<Ended>>,
    ) -> anyhow::Result<Seen> {
        chain.provider.change(false)?;
        self.case(chain, doomed)
    }

    /// A chain whose table is loaded.
    pub fn loaded(&self) -> anyhow::Result<Chain> {
        let mut chain = self.chain()?;
        self.load(&mut chain)?;
        Ok(chain)
    }

    /// The boundaries of a run that nothing ends.
    pub fn boundaries(&self, phase: Phase) -> anyhow::Result<Vec<Boundary>> {
        let mut chain = self.chain()?;
        if phase == Phase::Later {
            self.load(&mut chain)?;
            chain.provider.change(false)?;
        }
        let seen: Arc<Mutex<Vec<Boundary>>> = Arc::default();
        let noted = Arc::clone(&seen);
        let steps = Steps::new(move |here| {
            noted.lock().unwrap().push(here);
            Ok(())
        });
        let ended = self.run_here(&self.sync(&chain, Fault::None), &steps)?;
        ensure!(ended.failed.is_none(), "a run with nothing in its way failed: {ended:?}");
        let mut boundaries = std::mem::take(&mut *seen.lock().unwrap());
        boundaries.sort_unstable();
        Ok(boundaries)
    }
}

/// What a reader may find while a table is loaded.
pub struct Look {
    mode: Mode,
    is_files: bool,
    place: Place,
    before: Rows,
    after: Rows,
}

impl Look {
    /// What it finds now, in words for the table.
    ///
    /// # Errors
    /// Where it must not be found.
    pub fn now(&self) -> anyhow::Result<&'static str> {
        let (before, after) = (&self.before, &self.after);
        let seen = self.place.read()?;
        if seen == *before {
            return Ok(if before.count() == 0 { "nothing" } else { "the old rows" });
        }
        if seen == *after {
            return Ok("the new rows");
        }
        let is_of_both = |(at, rows): (usize, &Vec<String>)| {
            *rows == before.tables[at] || *rows == after.tables[at]
        };
        let is_allowed = match self.mode {
            // Tables are files of their own.
            Mode::Replace => self.is_files && seen.tables.iter().enumerate().all(is_of_both),
            Mode::Append => before.without(&seen).count() == 0 && seen.without(after).count() == 0,
            // Each row is the old one or the new one, and none is both.
            Mode::Merge => {
                let mut all = before.clone();
                all.add(after.without(before));
                let new = seen.without(before).count();
                let gone = before.without(&seen).without(&before.without(after)).count();
                let is_old_and_new = has_key_twice(&seen);
                seen.without(&all).count() == 0 && new > 0 && gone == 0 && !is_old_and_new
            }
        };
        ensure!(is_allowed, "a reader finds neither old nor new rows: {seen:?}\n{before:?}");
        Ok(match self.mode {
            Mode::Replace => "of one table the new rows, of the other the old ones",
            Mode::Append | Mode::Merge => "the old rows, and pages of the new ones",
        })
    }
}

fn has_key_twice(rows: &Rows) -> bool {
    let mut keys: Vec<&str> =
        rows.tables[0].iter().filter_map(|row| row.split('|').next()).collect();
    let count = keys.len();
    keys.dedup();
    keys.len() < count
}
