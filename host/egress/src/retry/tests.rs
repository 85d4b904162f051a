use proptest::prelude::*;

use super::*;

const NOW: &str = "2024-02-29T23:59:50Z";

const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

/// Always the bound.
fn most(bound: Duration) -> Duration {
    bound
}

fn answer(status: u16, retry_after: Option<u64>) -> Outcome {
    Outcome::Answer {
        status: StatusCode::from_u16(status).unwrap(),
        retry_after: retry_after.map(secs),
    }
}

fn first(method: Method, outcome: Outcome) -> Decision {
    Tries::new(RetryLimits::default(), &method).decide(outcome, &most)
}

#[test]
fn only_what_passes_by_itself_and_may_be_repeated_is_sent_again() {
    let again = Decision::Again(WaitReason::Backoff, Duration::from_millis(500));
    let after = |wait| Decision::Again(WaitReason::RetryAfter, secs(wait));
    let table = [
        (Method::GET, answer(200, None), Decision::Deliver),
        (Method::GET, answer(302, Some(1)), Decision::Deliver),
        (Method::GET, answer(401, None), Decision::Deliver),
        (Method::GET, answer(403, Some(9999)), Decision::Deliver),
        (Method::GET, answer(500, None), Decision::Deliver),
        (Method::GET, answer(501, None), Decision::Deliver),
        (Method::GET, answer(429, None), again),
        (Method::GET, answer(502, None), again),
        (Method::GET, answer(502, Some(7)), again),
        (Method::GET, answer(503, None), again),
        (Method::GET, answer(504, None), again),
        (Method::GET, answer(429, Some(1)), after(1)),
        (Method::GET, answer(503, Some(0)), after(0)),
        (Method::GET, answer(503, Some(60)), after(60)),
        (Method::GET, answer(503, Some(61)), Decision::RateLimited(secs(61))),
        (Method::GET, answer(429, Some(3600)), Decision::RateLimited(secs(3600))),
        (Method::HEAD, answer(503, None), again),
        (Method::POST, answer(503, None), Decision::Deliver),
        (Method::POST, answer(503, Some(1)), Decision::Deliver),
        (Method::POST, answer(429, None), again),
        (Method::POST, answer(429, Some(1)), after(1)),
        (Method::DELETE, answer(429, Some(2)), after(2)),
        (Method::POST, answer(429, Some(3600)), Decision::RateLimited(secs(3600))),
        (Method::PUT, answer(503, None), Decision::Deliver),
        (Method::DELETE, Outcome::NoAnswer, Decision::Deliver),
        (Method::POST, Outcome::NoAnswer, Decision::Deliver),
        (Method::POST, Outcome::NotSent, again),
        (Method::GET, Outcome::NotSent, again),
        (Method::GET, Outcome::NoAnswer, again),
        (Method::GET, Outcome::Late, again),
        (Method::POST, Outcome::Late, Decision::Deliver),
        (Method::GET, Outcome::Final, Decision::Deliver),
        (Method::GET, Outcome::Throttled { retry_after: None }, after(1)),
        (Method::POST, Outcome::Throttled { retry_after: None }, after(1)),
        (Method::POST, Outcome::Throttled { retry_after: Some(secs(9)) }, after(9)),
        (
            Method::GET,
            Outcome::Throttled { retry_after: Some(secs(61)) },
            Decision::RateLimited(secs(61)),
        ),
        (Method::GET, Outcome::Exhausted { wait: secs(1) }, Decision::RateLimited(secs(1))),
    ];
    for (method, outcome, expected) in table {
        assert_eq!(first(method.clone(), outcome), expected, "{method} {outcome:?}");
    }
}

#[test]
fn tries_and_waits_have_an_end() {
    let mut tries = Tries::new(RetryLimits::default(), &Method::GET);
    let mut waits = Vec::new();
    while let Decision::Again(_, wait) = tries.decide(answer(503, None), &most) {
        waits.push(wait.as_millis());
    }
    assert_eq!(waits, [500, 1000, 2000, 4000], "five tries, four waits");

    let mut tries = Tries::new(RetryLimits::default(), &Method::GET);
    assert!(matches!(tries.decide(Outcome::Late, &most), Decision::Again(..)));
    assert_eq!(tries.decide(Outcome::Late, &most), Decision::Deliver);

    let mut tries = Tries::new(RetryLimits::default(), &Method::GET);
    assert_eq!(
        tries.decide(answer(503, Some(40)), &most),
        Decision::Again(WaitReason::RetryAfter, secs(40))
    );
    assert_eq!(tries.decide(answer(503, Some(21)), &most), Decision::RateLimited(secs(21)));
}

#[test]
fn backoff_is_random_below_a_bound_that_doubles_up_to_the_largest() {
    let limits = RetryLimits::default();
    for (number, bound) in [(0, 500), (1, 500), (2, 1000), (6, 16_000), (7, 30_000), (99, 30_000)] {
        let bound = Duration::from_millis(bound);
        assert_eq!(backoff(&limits, number, &most), bound, "{number}");
        assert_eq!(backoff(&limits, number, &|bound| bound / 3), bound / 3);
        assert_eq!(backoff(&limits, number, &|_| Duration::MAX), bound);
    }
}

#[test]
fn retry_after_is_read_in_both_forms() {
    let now: Timestamp = NOW.parse().unwrap();
    let table = [
        ("0", Some(secs(0))),
        ("120", Some(secs(120))),
        (" 5 ", Some(secs(5))),
        ("99999999999999999999999", Some(secs(u64::MAX))),
        ("Fri, 01 Mar 2024 00:00:20 GMT", Some(secs(30))),
        ("Thu, 29 Feb 2024 23:00:00 GMT", Some(secs(0))),
        ("Sat, 01 Jan 10000 00:00:00 GMT", Some(secs(u64::MAX))),
        ("Thu, 01 Jan 999999999999999999999 00:00:00 GMT", Some(secs(u64::MAX))),
        ("Thu, 29 Feb 02024 23:59:59 GMT", None),
        ("come back in 10000 years GMT", None),
        ("", None),
        ("-1", None),
        ("1.5", None),
        ("soon", None),
        ("Friday, 01-Mar-24 00:00:20 GMT", Some(secs(30))),
        ("Fri Mar  1 00:00:20 2024", Some(secs(30))),
        ("Fri, 31 Dec 9999 23:59:59 GMT", Some(secs(251_693_049_609))),
        ("Fri, 01 Mar 2024 01:00:20 +0100", Some(secs(30))),
    ];
    for (text, expected) in table {
        let headers = HeaderMap::from_iter([(RETRY_AFTER, text.parse().unwrap())]);
        assert_eq!(retry_after(&headers, now), expected, "{text:?}");
    }
    assert_eq!(retry_after(&HeaderMap::new(), now), None);
}

#[test]
fn a_sign_counts_for_more_than_the_status() {
    let now: Timestamp = NOW.parse().unwrap();
    let spent = LimitMeaning::QuotaExhausted;
    let throttled = |wait: Option<u64>| Outcome::Throttled { retry_after: wait.map(secs) };
    let exhausted = |wait| Outcome::Exhausted { wait: secs(wait) };
    let table = [
        (LimitMeaning::Throttled, None, throttled(None)),
        (LimitMeaning::Throttled, Some("5"), throttled(Some(5))),
        (spent(QuotaReset::UtcMidnight), None, exhausted(10)),
        (spent(QuotaReset::UtcMidnight), Some("5"), exhausted(10)),
        (spent(QuotaReset::Unknown), None, exhausted(3600)),
        (spent(QuotaReset::Unknown), Some("soon"), exhausted(3600)),
        (spent(QuotaReset::Unknown), Some("0"), exhausted(3600)),
        (spent(QuotaReset::Unknown), Some("5"), exhausted(5)),
    ];
    for (sign, header, expected) in table {
        let headers = header.map(|text| (RETRY_AFTER, text.parse().unwrap()));
        let outcome = Outcome::of_sign(sign, &HeaderMap::from_iter(headers), now);
        assert_eq!(outcome, expected, "{sign:?} {header:?}");
    }
}

#[test]
fn a_broken_body_leaves_what_its_status_says_where_that_passes_by_itself() {
    let (cut, leak) = (GateError::Cut(String::new()), GateError::Leak(String::new()));
    for (status, error, expected) in [
        (403, &cut, Outcome::NoAnswer),
        (500, &cut, Outcome::NoAnswer),
        (429, &cut, answer(429, Some(5))),
        (503, &cut, answer(503, Some(5))),
        (429, &leak, Outcome::Final),
        (403, &leak, Outcome::Final),
    ] {
        assert_eq!(answer(status, Some(5)).broken_by(error), expected, "{status} {error}");
    }
}

#[test]
fn errors_are_told_apart_by_whether_anything_was_sent() {
    let timeout = |phase| GateError::Timeout { phase, limit: secs(1) };
    let table = [
        (GateError::ConnectFailed(String::new()), Outcome::NotSent),
        (GateError::DnsFailed(String::new()), Outcome::NotSent),
        (timeout(Phase::Connect), Outcome::NotSent),
        (timeout(Phase::FirstByte), Outcome::Late),
        (GateError::Cut(String::new()), Outcome::NoAnswer),
        (GateError::TlsFailed(String::new()), Outcome::Final),
        (GateError::AddressProhibited(String::new()), Outcome::Final),
        (GateError::Cancelled, Outcome::Final),
    ];
    for (error, expected) in table {
        assert_eq!(Outcome::of_error(&error), expected, "{error}");
    }
}

/// Any end of a try.
fn any_outcome() -> impl Strategy<Value = Outcome> {
    let wait = || prop::option::of((0_u64..90).prop_map(secs));
    let status = prop::sample::select(vec![200, 302, 403, 429, 500, 502, 503, 504]);
    prop_oneof![
        (status, wait()).prop_map(|(status, retry_after)| Outcome::Answer {
            status: StatusCode::from_u16(status).unwrap(),
            retry_after,
        }),
        wait().prop_map(|retry_after| Outcome::Throttled { retry_after }),
        (0_u64..9_999).prop_map(|wait| Outcome::Exhausted { wait: secs(wait) }),
        Just(Outcome::NotSent),
        Just(Outcome::NoAnswer),
        Just(Outcome::Late),
        Just(Outcome::Final),
    ]
}

/// How long a provider asks to stay away by this end of a try.
fn asked(outcome: Outcome) -> Option<Duration> {
    match outcome {
        Outcome::Answer { status, retry_after } if [429, 503].contains(&status.as_u16()) => {
            retry_after
        }
        Outcome::Throttled { retry_after } => retry_after,
        _ => None,
    }
}

/// Whether something may have been done by a try that ended so.
fn may_have_acted(outcome: Outcome) -> bool {
    !matches!(
        outcome,
        Outcome::Throttled { .. }
            | Outcome::NotSent
            | Outcome::Answer { status: StatusCode::TOO_MANY_REQUESTS, .. }
    )
}

proptest! {
    /// However tries end and the dice fall: their number and their waits have a bound, nothing that
    /// may have acted is sent again unless it is safe, and nobody comes before the time named.
    // Proves: storms
    #[test]
    fn tries_keep_their_bounds_and_the_times_named(
        outcomes in prop::collection::vec(any_outcome(), 1..12), is_read: bool, part in 0_u32..=4,
    ) {
        let limits = RetryLimits::default();
        let method = if is_read { Method::GET } else { Method::POST };
        let mut tries = Tries::new(limits, &method);
        let (mut again, mut waited) = (0, Duration::ZERO);
        for outcome in outcomes {
            match tries.decide(outcome, &move |bound| bound * part / 4) {
                Decision::Deliver => break,
                Decision::RateLimited(wait) => {
                    let is_asked = asked(outcome) == Some(wait) && waited + wait > limits.wait;
                    let is_spent = outcome == Outcome::Exhausted { wait };
                    prop_assert!(is_spent || is_asked);
                    break;
                }
                Decision::Again(reason, wait) => {
                    again += 1;
                    waited += wait;
                    prop_assert!(is_read || !may_have_acted(outcome), "{outcome:?}");
                    match asked(outcome) {
                        Some(asked) => {
                            prop_assert_eq!((reason, wait), (WaitReason::RetryAfter, asked));
                        }
                        None => prop_assert!(wait <= limits.backoff_max),
                    }
                }
            }
        }
        prop_assert!(again < limits.attempts && waited <= limits.wait, "{again} {waited:?}");
    }

    /// The bound of a further wait is never less than that of the one before.
    #[test]
    fn backoff_never_shrinks(first in 0_u64..100_000, max in 0_u64..100_000, number in 0_u32..70) {
        let limits = RetryLimits {
            backoff: Duration::from_millis(first),
            backoff_max: Duration::from_millis(max),
            ..RetryLimits::default()
        };
        let (one, next) = (backoff(&limits, number, &most), backoff(&limits, number + 1, &most));
        prop_assert!(one <= next && next <= limits.backoff_max);
    }

    // Proves: storms
    #[test]
    fn every_number_and_every_date_to_come_is_kept(
        wait in 0_u64..8_000_000_000, years in 10_000_u128..,
    ) {
        let now: Timestamp = NOW.parse().unwrap();
        let told = |text: &str| {
            retry_after(&HeaderMap::from_iter([(RETRY_AFTER, text.parse().unwrap())]), now)
        };
        prop_assert_eq!(told(&wait.to_string()), Some(secs(wait)));
        let date = now + jiff::SignedDuration::from_secs(wait as i64);
        let date = rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&date).unwrap();
        prop_assert_eq!(told(&date), Some(secs(wait)));
        prop_assert_eq!(told(&format!("Sat, 01 Jan {years} 00:00:00 GMT")), Some(secs(u64::MAX)));
    }

    #[test]
    fn no_text_of_retry_after_panics(text in "[ -~]{0,40}") {
        let headers = HeaderMap::from_iter([(RETRY_AFTER, text.parse().unwrap())]);
        let _ = retry_after(&headers, Timestamp::MAX);
    }
}
