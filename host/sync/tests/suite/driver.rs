//! The driver: what is read, written and told.

use std::sync::atomic::Ordering;

use tokio_util::sync::CancellationToken;
use tollgate_model::{ErrorKind, Unobserved};
use tollgate_sync::{Failed, Mode, Plan, Report};

use crate::memory::{Fault, Memory};
use crate::numbers::{AtPage, Numbers};

fn plan() -> Plan {
    crate::plan(Mode::Replace)
}

async fn run(source: &Numbers, memory: &Memory, plan: &Plan) -> Result<Report, Failed> {
    let cancel = CancellationToken::new();
    tollgate_sync::run(source, Box::new(memory.clone()), plan, &Unobserved, &cancel).await
}

#[tokio::test]
async fn a_stream_read_as_one_is_committed_whole() {
    let memory = Memory::default();
    let report = run(&Numbers::default(), &memory, &plan()).await.unwrap();
    assert_eq!((report.rows, report.pages, report.partitions), (30, 3, 0));
    assert_eq!(report.usage.requests, 4);
    assert_eq!(memory.rows().unwrap(), (0..30).collect::<Vec<_>>());
}

#[tokio::test]
async fn parts_are_read_side_by_side_within_the_limit_and_all_arrive_once() {
    let source = Numbers { parts: Some(5), ..Numbers::default() };
    let memory = Memory::default();
    let report = run(&source, &memory, &plan()).await.unwrap();
    let expected: Vec<i64> = (0..5).flat_map(|part| part * 1000..part * 1000 + 30).collect();
    assert_eq!(memory.rows().unwrap(), expected);
    assert_eq!((report.partitions, source.open_most.load(Ordering::SeqCst)), (5, 2));
}

#[tokio::test]
async fn a_stream_of_no_parts_is_an_empty_table() {
    let source = Numbers { parts: Some(0), ..Numbers::default() };
    let memory = Memory::default();
    assert_eq!(run(&source, &memory, &plan()).await.unwrap().rows, 0);
    assert_eq!(memory.rows().unwrap(), Vec::<i64>::new());
}

#[tokio::test]
async fn the_limit_cuts_inside_a_page_and_commits_exactly_that_many_rows() {
    let memory = Memory::default();
    let plan = Plan { limit: Some(15), ..plan() };
    let report = run(&Numbers::default(), &memory, &plan).await.unwrap();
    assert_eq!((report.rows, report.pages), (15, 2));
    assert_eq!(memory.rows().unwrap(), (0..15).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_failure_of_the_source_commits_nothing_and_reports_what_was_read() {
    let fault = Some((3, AtPage::Fails(ErrorKind::Data)));
    let source = Numbers { fault, ..Numbers::default() };
    let memory = Memory::default();
    let failed = run(&source, &memory, &plan()).await.unwrap_err();
    assert_eq!(failed.error.kind(), ErrorKind::Data);
    assert_eq!((failed.report.rows, failed.report.usage.requests), (20, 3));
    assert_eq!((memory.rows(), failed.report.kept), (None, None));
}

#[tokio::test]
async fn a_failure_of_the_writer_is_told_in_its_own_words() {
    for call in [2, 5] {
        let memory = Memory {
            fault: Some(Fault { call, is_done: false, kind: ErrorKind::Destination }),
            keeps_nothing: true,
            ..Memory::default()
        };
        let failed = run(&Numbers::default(), &memory, &plan()).await.unwrap_err();
        assert_eq!(failed.error.kind(), ErrorKind::Destination);
        assert_eq!((memory.rows(), failed.report.kept), (None, None));
    }
}

#[tokio::test]
async fn a_destination_that_refuses_is_heard_before_the_source_is_asked() {
    let source = Numbers::default();
    let fault = Some(Fault { call: 1, is_done: false, kind: ErrorKind::Destination });
    let failed = run(&source, &Memory { fault, ..Memory::default() }, &plan()).await;
    assert_eq!(failed.unwrap_err().error.message(), "the disk is full");
    assert_eq!(source.asked.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_cancelled_run_shows_nothing_and_has_tidied_up_when_it_returns() {
    let source = Numbers { fault: Some((2, AtPage::Hangs)), ..Numbers::default() };
    let memory = Memory::default();
    let cancel = CancellationToken::new();
    let plan = plan();
    let run = tollgate_sync::run(&source, Box::new(memory.clone()), &plan, &Unobserved, &cancel);
    let stop = async {
        source.hanging.notified().await;
        cancel.cancel();
    };
    let (outcome, ()) = tokio::join!(run, stop);
    let failed = outcome.unwrap_err();
    assert_eq!((failed.error.kind(), failed.report.rows), (ErrorKind::Cancelled, 10));
    assert_eq!(failed.report.usage.requests, 2, "what a stopped read used is counted too");
    assert_eq!(failed.report.kept.map(|kept| (kept.rows, kept.visible)), Some((10, false)));
    assert_eq!((memory.rows(), memory.shelf.loads.load(Ordering::SeqCst)), (None, 0));
    assert_eq!(source.open.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_sample_is_committed_without_a_state() {
    let memory = Memory::default();
    let plan = Plan { limit: Some(10), ..crate::plan(Mode::Merge) };
    let report = run(&Numbers::default(), &memory, &plan).await.unwrap();
    assert_eq!((report.rows, report.kept), (10, None));
    assert!(memory.shelf.durable.lock().unwrap().state.is_none());
}
