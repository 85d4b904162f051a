//! Runs in `--json`.

use jiff::Timestamp;
use serde::Serialize;
use tollgate_runs::{LogLine, Record};

use crate::views::ErrorView;

/// A run.
#[derive(Serialize)]
pub struct RunView {
    id: i64,
    sync: String,
    trigger: &'static str,
    varied: bool,
    attempt: u32,
    status: &'static str,
    started_at: String,
    ended_at: Option<String>,
    rows: u64,
    pages: u64,
    requests: u64,
    retries: u64,
    part_retries: u64,
    wire_bytes: u64,
    body_bytes: u64,
    guest_memory_peak_bytes: u64,
    tables: Vec<TableView>,
    error: Option<ErrorView>,
}

/// What it did to a table.
#[derive(Serialize)]
struct TableView {
    stream: String,
    table: String,
    rows: u64,
}

/// A run with its log.
#[derive(Serialize)]
pub struct ShownView {
    #[serde(flatten)]
    run: RunView,
    log: Vec<LineView>,
}

/// A line of it. A gap in the numbers tells of lines that were not kept.
#[derive(Serialize)]
struct LineView {
    number: u64,
    at: String,
    level: &'static str,
    stream: Option<String>,
    message: String,
}

impl From<&Record> for RunView {
    fn from(run: &Record) -> Self {
        let usage = run.outcome.progress.usage;
        RunView {
            id: run.id,
            sync: run.start.sync.clone(),
            trigger: run.start.trigger.name(),
            varied: run.start.varied,
            attempt: run.start.attempt,
            status: run.outcome.status.name(),
            started_at: instant(run.started_at),
            ended_at: run.ended_at.map(instant),
            rows: run.outcome.progress.rows,
            pages: run.outcome.progress.pages,
            requests: usage.requests,
            retries: usage.retries,
            part_retries: run.outcome.progress.part_retries,
            wire_bytes: usage.wire_bytes,
            body_bytes: usage.body_bytes,
            guest_memory_peak_bytes: usage.guest_memory_peak,
            tables: run
                .outcome
                .tables
                .iter()
                .map(|table| TableView {
                    stream: table.stream.clone(),
                    table: table.table.clone(),
                    rows: table.rows,
                })
                .collect(),
            error: run.outcome.error.as_ref().map(ErrorView::from),
        }
    }
}

impl ShownView {
    /// A run with these lines.
    pub fn new(run: &Record, log: &[LogLine]) -> Self {
        let line = |line: &LogLine| LineView {
            number: line.number,
            at: format!("{:.3}", line.at),
            level: line.level.name(),
            stream: line.stream.clone(),
            message: line.message.clone(),
        };
        ShownView { run: RunView::from(run), log: log.iter().map(line).collect() }
    }
}

fn instant(at: Timestamp) -> String {
    format!("{at:.0}")
}
