//! `tollgate runs`: what is remembered of runs.

mod text;
pub mod view;

use clap::{Args, Subcommand};
use jiff::Timestamp;
use tollgate_model::{Error, ErrorKind, Result, SyncName, near_miss};
use tollgate_runs::{Filter, RunId, Status};

use super::forget;
use crate::context::Context;
use crate::failure::Outcome;
use crate::{output, recorder};
use view::{RunView, ShownView};

const EXAMPLES: &str = "\
Examples:
  tollgate runs list
  tollgate runs list nightly --status failed --limit 5
  tollgate runs show 17                     one run, with its log
  tollgate runs show 17 --json";

/// The arguments of `runs`.
#[derive(Args, Debug)]
#[command(
    about = "Show what became of earlier runs",
    after_help = EXAMPLES,
    long_about = "Show what became of earlier runs.\n\nRuns of the syncs of tollgate.toml are \
                  remembered beside it, in .tollgate/runs.db: how they ended, what they loaded and \
                  used, and the lines of their log that matter when all is over. [runs] says how \
                  many. A run is `running`, `succeeded`, `failed`, `stopped` where somebody asked for \
                  it, or `interrupted` where its process ended without a word."
)]
pub struct RunsArgs {
    /// What to do.
    #[command(subcommand)]
    pub action: RunsAction,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum RunsAction {
    /// List runs, the latest first
    List {
        /// The sync [default: all]
        #[arg(value_name = "NAME")]
        sync: Option<SyncName>,
        /// Only runs that are running, succeeded, failed, stopped or interrupted
        #[arg(long, value_name = "STATUS", value_parser = status)]
        status: Option<Status>,
        /// At most so many
        #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
        limit: u32,
    },
    /// Show a run, with its log
    Show {
        /// The number of the run
        #[arg(value_name = "RUN")]
        run: RunId,
    },
}

fn status(word: &str) -> Result<Status> {
    Status::of_name(word).ok_or_else(|| {
        let known = Status::ALL.iter().map(|status| status.name());
        Error::new(
            ErrorKind::Config,
            format!("there is no such status; {}", near_miss::hint(word, known)),
        )
    })
}

/// Shows runs.
///
/// # Errors
/// [`ErrorKind::Config`] for a run that is not remembered, and where the store fails.
pub fn run(args: &RunsArgs, context: &Context) -> Outcome {
    let config = context.project.load_config()?;
    let mut store = recorder::open_store(context, &config)?;
    store.settle(Timestamp::now())?;
    match &args.action {
        RunsAction::List { sync, status, limit } => {
            if let Some(name) = sync
                && store.list(&Filter { sync: Some(name.to_string()), ..one() })?.is_empty()
            {
                // A sync that was renamed has runs under its old name; any other has to exist.
                config.sync(name)?;
            }
            let sync = sync.as_ref().map(SyncName::to_string);
            let runs = store.list(&Filter { sync, status: *status, limit: Some(*limit) })?;
            for name in forget::in_no_file(&store, &config)? {
                if runs.iter().any(|run| run.start.sync == name) {
                    let forgets = format!("`tollgate forget {name}` forgets its runs");
                    context.messages.say(&format!("{name} is in no file any more; {forgets}"));
                }
            }
            match context.args.json {
                true => output::print_json(&runs.iter().map(RunView::from).collect::<Vec<_>>()),
                false => output::print(&text::list(&runs)),
            }
        }
        RunsAction::Show { run } => {
            let found = store.get(*run)?.ok_or_else(|| {
                let message = format!("no run {run} is remembered");
                Error::new(ErrorKind::Config, message)
                    .with_hint("`tollgate runs list` has their numbers")
            })?;
            let log = store.log(*run)?;
            match context.args.json {
                true => output::print_json(&ShownView::new(&found, &log)),
                false => output::print(&text::show(&found, &log)),
            }
        }
    }
}

fn one() -> Filter {
    Filter { limit: Some(1), ..Filter::default() }
}
