//! How long a provider asks to stay away: seconds, or any of the three forms of an HTTP date.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::header::RETRY_AFTER;
use http::{HeaderMap, HeaderValue};
use jiff::Timestamp;
use tollgate_egress::retry_after;

/// 2026-03-01T10:00:00Z.
const NOW: u64 = 1_772_359_200;

/// The value of the header.
pub fn run(input: &[u8]) {
    let Ok(value) = HeaderValue::from_bytes(input) else { return };
    let mut headers = HeaderMap::new();
    headers.insert(RETRY_AFTER, value.clone());
    let now = Timestamp::from_second(NOW as i64).expect("a time of this century");
    let wait = retry_after(&headers, now);
    let Ok(text) = value.to_str().map(str::trim) else {
        assert_eq!(wait, None, "a header that is no text says nothing");
        return;
    };
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        let seconds = text.parse().unwrap_or(u64::MAX);
        assert_eq!(wait, Some(Duration::from_secs(seconds)), "{text:?}");
    } else if let Ok(date) = httpdate::parse_http_date(text) {
        assert_eq!(wait, Some(since_now(date)), "{text:?}");
    }
    if text.starts_with(['-', '+']) || text.is_empty() {
        assert_eq!(wait, None, "{text:?} is neither seconds nor a date");
    }
}

fn since_now(date: SystemTime) -> Duration {
    date.duration_since(UNIX_EPOCH + Duration::from_secs(NOW)).unwrap_or_default()
}
