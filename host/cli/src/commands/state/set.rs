//! `tollgate state set`: puts another state in the place of what is kept.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use serde::Serialize;
use tollgate_model::{Descriptor, Error, ErrorKind, Result, SyncName};
use tollgate_sync::{Position, State, part_key};

use super::view::StreamStateView;
use super::{SetArgs, at, connector, part_of};
use crate::commands::sync::jobs::{Job, Part};
use crate::config::Config;
use crate::context::Context;
use crate::failure::Outcome;
use crate::hold::Hold;
use crate::host::Host;
use crate::output;

/// The most bytes of a file with states. 64 MiB: a thousand parts with checkpoints as large as they
/// may be, or a hundred thousand of the usual size.
const FILE_BYTES_MAX: u64 = 64 << 20;

/// What was set, in `--json`.
#[derive(Serialize)]
struct SetView {
    sync: String,
    stream: String,
    table: String,
    parts: Option<usize>,
}

/// Sets states. Nothing is changed before all of them were looked at.
///
/// # Errors
/// As [`super::run`].
pub async fn run(args: &SetArgs, host: &Host<'_>, config: &Config, context: &Context) -> Outcome {
    let name = &args.name;
    let job = Job::of_config(config.sync(name)?, &context.project);
    let connector = connector(host, config, &job).await?;
    let descriptor = connector.descriptor();
    let parts = job.parts_of(descriptor, &config.source)?;
    let password = job.password(&context.messages)?;
    let saved = args.from.as_deref().map(|path| saved(path, name)).transpose()?;
    let _hold = Hold::take(name, context, config)?;
    let wanted = match (saved, &args.stream, &args.checkpoint) {
        (Some(saved), ..) => of_file(saved, &parts, name)?,
        (None, Some(stream), Some(checkpoint)) => {
            let part = part_of(&parts, stream, name)?.clone();
            let table = part.table.clone();
            let kept = at(&job, password.as_ref(), move |to| to.state(&table)).await?;
            let kept = kept.ok_or_else(|| nothing_kept(stream))?;
            vec![(part, Some(with(kept, args.part.as_deref(), checkpoint)))]
        }
        (None, ..) => Vec::new(),
    };
    for (part, state) in &wanted {
        if let Some(state) = state {
            check(state, part, &job, descriptor)?;
        }
    }
    let mut views = Vec::new();
    for (Part { stream, table, .. }, state) in wanted {
        let (asked, parts) = (table.clone(), state.as_ref().map(|state| state.parts.len()));
        at(&job, password.as_ref(), move |to| match state {
            Some(state) => to.set_state(&asked, &state),
            None => to.forget(&asked).map(drop),
        })
        .await?;
        views.push(SetView { sync: name.to_string(), stream, table, parts });
    }
    if context.args.json {
        return output::print_json(&views);
    }
    let line = |view: &SetView| match view.parts {
        Some(_) => format!("{}: {}: the next run goes on after it\n", view.sync, view.stream),
        None => format!("{}: {}: the next run reads from the start\n", view.sync, view.stream),
    };
    output::print(&views.iter().map(line).collect::<String>())
}

/// A state with another checkpoint for one of its parts.
fn with(mut state: State, part: Option<&str>, checkpoint: &str) -> State {
    let (round, ended) = (state.round.number, state.round.ended);
    let position = Position { round, checkpoint: Some(checkpoint.to_owned()), ended };
    state.parts.insert(part_key(part), position);
    state
}

/// The states of this sync in a file, or on standard input.
fn saved(path: &Path, sync: &SyncName) -> Result<Vec<StreamStateView>> {
    let shown = path.display();
    let failed = |error: io::Error| {
        Error::new(ErrorKind::Config, format!("{shown} cannot be read")).with_source(error)
    };
    let mut text = Vec::new();
    let read = match path.as_os_str() == "-" {
        true => io::stdin().lock().take(FILE_BYTES_MAX + 1).read_to_end(&mut text),
        false => {
            File::open(path).and_then(|file| file.take(FILE_BYTES_MAX + 1).read_to_end(&mut text))
        }
    };
    if read.map_err(failed)? as u64 > FILE_BYTES_MAX {
        let message = format!("{shown} has more than {FILE_BYTES_MAX} bytes");
        return Err(Error::new(ErrorKind::Config, message));
    }
    let all: Vec<StreamStateView> = serde_json::from_slice(&text).map_err(|error| {
        let message = format!("{shown} does not hold states");
        Error::new(ErrorKind::Config, message)
            .with_source(error)
            .with_hint("`tollgate state show NAME --json` tells them in the form that is read here")
    })?;
    let (own, others): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|view| view.sync == sync.as_str());
    if own.is_empty() {
        let message = format!("{shown} holds no state of sync {sync}");
        let others = others.first().map(|view| format!("it holds some of {}", view.sync));
        return Err(Error::new(ErrorKind::Config, message)
            .with_hint(others.unwrap_or_else(|| "it holds none at all".to_owned())));
    }
    Ok(own)
}

/// What is to be kept of each stream of a file; `None`: nothing.
fn of_file(
    views: Vec<StreamStateView>,
    parts: &[Part],
    sync: &SyncName,
) -> Result<Vec<(Part, Option<State>)>> {
    let mut wanted: Vec<(Part, Option<State>)> = Vec::new();
    for StreamStateView { stream, state, .. } in views {
        let part = part_of(parts, &stream, sync)?.clone();
        if wanted.iter().any(|(other, _)| other.stream == stream) {
            let message = format!("the file has two states of stream {stream}");
            return Err(Error::new(ErrorKind::Config, message));
        }
        let state = state.map(|state| state.into_state(&stream)).transpose();
        wanted.push((part, state.map_err(|error| error.context(format!("stream {stream}")))?));
    }
    Ok(wanted)
}

/// Whether a state can be one of what the sync loads. Options and columns are compared by the next
/// run, which reads from the start, and says so, where they are others.
fn check(state: &State, part: &Part, job: &Job, descriptor: &Descriptor) -> Result<()> {
    let Part { stream, mode, .. } = part;
    let refused =
        |what: String| Error::new(ErrorKind::Config, format!("stream {stream}: the state {what}"));
    let described = crate::commands::describe::find(descriptor, stream)?;
    state.check(described.partitioned).map_err(refused)?;
    let own = job.source(&descriptor.id);
    if state.scope.source != own {
        return Err(refused(format!("is of {}, not of {own}", state.scope.source)));
    }
    if state.scope.mode != *mode {
        let (of, own) = (crate::modes::name(state.scope.mode), crate::modes::name(*mode));
        return Err(refused(format!("is of the mode {of}; the sync has {own}")));
    }
    Ok(())
}

fn nothing_kept(stream: &str) -> Error {
    let message = format!("nothing is kept of stream {stream} whose checkpoint could be set");
    Error::new(ErrorKind::Config, message).with_hint(
        "run the sync once, or set back what `tollgate state show --json` told: --from FILE",
    )
}
