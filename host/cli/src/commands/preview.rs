//! `tollgate preview`: the first rows of a stream as a table.

mod grid;

use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::RecordBatch;
use clap::Args;
use tollgate_destinations::JsonlWriter;
use tollgate_model::{Column, Error, ErrorKind, Result};
use tollgate_sync::plan::Choices;
use tollgate_sync::{Begun, Change, Destination, Kept, Load, Loaded, Start, Table};

use super::reading;
use crate::args::{ColumnArgs, StreamArgs};
use crate::context::Context;
use crate::failure::Outcome;
use crate::output;
use crate::progress::Quietly;

const EXAMPLES: &str = "\
Examples:
  tollgate preview --stream contacts
  tollgate preview --stream contacts --limit 3 --columns email,status
  tollgate preview --stream contacts --option status=normal --json";

/// The arguments of `preview`.
#[derive(Args, Debug)]
#[command(
    about = "Show the first rows of a stream as a table",
    after_help = EXAMPLES,
    long_about = "Show the first rows of a stream as a table that fits the terminal.\n\nLong values \
                  are shortened, and columns for which there is no room are named below. With \
                  --json, rows are complete, as a list of objects. Child tables are not shown: \
                  `tollgate sync --expand` loads them."
)]
pub struct PreviewArgs {
    /// Which stream.
    #[command(flatten)]
    pub stream: StreamArgs,

    /// Which columns.
    #[command(flatten)]
    pub columns: ColumnArgs,

    /// So many rows [default: 10]
    #[arg(
        hide_default_value = true,
        long,
        value_name = "N",
        default_value_t = 10,
        value_parser = clap::value_parser!(u64).range(1..=1_000)
    )]
    pub limit: u64,
}

/// Shows the first rows.
///
/// # Errors
/// Those of the read.
pub async fn run(args: &PreviewArgs, context: &Context) -> Outcome {
    let session = reading::open(context, &args.stream).await?;
    let choices = Choices {
        columns: args.columns.columns.clone(),
        limit: Some(args.limit),
        // Of parts that are read side by side, all but the first would be for nothing.
        concurrency: Some(1),
        ..Choices::default()
    };
    let read = reading::read(&session, &args.stream);
    let plan = reading::plan(&session, read, choices).await?;
    let batches = Batches::default();
    let destination = Box::new(Memory(batches.clone()));
    let observer = Quietly::new(&context.messages, format!("stream {}", args.stream.stream));
    tollgate_sync::run(&session, destination, &plan, &observer, &context.cancel)
        .await
        .map_err(|failed| failed.error)?;
    let batches = batches.take();
    let lines = json_lines(&plan.table.columns, &batches)?;
    if context.args.json {
        return output::print(&format!("[{}]\n", lines.join(",\n ")));
    }
    let rows: Vec<_> =
        lines.iter().map(|line| serde_json::from_str(line)).collect::<Result<_, _>>().map_err(
            |error| Error::new(ErrorKind::Bug, "a row is no JSON object").with_source(error),
        )?;
    let grid = grid::grid(&plan.table.columns, &rows, context.width());
    output::print(&grid.text)?;
    if !grid.left_out.is_empty() {
        let names = grid.left_out.join(", ");
        context.messages.say(&format!("no room for: {names}; --columns A,B chooses others"));
    }
    Ok(())
}

/// The rows as JSON objects, one a line.
fn json_lines(columns: &[Column], batches: &[RecordBatch]) -> Result<Vec<String>> {
    let mut writer = JsonlWriter::new(Vec::new(), columns);
    for batch in batches {
        writer.write(batch)?;
    }
    let lines = writer.finish()?;
    Ok(String::from_utf8_lossy(&lines).lines().map(str::to_owned).collect())
}

/// Batches that were written, for whoever reads them afterwards.
#[derive(Clone, Default)]
struct Batches(Arc<Mutex<Vec<RecordBatch>>>);

impl Batches {
    fn push(&self, batch: RecordBatch) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(batch);
    }

    fn take(&self) -> Vec<RecordBatch> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Memory as a destination; the plan's limit bounds it.
struct Memory(Batches);

impl Destination for Memory {
    fn begin(&mut self, table: &Table, _start: Start<'_>) -> Result<Begun> {
        let load = Box::new(Memory(self.0.clone()));
        Ok(Begun { load, kept: Kept::Nothing, table: table.clone() })
    }
}

impl Load for Memory {
    fn write(&mut self, batch: &RecordBatch, _children: &[RecordBatch]) -> Result<()> {
        self.0.push(batch.clone());
        Ok(())
    }

    fn commit(self: Box<Self>, _change: Option<&Change>) -> Result<Loaded> {
        Ok(Loaded { location: "memory".to_owned(), ..Loaded::default() })
    }
}
