//! `tollgate state`: what is kept of the reads of a sync, so that the next run goes on after it.

use clap::{Args, Subcommand};
use serde::Serialize;
use tollgate_model::{Error, ErrorKind, Result, SyncName};
use tollgate_sync::{Destination, State};

use super::sync::access::Access;
use super::sync::jobs::{Job, Part};
use crate::config::Config;
use crate::context::Context;
use crate::failure::Outcome;
use crate::host::Host;
use crate::{modes, output, quantities};

const EXAMPLES: &str = "\
Examples:
  tollgate state show                             of every sync of tollgate.toml
  tollgate state show nightly --json
  tollgate state reset nightly                    the next run reads everything anew
  tollgate state reset nightly --stream contacts";

/// The arguments of `state`.
#[derive(Args, Debug)]
#[command(
    about = "Show or reset what is kept to go on with",
    after_help = EXAMPLES,
    long_about = "Show or reset what is kept to go on with.\n\nWith the rows, a destination keeps how \
                  far the read of each table has come: an interrupted run is gone on with, and of \
                  streams that tell what is new, only that is read. `reset` throws it away, and the \
                  next run reads from the start; loaded rows stay."
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
}

/// What is kept of a stream, in `--json`.
#[derive(Serialize)]
struct StreamStateView {
    sync: String,
    stream: String,
    table: String,
    destination: String,
    state: Option<StateView>,
}

/// How far a read has come.
#[derive(Serialize)]
struct StateView {
    source: String,
    mode: &'static str,
    options: std::collections::BTreeMap<String, Vec<String>>,
    began_at: String,
    rows: u64,
    ended: bool,
    parts: Vec<PartView>,
}

/// How far the read of a part has come; the id of a stream that is read as one is empty.
#[derive(Serialize)]
struct PartView {
    id: String,
    checkpoint: Option<String>,
    ended: bool,
}

/// What was thrown away, in `--json`.
#[derive(Serialize)]
struct ResetView {
    sync: String,
    stream: String,
    table: String,
    was_kept: bool,
}

impl From<State> for StateView {
    fn from(state: State) -> Self {
        let number = state.round.number;
        let part = |(key, position): (String, tollgate_sync::Position)| PartView {
            id: key.strip_prefix('/').map(str::to_owned).unwrap_or(key),
            ended: position.ended && position.round == number,
            checkpoint: position.checkpoint,
        };
        StateView {
            source: state.scope.source,
            mode: modes::name(state.scope.mode),
            options: state.scope.options,
            began_at: quantities::instant(state.round.began_at),
            rows: state.round.rows,
            ended: state.round.ended,
            parts: state.parts.into_iter().map(part).collect(),
        }
    }
}

/// Shows or resets.
///
/// # Errors
/// [`tollgate_model::ErrorKind::Config`] for a sync or stream that does not exist, and those of the
/// destination.
pub async fn run(args: &StateArgs, context: &Context) -> Outcome {
    let (host, config) = Host::with_config(context)?;
    match &args.action {
        StateAction::Show { names } => show(&host, &config, names, context).await,
        StateAction::Reset { name, streams } => reset(&host, &config, name, streams, context).await,
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
        let access = job.access(&context.messages)?;
        for Part { stream, table, .. } in parts(host, config, &job).await? {
            let asked = table.clone();
            let state = at(&access, move |to| to.state(&asked)).await?;
            let state = state.map(StateView::from);
            let (sync, destination) = (job.label.clone(), job.to.to_string());
            views.push(StreamStateView { sync, stream, table, destination, state });
        }
    }
    if context.args.json { output::print_json(&views) } else { output::print(&text(&views)) }
}

async fn reset(
    host: &Host<'_>,
    config: &Config,
    name: &SyncName,
    streams: &[String],
    context: &Context,
) -> Outcome {
    let job = Job::of_config(config.sync(name)?, &context.project);
    let parts = parts(host, config, &job).await?;
    if let Some(unknown) = streams.iter().find(|name| parts.iter().all(|p| p.stream != **name)) {
        let known = parts.iter().map(|part| part.stream.as_str());
        let hint = tollgate_model::near_miss::hint(unknown, known);
        let message = format!("sync {name} has no stream `{}`", unknown.escape_debug());
        let error = Error::new(ErrorKind::Config, message);
        return Err(error.with_hint(hint).into());
    }
    let access = job.access(&context.messages)?;
    let mut views = Vec::new();
    for Part { stream, table, .. } in parts {
        if streams.is_empty() || streams.contains(&stream) {
            let asked = table.clone();
            let was_kept = at(&access, move |to| to.forget(&asked)).await?;
            views.push(ResetView { sync: job.label.clone(), stream, table, was_kept });
        }
    }
    if context.args.json {
        return output::print_json(&views);
    }
    let line = |view: &ResetView| match view.was_kept {
        true => format!("{}: {}: the next run reads from the start\n", view.sync, view.stream),
        false => format!("{}: {}: nothing was kept\n", view.sync, view.stream),
    };
    output::print(&views.iter().map(line).collect::<String>())
}

/// Asks a destination, whose calls block, on a thread of its own.
async fn at<T: Send + 'static>(
    access: &Access,
    ask: impl FnOnce(&mut dyn Destination) -> Result<T> + Send + 'static,
) -> Result<T> {
    let mut destination = access.destination();
    let asked = tokio::task::spawn_blocking(move || ask(destination.as_mut())).await;
    asked.unwrap_or_else(|panic| {
        Err(Error::new(ErrorKind::Bug, "the destination's thread panicked").with_source(panic))
    })
}

/// What a sync loads. The connector says what its streams are; no account is needed.
async fn parts(host: &Host<'_>, config: &Config, job: &Job) -> Outcome<Vec<Part>> {
    let account = config.account(&job.account)?;
    let connector = host.connector(account.connector.get_ref().as_str()).await?;
    job.parts_of(connector.descriptor(), &config.source)
}

fn text(views: &[StreamStateView]) -> String {
    let header = ["sync", "stream", "table", "mode", "read of", "rows", "state"];
    let mut table = output::table(&header, u16::MAX);
    output::align_right(&mut table, &[5]);
    for view in views {
        let (mode, began_at, rows, state) = match &view.state {
            None => ("-", "-".to_owned(), "-".to_owned(), "nothing is kept".to_owned()),
            Some(state) => {
                let rows = quantities::count(state.rows);
                (state.mode, state.began_at.clone(), rows, outcome(state))
            }
        };
        let stream = output::line(&view.stream);
        let name = output::line(&view.table);
        table.add_row([&view.sync, &stream, &name, mode, &began_at, &rows, &state]);
    }
    output::indented(&table, 0)
}

fn outcome(state: &StateView) -> String {
    if state.ended {
        return "came to its end".to_owned();
    }
    let ended = state.parts.iter().filter(|part| part.ended).count() as u64;
    match ended {
        0 => "interrupted".to_owned(),
        ended => format!("interrupted, {} done", quantities::counted(ended, "part")),
    }
}
