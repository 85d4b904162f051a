//! `tollgate state`: what is kept of the reads of a sync, so that the next run goes on after it.

mod set;
mod view;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde::Serialize;
use tollgate_model::{Error, ErrorKind, Result, SyncName};
use tollgate_runtime::Connector;
use tollgate_sync::Destination;
use tollgate_vault::Secret;

use super::sync::jobs::{Job, Part};
use crate::config::Config;
use crate::context::Context;
use crate::failure::Outcome;
use crate::hold::Hold;
use crate::host::Host;
use crate::output;
use view::{StateView, StreamStateView};

const EXAMPLES: &str = "\
Examples:
  tollgate state show                             of every sync of tollgate.toml
  tollgate state show nightly --json
  tollgate state reset nightly                    the next run reads from the start
  tollgate state reset nightly --stream contacts
  tollgate state show nightly --json > kept.json  save what is kept, and
  tollgate state set nightly --from kept.json     set it back
  tollgate state set nightly --stream contacts --checkpoint 1700000000000000";

/// The arguments of `state`.
#[derive(Args, Debug)]
#[command(
    about = "Show, set or reset what is kept to go on with",
    after_help = EXAMPLES,
    long_about = "Show, set or reset what is kept to go on with.\n\nWith the rows, a destination keeps \
                  how far the read of each table has come: an interrupted run is gone on with, and \
                  of streams that tell what is new, only that is read. `reset` throws it away, and \
                  the next run reads from the start. `set` puts another state in its place: the one \
                  that `show --json` told, or the checkpoint of one part. Whether it fits the rows \
                  that are there is for whoever sets it to know. Loaded rows stay; a sync that is \
                  running is left alone."
)]
pub struct StateArgs {
    /// What to do.
    #[command(subcommand)]
    pub action: StateAction,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum StateAction {
    /// Show what is kept
    Show {
        /// The syncs of tollgate.toml [default: all]
        #[arg(value_name = "NAME")]
        names: Vec<SyncName>,
    },
    /// Throw away what is kept: the next run reads from the start
    Reset {
        /// The sync of tollgate.toml
        #[arg(value_name = "NAME")]
        name: SyncName,
        /// Only of this stream (repeatable)
        #[arg(long = "stream", value_name = "NAME")]
        streams: Vec<String>,
    },
    /// Put another state in the place of what is kept
    Set(SetArgs),
}

/// The arguments of `state set`.
#[derive(Args, Debug)]
pub struct SetArgs {
    /// The sync of tollgate.toml
    #[arg(value_name = "NAME")]
    pub name: SyncName,
    /// The stream whose checkpoint is set
    #[arg(long, value_name = "NAME", requires = "checkpoint")]
    pub stream: Option<String>,
    /// The part, of a stream that is read in parts
    #[arg(long, value_name = "ID", requires = "checkpoint")]
    pub part: Option<String>,
    /// After this the read goes on; what it means is the connector's
    #[arg(long, value_name = "TEXT", requires = "stream")]
    pub checkpoint: Option<String>,
    /// The states of all streams, as `state show NAME --json` tells them; - is standard input
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with = "checkpoint",
        required_unless_present = "checkpoint"
    )]
    pub from: Option<PathBuf>,
}

/// What was thrown away, in `--json`.
#[derive(Serialize)]
pub struct ResetView {
    sync: String,
    /// The stream.
    pub stream: String,
    table: String,
    /// Whether there was anything.
    pub was_kept: bool,
}

/// Shows, sets or resets.
///
/// # Errors
/// [`ErrorKind::Config`] for a sync or stream that does not exist and for a state that cannot be,
/// [`ErrorKind::Busy`] where what is to be changed is of a sync that runs, and those of the
/// destination.
pub async fn run(args: &StateArgs, context: &Context) -> Outcome {
    let (host, config) = Host::with_config(context)?;
    match &args.action {
        StateAction::Show { names } => show(&host, &config, names, context).await,
        StateAction::Reset { name, streams } => reset(&host, &config, name, streams, context).await,
        StateAction::Set(args) => set::run(args, &host, &config, context).await,
    }
}

async fn show(host: &Host<'_>, config: &Config, names: &[SyncName], context: &Context) -> Outcome {
    let syncs = match names {
        [] => config.syncs.iter().collect(),
        names => names.iter().map(|name| config.sync(name)).collect::<Result<Vec<_>>>()?,
    };
    let mut views = Vec::new();
    for sync in syncs {
        let job = Job::of_config(sync, &context.project);
        let password = job.password(&context.messages)?;
        let connector = connector(host, config, &job).await?;
        for Part { stream, table, .. } in job.parts_of(connector.descriptor(), &config.source)? {
            let asked = table.clone();
            let state = at(&job, password.as_ref(), move |to| to.state(&asked)).await?;
            let state = state.map(StateView::from);
            let (sync, destination) = (job.label.clone(), job.to.to_string());
            views.push(StreamStateView { sync, stream, table, destination, state });
        }
    }
    if context.args.json { output::print_json(&views) } else { output::print(&view::text(&views)) }
}

async fn reset(
    host: &Host<'_>,
    config: &Config,
    name: &SyncName,
    streams: &[String],
    context: &Context,
) -> Outcome {
    let job = Job::of_config(config.sync(name)?, &context.project);
    let connector = connector(host, config, &job).await?;
    let parts = job.parts_of(connector.descriptor(), &config.source)?;
    streams.iter().try_for_each(|stream| part_of(&parts, stream, name).map(drop))?;
    let _hold = Hold::take(name, context, config)?;
    let wanted = parts.into_iter().filter(|it| streams.is_empty() || streams.contains(&it.stream));
    let views = forget(&job, wanted, context).await?;
    if context.args.json {
        return output::print_json(&views);
    }
    let line = |view: &ResetView| match view.was_kept {
        true => format!("{}: {}: the next run reads from the start\n", view.sync, view.stream),
        false => format!("{}: {}: nothing was kept\n", view.sync, view.stream),
    };
    output::print(&views.iter().map(line).collect::<String>())
}

/// Throws away what is kept of these parts of a sync, whose lock is held.
///
/// # Errors
/// Those of the destination.
pub async fn forget(
    job: &Job,
    parts: impl IntoIterator<Item = Part>,
    context: &Context,
) -> Outcome<Vec<ResetView>> {
    let password = job.password(&context.messages)?;
    let mut views = Vec::new();
    for Part { stream, table, .. } in parts {
        let asked = table.clone();
        let was_kept = at(job, password.as_ref(), move |to| to.forget(&asked)).await?;
        views.push(ResetView { sync: job.label.clone(), stream, table, was_kept });
    }
    Ok(views)
}

/// Asks a destination, whose calls block, on a thread of its own.
async fn at<T: Send + 'static>(
    job: &Job,
    password: Option<&Secret>,
    ask: impl FnOnce(&mut dyn Destination) -> Result<T> + Send + 'static,
) -> Result<T> {
    let mut destination = job.destination(password);
    let asked = tokio::task::spawn_blocking(move || ask(destination.as_mut())).await;
    asked.unwrap_or_else(|panic| {
        Err(Error::new(ErrorKind::Bug, "the destination's thread panicked").with_source(panic))
    })
}

/// The connector of a sync. It says what its streams are; no account is needed.
pub async fn connector(host: &Host<'_>, config: &Config, job: &Job) -> Result<Connector> {
    let account = config.account(&job.account)?;
    host.connector(account.connector.get_ref().as_str()).await
}

/// What a sync loads of a stream.
fn part_of<'p>(parts: &'p [Part], stream: &str, sync: &SyncName) -> Result<&'p Part> {
    parts.iter().find(|part| part.stream == stream).ok_or_else(|| {
        let known = parts.iter().map(|part| part.stream.as_str());
        let hint = tollgate_model::near_miss::hint(stream, known);
        let message = format!("sync {sync} has no stream `{}`", stream.escape_debug());
        Error::new(ErrorKind::Config, message).with_hint(hint)
    })
}
