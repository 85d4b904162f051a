//! What is to be synced: the syncs of the file, with what the command line says before it.

use std::ops::Range;

use tollgate_destinations::Target;
use tollgate_model::{AccountName, Descriptor, Error, ErrorKind, Result, Settings, Stream};
use tollgate_runs::{Route, Start};
use tollgate_runtime::{ReadBuilder, Session};
use tollgate_sync::plan::{self, Choices};
use tollgate_sync::{ColumnChanges, Deletes, Mode, Refresh};

use super::SyncArgs;
use super::access::{Access, Secrets};
use super::runs::Cause;
use crate::commands::{describe, reading};
use crate::config::{Config, DestinationConfig, Places, Problem, Source, Streams, SyncConfig};
use crate::expand::Expand;
use crate::failure::Outcome;
use crate::messages::Messages;
use crate::project::Project;

mod checks;
mod since;

/// A sync, ready to be run.
#[derive(Clone, Debug)]
pub struct Job {
    /// What it is called: the sync's name, or the account's where it is in no file.
    pub label: String,
    /// The account.
    pub account: AccountName,
    /// Where rows go.
    pub to: Target,
    secrets: Secrets,
    streams: Streams,
    options: Settings,
    columns: Vec<String>,
    changes: ColumnChanges,
    widen: bool,
    expand: Expand,
    mode: Option<Mode>,
    deletes: Deletes,
    refresh: Refresh,
    /// The first day whose changes are read, as it was entered.
    since: Option<String>,
    table: Option<String>,
    concurrency: Option<usize>,
    part_retries: Option<u32>,
    limit: Option<u64>,
    /// Whether the command line has it load something else than the file says.
    varied: bool,
    /// From where to where it loads, as the file says.
    pub route: Route,
    /// Whether the command line has it read other streams than the file says.
    streams_vary: bool,
    /// Where its name stands in the file.
    span: Option<Range<usize>>,
    /// Where its options and columns stand there.
    places: Places,
}

/// What is loaded of one stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The stream.
    pub stream: String,
    /// The table.
    pub table: String,
    /// What becomes of the rows that are there.
    pub mode: Mode,
    /// The child tables that are loaded beside it.
    pub children: Vec<String>,
}

impl Part {
    /// The table and those of the child tables.
    pub fn tables(&self) -> Vec<String> {
        let children = self.children.iter().map(|child| format!("{}_{child}", self.table));
        std::iter::once(self.table.clone()).chain(children).collect()
    }
}

/// Everything that is to be synced, in the order of the file or of the command line.
///
/// # Errors
/// [`ErrorKind::Config`] for a sync or account that does not exist, and where nothing is to do.
pub fn jobs(args: &SyncArgs, config: &Config, project: &Project) -> Outcome<Vec<Job>> {
    let jobs: Vec<Job> = match (args.names.as_slice(), args.streams.as_slice()) {
        ([], []) => {
            config.syncs.iter().map(|sync| of_file(sync, args, project)).collect::<Result<_>>()?
        }
        ([], streams) => vec![of_arguments(args, streams, config)?],
        (names, _) => {
            let syncs = names.iter().map(|name| config.sync(name)).collect::<Result<Vec<_>>>()?;
            syncs.into_iter().map(|sync| of_file(sync, args, project)).collect::<Result<_>>()?
        }
    };
    if jobs.is_empty() {
        let message = format!("{} has no sync", config.source.path().display());
        return Err(Error::new(ErrorKind::Config, message)
            .with_hint("--stream NAME --to DESTINATION syncs without one")
            .into());
    }
    Ok(jobs)
}

/// What the command line says comes before what the file says.
fn of_file(sync: &SyncConfig, args: &SyncArgs, project: &Project) -> Result<Job> {
    let mut job = Job::of_config(sync, project);
    if !args.streams.is_empty() {
        job.streams = named(&args.streams);
    }
    if !args.columns.columns.is_empty() {
        job.columns.clone_from(&args.columns.columns);
    }
    job.options.extend(args.options.settings());
    let changes = args.changes.changes();
    job.changes.names.extend(changes.names);
    job.changes.types.extend(changes.types);
    job.widen |= args.changes.widen;
    job.account = args.account.clone().unwrap_or(job.account);
    if let Some(to) = &args.to {
        // The secrets of the file are those of another destination.
        (job.to, job.secrets) = (in_schema(to.parse()?, &job.label), Secrets::default());
    }
    job.mode = args.mode.or(job.mode);
    job.deletes = args.deletes.unwrap_or(job.deletes);
    job.expand = args.expand.clone().unwrap_or(job.expand);
    job.refresh = refresh(args);
    job.since = args.since.clone().or(job.since);
    job.table = args.table.clone().or(job.table);
    job.concurrency = concurrency(args).or(job.concurrency);
    job.part_retries = args.part_retries.or(job.part_retries);
    job.limit = args.limit.or(job.limit);
    job.varied = args.vary();
    job.streams_vary = !args.streams.is_empty();
    Ok(job)
}

fn of_arguments(args: &SyncArgs, streams: &[String], config: &Config) -> Result<Job> {
    let account = reading::account(config, args.account.as_ref())?;
    let to = args.to.as_ref().ok_or_else(|| {
        Error::new(ErrorKind::Config, "where to? --to DESTINATION says it")
            .with_hint("for example --to out.db, --to parquet:out, --to csv:out")
    })?;
    Ok(Job {
        label: account.name.to_string(),
        account: account.name.clone(),
        to: in_schema(to.parse()?, account.name.as_str()),
        secrets: Secrets::default(),
        streams: named(streams),
        options: args.options.settings(),
        columns: args.columns.columns.clone(),
        changes: args.changes.changes(),
        widen: args.changes.widen,
        table: args.table.clone(),
        expand: args.expand.clone().unwrap_or_default(),
        mode: args.mode,
        deletes: args.deletes.unwrap_or_default(),
        refresh: refresh(args),
        since: args.since.clone(),
        concurrency: concurrency(args),
        part_retries: args.part_retries,
        limit: args.limit,
        route: Route::default(),
        varied: false,
        streams_vary: false,
        span: None,
        places: Places::new(),
    })
}

fn named(streams: &[String]) -> Streams {
    Streams::Named(streams.iter().map(|stream| toml::Spanned::new(0..0, stream.clone())).collect())
}

fn concurrency(args: &SyncArgs) -> Option<usize> {
    args.concurrency.and_then(|number| usize::try_from(number).ok())
}

fn refresh(args: &SyncArgs) -> Refresh {
    match (args.full_refresh, &args.since) {
        (true, _) => Refresh::Full,
        (false, Some(_)) => Refresh::Anew,
        (false, None) => Refresh::GoOn,
    }
}

/// In a database, each sync has a schema of its own, called like the sync, unless another is said.
fn in_schema(target: Target, label: &str) -> Target {
    match target {
        Target::Postgres(server) if server.schema().is_none() => {
            Target::Postgres(server.with_schema(label))
        }
        other => other,
    }
}

impl Job {
    /// A sync of the file as it stands there.
    pub fn of_config(sync: &SyncConfig, project: &Project) -> Self {
        let DestinationConfig { target, secret, session_token } = sync.to.get_ref().clone();
        // A path of the file is relative to the file.
        let target = target.map_path(|path| project.resolve(path));
        let account = sync.account.get_ref().clone();
        Job {
            // Without the schema of a database, which is called like the sync unless it is said.
            route: Route { account: account.to_string(), place: target.place() },
            label: sync.name.to_string(),
            account,
            to: in_schema(target, sync.name.as_str()),
            secrets: Secrets { secret, session_token },
            expand: sync.expand.clone(),
            mode: sync.mode,
            deletes: sync.deletes.unwrap_or_default(),
            refresh: Refresh::GoOn,
            since: sync.history.clone(),
            streams: sync.streams.clone(),
            options: sync.options.clone(),
            columns: sync.columns.clone(),
            changes: sync.changes.clone(),
            widen: sync.widen,
            table: sync.table.clone(),
            concurrency: sync.concurrency,
            part_retries: sync.part_retries,
            limit: sync.limit,
            varied: false,
            streams_vary: false,
            span: Some(sync.span.clone()),
            places: sync.places.clone(),
        }
    }

    /// Whether it loads what the file says.
    pub fn is_as_written(&self) -> bool {
        self.span.is_some() && !self.varied
    }

    /// A run of it as it is remembered. `None` for one that is in no file: it has no name to be
    /// remembered by.
    pub fn start(&self, cause: Cause) -> Option<Start> {
        self.span.as_ref()?;
        let Cause { trigger, attempt } = cause;
        let (sync, route) = (self.label.clone(), self.route.clone());
        Some(Start { sync, trigger, varied: self.varied, attempt, route })
    }

    /// What is loaded of these streams.
    fn parts(&self, streams: &[&Stream]) -> Vec<Part> {
        let part = |stream: &&Stream| Part {
            stream: stream.name.clone(),
            table: self.table(&stream.name, streams.len()),
            mode: self.mode_for(stream),
            children: self.expand.of(stream),
        };
        streams.iter().map(part).collect()
    }

    /// What the sync does with the rows of this stream that are there.
    fn mode_for(&self, stream: &Stream) -> Mode {
        self.mode.unwrap_or_else(|| plan::default_mode(stream, &self.columns, self.to.merges()))
    }

    /// What is loaded, as far as it can be told without an account: for a connector's streams.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] for a stream that does not exist or is named twice.
    pub fn parts_of(&self, descriptor: &Descriptor, source: &Source) -> Outcome<Vec<Part>> {
        let names = self.stream_names(descriptor, source)?;
        let found = names.iter().map(|name| describe::find(descriptor, name.get_ref()));
        let streams = found.collect::<Result<Vec<_>>>()?;
        Ok(self.parts(&streams))
    }

    /// Reads what the destination is reached with: where the file says, else from the environment.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] where it cannot be read.
    pub fn access(&self, messages: &Messages) -> Result<Access> {
        Access::read(&self.to, &self.secrets, messages)
    }

    /// The read of a stream, with all of its columns.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] for a stream that the connector does not have.
    pub fn read<'s>(&self, session: &'s Session, stream: &str) -> Result<ReadBuilder<'s>> {
        let described = describe::find(session.connector().descriptor(), stream)?;
        let read = session.read(stream).options(self.options.clone());
        Ok(match self.since_of(described) {
            Some(day) => read.since(day),
            None => read,
        })
    }

    /// What becomes of the rows that are there in the next run.
    pub fn mode_of(&self, part: &Part) -> Mode {
        if self.refresh == Refresh::Full { Mode::Replace } else { part.mode }
    }

    /// What was chosen for a stream of this connector.
    pub fn choices(&self, part: &Part, descriptor: &Descriptor) -> Choices {
        let streams: Vec<&str> = descriptor.streams.iter().map(|s| s.name.as_str()).collect();
        Choices {
            columns: self.columns.clone(),
            changes: self.changes.of_stream(&part.stream, &streams),
            widen: self.widen,
            children: part.children.clone(),
            table: Some(part.table.clone()),
            mode: part.mode,
            deletes: self.deletes,
            source: self.source(&descriptor.id),
            refresh: self.refresh,
            concurrency: self.concurrency,
            part_retries: self.part_retries,
            limit: self.limit,
            ..Choices::default()
        }
    }

    /// Whose rows it loads, in a state.
    pub fn source(&self, connector: &str) -> String {
        format!("{connector}, account {}", self.account)
    }

    /// The table of a stream, of which there are so many.
    fn table(&self, stream: &str, streams: usize) -> String {
        match (&self.table, streams) {
            (None, _) => stream.to_owned(),
            (Some(table), 1) => table.clone(),
            (Some(prefix), _) => format!("{prefix}{stream}"),
        }
    }

    fn stream_names(
        &self,
        descriptor: &Descriptor,
        source: &Source,
    ) -> Outcome<Vec<toml::Spanned<String>>> {
        let named = match &self.streams {
            Streams::Named(streams) => streams.clone(),
            Streams::All => {
                let streams = descriptor.streams.iter();
                streams.map(|stream| toml::Spanned::new(0..0, stream.name.clone())).collect()
            }
        };
        for (index, stream) in named.iter().enumerate() {
            let earlier = named.iter().take(index);
            if earlier.into_iter().any(|other| other.get_ref() == stream.get_ref()) {
                let message = format!("stream `{}` is named twice", stream.get_ref());
                let problem = Problem::new(stream.span(), message.clone());
                return Err(match self.span {
                    Some(_) if !stream.span().is_empty() => source.error(&problem).into(),
                    _ => Error::new(ErrorKind::Config, message).into(),
                });
            }
        }
        Ok(named)
    }
}

#[cfg(test)]
mod tests;
