//! `tollgate forget`: forgets what is remembered of a sync.

use clap::Args;
use serde::Serialize;
use tollgate_model::{Error, ErrorKind, Result, SyncName, near_miss};
use tollgate_runs::Store;

use super::ask;
use super::state::{self, ResetView};
use super::sync::jobs::Job;
use crate::config::Config;
use crate::context::Context;
use crate::failure::Outcome;
use crate::hold::Hold;
use crate::host::Host;
use crate::{output, recorder};

const EXAMPLES: &str = "\
Examples:
  tollgate forget nightly
  tollgate forget nightly --state             what its destination keeps to go on with too";

/// The arguments of `forget`.
#[derive(Args, Debug)]
#[command(
    about = "Forget the runs of a sync",
    after_help = EXAMPLES,
    long_about = "Forget the runs of a sync.\n\nIts runs, its pause and since when its schedule counts \
                  are forgotten, as if it had never run; its rows stay. So do its entry in \
                  tollgate.toml, which is yours to delete, and, without --state, what is kept to go \
                  on with. A sync that is in no file any more can be forgotten too; one that is \
                  running cannot."
)]
pub struct ForgetArgs {
    /// The sync
    #[arg(value_name = "NAME")]
    pub name: SyncName,

    /// Throw away what its destination keeps too: the next run reads from the start
    #[arg(long)]
    pub state: bool,

    /// Do not ask
    #[arg(long)]
    pub yes: bool,
}

/// What was forgotten, in `--json`.
#[derive(Serialize)]
struct ForgottenView {
    sync: String,
    was_remembered: bool,
    in_file: bool,
    states: Vec<ResetView>,
}

/// Forgets a sync.
///
/// # Errors
/// [`ErrorKind::Config`] for a sync of which nothing is known, and where the store fails;
/// [`ErrorKind::Busy`] where it runs; those of the destination.
pub async fn run(args: &ForgetArgs, context: &Context) -> Outcome {
    let (host, config) = Host::with_config(context)?;
    let name = &args.name;
    let entry = config.sync(name);
    if entry.is_err() {
        refuse_unknown(name, &recorder::open_store(context, &config)?, &config)?;
    }
    let mut parts = Vec::new();
    let job = match (args.state, entry.as_ref()) {
        (false, _) => None,
        (true, Ok(sync)) => Some(Job::of_config(sync, &context.project)),
        (true, Err(error)) => return Err(no_destination(error).into()),
    };
    if let Some(job) = &job {
        let connector = state::connector(&host, &config, job).await?;
        parts = job.parts_of(connector.descriptor(), &config.source)?;
    }
    let what = if args.state { "runs and kept state" } else { "runs" };
    if !args.yes && !ask::confirmed(format!("forget the {what} of {name}?")).await? {
        return Err(Error::new(ErrorKind::Cancelled, "nothing was forgotten").into());
    }
    let mut hold = Hold::take(name, context, &config)?;
    let states = match &job {
        Some(job) => state::forget(job, parts, context).await?,
        None => Vec::new(),
    };
    let was_remembered = hold.forget()?;
    if context.args.json {
        let (sync, in_file) = (name.to_string(), entry.is_ok());
        return output::print_json(&ForgottenView { sync, was_remembered, in_file, states });
    }
    let mut text = match was_remembered {
        true => format!("{name} is forgotten; its rows stay\n"),
        false => format!("nothing was remembered of {name}\n"),
    };
    for ResetView { stream, was_kept, .. } in states {
        let was = if was_kept { "what was kept is thrown away" } else { "nothing was kept" };
        text.push_str(&format!("{stream}: {was}\n"));
    }
    if entry.is_ok() {
        let file = config.source.path().display();
        text.push_str(&format!("[syncs.{name}] stays in {file}; it is yours to delete\n"));
    }
    output::print(&text)
}

/// The syncs that are remembered and in no file.
///
/// # Errors
/// As [`Store::syncs`].
pub fn in_no_file(store: &Store, config: &Config) -> Result<Vec<String>> {
    let is_written = |name: &String| config.syncs.iter().any(|sync| sync.name.as_str() == name);
    Ok(store.syncs()?.into_iter().filter(|name| !is_written(name)).collect())
}

fn refuse_unknown(name: &SyncName, store: &Store, config: &Config) -> Result<()> {
    let remembered = store.syncs()?;
    if remembered.iter().any(|known| known == name.as_str()) {
        return Ok(());
    }
    let written = config.syncs.iter().map(|sync| sync.name.as_str());
    let known = written.chain(remembered.iter().map(String::as_str));
    let message = format!("there is no sync `{name}`, and nothing is remembered of one");
    Err(Error::new(ErrorKind::Config, message).with_hint(near_miss::hint(name.as_str(), known)))
}

fn no_destination(error: &Error) -> Error {
    let message = format!("{error}: where its state is kept is not known");
    Error::new(ErrorKind::Config, message)
        .with_hint("put its entry back, or leave --state out: its runs can be forgotten without")
}
