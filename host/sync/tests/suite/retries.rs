//! Parts that fail while others are read: what is tried again, what is left, and what ends a run.

use std::sync::Mutex;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tollgate_model::{ErrorKind, Event, Observer};
use tollgate_sync::{Failed, Mode, Plan, Report, retry};

use crate::memory::Memory;
use crate::numbers::{Numbers, Unlucky};
use crate::plan;

const MODES: [Mode; 3] = [Mode::Replace, Mode::Append, Mode::Merge];
const ALWAYS: usize = usize::MAX;

/// Keeps what it is told of parts that fail.
#[derive(Default)]
struct Told {
    events: Mutex<Vec<String>>,
    waits: Notify,
}

impl Observer for Told {
    fn observe(&self, event: &Event) {
        let event = match event {
            Event::PartitionRetried { partition, retry, wait, error } => {
                self.waits.notify_one();
                let part = partition.as_deref().unwrap_or("all");
                format!("{part}: {error}, retry {retry} in {wait:?}")
            }
            Event::PartitionLeft { partition, error } => format!("{partition}: {error}, left"),
            _ => return,
        };
        self.events.lock().unwrap().push(event);
    }
}

impl Told {
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.events.lock().unwrap())
    }
}

/// Runs while time passes at once whenever a part waits.
async fn run(
    source: &Numbers,
    memory: &Memory,
    plan: &Plan,
    told: &Told,
) -> Result<Report, Failed> {
    let cancel = CancellationToken::new();
    let run = tollgate_sync::run(source, Box::new(memory.clone()), plan, told, &cancel);
    let time = async {
        loop {
            told.waits.notified().await;
            tokio::time::advance(Duration::from_secs(60)).await;
        }
    };
    tokio::select! {
        outcome = run => outcome,
        () = time => unreachable!("time does not end"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_part_that_fails_for_a_moment_is_read_on_and_every_row_comes_once() {
    for (mode, parts) in MODES.into_iter().flat_map(|mode| [None, Some(3)].map(|p| (mode, p))) {
        for after in 0..=3 {
            let unlucky = Some(Unlucky::new(0, after, 2));
            let source = Numbers { parts, unlucky, ..Numbers::default() };
            let (memory, told) = (Memory::default(), Told::default());
            let report = run(&source, &memory, &plan(mode), &told).await.unwrap();
            assert_eq!(memory.rows().unwrap(), source.truth(), "{mode:?} {parts:?} {after}");
            let rows = source.truth().len() as u64;
            assert_eq!((report.rows, report.part_retries, report.parts_left), (rows, 2, 0));
            assert_eq!(report.loaded.unwrap().duplicates, 0);
            let part = if parts.is_some() { "part 0" } else { "all" };
            let retry = |retry, wait| format!("{part}: out of luck, retry {retry} in {wait}");
            assert_eq!(told.take(), [retry(1, "1s"), retry(2, "2s")]);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_part_that_goes_on_failing_is_left_and_only_what_is_missing_is_read_next() {
    for (mode, after) in MODES.into_iter().flat_map(|mode| [(mode, 0), (mode, 1)]) {
        let unlucky = Some(Unlucky::new(0, after, ALWAYS));
        let source = Numbers { parts: Some(4), unlucky, ..Numbers::default() };
        let (memory, told) = (Memory::default(), Told::default());
        let failed = run(&source, &memory, &plan(mode), &told).await.unwrap_err();
        let text = "part `part 0` (1 failed, 3 came to their end): out of luck";
        assert_eq!((failed.error.kind(), failed.error.message()), (ErrorKind::Unavailable, text));
        let Report { part_retries, parts_left, partitions, kept, .. } = failed.report;
        assert_eq!((part_retries, parts_left, partitions), (2, 1, 3));
        assert_eq!(told.take().last().unwrap(), "part 0: out of luck, left");
        let (kept, rows) = (kept.unwrap(), 90 + after as u64 * 10);
        assert_eq!((kept.rows, kept.visible), (rows, mode != Mode::Replace));
        let visible = memory.rows().map_or(0, |rows| rows.len() as u64);
        assert_eq!(visible, if kept.visible { rows } else { 0 });

        let source = Numbers { parts: Some(4), ..Numbers::default() };
        let report = run(&source, &memory, &plan(mode), &told).await.unwrap();
        assert_eq!((report.rows, report.partitions), (120 - rows, 1), "{mode:?}");
        assert_eq!(memory.rows().unwrap(), source.truth(), "{mode:?}");
    }
}

/// Parts that an earlier run read to their end are among those that came to it.
#[tokio::test(start_paused = true)]
async fn every_part_that_is_left_is_counted() {
    let mut unlucky = Unlucky::new(0, 0, ALWAYS);
    let source = Numbers { parts: Some(4), unlucky: Some(unlucky.clone()), ..Numbers::default() };
    let (memory, told) = (Memory::default(), Told::default());
    let failed = run(&source, &memory, &plan(Mode::Append), &told).await.unwrap_err();
    assert_eq!(failed.report.parts_left, 1);
    unlucky.part = None;
    unlucky.after = 3;
    let source = Numbers { parts: Some(5), unlucky: Some(unlucky), ..Numbers::default() };
    let failed = run(&source, &memory, &plan(Mode::Append), &told).await.unwrap_err();
    let text = failed.error.message();
    assert!(text.contains("(2 failed, 3 came to their end)"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn rows_behind_a_checkpoint_are_not_read_twice_where_they_would_be_there_twice() {
    for mode in MODES {
        let unlucky = Some(Unlucky::new(0, 2, 1));
        let has_checkpoint = |page| page != 2;
        let source = Numbers { parts: Some(2), unlucky, has_checkpoint, ..Numbers::default() };
        let (memory, told) = (Memory::default(), Told::default());
        let outcome = run(&source, &memory, &plan(mode), &told).await;
        if mode == Mode::Merge {
            assert_eq!(outcome.unwrap().part_retries, 1);
        } else {
            let failed = outcome.unwrap_err();
            assert_eq!((failed.error.message(), failed.report.part_retries), ("out of luck", 0));
            run(&source, &memory, &plan(mode), &told).await.unwrap();
        }
        assert_eq!(memory.rows().unwrap(), source.truth(), "{mode:?}");
    }
}

/// Under `merge`, such rows are no reason not to keep those of other parts either.
#[tokio::test(start_paused = true)]
async fn a_part_without_checkpoints_that_is_left_holds_up_no_other() {
    let unlucky = Some(Unlucky::new(0, 2, ALWAYS));
    let has_checkpoint = |_| false;
    let source = Numbers { parts: Some(3), unlucky, has_checkpoint, ..Numbers::default() };
    let (memory, told) = (Memory::default(), Told::default());
    let failed = run(&source, &memory, &plan(Mode::Merge), &told).await.unwrap_err();
    assert_eq!((failed.report.parts_left, failed.report.partitions), (1, 2));
    let source = Numbers { parts: Some(3), has_checkpoint, ..Numbers::default() };
    let report = run(&source, &memory, &plan(Mode::Merge), &told).await.unwrap();
    assert_eq!((report.rows, memory.rows().unwrap()), (30, source.truth()));
}

#[tokio::test(start_paused = true)]
async fn no_part_is_left_where_nothing_could_be_kept() {
    for (keeps_nothing, limit) in [(true, None), (false, Some(1_000))] {
        let unlucky = Some(Unlucky::new(0, 0, ALWAYS));
        let source = Numbers { parts: Some(6), unlucky, ..Numbers::default() };
        let memory = Memory { keeps_nothing, ..Memory::default() };
        let (plan, told) = (Plan { limit, ..plan(Mode::Append) }, Told::default());
        let failed = run(&source, &memory, &plan, &told).await.unwrap_err();
        assert_eq!((failed.error.message(), failed.report.parts_left), ("out of luck", 0));
        assert_eq!((failed.report.part_retries, memory.rows()), (2, None));
    }
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_is_down_is_not_asked_for_every_part() {
    let unlucky = Some(Unlucky { part: None, ..Unlucky::new(0, 0, ALWAYS) });
    let source = Numbers { parts: Some(100), unlucky, ..Numbers::default() };
    let (memory, told) = (Memory::default(), Told::default());
    let failed = run(&source, &memory, &plan(Mode::Append), &told).await.unwrap_err();
    assert_eq!(failed.error.message(), "out of luck");
    assert_eq!(failed.report.parts_left, u64::from(retry::LEFT_IN_A_ROW_MAX) - 1);
    let tries = source.served.load(Ordering::SeqCst);
    assert!(tries <= 4 * 3, "{tries} tries of four parts, two of them side by side");
}

#[tokio::test(start_paused = true)]
async fn what_every_part_would_meet_ends_the_run_at_once() {
    for kind in [ErrorKind::RateLimited, ErrorKind::Unauthorized, ErrorKind::Data] {
        let unlucky = Some(Unlucky { kind, ..Unlucky::new(1, 1, 1) });
        let source = Numbers { parts: Some(9), unlucky, ..Numbers::default() };
        let (memory, told) = (Memory::default(), Told::default());
        let failed = run(&source, &memory, &plan(Mode::Append), &told).await.unwrap_err();
        assert_eq!((failed.error.kind(), failed.report.part_retries), (kind, 0));
        assert!(failed.report.partitions < 3 && told.take().is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_can_be_stopped_while_a_part_waits() {
    let unlucky = Some(Unlucky::new(0, 1, 1));
    let source = Numbers { unlucky, ..Numbers::default() };
    let (memory, told, cancel) = (Memory::default(), Told::default(), CancellationToken::new());
    let plan = plan(Mode::Append);
    let run = tollgate_sync::run(&source, Box::new(memory.clone()), &plan, &told, &cancel);
    let stop = async {
        told.waits.notified().await;
        assert_eq!(source.open.load(Ordering::SeqCst), 0, "nothing is open meanwhile");
        cancel.cancel();
    };
    let (outcome, ()) = tokio::join!(run, stop);
    let failed = outcome.unwrap_err();
    assert_eq!(failed.error.kind(), ErrorKind::Cancelled);
    assert_eq!(failed.report.kept.map(|kept| kept.rows), Some(10));
}
