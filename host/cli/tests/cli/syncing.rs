//! Syncs: what they load, what they say, and what stays when they end early.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use crate::harness::{Project, words};
use serde_json::Value;

const SYNCS: &str = "\
[syncs.people]\naccount = \"acme\"\nstreams = [\"contacts\", \"lists\"]\nto = \"out.db\"\n\
[syncs.mail]\naccount = \"acme\"\nstream = \"messages\"\nto = \"csv:mail\"\nlimit = 3\n";

#[test]
fn every_sync_of_the_file_runs() {
    let project = Project::installed();
    project.write_config(SYNCS);
    let run = project.run(&["sync"]).succeeds();
    assert_eq!(project.count("out.db", "contacts"), 120);
    assert_eq!(project.count("out.db", "lists"), project.server.truth().lists().count());
    let csv = fs::read_to_string(project.path("mail/messages.csv")).unwrap();
    assert!(csv.lines().count() >= 4);
    for word in ["people", "mail", "contacts", "lists", "messages", "ok", "sqlite:out.db"] {
        assert!(run.stdout.contains(word), "no {word} in {}", run.stdout);
    }
    project.run(&words("sync --jobs 2")).succeeds();
    assert_eq!(project.count("out.db", "contacts"), 120, "replaced, not added");
    assert_eq!(project.server.violations(), Vec::<String>::new());
}

#[test]
fn the_report_for_programs_is_one_object_and_progress_one_object_a_line() {
    let project = Project::installed();
    project.write_config(SYNCS);
    let run = project.run(&words("sync people --json --jobs 2")).succeeds();
    let report = run.json();
    assert_eq!((report["ok"].as_bool(), report["exit_code"].as_u64()), (Some(true), Some(0)));
    let contacts = &report["runs"][0];
    assert_eq!(contacts["rows_loaded"], 120);
    assert_eq!(contacts["table"], "contacts");
    for key in ["pages", "requests", "wire_bytes", "guest_memory_peak_bytes"] {
        assert!(contacts[key].as_u64().unwrap() > 0, "{key}");
    }
    let events: Vec<Value> =
        run.stderr.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(events.iter().any(|event| event["event"] == "page" && event["stream"] == "lists"));
    let quiet = project.run(&words("sync people --json -q")).succeeds();
    assert_eq!(quiet.stderr, "");
    assert!(quiet.json()["ok"].as_bool().unwrap());
}

#[test]
fn streams_can_be_synced_without_an_entry_in_the_file() {
    let project = Project::installed();
    let line = "sync --stream contacts --to people.db --table folk --columns email,status \
                --limit 30";
    project.run(&words(line)).succeeds();
    assert_eq!(project.count("people.db", "folk"), 30);
    project.run(&words("sync --stream lists --to parquet:lake")).succeeds();
    assert!(fs::read_dir(project.path("lake")).unwrap().count() >= 1);
    let twice = "sync --stream lists --to twice.db --mode append";
    project.run(&words(twice)).succeeds();
    project.run(&words(twice)).succeeds();
    let lists = project.server.truth().lists().count();
    let rows = project.count("twice.db", "lists");
    assert!(rows == 2 * lists || rows == lists, "{rows}");
}

#[test]
fn one_that_fails_leaves_its_old_data_and_does_not_stop_the_others() {
    let project = Project::installed();
    project.write_config(SYNCS);
    project.run(&["sync"]).succeeds();
    project.server.inject("html:/contacts".parse().unwrap());
    let run = project.run(&words("sync --limits attempts=1")).exits(7);
    assert!(run.stdout.contains("FAILED: data"), "{}", run.stdout);
    assert!(run.stderr.contains("error: sync people, stream contacts: "), "{}", run.stderr);
    assert!(run.stderr.contains("icontact 0.1.0"), "{}", run.stderr);
    assert_eq!(project.count("out.db", "contacts"), 120, "the old data is whole");
    let json = project.run(&words("sync --json --limits attempts=1")).exits(7).json();
    assert_eq!(json["runs"][0]["errors"][0]["kind"], "data");
    assert_eq!(json["runs"][1]["ok"], true);
    assert_eq!(json["runs"][2]["ok"], true);
}

#[test]
fn two_syncs_do_not_replace_each_others_tables() {
    let project = Project::installed();
    project.write_config(
        "[syncs.a]\naccount = \"acme\"\nstream = \"lists\"\nto = \"out.db\"\n\
         [syncs.b]\naccount = \"acme\"\nstream = \"lists\"\nto = \"out.db\"\n",
    );
    let run = project.run(&["sync"]).exits(2);
    insta::assert_snapshot!(run.errors_alone(), @r"
    error: sync b: sync a loads table lists of sqlite:out.db too
    hint: give one of them another `table` or `to`, or let both append
    ");
}

/// Ends a sync when it has begun to load, which its own progress tells.
#[cfg(unix)]
fn interrupted(project: &Project, signal: &str) -> crate::harness::Run {
    let mut child = project
        .command(&words("sync people --json"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut progress = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains("\"page\"") {
        line.clear();
        assert!(progress.read_line(&mut line).unwrap() > 0, "the sync ended by itself");
    }
    let kill = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    assert!(kill.success());
    let mut rest = String::new();
    std::io::Read::read_to_string(&mut progress, &mut rest).unwrap();
    let mut run = project.came_to(child.wait_with_output().unwrap());
    run.stderr = rest;
    run
}

#[test]
#[cfg(unix)]
fn an_interrupted_sync_leaves_the_old_data_whole() {
    let project = Project::installed();
    project.write_config(SYNCS);
    project.run(&words("sync people")).succeeds();
    // The second page never comes: the sync is under way until it is stopped.
    for (count, signal) in [(1, "-INT"), (2, "-TERM")] {
        project.server.heal();
        project.server.inject("stall:/contacts@2+".parse().unwrap());
        let config =
            SYNCS.replace("to = \"out.db\"", "to = \"out.db\"\noptions = { page_size = 50 }");
        project.write_config(&config.replace("\"contacts\", \"lists\"", "\"contacts\""));
        let run = interrupted(&project, signal).exits(130);
        assert!(run.stderr.contains("stopping"), "{count}: {}", run.stderr);
        assert_eq!(run.json()["runs"][0]["errors"][0]["kind"], "cancelled");
        assert_eq!(project.count("out.db", "contacts"), 120);
    }
    let left: Vec<String> = fs::read_dir(project.path("."))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| {
            !["out.db", "tollgate.toml", "tollgate.lock", "connectors"].contains(&name.as_str())
        })
        .collect();
    assert_eq!(left, Vec::<String>::new(), "nothing else is left");
    let connection = rusqlite::Connection::open(project.path("out.db")).unwrap();
    let query = "select count(*) from sqlite_schema where name like '%stag%'";
    let staged: i64 = connection.query_row(query, [], |row| row.get(0)).unwrap();
    assert_eq!(staged, 0, "no staging table is left");
}
