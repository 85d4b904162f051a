//! The command line: what can be written, and how it is explained. What it does is in
//! [`crate::commands`].

use std::path::PathBuf;

use clap::{ArgAction, Args, CommandFactory, Parser, Subcommand};
use tollgate_egress::Remap;
use tollgate_model::{AccountName, DataType, Error, Settings};
use tollgate_sync::ColumnChanges;

use crate::commands::{
    account::AccountArgs, add::AddArgs, check::CheckArgs, choices::ChoicesArgs,
    completions::CompletionsArgs, config::ConfigArgs, connectors::ConnectorsArgs,
    describe::DescribeArgs, discover::DiscoverArgs, forget::ForgetArgs, help::HelpArgs,
    init::InitArgs, inspect::InspectArgs, pause::PauseArgs, preview::PreviewArgs, read::ReadArgs,
    remove::RemoveArgs, resume::ResumeArgs, run::RunArgs, runs::RunsArgs, schedules::SchedulesArgs,
    state::StateArgs, sync::SyncArgs, write::WriteArgs,
};

const EXAMPLES: &str = "\
Examples:
  tollgate add icontact.wasm          look at a connector, grant it its origins, install it
  tollgate init icontact              write a tollgate.toml to fill in
  tollgate check                      see that the credentials work
  tollgate preview --stream contacts  look at some rows
  tollgate sync                       run every sync of tollgate.toml

More: tollgate help COMMAND, and tollgate help config, limits, exit-codes.";

/// Runs data connectors as sandboxed WebAssembly components.
///
/// A connector reads one provider. It runs with no access to files, environment or network but
/// through a gate, which attaches the credentials, keeps the rate limits, and refuses every origin
/// that was not granted. Rows go into SQLite, Postgres, Parquet, CSV or JSON Lines.
///
/// Standard output is data; everything else goes to standard error.
#[derive(Debug, Parser)]
#[command(
    name = "tollgate",
    version,
    after_help = EXAMPLES,
    disable_help_subcommand = true,
    max_term_width = 100,
    propagate_version = false
)]
pub struct Cli {
    /// What holds for every command.
    #[command(flatten)]
    pub global: GlobalArgs,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What holds for every command.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Global options")]
pub struct GlobalArgs {
    /// The configuration file [default: tollgate.toml] [env: TOLLGATE_CONFIG]
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "project")]
    pub config: Option<PathBuf>,

    /// The folder with tollgate.toml, tollgate.lock and connectors/ [default: that of the file]
    #[arg(long, global = true, value_name = "DIR")]
    pub project: Option<PathBuf>,

    /// Print JSON instead of text; on standard error too, one object a line
    #[arg(long, global = true)]
    pub json: bool,

    /// Say more: -v for requests, waits and the connector's log, -vv for its debug lines too
    #[arg(short, long, global = true, action = ArgAction::Count, conflicts_with = "quiet")]
    pub verbose: u8,

    /// Say nothing but errors
    #[arg(short, long, global = true)]
    pub quiet: bool,

    /// Send requests for an origin somewhere else, for example to a simulator (repeatable)
    #[arg(long = "origin", global = true, value_name = "https://X=http://Y")]
    pub origins: Vec<Remap>,

    /// Trust the certificate authorities in this PEM file beside the public ones
    #[arg(long, global = true, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,

    /// Where compiled connectors are kept [default: ~/.cache/tollgate] [env: TOLLGATE_CACHE_DIR]
    #[arg(long, global = true, value_name = "DIR")]
    pub cache_dir: Option<PathBuf>,

    /// Set a limit, such as guest_memory=64MiB (repeatable); `tollgate help limits` lists them
    #[arg(long, global = true, value_name = "KEY=VALUE", value_parser = key_and_value)]
    pub limits: Vec<(String, String)>,
}

/// What to do. Each command tells about itself in its own file.
#[derive(Debug, Subcommand)]
pub enum Command {
    Connectors(ConnectorsArgs),
    Describe(DescribeArgs),
    Inspect(InspectArgs),
    Add(AddArgs),
    Remove(RemoveArgs),
    Init(InitArgs),
    Account(AccountArgs),
    Check(CheckArgs),
    Discover(DiscoverArgs),
    Choices(ChoicesArgs),
    Preview(PreviewArgs),
    Read(ReadArgs),
    Write(WriteArgs),
    Sync(SyncArgs),
    State(StateArgs),
    Run(RunArgs),
    Runs(RunsArgs),
    Schedules(SchedulesArgs),
    Pause(PauseArgs),
    Resume(ResumeArgs),
    Forget(ForgetArgs),
    Config(ConfigArgs),
    Completions(CompletionsArgs),
    Help(HelpArgs),
}

/// Which stream of which account is read, and how.
#[derive(Args, Clone, Debug)]
pub struct StreamArgs {
    /// The account; needed where the file has several
    #[arg(long, value_name = "NAME")]
    pub account: Option<AccountName>,

    /// The stream
    #[arg(long, value_name = "NAME")]
    pub stream: String,

    /// How it is read.
    #[command(flatten)]
    pub options: OptionArgs,
}

/// The options of a stream.
#[derive(Args, Clone, Debug, Default)]
pub struct OptionArgs {
    /// Set an option of the stream; repeat it, or part values by commas, for several values
    #[arg(long = "option", value_name = "NAME=VALUE", value_parser = key_and_value)]
    pub options: Vec<(String, String)>,
}

impl OptionArgs {
    /// The options by name. One that was written once is one text, whatever commas are in it: its
    /// field knows whether they part values.
    pub fn settings(&self) -> Settings {
        let mut settings = Settings::new();
        for (name, value) in &self.options {
            settings.entry(name.clone()).or_default().push(value.clone());
        }
        settings
    }
}

/// The columns that are read.
#[derive(Args, Clone, Debug, Default)]
pub struct ColumnArgs {
    /// The columns, in this order, parted by commas [default: all]
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub columns: Vec<String>,
}

/// What columns are called and hold where they are loaded.
#[derive(Args, Clone, Debug, Default)]
pub struct ChangeArgs {
    /// Give a column another name in its table (repeatable); STREAM.COLUMN=NAME in one stream alone
    #[arg(long = "rename", value_name = "COLUMN=NAME", value_parser = key_and_value)]
    pub renamed: Vec<(String, String)>,

    /// Load a column as another type, such as zip=text or amount=decimal(12,2) (repeatable)
    #[arg(long = "type", value_name = "COLUMN=TYPE", value_parser = key_and_type)]
    pub retyped: Vec<(String, DataType)>,

    /// Where a column's type has changed, make it wide enough for old and new rows
    #[arg(long)]
    pub widen: bool,
}

impl ChangeArgs {
    /// The names and types. Of several for one column, the last counts.
    pub fn changes(&self) -> ColumnChanges {
        ColumnChanges {
            names: self.renamed.iter().cloned().collect(),
            types: self.retyped.iter().cloned().collect(),
        }
    }
}

fn key_and_type(text: &str) -> Result<(String, DataType), String> {
    let (key, word) = key_and_value(text)?;
    let wrong = |error: Error| format!("{error}; {}", error.hint().unwrap_or_default());
    Ok((key, word.parse().map_err(wrong)?))
}

/// The text before and after the first `=`.
fn key_and_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.trim().is_empty() => {
            Ok((key.trim().to_owned(), value.to_owned()))
        }
        _ => Err("it takes NAME=VALUE".to_owned()),
    }
}

/// What of [`GlobalArgs`] means something to a command.
struct Takes {
    json: bool,
    components: bool,
    network: bool,
}

impl Command {
    fn name_and_takes(&self) -> (&'static str, Takes) {
        let takes = |json, components, network| Takes { json, components, network };
        match self {
            Command::Connectors(_) => ("connectors", takes(true, true, false)),
            Command::Describe(_) => ("describe", takes(true, true, false)),
            Command::Inspect(_) => ("inspect", takes(true, true, false)),
            Command::Add(_) => ("add", takes(false, true, false)),
            Command::Remove(_) => ("remove", takes(false, false, false)),
            Command::Init(_) => ("init", takes(false, true, false)),
            Command::Account(args) => ("account", takes(true, true, args.uses_network())),
            Command::Check(_) => ("check", takes(true, true, true)),
            Command::Discover(_) => ("discover", takes(true, true, true)),
            Command::Choices(_) => ("choices", takes(true, true, true)),
            Command::Preview(_) => ("preview", takes(true, true, true)),
            Command::Read(_) => ("read", takes(false, true, true)),
            Command::Write(_) => ("write", takes(true, true, true)),
            Command::Sync(_) => ("sync", takes(true, true, true)),
            Command::State(_) => ("state", takes(true, true, false)),
            Command::Run(_) => ("run", takes(true, true, true)),
            Command::Runs(_) => ("runs", takes(true, false, false)),
            Command::Schedules(_) => ("schedules", takes(true, false, false)),
            Command::Pause(_) => ("pause", takes(false, false, false)),
            Command::Resume(_) => ("resume", takes(false, false, false)),
            Command::Forget(_) => ("forget", takes(true, true, false)),
            Command::Config(_) => ("config", takes(true, true, true)),
            Command::Completions(_) => ("completions", takes(false, false, false)),
            Command::Help(_) => ("help", takes(false, false, false)),
        }
    }
}

impl Cli {
    /// The arguments of this process. Ends the process with a message where they make no sense.
    pub fn from_process() -> Self {
        let cli = Cli::parse();
        if let Err(error) = cli.check() {
            error.exit();
        }
        cli
    }

    /// An option that a command does not know is an error, also where others know it: nothing that
    /// was written is without effect.
    fn check(&self) -> Result<(), clap::Error> {
        let (name, takes) = self.command.name_and_takes();
        let global = &self.global;
        let written = [
            ("--json", global.json && !takes.json),
            ("--limits", !global.limits.is_empty() && !takes.components),
            ("--cache-dir", global.cache_dir.is_some() && !takes.components),
            ("--origin", !global.origins.is_empty() && !takes.network),
            ("--ca-file", global.ca_file.is_some() && !takes.network),
        ];
        match written.iter().find(|(_, ignored)| *ignored) {
            None => Ok(()),
            Some((option, _)) => Err(Cli::command().error(
                clap::error::ErrorKind::UnknownArgument,
                format!("`tollgate {name}` has no use for {option}"),
            )),
        }
    }
}

#[cfg(test)]
mod tests;
