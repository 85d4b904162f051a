//! `tollgate config`: whether the configuration is right, and what it comes to.

mod checks;
mod show;

pub use show::place;

use clap::{Args, Subcommand};

use crate::context::Context;
use crate::failure::Outcome;

const EXAMPLES: &str = "\
Examples:
  tollgate config check
  tollgate config show
  tollgate config show --json

What can stand in the file: tollgate help config.";

/// The arguments of `config`.
#[derive(Args, Debug)]
#[command(about = "Check or show the configuration", after_help = EXAMPLES)]
pub struct ConfigArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: ConfigCommand,
}

/// What to do with the configuration.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum ConfigCommand {
    /// Check the file, and its accounts and syncs against the installed connectors. Makes no request
    /// and reads no secret.
    Check,
    /// Show each value with where it comes from. Secrets are shown as references.
    Show,
}

/// Checks or shows the configuration.
///
/// # Errors
/// [`tollgate_model::ErrorKind::Config`], one error for each problem.
pub async fn run(args: &ConfigArgs, context: &Context) -> Outcome {
    match args.command {
        ConfigCommand::Check => checks::run(context).await,
        ConfigCommand::Show => show::run(context).await,
    }
}
