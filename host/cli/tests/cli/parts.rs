//! Reads that fail for a moment, and processes that load into one file at once.

use serde_json::json;

use crate::harness::{Project, words};

const NIGHTLY: &str = "\
[syncs.nightly]\naccount = \"acme\"\nstream = \"contacts\"\nto = \"out.db\"\nmode = \"append\"\n\
options = { page_size = 50 }\n";

#[test]
fn a_read_that_fails_for_a_moment_is_gone_on_with_in_the_same_run() {
    let project = Project::installed();
    project.write_config(NIGHTLY);
    project.server.inject("503:/contacts@2".parse().unwrap());
    let run = project.run(&words("sync --json -v --limits attempts=1")).succeeds();
    let report = &run.json()["runs"][0];
    assert_eq!((&report["rows_loaded"], &report["part_retries"]), (&json!(120), &json!(1)));
    assert_eq!((&report["pages"], &report["parts_left"]), (&json!(3), &json!(0)));
    assert!(run.stderr.contains("\"partition_retried\",\"retry\":1,\"wait_ms\":1000"));
    assert_eq!(project.count("out.db", "contacts"), 120);
    let shown = project.run(&words("runs show 1")).succeeds().stdout;
    for part in ["a part was opened again", "warning: the read failed, retry 1 in 1 s: "] {
        assert!(shown.contains(part), "no {part} in {shown}");
    }
    let listed = project.run(&words("runs list --json")).succeeds().json();
    assert_eq!(listed[0]["part_retries"], 1);
}

#[test]
fn how_often_is_said_in_the_file_or_on_the_command_line() {
    let project = Project::installed();
    project.write_config(&format!("{NIGHTLY}part_retries = 0\n"));
    let shown = project.run(&words("config show")).succeeds().stdout;
    let line = shown.lines().find(|line| line.contains("syncs.nightly.part_retries")).unwrap();
    assert!(line.contains(" 0 "), "{line}");
    let retries = |args: &str| {
        project.server.inject("503:/contacts@1".parse().unwrap());
        let run = project.run(&words(&format!("sync --json --limits attempts=1 {args}")));
        project.server.heal();
        run.json()["runs"][0]["part_retries"].clone()
    };
    assert_eq!(retries(""), 0);
    assert_eq!(retries("--part-retries 1"), 1);
    project.run(&words("sync --part-retries 11")).exits(2);
    project.write_config(&format!("{NIGHTLY}part_retries = 11\n"));
    let wrong = project.run(&words("config check")).exits(2).stderr;
    assert!(
        wrong.contains("`part_retries` is 11; it takes a whole number from 0 to 10"),
        "{wrong}"
    );
}

#[test]
fn processes_load_different_tables_into_one_file_at_once() {
    let project = Project::installed();
    let streams = ["contacts", "lists", "messages", "campaigns"];
    let running = streams.map(|stream| {
        let line = format!("sync --stream {stream} --to out.db --mode replace");
        (stream, project.start(&words(&line)))
    });
    for (stream, running) in running {
        running.ended(&project).exits(0);
        assert!(project.count("out.db", stream) > 0, "{stream}");
    }
    assert_eq!(project.count("out.db", "contacts"), 120);
}

#[test]
fn a_file_that_another_program_keeps_locked_is_an_error_that_may_pass() {
    let project = Project::installed();
    project.run(&words("sync --stream lists --to out.db")).succeeds();
    let other = rusqlite::Connection::open(project.path("out.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let line = "sync --stream contacts --to sqlite:out.db?busy_timeout=0s";
    let run = project.run(&words(line)).exits(6);
    assert!(run.stderr.contains("is locked: another program is writing to it"), "{}", run.stderr);
    assert!(run.stderr.contains("?busy_timeout=5m"), "{}", run.stderr);
    other.execute_batch("COMMIT").unwrap();
    project.run(&words(line)).succeeds();
    let line = "sync --stream contacts --to out.db?busy_timout=1s";
    let run = project.run(&words(line)).exits(2);
    assert!(run.stderr.contains("did you mean `busy_timeout`?"), "{}", run.stderr);
}

#[test]
fn a_limit_below_one_instance_is_a_wrong_configuration() {
    let project = Project::installed();
    let line = "sync --stream contacts --to out.db --limits guest_memory_total=1MiB";
    let run = project.run(&words(line)).exits(2);
    assert!(run.stderr.contains("all instances together may hold 1 MiB"), "{}", run.stderr);
    assert!(run.stderr.contains("guest_memory_total"), "{}", run.stderr);
}
