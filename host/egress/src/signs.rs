//! Signs of a limit: answers by which a provider says more of a limit than their status does.

use std::time::Duration;

use http::StatusCode;
use jiff::Timestamp;
use tollgate_model::{LimitMeaning, LimitSign};

/// Bytes of a body in which a sign's text counts. 8 KiB: the errors of APIs have less, and it is
/// little to hold.
pub(crate) const SIGN_BYTES: usize = 8 << 10;

const DAY_NANOSECONDS: u64 = 86_400 * 1_000_000_000;

/// Whether any sign has this status. Only then a body is looked at.
pub(crate) fn have_status(signs: &[LimitSign], status: StatusCode) -> bool {
    signs.iter().any(|sign| sign.status == status.as_u16())
}

/// What an answer means, by the first sign that it shows. `begin` is how its body begins.
pub(crate) fn meaning(
    signs: &[LimitSign],
    status: StatusCode,
    begin: &[u8],
) -> Option<LimitMeaning> {
    let begin = &begin[..begin.len().min(SIGN_BYTES)];
    let shown = |sign: &&LimitSign| {
        let text = sign.text.as_bytes();
        sign.status == status.as_u16()
            && begin.windows(text.len().max(1)).any(|window| window == text)
    };
    signs.iter().find(shown).map(|sign| sign.meaning)
}

/// How long until the next midnight UTC; at midnight, a day.
pub(crate) fn until_midnight(now: Timestamp) -> Duration {
    let into_day = now.as_nanosecond().rem_euclid(i128::from(DAY_NANOSECONDS));
    Duration::from_nanos(DAY_NANOSECONDS - u64::try_from(into_day).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use tollgate_model::QuotaReset;

    use super::*;

    const SPENT: LimitMeaning = LimitMeaning::QuotaExhausted(QuotaReset::UtcMidnight);
    const UNKNOWN: LimitMeaning = LimitMeaning::QuotaExhausted(QuotaReset::Unknown);

    fn signs() -> Vec<LimitSign> {
        let sign = |status, text: &str, meaning| LimitSign { status, text: text.into(), meaning };
        vec![
            sign(403, "over.qps", LimitMeaning::Throttled),
            sign(403, "over", SPENT),
            sign(429, "über", UNKNOWN),
            sign(500, "", SPENT),
        ]
    }

    #[test]
    fn a_sign_is_its_status_and_its_text_near_the_begin() {
        let at = |spaces: usize, text: &str| " ".repeat(spaces) + text;
        let table = [
            (403, "over.qps".to_owned(), Some(LimitMeaning::Throttled)),
            (403, "{\"key\": \"over.day\"}".to_owned(), Some(SPENT)),
            (403, "over the day, over.qps".to_owned(), Some(LimitMeaning::Throttled)),
            (403, "OVER".to_owned(), None),
            (403, "ove".to_owned(), None),
            (403, String::new(), None),
            (429, "over.qps".to_owned(), None),
            (429, "\u{fc}ber".to_owned(), Some(UNKNOWN)),
            (401, "over.qps".to_owned(), None),
            (500, "no text is no sign".to_owned(), None),
            (403, at(SIGN_BYTES - 4, "over"), Some(SPENT)),
            (403, at(SIGN_BYTES - 3, "over"), None),
            (403, at(SIGN_BYTES, "over"), None),
        ];
        for (status, body, expected) in table {
            let shown = body.trim();
            let status = StatusCode::from_u16(status).unwrap();
            assert_eq!(meaning(&signs(), status, body.as_bytes()), expected, "{status} {shown}");
        }
    }

    #[test]
    fn only_the_statuses_of_signs_are_looked_at() {
        for (status, expected) in [(403, true), (429, true), (200, false), (503, false)] {
            let status = StatusCode::from_u16(status).unwrap();
            assert_eq!(have_status(&signs(), status), expected, "{status}");
            assert!(!have_status(&[], status));
        }
    }

    #[test]
    fn the_next_midnight_is_that_of_utc() {
        for (now, expected) in [
            ("2024-02-28T23:59:59.999999999Z", "2024-02-29T00:00:00Z"),
            ("2024-02-29T00:00:00Z", "2024-03-01T00:00:00Z"),
            ("2024-02-29T12:00:00.25Z", "2024-03-01T00:00:00Z"),
            ("2024-12-31T23:30:00-05:00", "2025-01-02T00:00:00Z"),
            ("1969-12-31T23:59:59.5Z", "1970-01-01T00:00:00Z"),
        ] {
            let now: Timestamp = now.parse().unwrap();
            assert_eq!((now + until_midnight(now)).to_string(), expected, "{now}");
        }
    }
}
