//! `tollgate pause`: has the schedule of a sync start nothing.

use clap::Args;
use jiff::Timestamp;
use tollgate_model::{Error, ErrorKind, Result, SyncName};

use crate::config::{Config, SyncConfig};
use crate::context::Context;
use crate::failure::Outcome;
use crate::{output, recorder};

const EXAMPLES: &str = "\
Examples:
  tollgate pause nightly      its schedule starts nothing, until
  tollgate resume nightly";

/// The arguments of `pause`.
#[derive(Args, Debug)]
#[command(
    about = "Have the schedule of a sync start nothing",
    after_help = EXAMPLES,
    long_about = "Have the schedule of a sync start nothing.\n\nA run that is under way goes on. \
                  `tollgate sync` runs the sync nevertheless, and says that it is paused. The pause \
                  is remembered with the project's runs, and holds for a `tollgate run` that is up \
                  already."
)]
pub struct PauseArgs {
    /// The sync of tollgate.toml
    #[arg(value_name = "NAME")]
    pub name: SyncName,
}

/// Pauses a sync.
///
/// # Errors
/// [`ErrorKind::Config`] for a sync that does not exist or has no schedule, and where the store
/// fails.
pub fn run(args: &PauseArgs, context: &Context) -> Outcome {
    let config = context.project.load_config()?;
    let name = scheduled(&config, &args.name)?.name.as_str();
    let paused = recorder::open_store(context, &config)?.pause(name, Timestamp::now())?;
    output::print(&match paused {
        true => format!("{name} is paused; `tollgate resume {name}` ends that\n"),
        false => format!("{name} was paused already\n"),
    })
}

/// The sync of this name, if it has a schedule.
///
/// # Errors
/// [`ErrorKind::Config`] where it has none, or there is no such sync.
pub fn scheduled<'a>(config: &'a Config, name: &SyncName) -> Result<&'a SyncConfig> {
    let sync = config.sync(name)?;
    if sync.scheduled.is_none() {
        return Err(Error::new(ErrorKind::Config, format!("sync {name} has no schedule"))
            .with_hint(
                "`schedule = \"every 2h\"` gives it one; `tollgate help config` tells more",
            ));
    }
    Ok(sync)
}
