//! Whether a request is sent again, and when.

use std::time::{Duration, SystemTime};

use http::header::RETRY_AFTER;
use http::{HeaderMap, Method, StatusCode};
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use tollgate_model::{LimitMeaning, QuotaReset, WaitReason};

use crate::error::{GateError, Phase};
use crate::limits::RetryLimits;
use crate::purpose;
use crate::signs;

/// A random duration up to a bound; tests give their own.
pub(crate) type Dice = dyn Fn(Duration) -> Duration + Send + Sync;

/// Tries of a request to which no answer comes in time. 2: each costs a minute, and the second one
/// is for a connection that had died unnoticed.
const LATE_TRIES_MAX: u32 = 2;

/// The least wait behind a sign of too many requests without `Retry-After`. 1 s: providers count
/// requests by the second, or by longer.
const THROTTLED_WAIT_MIN: Duration = Duration::from_secs(1);

/// When a quota is looked at again of which nobody says when it is filled. An hour: often enough to
/// go on in the same day, seldom enough not to be a nuisance.
const QUOTA_WAIT: Duration = Duration::from_secs(3600);

/// How a try ended, as far as the next one depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// There is an answer.
    Answer {
        /// Its status.
        status: StatusCode,
        /// How long the provider asks to stay away.
        retry_after: Option<Duration>,
    },
    /// There is an answer that means too many requests, whatever its status.
    Throttled {
        /// How long the provider asks to stay away.
        retry_after: Option<Duration>,
    },
    /// There is an answer that means a quota used up, whatever its status.
    Exhausted {
        /// How long until it makes sense to ask again.
        wait: Duration,
    },
    /// No connection came about, so nothing was sent.
    NotSent,
    /// It was sent, wholly or in part, and no answer came.
    NoAnswer,
    /// It was sent and no answer came in time.
    Late,
    /// It failed for good.
    Final,
}

impl Outcome {
    pub(crate) fn of_answer(status: StatusCode, headers: &HeaderMap, now: Timestamp) -> Self {
        Outcome::Answer { status, retry_after: retry_after(headers, now) }
    }

    /// Of an answer with a sign of a limit.
    pub(crate) fn of_sign(sign: LimitMeaning, headers: &HeaderMap, now: Timestamp) -> Self {
        let retry_after = retry_after(headers, now);
        match sign {
            LimitMeaning::Throttled => Outcome::Throttled { retry_after },
            LimitMeaning::QuotaExhausted(QuotaReset::UtcMidnight) => {
                Outcome::Exhausted { wait: signs::until_midnight(now) }
            }
            LimitMeaning::QuotaExhausted(QuotaReset::Unknown) => {
                // A wait of nothing is no time at which a quota is filled.
                let told = retry_after.filter(|wait| !wait.is_zero());
                Outcome::Exhausted { wait: told.unwrap_or(QUOTA_WAIT) }
            }
        }
    }

    /// Of an answer whose body failed while the gate looked for signs. A status that passes by
    /// itself is reason enough to come back, as it is where no body is looked at.
    pub(crate) fn broken_by(self, error: &GateError) -> Self {
        match self {
            Outcome::Answer { status, .. } if passes_by_itself(status) && !error.is_verdict() => {
                self
            }
            _ => Outcome::of_error(error),
        }
    }

    pub(crate) fn of_error(error: &GateError) -> Self {
        match error {
            GateError::DnsFailed(_)
            | GateError::ConnectFailed(_)
            | GateError::Timeout { phase: Phase::Connect, .. } => Outcome::NotSent,
            GateError::Cut(_) => Outcome::NoAnswer,
            GateError::Timeout { .. } => Outcome::Late,
            _ => Outcome::Final,
        }
    }
}

/// What follows from a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// The connector gets the answer or the error.
    Deliver,
    /// It is sent again after a wait.
    Again(WaitReason, Duration),
    /// The provider asks to stay away for longer than allowed, or a quota is used up.
    RateLimited(Duration),
}

/// The tries of one request.
#[derive(Debug)]
pub(crate) struct Tries {
    limits: RetryLimits,
    may_repeat: bool,
    tried: u32,
    waited: Duration,
}

impl Tries {
    /// Only safe methods may be repeated after they were sent. PUT and DELETE are idempotent as
    /// well, but their second answer differs from the first (404, 409), which a connector would
    /// take for the outcome.
    pub(crate) fn new(limits: RetryLimits, method: &Method) -> Self {
        Tries { limits, may_repeat: purpose::is_safe(method), tried: 0, waited: Duration::ZERO }
    }

    /// What follows from the try that just ended.
    pub(crate) fn decide(&mut self, outcome: Outcome, dice: &Dice) -> Decision {
        self.tried += 1;
        let retry_after = match outcome {
            Outcome::Answer { status, retry_after } if asks_to_wait(status) => retry_after,
            Outcome::Throttled { retry_after } => retry_after,
            Outcome::Exhausted { wait } => return Decision::RateLimited(wait),
            _ => None,
        };
        let left = self.limits.wait.saturating_sub(self.waited);
        if let Some(wait) = retry_after.filter(|wait| *wait > left) {
            return Decision::RateLimited(wait);
        }
        let may_repeat = match outcome {
            // By 429 a provider says that it did nothing.
            Outcome::Answer { status: StatusCode::TOO_MANY_REQUESTS, .. } => true,
            Outcome::Throttled { .. } => true,
            Outcome::Answer { status, .. } => self.may_repeat && passes_by_itself(status),
            Outcome::NotSent => true,
            Outcome::NoAnswer => self.may_repeat,
            Outcome::Late => self.may_repeat && self.tried < LATE_TRIES_MAX,
            Outcome::Exhausted { .. } | Outcome::Final => false,
        };
        let backoff = backoff(&self.limits, self.tried, dice);
        let (reason, wait) = match (retry_after, outcome) {
            (Some(wait), _) => (WaitReason::RetryAfter, wait),
            (None, Outcome::Throttled { .. }) => {
                (WaitReason::RetryAfter, backoff.max(THROTTLED_WAIT_MIN))
            }
            (None, _) => (WaitReason::Backoff, backoff),
        };
        if !may_repeat || self.tried >= self.limits.attempts || wait > left {
            return Decision::Deliver;
        }
        self.waited += wait;
        Decision::Again(reason, wait)
    }
}

/// The wait before a further try, the first further one being 1: random up to a bound that doubles
/// each time, so that those who failed together do not come back together.
pub(crate) fn backoff(limits: &RetryLimits, try_number: u32, dice: &Dice) -> Duration {
    let doubled = 2u32.saturating_pow(try_number.saturating_sub(1));
    let bound = limits.backoff.saturating_mul(doubled).min(limits.backoff_max);
    dice(bound).min(bound)
}

fn asks_to_wait(status: StatusCode) -> bool {
    [StatusCode::TOO_MANY_REQUESTS, StatusCode::SERVICE_UNAVAILABLE].contains(&status)
}

fn passes_by_itself(status: StatusCode) -> bool {
    asks_to_wait(status) || [StatusCode::BAD_GATEWAY, StatusCode::GATEWAY_TIMEOUT].contains(&status)
}

/// How long a provider asks to stay away by `Retry-After`, in seconds or as a date; one that is
/// neither says nothing, and a date that has passed says no time at all. What is too far away to be
/// a number or a date here is as far as there is.
pub fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if is_number(text) {
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    if is_beyond_the_calendar(text) {
        return Some(Duration::from_secs(u64::MAX));
    }
    // Any of the three forms of RFC 9110, section 5.6.7, or that of mail, which has zones.
    let of_mail =
        || rfc2822::DateTimeParser::new().parse_timestamp(text).ok().map(SystemTime::from);
    let date = httpdate::parse_http_date(text).ok().or_else(of_mail)?;
    Some(date.duration_since(now.into()).unwrap_or(Duration::ZERO))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a text is a date like `Sat, 01 Jan 10000 00:00:00 GMT`, in a year that no calendar has.
fn is_beyond_the_calendar(text: &str) -> bool {
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    matches!(words.as_slice(), [_, day, _, year, _, "GMT"]
        if is_number(day) && is_number(year) && year.len() > 4 && !year.starts_with('0'))
}

#[cfg(test)]
mod tests;
