//! One file for each command, all of the same shape: its arguments, and what it does.

pub mod account;
pub mod add;
pub mod check;
pub mod choices;
pub mod completions;
pub mod config;
pub mod connectors;
pub mod describe;
pub mod discover;
pub mod forget;
pub mod help;
pub mod init;
pub mod inspect;
pub mod pause;
pub mod preview;
pub mod read;
pub mod remove;
pub mod resume;
pub mod run;
pub mod runs;
pub mod schedules;
pub mod state;
pub mod sync;
pub mod write;

mod ask;
mod reading;
mod screen;

use crate::args::Command;
use crate::context::Context;
use crate::failure::Outcome;
use crate::interrupt::or_stop;

/// Carries out a command.
///
/// # Errors
/// Those of the command.
pub async fn run(command: Command, context: &Context) -> Outcome {
    let cancel = &context.cancel;
    match command {
        Command::Connectors(args) => or_stop(cancel, connectors::run(&args, context)).await,
        Command::Describe(args) => or_stop(cancel, describe::run(&args, context)).await,
        Command::Inspect(args) => or_stop(cancel, inspect::run(&args, context)).await,
        Command::Add(args) => or_stop(cancel, add::run(&args, context)).await,
        Command::Remove(args) => remove::run(&args, context),
        Command::Init(args) => or_stop(cancel, init::run(&args, context)).await,
        Command::Account(args) => or_stop(cancel, account::run(&args, context)).await,
        Command::Check(args) => or_stop(cancel, check::run(&args, context)).await,
        Command::Discover(args) => or_stop(cancel, discover::run(&args, context)).await,
        Command::Choices(args) => or_stop(cancel, choices::run(&args, context)).await,
        Command::Preview(args) => or_stop(cancel, preview::run(&args, context)).await,
        Command::Read(args) => or_stop(cancel, read::run(&args, context)).await,
        // A write stops behind the rows that are under way: they are not left unknown.
        Command::Write(args) => write::run(&args, context).await,
        // A sync stops by itself: what it began has to be tidied up.
        Command::Sync(args) => sync::run(&args, context).await,
        Command::State(args) => or_stop(cancel, state::run(&args, context)).await,
        // It stops by itself too, and that is its usual end.
        Command::Run(args) => run::run(&args, context).await,
        Command::Runs(args) => runs::run(&args, context),
        Command::Schedules(args) => schedules::run(&args, context),
        Command::Pause(args) => pause::run(&args, context),
        Command::Resume(args) => resume::run(&args, context),
        Command::Forget(args) => or_stop(cancel, forget::run(&args, context)).await,
        Command::Config(args) => or_stop(cancel, config::run(&args, context)).await,
        Command::Completions(args) => completions::run(&args),
        Command::Help(args) => help::run(&args),
    }
}
