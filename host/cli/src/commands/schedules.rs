//! `tollgate schedules`: when each sync runs next, and how it stands.

use clap::Args;
use jiff::Timestamp;
use serde::Serialize;
use tollgate_model::Result;
use tollgate_runs::{Filter, Planned, Record, Store};

use super::forget;
use crate::config::SyncConfig;
use crate::context::Context;
use crate::failure::{Outcome, moment};
use crate::{output, recorder};

const EXAMPLES: &str = "\
Examples:
  tollgate schedules
  tollgate schedules --json";

/// The arguments of `schedules`.
#[derive(Args, Debug)]
#[command(
    about = "Show when each sync runs next, and how it stands",
    after_help = EXAMPLES,
    long_about = "Show when each sync runs next, and how it stands.\n\nA sync is `pending` until a run \
                  has loaded its data, then `active`, or `failing` where its last run failed; one \
                  that was paused is `paused`. What is due, `tollgate run` starts: while it is not \
                  up, a time that has passed stays due. A sync that has runs and is in no file any \
                  more is shown until `tollgate forget` forgets it."
)]
pub struct SchedulesArgs {}

/// A sync in `--json`.
#[derive(Serialize)]
struct ScheduleView {
    sync: String,
    in_file: bool,
    schedule: Option<String>,
    state: &'static str,
    running: bool,
    paused_at: Option<String>,
    next_at: Option<String>,
    next_attempt: Option<u32>,
    last: Option<LastView>,
}

/// Its last run.
#[derive(Serialize)]
struct LastView {
    run: i64,
    status: &'static str,
    started_at: String,
    ended_at: Option<String>,
    rows: u64,
    error: Option<&'static str>,
}

impl From<Record> for LastView {
    fn from(run: Record) -> Self {
        LastView {
            run: run.id,
            status: run.outcome.status.name(),
            started_at: instant(run.started_at),
            ended_at: run.ended_at.map(instant),
            rows: run.outcome.progress.rows,
            error: run.outcome.error.map(|error| error.kind.name()),
        }
    }
}

/// Shows the syncs of the file.
///
/// # Errors
/// [`tollgate_model::ErrorKind::Config`] where the file is faulty or the store fails.
pub fn run(_: &SchedulesArgs, context: &Context) -> Outcome {
    let config = context.project.load_config()?;
    let mut store = recorder::open_store(context, &config)?;
    let now = Timestamp::now();
    store.settle(now)?;
    let mut rows = Vec::new();
    for sync in &config.syncs {
        rows.push(row(sync.name.as_str(), Some(sync), &store, now)?);
    }
    for name in forget::in_no_file(&store, &config)? {
        rows.push(row(&name, None, &store, now)?);
    }
    if context.args.json {
        let views: Vec<_> = rows.into_iter().map(|(view, _)| view).collect();
        return output::print_json(&views);
    }
    let header = ["sync", "schedule", "state", "next", "last run"];
    let mut table = output::table(&header, u16::MAX);
    for (view, next) in rows {
        let last = match &view.last {
            None => "-".to_owned(),
            Some(last) => format!("{} {}", last.started_at, outcome(last)),
        };
        let schedule = match (&view.schedule, view.in_file) {
            (Some(schedule), _) => schedule.as_str(),
            (None, true) => "-",
            (None, false) => "in no file",
        };
        table.add_row([&view.sync, schedule, view.state, &next, &last]);
    }
    output::print(&output::indented(&table, 0))
}

/// A sync for programs, and when it runs next for people.
fn row(
    name: &str,
    sync: Option<&SyncConfig>,
    store: &Store,
    now: Timestamp,
) -> Result<(ScheduleView, String)> {
    let planned = sync.and_then(SyncConfig::planned);
    let history = store.history(name, planned.as_ref().map(|planned| &planned.schedule), now)?;
    let next = planned.as_ref().and_then(|planned| planned.next(&history));
    let last = store.list(&Filter { sync: Some(name.to_owned()), limit: Some(1), status: None })?;
    let told = match next {
        _ if history.running => "running".to_owned(),
        Some(next) if next.at <= now => "due".to_owned(),
        Some(next) => moment(next.at, now),
        None => "-".to_owned(),
    };
    let view = ScheduleView {
        sync: name.to_owned(),
        in_file: sync.is_some(),
        schedule: planned.map(|Planned { schedule, .. }| schedule.to_string()),
        state: history.state().name(),
        running: history.running,
        paused_at: history.paused.map(instant),
        next_at: next.map(|next| instant(next.at)),
        next_attempt: next.map(|next| next.attempt),
        last: last.into_iter().next().map(LastView::from),
    };
    Ok((view, told))
}

fn outcome(last: &LastView) -> String {
    match last.error {
        Some(kind) => format!("{}: {kind}", last.status),
        None => last.status.to_owned(),
    }
}

fn instant(at: Timestamp) -> String {
    format!("{at:.0}")
}
