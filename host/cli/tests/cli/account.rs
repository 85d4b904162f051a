//! Connecting accounts by OAuth 2, and what becomes of their tokens. The provider is a small server
//! here; the connector is one that hunts for tokens, so that none shows that could.

mod provider;

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command};

use provider::Provider;
use serde_json::Value;

use crate::place::{Desk, Place, Run};

/// What every secret here begins with. It must be found in no output and no file.
const CANARY: &str = "canary";

/// A project with an account at a provider, and a home of its own.
type Project = Desk<Provider>;

impl Project {
    fn new() -> Self {
        let server = Provider::start();
        let variables = vec![("ACME_SECRET", "canary-client-secret".to_owned())];
        let project = Desk { place: Place::new(server.origin(), &[CANARY], variables), server };
        project.configure("", "");
        let component = tollgate_test_artifacts::hostile("hunts_tokens");
        project.run(&["add", component.to_str().unwrap(), "--grant"]).exits(0);
        project
    }

    /// Writes tollgate.toml: an account with these lines, and what is given.
    fn configure(&self, account: &str, more: &str) {
        let origin = self.server.origin();
        let text = format!(
            "[accounts.acme]\nconnector = \"hostile\"\n{account}\n\
             [origins]\n\"https://api.example.com\" = \"{origin}\"\n\n{more}"
        );
        self.put("tollgate.toml", &text);
    }

    fn run(&self, args: &[&str]) -> Run {
        self.came_to(self.command(args).output().unwrap())
    }

    /// Starts to connect, and gives the address that the user has to open.
    fn connecting(&self, args: &[&str]) -> (Child, String) {
        let arguments = [&["account", "connect", "acme", "--no-browser"], args].concat();
        let mut child = self.command(&arguments).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        while !line.starts_with("http") {
            line.clear();
            assert_ne!(lines.read_line(&mut line).unwrap(), 0, "it ended without an address");
        }
        // Somebody has to read what else it says.
        std::thread::spawn(move || lines.read_to_end(&mut Vec::new()));
        (child, line.trim_end().to_owned())
    }

    fn connected(&self) -> Run {
        let (child, url) = self.connecting(&[]);
        self.server.consent(&url);
        self.came_to(child.wait_with_output().unwrap()).exits(0)
    }
}

/// Dates are of today, and how long it is until then depends on the second.
fn redact_dates(text: &str) -> String {
    let redact = |line: &str| {
        let line = line.split(" (in ").next().unwrap_or_default();
        let date = line
            .split([' ', ','])
            .find(|word| word.len() == "2026-11-21T12:00:00Z".len() && word.ends_with('Z'));
        date.map_or_else(|| line.to_owned(), |date| line.replace(date, "[DATE]"))
    };
    text.lines().map(|line| redact(line) + "\n").collect()
}

#[test]
fn an_account_is_connected_looked_at_used_and_forgotten() {
    let project = Project::new();
    let before = project.run(&["account", "test", "acme"]).exits(3);
    insta::assert_snapshot!(before.stderr, @r"
    error: account acme: connector hostile 0.1.0: account acme is not connected
    hint: run `tollgate account connect acme`
    ");
    let connected = project.connected();
    insta::assert_snapshot!(redact_dates(&connected.stdout), @r"
    acme is connected; its tokens are in .tollgate/vault
      scopes: all
      access token: until [DATE]
      it renews itself
    ");

    let tested = project.run(&["account", "test", "acme", "-vv"]).exits(0);
    assert_eq!(tested.stdout, "acme: {\"name\":\"Anna\"}\n");
    insta::assert_snapshot!(project.run(&["account", "list"]).exits(0).stdout, @r"
    account   connector   auth                    tokens
    ─────────────────────────────────────────────────────────────
    acme      hostile     the connector's first   renews itself
    ");
    let shown = project.run(&["account", "show", "acme"]).exits(0);
    insta::assert_snapshot!(redact_dates(&shown.stdout), @r"
    acme: hostile, auth method oauth2

    field           kind      from
    ───────────────────────────────────
    token           secret    not set
    client_id       setting   not set
    client_secret   secret    not set

    tokens: since [DATE], renews itself
      access token until [DATE]
      scopes all
    ");
    let json = project.run(&["account", "show", "acme", "--json"]).exits(0).json();
    assert_eq!(json["tokens"]["renewable"], true);
    assert_eq!(json["tokens"]["scope"], "all");
    assert_eq!(json["fields"][0]["from"], Value::Null);
    let json = project.run(&["account", "list", "--json"]).exits(0).json();
    assert_eq!((json[0]["account"].as_str(), json.as_array().unwrap().len()), (Some("acme"), 1));

    // What hunts for the token does not get it.
    project.run(&["preview", "--account", "acme", "--stream", "rows", "-vv"]).exits(10);

    let removed = project.run(&["account", "remove", "acme"]).exits(0);
    assert_eq!(removed.stderr, "removed the tokens of acme; its entry in tollgate.toml stays\n");
    let again = project.run(&["account", "remove", "acme"]).exits(0);
    assert!(again.stderr.starts_with("the vault has no tokens of acme"), "{}", again.stderr);
    project.run(&["account", "test", "acme"]).exits(3);
    let unknown = project.run(&["account", "remove", "acne"]).exits(2);
    let message = "error: there is no account `acne`, and the vault has no tokens of it\n";
    assert_eq!(unknown.stderr, message);
    project.run(&["account", "remove", "a/b"]).exits(2);
}

#[test]
fn processes_that_are_refused_at_once_renew_once() {
    let project = Project::new();
    project.connected();
    project.server.end_access_token();
    let start = || project.command(&["account", "test", "acme", "-vv"]).spawn().unwrap();
    for child in [start(), start(), start()] {
        project.came_to(child.wait_with_output().unwrap()).exits(0);
    }
    assert_eq!(project.server.exchanges(), 2, "one for the code, one to renew");
}

#[test]
fn an_expired_grant_says_what_to_run() {
    let project = Project::new();
    project.connected();
    project.server.end_access_token();
    project.server.end_grant();
    let run = project.run(&["check"]).exits(3);
    insta::assert_snapshot!(run.stderr, @r"
    error: account acme: connector hostile 0.1.0: account acme gets no token: the provider says invalid_grant (The token is gone.)
    hint: run `tollgate account connect acme`
    ");
    project.connected();
    project.run(&["check"]).exits(0);
}

#[test]
fn an_account_is_connected_from_another_device_or_by_itself() {
    let project = Project::new();
    let run = project.run(&["account", "connect", "acme", "--device", "--json"]).exits(0);
    assert!(run.stderr.contains("open https://device.example.com and enter WDJB-MJHT"));
    assert_eq!(run.json()["renewable"], true);
    project.run(&["check"]).exits(0);

    project.configure("auth = \"client\"\nclient_secret = { env = \"ACME_SECRET\" }\n", "");
    project.run(&["check"]).exits(0);
    let run = project.run(&["account", "connect", "acme", "--device"]).exits(2);
    assert!(run.stderr.contains("offers no signing in by device code"), "{}", run.stderr);
}

#[test]
fn a_vault_with_another_key_is_told_and_stays_as_it_is() {
    let project = Project::new();
    let run = project.connected();
    assert!(run.stdout.contains(".tollgate/vault"), "{}", run.stdout);
    let key = project.path("home/tollgate/vault.key");
    let vault = project.path(".tollgate/vault");
    let before = fs::read(&vault).unwrap();
    fs::write(&key, "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n").unwrap();
    let run = project.run(&["check"]).exits(2);
    insta::assert_snapshot!(run.stderr, @r#"
    error: account acme: connector hostile 0.1.0: the vault .tollgate/vault was sealed with another key than the file "[PROJECT]/home/tollgate/vault.key"
    hint: give it the key it was sealed with; `tollgate account connect` fills a new one after this file is moved away
    "#);
    for args in [&["account", "list"][..], &["account", "remove", "acme"]] {
        project.run(args).exits(2);
    }
    let asked = project.run(&["account", "connect", "acme", "--no-browser"]).exits(2);
    assert!(!asked.stderr.contains("http"), "{}", asked.stderr);
    assert_eq!(fs::read(&vault).unwrap(), before);

    // A key that a program prints.
    fs::remove_file(&vault).unwrap();
    let key = "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=";
    project.configure(
        "",
        &format!("[vault]\nfile = \"v\"\nkey = {{ command = [\"echo\", \"{key}\"] }}\n"),
    );
    assert!(project.connected().stdout.contains("its tokens are in v\n"));
    project.run(&["check"]).exits(0);
    assert!(project.path("v").is_file());
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_the_waiting() {
    let project = Project::new();
    let (mut child, url) = project.connecting(&[]);
    let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(kill.success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(url.contains("code_challenge_method=S256"));
    assert_eq!(project.server.exchanges(), 0);
}

#[test]
fn an_account_that_signs_in_by_requests_has_nothing_to_connect() {
    let project = Project::new();
    let component = tollgate_test_artifacts::hostile("hunts_base_url");
    let added = project.run(&["add", component.to_str().unwrap(), "--grant"]).exits(0);
    let shown = "signs in at https://api.example.com/token";
    assert!(added.stdout.contains(shown), "{}", added.stdout);
    project.configure("auth = \"asked\"\ntoken = { env = \"ACME_SECRET\" }", "");
    let refused = project.run(&["account", "connect", "acme"]).exits(2);
    insta::assert_snapshot!(refused.stderr, @r"
    error: the account's auth method is not OAuth 2, so there is nothing to connect
    hint: `tollgate check` tells whether its credentials work
    ");
    let shown = project.run(&["account", "show", "acme"]).exits(0);
    let tokens = "\ntokens: had by signing in when they are needed, and kept nowhere\n";
    assert!(shown.stdout.ends_with(tokens), "{}", shown.stdout);
}
