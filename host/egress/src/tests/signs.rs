//! Answers that mean a limit by what their body says.

use std::time::Duration;

use tokio::time::Instant;
use tollgate_model::{ErrorKind, LimitMeaning, LimitSign, QuotaReset, WaitReason};

use super::body::{brotli, chunked, gzip};
use super::harness::*;
use crate::config::GuestTimeouts;
use crate::error::{GateError, Phase};
use crate::limits::ScanBudget;
use crate::purpose::Purpose;
use crate::signs::SIGN_BYTES;

const MIDNIGHT: &str = "2024-03-01T00:00:00Z";

const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

fn rate_limited(retry_at: &str) -> GateError {
    GateError::RateLimited { retry_at: retry_at.parse().unwrap() }
}

/// A gate for a provider whose 403, 429 and 500 say in their body what they mean.
fn with_signs() -> Setup {
    let spent = LimitMeaning::QuotaExhausted(QuotaReset::UtcMidnight);
    let unknown = LimitMeaning::QuotaExhausted(QuotaReset::Unknown);
    let signs = [403, 429, 500].into_iter().flat_map(|status| {
        let sign = move |text: &str, meaning| LimitSign { status, text: text.to_owned(), meaning };
        [
            sign("over.qps", LimitMeaning::Throttled),
            sign("over.day", spent),
            sign("over.plan", unknown),
        ]
    });
    setup().with(|config| config.limit_signs = signs.collect())
}

#[tokio::test(start_paused = true)]
async fn what_is_throttled_is_sent_again_whatever_its_status_and_method() {
    for (method, status) in [("GET", 403), ("GET", 429), ("POST", 403), ("POST", 500)] {
        let rig = with_signs().start_in_memory(move |number, _| match number {
            0..3 => answer(status, &[], "{\"key\": \"over.qps\"}"),
            _ => answer(404, &[], "good"),
        });
        let reply = rig.call(request(method, API, &[], "")).await.unwrap();
        assert_eq!((reply.status.as_u16(), &reply.body[..]), (404, &b"good"[..]));
        assert_eq!(rig.server.hits(), 4, "{method} {status}");
        let waits = [1, 1, 2].map(|wait| (WaitReason::RetryAfter, secs(wait)));
        assert_eq!(rig.events.waits(), waits, "{method} {status}: a second at least");
        assert!(!rig.passage.may_have_changed(), "{method} {status}: nothing was done");
    }
}

#[tokio::test(start_paused = true)]
async fn a_retry_after_counts_with_a_sign_whatever_the_status() {
    let rig = with_signs().start_in_memory(|number, _| match number {
        0 => answer(403, &[("retry-after", "7")], "over.qps"),
        1 => answer(403, &[("retry-after", "3600")], "over.qps"),
        _ => ok("good"),
    });
    assert_eq!(rig.get(API).await.unwrap_err(), rate_limited("2024-02-29T13:00:00Z"));
    assert_eq!(rig.events.waits(), [(WaitReason::RetryAfter, secs(7))]);
    assert_eq!(rig.passage.verdict().unwrap().kind(), ErrorKind::RateLimited);
}

#[tokio::test(start_paused = true)]
async fn who_is_throttled_holds_the_whole_account() {
    let rig = with_signs().start_in_memory(|number, _| match number {
        0 => answer(403, &[], "over.qps"),
        _ => ok("good"),
    });
    let begun = Instant::now();
    let first = tokio::spawn(rig.passage.send(request("GET", API, &[], ""), Default::default()));
    tokio::time::sleep(Duration::from_millis(100)).await;
    let other = rig.gate.passage(Purpose::Read, ScanBudget::default());
    other.send(request("GET", API, &[], ""), GuestTimeouts::default()).await.unwrap();
    assert!(begun.elapsed() >= secs(1), "{:?}", begun.elapsed());
    first.await.unwrap().unwrap();
    assert_eq!(rig.server.hits(), 3);
}

#[tokio::test(start_paused = true)]
async fn the_last_of_too_many_throttled_answers_is_handed_back_whole() {
    let rig =
        with_signs().start_in_memory(|number, _| answer(403, &[], format!("over.qps{number}")));
    let reply = rig.get(API).await.unwrap();
    assert_eq!((reply.status.as_u16(), &reply.body[..]), (403, &b"over.qps4"[..]));
    assert_eq!(rig.server.hits(), 5);
    assert!(rig.passage.verdict().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_spent_quota_ends_the_run_and_every_other_of_the_account_at_once() {
    let plan = "over.plan";
    type Headers = &'static [(&'static str, &'static str)];
    let table: [(u16, &str, Headers, &str); 6] = [
        (403, "over.day", &[], MIDNIGHT),
        (429, "over.day", &[("retry-after", "1")], MIDNIGHT),
        (500, "over.day", &[], MIDNIGHT),
        (403, plan, &[], "2024-02-29T13:00:00Z"),
        (429, plan, &[("retry-after", "0")], "2024-02-29T13:00:00Z"),
        (403, plan, &[("retry-after", "7200")], "2024-02-29T14:00:00Z"),
    ];
    for (status, text, headers, retry_at) in table {
        let rig = with_signs().start_in_memory(move |_, _| answer(status, headers, text));
        let begun = Instant::now();
        let error = rig.call(request("POST", API, &[], "x")).await.unwrap_err();
        assert_eq!(error, rate_limited(retry_at), "{status} {text}");
        let verdict = rig.passage.verdict().unwrap();
        assert_eq!(verdict.kind(), ErrorKind::RateLimited);
        assert_eq!(verdict.retry_at(), Some(retry_at.parse().unwrap()));
        assert!(!rig.passage.may_have_changed(), "{status} {text}: nothing was done");

        let other = rig.gate.passage(Purpose::Read, ScanBudget::default());
        let outcome = other.send(request("GET", API, &[], ""), GuestTimeouts::default()).await;
        assert_eq!(outcome.unwrap_err(), rate_limited(retry_at), "{status} {text}");
        assert_eq!(other.usage().wire_bytes, 0);
        assert_eq!(rig.server.hits(), 1, "the others of the account do not ask again");
        assert!(begun.elapsed() < secs(1), "nobody waited");
    }
}

#[tokio::test]
async fn a_sign_is_seen_in_a_compressed_body_and_in_one_that_comes_in_pieces() {
    let text = format!("{}{{\"error_key\": \"over.day\"}}", "filler ".repeat(900));
    for (coding, body) in [
        ("gzip", gzip(text.as_bytes())),
        ("br", brotli(text.as_bytes())),
        ("identity", text.clone().into_bytes()),
    ] {
        for size in [1, 100, body.len()] {
            let body = body.clone();
            let script =
                move |_: usize, _: &str| chunked(403, &[("content-encoding", coding)], &body, size);
            let rig = with_signs().start(script).await;
            assert_eq!(rig.get(API).await.unwrap_err(), rate_limited(MIDNIGHT), "{coding} {size}");
        }
    }
}

#[tokio::test]
async fn a_body_without_a_sign_is_delivered_whole() {
    for bytes in [0, 1, SIGN_BYTES - 1, SIGN_BYTES, SIGN_BYTES + 1, 1 << 20] {
        let plain: Vec<u8> = (0..bytes).map(|n| b"0123456789\n"[n % 11]).collect();
        let zipped = gzip(&plain);
        for (coding, body) in [("identity", &plain), ("gzip", &zipped)] {
            // 500 is not sent again, 403 neither.
            for (status, size) in [(403, 1000), (500, 10_000_000)] {
                let body = body.clone();
                let wire = body.len() as u64;
                let rig = with_signs()
                    .start(move |_, _| {
                        chunked(status, &[("content-encoding", coding)], &body, size)
                    })
                    .await;
                let reply = rig.get(API).await.unwrap();
                assert_eq!(reply.status, status);
                assert!(reply.body == plain, "{coding} {bytes} {size}");
                let usage = rig.passage.usage();
                assert_eq!((usage.wire_bytes, usage.body_bytes), (wire, bytes as u64));
                rig.get(&format!("{API}?again")).await.unwrap();
                let connections = rig.server.connections();
                assert_eq!(connections, 1, "{coding} {bytes} {size}: it was read to its end");
            }
        }
    }
}

#[tokio::test]
async fn the_text_of_a_sign_counts_within_the_first_8_kib_only() {
    let text = "over.day";
    for (spaces, is_sign) in
        [(SIGN_BYTES - text.len(), true), (SIGN_BYTES - text.len() + 1, false), (9000, false)]
    {
        for headers in [&[][..], &[("content-encoding", "gzip")]] {
            let plain = " ".repeat(spaces) + text;
            let body =
                if headers.is_empty() { plain.clone().into() } else { gzip(plain.as_bytes()) };
            let rig = with_signs().start(move |_, _| answer(403, headers, &body)).await;
            match rig.get(API).await {
                Ok(reply) => assert!(!is_sign && reply.body == plain, "{spaces}"),
                Err(error) => {
                    assert!(is_sign && error == rate_limited(MIDNIGHT), "{spaces} {error}")
                }
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn only_the_statuses_of_signs_are_looked_at() {
    for (status, waits_for_body) in [(200, false), (404, false), (403, true)] {
        let rig = with_signs().start_in_memory(move |_, _| {
            vec![head(status, &[("content-length", "8")]), Step::Pause(secs(9)), send("over.was")]
        });
        let begun = Instant::now();
        let answer = rig.passage.send(request("GET", API, &[], ""), GuestTimeouts::default());
        let answer = answer.await.unwrap();
        assert_eq!(begun.elapsed() >= secs(9), waits_for_body, "{status}");
        assert_eq!(collect(answer).await.unwrap().body, "over.was");
    }
    let rig = with_signs().start_in_memory(|_, _| answer(404, &[], "over.day"));
    assert_eq!(rig.get(API).await.unwrap().body, "over.day");
}

#[tokio::test(start_paused = true)]
async fn a_body_that_breaks_while_it_is_looked_at_is_tried_again_where_that_is_safe() {
    let cut = |status| vec![head(status, &[("content-length", "9")]), send("over"), Step::Close];
    let stalled = |status| vec![head(status, &[("content-length", "9")]), send("over"), Step::Hang];
    let broken = |status| answer(status, &[("content-encoding", "gzip")], "over.day");
    let is_cut: Expected = |error| matches!(error, GateError::Cut(_));
    let is_late: Expected =
        |error| matches!(error, GateError::Timeout { phase: Phase::BetweenBytes, .. });
    let is_undecodable: Expected = |error| matches!(error, GateError::Undecodable(_));
    type Steps = fn(u16) -> Vec<Step>;
    let table: [(&str, u16, Steps, usize, Expected); 9] = [
        ("GET", 403, cut, 5, is_cut),
        ("POST", 403, cut, 1, is_cut),
        ("GET", 403, stalled, 2, is_late),
        ("POST", 403, stalled, 1, is_late),
        ("GET", 403, broken, 1, is_undecodable),
        // A 429 did nothing, whatever becomes of its body.
        ("POST", 429, cut, 5, is_cut),
        ("POST", 429, stalled, 5, is_late),
        ("POST", 429, broken, 5, is_undecodable),
        ("POST", 500, cut, 1, is_cut),
    ];
    for (method, status, steps, hits, expected) in table {
        let rig = with_signs().start_in_memory(move |_, _| steps(status));
        let error = rig.call(request(method, API, &[], "")).await.unwrap_err();
        assert!(expected(&error), "{method} {status}: {error}");
        assert_eq!(rig.server.hits(), hits, "{method} {status}: {error}");
        assert!(rig.passage.verdict().is_none(), "the connector may ask again");
        assert_eq!(rig.passage.may_have_changed(), status == 500, "{method} {status}");
    }

    let rig = with_signs().start_in_memory(move |number, _| match number {
        0 => stalled(403),
        1 => cut(403),
        _ => ok("good"),
    });
    assert_eq!(rig.get(API).await.unwrap().body, "good");
}

#[tokio::test]
async fn a_secret_in_a_body_that_is_looked_at_reaches_nobody() {
    // The last one is behind what is looked at; a 429 would be sent again before it is reached.
    let table = [
        (403, "", 0),
        (429, "", 0),
        (403, "over.qps", 0),
        (429, "over.day", 0),
        (403, "", SIGN_BYTES - 7),
        (403, "", 9000),
    ];
    for (status, begin, spaces) in table {
        let body = format!("{begin}{}{SECRET}{}", " ".repeat(spaces), " ".repeat(500));
        for size in [7, 100_000] {
            let body = body.clone();
            let rig =
                with_signs().start(move |_, _| chunked(status, &[], body.as_bytes(), size)).await;
            let error = rig.get(API).await.unwrap_err();
            assert!(matches!(error, GateError::Leak(_)), "{status} {begin} {spaces}: {error}");
            assert_eq!(rig.server.hits(), 1);
            let verdict = rig.passage.verdict().unwrap();
            assert_eq!(verdict.kind(), ErrorKind::Denied);
            assert!(!format!("{verdict:?}").contains(SECRET));
        }
    }
}

#[tokio::test]
async fn a_body_that_is_too_large_ends_the_run_although_its_status_comes_back() {
    for status in [403, 429] {
        let setup = with_signs().with(|config| config.limits.response_wire_bytes = 5000);
        let rig = setup.start(move |_, _| chunked(status, &[], &[b'x'; 6000], 1000)).await;
        let error = rig.get(API).await.unwrap_err();
        assert!(matches!(error, GateError::BodyTooLarge(_)), "{status}: {error}");
        assert_eq!(rig.passage.verdict().unwrap().kind(), ErrorKind::Limit);
        assert_eq!(rig.server.hits(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_looked_at_to_its_end_takes_no_place_and_the_rest_does() {
    for (bytes, is_free) in [(SIGN_BYTES - 1, true), (2 * SIGN_BYTES, false)] {
        let setup = with_signs().with(|config| config.concurrent_requests = 1);
        let rig = setup.start_in_memory(move |_, _| answer(403, &[], vec![b'x'; bytes]));
        let send = |passage: &crate::Passage| {
            passage.send(request("GET", API, &[], ""), GuestTimeouts::default())
        };
        let unread = send(&rig.passage).await.unwrap();
        let other = rig.gate.passage(Purpose::Read, ScanBudget::default());
        let outcome = tokio::time::timeout(secs(9), send(&other)).await;
        assert_eq!(outcome.is_ok(), is_free, "{bytes}");
        assert_eq!(collect(unread).await.unwrap().body.len(), bytes);
    }
}
