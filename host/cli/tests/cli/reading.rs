//! Looking at an account: check, discover, choices, preview, read.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use serde_json::Value;
use tollgate_simulators::IContact;

use crate::harness::{Project, words};

#[test]
fn check_says_whose_account_it_is() {
    let project = Project::installed();
    let run = project.run(&["check"]).succeeds();
    assert!(run.stdout.starts_with("acme: "), "{}", run.stdout);
    let json = project.run(&words("check --json")).succeeds().json();
    assert_eq!(json[0]["ok"], true);
    assert!(json[0]["identity"].as_str().unwrap().contains("account"));
    assert_eq!(project.server.violations(), Vec::<String>::new());
}

#[test]
fn discover_lists_the_columns_of_the_account_too() {
    let project = Project::installed();
    let declared = project.run(&words("describe icontact --stream contacts --json")).json();
    let found = project.run(&words("discover --stream contacts --json")).succeeds().json();
    let declared = declared["columns"].as_array().unwrap().len();
    assert!(found.as_array().unwrap().len() > declared, "the simulator has custom fields");
    let text = project.run(&words("discover --stream contacts")).succeeds().stdout;
    assert!(text.contains("timestamp") && text.contains("email"), "{text}");
}

#[test]
fn choices_come_from_the_account() {
    let project = Project::installed();
    let described = project.run(&words("describe icontact --stream contacts --json")).json();
    let options = described["options"].as_array().unwrap();
    let lookup = options.iter().find(|option| option["type"] == "lookup").unwrap();
    let name = lookup["name"].as_str().unwrap();
    let line = format!("choices --stream contacts --field {name} --json");
    let choices = project.run(&words(&line)).succeeds().json();
    assert_eq!(choices.as_array().unwrap().len(), project.server.truth().lists().count());
    let run = project.run(&words("choices --stream contacts --field status")).exits(2);
    assert!(run.stderr.contains("status"), "{}", run.stderr);
}

#[test]
fn a_preview_fits_the_width_and_names_what_has_no_room() {
    let project = Project::installed();
    let run = project.run(&words("preview --stream contacts --limit 3")).succeeds();
    assert_eq!(run.stdout.lines().count(), 5, "{}", run.stdout);
    assert!(run.stdout.lines().all(|line| line.chars().count() <= 100), "{}", run.stdout);
    assert!(run.stderr.contains("no room for:"), "{}", run.stderr);
    assert!(project.server.request_count() < 10, "a preview asks for little");
    let chosen = words("preview --stream contacts --limit 2 --columns status,email --json");
    let rows = project.run(&chosen).succeeds().json();
    assert_eq!(rows.as_array().unwrap().len(), 2);
    let keys: Vec<&String> = rows[0].as_object().unwrap().keys().collect();
    assert_eq!(keys.len(), 2);
}

#[test]
fn read_writes_every_row_once() {
    let project = Project::installed();
    let run = project.run(&words("read --stream contacts")).succeeds();
    let rows: Vec<Value> =
        run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), 120);
    let line = "read --stream contacts --format csv --limit 7 --columns status,contact_id";
    let csv = project.run(&words(line)).succeeds();
    assert_eq!(csv.stdout.lines().count(), 8, "a header and seven rows");
    assert!(csv.stdout.starts_with("status,contact_id\r\n"), "{}", csv.stdout);
}

#[test]
fn a_reader_that_goes_away_ends_the_command_in_silence() {
    let project = Project::with(IContact::builder().contacts(20_000));
    let mut child = project
        .command(&words("read --stream contacts"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = String::new();
    let mut reader = BufReader::new(child.stdout.take().unwrap());
    reader.read_line(&mut first).unwrap();
    drop(reader);
    let run = project.came_to(child.wait_with_output().unwrap()).succeeds();
    assert!(first.starts_with('{'));
    assert_eq!(run.stderr, "");
}

#[test]
fn wrong_streams_options_and_columns_are_told_before_any_request() {
    let project = Project::installed();
    for (line, hint) in [
        ("preview --stream contact", "did you mean `contacts`?"),
        ("preview --stream contacts --option statsu=normal", "did you mean `status`?"),
        ("preview --stream contacts --option status=normla", "did you mean `normal`?"),
        ("preview --stream lists --columns nmae", "did you mean"),
        ("preview --stream contacts --account acm", "did you mean `acme`?"),
    ] {
        let run = project.run(&words(line)).exits(2);
        assert!(run.stderr.contains(hint), "{line}: {}", run.stderr);
    }
    assert_eq!(project.server.request_count(), 0);
}

#[test]
fn requests_are_told_where_they_are_asked_for() {
    let project = Project::installed();
    let run = project.run(&words("preview --stream lists -v")).succeeds();
    assert!(run.stderr.contains("GET https://app.icontact.com/icp/"), "{}", run.stderr);
    let quiet = project.run(&words("preview --stream lists -q")).succeeds();
    assert_eq!(quiet.stderr, "");
}
