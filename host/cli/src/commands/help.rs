//! `tollgate help`: commands, and topics that belong to no single one.

use clap::{Args, CommandFactory};
use tollgate_model::{Error, ErrorKind, near_miss};
use tollgate_runtime::Limits;

use crate::args::Cli;
use crate::failure::Outcome;
use crate::limits::LIMITS;
use crate::output;

const EXAMPLES: &str = "\
Examples:
  tollgate help sync
  tollgate help limits
  tollgate help exit-codes
  tollgate help config";

/// The topics.
const TOPICS: [&str; 3] = ["config", "exit-codes", "limits"];

/// The arguments of `help`.
#[derive(Args, Debug)]
#[command(about = "Explain a command or a topic", after_help = EXAMPLES)]
pub struct HelpArgs {
    /// A command, or one of the topics config, exit-codes, limits
    #[arg(value_name = "COMMAND or TOPIC")]
    pub subject: Option<String>,
}

/// Explains a command or topic.
///
/// # Errors
/// [`ErrorKind::Config`] for something that is neither.
pub fn run(args: &HelpArgs) -> Outcome {
    let mut cli = Cli::command();
    cli.build();
    match args.subject.as_deref() {
        None => output::print(&cli.render_long_help().to_string()),
        Some("limits") => output::print(&limits()),
        Some("exit-codes") => output::print(&exit_codes()),
        // `config` is a command too; its own help tells of `config check` and `config show`.
        Some("config") => output::print(CONFIG),
        Some(name) => match cli.find_subcommand_mut(name) {
            Some(command) => output::print(&command.render_long_help().to_string()),
            None => Err(unknown(name, &cli).into()),
        },
    }
}

fn unknown(name: &str, cli: &clap::Command) -> Error {
    let commands = cli.get_subcommands().map(clap::Command::get_name);
    Error::new(ErrorKind::Config, format!("there is no help on {name:?}"))
        .with_hint(near_miss::hint(name, commands.chain(TOPICS)))
}

fn limits() -> String {
    let defaults = Limits::default();
    let width = LIMITS.iter().map(|limit| limit.key.len()).max().unwrap_or_default();
    let lines = LIMITS.iter().map(|limit| {
        format!("  {:<width$}  {:>9}  {}\n", limit.key, limit.show(&defaults), limit.meaning)
    });
    format!(
        "Limits of the host. Each has a default, which is shown, and is set by\n\
         --limits KEY=VALUE or in [limits] of tollgate.toml: `guest_memory = \"64MiB\"`.\n\
         What would go beyond a limit ends the read with an error; nothing is cut to fit.\n\
         A read is one stream, one part of it, or one call beside that.\n\n{}",
        lines.collect::<String>()
    )
}

fn exit_codes() -> String {
    let meaning = |kind: ErrorKind| match kind {
        ErrorKind::Bug => "a defect, of a connector where the text says so, else of Tollgate",
        ErrorKind::Config => "a configuration, option, file or command line to be set right",
        ErrorKind::Unauthorized => "the provider does not accept the credentials",
        ErrorKind::Forbidden => "the credentials are good but may not do this",
        ErrorKind::RateLimited => "a rate limit or quota of the provider; it passes by itself",
        ErrorKind::Unavailable => "the provider or the network does not answer; it may pass",
        ErrorKind::Data => "an answer that cannot be understood",
        ErrorKind::Destination => "the destination failed",
        ErrorKind::Limit => "a limit of the host was reached",
        ErrorKind::Denied => "the gate refused what a connector wanted to do",
        ErrorKind::Rejected => "rows were rejected, or nobody knows whether they were written",
        ErrorKind::Busy => "the sync is running already; it passes by itself",
        ErrorKind::Cancelled => "stopped by Ctrl-C or a signal",
    };
    let lines = ErrorKind::ALL.iter().map(|kind| {
        let consequence = kind.consequence();
        let name = consequence.name;
        format!("  {:>3}  {name:<12}  {}\n", consequence.exit_code, meaning(*kind))
    });
    format!(
        "Exit codes. Of several syncs, the first that failed decides.\n\n    0  success\n{}",
        lines.collect::<String>()
    )
}

const CONFIG: &str = r#"tollgate.toml. Names in capitals are yours. `tollgate config check` looks at it, `tollgate config
show` tells each value with its origin. Unknown keys are errors.

  [accounts.NAME]                     one login at a provider
  connector = "icontact"              an installed connector (needed)
  username = "anna@example.com"       the connector's own fields; `tollgate describe` lists them
  password = { env = "VARIABLE" }     a secret is a reference: to an environment variable,
  password = { file = "PATH" }        or to a file; never the secret itself
  password = { command = ["PROG"] }   or to what a program prints, such as a keyring's
  auth = "METHOD"                     the auth method; default: the connector's first
  time_zone = "America/New_York"      where `today` is meant; default: UTC
  requests_per_second = 2.5           below the connector's own rate limits
  concurrent_requests = 2             below the connector's own

  [syncs.NAME]                        what `tollgate sync` runs
  account = "NAME"                    (needed)
  stream = "contacts"                 (needed) or streams = ["contacts", "lists"], or "all"
  to = "sqlite:out.db"                (needed) or parquet:DIR, csv:DIR, jsonl:DIR; or
  to = { postgres = "postgres://USER@HOST/DATABASE", password = { env = "VARIABLE" } }
                                      with schema = "NAME" (default: called like the sync), tls =
                                      "verify", "require" or "off" (default: verify, off on this
                                      machine), ca_file = "PATH" and lock_timeout = "5m" (default:
                                      10s); without password: PGPASSWORD
  to = { s3 = "s3://BUCKET/PREFIX", access_key_id = "ID", secret_access_key = { env = "VARIABLE" } }
                                      Parquet in an object store, with session_token = { … },
                                      region = "NAME" (default: us-east-1), endpoint = "https://…"
                                      (default: AWS), path_style = true or false (default: true
                                      with an endpoint) and allow_http = true for an endpoint that
                                      is not encrypted, as those on this machine may be; what is
                                      left out: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY,
                                      AWS_SESSION_TOKEN, AWS_REGION, AWS_ENDPOINT_URL_S3
  options = { status = "normal" }     options of the stream, or of each of the streams
  columns = ["email", "status"]       default: all
  rename = { email = "mail" }         other names in the table; of one stream: "contacts.email"
  types = { zip = "text" }            other types: boolean, int64, float64, decimal(12,2), text,
                                      date, timestamp, json, bytes; a value that does not fit fails
  widen = true                        a column whose type changed is made to hold old and new rows
                                      (append, merge); default: it is an error
  expand = true                       child tables too, as STREAM_CHILD; or expand = ["notes"]
  table = "people"                    default: called like the stream; of several streams, a prefix
  mode = "replace"                    or "append", or "merge" by key (databases); default: merge
                                      into them for streams that tell what is new, else replace
  deletes = "keep"                    what merging does with rows that were deleted at the
                                      provider, where the stream tells; default: "remove"
  concurrency = 4                     parts of a stream read side by side, up to 64
  part_retries = 2                    how often a part that failed for a moment is opened again
  limit = 1000                        rows of each stream after which it is complete; default: all
  history = "today-90"                how far back the first run goes, in streams that tell what is
                                      new: a date, `today-90` or 90; default: all there is
  schedule = "every 2h"               when `tollgate run` runs it: a pace in m, h or d, or minute,
  schedule = "0 6 * * 1-5 Asia/Tokyo" hour, day, month, weekday and time zone (default: UTC)
  retry = { attempts = 3, delay = "5m" }   tries of a scheduled run in all, and the time between
                                      them, after errors that may pass; these are the defaults

  [packages]                          connectors that come as signed packages
  require_signed = true               nothing else is added or run; default: false
  publishers = { NAME = "ed25519:…" } whom to trust; `tollgate inspect FILE.tollgate` tells the key

  [runs]                              what is remembered of runs
  file = ".tollgate/runs.db"          this is the default, and so are these:
  per_sync = 200                      runs of each sync
  days = 90                           how old they become
  log_lines = 500                     log lines of each run, the first half and the last

  [notify]                            who is told when a sync begins to fail or works again
  command = ["./notify", "team"]      a program, without a shell: a JSON object is its input
  timeout = "30s"                     after which it is ended, up to 10m; this is the default

  [limits]                            `tollgate help limits`
  guest_memory = "64MiB"

  [origins]                           origins that are somewhere else, such as a simulator
  "https://app.icontact.com" = "http://127.0.0.1:8088"

  [vault]                             where the tokens of OAuth 2 are kept, encrypted
  file = ".tollgate/vault"            this is the default
  key = { file = "PATH" }             or env, or command: 32 random bytes in base64; default: a
                                      file of its own, ~/.config/tollgate/vault.key

Paths are relative to the file. A flag comes before the environment (TOLLGATE_CONFIG,
TOLLGATE_CACHE_DIR), that before the file, and that before the default.
"#;
