//! What is sent again, after which wait, and where that ends.

use std::time::Duration;

use tokio::time::Instant;
use tollgate_model::{ErrorKind, WaitReason};

use super::harness::*;
use crate::config::GuestTimeouts;
use crate::error::{GateError, Phase};
use crate::limits::ScanBudget;
use crate::purpose::Purpose;

const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

#[tokio::test(start_paused = true)]
async fn a_failure_that_passes_is_invisible() {
    let failures: [fn() -> Vec<Step>; 6] = [
        || answer(503, &[], "busy"),
        || answer(502, &[], ""),
        || answer(504, &[], ""),
        || answer(429, &[], ""),
        || vec![Step::Close],
        || vec![send("HTTP/1.1 200 OK\r\ncontent-le"), Step::Close],
    ];
    for (position, failure) in failures.into_iter().enumerate() {
        let rig = setup().start_in_memory(move |number, _| match number {
            0 | 1 => failure(),
            _ => ok("good"),
        });
        assert_eq!(rig.get(API).await.unwrap().body, "good", "failure {position}");
        assert_eq!(rig.server.hits(), 3);
        let usage = rig.passage.usage();
        assert_eq!((usage.requests, usage.retries), (3, 2));
        assert_eq!(
            rig.events.waits(),
            [(WaitReason::Backoff, ms(500)), (WaitReason::Backoff, secs(1))]
        );
        let attempts: Vec<_> =
            rig.events.requests().iter().map(|audit| (audit.attempt, audit.status)).collect();
        assert_eq!((attempts[0].0, attempts[2]), (1, (3, Some(200))));
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_not_safe_is_sent_once() {
    for failure in [answer(503, &[], ""), vec![Step::Close], vec![Step::Hang]] {
        let rig = setup().start_in_memory(move |_, _| failure.clone());
        let _ = rig.call(request("POST", API, &[], "x")).await;
        assert_eq!(rig.server.hits(), 1);
        assert!(rig.passage.verdict().is_none(), "the connector decides what it means");
        assert!(rig.passage.may_have_changed(), "nobody knows");
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_certainly_not_done_is_sent_again_whatever_it_is() {
    let script = |number, _: &str| match number {
        0 => answer(429, &[("Retry-After", "3")], ""),
        _ => answer(400, &[], "no"),
    };
    let rig = setup().start_in_memory(script);
    assert_eq!(rig.call(request("POST", API, &[], "x")).await.unwrap().status, 400);
    assert_eq!(
        (rig.server.hits(), rig.events.waits()),
        (2, vec![(WaitReason::RetryAfter, secs(3))])
    );
    assert!(!rig.passage.may_have_changed(), "both were refused");

    let rig = setup().start_in_memory(|_, _| ok("{}"));
    rig.get(API).await.unwrap();
    assert!(!rig.passage.may_have_changed(), "it was read");
    rig.call(request("PUT", API, &[], "x")).await.unwrap();
    assert!(rig.passage.may_have_changed());
    rig.passage.begin_call();
    assert!(!rig.passage.may_have_changed(), "that was the call before");
}

#[tokio::test(start_paused = true)]
async fn a_request_that_nobody_waits_for_any_more_may_have_been_done() {
    let rig = setup().start_in_memory(|_, _| vec![Step::Hang]);
    let call = rig.call(request("POST", API, &[], "x"));
    assert!(tokio::time::timeout(secs(1), call).await.is_err());
    assert!(rig.passage.may_have_changed());
}

#[tokio::test(start_paused = true)]
async fn a_lookup_may_come_again_in_every_call_of_a_writer() {
    for (purpose, calls) in [(Purpose::Read, 11), (Purpose::Write, 30)] {
        let rig = Setup { purpose, ..setup() }.start_in_memory(|_, _| ok("{}"));
        for _ in 0..30 {
            rig.passage.begin_call();
            let _ = rig.get(API).await;
        }
        assert_eq!(rig.server.hits(), calls, "{purpose:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_last_answer_is_handed_back_when_the_tries_are_spent() {
    let rig = setup().start_in_memory(|number, _| answer(503, &[], format!("busy {number}")));
    let reply = rig.get(API).await.unwrap();
    assert_eq!((reply.status.as_u16(), &reply.body[..]), (503, &b"busy 4"[..]));
    assert_eq!(rig.server.hits(), 5);
    assert!(rig.passage.verdict().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_short_retry_after_is_waited_out() {
    let rig = setup().start_in_memory(|number, _| match number {
        0 => answer(429, &[("retry-after", "1")], ""),
        1 => answer(503, &[("retry-after", "Thu, 29 Feb 2024 12:00:07 GMT")], ""),
        _ => ok("good"),
    });
    let begun = Instant::now();
    assert_eq!(rig.get(API).await.unwrap().body, "good");
    assert_eq!(
        rig.events.waits(),
        [(WaitReason::RetryAfter, secs(1)), (WaitReason::RetryAfter, secs(7))]
    );
    assert!(begun.elapsed() >= secs(8) && begun.elapsed() < secs(9));
}

// Proves: storms
#[tokio::test(start_paused = true)]
async fn a_long_retry_after_ends_the_run_with_the_time_to_come_back() {
    for status in [429, 503] {
        let rig = setup()
            .start_in_memory(move |_, _| answer(status, &[("retry-after", "3600")], "later"));
        let begun = Instant::now();
        let error = rig.get(API).await.unwrap_err();
        let retry_at = "2024-02-29T13:00:00Z".parse().unwrap();
        assert_eq!(error, GateError::RateLimited { retry_at });
        assert_eq!(rig.get(&format!("{API}?page=2")).await.unwrap_err(), error);
        let verdict = rig.passage.verdict().unwrap();
        assert_eq!((verdict.kind(), verdict.retry_at()), (ErrorKind::RateLimited, Some(retry_at)));
        assert_eq!(verdict.to_string(), "rate limited until 2024-02-29T13:00:00Z");

        let other = rig.gate.passage(Purpose::Read, ScanBudget::default());
        let outcome = other.send(request("GET", API, &[], ""), GuestTimeouts::default()).await;
        assert!(matches!(outcome, Err(GateError::RateLimited { .. })), "{outcome:?}");
        assert_eq!(rig.server.hits(), 1, "the others of the account do not ask again");
        assert!(begun.elapsed() < secs(1), "nobody waited");
    }
}

#[tokio::test(start_paused = true)]
async fn a_retry_after_holds_the_whole_account() {
    let rig = setup().start_in_memory(|number, _| match number {
        0 => answer(503, &[("retry-after", "5")], ""),
        _ => ok("good"),
    });
    let begun = Instant::now();
    let first = tokio::spawn(rig.passage.send(request("GET", API, &[], ""), Default::default()));
    tokio::time::sleep(secs(1)).await;
    let other = rig.gate.passage(Purpose::Read, ScanBudget::default());
    other.send(request("GET", API, &[], ""), GuestTimeouts::default()).await.unwrap();
    assert!(begun.elapsed() >= secs(5), "{:?}", begun.elapsed());
    first.await.unwrap().unwrap();
    assert_eq!(rig.server.hits(), 3);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_never_comes_is_given_up_on() {
    let rig = setup().start_in_memory(|_, _| vec![Step::Hang]);
    let begun = Instant::now();
    let guest = GuestTimeouts { first_byte: Some(secs(2)), ..GuestTimeouts::default() };
    let outcome = rig.passage.send(request("GET", API, &[], ""), guest).await;
    assert_eq!(
        outcome.unwrap_err(),
        GateError::Timeout { phase: Phase::FirstByte, limit: secs(2) }
    );
    assert!(begun.elapsed() >= secs(4) && begun.elapsed() < secs(5), "{:?}", begun.elapsed());
    assert_eq!(rig.server.hits(), 2, "once more, on a connection that may be better");
    assert!(rig.events.requests().iter().all(|audit| audit.error.is_some()));
}

#[tokio::test(start_paused = true)]
async fn what_is_not_http_is_not_sent_again() {
    let rig = setup().start_in_memory(|_, _| vec![send("SSH-2.0-OpenSSH_9.6\r\n\r\n")]);
    assert!(matches!(rig.get(API).await, Err(GateError::Undecodable(_))));
    assert_eq!(rig.server.hits(), 1);
}

#[tokio::test]
async fn nobody_listening_is_a_failed_connection_however_often_it_is_tried() {
    let setup = setup().with(|config| {
        config.limits.retry.backoff = ms(1);
        // The discard port, on which nothing listens.
        config.remaps = vec!["https://api.example.com=http://127.0.0.1:9".parse().unwrap()];
    });
    let rig = setup.start_on(Loopback);
    for method in ["GET", "POST"] {
        let error = rig.call(request(method, API, &[], "")).await.unwrap_err();
        assert!(matches!(error, GateError::ConnectFailed(_)), "{method}: {error}");
    }
    assert_eq!(rig.passage.usage().requests, 10, "nothing was sent, so a POST may try again");
    assert!(!rig.passage.may_have_changed());
    assert!(rig.passage.verdict().is_none());
}
