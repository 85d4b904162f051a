//! What came of all syncs: as a table, and as JSON.

use serde::Serialize;
use tollgate_model::{Error, ErrorKind};
use tollgate_sync::ResumedFrom;

use super::runs::Run;
use crate::views::ErrorView;
use crate::{modes, output, quantities};

/// The report in `--json`.
#[derive(Serialize)]
pub struct ReportView {
    ok: bool,
    exit_code: u8,
    runs: Vec<RunView>,
    /// What went wrong before there was a run.
    errors: Vec<ErrorView>,
}

/// One stream of one sync.
#[derive(Serialize)]
struct RunView {
    sync: String,
    stream: Option<String>,
    ok: bool,
    table: Option<String>,
    mode: Option<&'static str>,
    destination: String,
    location: Option<String>,
    rows: u64,
    rows_loaded: Option<u64>,
    duplicates: Option<u64>,
    removed: Option<u64>,
    children: Vec<ChildView>,
    resumed: Option<ResumedView>,
    not_resumed: Option<String>,
    kept: Option<KeptView>,
    pages: u64,
    partitions: u64,
    part_retries: u64,
    parts_left: u64,
    requests: u64,
    retries: u64,
    wire_bytes: u64,
    body_bytes: u64,
    guest_memory_peak_bytes: u64,
    seconds: f64,
    errors: Vec<ErrorView>,
}

/// The rows read of a child table.
#[derive(Serialize)]
struct ChildView {
    table: String,
    rows: u64,
}

/// With what a run went on.
#[derive(Serialize)]
struct ResumedView {
    from: &'static str,
    began_at: String,
    rows: u64,
    parts_ended: u64,
}

/// What a run that failed has kept for the next one.
#[derive(Serialize)]
struct KeptView {
    rows: u64,
    visible: bool,
}

/// The report for programs where no sync could be run.
pub fn not_run(errors: &[Error]) -> ReportView {
    let exit_code = errors.first().map_or(0, |error| error.kind().consequence().exit_code);
    let errors = errors.iter().map(ErrorView::from).collect();
    ReportView { ok: false, exit_code, runs: Vec::new(), errors }
}

/// The report for programs.
pub fn view(runs: &[Run]) -> ReportView {
    let first = runs.iter().flat_map(|run| &run.errors).next();
    let exit_code = first.map_or(0, |error| error.kind().consequence().exit_code);
    let runs = runs.iter().map(RunView::from).collect();
    ReportView { ok: exit_code == 0, exit_code, runs, errors: Vec::new() }
}

impl From<&Run> for RunView {
    fn from(run: &Run) -> Self {
        let report = &run.report;
        let loaded = report.loaded.as_ref();
        RunView {
            sync: run.sync.clone(),
            stream: run.stream.clone(),
            ok: run.errors.is_empty(),
            table: Some(report.table.clone()).filter(|table| !table.is_empty()),
            mode: run.mode.map(modes::name),
            destination: run.to.clone(),
            location: loaded.map(|loaded| loaded.location.clone()),
            rows: report.rows,
            rows_loaded: loaded.map(|loaded| loaded.rows),
            duplicates: loaded.map(|loaded| loaded.duplicates),
            removed: loaded.map(|loaded| loaded.removed),
            children: report
                .children
                .iter()
                .map(|child| ChildView { table: child.table.clone(), rows: child.rows })
                .collect(),
            resumed: report.resumed.as_ref().map(|resumed| ResumedView {
                from: match resumed.from {
                    ResumedFrom::Interruption => "interruption",
                    ResumedFrom::End => "end",
                },
                began_at: quantities::instant(resumed.began_at),
                rows: resumed.rows,
                parts_ended: resumed.parts_ended,
            }),
            not_resumed: report.not_resumed.clone(),
            kept: report.kept.map(|kept| KeptView { rows: kept.rows, visible: kept.visible }),
            pages: report.pages,
            partitions: report.partitions,
            part_retries: report.part_retries,
            parts_left: report.parts_left,
            requests: report.usage.requests,
            retries: report.usage.retries,
            wire_bytes: report.usage.wire_bytes,
            body_bytes: report.usage.body_bytes,
            guest_memory_peak_bytes: report.usage.guest_memory_peak,
            seconds: report.elapsed.as_secs_f64(),
            errors: run.errors.iter().map(ErrorView::from).collect(),
        }
    }
}

/// The report for people: a line for each stream, and what they come to together.
pub fn text(runs: &[Run]) -> String {
    let header = [
        "sync", "stream", "rows", "pages", "requests", "retries", "received", "time", "memory",
        "outcome",
    ];
    // A line that is too long for the terminal is easier to read than one cut into pieces.
    let mut table = output::table(&header, u16::MAX);
    output::align_right(&mut table, &[2, 3, 4, 5, 6, 7, 8]);
    for run in runs {
        let report = &run.report;
        table.add_row([
            run.sync.clone(),
            run.stream.clone().unwrap_or_else(|| "-".to_owned()),
            quantities::count(report.rows),
            quantities::count(report.pages),
            quantities::count(report.usage.requests),
            quantities::count(report.usage.retries),
            quantities::size(report.usage.wire_bytes),
            quantities::duration(report.elapsed),
            quantities::size(report.usage.guest_memory_peak),
            outcome(run),
        ]);
    }
    format!("{}\n{}", output::indented(&table, 0), totals(runs))
}

fn outcome(run: &Run) -> String {
    let mut words = Vec::new();
    match (run.errors.first(), &run.report.loaded) {
        (Some(error), _) if error.kind() == ErrorKind::Cancelled => {
            words.push("STOPPED".to_owned())
        }
        (Some(error), _) => words.push(format!("FAILED: {}", error.kind())),
        (None, None) => words.push("nothing loaded".to_owned()),
        (None, Some(loaded)) => {
            words.push("ok".to_owned());
            if loaded.duplicates > 0 {
                let again = quantities::counted(loaded.duplicates, "row");
                words.push(format!("{again} came again"));
            }
            if loaded.removed > 0 {
                let removed = quantities::counted(loaded.removed, "deleted row");
                words.push(format!("{removed} removed"));
            }
        }
    }
    if let Some(resumed) = &run.report.resumed {
        words.push(match resumed.from {
            ResumedFrom::End => format!("new since {}", quantities::instant(resumed.began_at)),
            ResumedFrom::Interruption => {
                format!("went on after {}", quantities::counted(resumed.rows, "row"))
            }
        });
    }
    words.extend(quantities::parts_again(run.report.part_retries));
    if let Some(kept) = &run.report.kept {
        words.push(format!("{} kept", quantities::counted(kept.rows, "row")));
    }
    for child in &run.report.children {
        let rows = quantities::counted(child.rows, "row");
        words.push(format!("{}: {rows}", output::line(&child.table)));
    }
    if run.stream.as_ref().is_some_and(|stream| *stream != run.report.table) {
        words.push(format!("table {}", output::line(&run.report.table)));
    }
    words.join(", ")
}

/// One line for each sync: what came of it, and where it is.
fn totals(runs: &[Run]) -> String {
    let mut lines = String::new();
    for sync in runs.chunk_by(|a, b| a.sync == b.sync) {
        let Some(first) = sync.first() else { continue };
        let loaded = || sync.iter().filter_map(|run| run.report.loaded.as_ref());
        let failed = sync.iter().filter(|run| !run.errors.is_empty()).count();
        let rows = quantities::counted(loaded().map(|loaded| loaded.rows).sum(), "row");
        let tables = quantities::counted(loaded().count() as u64, "table");
        let elapsed = quantities::duration(sync.iter().map(|run| run.report.elapsed).sum());
        let to = output::line(&first.to);
        lines.push_str(&format!("{}: {rows} in {tables} of {to}, {elapsed}", first.sync));
        if failed > 0 {
            let streams = quantities::counted(failed as u64, "stream");
            let kept = sync.iter().any(|run| run.report.kept.is_some());
            let then = match kept {
                true => "the next run goes on after what is kept",
                false => "the old data is as it was",
            };
            lines.push_str(&format!("; {streams} not loaded to the end, {then}"));
        }
        lines.push('\n');
    }
    lines
}
