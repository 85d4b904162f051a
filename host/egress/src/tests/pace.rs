//! The account's pace, shared by its passages, and requests that come again.

use std::time::Duration;

use http_body_util::BodyExt;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tollgate_model::{ErrorKind, RateLimit, WaitReason};

use super::harness::*;
use crate::config::GuestTimeouts;
use crate::error::GateError;
use crate::limits::ScanBudget;
use crate::purpose::Purpose;

const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

#[tokio::test(start_paused = true)]
async fn passages_share_the_rate_of_the_account() {
    let setup = setup().with(|config| {
        config.rate_limits = vec![RateLimit { requests: 2, window_ms: 1000 }];
    });
    let rig = setup.start_in_memory(|_, _| ok("{}"));
    let begun = Instant::now();
    let mut tasks = JoinSet::new();
    for _ in 0..6 {
        let passage = rig.gate.passage(Purpose::Read, ScanBudget::default());
        tasks.spawn(async move {
            passage.send(request("GET", API, &[], ""), GuestTimeouts::default()).await.unwrap();
        });
    }
    tasks.join_all().await;
    assert!(begun.elapsed() >= secs(2) && begun.elapsed() < secs(3), "{:?}", begun.elapsed());
    let waits = rig.events.waits();
    assert!(waits.iter().all(|(reason, _)| *reason == WaitReason::RateLimit), "{waits:?}");
    assert_eq!(waits.len(), 2, "only the first of the queue waits: {waits:?}");
}

#[tokio::test(start_paused = true)]
async fn a_quota_that_is_spent_ends_the_run_as_rate_limited() {
    let setup = setup().with(|config| {
        config.rate_limits = vec![RateLimit { requests: 2, window_ms: 86_400_000 }];
    });
    let rig = setup.start_in_memory(|_, _| ok("{}"));
    for page in 0..2 {
        rig.get(&format!("{API}?page={page}")).await.unwrap();
    }
    rig.get(&format!("{API}?page=2")).await.unwrap_err();
    let verdict = rig.passage.verdict().unwrap();
    assert_eq!(verdict.kind(), ErrorKind::RateLimited);
    let least = "2024-03-01T12:00:00Z".parse().unwrap();
    assert!(verdict.retry_at().is_some_and(|at| at >= least), "{:?}", verdict.retry_at());
    assert_eq!(rig.server.hits(), 2);
}

#[tokio::test(start_paused = true)]
async fn requests_under_way_at_once_are_bounded_over_all_passages() {
    let setup = setup().with(|config| config.concurrent_requests = 3);
    let rig = setup.start_in_memory(|_, _| [vec![Step::Pause(secs(1))], ok("{}")].concat());
    let mut tasks = JoinSet::new();
    for _ in 0..9 {
        let passage = rig.gate.passage(Purpose::Read, ScanBudget::default());
        let sent = passage.send(request("GET", API, &[], ""), GuestTimeouts::default());
        tasks.spawn(async move { collect(sent.await.unwrap()).await.unwrap() });
    }
    let begun = Instant::now();
    tasks.join_all().await;
    assert_eq!(rig.server.under_way_most(), 3);
    assert!(begun.elapsed() >= secs(3) && begun.elapsed() < secs(4), "{:?}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_connector_that_leaves_an_answer_unread_does_not_wait_for_itself() {
    let setup = setup().with(|config| config.concurrent_requests = 1);
    let rig = setup.start_in_memory(|_, _| ok("{}"));
    let send = |page| {
        let request = request("GET", &format!("{API}?page={page}"), &[], "");
        rig.passage.send(request, GuestTimeouts::default())
    };
    let first = send(1).await.unwrap();
    let second = tokio::time::timeout(secs(10), send(2)).await.unwrap().unwrap();
    assert_eq!(first.into_body().collect().await.unwrap().to_bytes(), "{}");
    assert_eq!(second.into_body().collect().await.unwrap().to_bytes(), "{}");
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_forever_for_an_answer_that_another_passage_leaves_unread() {
    let setup = setup().with(|config| config.concurrent_requests = 1);
    let rig = setup.start_in_memory(|_, _| ok("{}"));
    let other = rig.gate.passage(Purpose::Read, ScanBudget::default());
    let unread = other.send(request("GET", API, &[], ""), GuestTimeouts::default()).await.unwrap();
    let begun = Instant::now();
    let error = rig.get(API).await.unwrap_err();
    assert_eq!(error.to_string(), "no other request of the account came to its end in 300s");
    assert_eq!(begun.elapsed().as_secs(), 300);
    drop(unread);
}

#[tokio::test(start_paused = true)]
async fn a_request_repeated_within_a_call_waits_as_a_retry_does() {
    let rig = setup().start_in_memory(|_, _| ok("<html>"));
    rig.passage.begin_call();
    for _ in 0..4 {
        rig.get(API).await.unwrap();
    }
    let waits: Vec<_> = rig.events.waits().into_iter().map(|(_, wait)| wait.as_millis()).collect();
    assert_eq!(waits, [500, 1000, 2000]);
    rig.passage.begin_call();
    rig.get(API).await.unwrap();
    assert_eq!(rig.events.waits().len(), 3, "another call may ask again at once");
}

#[tokio::test(start_paused = true)]
async fn endless_paging_ends_as_an_error() {
    let reading = Setup { purpose: Purpose::Read, ..setup() };
    let rig = reading.start_in_memory(|_, _| ok("{\"next\": \"?page=1\"}"));
    let mut pages = 0;
    let error = loop {
        rig.passage.begin_call();
        match rig.get(&format!("{API}?page={}", pages % 3)).await {
            Ok(_) => pages += 1,
            Err(error) => break error,
        }
    };
    assert_eq!(pages, 33, "each of three pages once and ten times again");
    assert_eq!(error, GateError::Limit("the same request came again and again".to_owned()));
    assert_eq!(rig.passage.verdict().unwrap().kind(), ErrorKind::Limit);
    assert_eq!(rig.server.hits(), 33);
}
