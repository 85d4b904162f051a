//! No output has a secret: not of commands that work, not of those that fail, not at any verbosity.

use std::fs;
use std::path::Path;

use tollgate_simulators::IContact;

use crate::harness::{CANARY, CANARY_APP, Project, Run, words};

fn assert_clean(run: &Run, command: &str) {
    for (name, text) in [("stdout", &run.stdout), ("stderr", &run.stderr)] {
        for canary in [CANARY, CANARY_APP] {
            assert!(!text.contains(canary), "`{command}` has a secret on {name}:\n{text}");
        }
    }
}

fn assert_no_file_has_one(folder: &Path) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            assert_no_file_has_one(&path);
            continue;
        }
        let content = fs::read(&path).unwrap();
        for canary in [CANARY, CANARY_APP] {
            let found = content.windows(canary.len()).any(|window| window == canary.as_bytes());
            assert!(!found, "{} has a secret", path.display());
        }
    }
}

#[test]
fn commands_that_work_show_none() {
    let project = Project::installed();
    project.write_config(
        "[syncs.all]\naccount = \"acme\"\nstreams = [\"contacts\", \"lists\"]\nto = \"out.db\"\n",
    );
    for command in [
        "check -vv",
        "check --json -vv",
        "config show",
        "config check",
        "discover --stream contacts -vv",
        "preview --stream contacts -vv",
        "read --stream contacts -vv",
        "sync -vv",
        "sync --json -vv",
    ] {
        assert_clean(&project.run(&words(command)).succeeds(), command);
    }
    assert_no_file_has_one(&project.path("."));
}

#[test]
fn a_provider_that_echoes_the_credentials_gives_none_away() {
    let simulator = IContact::builder().contacts(10);
    let project = Project::with(simulator.fault("echo-headers".parse().unwrap()));
    project.write_config(
        "[syncs.all]\naccount = \"acme\"\nstreams = [\"contacts\", \"lists\"]\nto = \"out.db\"\n\
         [notify]\ncommand = [\"cp\", \"/dev/stdin\", \"told.json\"]\n",
    );
    for command in
        ["check -vv", "preview --stream contacts -vv", "sync --stream lists --to a.db -vv", "sync"]
    {
        let run = project.run(&words(command));
        assert_ne!(run.code, Some(0), "{command}");
        assert_clean(&run, command);
    }
    let shown = project.run(&words("runs show 1")).succeeds();
    assert!(shown.stdout.contains("failed: denied"), "{}", shown.stdout);
    assert_clean(&shown, "runs show 1");
    if cfg!(unix) {
        let told = fs::read_to_string(project.path("told.json")).unwrap();
        assert!(told.contains("\"kind\":\"denied\""), "{told}");
    }
    assert_no_file_has_one(&project.path("."));
}
