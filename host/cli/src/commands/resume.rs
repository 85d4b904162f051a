//! `tollgate resume`: ends the pause of a sync.

use clap::Args;
use jiff::Timestamp;
use tollgate_model::SyncName;

use super::pause::scheduled;
use crate::context::Context;
use crate::failure::Outcome;
use crate::{output, recorder};

const EXAMPLES: &str = "\
Examples:
  tollgate resume nightly
  tollgate schedules          when it runs next";

/// The arguments of `resume`.
#[derive(Args, Debug)]
#[command(
    about = "End the pause of a sync",
    after_help = EXAMPLES,
    long_about = "End the pause of a sync.\n\nIts schedule counts from now on: times that passed \
                  while it was paused are not caught up. A sync with a pace (`every 2h`) runs at once \
                  where its pace has passed since its last run."
)]
pub struct ResumeArgs {
    /// The sync of tollgate.toml
    #[arg(value_name = "NAME")]
    pub name: SyncName,
}

/// Resumes a sync.
///
/// # Errors
/// [`tollgate_model::ErrorKind::Config`] for a sync that does not exist or has no schedule, and
/// where the store fails.
pub fn run(args: &ResumeArgs, context: &Context) -> Outcome {
    let config = context.project.load_config()?;
    let name = scheduled(&config, &args.name)?.name.as_str();
    let resumed = recorder::open_store(context, &config)?.resume(name, Timestamp::now())?;
    output::print(&match resumed {
        true => format!("{name} runs by its schedule again\n"),
        false => format!("{name} was not paused\n"),
    })
}
