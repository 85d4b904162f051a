//! One clear error, and the right exit code, for each thing that goes wrong.

use std::fs;

use tollgate_simulators::IContact;

use crate::harness::{Project, words};

const SYNC: &str = "sync --stream contacts --to out.db";

fn with_fault(fault: &str) -> Project {
    Project::with(IContact::builder().contacts(50).fault(fault.parse().unwrap()))
}

#[test]
fn a_wrong_password_is_3() {
    let mut project = Project::installed();
    project.set_password("another");
    let run = project.run(&["check"]).exits(3);
    insta::assert_snapshot!(run.errors(), @r"
    error: account acme: connector icontact 0.1.0: Api password invalid
    hint: check the account's credentials at the provider
    ");
    project.run(&words(SYNC)).exits(3);
}

#[test]
fn a_missing_secret_is_2() {
    let project = Project::installed();
    let mut command = project.command(&["check"]);
    let run = project.came_to(command.env_remove("ACME_PASSWORD").output().unwrap()).exits(2);
    insta::assert_snapshot!(run.errors(), @r"
    error: account `acme`, `password`: the environment variable `ACME_PASSWORD` is not set
    hint: set `ACME_PASSWORD` where this command runs, or refer to a file instead
    ");
}

#[test]
fn a_forbidden_request_is_4() {
    with_fault("403").run(&["check"]).exits(4);
}

#[test]
fn a_long_rate_limit_is_5_and_says_until_when() {
    let project = with_fault("429=3600");
    let run = project.run(&["check"]).exits(5);
    assert!(run.stderr.contains("again from: 20"), "{}", run.stderr);
    assert!(run.stderr.contains("(in 59 min") || run.stderr.contains("(in 1 h"), "{}", run.stderr);
}

#[test]
fn a_provider_that_is_down_is_6() {
    let project = Project::installed();
    // Nobody listens at port 1.
    let line = "check --origin https://app.icontact.com=http://127.0.0.1:1 --limits attempts=1";
    let run = project.run(&words(line)).exits(6);
    assert!(run.stderr.starts_with("error: account acme: "), "{}", run.stderr);
}

#[test]
fn an_answer_that_is_not_understood_is_7() {
    let project = with_fault("html");
    let run = project.run(&words("check --limits attempts=1")).exits(7);
    assert!(run.stderr.contains("connector icontact 0.1.0"), "{}", run.stderr);
}

#[test]
fn a_destination_that_is_no_database_is_8() {
    let project = Project::installed();
    fs::write(project.path("out.db"), "x".repeat(4_096)).unwrap();
    let run = project.run(&words(SYNC)).exits(8);
    insta::assert_snapshot!(run.errors_alone(), @r"
    error: sync acme, stream contacts: [PROJECT]/out.db is not a SQLite database
      because: file is not a database
    hint: choose another file name; what is in this file stays as it is
    ");
    let untouched = fs::read_to_string(project.path("out.db")).unwrap();
    assert_eq!(untouched, "x".repeat(4_096));
}

#[test]
fn a_folder_that_cannot_be_made_is_8() {
    let project = Project::installed();
    fs::write(project.path("taken"), "a file").unwrap();
    project.run(&words("sync --stream lists --to csv:taken/deeper")).exits(8);
    project.run(&words("sync --stream lists --to taken/deeper/out.db")).exits(8);
}

#[test]
fn a_limit_of_the_host_is_9() {
    let project = Project::installed();
    let run =
        project.run(&words("sync --stream contacts --to out.db --limits requests=1")).exits(9);
    assert!(run.stderr.contains("request"), "{}", run.stderr);
}

#[test]
fn wrong_limits_are_2() {
    let project = Project::installed();
    let run = project.run(&words("check --limits gest_memory=1MiB")).exits(2);
    assert!(run.stderr.contains("did you mean `guest_memory`?"), "{}", run.stderr);
    project.run(&words("check --limits guest_memory=1")).exits(2);
    project.run(&words("check --ca-file nowhere.pem")).exits(2);
}
