//! What is kept of runs, and that none runs beside itself.

use std::fs;

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::harness::{Project, Run, words};

const NIGHTLY: &str = "\
[syncs.nightly]\naccount = \"acme\"\nstreams = [\"contacts\", \"lists\"]\nto = \"out.db\"\n\
mode = \"replace\"\n";

/// The same in pages, of which the second never comes.
const STALLING: &str = "\
[syncs.nightly]\naccount = \"acme\"\nstream = \"contacts\"\nto = \"out.db\"\nmode = \"append\"\n\
options = { page_size = 50 }\n";

fn with(config: &str) -> Project {
    let project = Project::installed();
    project.write_config(config);
    project
}

fn stalling() -> Project {
    let project = with(STALLING);
    project.server.inject("stall:/contacts@2+".parse().unwrap());
    project
}

fn json(project: &Project, line: &str) -> Value {
    project.run(&words(&format!("{line} --json"))).succeeds().json()
}

/// The statuses of all runs, the latest first.
fn statuses(project: &Project) -> Vec<String> {
    let runs = json(project, "runs list");
    let statuses = runs.as_array().unwrap().iter().map(|run| run["status"].as_str().unwrap());
    statuses.map(str::to_owned).collect()
}

fn store(project: &Project) -> Connection {
    Connection::open(project.path(".tollgate/runs.db")).unwrap()
}

#[test]
fn a_run_that_went_well_is_remembered_with_what_it_loaded() {
    let project = with(NIGHTLY);
    let report = json(&project, "sync")["runs"].clone();
    let runs = json(&project, "runs list");
    let run = &runs[0];
    assert_eq!(runs.as_array().unwrap().len(), 1);
    let lists = project.server.truth().lists().count() as u64;
    for (key, expected) in [
        ("id", json!(1)),
        ("sync", json!("nightly")),
        ("trigger", json!("hand")),
        ("varied", json!(false)),
        ("attempt", json!(1)),
        ("status", json!("succeeded")),
        ("rows", json!(120 + lists)),
        ("retries", json!(0)),
        ("error", json!(null)),
    ] {
        assert_eq!(run[key], expected, "{key}");
    }
    let sum = |key: &str| report[0][key].as_u64().unwrap() + report[1][key].as_u64().unwrap();
    for key in ["pages", "requests", "wire_bytes", "body_bytes"] {
        assert_eq!(run[key], sum(key), "{key}");
        assert!(sum(key) > 0, "{key}");
    }
    assert!(run["guest_memory_peak_bytes"].as_u64().unwrap() > 0);
    let shown = json(&project, "runs show 1");
    assert_eq!(
        shown["tables"],
        json!([
            { "stream": "contacts", "table": "contacts", "rows": 120 },
            { "stream": "lists", "table": "lists", "rows": lists },
        ])
    );
    assert_eq!(shown["log"], json!([]), "nothing worth a line happened");
    let listed = project.run(&words("runs list nightly")).succeeds().stdout;
    for word in ["nightly", "succeeded", "hand"] {
        assert!(listed.contains(word), "no {word} in {listed}");
    }
    let shown = project.run(&words("runs show 1")).succeeds().stdout;
    assert!(shown.starts_with("run 1 of nightly: succeeded\n"), "{shown}");
    assert!(shown.contains("table     contacts: 120 rows\n"), "{shown}");
}

#[test]
fn a_run_that_failed_is_remembered_with_why_and_with_its_log() {
    let project = with(NIGHTLY);
    project.server.inject("429=1:/contacts@1".parse().unwrap());
    project.server.inject("html:/lists".parse().unwrap());
    project.run(&words("sync")).exits(7);
    let run = json(&project, "runs show 1");
    assert_eq!((&run["status"], &run["retries"]), (&json!("failed"), &json!(1)));
    assert_eq!(run["error"]["kind"], "data");
    assert_eq!(run["error"]["exit_code"], 7);
    let message = run["error"]["message"].as_str().unwrap();
    assert!(message.starts_with("stream lists: connector icontact 0.1.0: "), "{message}");
    let log = run["log"].as_array().unwrap();
    let of = |level: &str, stream: &str| {
        let lines = log.iter().filter(|line| line["level"] == level && line["stream"] == stream);
        lines.map(|line| line["message"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert!(of("warning", "contacts")[0].contains(": 429 after "), "{log:?}");
    assert!(
        of("info", "contacts")[0].contains("rate limited by the provider, next try in "),
        "{log:?}"
    );
    assert_eq!(of("error", "lists").len(), 1, "{log:?}");
    let text = project.run(&words("runs show 1")).succeeds().stdout;
    assert!(text.contains("\nerror: stream lists: connector icontact"), "{text}");
    assert!(text.contains(" lists: error: connector icontact"), "{text}");
    let failed = json(&project, "runs list nightly --status failed --limit 1");
    assert_eq!(failed[0]["id"], 1);
    assert_eq!(json(&project, "runs list --status succeeded"), json!([]));
}

#[test]
fn a_run_that_waits_for_a_quota_is_remembered_with_until_when() {
    let project = with(NIGHTLY);
    project.server.inject("429=3600:/contacts".parse().unwrap());
    project.run(&["sync"]).exits(5);
    let run = &json(&project, "runs list")[0]["error"];
    assert_eq!((&run["kind"], &run["exit_code"]), (&json!("rate-limited"), &json!(5)));
    assert!(run["retry_at"].as_str().unwrap().starts_with("20"), "{run}");
    assert!(project.run(&words("runs show 1")).stdout.contains("  again from: 20"));
}

#[test]
fn a_sync_that_is_forgotten_leaves_its_rows_and_its_entry() {
    let project = with(NIGHTLY);
    project.run(&["sync"]).succeeds();
    let told = project.run(&words("forget nightly --state")).succeeds();
    let expected = "nightly is forgotten; its rows stay\ncontacts: what was kept is thrown away\n\
        lists: what was kept is thrown away\n";
    assert!(told.stdout.starts_with(expected), "{}", told.stdout);
    assert!(told.stdout.contains("[syncs.nightly] stays in "), "{}", told.stdout);
    assert_eq!(json(&project, "runs list"), json!([]));
    assert_eq!(json(&project, "schedules")[0]["state"], "pending");
    assert_eq!(project.count("out.db", "contacts"), 120);
    assert_eq!(json(&project, "forget nightly --state")["was_remembered"], false);

    project.run(&["sync"]).succeeds();
    project.write_config(&NIGHTLY.replace("nightly", "daily"));
    let listed = project.run(&words("runs list")).succeeds();
    let note = "nightly is in no file any more; `tollgate forget nightly` forgets its runs\n";
    assert!(listed.stderr.contains(note), "{}", listed.stderr);
    let schedules = json(&project, "schedules");
    assert_eq!((&schedules[0]["sync"], &schedules[0]["in_file"]), (&json!("daily"), &json!(true)));
    assert_eq!(
        (&schedules[1]["sync"], &schedules[1]["in_file"]),
        (&json!("nightly"), &json!(false))
    );
    let told = project.run(&words("forget nightly --state")).exits(2).errors_alone();
    assert!(told.contains("where its state is kept is not known"), "{told}");
    let told = project.run(&words("forget nihgtly")).exits(2).errors_alone();
    assert!(told.ends_with("hint: did you mean `nightly`?\n"), "{told}");
    let told = project.run(&words("forget nightly")).succeeds();
    assert_eq!(told.stdout, "nightly is forgotten; its rows stay\n");
    assert_eq!(json(&project, "schedules").as_array().unwrap().len(), 1);
    assert_eq!(project.run(&words("runs list")).succeeds().stderr, "");
}

#[test]
fn the_name_of_a_sync_with_data_is_fixed() {
    let project = with(NIGHTLY);
    project.run(&["sync"]).succeeds();
    let requests = project.server.requests().len();
    project.write_config(&NIGHTLY.replace("nightly", "daily"));
    for command in ["sync", "run"] {
        // `run` takes syncs with a schedule.
        if command == "run" {
            let scheduled = format!("{NIGHTLY}schedule = \"every 2h\"\n");
            project.write_config(&scheduled.replace("nightly", "daily"));
        }
        let error = project.run(&[command]).exits(2).errors_alone();
        assert!(error.contains("sync daily loads what sync nightly has loaded"), "{error}");
        assert!(error.ends_with("hint: call it `nightly` again, or `tollgate forget nightly`\n"));
    }
    assert_eq!(project.server.requests().len(), requests, "nothing was asked for");
    // Elsewhere, it is another sync; and so it is where the old one is forgotten, or there as well.
    project.run(&words("sync daily --to other.db")).succeeds();
    project.write_config(&NIGHTLY.replace("nightly", "daily").replace("out.db", "third.db"));
    project.run(&["sync"]).succeeds();
    project.run(&words("forget daily")).succeeds();
    project.write_config(&NIGHTLY.replace("nightly", "daily"));
    project.run(&words("forget nightly")).succeeds();
    project.run(&["sync"]).succeeds();
}

#[test]
#[cfg(unix)]
fn a_sync_that_is_running_is_not_run_beside_itself() {
    let project = stalling();
    let mut first = project.start(&words("sync --json"));
    first.until("\"page\"");
    assert_eq!(statuses(&project), ["running"]);
    let second = project.run(&["sync"]).exits(12);
    assert!(second.stdout.contains("FAILED: busy"), "{}", second.stdout);
    let error = second.errors_alone();
    let said = "error: sync nightly: sync nightly is running already: run 1 of process ";
    assert!(error.starts_with(said), "{error}");
    assert!(error.ends_with("hint: `tollgate runs show 1` tells how far it is\n"), "{error}");
    for change in [
        "forget nightly",
        "state reset nightly",
        "state set nightly --stream contacts --checkpoint x",
    ] {
        let told = project.run(&words(change)).exits(12).errors_alone();
        assert!(told.starts_with("error: sync nightly is running already: run 1 of "), "{told}");
    }
    // Another account's sync, or one without a name, is none of its business.
    project.run(&words("sync --stream lists --to other.db")).succeeds();
    first.signal("-INT");
    first.ended(&project).exits(130);
    assert_eq!(statuses(&project), ["stopped"], "what did not run is not remembered as a run");
    project.server.heal();
    project.run(&["sync"]).succeeds();
    assert_eq!(project.count("out.db", "contacts"), 120);
}

#[test]
#[cfg(target_os = "linux")]
fn a_run_whose_process_was_killed_was_interrupted_and_is_gone_on_with_at_once() {
    let project = stalling();
    let mut sync = project.start(&words("sync --json"));
    sync.until("\"page\"");
    sync.signal("-KILL");
    assert_eq!(sync.ended(&project).code, None);
    assert_eq!(statuses(&project), ["interrupted"]);
    project.server.heal();
    project.run(&["sync"]).succeeds();
    assert_eq!(statuses(&project), ["succeeded", "interrupted"]);
    assert_eq!(project.count("out.db", "contacts"), 120, "nothing twice, nothing lost");
}

/// The lock of a run on a machine that nobody here can look at, and that was heard of so many
/// seconds ago.
fn locked_elsewhere(project: &Project, seconds: i64) {
    let beat_at = jiff::Timestamp::now().as_microsecond() - seconds * 1_000_000;
    let store = store(project);
    store
        .execute(
            "INSERT INTO runs (sync, trigger, varied, attempt, status, started_at)
             VALUES ('nightly', 'schedule', FALSE, 1, 'running', ?)",
            [beat_at],
        )
        .unwrap();
    store
        .execute(
            "INSERT INTO locks (sync, run, since, host, place, pid, process_began, beat_at)
             SELECT 'nightly', max(id), ?1, 'faraway', '', 7, '', ?1 FROM runs",
            [beat_at],
        )
        .unwrap();
}

#[test]
fn a_lock_that_was_not_heard_of_for_a_minute_is_broken() {
    let project = with(NIGHTLY);
    project.run(&words("runs list")).succeeds();
    locked_elsewhere(&project, 30);
    let run = project.run(&["sync"]).exits(12);
    assert!(run.stderr.contains("run 1 of process 7 on faraway, since 20"), "{}", run.stderr);
    store(&project).execute("UPDATE locks SET beat_at = beat_at - 31000000", []).unwrap();
    project.run(&["sync"]).succeeds();
    assert_eq!(statuses(&project), ["succeeded", "interrupted"]);
}

#[test]
fn a_store_that_cannot_be_had_costs_history_and_no_row() {
    let project = with(NIGHTLY);
    let said = |run: &Run, what: &str| {
        let warning = format!("warning: the store of runs [PROJECT]/.tollgate/runs.db {what}");
        let errors = run.errors().replace(" .tollgate/", " [PROJECT]/.tollgate/");
        assert!(errors.contains(&warning), "{errors}");
        assert!(errors.contains("what runs come to is not remembered"), "{errors}");
    };
    fs::create_dir_all(project.path(".tollgate/runs.db")).unwrap();
    said(&project.run(&["sync"]).succeeds(), "cannot be read or written");
    fs::remove_dir(project.path(".tollgate/runs.db")).unwrap();
    fs::write(project.path(".tollgate/runs.db"), "x".repeat(4_096)).unwrap();
    said(&project.run(&["sync"]).succeeds(), "is damaged");
    assert_eq!(project.count("out.db", "contacts"), 120);
    project.run(&words("runs list")).exits(2);
    // One that fails in the middle of the run.
    fs::remove_file(project.path(".tollgate/runs.db")).unwrap();
    project.run(&words("runs list")).succeeds();
    let fails = "CREATE TRIGGER t BEFORE DELETE ON locks BEGIN SELECT RAISE(ABORT, 'no'); END";
    store(&project).execute_batch(fails).unwrap();
    said(&project.run(&["sync"]).succeeds(), "cannot be read or written");
}

#[test]
fn only_so_many_runs_are_kept_as_the_file_says_and_where_it_says() {
    let project = with(&format!("{NIGHTLY}[runs]\nfile = \"state/runs.db\"\nper_sync = 2\n"));
    for _ in 0..3 {
        project.run(&["sync"]).succeeds();
    }
    let runs = json(&project, "runs list");
    assert_eq!((&runs[0]["id"], &runs[1]["id"], &runs[2]), (&json!(3), &json!(2), &json!(null)));
    assert!(project.path("state/runs.db").exists() && !project.path(".tollgate/runs.db").exists());
    let shown = project.run(&words("config show")).succeeds().stdout;
    for line in ["runs.per_sync", "runs.days", "runs.log_lines", "state/runs.db"] {
        assert!(shown.contains(line), "no {line} in {shown}");
    }
}

#[test]
fn a_sample_says_nothing_of_how_the_sync_stands_and_one_without_a_name_is_not_remembered() {
    let project = with(NIGHTLY);
    project.run(&words("sync nightly --limit 10")).succeeds();
    project.run(&words("sync --stream lists --to other.db")).succeeds();
    let runs = json(&project, "runs list");
    assert_eq!((&runs[0]["varied"], &runs[1]), (&json!(true), &json!(null)));
    assert_eq!(json(&project, "schedules")[0]["state"], "pending");
    project.run(&["sync"]).succeeds();
    assert_eq!(json(&project, "schedules")[0]["state"], "active");
    project.server.inject("html:/lists".parse().unwrap());
    project.run(&words("sync --limits attempts=1")).exits(7);
    let schedules = json(&project, "schedules");
    assert_eq!(
        (&schedules[0]["state"], &schedules[0]["next_at"]),
        (&json!("failing"), &json!(null))
    );
    assert_eq!(schedules[0]["last"]["error"], "data");
}

#[test]
fn what_is_not_there_is_told_with_what_is() {
    let project = with(NIGHTLY);
    let told = |line: &str| project.run(&words(line)).exits(2).errors_alone();
    insta::assert_snapshot!(told("runs list nigtly"), @r"
    error: there is no sync `nigtly`
    hint: did you mean `nightly`?
    ");
    insta::assert_snapshot!(told("runs show 7"), @r"
    error: no run 7 is remembered
    hint: `tollgate runs list` has their numbers
    ");
    assert!(told("runs list --status fail").contains("did you mean `failed`?"));
}
