use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;
use tollgate_model::Usage;

use super::*;
use crate::agenda::{History, SyncState};
use crate::notice::Event;
use crate::record::{
    Ended, Level, LogLine, Progress, Route, RunError, RunId, Start, Status, TableRows, Trigger,
};
use crate::schedule::Schedule;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn noon() -> Timestamp {
    at("2026-03-01T12:00:00Z")
}

/// A process that nobody can look at.
fn owner(pid: u32) -> Owner {
    Owner { host: "tower".to_owned(), place: String::new(), pid, began: String::new() }
}

fn open(folder: &TempDir, pid: u32) -> Store {
    keeping(folder, pid, Keep::default())
}

fn keeping(folder: &TempDir, pid: u32, keep: Keep) -> Store {
    Store::open(folder.path().join("state/runs.db"), owner(pid), keep).unwrap()
}

fn start(sync: &str) -> Start {
    Start {
        sync: sync.to_owned(),
        trigger: Trigger::Schedule,
        varied: false,
        attempt: 1,
        route: route("acme", "out.db"),
    }
}

fn route(account: &str, place: &str) -> Route {
    Route { account: account.to_owned(), place: place.to_owned() }
}

fn begin(store: &mut Store, sync: &str, now: Timestamp) -> RunId {
    store.begin(&start(sync), now).unwrap().unwrap()
}

fn ended(status: Status) -> Ended {
    Ended { status, progress: Progress::default(), tables: Vec::new(), error: None }
}

fn line(number: u64) -> LogLine {
    LogLine {
        number,
        at: noon(),
        level: Level::Info,
        stream: None,
        message: format!("line {number}"),
    }
}

fn minutes(number: i64) -> SignedDuration {
    SignedDuration::from_mins(number)
}

#[test]
fn what_a_run_did_is_read_back_as_it_was_written() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(&folder, 1);
    let start = Start { attempt: 2, varied: true, trigger: Trigger::Hand, ..start("nightly") };
    let run = store.begin(&start, noon()).unwrap().unwrap();
    let outcome = Ended {
        status: Status::Failed,
        progress: Progress {
            rows: 1,
            pages: 2,
            part_retries: 2,
            usage: Usage {
                requests: 3,
                retries: 4,
                wire_bytes: 5,
                body_bytes: 6,
                guest_memory_peak: u64::MAX,
            },
        },
        tables: vec![
            TableRows { stream: "contacts".to_owned(), table: "people".to_owned(), rows: 7 },
            TableRows { stream: "lists".to_owned(), table: "lists".to_owned(), rows: 8 },
        ],
        error: Some(RunError {
            kind: ErrorKind::RateLimited,
            message: "stream lists: the quota is used up".to_owned(),
            hint: Some("try again then".to_owned()),
            retry_at: Some(noon() + minutes(30)),
        }),
    };
    let lines = [LogLine { level: Level::Warning, stream: Some("lists".to_owned()), ..line(1) }];
    store.end(run, &outcome, &lines, noon() + minutes(5)).unwrap();
    let found = open(&folder, 2).get(run).unwrap().unwrap();
    assert_eq!((&found.start, found.started_at), (&start, noon()));
    assert_eq!(found.ended_at, Some(noon() + minutes(5)));
    // SQLite's integers have a sign.
    let mut expected = outcome;
    expected.progress.usage.guest_memory_peak = i64::MAX as u64;
    assert_eq!(found.outcome, expected);
    assert_eq!(store.log(run).unwrap(), lines);
    assert_eq!(store.get(run + 1).unwrap(), None);
    assert_eq!(store.log(run + 1).unwrap(), []);
}

#[test]
fn runs_are_listed_from_the_latest_and_by_sync_and_status() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(&folder, 1);
    for (sync, status) in [("a", Status::Succeeded), ("b", Status::Failed), ("a", Status::Failed)] {
        let run = begin(&mut store, sync, noon());
        store.end(run, &ended(status), &[], noon()).unwrap();
    }
    begin(&mut store, "a", noon());
    let ids = |filter: &Filter| {
        let runs = store.list(filter).unwrap();
        runs.iter().map(|run| run.id).collect::<Vec<_>>()
    };
    let all = Filter::default();
    let of_a = Filter { sync: Some("a".to_owned()), ..all.clone() };
    assert_eq!(ids(&all), [4, 3, 2, 1]);
    assert_eq!(ids(&of_a), [4, 3, 1]);
    assert_eq!(ids(&Filter { status: Some(Status::Failed), ..of_a.clone() }), [3]);
    assert_eq!(ids(&Filter { status: Some(Status::Running), ..all.clone() }), [4]);
    assert_eq!(ids(&Filter { limit: Some(2), ..of_a }), [4, 3]);
}

#[test]
fn a_sync_that_is_running_is_not_begun_again_and_others_are() {
    let folder = tempfile::tempdir().unwrap();
    let (mut first, mut second) = (open(&folder, 1), open(&folder, 2));
    let run = begin(&mut first, "nightly", noon());
    let held = second.begin(&start("nightly"), noon() + minutes(1)).unwrap().unwrap_err();
    assert_eq!(held, Held { run: Some(run), owner: owner(1), since: noon() });
    assert!(first.begin(&start("nightly"), noon()).unwrap().is_err(), "not even by itself");
    begin(&mut second, "hourly", noon());
    first.end(run, &ended(Status::Succeeded), &[], noon()).unwrap();
    begin(&mut second, "nightly", noon());
}

#[test]
fn a_sync_that_is_held_does_not_begin_and_one_that_runs_is_not_held() {
    let folder = tempfile::tempdir().unwrap();
    let (mut one, mut other) = (open(&folder, 1), open(&folder, 2));
    assert_eq!(one.hold("a", noon()).unwrap(), Ok(()));
    let held = Held { run: None, owner: owner(1), since: noon() };
    assert_eq!(other.begin(&start("a"), noon()).unwrap(), Err(held.clone()));
    assert_eq!(other.hold("a", noon()).unwrap(), Err(held));
    assert_eq!(other.hold("b", noon()).unwrap(), Ok(()), "another is none of its business");
    one.release("a").unwrap();
    let run = begin(&mut other, "a", noon());
    let held = one.hold("a", noon()).unwrap().unwrap_err();
    assert_eq!(held.run, Some(run));
    one.release("a").unwrap();
    assert!(one.hold("a", noon()).unwrap().is_err(), "only a lock without a run is given back");
    // Whoever held it ended without a word: that is no run.
    let later = noon() + minutes(2);
    assert_eq!(one.hold("b", later).unwrap(), Ok(()));
    assert_eq!(one.list(&Filter::default()).unwrap().len(), 1);
}

#[test]
fn a_sync_that_is_forgotten_begins_as_if_it_had_never_been() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(&folder, 1);
    for sync in ["b", "a"] {
        let run = begin(&mut store, sync, noon());
        store.end(run, &ended(Status::Succeeded), &[line(1)], noon()).unwrap();
        store.pause(sync, noon()).unwrap();
    }
    store.pause("c", noon()).unwrap();
    assert_eq!(store.syncs().unwrap(), ["a", "b", "c"]);
    let other = store.history("b", None, noon()).unwrap();
    assert!(store.forget("a").unwrap() && store.forget("c").unwrap());
    assert!(!store.forget("a").unwrap(), "there is nothing more");
    assert_eq!(store.syncs().unwrap(), ["b"]);
    assert_eq!(store.history("a", None, noon()).unwrap(), History::since(noon()));
    assert_eq!(store.history("b", None, noon()).unwrap(), other, "others are as they were");
    assert_eq!(store.list(&Filter::default()).unwrap().len(), 1);
}

#[test]
fn a_lock_is_broken_a_minute_after_its_last_beat_and_its_run_was_interrupted() {
    let folder = tempfile::tempdir().unwrap();
    let (mut first, mut second) = (open(&folder, 1), open(&folder, 2));
    let run = begin(&mut first, "nightly", noon());
    let beat_at = noon() + minutes(10);
    let progress = Progress { rows: 50, pages: 2, ..Progress::default() };
    assert!(first.beat(run, &progress, &[line(1)], beat_at).unwrap());
    let stale = beat_at + STALE_AFTER;
    assert!(second.begin(&start("nightly"), stale).unwrap().is_err(), "not a moment too early");
    let moment = SignedDuration::from_micros(1);
    let next = begin(&mut second, "nightly", stale + moment);
    let broken = first.get(run).unwrap().unwrap();
    assert_eq!(broken.outcome.status, Status::Interrupted);
    assert_eq!((broken.ended_at, broken.outcome.progress), (Some(beat_at), progress));
    assert_eq!(first.log(run).unwrap(), [line(1)]);
    // Whoever was only slow hears that it has lost its lock, and says nothing about the run.
    assert!(!first.beat(run, &progress, &[line(2)], stale).unwrap());
    first.end(run, &ended(Status::Succeeded), &[line(2)], stale).unwrap();
    assert_eq!(first.get(run).unwrap().unwrap(), broken);
    let running = first.history("nightly", None, stale).unwrap();
    assert!(running.running && !running.loaded, "the other's lock is untouched");
    assert!(second.beat(next, &progress, &[], stale).unwrap());
}

#[test]
#[cfg(target_os = "linux")]
fn a_process_that_ended_is_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    let here = Owner::this_process();
    let mut child = std::process::Command::new("true").spawn().unwrap();
    let ended = Owner { pid: child.id(), began: "1".to_owned(), ..here.clone() };
    child.wait().unwrap();
    let mut gone = Store::open(&path, ended, Keep::default()).unwrap();
    let run = begin(&mut gone, "nightly", noon());
    let mut store = Store::open(&path, here, Keep::default()).unwrap();
    store.settle(noon()).unwrap();
    let found = store.get(run).unwrap().unwrap();
    assert_eq!((found.outcome.status, found.ended_at), (Status::Interrupted, Some(noon())));
    begin(&mut store, "nightly", noon());
    store.settle(noon()).unwrap();
    assert!(store.begin(&start("nightly"), noon()).unwrap().is_err(), "this process is there");
}

#[test]
fn runs_go_by_number_and_age_with_all_that_belongs_to_them() {
    let folder = tempfile::tempdir().unwrap();
    let keep = Keep { runs_per_sync: 3, days: 10, ..Keep::default() };
    let mut store = keeping(&folder, 1, keep);
    let run_at = |store: &mut Store, sync: &str, now| {
        let run = begin(store, sync, now);
        let table = TableRows { stream: "s".to_owned(), table: "t".to_owned(), rows: 1 };
        let outcome = Ended { tables: vec![table], ..ended(Status::Succeeded) };
        store.end(run, &outcome, &[line(1)], now).unwrap();
    };
    let ids = |store: &Store| {
        let runs = store.list(&Filter::default()).unwrap();
        runs.iter().map(|run| run.id).collect::<Vec<_>>()
    };
    run_at(&mut store, "other", noon());
    for _ in 0..5 {
        run_at(&mut store, "a", noon());
    }
    assert_eq!(ids(&store), [6, 5, 4, 1], "of each sync its last three");
    let later = noon() + SignedDuration::from_hours(10 * 24) + minutes(1);
    run_at(&mut store, "a", later);
    assert_eq!(ids(&store), [7, 1], "what is too old goes; the last of a sync stays");
    for table in ["run_log", "run_tables"] {
        let query = format!("SELECT count(*) FROM {table} WHERE run NOT IN (1, 7)");
        let left: i64 = store.connection.query_row(&query, [], |row| row.get(0)).unwrap();
        assert_eq!(left, 0, "{table}");
    }
}

#[test]
fn a_log_keeps_its_beginning_and_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = keeping(&folder, 1, Keep { log_lines: 5, ..Keep::default() });
    let run = begin(&mut store, "a", noon());
    let none = Progress::default();
    let numbers = |store: &Store| {
        let lines = store.log(run).unwrap();
        lines.iter().map(|line| line.number).collect::<Vec<_>>()
    };
    let lines = |numbers: std::ops::RangeInclusive<u64>| numbers.map(line).collect::<Vec<_>>();
    store.beat(run, &none, &lines(1..=5), noon()).unwrap();
    assert_eq!(numbers(&store), [1, 2, 3, 4, 5]);
    store.beat(run, &none, &lines(6..=9), noon()).unwrap();
    assert_eq!(numbers(&store), [1, 2, 3, 8, 9]);
    store.end(run, &ended(Status::Succeeded), &lines(10..=10), noon()).unwrap();
    assert_eq!(numbers(&store), [1, 2, 3, 9, 10]);
}

#[test]
fn a_sync_is_accounted_for_by_its_schedule_and_by_a_hand_that_succeeded() {
    let schedule: Schedule = "0 6 * * *".parse().unwrap();
    let by_hand = Start { trigger: Trigger::Hand, ..start("a") };
    let varied = Start { varied: true, ..by_hand.clone() };
    for (start, status, loaded, covered) in [
        (start("a"), Status::Succeeded, true, true),
        (start("a"), Status::Failed, false, true),
        (start("a"), Status::Stopped, false, false),
        (by_hand.clone(), Status::Succeeded, true, true),
        (by_hand, Status::Failed, false, false),
        (varied, Status::Succeeded, false, false),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let mut store = open(&folder, 1);
        store.adopt("a", &schedule, noon()).unwrap();
        let run = store.begin(&start, noon() + minutes(1)).unwrap().unwrap();
        store.end(run, &ended(status), &[], noon() + minutes(2)).unwrap();
        let history = store.history("a", Some(&schedule), noon() + minutes(3)).unwrap();
        assert_eq!(history.since, noon(), "the schedule is the same");
        assert_eq!(history.loaded, loaded, "{start:?} {status:?}");
        let expected = covered.then(|| noon() + minutes(1));
        assert_eq!(history.covered, expected, "{start:?} {status:?}");
        assert_eq!(history.last.is_some(), !start.varied);
    }
}

#[test]
fn a_streak_of_failed_runs_is_told_once_and_so_is_its_end_in_whatever_process() {
    let folder = tempfile::tempdir().unwrap();
    let mut stores = [open(&folder, 1), open(&folder, 2)];
    let varied = Start { varied: true, ..start("a") };
    let mut now = noon();
    let mut told = Vec::new();
    for (start, status) in [
        (start("a"), Status::Succeeded),
        (varied, Status::Failed),
        (start("a"), Status::Stopped),
        (start("a"), Status::Interrupted),
        (start("a"), Status::Failed),
        (start("a"), Status::Stopped),
        (start("a"), Status::Succeeded),
        (start("a"), Status::Succeeded),
    ] {
        now += minutes(5);
        let run = stores[0].begin(&start, now).unwrap().unwrap();
        match status {
            Status::Interrupted => stores[1].settle(now + minutes(2)).unwrap(),
            _ => stores[0].end(run, &ended(status), &[], now + minutes(1)).unwrap(),
        }
        for store in &mut stores {
            let notice = store.take_notice("a", None, now).unwrap();
            told.extend(notice.map(|notice| (notice.event, notice.run.id, notice.failing_since)));
        }
    }
    // Of the one that was interrupted, nothing was heard after its start.
    let since = noon() + minutes(20);
    assert_eq!(told, [(Event::Failing, 4, since), (Event::Recovered, 7, since)]);
    assert_eq!(stores[0].take_notice("b", None, now).unwrap(), None);
}

#[test]
fn another_schedule_counts_from_when_it_is_first_seen() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(&folder, 1);
    let schedule = |text: &str| text.parse::<Schedule>().unwrap();
    let (six, seven) = (schedule("0 6 * * *"), schedule("0 7 * * *"));
    let later = noon() + minutes(60);
    let since = |store: &Store, schedule| store.history("a", Some(schedule), later).unwrap().since;
    assert_eq!(since(&store, &six), later, "looking at it adopts nothing");
    store.adopt("a", &six, noon()).unwrap();
    store.adopt("a", &six, later).unwrap();
    assert_eq!((since(&store, &six), since(&store, &seven)), (noon(), later));
    store.adopt("a", &seven, later).unwrap();
    assert_eq!(since(&store, &seven), later);
}

#[test]
fn a_pause_lasts_until_it_is_ended_in_whatever_process() {
    let folder = tempfile::tempdir().unwrap();
    let (mut first, mut second) = (open(&folder, 1), open(&folder, 2));
    let later = noon() + minutes(60);
    assert!(!first.resume("a", noon()).unwrap());
    assert!(first.pause("a", noon()).unwrap());
    assert!(!second.pause("a", later).unwrap(), "it was paused already");
    let history = second.history("a", None, later).unwrap();
    assert_eq!((history.paused, history.state()), (Some(noon()), SyncState::Paused));
    assert!(second.resume("a", later).unwrap());
    let history = first.history("a", None, later).unwrap();
    assert_eq!((history.paused, history.since), (None, later));
}

#[test]
fn what_is_no_store_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.db");
    let refused = || {
        let error = Store::open(&path, owner(1), Keep::default()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        error.to_string()
    };
    fs::write(&path, "x".repeat(4_096)).unwrap();
    assert!(refused().contains("is damaged"));
    assert_eq!(fs::read_to_string(&path).unwrap(), "x".repeat(4_096));
    fs::remove_file(&path).unwrap();
    drop(Store::open(&path, owner(1), Keep::default()).unwrap());
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 7).unwrap();
    assert!(refused().contains("the form 7"));
    fs::remove_file(&path).unwrap();
    let other = Connection::open(&path).unwrap();
    other.execute_batch("CREATE TABLE notes (text TEXT)").unwrap();
    assert!(refused().contains("the form 0"), "somebody else's database");
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    assert!(refused().contains("cannot be read or written"));
}

#[test]
fn a_sync_without_data_is_told_who_loaded_its_tables_before() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(&folder, 1);
    let table = |name: &str| TableRows { stream: "s".to_owned(), table: name.to_owned(), rows: 1 };
    let mut load = |start: &Start, status, tables: &[&str]| {
        let run = store.begin(start, noon()).unwrap().unwrap();
        let tables = tables.iter().copied().map(table).collect();
        store.end(run, &Ended { tables, ..ended(status) }, &[], noon()).unwrap();
    };
    load(&start("old"), Status::Succeeded, &["contacts", "lists"]);
    load(&start("never"), Status::Failed, &["contacts"]);
    load(&Start { varied: true, ..start("other") }, Status::Succeeded, &["contacts"]);
    load(&start("other"), Status::Succeeded, &["sends"]);
    let found = |sync: &str, account: &str, place: &str, tables: &[&str]| {
        let tables: Vec<String> = tables.iter().map(|name| (*name).to_owned()).collect();
        store.namesakes(sync, &route(account, place), &tables).unwrap()
    };
    assert_eq!(found("new", "acme", "out.db", &["sends", "lists"]), ["old", "other"]);
    assert_eq!(found("new", "acme", "out.db", &["contacts"]), ["old"]);
    let nobody: [&str; 0] = [];
    assert_eq!(found("new", "acme", "out.db", &["segments"]), nobody);
    assert_eq!(found("new", "else", "out.db", &["contacts"]), nobody);
    assert_eq!(found("new", "acme", "else.db", &["contacts"]), nobody);
    assert_eq!(found("other", "acme", "out.db", &["contacts"]), nobody, "it has data");
    assert_eq!(found("never", "acme", "out.db", &["contacts"]), ["old"]);
}
