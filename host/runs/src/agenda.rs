//! What is due: `(schedules, history, now) → what to start, when to look again`. Pure: it reads no
//! clock and remembers nothing between two decisions.

use jiff::{SignedDuration, Timestamp};

use crate::record::{Record, Status, Trigger};
use crate::schedule::Schedule;

/// What becomes of a scheduled run that failed for a reason that may pass by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    /// Tries in all, the first included.
    pub attempts: u32,
    /// How long after the end of one the next begins, unless the provider named a later time.
    pub delay: SignedDuration,
}

/// Two more tries, five minutes apart: an outage of a provider is often over by then, and requests
/// have been tried again for some minutes within each run already.
pub const RETRY_DEFAULT: Retry = Retry { attempts: 3, delay: SignedDuration::from_mins(5) };

/// A sync that has a schedule.
#[derive(Clone, Debug)]
pub struct Planned {
    /// The schedule.
    pub schedule: Schedule,
    /// What becomes of a run that failed.
    pub retry: Retry,
    /// Where its rows go: of the syncs with the same place, one runs at a time.
    pub place: String,
}

/// What is known of a sync's runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    /// Since when its schedule counts: times before are nobody's.
    pub since: Timestamp,
    /// Since when it is paused.
    pub paused: Option<Timestamp>,
    /// Whether some run loaded its data.
    pub loaded: bool,
    /// Whether a run is under way, in whatever process.
    pub running: bool,
    /// Up to when its due times are accounted for: the start of the last run that was made by its
    /// schedule and not stopped, or that was made by hand and succeeded.
    pub covered: Option<Timestamp>,
    /// The last run that ended.
    pub last: Option<Last>,
    /// Since when its runs fail: when the first of them ended. Being stopped is neither failing nor
    /// succeeding.
    pub failing: Option<Timestamp>,
    /// Since when it failed when that was told; until it is told to work again.
    pub told: Option<Timestamp>,
}

/// A run that ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Last {
    /// What had it begin.
    pub trigger: Trigger,
    /// How it ended.
    pub status: Status,
    /// Which try it was.
    pub attempt: u32,
    /// When it ended.
    pub ended_at: Timestamp,
    /// Whether the next may succeed without anybody changing anything.
    pub passes: bool,
    /// From when trying again makes sense.
    pub retry_at: Option<Timestamp>,
}

impl From<&Record> for Last {
    fn from(run: &Record) -> Self {
        let error = run.outcome.error.as_ref();
        Last {
            trigger: run.start.trigger,
            status: run.outcome.status,
            attempt: run.start.attempt,
            ended_at: run.ended_at.unwrap_or(run.started_at),
            passes: error.is_some_and(|error| error.kind.consequence().passes),
            retry_at: error.and_then(|error| error.retry_at),
        }
    }
}

/// How a sync stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncState {
    /// No run has loaded its data yet.
    Pending,
    /// Its last run did what it should.
    Active,
    /// Its schedule starts nothing.
    Paused,
    /// Its last run failed.
    Failing,
}

impl SyncState {
    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            SyncState::Pending => "pending",
            SyncState::Active => "active",
            SyncState::Paused => "paused",
            SyncState::Failing => "failing",
        }
    }
}

impl History {
    /// Of a sync whose schedule counts since a time and that never ran.
    pub fn since(since: Timestamp) -> Self {
        History {
            since,
            paused: None,
            loaded: false,
            running: false,
            covered: None,
            last: None,
            failing: None,
            told: None,
        }
    }

    /// How the sync stands. Being stopped is no failure.
    pub fn state(&self) -> SyncState {
        let failed = |last: Last| matches!(last.status, Status::Failed | Status::Interrupted);
        match self {
            History { paused: Some(_), .. } => SyncState::Paused,
            History { loaded: false, .. } => SyncState::Pending,
            History { last: Some(last), .. } if failed(*last) => SyncState::Failing,
            _ => SyncState::Active,
        }
    }
}

/// The next run of a sync.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Next {
    /// When it is due. A time that has passed is due at once, however many others have passed since.
    pub at: Timestamp,
    /// Which try it is, from 1.
    pub attempt: u32,
}

impl Planned {
    /// The next run; `None` where the sync is paused or its schedule has no further time.
    pub fn next(&self, history: &History) -> Option<Next> {
        if history.paused.is_some() {
            return None;
        }
        let due = self.schedule.due(history.since, history.covered);
        let due = due.map(|at| Next { at, attempt: 1 });
        let retry = history.last.and_then(|last| self.retry_of(last));
        let next = match (due, retry) {
            (Some(due), Some(retry)) if retry.at < due.at => retry,
            (due, retry) => due.or(retry)?,
        };
        // Before that, the provider would refuse whatever is asked of it.
        let earliest = history.last.and_then(|last| last.retry_at);
        Some(Next { at: earliest.map_or(next.at, |earliest| next.at.max(earliest)), ..next })
    }

    fn retry_of(&self, last: Last) -> Option<Next> {
        let may_pass = match last.status {
            Status::Failed => last.passes,
            // Whatever ended its process is not known to come again.
            Status::Interrupted => true,
            Status::Running | Status::Succeeded | Status::Stopped => false,
        };
        let again =
            may_pass && last.trigger == Trigger::Schedule && last.attempt < self.retry.attempts;
        let at = last.ended_at.checked_add(self.retry.delay).ok()?;
        again.then_some(Next { at, attempt: last.attempt + 1 })
    }
}

/// What to do now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decision {
    /// The syncs to start, by their positions, each with the number of the try.
    pub start: Vec<(usize, u32)>,
    /// When the next one is due that is not held up by another run. `None`: nothing is, before a
    /// run ends or somebody changes something.
    pub wake: Option<Timestamp>,
}

/// Decides what to start: whatever is due, what has been due for longest first, at most `slots`
/// syncs, none beside itself, and none beside another with the same place. `busy` are the places of
/// the runs under way.
pub fn decide(
    syncs: &[(Planned, History)],
    busy: &[&str],
    slots: usize,
    now: Timestamp,
) -> Decision {
    let mut due = Vec::new();
    let mut decision = Decision::default();
    for (position, (planned, history)) in syncs.iter().enumerate() {
        if history.running {
            continue;
        }
        match planned.next(history) {
            Some(next) if next.at <= now => due.push((next, position)),
            Some(next) => {
                let wake = decision.wake.map_or(next.at, |wake| wake.min(next.at));
                decision.wake = Some(wake);
            }
            None => {}
        }
    }
    due.sort_by_key(|(next, position)| (next.at, *position));
    let mut busy = busy.to_vec();
    for (next, position) in due {
        let place = syncs[position].0.place.as_str();
        if decision.start.len() < slots && !busy.contains(&place) {
            busy.push(place);
            decision.start.push((position, next.attempt));
        }
    }
    decision
}

#[cfg(test)]
mod tests;
