//! `tollgate read`: rows on standard output.

use std::io::{self, Stdout};

use arrow_array::RecordBatch;
use clap::{Args, ValueEnum};
use tollgate_destinations::{CsvWriter, JsonlWriter};
use tollgate_model::Result;
use tollgate_sync::plan::Choices;
use tollgate_sync::{Begun, Change, Destination, Kept, Load, Loaded, Start, Table};

use super::reading;
use crate::args::{ColumnArgs, StreamArgs};
use crate::context::Context;
use crate::failure::Outcome;
use crate::progress::Quietly;

const EXAMPLES: &str = "\
Examples:
  tollgate read --stream contacts --limit 100
  tollgate read --stream contacts --format csv > contacts.csv
  tollgate read --stream contacts --columns email,status --option status=normal | head";

/// The arguments of `read`.
#[derive(Args, Debug)]
#[command(
    about = "Write the rows of a stream to standard output",
    after_help = EXAMPLES,
    long_about = "Write the rows of a stream to standard output.\n\nRows appear as they come. Where \
                  the exit code is not 0, they are not all there. Child tables do not go there: \
                  `tollgate sync --expand` loads them."
)]
pub struct ReadArgs {
    /// Which stream.
    #[command(flatten)]
    pub stream: StreamArgs,

    /// Which columns.
    #[command(flatten)]
    pub columns: ColumnArgs,

    /// Stop after so many rows [default: all]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub limit: Option<u64>,

    /// The form of the rows: jsonl or csv [default: jsonl]
    #[arg(
        long,
        value_enum,
        default_value = "jsonl",
        hide_default_value = true,
        hide_possible_values = true
    )]
    pub format: Format,
}

/// The form of rows on standard output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// One JSON object a line.
    Jsonl,
    /// A header and one line for each row.
    Csv,
}

/// Reads a stream onto standard output.
///
/// # Errors
/// Those of the read; none where the reader of standard output has gone.
pub async fn run(args: &ReadArgs, context: &Context) -> Outcome {
    let session = reading::open(context, &args.stream).await?;
    let choices =
        Choices { columns: args.columns.columns.clone(), limit: args.limit, ..Choices::default() };
    let read = reading::read(&session, &args.stream);
    let plan = reading::plan(&session, read, choices).await?;
    let destination = Box::new(StandardOutput { format: args.format });
    let observer = Quietly::new(&context.messages, format!("stream {}", args.stream.stream));
    tollgate_sync::run(&session, destination, &plan, &observer, &context.cancel)
        .await
        .map_err(|failed| failed.error)?;
    Ok(())
}

/// Standard output as a destination. Unlike others it shows rows before the commit: whoever reads
/// them looks at the exit code.
struct StandardOutput {
    format: Format,
}

enum Writer {
    Csv(CsvWriter<Stdout>),
    Jsonl(JsonlWriter<Stdout>),
}

struct Writing {
    writer: Writer,
    rows: u64,
}

impl Destination for StandardOutput {
    fn begin(&mut self, table: &Table, _start: Start<'_>) -> Result<Begun> {
        let writer = match self.format {
            Format::Csv => Writer::Csv(CsvWriter::new(io::stdout(), &table.columns)?),
            Format::Jsonl => Writer::Jsonl(JsonlWriter::new(io::stdout(), &table.columns)),
        };
        let load = Box::new(Writing { writer, rows: 0 });
        Ok(Begun { load, kept: Kept::Nothing, table: table.clone() })
    }
}

impl Load for Writing {
    fn write(&mut self, batch: &RecordBatch, _children: &[RecordBatch]) -> Result<()> {
        self.rows += batch.num_rows() as u64;
        match &mut self.writer {
            Writer::Csv(writer) => writer.write(batch),
            Writer::Jsonl(writer) => writer.write(batch),
        }
    }

    fn commit(self: Box<Self>, _change: Option<&Change>) -> Result<Loaded> {
        let _stdout = match self.writer {
            Writer::Csv(writer) => writer.finish()?,
            Writer::Jsonl(writer) => writer.finish()?,
        };
        let location = "standard output".to_owned();
        Ok(Loaded { rows: self.rows, location, ..Loaded::default() })
    }
}
