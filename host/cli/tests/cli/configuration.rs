//! What is wrong in a configuration, by line, and what it comes to.

use std::fs;

use crate::harness::{Project, words};

const SYNC: &str = "[syncs.nightly]\naccount = \"acme\"\nstream = \"contacts\"\nto = \"out.db\"\n";

#[test]
fn a_right_configuration_is_right() {
    let project = Project::installed();
    project.write_config(SYNC);
    let run = project.run(&words("config check")).succeeds();
    assert!(run.stdout.contains("1 account, 1 sync"), "{}", run.stdout);
    let json = project.run(&words("config check --json")).succeeds().json();
    assert_eq!((json["ok"].as_bool(), json["syncs"].as_u64()), (Some(true), Some(1)));
    assert_eq!(project.server.request_count(), 0);
}

#[test]
fn what_only_the_connector_knows_is_checked_with_its_line() {
    let project = Project::installed();
    project.write_config(
        "[syncs.a]\naccount = \"acme\"\nstream = \"contact\"\nto = \"a.db\"\n\
         [syncs.b]\naccount = \"acme\"\nstream = \"contacts\"\nto = \"b.db\"\n\
         options = { statsu = \"normal\" }\n\
         [syncs.c]\naccount = \"acme\"\nstream = \"lists\"\nto = \"c.db\"\ncolumns = [\"nmae\"]\n",
    );
    let run = project.run(&words("config check")).exits(2);
    insta::assert_snapshot!(run.errors(), @r#"
    error: tollgate.toml:12:10: icontact has no stream `contact`
       |
    12 | stream = "contact"
       |          ^^^^^^^^^
    hint: did you mean `contacts`?
    error: tollgate.toml:18:13: stream `contacts`: there is no option `statsu`
       |
    18 | options = { statsu = "normal" }
       |             ^^^^^^
    hint: did you mean `status`?
    error: tollgate.toml:23:12: the stream `lists` has no column `nmae`
       |
    23 | columns = ["nmae"]
       |            ^^^^^^
    hint: did you mean `name`?
    "#);
    let json = project.run(&words("config check --json")).exits(2).json();
    assert_eq!(json["problems"].as_array().unwrap().len(), 3);
}

#[test]
fn a_secret_in_plain_text_is_refused_and_not_repeated() {
    let project = Project::installed();
    let config = fs::read_to_string(project.path("tollgate.toml")).unwrap();
    let plain = config.replace("{ env = \"ACME_PASSWORD\" }", "\"canary-in-plain-text\"");
    fs::write(project.path("tollgate.toml"), plain).unwrap();
    for command in ["config check", "config show", "check", "sync --stream lists --to a.db"] {
        let run = project.run(&words(command));
        let all = format!("{}{}", run.stdout, run.stderr);
        assert!(!all.contains("canary-in-plain-text"), "{all}");
    }
    let run = project.run(&["check"]).exits(2);
    insta::assert_snapshot!(run.errors(), @r#"
    error: tollgate.toml:4:1: `password` is a secret and stands here in plain text
      |
    4 | password = [not shown]
      | ^^^^^^^^
    hint: write `password = { env = "ACME_PASSWORD" }` or `password = { file = "PATH" }`, and replace the secret if others could read this file
    "#);
}

#[test]
fn a_secret_is_read_only_for_the_account_that_is_used() {
    let project = Project::installed();
    project.write_config(
        "[accounts.other]\nconnector = \"icontact\"\nusername = \"b\"\n\
         password = { file = \"nowhere\" }\napp_id = { env = \"NOWHERE\" }\n",
    );
    project.run(&words("check --account acme")).succeeds();
    project.run(&words("config check")).succeeds();
    let run = project.run(&words("check --account other")).exits(2);
    assert!(run.stderr.contains("NOWHERE") || run.stderr.contains("nowhere"), "{}", run.stderr);
    let both = project.run(&["check"]).exits(2);
    assert!(both.stdout.starts_with("acme: "), "one that fails does not stop the others");
    let which = project.run(&words("preview --stream lists")).exits(2);
    insta::assert_snapshot!(which.errors(), @r"
    error: which account? --account NAME says it
    hint: there are: acme, other
    ");
}

#[test]
fn secrets_may_lie_in_files_beside_the_configuration() {
    let project = Project::installed();
    let config = fs::read_to_string(project.path("tollgate.toml")).unwrap();
    let config = config.replace("{ env = \"ACME_PASSWORD\" }", "{ file = \"password.txt\" }");
    fs::write(project.path("tollgate.toml"), config).unwrap();
    fs::write(project.path("password.txt"), format!("{}\n", crate::harness::CANARY)).unwrap();
    project.run(&["check"]).succeeds();
}

#[test]
fn values_are_shown_with_their_origin() {
    let project = Project::installed();
    project.write_config(&format!("{SYNC}limit = 5\n[limits]\npages = 7\n"));
    let run = project
        .run(&words("config show --json --limits guest_memory=32MiB --cache-dir elsewhere"))
        .succeeds();
    let entries = run.json();
    let find = |key: &str| {
        let entry = entries.as_array().unwrap().iter().find(|entry| entry["key"] == key);
        let entry = entry.unwrap_or_else(|| panic!("no {key}"));
        (entry["value"].as_str().unwrap().to_owned(), entry["origin"].as_str().unwrap().to_owned())
    };
    let pair = |value: &str, origin: &str| (value.to_owned(), origin.to_owned());
    assert_eq!(find("accounts.acme.password"), pair("env ACME_PASSWORD", "line 4"));
    assert_eq!(find("accounts.acme.username"), pair("anna@example.com", "line 3"));
    assert_eq!(find("accounts.acme.time_zone"), pair("UTC", "default"));
    assert_eq!(find("syncs.nightly.mode"), pair("merge or replace, by the stream", "default"));
    assert_eq!(find("limits.guest_memory"), pair("32 MiB", "flag --limits"));
    assert_eq!(find("limits.pages").0, "7");
    assert_eq!(find("limits.handles").1, "default");
    assert_eq!(find("cache_dir"), pair("elsewhere", "flag --cache-dir"));
    assert!(project.run(&words("config show")).succeeds().stdout.contains("env ACME_PASSWORD"));
}

#[test]
fn a_missing_file_says_how_to_get_one() {
    let project = Project::installed();
    let run = project.run(&words("sync --config nowhere.toml")).exits(2);
    insta::assert_snapshot!(run.errors(), @r"
    error: there is no configuration file nowhere.toml
    hint: `tollgate init` writes one; --config FILE or --project DIR names another
    ");
}

#[test]
fn a_faulty_file_does_not_stop_the_commands_that_help_to_write_it() {
    let project = Project::installed();
    fs::write(project.path("tollgate.toml"), "[acounts]\n").unwrap();
    let run = project.run(&words("describe icontact")).succeeds();
    assert!(run.stderr.contains("tollgate config check"), "{}", run.stderr);
    project.run(&["check"]).exits(2);
}
