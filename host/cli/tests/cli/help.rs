//! Every help text, pinned: what changes here changes for users.

use std::process::Command;

const COMMANDS: [&str; 24] = [
    "account",
    "add",
    "check",
    "choices",
    "completions",
    "config",
    "connectors",
    "describe",
    "discover",
    "forget",
    "help",
    "init",
    "inspect",
    "pause",
    "preview",
    "read",
    "remove",
    "resume",
    "run",
    "runs",
    "schedules",
    "state",
    "sync",
    "write",
];

fn stdout(args: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_tollgate")).args(args).output().unwrap();
    assert!(output.status.success(), "{args:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The global options stand in the help of every command; they are pinned once.
fn own_part(help: &str) -> &str {
    let (own, rest) = help.split_once("Global options:").unwrap_or((help, ""));
    assert!(rest.contains("Examples:") || own.contains("Usage"), "{help}");
    own
}

#[test]
fn the_program_explains_itself() {
    insta::assert_snapshot!("help", stdout(&["--help"]));
}

#[test]
fn every_command_explains_itself() {
    for command in COMMANDS {
        let help = stdout(&["help", command]);
        if command == "config" {
            continue;
        }
        let examples = help.split_once("Examples:").map(|(_, examples)| examples).unwrap();
        insta::assert_snapshot!(
            format!("help-{command}"),
            format!("{}Examples:{examples}", own_part(&help))
        );
    }
}

#[test]
fn every_topic_is_explained() {
    for topic in ["limits", "exit-codes", "config"] {
        insta::assert_snapshot!(format!("topic-{topic}"), stdout(&["help", topic]));
    }
}

#[test]
fn an_unknown_topic_is_told_its_near_miss() {
    let output =
        Command::new(env!("CARGO_BIN_EXE_tollgate")).args(["help", "limit"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("did you mean `limits`?"));
}

#[test]
fn completions_are_there_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        assert!(stdout(&["completions", shell]).contains("connectors"), "{shell}");
    }
}

#[test]
fn a_wrong_command_line_exits_with_2() {
    for args in [&["frobnicate"][..], &["sync", "--limit", "many"], &["read"], &[]] {
        let output = Command::new(env!("CARGO_BIN_EXE_tollgate")).args(args).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(output.stdout.is_empty());
    }
}
