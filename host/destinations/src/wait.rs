//! How long another program is waited for, as users write it: `90s`, or `5m`.

use std::time::Duration;

/// The longest wait. What is read meanwhile waits too, and a provider does not wait for hours.
const SECONDS_MAX: u64 = 60 * 60;

/// Reads a time that a load may wait.
pub(crate) fn parse(text: &str) -> Option<Duration> {
    let (number, unit) = match text.strip_suffix('m') {
        Some(minutes) => (minutes, 60),
        None => (text.strip_suffix('s')?, 1),
    };
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let seconds = number.parse::<u64>().ok().filter(|_| is_number)?.checked_mul(unit)?;
    (seconds <= SECONDS_MAX).then(|| Duration::from_secs(seconds))
}
