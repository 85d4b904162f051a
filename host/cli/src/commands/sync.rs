//! `tollgate sync`: loads streams into destinations.

pub mod access;
pub mod accounts;
pub mod jobs;
pub mod prepared;
mod report;
pub mod runs;

use clap::Args;
use futures_util::{StreamExt, stream};
use tollgate_model::{AccountName, SyncName};
use tollgate_sync::retry::PART_RETRIES_MAX;
use tollgate_sync::{Deletes, Mode};

use crate::args::{ChangeArgs, ColumnArgs, OptionArgs};
use crate::context::Context;
use crate::expand::Expand;
use crate::failure::{Failure, Outcome};
use crate::host::Host;
use crate::recorder::{self, Recorder};
use crate::{modes, output};
use accounts::Accounts;
use prepared::Prepared;
use runs::Run;

const EXAMPLES: &str = "\
Examples:
  tollgate sync                                   every sync of tollgate.toml
  tollgate sync nightly --limit 100               this one, and a hundred rows of each stream
  tollgate sync --stream contacts --to out.db     without an entry in tollgate.toml
  tollgate sync --stream contacts --stream lists --to parquet:out --mode append
  tollgate sync nightly --since today-90          read three months anew, keep the other rows
  tollgate sync nightly --full-refresh            read everything anew";

/// The arguments of `sync`.
#[derive(Args, Debug)]
#[command(
    about = "Load streams into a destination",
    after_help = EXAMPLES,
    long_about = "Load streams into a destination.\n\nWithout names, every sync of tollgate.toml \
                  runs; with --stream and no names, those streams of one account are loaded into \
                  --to. What is written here comes before what the file says. Nothing is read before \
                  all syncs were checked.\n\nWith `replace`, a stream is loaded as a whole or not at \
                  all: where it fails, its old data stays. With `append` and `merge`, rows become \
                  visible as they come. A run that was interrupted, by a quota for example, is gone \
                  on with by the next one; a run with --limit is a sample and is not. With \
                  --full-refresh, the table is in the end what a first run would have loaded: it \
                  is replaced at once when everything was read, and the next run goes on from \
                  there. Where that fails, table and state are as before; `tollgate state reset` \
                  is the way to read anew and keep the rows. Where one \
                  stream fails, the others go on, unless they would fail for the same reason: where \
                  the credentials are refused, the rate limit is reached or the user stops, the \
                  sync ends.\n\nRuns of the syncs of the file are remembered; `tollgate runs` shows \
                  them. A sync that is running already, in whatever process, is not run beside \
                  itself.\n\nThe report goes to standard output, progress to standard error. With \
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

    /// Where rows go: sqlite:FILE, parquet:DIR, csv:DIR, jsonl:DIR, s3://BUCKET/PREFIX,
    /// postgres://USER@HOST/DATABASE
    #[arg(long, value_name = "DESTINATION")]
    // Read later: the words about a wrong value would show a password that stands in it.
    pub to: Option<String>,

    /// The table [default: called like the stream]; of several streams, a prefix
    #[arg(long, value_name = "NAME")]
    pub table: Option<String>,

    /// What becomes of the rows that are there: replace, append or merge [default: merge into
    /// databases for streams that tell what is new in rows with a key, else replace]
    #[arg(long, value_name = "MODE", value_parser = modes::parse)]
    pub mode: Option<Mode>,

    /// What merging does with rows that were deleted at the provider: remove or keep [default: remove]
    #[arg(long, value_name = "WHAT", value_parser = modes::parse_deletes)]
    pub deletes: Option<Deletes>,

    /// Load child tables too, each as STREAM_CHILD: all, or these
    #[arg(
        long, value_name = "A,B", num_args = 0..=1, require_equals = true,
        default_missing_value = "all", value_parser = Expand::parse)]
    pub expand: Option<Expand>,

    /// Read everything anew and replace the table by it, in every mode; the old one stays until all
    /// is there
    #[arg(long, conflicts_with = "limit")]
    pub full_refresh: bool,

    /// Read anew what was made or changed since this day, into the rows that are there: a date,
    /// `today-90` or 90. Only streams that tell what is new can
    #[arg(long, value_name = "DAY", conflicts_with_all = ["full_refresh", "limit"])]
    pub since: Option<String>,

    /// How the streams are read.
    #[command(flatten)]
    pub options: OptionArgs,

    /// Which columns.
    #[command(flatten)]
    pub columns: ColumnArgs,

    /// What columns are called and hold.
    #[command(flatten)]
    pub changes: ChangeArgs,

    /// Complete each stream after so many rows [default: all]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub limit: Option<u64>,

    /// Read so many parts of a stream side by side [default: 4]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=64))]
    pub concurrency: Option<u64>,

    /// Open a part that failed again so many times, after its last checkpoint [default: 2]
    #[arg(
        long, value_name = "N",
        value_parser = clap::value_parser!(u32).range(..=i64::from(PART_RETRIES_MAX)))]
    pub part_retries: Option<u32>,

    /// Run so many syncs side by side [default: 1]
    #[arg(
        hide_default_value = true,long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=64))]
    pub jobs: u64,
}

impl SyncArgs {
    /// Whether a sync of the file loads something else with these than the file says.
    fn vary(&self) -> bool {
        self.account.is_some()
            || !self.streams.is_empty()
            || self.to.is_some()
            || self.table.is_some()
            || self.mode.is_some()
            || self.deletes.is_some()
            || self.expand.is_some()
            || !self.options.options.is_empty()
            || !self.columns.columns.is_empty()
            || !self.changes.renamed.is_empty()
            || !self.changes.retyped.is_empty()
            || self.limit.is_some()
    }
}

/// Runs syncs, prints a report, and fails with what failed.
///
/// # Errors
/// Those of the syncs that failed, the first of them first.
pub async fn run(args: &SyncArgs, context: &Context) -> Outcome {
    match run_all(args, context).await {
        Ok(runs) => tell(runs, context),
        Err(Failure::Errors(errors)) => {
            if context.args.json {
                output::print_json(&report::not_run(&errors))?;
            }
            Err(Failure::Errors(errors))
        }
        Err(closed) => Err(closed),
    }
}

async fn run_all(args: &SyncArgs, context: &Context) -> Outcome<Vec<Run>> {
    let (host, config) = Host::with_config(context)?;
    let jobs = jobs::jobs(args, &config, &context.project)?;
    let accounts = Accounts::new(&host, context, &config);
    // Whatever can be checked without a request is, for all syncs, before the first request.
    let mut prepared = Vec::new();
    for job in jobs {
        prepared.push(Prepared::of(job, &accounts).await);
    }
    prepared::refuse_shared_tables(&mut prepared);
    let store = recorder::open_store(context, &config);
    if let Ok(store) = &store {
        prepared::refuse_renamed(&mut prepared, store, &config)?;
    }
    if prepared.iter().any(Prepared::is_misconfigured) {
        prepared.retain(Prepared::is_misconfigured);
    }
    prepared.iter().flat_map(Prepared::notes).for_each(|note| context.messages.say(&note));
    let recorder = Recorder::open(store, context, &config);
    let side_by_side = usize::try_from(args.jobs).unwrap_or(1);
    let mut finished: Vec<(usize, Vec<Run>)> = stream::iter(prepared::by_destination(prepared))
        .map(|group| runs::run_group(group, &recorder, context))
        .buffer_unordered(side_by_side)
        .flat_map(stream::iter)
        .collect()
        .await;
    finished.sort_by_key(|(position, _)| *position);
    Ok(finished.into_iter().flat_map(|(_, runs)| runs).collect())
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
