//! `[notify]`: that a command is told when a sync begins to fail and when it works again, once.

#![cfg(unix)]

use std::fs;

use serde_json::{Value, json};

use crate::harness::{Project, words};

const NIGHTLY: &str = "\
[syncs.nightly]\naccount = \"acme\"\nstream = \"contacts\"\nto = \"out.db\"\nmode = \"append\"\n\
options = { page_size = 50 }\n";

/// A command that keeps what it reads.
const KEEPING: &str = "[notify]\ncommand = [\"sh\", \"-c\", \"cat >> told.jsonl; echo noise\"]\n";

fn with(config: &str) -> Project {
    let project = Project::installed();
    project.write_config(config);
    project
}

/// All that was told so far.
fn told(project: &Project) -> Vec<Value> {
    let told = fs::read_to_string(project.path("told.jsonl")).unwrap_or_default();
    told.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The events that were told so far, and of which runs.
fn events(project: &Project) -> Value {
    told(project).iter().map(|told| json!([told["event"], told["id"]])).collect()
}

fn breaks(project: &Project) {
    project.server.inject("html:/contacts".parse().unwrap());
}

#[test]
fn failing_is_told_once_and_so_is_that_it_works_again() {
    let project = with(&format!("{NIGHTLY}{KEEPING}"));
    let sync = || project.run(&words("sync --limits attempts=1"));
    assert!(!sync().succeeds().stdout.contains("noise"));
    assert_eq!(events(&project), json!([]), "a success after nothing is nothing to tell");
    breaks(&project);
    sync().exits(7);
    sync().exits(7);
    assert_eq!(events(&project), json!([["failing", 2]]));
    project.server.heal();
    sync().succeeds();
    sync().succeeds();
    assert_eq!(events(&project), json!([["failing", 2], ["recovered", 4]]));
    let [failing, recovered] = &told(&project)[..] else { panic!("told something else") };
    let runs = project.run(&words("runs list --json")).succeeds().json();
    for (told, run) in [(failing, &runs[3]), (recovered, &runs[1])] {
        for key in ["sync", "status", "attempt", "started_at", "ended_at", "rows", "error"] {
            assert_eq!((key, told.get(key)), (key, run.get(key)));
        }
        assert_eq!(told["failing_since"], runs[3]["ended_at"]);
    }
    assert_eq!((&failing["sync"], &failing["status"]), (&json!("nightly"), &json!("failed")));
    assert_eq!(failing["error"]["kind"], "data");
    breaks(&project);
    sync().exits(7);
    assert_eq!(events(&project).as_array().unwrap().len(), 3, "it is another failure");
}

#[test]
fn a_scheduled_sync_is_told_after_its_last_try_and_its_recovery_by_whatever_command() {
    let scheduled = "schedule = \"every 1h\"\nretry = { attempts = 2, delay = \"1s\" }\n";
    let project = with(&format!("{NIGHTLY}{scheduled}{KEEPING}"));
    project.server.inject("503:/contacts".parse().unwrap());
    let mut running = project.start(&words("run --json --limits attempts=1"));
    running.until("sync_ended");
    running.until("sync_ended");
    running.signal("-TERM");
    running.ended(&project).exits(0);
    assert_eq!(events(&project), json!([["failing", 2]]), "the first is tried again");
    assert_eq!(told(&project)[0]["attempt"], 2);
    project.server.heal();
    project.run(&["sync"]).succeeds();
    assert_eq!(events(&project), json!([["failing", 2], ["recovered", 3]]));
}

#[test]
#[cfg(target_os = "linux")]
fn a_run_that_was_interrupted_is_told_when_it_is_found() {
    let scheduled = "schedule = \"every 1h\"\nretry = { attempts = 1 }\n";
    let project = with(&format!("{NIGHTLY}{scheduled}{KEEPING}"));
    project.server.inject("stall:/contacts@2+".parse().unwrap());
    let mut running = project.start(&words("run --json -v"));
    running.until("\"page\"");
    running.signal("-KILL");
    running.ended(&project);
    project.server.heal();
    let other = "[syncs.other]\naccount = \"acme\"\nstream = \"lists\"\nto = \"lists.db\"\n\
                 schedule = \"every 1d\"\n";
    project.write_config(&format!("{NIGHTLY}{scheduled}{other}{KEEPING}"));
    let mut running = project.start(&words("run --json"));
    running.until("sync_ended");
    running.signal("-TERM");
    running.ended(&project).exits(0);
    assert_eq!(events(&project), json!([["failing", 1]]));
    assert_eq!(told(&project)[0]["status"], "interrupted");
}

#[test]
#[cfg(target_os = "linux")]
fn one_that_only_commands_run_is_told_when_the_next_one_begins() {
    let project = with(&format!("{NIGHTLY}{KEEPING}[runs]\nper_sync = 1\n"));
    project.server.inject("stall:/contacts@2+".parse().unwrap());
    let mut sync = project.start(&words("sync --json"));
    sync.until("\"page\"");
    sync.signal("-KILL");
    sync.ended(&project);
    project.server.heal();
    project.run(&["sync"]).succeeds();
    assert_eq!(events(&project), json!([["failing", 1], ["recovered", 2]]));
}

#[test]
fn a_command_that_fails_is_a_warning_and_changes_nothing() {
    for (command, warning) in [
        ("[\"./no-such\"]", "the command of `[notify]`, ./no-such, cannot be started: "),
        ("[\"false\"]", "the command of `[notify]`, false, failed: exit status: 1; "),
        (
            "[\"sleep\", \"600\"]\ntimeout = \"1s\"",
            "the command of `[notify]`, sleep, was ended: it took longer than 1 s; \
             it was to tell that nightly is failing\n",
        ),
    ] {
        let project = with(&format!("{NIGHTLY}[notify]\ncommand = {command}\n"));
        breaks(&project);
        let run = project.run(&words("sync --limits attempts=1")).exits(7);
        assert!(run.stderr.contains(&format!("warning: {warning}")), "{}", run.stderr);
        let again = project.run(&words("sync --limits attempts=1")).exits(7);
        assert!(!again.stderr.contains("warning: the command"), "{}", again.stderr);
        project.server.heal();
        project.run(&["sync"]).succeeds();
    }
}

/// What a command has started ends with it: all who could write into a pipe are gone, and the one
/// that would have written has not.
#[test]
fn a_command_that_takes_too_long_is_ended_with_all_that_it_has_started() {
    let command = "(sleep 10; echo survived) > pipe & sleep 600";
    let project = with(&format!(
        "{NIGHTLY}[notify]\ncommand = [\"sh\", \"-c\", {command:?}]\ntimeout = \"1s\"\n"
    ));
    let pipe = project.path("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let written = std::thread::spawn(move || fs::read_to_string(pipe).unwrap());
    breaks(&project);
    let run = project.run(&words("sync --limits attempts=1")).exits(7);
    assert!(run.stderr.contains("was ended: it took longer than 1 s"), "{}", run.stderr);
    assert_eq!(written.join().unwrap(), "");
}

#[test]
fn it_is_shown_without_what_the_command_is_given() {
    let config = "[notify]\ncommand = [\"scripts/tell\", \"https://hooks.example.com/canary\"]\n\
                  timeout = \"90s\"\n";
    let project = with(config);
    let shown = project.run(&words("config show")).succeeds().stdout;
    for part in ["notify.command", "scripts/tell", "notify.timeout", "1 min 30 s"] {
        assert!(shown.contains(part), "no {part} in {shown}");
    }
    assert!(!shown.contains("canary"), "{shown}");
    project.write_config(&config.replace("\"90s\"", "\"1h\"").replace("[\"scr", "[1, \"scr"));
    let wrong = project.run(&words("config check")).exits(2).stderr;
    assert!(wrong.contains("`timeout` takes a duration from `1s` to `10m`"), "{wrong}");
    let list = "`command` takes a list of texts: a program and what it is given";
    assert!(wrong.contains(list) && !wrong.contains("canary"), "{wrong}");
}
