//! `tollgate run`: stays up and runs each sync when it is due.
//!
//! What is due is decided in `tollgate_runs::decide`; here it is only carried out: the history is
//! asked for, what is to be started is started, and the next moment is waited for.

mod told;

use std::future::Future;
use std::time::Duration;

use clap::Args;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use jiff::Timestamp;
use tollgate_model::{Error, ErrorKind, Result, SyncName};
use tollgate_runs::{History, Notice, Planned, Schedule, Store, Trigger, decide};

use crate::commands::sync::accounts::Accounts;
use crate::commands::sync::jobs::Job;
use crate::commands::sync::prepared::{Prepared, refuse_renamed, refuse_shared_tables};
use crate::commands::sync::runs::{Cause, Ran, run_sync};
use crate::config::Config;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::host::Host;
use crate::recorder::{self, Recorder};
use told::Told;

const EXAMPLES: &str = "\
Examples:
  tollgate run                      until it is told to stop
  tollgate run --jobs 2 --json      at most two syncs at once; one object a line
  tollgate schedules                when each sync runs next

tollgate.toml:
  [syncs.nightly]
  schedule = \"0 6 * * 1-5 Europe/Berlin\"      or \"every 2h\"
  retry = { attempts = 3, delay = \"5m\" }      this is the default";

/// How long the next moment is waited for at most. The clock of the machine may be set, the machine
/// may sleep, and somebody may pause or run a sync meanwhile.
const LOOK_EVERY: Duration = Duration::from_secs(30);

/// The arguments of `run`.
#[derive(Args, Debug)]
#[command(
    about = "Stay up and run each sync when it is due",
    after_help = EXAMPLES,
    long_about = "Stay up and run each sync when it is due.\n\nEvery sync of tollgate.toml with a \
                  `schedule` runs by it, never beside itself, and one after the other into one \
                  destination. After downtime, a sync whose time has passed runs once, at once. A run \
                  that failed for a reason that may pass by itself is tried again by `retry`, and not \
                  before the time that the provider named. The file is read once, at the start.\n\n\
                  SIGTERM and Ctrl-C stop it in order: runs under way keep what they have read up to \
                  their last checkpoint, and the next `tollgate run` goes on with them. A second \
                  signal ends it at once. Each start and each end is a line on standard error; what \
                  else happened, `tollgate runs show` tells, and -v at once."
)]
pub struct RunArgs {
    /// Run so many syncs side by side [default: 4]
    #[arg(
        hide_default_value = true, long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u64).range(1..=64))]
    pub jobs: u64,
}

/// Runs syncs until it is told to stop.
///
/// # Errors
/// Those of a sync that is misconfigured, and [`ErrorKind::Config`] where no sync has a schedule or
/// the store of runs cannot be had. What goes wrong later is told, and ends nothing.
pub async fn run(args: &RunArgs, context: &Context) -> Outcome {
    let (host, config) = Host::with_config(context)?;
    let accounts = Accounts::new(&host, context, &config);
    let syncs = scheduled(&config, context)?;
    let mut store = recorder::open_store(context, &config)?;
    check(&syncs, &accounts, &store, &config).await?;
    let now = Timestamp::now();
    let mut planned = Vec::new();
    for Scheduled { name, planned: sync, .. } in &syncs {
        store.adopt(name.as_str(), &sync.schedule, now)?;
        planned.push((sync.clone(), History::since(now)));
    }
    let driver = Driver {
        recorder: Recorder::of(Some(store), context, &config),
        slots: usize::try_from(args.jobs).unwrap_or(1),
        told: Told::new(&context.messages),
        syncs,
        accounts,
        context,
    };
    driver.told.up(planned.len());
    driver.drive(planned).await;
    driver.told.down();
    Ok(())
}

/// A sync with a schedule.
struct Scheduled {
    name: SyncName,
    job: Job,
    planned: Planned,
}

fn scheduled(config: &Config, context: &Context) -> Result<Vec<Scheduled>> {
    let of = |sync: &crate::config::SyncConfig| {
        let job = Job::of_config(sync, &context.project);
        let planned = Planned { place: job.to.to_string(), ..sync.planned()? };
        Some(Scheduled { name: sync.name.clone(), job, planned })
    };
    let syncs: Vec<Scheduled> = config.syncs.iter().filter_map(of).collect();
    if syncs.is_empty() {
        let message = format!("{} has no sync with a schedule", config.source.path().display());
        return Err(Error::new(ErrorKind::Config, message).with_hint(
            "`schedule = \"every 2h\"` gives it one; `tollgate help config` tells more",
        ));
    }
    Ok(syncs)
}

/// Whether any of them can never run as it is written.
async fn check(
    syncs: &[Scheduled],
    accounts: &Accounts<'_>,
    store: &Store,
    config: &Config,
) -> Outcome {
    let mut prepared = Vec::new();
    for sync in syncs {
        prepared.push(Prepared::of(sync.job.clone(), accounts).await);
    }
    refuse_shared_tables(&mut prepared);
    refuse_renamed(&mut prepared, store, config)?;
    let wrong = prepared.into_iter().filter(Prepared::is_misconfigured);
    let errors = wrong.filter_map(|sync| match sync.ready {
        Err(Failure::Errors(errors)) => {
            let label = format!("sync {}", sync.job.label);
            Some(errors.into_iter().map(move |error| error.context(&label)))
        }
        _ => None,
    });
    let errors: Vec<Error> = errors.flatten().collect();
    if errors.is_empty() { Ok(()) } else { Err(Failure::Errors(errors)) }
}

/// What carries the decisions out.
struct Driver<'a> {
    syncs: Vec<Scheduled>,
    accounts: Accounts<'a>,
    recorder: Recorder,
    slots: usize,
    told: Told,
    context: &'a Context,
}

impl Driver<'_> {
    /// Until it is told to stop and nothing is under way any more.
    async fn drive(&self, mut planned: Vec<(Planned, History)>) {
        let cancel = &self.context.cancel;
        let mut under_way = FuturesUnordered::new();
        let mut notices = FuturesUnordered::new();
        // When each sync was started last, so that a store that cannot be written to does not have
        // it start again and again.
        let mut started: Vec<Option<Timestamp>> = vec![None; planned.len()];
        let mut running = vec![false; planned.len()];
        loop {
            let is_stopping = cancel.is_cancelled();
            if is_stopping && under_way.is_empty() && notices.is_empty() {
                return;
            }
            let mut wake = None;
            if !is_stopping {
                let now = Timestamp::now();
                for notice in self.refresh(&mut planned, now).await {
                    notices.push(self.tell(notice));
                }
                for (position, (_, history)) in planned.iter_mut().enumerate() {
                    history.running |= running[position];
                    history.covered = history.covered.max(started[position]);
                }
                let decision = decide(&planned, &self.busy(&running), self.free(&running), now);
                wake = decision.wake;
                for (position, attempt) in decision.start {
                    (running[position], started[position]) = (true, Some(now));
                    under_way.push(self.run_sync(position, attempt));
                }
            }
            tokio::select! {
                Some((position, ran)) = under_way.next(), if !under_way.is_empty() => {
                    running[position] = false;
                    if was_busy(&ran) {
                        started[position] = None;
                    }
                    self.told.ended(&self.syncs[position].name, ran);
                }
                Some(()) = notices.next(), if !notices.is_empty() => {}
                () = cancel.cancelled(), if !is_stopping => {}
                () = until(wake), if !is_stopping => {}
            }
        }
    }

    /// Asks the store how all syncs stand. Where it cannot say, what was known before holds. Gives
    /// what is to be told of runs whose processes ended without a word.
    async fn refresh(&self, planned: &mut [(Planned, History)], now: Timestamp) -> Vec<Notice> {
        let schedules: Vec<(String, Schedule)> = self
            .syncs
            .iter()
            .map(|sync| (sync.name.to_string(), sync.planned.schedule.clone()))
            .collect();
        let notifier = self.recorder.notifier().cloned();
        let ask = move |store: &mut tollgate_runs::Store| {
            store.settle(now)?;
            let (mut histories, mut notices) = (Vec::new(), Vec::new());
            for (sync, schedule) in &schedules {
                histories.push(store.history(sync, Some(schedule), now)?);
                if let Some(notifier) = &notifier {
                    notices.extend(notifier.take(store, sync, now)?);
                }
            }
            Ok((histories, notices))
        };
        match self.recorder.with_store(ask).await {
            Some(Ok((histories, notices))) => {
                for ((_, kept), history) in planned.iter_mut().zip(histories) {
                    *kept = history;
                }
                return notices;
            }
            Some(Err(error)) => self.told.unknown(&error),
            None => {}
        }
        Vec::new()
    }

    async fn tell(&self, notice: Notice) {
        if let Some(notifier) = self.recorder.notifier() {
            notifier.tell(&notice).await;
        }
    }

    fn busy(&self, running: &[bool]) -> Vec<&str> {
        let syncs = self.syncs.iter().zip(running);
        syncs
            .filter(|(_, running)| **running)
            .map(|(sync, _)| sync.planned.place.as_str())
            .collect()
    }

    fn free(&self, running: &[bool]) -> usize {
        self.slots.saturating_sub(running.iter().filter(|running| **running).count())
    }

    fn run_sync(
        &self,
        position: usize,
        attempt: u32,
    ) -> impl Future<Output = (usize, Ran)> + use<'_> {
        let Scheduled { name, job, .. } = &self.syncs[position];
        self.told.started(name, attempt);
        async move {
            let prepared = Prepared::of(job.clone(), &self.accounts).await;
            let cause = Cause { trigger: Trigger::Schedule, attempt };
            let ran = run_sync(prepared, cause, &self.recorder, self.context).await;
            let kinds = || ran.runs.iter().flat_map(|run| &run.errors).map(Error::kind);
            if kinds().any(|kind| kind == ErrorKind::Unauthorized) {
                // Whoever has set the secrets right need not start this command again.
                self.accounts.forget(&job.account).await;
            }
            (position, ran)
        }
    }
}

/// Whether nothing was run, for somebody else was at it.
fn was_busy(ran: &Ran) -> bool {
    let kinds = ran.runs.iter().flat_map(|run| &run.errors).map(Error::kind);
    ran.id.is_none() && kinds.into_iter().any(|kind| kind == ErrorKind::Busy)
}

/// Until this moment, or until it is time to look again.
async fn until(wake: Option<Timestamp>) {
    let wait = wake.map(|wake| Duration::try_from(wake.duration_since(Timestamp::now())));
    let wait = match wait {
        None => LOOK_EVERY,
        // What has passed meanwhile is not waited for.
        Some(wait) => wait.unwrap_or_default().min(LOOK_EVERY),
    };
    tokio::time::sleep(wait).await;
}
