//! `tollgate remove`: uninstalls a connector.

use std::fs;
use std::io;

use clap::Args;
use tollgate_model::{ConnectorId, Error, ErrorKind};

use crate::context::Context;
use crate::failure::Outcome;

const EXAMPLES: &str = "\
Examples:
  tollgate remove icontact";

/// The arguments of `remove`.
#[derive(Args, Debug)]
#[command(
    about = "Uninstall a connector",
    after_help = EXAMPLES,
    long_about = "Uninstall a connector.\n\nIts file and what it was granted are removed; the \
                  configuration and loaded data stay."
)]
pub struct RemoveArgs {
    /// The connector
    pub id: ConnectorId,
}

/// Removes a connector's file and its entry in the lock file.
///
/// # Errors
/// [`ErrorKind::Config`] where it is not installed, [`ErrorKind::Destination`] where a file cannot
/// be changed.
pub fn run(args: &RemoveArgs, context: &Context) -> Outcome {
    let mut lock = context.project.load_lock()?;
    let path = context.project.connector_path(lock.get(args.id.as_str())?);
    lock.remove(&args.id);
    // First the grant, then the file: what is left in between cannot run.
    lock.save(&context.project.lock_path())?;
    match fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            let message = format!("cannot remove {}", path.display());
            return Err(Error::new(ErrorKind::Destination, message).with_source(error).into());
        }
        _ => context.messages.say(&format!("removed {}", args.id)),
    }
    Ok(())
}
