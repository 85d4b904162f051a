//! Tollgate against hand-written native programs of the same jobs, in one run on one machine.
//!
//! The parent starts the stand-in for a provider in a process of its own, then the programs one after
//! another, those of one job in turn. Each measures itself and prints a sample; the parent prints
//! medians and ratios. `docs/performance.md` has the method and the figures.

mod agree;
mod job;
mod machine;
mod measure;
mod native;
mod provider;
mod record;
mod report;
mod server;
mod suite;
mod tollgate;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};
use serde_json::json;

use crate::job::{Destination, Job};
use crate::provider::Provider;
use crate::record::{Record, Verdict};
use crate::report::Report;
use crate::server::Serving;
use crate::suite::{Part, Wanted};

const RECORD: &str = "docs/bench.json";

/// Compares Tollgate with native programs of the same jobs.
#[derive(Parser)]
#[command(name = "tollgate-bench")]
struct Arguments {
    #[command(subcommand)]
    role: Option<Role>,
    /// Only this part (repeatable); left out, all: or `compare`, where a provider or destination is
    /// chosen
    #[arg(long)]
    part: Vec<Part>,
    /// Compare for this provider only (repeatable)
    #[arg(long)]
    provider: Vec<Provider>,
    /// Compare into this destination only (repeatable)
    #[arg(long, value_name = "DESTINATION")]
    into: Vec<Destination>,
    /// Rows to compare with
    #[arg(long, default_value_t = 200_000)]
    rows: usize,
    /// How often each job is done by both
    #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u64).range(1..))]
    rounds: u64,
    /// Rows of each step of growth, ascending; 5000000 takes some minutes more
    #[arg(long, value_delimiter = ',', default_values_t = [10_000, 100_000, 1_000_000])]
    growth: Vec<usize>,
    /// The folder of the components
    #[arg(long, default_value = "target/components")]
    components: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Write the ratios down
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = RECORD)]
    #[arg(conflicts_with_all = ["part", "provider", "into"])]
    record: Option<PathBuf>,
    /// Fail where a ratio is worse than the recorded one by more than a tenth
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = RECORD)]
    against: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Role {
    /// The stand-in for a provider.
    #[command(hide = true)]
    Serve(Serving),
    /// One job.
    #[command(hide = true)]
    Client {
        /// The job, as JSON.
        job: String,
    },
}

fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    match &arguments.role {
        None => measure(&arguments),
        Some(Role::Serve(serving)) => server::serve(serving).map(|()| ExitCode::SUCCESS),
        Some(Role::Client { job }) => {
            let sample = serde_json::from_str::<Job>(job)?.run()?;
            println!("{}", serde_json::to_string(&sample)?);
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn measure(arguments: &Arguments) -> Result<ExitCode> {
    // A record that cannot be read is better known now than after ten minutes.
    let recorded = arguments.against.as_deref().map(Record::read).transpose()?;
    let report = suite::run(&wanted(arguments))?;
    if let Some(path) = &arguments.record {
        Record::of(&report).write(path)?;
    }
    let judged = recorded.map(|recorded| recorded.judge(report.ratios()));
    if arguments.json {
        println!("{}", json!({ "report": report, "judged": judged }));
    } else {
        print(&report, arguments.record.as_deref());
        for one in judged.iter().flatten() {
            println!("{one}");
        }
    }
    let is_worse = judged.iter().flatten().any(|one| one.verdict == Verdict::Worse);
    Ok(if is_worse { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn wanted(arguments: &Arguments) -> Wanted {
    let Arguments { part, provider, into, rows, rounds, growth, components, .. } = arguments;
    let is_narrowed = !provider.is_empty() || !into.is_empty();
    let parts = match (part.is_empty(), is_narrowed) {
        (false, _) => part.clone(),
        (true, true) => vec![Part::Compare],
        (true, false) => {
            vec![Part::Start, Part::Idle, Part::Compare, Part::Crowd, Part::Growth]
        }
    };
    Wanted {
        parts,
        providers: if provider.is_empty() { Provider::ALL.to_vec() } else { provider.clone() },
        into: if into.is_empty() { Destination::ALL.to_vec() } else { into.clone() },
        rows: *rows,
        rounds: usize::try_from(*rounds).unwrap_or(usize::MAX),
        growth: growth.clone(),
        components: components.clone(),
    }
}

fn print(report: &Report, record: Option<&Path>) {
    println!("{report}");
    if let Some(path) = record {
        println!("written down in {}", path.display());
    }
}
