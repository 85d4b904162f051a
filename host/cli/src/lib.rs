#![doc = include_str!("../README.md")]

mod args;
mod commands;
pub mod config;
mod context;
mod environment;
mod expand;
pub mod failure;
mod file;
mod hold;
mod host;
mod interrupt;
mod limits;
mod lock;
mod messages;
mod modes;
mod notifier;
mod origin;
mod output;
mod panics;
mod process;
mod progress;
mod project;
pub mod quantities;
mod recorder;
mod vault;
mod views;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use args::Cli;
use context::Context;
use failure::Outcome;
use tollgate_model::{Error, ErrorKind};

/// The command: what the arguments of the process say, with its exit code.
pub fn main() -> ExitCode {
    panics::report_as_bugs();
    let cli = Cli::from_process();
    let context = Context::of_process(cli.global);
    // A panic was told by its hook; what is left is the exit code of a bug.
    let run = AssertUnwindSafe(|| run(cli.command, &context));
    match catch_unwind(run) {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Err(_) => ExitCode::from(ErrorKind::Bug.consequence().exit_code),
        Ok(Err(failure)) => {
            context.messages.fail(&failure);
            ExitCode::from(failure.exit_code())
        }
    }
}

fn run(command: args::Command, context: &Context) -> Outcome {
    let runtime = tokio::runtime::Runtime::new().map_err(|error| {
        Error::new(ErrorKind::Bug, "cannot start the async runtime").with_source(error)
    })?;
    let outcome = runtime.block_on(async {
        interrupt::listen(context.cancel.clone(), context.messages.clone());
        commands::run(command, context).await
    });
    // A thread that waits for an answer at the terminal would be waited for.
    runtime.shutdown_background();
    outcome
}
