//! `schedule` and `retry` of a sync.

use jiff::SignedDuration;
use tollgate_runs::{RETRY_DEFAULT, Retry, Schedule};
use toml::Spanned;

use super::reader::Reader;
use super::source::Problem;

/// The keys of `retry`.
const KEYS: [&str; 2] = ["attempts", "delay"];
/// Tries of one run in all: what has not passed by then is for the next time of the schedule.
const ATTEMPTS_MAX: u64 = 20;

/// When a sync runs by itself.
#[derive(Clone, Debug)]
pub struct Scheduled {
    /// The schedule.
    pub schedule: Spanned<Schedule>,
    /// What becomes of a run that failed for a reason that may pass.
    pub retry: Retry,
}

/// The two keys, where a sync has them.
pub fn read(reader: &mut Reader<'_, '_>) -> Option<Scheduled> {
    let retry = read_retry(reader);
    let schedule = reader.parsed("schedule");
    if let (None, Some(span)) = (reader.value("schedule"), reader.key_span("retry")) {
        let message = "`retry` is for a sync with a `schedule`";
        reader.problem(Problem::new(span, message));
    }
    Some(Scheduled { schedule: schedule?, retry })
}

fn read_retry(reader: &mut Reader<'_, '_>) -> Retry {
    let mut retry = RETRY_DEFAULT;
    let Some((span, table)) = reader.table("retry") else { return retry };
    let mut reader = reader.inner("`retry`", span, table);
    reader.refuse_other_keys(&KEYS);
    let attempts = reader.integer("attempts", 1, ATTEMPTS_MAX);
    if let Some(attempts) = attempts.and_then(|attempts| u32::try_from(attempts).ok()) {
        retry.attempts = attempts;
    }
    // From a second, so that a provider is not asked without pause, to a day.
    let delay = reader.duration("delay", "1s", "24h");
    if let Some(Ok(delay)) = delay.map(|delay| SignedDuration::try_from(*delay.get_ref())) {
        retry.delay = delay;
    }
    retry
}
