//! `tollgate run`: stays up, starts what is due, and stops in order.

#![cfg(unix)]

use serde_json::{Value, json};

use crate::harness::{Project, Running, words};

const HOURLY: &str = "\
[syncs.hourly]\naccount = \"acme\"\nstream = \"contacts\"\nto = \"out.db\"\nmode = \"append\"\n\
options = { page_size = 50 }\nschedule = \"every 1h\"\n";

const YEARLY: &str = "\
[syncs.yearly]\naccount = \"acme\"\nstream = \"lists\"\nto = \"lists.db\"\n\
schedule = \"0 0 1 1 * Europe/Berlin\"\n";

fn with(config: &str) -> Project {
    let project = Project::installed();
    project.write_config(config);
    project
}

fn json(project: &Project, line: &str) -> Value {
    project.run(&words(&format!("{line} --json"))).succeeds().json()
}

/// Stops it in order, and gives all that it told.
fn stopped(running: Running, project: &Project) -> Vec<Value> {
    running.signal("-TERM");
    let run = running.ended(project).exits(0);
    assert_eq!(run.stdout, "");
    run.stderr.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The events of this name.
fn of<'a>(events: &'a [Value], name: &str) -> Vec<&'a Value> {
    events.iter().filter(|event| event["event"] == name).collect()
}

#[test]
fn what_is_due_is_run_and_nothing_else_and_a_signal_ends_it_in_order() {
    let project = with(&format!("{HOURLY}{YEARLY}"));
    let mut running = project.start(&words("run --json"));
    running.until("sync_ended");
    let events = stopped(running, &project);
    let (started, ended) = (of(&events, "sync_started"), of(&events, "sync_ended"));
    assert_eq!((started.len(), ended.len()), (1, 1), "{events:?}");
    assert_eq!((&started[0]["sync"], &started[0]["attempt"]), (&json!("hourly"), &json!(1)));
    for (key, expected) in
        [("sync", json!("hourly")), ("run", json!(1)), ("status", json!("succeeded"))]
    {
        assert_eq!(ended[0][key], expected);
    }
    assert!(of(&events, "page").is_empty(), "only -v tells what happens within a run");
    assert_eq!(project.count("out.db", "contacts"), 120);
    let runs = json(&project, "runs list");
    assert_eq!((&runs[0]["trigger"], &runs[1]), (&json!("schedule"), &json!(null)));
    let schedules = json(&project, "schedules");
    let state = |position: usize| {
        (schedules[position]["sync"].clone(), schedules[position]["state"].clone())
    };
    assert_eq!(state(0), (json!("hourly"), json!("active")));
    assert_eq!(state(1), (json!("yearly"), json!("pending")));
    assert!(schedules[1]["next_at"].as_str().unwrap().ends_with("-12-31T23:00:00Z"));
    let text = project.run(&["schedules"]).succeeds().stdout;
    assert!(text.contains("(in 59 min") && text.contains("0 0 1 1 * Europe/Berlin"), "{text}");
}

#[test]
fn a_run_that_is_stopped_keeps_what_it_has_and_the_next_one_goes_on_at_once() {
    let project = with(HOURLY);
    project.server.inject("stall:/contacts@2+".parse().unwrap());
    let mut running = project.start(&words("run --json -v"));
    running.until("\"page\"");
    let events = stopped(running, &project);
    assert_eq!(of(&events, "sync_ended")[0]["status"], "stopped");
    assert_eq!(project.count("out.db", "contacts"), 50);
    project.server.heal();
    project.server.clear();
    let mut running = project.start(&words("run --json"));
    running.until("sync_ended");
    let events = stopped(running, &project);
    let ended = of(&events, "sync_ended")[0];
    assert_eq!((&ended["status"], &ended["rows"]), (&json!("succeeded"), &json!(70)));
    assert_eq!(project.count("out.db", "contacts"), 120, "nothing twice, nothing lost");
}

#[test]
fn a_time_that_passed_while_it_was_down_is_caught_up_once() {
    let project = with(YEARLY);
    let mut running = project.start(&words("run --json"));
    running.until(" up, with the schedules of 1 sync");
    stopped(running, &project);
    let next = || project.run(&["schedules"]).succeeds().stdout;
    assert!(next().contains("-12-31T23:00:00Z (in "), "{}", next());
    let store = rusqlite::Connection::open(project.path(".tollgate/runs.db")).unwrap();
    store.execute("UPDATE syncs SET since = since - 3 * 366 * 86400000000", []).unwrap();
    assert!(next().contains("  due "), "{}", next());
    let mut running = project.start(&words("run --json"));
    running.until("sync_ended");
    stopped(running, &project);
    assert_eq!(json(&project, "runs list").as_array().unwrap().len(), 1);
    assert!(next().contains("-12-31T23:00:00Z (in "), "of three years one is made up for");
}

#[test]
fn an_outage_is_tried_again_and_anything_else_waits_for_its_time() {
    let retry = "retry = { attempts = 2, delay = \"1s\" }\npart_retries = 0\n";
    let project = with(&format!("{HOURLY}{retry}"));
    project.server.inject("503:/contacts@1".parse().unwrap());
    let mut running = project.start(&words("run --json --limits attempts=1"));
    running.until("sync_ended");
    running.until("sync_ended");
    let events = stopped(running, &project);
    let ended: Vec<_> =
        of(&events, "sync_ended").iter().map(|event| event["status"].clone()).collect();
    assert_eq!(ended, ["failed", "succeeded"]);
    assert_eq!(of(&events, "sync_ended")[0]["errors"][0]["kind"], "unavailable");
    assert_eq!(of(&events, "sync_started")[1]["attempt"], 2);
    let listed = project.run(&words("runs list")).succeeds().stdout;
    assert!(listed.contains("schedule, try 2"), "{listed}");
    let quiet = with(HOURLY);
    quiet.server.inject("html:/contacts".parse().unwrap());
    let mut running = quiet.start(&words("run -q --limits attempts=1"));
    running.until("error: sync hourly, stream contacts: ");
    running.signal("-INT");
    running.ended(&quiet).exits(0);
    let next = json(&quiet, "schedules");
    assert_eq!((&next[0]["state"], &next[0]["next_attempt"]), (&json!("pending"), &json!(1)));
}

#[test]
fn a_paused_sync_is_run_by_hand_alone() {
    let other = YEARLY.replace("0 0 1 1 * Europe/Berlin", "every 1d");
    let project = with(&format!("{HOURLY}{other}"));
    let said = |line: &str| project.run(&words(line)).succeeds().stdout;
    assert_eq!(said("pause hourly"), "hourly is paused; `tollgate resume hourly` ends that\n");
    assert_eq!(said("pause hourly"), "hourly was paused already\n");
    let mut running = project.start(&words("run --json"));
    running.until("sync_ended");
    let events = stopped(running, &project);
    let started = of(&events, "sync_started");
    assert_eq!((started.len(), &started[0]["sync"]), (1, &json!("yearly")), "{events:?}");
    let schedule = &json(&project, "schedules")[0];
    assert_eq!((&schedule["state"], &schedule["next_at"]), (&json!("paused"), &json!(null)));
    let by_hand = project.run(&words("sync hourly")).succeeds();
    let paused = "hourly: its schedule is paused; `tollgate resume hourly` ends that";
    assert!(by_hand.stderr.contains(paused), "{}", by_hand.stderr);
    assert_eq!(said("resume hourly"), "hourly runs by its schedule again\n");
    assert_eq!(said("resume hourly"), "hourly was not paused\n");
    assert_eq!(json(&project, "schedules")[0]["state"], "active");
}

#[test]
fn a_store_that_cannot_be_written_to_does_not_have_a_sync_run_again_and_again() {
    let other = YEARLY.replace("0 0 1 1 * Europe/Berlin", "every 1d");
    let project = with(&format!("{HOURLY}{other}"));
    project.run(&words("runs list")).succeeds();
    let store = rusqlite::Connection::open(project.path(".tollgate/runs.db")).unwrap();
    let fails = "CREATE TRIGGER t BEFORE INSERT ON runs BEGIN SELECT RAISE(ABORT, 'no'); END";
    store.execute_batch(fails).unwrap();
    let mut running = project.start(&words("run --json --jobs 1"));
    running.until("sync_ended");
    running.until("sync_ended");
    let events = stopped(running, &project);
    let ended = of(&events, "sync_ended");
    assert_eq!((&ended[0]["sync"], &ended[1]["sync"]), (&json!("hourly"), &json!("yearly")));
    assert_eq!((&ended[1]["status"], &ended[1]["run"]), (&json!("succeeded"), &json!(null)));
}

#[test]
fn it_does_not_come_up_with_a_sync_that_can_never_run() {
    let project = with(&HOURLY.replace("schedule = \"every 1h\"\n", ""));
    insta::assert_snapshot!(project.run(&["run"]).exits(2).errors(), @r#"
    error: tollgate.toml has no sync with a schedule
    hint: `schedule = "every 2h"` gives it one; `tollgate help config` tells more
    "#);
    insta::assert_snapshot!(project.run(&words("pause hourly")).exits(2).errors(), @r#"
    error: sync hourly has no schedule
    hint: `schedule = "every 2h"` gives it one; `tollgate help config` tells more
    "#);
    project.write_config(&HOURLY.replace("\"contacts\"", "\"contcts\""));
    let run = project.run(&["run"]).exits(2);
    assert!(run.stderr.contains("did you mean `contacts`?"), "{}", run.stderr);
    project.write_config(&format!(
        "{HOURLY}{}",
        HOURLY.replace("[syncs.hourly]", "[syncs.other]").replace("append", "replace")
    ));
    let run = project.run(&["run"]).exits(2);
    assert!(run.stderr.contains("loads table contacts of"), "{}", run.stderr);
    assert!(project.server.requests().is_empty());
}
