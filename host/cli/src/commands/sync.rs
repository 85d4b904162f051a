//! `tollgate sync`: loads streams into destinations.

mod accounts;
pub mod jobs;
mod prepared;
mod report;
mod runs;

use clap::Args;
use futures_util::{StreamExt, stream};
use tollgate_destinations::Target;
use tollgate_model::{AccountName, SyncName};
use tollgate_sync::Mode;

use crate::args::{ColumnArgs, OptionArgs};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::host::Host;
use crate::{modes, output};
use accounts::Accounts;
use prepared::Prepared;
use runs::Run;

const EXAMPLES: &str = "\
Examples:
  tollgate sync                                   every sync of tollgate.toml
  tollgate sync nightly --limit 100               this one, and a hundred rows of each stream
  tollgate sync --stream contacts --to out.db     without an entry in tollgate.toml
  tollgate sync --stream contacts --stream lists --to parquet:out --mode append";

/// The arguments of `sync`.
#[derive(Args, Debug)]
#[command(
    about = "Load streams into a destination",
    after_help = EXAMPLES,
    long_about = "Load streams into a destination.\n\nWithout names, every sync of tollgate.toml \
                  runs; with --stream and no names, those streams of one account are loaded into \
                  --to. What is written here comes before what the file says. Each stream is loaded \
                  as a whole or not at all: where one fails, its old data stays, and the others go \
                  on.\n\nThe report goes to standard output, progress to standard error. With \
                  --json, the report is one object, and progress one object a line."
)]
pub struct SyncArgs {
    /// The syncs of tollgate.toml to run [default: all]
    #[arg(value_name = "NAME")]
    pub names: Vec<SyncName>,

    /// The account
    #[arg(long, value_name = "NAME")]
    pub account: Option<AccountName>,

    /// The stream (repeatable); of named syncs, only these streams
    #[arg(long = "stream", value_name = "NAME")]
    pub streams: Vec<String>,

    /// Where rows go: sqlite:FILE, parquet:DIR, csv:DIR, jsonl:DIR
    #[arg(long, value_name = "DESTINATION")]
    pub to: Option<Target>,

    /// The table [default: called like the stream]; of several streams, a prefix
    #[arg(long, value_name = "NAME")]
    pub table: Option<String>,

    /// What becomes of the rows that are there: replace or append [default: replace]
    #[arg(long, value_name = "MODE", value_parser = modes::parse)]
    pub mode: Option<Mode>,

    /// How the streams are read.
    #[command(flatten)]
    pub options: OptionArgs,

    /// Which columns.
    #[command(flatten)]
    pub columns: ColumnArgs,

    /// Complete each stream after so many rows [default: all]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub limit: Option<u64>,

    /// Read so many parts of a stream side by side [default: 4]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=64))]
    pub concurrency: Option<u64>,

    /// Run so many syncs side by side [default: 1]
    #[arg(
        hide_default_value = true,long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=64))]
    pub jobs: u64,
}

/// Runs syncs, prints a report, and fails with what failed.
///
/// # Errors
/// Those of the syncs that failed, the first of them first.
pub async fn run(args: &SyncArgs, context: &Context) -> Outcome {
    let (host, config) = Host::with_config(context)?;
    let jobs = jobs::jobs(args, &config, &context.project)?;
    let accounts = Accounts::new(&host, context, &config);
    // Whatever can be checked without a request is, for all syncs, before the first request.
    let mut prepared = Vec::new();
    for job in jobs {
        prepared.push(Prepared::of(job, &accounts).await);
    }
    prepared::refuse_shared_tables(&mut prepared);
    let side_by_side = usize::try_from(args.jobs).unwrap_or(1);
    let mut finished: Vec<(usize, Vec<Run>)> = stream::iter(prepared::by_destination(prepared))
        .map(|group| runs::run_group(group, context))
        .buffer_unordered(side_by_side)
        .flat_map(stream::iter)
        .collect()
        .await;
    finished.sort_by_key(|(position, _)| *position);
    tell(finished.into_iter().flat_map(|(_, runs)| runs).collect(), context)
}

fn tell(runs: Vec<Run>, context: &Context) -> Outcome {
    if context.args.json {
        output::print_json(&report::view(&runs))?;
    } else if !context.args.quiet {
        output::print(&report::text(&runs))?;
    }
    let errors: Vec<_> = runs.into_iter().flat_map(Run::into_errors).collect();
    if errors.is_empty() { Ok(()) } else { Err(Failure::Errors(errors)) }
}
