//! Syncs: what they load, what they say, and what stays when they end early.

use std::fs;

use crate::harness::{Project, words};
use serde_json::Value;

const SYNCS: &str = "\
[syncs.people]\naccount = \"acme\"\nstreams = [\"contacts\", \"lists\"]\nto = \"out.db\"\nmode = \"replace\"\n\
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
    let mut sync = project.start(&words("sync people --json"));
    sync.until("\"page\"");
    sync.signal(signal);
    sync.ended(project)
}

/// The files of the project that no test expects.
fn left(project: &Project) -> Vec<String> {
    let known = ["out.db", "tollgate.toml", "tollgate.lock", "connectors", ".tollgate"];
    let entries = fs::read_dir(project.path(".")).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| !known.contains(&name.as_str())).collect()
}

#[test]
#[cfg(unix)]
fn an_interrupted_sync_leaves_the_old_data_whole_and_is_gone_on_with() {
    let project = Project::installed();
    project.write_config(SYNCS);
    project.run(&words("sync people")).succeeds();
    let paged = SYNCS.replace("to = \"out.db\"", "to = \"out.db\"\noptions = { page_size = 50 }");
    project.write_config(&paged.replace("\"contacts\", \"lists\"", "\"contacts\""));
    // One page comes each time, and then never another: the sync is under way until it is stopped.
    for (kept, signal) in [(50, "-INT"), (100, "-TERM")] {
        project.server.heal();
        project.server.inject("stall:/contacts@2+".parse().unwrap());
        let run = interrupted(&project, signal).exits(130);
        assert!(run.stderr.contains("stopping"), "{}", run.stderr);
        let report = &run.json()["runs"][0];
        assert_eq!(report["errors"][0]["kind"], "cancelled");
        assert_eq!(report["kept"], serde_json::json!({ "rows": kept, "visible": false }));
        assert_eq!(project.count("out.db", "contacts"), 120);
        assert_eq!(left(&project), Vec::<String>::new(), "nothing else is left");
    }
    let shown = project.run(&words("state show people")).succeeds();
    assert!(shown.stdout.contains("interrupted"), "{}", shown.stdout);
    project.server.heal();
    project.server.clear();
    let run = project.run(&words("sync people")).succeeds();
    assert!(run.stdout.contains("went on after 100 rows"), "{}", run.stdout);
    assert!(run.stderr.contains("goes on after 100 rows of the read of 20"), "{}", run.stderr);
    assert_eq!(project.count("out.db", "contacts"), 120);
    let connection = rusqlite::Connection::open(project.path("out.db")).unwrap();
    let query = "select count(*) from sqlite_schema where name like '%staging%'";
    let staged: i64 = connection.query_row(query, [], |row| row.get(0)).unwrap();
    assert_eq!(staged, 0, "no staging table is left");
}

#[test]
fn a_quota_keeps_what_came_and_says_when_the_next_run_goes_on() {
    let project = Project::installed();
    let config = SYNCS.replace("\"contacts\", \"lists\"", "\"contacts\"");
    project.write_config(&config.replace("\"replace\"", "\"merge\"\noptions = { page_size = 50 }"));
    project.server.inject("429=3600:/contacts@2".parse().unwrap());
    let run = project.run(&words("sync people")).exits(5);
    assert!(run.stdout.contains("50 rows kept"), "{}", run.stdout);
    assert!(run.stdout.contains("the next run goes on after what is kept"), "{}", run.stdout);
    assert!(run.stderr.contains("again from: 20"), "{}", run.stderr);
    assert_eq!(project.count("out.db", "contacts"), 50);
    let state = project.run(&words("state show people --json")).succeeds().json();
    assert_eq!((&state[0]["table"], &state[0]["state"]["rows"]), (&"contacts".into(), &50.into()));
    assert_eq!(state[0]["state"]["ended"], false);
    let run = project.run(&words("sync people --json")).succeeds();
    let report = &run.json()["runs"][0];
    assert_eq!((&report["mode"], &report["rows"]), (&"merge".into(), &70.into()));
    assert_eq!(report["resumed"]["from"], "interruption");
    assert_eq!(project.count("out.db", "contacts"), 120);
}

#[test]
fn a_state_is_reset_and_a_full_refresh_needs_none() {
    let project = Project::installed();
    let config = SYNCS
        .replace("\"replace\"", "\"merge\"")
        .replace("\"contacts\", \"lists\"", "\"contacts\"");
    project.write_config(&config);
    project.run(&words("sync people")).succeeds();
    let rows = |line: &str| project.run(&words(line)).succeeds().json()["runs"][0]["rows"].clone();
    assert_eq!(rows("sync people --full-refresh --json"), 120);
    let reset = project.run(&words("state reset people --stream contacts")).succeeds();
    assert_eq!(reset.stdout, "people: contacts: the next run reads from the start\n");
    let reset = project.run(&words("state reset people --json")).succeeds().json();
    assert_eq!(reset[0]["was_kept"], false);
    assert_eq!(rows("sync people --json"), 120);
    assert_eq!(project.count("out.db", "contacts"), 120, "merged, not added");
    let run = project.run(&words("state reset people --stream contcts")).exits(2);
    insta::assert_snapshot!(run.errors_alone(), @r"
    error: sync people has no stream `contcts`
    hint: did you mean `contacts`?
    ");
    project.run(&words("sync people --full-refresh --limit 3")).exits(2);
}

#[test]
fn nothing_runs_while_one_sync_is_misconfigured() {
    let project = Project::installed();
    project.write_config(&format!(
        "{SYNCS}[syncs.bad]\naccount = \"acme\"\nstream = \"lists\"\nto = \"csv:x\"\nmode = \"merge\"\n"
    ));
    let run = project.run(&words("sync --json")).exits(2);
    let report = run.json();
    assert_eq!(report["runs"].as_array().unwrap().len(), 1);
    assert_eq!(report["runs"][0]["sync"], "bad");
    assert!(!project.path("out.db").exists() && project.server.requests().is_empty());
    let run = project.run(&["sync"]).exits(2);
    assert!(run.stderr.contains("nothing can be merged into csv files"), "{}", run.stderr);
}

#[test]
fn the_report_for_programs_is_there_also_where_no_sync_is() {
    let project = Project::installed();
    for (line, code) in [("sync nightly --json", 2), ("sync --json", 2)] {
        let report = project.run(&words(line)).exits(code).json();
        assert_eq!((&report["ok"], &report["exit_code"]), (&false.into(), &code.into()));
        assert_eq!(report["runs"], serde_json::json!([]));
        assert_eq!(report["errors"][0]["kind"], "config");
    }
}

#[test]
fn child_tables_that_a_stream_does_not_have_are_told_with_their_line() {
    let project = Project::installed();
    project.write_config(&SYNCS.replace("limit = 3", "expand = [\"notes\"]"));
    let run = project.run(&["sync"]).exits(2);
    assert!(run.stderr.contains("expand = [\"notes\"]"), "{}", run.stderr);
    assert!(run.stderr.contains("stream messages has no child table `notes`"), "{}", run.stderr);
    let line = "sync --stream lists --to out.db --expand=notes";
    let run = project.run(&words(line)).exits(2);
    insta::assert_snapshot!(run.errors_alone(), @r"
    error: sync acme: stream lists has no child table `notes`
    hint: there are none
    ");
    project.run(&words("sync --stream lists --to out.db --expand")).succeeds();
    assert_eq!(project.run(&words("sync --json")).exits(2).json()["runs"][0]["sync"], "mail");
}
