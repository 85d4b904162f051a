//! Runs that end early, in every way and at every step, and the run after each: nothing is lost and
//! nothing is there twice. A fault that does not fire ends the search for further ones, and there
//! have to be many that do.

use std::sync::atomic::Ordering;

use tokio_util::sync::CancellationToken;
use tollgate_model::{ErrorKind, Unobserved};
use tollgate_sync::{Destination, Failed, Mode, Plan, Refresh, Report, ResumedFrom, run};

use crate::memory::{Fault, Memory};
use crate::numbers::{AtPage, Numbers};
use crate::plan;

const MODES: [Mode; 3] = [Mode::Replace, Mode::Append, Mode::Merge];
const PARTS: [Option<usize>; 2] = [None, Some(3)];

async fn go(source: &Numbers, memory: &Memory, mode: Mode) -> Result<Report, Failed> {
    carry_out(source, memory, &Plan { part_retries: 0, ..plan(mode) }).await
}

async fn carry_out(source: &Numbers, memory: &Memory, plan: &Plan) -> Result<Report, Failed> {
    let cancel = CancellationToken::new();
    run(source, Box::new(memory.clone()), plan, &Unobserved, &cancel).await
}

/// The next run, which has nothing in its way, brings everything once.
async fn next_brings_all(memory: &Memory, parts: Option<usize>, mode: Mode, what: &str) -> Report {
    let source = Numbers { parts, ..Numbers::default() };
    let memory = Memory { fault: None, ..memory.clone() };
    let report = go(&source, &memory, mode).await.unwrap();
    assert_eq!(memory.rows().unwrap(), source.truth(), "{mode:?} {parts:?} {what}");
    report
}

#[tokio::test]
async fn a_source_that_fails_at_any_page_is_gone_on_with() {
    for (mode, parts, kind) in cases() {
        let mut faults = 0;
        for page in 1.. {
            let memory = Memory::default();
            let fault = Some((page, AtPage::Fails(kind)));
            let source = Numbers { parts, fault, ..Numbers::default() };
            let Err(failed) = go(&source, &memory, mode).await else { break };
            faults += 1;
            assert_eq!(failed.error.kind(), kind);
            if mode == Mode::Replace {
                assert_eq!(memory.rows(), None, "half a replacement is never seen");
            }
            let passes = kind.consequence().passes || mode != Mode::Replace;
            let kept = failed.report.kept.map_or(0, |kept| kept.rows);
            // Of parts side by side, the page of another may be on its way when one fails.
            let on_its_way = if parts.is_some() { 10 } else { 0 };
            let read = failed.report.rows;
            assert!(kept == 0 || passes, "{kept} rows are kept after {kind}");
            assert!(!passes || (read - on_its_way.min(read)..=read).contains(&kept), "{kept}");
            let report = next_brings_all(&memory, parts, mode, &format!("{kind} at {page}")).await;
            let went_on = report.resumed.map_or(0, |resumed| resumed.rows);
            assert_eq!(went_on, kept, "what is kept is not read again");
            assert_eq!(report.rows + went_on, source.truth().len() as u64);
        }
        assert!(faults >= 4, "{faults}");
    }
}

fn cases() -> Vec<(Mode, Option<usize>, ErrorKind)> {
    let kinds = [ErrorKind::RateLimited, ErrorKind::Unavailable, ErrorKind::Data];
    let of = |mode, parts| kinds.map(|kind| (mode, parts, kind));
    MODES.into_iter().flat_map(|mode| PARTS.into_iter().flat_map(move |p| of(mode, p))).collect()
}

#[tokio::test]
async fn a_destination_that_fails_at_any_call_loses_and_doubles_nothing() {
    for mode in MODES {
        for (parts, is_done) in PARTS.into_iter().flat_map(|p| [(p, false), (p, true)]) {
            let mut faults = 0;
            for call in 1.. {
                let fault = Some(Fault { call, is_done, kind: ErrorKind::Destination });
                let memory = Memory { fault, ..Memory::default() };
                let source = Numbers { parts, ..Numbers::default() };
                let Err(failed) = go(&source, &memory, mode).await else { break };
                faults += 1;
                assert_eq!(failed.error.message(), "the disk is full");
                next_brings_all(&memory, parts, mode, &format!("{fault:?}")).await;
            }
            assert!(faults >= 7, "{faults}");
        }
    }
}

/// A connection that is lost takes nothing of what was kept with it, not of a replacement either.
#[tokio::test]
async fn a_destination_that_was_lost_is_gone_on_with() {
    for (mode, parts) in MODES.into_iter().flat_map(|mode| PARTS.map(|parts| (mode, parts))) {
        let mut rows_kept = 0;
        for call in 1.. {
            let fault = Some(Fault { call, is_done: false, kind: ErrorKind::Unavailable });
            let memory = Memory { fault, ..Memory::default() };
            let source = Numbers { parts, ..Numbers::default() };
            let Err(failed) = go(&source, &memory, mode).await else { break };
            assert_eq!(failed.error.kind(), ErrorKind::Unavailable);
            let report = next_brings_all(&memory, parts, mode, &format!("{fault:?}")).await;
            let (kept, went_on) = (failed.report.kept, report.resumed);
            // The last word on a replacement was not said: it begins anew where that failed.
            let kept = kept.map_or(0, |kept| kept.rows);
            assert!(went_on.map_or(0, |resumed| resumed.rows) >= kept, "{mode:?} {fault:?}");
            rows_kept = rows_kept.max(kept);
        }
        assert!(rows_kept >= 10, "{mode:?}: {rows_kept}");
    }
}

/// As when the process is killed: nobody says a last word.
#[tokio::test]
async fn a_run_that_is_dropped_at_any_page_is_gone_on_with() {
    for (mode, parts) in MODES.into_iter().flat_map(|mode| PARTS.map(|parts| (mode, parts))) {
        for page in 1..=4 {
            let memory = Memory::default();
            let fault = Some((page, AtPage::Hangs));
            // One part at a time: the others must not overtake the one that hangs.
            let source = Numbers { parts, fault, ..Numbers::default() };
            {
                let plan = Plan { concurrency: 1, ..plan(mode) };
                let cancel = CancellationToken::new();
                let running = run(&source, Box::new(memory.clone()), &plan, &Unobserved, &cancel);
                tokio::select! {
                    _ = running => panic!("it hangs at page {page}"),
                    () = source.hanging.notified() => {}
                }
            }
            while memory.shelf.loads.load(Ordering::SeqCst) > 0 {
                tokio::task::yield_now().await;
            }
            let report = next_brings_all(&memory, parts, mode, &format!("dropped at {page}")).await;
            let went_on = report.resumed.map_or(0, |resumed| resumed.rows);
            assert_eq!(went_on, (page as u64 - 1) * 10, "every page was kept: {mode:?} {parts:?}");
        }
    }
}

#[tokio::test]
async fn without_checkpoints_a_failed_run_keeps_nothing_and_the_next_begins_anew() {
    for mode in MODES {
        let memory = Memory::default();
        let fault = Some((3, AtPage::Fails(ErrorKind::RateLimited)));
        let source = Numbers { fault, has_checkpoint: |_| false, ..Numbers::default() };
        let failed = go(&source, &memory, mode).await.unwrap_err();
        assert_eq!((failed.report.kept, memory.rows()), (None, None));
        next_brings_all(&memory, None, mode, "no checkpoints").await;
    }
}

#[tokio::test]
async fn a_read_with_a_cursor_goes_on_where_the_last_one_ended() {
    for (mode, parts) in
        [Mode::Append, Mode::Merge].into_iter().flat_map(|mode| PARTS.map(|parts| (mode, parts)))
    {
        let memory = Memory::default();
        next_brings_all(&memory, parts, mode, "first").await;
        let source = Numbers { parts, pages: 5, ..Numbers::default() };
        let report = go(&source, &memory, mode).await.unwrap();
        assert_eq!(report.resumed.as_ref().map(|resumed| resumed.from), Some(ResumedFrom::End));
        assert_eq!(report.rows, 20 * parts.unwrap_or(1) as u64, "only what is new is read");
        assert_eq!(memory.rows().unwrap(), source.truth());
        let again = go(&source, &memory, mode).await.unwrap();
        assert_eq!((again.rows, memory.rows().unwrap()), (0, source.truth()));
    }
}

/// What is kept goes when the destination has taken the table, and not before.
#[tokio::test]
async fn a_read_begun_anew_keeps_what_is_kept_until_it_can_begin() {
    for mode in [Mode::Append, Mode::Merge] {
        let memory = Memory::default();
        next_brings_all(&memory, None, mode, "first").await;
        let kept = memory.state("numbers").unwrap();
        let anew = Plan { refresh: Refresh::Anew, ..plan(mode) };
        let refusing = Memory { refuses: true, ..memory.clone() };
        assert!(carry_out(&Numbers::default(), &refusing, &anew).await.is_err());
        assert_eq!(memory.state("numbers").unwrap(), kept, "{mode:?}");
        let report = carry_out(&Numbers::default(), &memory, &anew).await.unwrap();
        assert_eq!((report.rows, report.resumed), (30, None), "everything is read again");
    }
}

#[tokio::test]
async fn a_run_that_fails_does_not_advance_the_cursor_beyond_what_it_kept() {
    for parts in PARTS {
        let memory = Memory::default();
        next_brings_all(&memory, parts, Mode::Append, "first").await;
        for page in 1..=3 {
            let fault = Some((page, AtPage::Fails(ErrorKind::Unavailable)));
            let source = Numbers { parts, pages: 6, fault, ..Numbers::default() };
            assert!(go(&source, &memory, Mode::Append).await.is_err(), "{page}");
        }
        let source = Numbers { parts, pages: 6, ..Numbers::default() };
        go(&source, &memory, Mode::Append).await.unwrap();
        assert_eq!(memory.rows().unwrap(), source.truth());
    }
}

/// Only what is new in the place of everything would be a loss.
#[tokio::test]
async fn a_replacement_always_reads_everything() {
    let memory = Memory::default();
    for _ in 0..2 {
        let report = next_brings_all(&memory, None, Mode::Replace, "again").await;
        assert_eq!((report.rows, report.resumed), (30, None));
    }
}

#[tokio::test]
async fn another_mode_options_or_a_full_refresh_begin_from_the_start() {
    let interrupted = async || {
        let memory = Memory::default();
        let fault = Some((3, AtPage::Fails(ErrorKind::RateLimited)));
        let source = Numbers { fault, ..Numbers::default() };
        assert!(go(&source, &memory, Mode::Merge).await.unwrap_err().report.kept.is_some());
        memory
    };
    let cancel = CancellationToken::new();
    let mut refreshed = plan(Mode::Merge);
    refreshed.refresh = Refresh::Full;
    let mut other = plan(Mode::Merge);
    other.scope.options.insert("status".to_owned(), vec!["normal".to_owned()]);
    for (plan, reason) in
        [(refreshed, None), (other, Some("options")), (plan(Mode::Replace), Some("mode"))]
    {
        let memory = interrupted().await;
        let source = Numbers::default();
        let report = run(&source, Box::new(memory.clone()), &plan, &Unobserved, &cancel).await;
        let report = report.unwrap();
        assert_eq!((report.rows, &report.resumed), (30, &None));
        let told = report.not_resumed.unwrap_or_default();
        assert!(reason.is_none_or(|reason| told.contains(reason)), "{told}");
        assert_eq!(memory.rows().unwrap(), source.truth());
    }
}
