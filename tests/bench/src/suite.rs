//! What is measured, in which order.

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use clap::ValueEnum;
use tempfile::TempDir;
use tollgate_test_postgres::{Setup, TestServer};

use crate::job::{Database, Destination, Job, Task};
use crate::machine::Machine;
use crate::measure::{Sample, Spread};
use crate::provider::Provider;
use crate::report::{Comparison, Crowd, Figures, Growth, Idle, Report, Start};
use crate::server::{Place, Running, Serving};

/// Rows of a stand-in whose first page alone is read.
const FEW_ROWS: usize = 1_000;
/// Scans that are opened to see how long one takes.
const OPENED: usize = 100;
/// Scans that are opened and left alone.
const IDLE: [usize; 3] = [1, 100, 1_000];
/// Syncs at once, what each of them reads, and how long the server takes to answer.
const CROWD: (usize, usize, u64) = (200, 2_000, 20);
/// Rounds of what is measured to see an order of magnitude.
const ROUNDS_FEW: usize = 3;

/// A part of the suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// Tollgate and the native programs, for each provider into each destination.
    Compare,
    /// From nothing to the first page.
    Start,
    /// Scans that wait.
    Idle,
    /// Syncs at once.
    Crowd,
    /// More and more rows.
    Growth,
}

/// What is wanted.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Parts of the suite.
    pub parts: Vec<Part>,
    /// Providers to compare.
    pub providers: Vec<Provider>,
    /// Destinations to compare.
    pub into: Vec<Destination>,
    /// Rows to compare with.
    pub rows: usize,
    /// How often each is measured.
    pub rounds: usize,
    /// Sizes of growth, ascending.
    pub growth: Vec<usize>,
    /// The folder of the components.
    pub components: PathBuf,
}

/// Measures what is wanted.
pub fn run(wanted: &Wanted) -> Result<Report> {
    let suite = Suite::new(wanted)?;
    let has = |part| wanted.parts.contains(&part);
    let mut report = Report::new(Machine::this(), wanted.rows, wanted.rounds);
    if !report.machine.is_quiet() {
        eprintln!(
            "this machine is not quiet (load {}): figures of time are rough",
            report.machine.load
        );
    }
    if has(Part::Start) {
        for provider in Provider::ALL {
            report.starts.push(suite.start(provider)?);
        }
    }
    if has(Part::Idle) {
        report.idle = suite.idle()?;
    }
    if has(Part::Compare) {
        for provider in &wanted.providers {
            report.comparisons.extend(suite.compare(*provider)?);
        }
    }
    if has(Part::Crowd) {
        report.crowd = Some(suite.crowd()?);
    }
    if has(Part::Growth) {
        report.growth = suite.growth()?;
    }
    Ok(report)
}

struct Suite<'w> {
    wanted: &'w Wanted,
    folder: TempDir,
    postgres: Option<TestServer>,
}

impl Suite<'_> {
    fn new(wanted: &Wanted) -> Result<Suite<'_>> {
        for provider in Provider::ALL {
            let component = wanted.components.join(format!("{}.wasm", provider.name()));
            ensure!(component.is_file(), "{} is not there: `make guests`", component.display());
        }
        let wants_postgres =
            wanted.parts.contains(&Part::Compare) && wanted.into.contains(&Destination::Postgres);
        let postgres = wants_postgres.then(|| TestServer::start(&Setup::default())).flatten();
        Ok(Suite { wanted, folder: TempDir::new()?, postgres })
    }

    fn job(&self, provider: Provider, place: &Place) -> Job {
        Job {
            task: Task::First,
            provider,
            place: place.clone(),
            components: self.wanted.components.clone(),
            cache: self.folder.path().join("cache"),
            out: self.folder.path().join("out"),
            database: self.postgres.as_ref().map(|server| Database {
                url: server.url.clone(),
                password: server.password.clone(),
            }),
        }
    }

    /// Tollgate and the native program in turn, the first one now the one and now the other: what
    /// the machine does meanwhile falls on both alike.
    fn compare(&self, provider: Provider) -> Result<Vec<Comparison>> {
        let Wanted { rows, rounds, into, .. } = self.wanted;
        let remember = true;
        let serving = Serving { provider, rows: *rows, remember, latency_ms: 0 };
        let running = Running::start(&serving)?;
        let job = self.job(provider, &running.place);
        say(provider, "reading with both, to see that they agree");
        let run = |task| Job { task, ..job.clone() }.start();
        let rows = run(Task::Agree)?.rows;
        let mut comparisons = Vec::new();
        for into in into {
            if *into == Destination::Postgres && self.postgres.is_none() {
                continue;
            }
            let (mut native, mut tollgate) = (Vec::new(), Vec::new());
            for round in 1..=*rounds {
                say(provider, &format!("into {}, round {round} of {rounds}", into.name()));
                let mut both =
                    [(Task::Native(*into), &mut native), (Task::Tollgate(*into), &mut tollgate)];
                if round % 2 == 0 {
                    both.reverse();
                }
                for (task, samples) in both {
                    let sample = run(task)?;
                    ensure!(sample.rows == rows, "{task:?}: {} rows of {rows}", sample.rows);
                    samples.push(sample);
                }
            }
            comparisons.push(Comparison::new(provider, *into, rows, &native, &tollgate));
        }
        Ok(comparisons)
    }

    fn start(&self, provider: Provider) -> Result<Start> {
        say(provider, "starting");
        let serving = Serving { provider, rows: FEW_ROWS, remember: true, latency_ms: 0 };
        let running = Running::start(&serving)?;
        let job = self.job(provider, &running.place);
        let run = |task| Job { task, ..job.clone() }.start();
        let [mut compiled, mut cached, mut native, mut opened] = [const { Vec::new() }; 4];
        for round in 1..=self.wanted.rounds {
            if round <= ROUNDS_FEW {
                remove(&job.cache)?;
                compiled.push(run(Task::First)?);
            }
            cached.push(run(Task::First)?);
            native.push(run(Task::NativeFirst)?);
            opened.push(run(Task::Open(OPENED))?);
        }
        let wall_ms = |samples: Vec<Sample>| Spread::of(samples.iter().map(|it| it.wall * 1e3));
        let component = self.wanted.components.join(format!("{}.wasm", provider.name()));
        Ok(Start {
            provider,
            component_kib: component.metadata()?.len() / 1024,
            compiled_ms: wall_ms(compiled),
            cached_ms: wall_ms(cached),
            native_ms: wall_ms(native),
            open_ms: Spread::of(opened.iter().map(|it| it.wall * 1e3 / OPENED as f64)),
        })
    }

    fn idle(&self) -> Result<Vec<Idle>> {
        let provider = Provider::Icontact;
        let serving = Serving { provider, rows: FEW_ROWS, remember: true, latency_ms: 0 };
        let running = Running::start(&serving)?;
        let job = self.job(provider, &running.place);
        let measure = |scans: usize| {
            say(provider, &format!("{scans} idle scans"));
            let run = || Job { task: Task::Idle(scans), ..job.clone() }.start();
            let samples = (0..ROUNDS_FEW).map(|_| run()).collect::<Result<Vec<_>>>()?;
            let held = samples.iter().map(|it| it.peak_mib * 1024.0 / scans as f64);
            Ok(Idle { scans, kib_each: Spread::of(held) })
        };
        IDLE.into_iter().map(measure).collect()
    }

    fn crowd(&self) -> Result<Crowd> {
        let provider = Provider::Icontact;
        let (syncs, rows, latency_ms) = CROWD;
        let running = Running::start(&Serving { provider, rows, remember: true, latency_ms })?;
        let job = self.job(provider, &running.place);
        let mut samples = Vec::new();
        for round in 1..=ROUNDS_FEW {
            say(provider, &format!("{syncs} syncs at once, round {round} of {ROUNDS_FEW}"));
            samples.push(Job { task: Task::Crowd(syncs), ..job.clone() }.start()?);
        }
        Ok(Crowd { syncs, latency_ms, figures: Figures::of(&samples) })
    }

    /// More and more rows into SQLite. The rows are made while they are read: all of them would be
    /// larger than the memory of many a machine.
    fn growth(&self) -> Result<Vec<Growth>> {
        let provider = Provider::Icontact;
        let measure = |rows: &usize| {
            let rows = *rows;
            let serving = Serving { provider, rows, remember: false, latency_ms: 0 };
            let running = Running::start(&serving)?;
            let task = Task::Tollgate(Destination::Sqlite);
            let job = Job { task, ..self.job(provider, &running.place) };
            let mut samples = Vec::new();
            for round in 1..=ROUNDS_FEW {
                say(provider, &format!("{rows} rows, round {round} of {ROUNDS_FEW}"));
                samples.push(job.start()?);
            }
            Ok(Growth::new(rows, &samples))
        };
        self.wanted.growth.iter().map(measure).collect()
    }
}

fn say(provider: Provider, what: &str) {
    eprintln!("{}: {what}", provider.name());
}

fn remove(folder: &Path) -> Result<()> {
    match folder.exists() {
        true => Ok(std::fs::remove_dir_all(folder)?),
        false => Ok(()),
    }
}
