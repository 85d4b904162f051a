//! Runs as people read them.

use std::time::Duration;

use tollgate_runs::{Level, LogLine, Record, Trigger};

use crate::output::{self, line};
use crate::quantities::{self, counted};

/// A line for each run.
pub fn list(runs: &[Record]) -> String {
    let header = ["run", "sync", "started", "time", "rows", "requests", "by", "outcome"];
    let mut table = output::table(&header, u16::MAX);
    output::align_right(&mut table, &[0, 3, 4, 5]);
    for run in runs {
        let progress = &run.outcome.progress;
        table.add_row([
            run.id.to_string(),
            line(&run.start.sync),
            format!("{:.0}", run.started_at),
            elapsed(run).unwrap_or_else(|| "-".to_owned()),
            quantities::count(progress.rows),
            quantities::count(progress.usage.requests),
            cause(run),
            outcome(run),
        ]);
    }
    output::indented(&table, 0)
}

/// A run, its tables, its error and its log.
pub fn show(run: &Record, log: &[LogLine]) -> String {
    let progress = &run.outcome.progress;
    let usage = progress.usage;
    let elapsed = elapsed(run).map(|elapsed| format!(", {elapsed}")).unwrap_or_default();
    let part_retries = quantities::parts_again(progress.part_retries);
    let part_retries = part_retries.map(|text| format!(", {text}")).unwrap_or_default();
    let mut text = format!(
        "run {} of {}: {}\n\nstarted   {:.0} by {}{elapsed}\nread      {}, {}{part_retries}\nused      {} \
         ({}), {} received, {} of memory\n",
        run.id,
        line(&run.start.sync),
        outcome(run),
        run.started_at,
        cause(run),
        counted(progress.rows, "row"),
        counted(progress.pages, "page"),
        counted(usage.requests, "request"),
        match usage.retries {
            1 => "1 of them a retry".to_owned(),
            retries => format!("{} of them retries", quantities::count(retries)),
        },
        quantities::size(usage.wire_bytes),
        quantities::size(usage.guest_memory_peak),
    );
    for table in &run.outcome.tables {
        let rows = counted(table.rows, "row");
        text.push_str(&format!("table     {}: {rows}\n", line(&table.table)));
    }
    if let Some(error) = &run.outcome.error {
        text.push_str(&format!("\nerror: {}\n", line(&error.message)));
        if let Some(at) = error.retry_at {
            text.push_str(&format!("  again from: {at:.0}\n"));
        }
        if let Some(hint) = &error.hint {
            text.push_str(&format!("hint: {}\n", line(hint)));
        }
    }
    if !log.is_empty() {
        text.push('\n');
        text.push_str(&log_lines(log));
    }
    text
}

fn log_lines(log: &[LogLine]) -> String {
    let mut text = String::new();
    let mut last = 0;
    for entry in log {
        let dropped = entry.number.saturating_sub(last + 1);
        if dropped > 0 {
            text.push_str(&format!("… {} not kept\n", counted(dropped, "line")));
        }
        last = entry.number;
        let level = match entry.level {
            Level::Info => String::new(),
            level => format!("{}: ", level.name()),
        };
        let stream = entry.stream.as_ref().map(|stream| format!("{}: ", line(stream)));
        let stream = stream.unwrap_or_default();
        text.push_str(&format!("{:.3} {stream}{level}{}\n", entry.at, line(&entry.message)));
    }
    text
}

fn cause(run: &Record) -> String {
    match (run.start.trigger, run.start.attempt) {
        (Trigger::Hand, _) if run.start.varied => "hand, varied".to_owned(),
        (Trigger::Schedule, attempt) if attempt > 1 => format!("schedule, try {attempt}"),
        (trigger, _) => trigger.name().to_owned(),
    }
}

fn outcome(run: &Record) -> String {
    let status = run.outcome.status.name();
    match &run.outcome.error {
        Some(error) => format!("{status}: {}", error.kind),
        None => status.to_owned(),
    }
}

fn elapsed(run: &Record) -> Option<String> {
    let elapsed = run.ended_at?.duration_since(run.started_at);
    Some(quantities::duration(Duration::try_from(elapsed).unwrap_or_default()))
}
