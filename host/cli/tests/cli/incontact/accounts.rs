//! Signing in by every way, and what is said where that fails.

use std::fs;

use tollgate_simulators::InContact;

use super::desk::{ACCESS_KEY, CXONE, Desk, PASSWORD, SIGN_INS};

#[test]
fn an_account_signs_in_in_every_way() {
    for account in SIGN_INS {
        let desk = Desk::new(InContact::builder(), account);
        for command in ["account test acme", "check --account acme"] {
            let checked = desk.run(command).exits(0);
            let who = "Example & Söhne, business unit 4500001, API v33.0";
            assert!(checked.stdout.contains(who), "{}", checked.stdout);
        }
        let shown = desk.run("account show acme --json").exits(0).json();
        assert_eq!(shown["account"], "acme");
        // The tokens live as long as the command.
        assert!(!desk.path("tollgate.vault").exists());
        let sign_ins = desk.server.sign_ins();
        assert_eq!((sign_ins.requests, sign_ins.refusals), (2, 0), "one for each command");
        let connected = desk.run("account connect acme").exits(2);
        assert!(connected.stderr.contains("error: "), "{}", connected.stderr);
        desk.offends_nobody();
    }
}

#[test]
fn wrong_credentials_say_so_without_a_secret() {
    for account in SIGN_INS {
        let desk = Desk::new(InContact::builder(), account);
        let wrong = account.replace("ACME_KEY_SECRET", "ACME_WRONG");
        desk.configure(&wrong.replace("ACME_PASSWORD", "ACME_WRONG"), "");
        for command in [
            "check --account acme -vv",
            "account test acme",
            "preview --account acme --stream agents -vv",
            "sync --account acme --stream agent_performance --to out.db",
        ] {
            let run = desk.run(command).exits(3);
            let told = &run.stderr;
            assert!(told.contains("refuses the sign-in with status 40"), "{told}");
            assert!(told.contains("tollgate account show acme"), "{told}");
        }
        assert_eq!(desk.server.sign_ins().refusals, 4, "once for each command");
        assert_eq!(desk.calls(), 0);
        desk.offends_nobody();
    }
    // The client's secret is another one than the access key's.
    let desk = Desk::new(InContact::builder(), CXONE);
    desk.configure(&CXONE.replace("ACME_CLIENT_SECRET", "ACME_WRONG"), "");
    desk.run("check --account acme").exits(3);
}

#[test]
fn what_is_missing_is_named_before_any_request() {
    for (account, missing) in [
        (CXONE, "client_id"),
        (CXONE, "access_key_secret"),
        (ACCESS_KEY, "cluster"),
        (ACCESS_KEY, "access_key_id"),
        (PASSWORD, "business_unit"),
        (PASSWORD, "password"),
    ] {
        let desk = Desk::new(InContact::builder(), account);
        let lines = account.lines().filter(|line| !line.starts_with(&format!("{missing} =")));
        desk.configure(&lines.collect::<Vec<_>>().join("\n"), "");
        let run = desk.run("check --account acme").exits(2);
        assert!(run.stderr.contains(missing), "{}", run.stderr);
        assert!(desk.server.requests().is_empty());
    }
    let desk = Desk::new(InContact::builder(), CXONE);
    desk.configure(&format!("{CXONE}api_version = \"first\"\n"), "");
    let run = desk.run("check --account acme").exits(2);
    assert!(run.stderr.contains("api_version"), "{}", run.stderr);
    desk.configure(&format!("{CXONE}cluster = \"c30\"\n"), "");
    let run = desk.run("check --account acme").exits(2);
    assert!(run.stderr.contains("cluster"), "{}", run.stderr);
}

/// What `init` writes is filled in, and works.
#[test]
fn a_configuration_is_begun_by_init() {
    let desk = Desk::new(InContact::builder(), CXONE);
    fs::remove_file(desk.path("tollgate.toml")).unwrap();
    desk.run("init incontact").exits(0);
    let text = fs::read_to_string(desk.path("tollgate.toml")).unwrap();
    for line in [
        "auth = \"cxone\"  # one of: cxone, access_key, password",
        "# api_version = \"33\"",
        "# issuer = \"cxone.niceincontact.com\"",
        "client_id = \"\"",
        "client_secret = { env = \"INCONTACT_CLIENT_SECRET\" }",
        "access_key_secret = { env = \"INCONTACT_ACCESS_KEY_SECRET\" }",
        "    \"agent_performance\",",
    ] {
        assert!(text.lines().any(|it| it == line), "no {line} in:\n{text}");
    }
    let filled = text
        .replace("client_id = \"\"", "client_id = \"client 0001\"")
        .replace("access_key_id = \"\"", "access_key_id = \"KEY0001==\"")
        .replace("INCONTACT_CLIENT_SECRET", "ACME_CLIENT_SECRET")
        .replace("INCONTACT_ACCESS_KEY_SECRET", "ACME_KEY_SECRET");
    desk.put("tollgate.toml", &format!("{filled}\n{}", desk.origins()));
    let checked = desk.run("check").exits(0);
    assert!(checked.stdout.contains("business unit 4500001"), "{}", checked.stdout);
}

/// A sign-in that names a place where the connector may not go is refused, before anything is read.
#[test]
fn an_api_elsewhere_is_denied() {
    let urls = tollgate_simulators::incontact::Urls {
        api_endpoint: "https://api.example.net".to_owned(),
        ..Default::default()
    };
    let desk = Desk::new(InContact::builder().urls(urls), CXONE);
    for command in ["check --account acme", "preview --account acme --stream agents"] {
        let run = desk.run(command).exits(10);
        assert!(run.stderr.contains("api.example.net"), "{}", run.stderr);
    }
    assert_eq!(desk.calls(), 0);
    desk.offends_nobody();
}
