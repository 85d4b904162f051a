//! `tollgate write`: rows from a file to the provider.

mod input;
mod rejects;
mod report;

use std::path::PathBuf;
use std::time::Instant;

use arrow_array::RecordBatch;
use clap::builder::PossibleValuesParser;
use clap::{Args, value_parser};
use tollgate_model::{AccountName, Error, ErrorKind, Operation, Result};
use tollgate_runtime::{RowOutcome, Session, Write, Writer};

use self::input::Input;
use self::rejects::Rejects;
use self::report::Report;
use super::{ask, reading};
use crate::args::OptionArgs;
use crate::context::Context;
use crate::failure::Outcome;
use crate::host::Host;
use crate::quantities;

const EXAMPLES: &str = "\
Examples:
  tollgate write acme contacts --operation create --from new.csv --dry-run
  tollgate write acme contacts --operation create --from new.csv --rejects rejects.jsonl
  tollgate write acme contacts --operation update --from - < changes.jsonl
  tollgate write acme contacts --operation delete --from gone.parquet --yes";

/// Rows in succession of which nobody knows whether they were written, after which it is no use to
/// go on: the provider is not well, and each further row would have to be looked up by hand.
const UNKNOWN_IN_A_ROW_MAX: u64 = 3;

/// The arguments of `write`.
#[derive(Args, Debug)]
#[command(
    about = "Write rows from a file to the provider",
    after_help = EXAMPLES,
    long_about = "Write rows from a file to the provider: create, update, upsert or delete them.\n\n\
                  What a stream takes, `tollgate describe CONNECTOR --stream NAME` tells. Every row \
                  of the file is checked before the first request. What became of each is written \
                  to standard output as JSON, one object a line, as soon as it is known:\n\n  \
                  done       it was done; `id` is its key, where the provider says one\n  \
                  unchanged  there was nothing to do, for example a row to delete that is not there\n  \
                  rejected   the provider refused it, and nothing was changed\n  \
                  unknown    nobody can say, for example where the connection broke; look it up\n  \
                  failed     it was not done, and the command ended here\n\n\
                  Nothing that may have been done is tried again. Where the command ends early, it \
                  says with which --skip it can go on."
)]
pub struct WriteArgs {
    /// The account
    #[arg(value_name = "ACCOUNT")]
    pub account: AccountName,

    /// The stream
    #[arg(value_name = "STREAM")]
    pub stream: String,

    /// What to do: create, update, upsert or delete
    #[arg(
        long,
        value_name = "OPERATION",
        value_parser = PossibleValuesParser::new(Operation::ALL.map(Operation::name)),
        hide_possible_values = true
    )]
    pub operation: String,

    /// The file with the rows; `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub from: PathBuf,

    /// Its format: jsonl, csv or parquet [default: by its extension; jsonl for standard input]
    #[arg(
        long,
        value_parser = PossibleValuesParser::new(tollgate_rows::Format::ALL.map(|f| f.name())),
        hide_possible_values = true
    )]
    pub format: Option<String>,

    /// How it is done.
    #[command(flatten)]
    pub options: OptionArgs,

    /// Check all rows, say what would be done, and make no request
    #[arg(long)]
    pub dry_run: bool,

    /// Write rejected rows to this new file, as JSON Lines that can be read again with --from
    #[arg(long, value_name = "FILE")]
    pub rejects: Option<PathBuf>,

    /// Stop after so many rejected rows [default: never]
    #[arg(long, value_name = "N", value_parser = value_parser!(u64).range(1..))]
    pub max_rejects: Option<u64>,

    /// Pass over the first rows: those that have an outcome already
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    pub skip: u64,

    /// Stop after so many rows [default: all]
    #[arg(long, value_name = "N", value_parser = value_parser!(u64).range(1..))]
    pub limit: Option<u64>,

    /// Take so much from standard input at most; it is kept in a temporary file [default: 1GiB]
    #[arg(long, value_name = "SIZE", default_value = "1GiB", hide_default_value = true, value_parser = size)]
    pub stdin_max: u64,

    /// Delete without asking
    #[arg(long)]
    pub yes: bool,
}

fn size(text: &str) -> Result<u64, String> {
    quantities::parse_size(text).ok_or_else(|| "a size such as 64MiB is needed".to_owned())
}

/// Writes rows.
///
/// # Errors
/// [`ErrorKind::Config`] for a stream, operation, option or row that does not fit, before the first
/// request; [`ErrorKind::Rejected`] where rows were rejected or are unknown; and all that a request
/// can come to.
pub async fn run(args: &WriteArgs, context: &Context) -> Outcome {
    let (host, config) = Host::with_config(context)?;
    let account = config.account(&args.account)?;
    let (_, session) = reading::connect(&host, context, &config, account).await?;
    let write = session
        .write(&args.stream, operation(&args.operation)?)
        .options(args.options.settings())
        .build()?;
    let input = Input::open(args)?;
    let rows = input.check(&write, &context.cancel)?;
    let selected = selected(args, rows)?;
    let rejects = Rejects::at(args.rejects.as_deref())?;
    let name = write.operation.operation.name();
    let what = format!("{name} {} of {}", quantities::counted(selected, "row"), write.stream);
    if args.dry_run {
        let text = format!("all rows are good: would {what}; nothing was sent");
        context.messages.say(&text);
        return Ok(());
    }
    if write.operation.operation == Operation::Delete
        && !args.yes
        && !ask::confirmed(format!("{what}?")).await?
    {
        return Err(Error::new(ErrorKind::Cancelled, "nothing was deleted").into());
    }
    let report = Report::new(context.messages.clone(), args.skip, selected, Instant::now());
    let mut work = Work { args, context, rejects, report, unknown_in_a_row: 0 };
    let ended = work.all(&session, write, &input).await;
    work.report.finish(ended)
}

fn operation(name: &str) -> Result<Operation> {
    let found = Operation::ALL.into_iter().find(|operation| operation.name() == name);
    found.ok_or_else(|| Error::new(ErrorKind::Config, format!("there is no operation {name:?}")))
}

/// How many of the rows are to be written.
fn selected(args: &WriteArgs, rows: u64) -> Result<u64> {
    match rows.checked_sub(args.skip) {
        Some(left) => Ok(left.min(args.limit.unwrap_or(u64::MAX))),
        None => {
            let rows = quantities::counted(rows, "row");
            let text = format!("--skip {} passes over more than the {rows} there are", args.skip);
            Err(Error::new(ErrorKind::Config, text))
        }
    }
}

/// A write under way.
struct Work<'a> {
    args: &'a WriteArgs,
    context: &'a Context,
    rejects: Rejects,
    report: Report,
    unknown_in_a_row: u64,
}

impl Work<'_> {
    /// Writes all rows that were selected. What is told of them is in the report, however it ends.
    async fn all(&mut self, session: &Session, write: Write, input: &Input) -> Result<()> {
        let mut rows = input.rows(&write)?;
        let mut writer = session.writer(write).await?;
        while let Some(chunk) = rows.next_chunk()? {
            let batch = self.selection(chunk.first_row, &chunk.rows);
            let written = self.chunk(&mut writer, batch).await;
            self.report.used(writer.usage());
            written?;
            if self.report.is_complete() {
                break;
            }
        }
        Ok(())
    }

    /// The rows of a chunk that were selected.
    fn selection(&self, first_row: u64, rows: &RecordBatch) -> RecordBatch {
        let before = (self.report.next_row().saturating_sub(first_row)).min(rows.num_rows() as u64);
        let count = (rows.num_rows() as u64 - before).min(self.report.rows_left());
        // Both are at most the rows of a chunk.
        rows.slice(before as usize, count as usize)
    }

    async fn chunk(&mut self, writer: &mut Writer, mut rows: RecordBatch) -> Result<()> {
        while rows.num_rows() > 0 {
            // What is under way comes to its end; the next call is not begun.
            if self.context.cancel.is_cancelled() {
                return Err(Error::new(ErrorKind::Cancelled, "stopped"));
            }
            let written = writer.write(&rows).await;
            let count = written.outcomes.len();
            self.keep(&rows, &written.outcomes)?;
            if let Some(error) = written.ended {
                if count < rows.num_rows() {
                    self.report.failed(&error)?;
                }
                return Err(error);
            }
            self.check_sense()?;
            rows = rows.slice(count, rows.num_rows() - count);
        }
        Ok(())
    }

    /// Rejected rows first: what was told to have been rejected is in the file. Where it cannot be
    /// written, the outcomes are told all the same.
    fn keep(&mut self, rows: &RecordBatch, outcomes: &[RowOutcome]) -> Result<()> {
        let mut kept = Ok(());
        for (index, outcome) in outcomes.iter().enumerate() {
            if let RowOutcome::Rejected(_) = outcome {
                kept = kept.and_then(|()| self.rejects.write(&rows.slice(index, 1)));
            }
            match outcome {
                RowOutcome::Unknown(_) => self.unknown_in_a_row += 1,
                _ => self.unknown_in_a_row = 0,
            }
        }
        self.report.outcomes(outcomes).and(kept)
    }

    /// Whether it makes sense to go on.
    fn check_sense(&self) -> Result<()> {
        let rejected = self.report.rejected();
        if self.args.max_rejects.is_some_and(|max| rejected >= max) {
            let text = format!("{} rejected", quantities::counted(rejected, "row"));
            return Err(Error::new(ErrorKind::Rejected, text));
        }
        if self.unknown_in_a_row >= UNKNOWN_IN_A_ROW_MAX {
            let text =
                format!("of {UNKNOWN_IN_A_ROW_MAX} rows in succession the outcome is unknown");
            return Err(Error::new(ErrorKind::Unavailable, text));
        }
        Ok(())
    }
}
