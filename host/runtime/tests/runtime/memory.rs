//! The memory of all reads together.

use std::pin::pin;
use std::task::{Context, Waker};

use tollgate_model::ErrorKind;
use tollgate_runtime::{Limits, Runtime, RuntimeConfig};

use crate::support::{Told, connect, load, open, read_all};

/// Limits with which there is room for one read.
fn room_for_one() -> Limits {
    let limits = Limits::default();
    Limits { memory_total_bytes: limits.memory_bytes, ..limits }
}

// Proves: memory
#[tokio::test]
async fn a_read_waits_until_there_is_memory_for_it() {
    let told = Told::new();
    let connector = load("never_ends_paging", room_for_one()).await.unwrap();
    let session = connect(&connector, |access| access.observed_by(told.clone()));
    let mut first = open(&session).await.unwrap();
    first.next().await.unwrap().unwrap();
    let mut second = pin!(open(&session));
    let mut cx = Context::from_waker(Waker::noop());
    assert!(second.as_mut().poll(&mut cx).is_pending());
    assert_eq!(told.log(), ["waits until there is memory for another instance"]);
    first.next().await.unwrap().unwrap();
    assert!(second.as_mut().poll(&mut cx).is_pending(), "the first is still there");
    drop(first);
    second.await.unwrap().next().await.unwrap().unwrap();
}

#[tokio::test]
async fn a_read_that_fails_gives_its_memory_back() {
    let told = Told::new();
    let connector = load("traps_mid_page", room_for_one()).await.unwrap();
    let session = connect(&connector, |access| access.observed_by(told.clone()));
    for _ in 0..2 {
        let mut scan = open(&session).await.unwrap();
        while scan.next().await.is_ok() {}
        // It is still there, and its instance is not.
        assert!(read_all(&session).await.is_err());
    }
    assert!(!told.log().iter().any(|line| line.starts_with("waits")), "{:?}", told.log());
}

#[test]
fn a_process_has_to_have_room_for_one() {
    let limits = Limits { memory_total_bytes: 1, ..Limits::default() };
    let error = Runtime::new(RuntimeConfig { limits, ..RuntimeConfig::default() }).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.hint().is_some_and(|hint| hint.contains("guest_memory_total")));
}
