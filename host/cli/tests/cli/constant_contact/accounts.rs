//! Signing in by every way, and what becomes of the tokens.

use std::time::Duration;

use tollgate_simulators::ConstantContact;
use tollgate_simulators::constant_contact::{Builder, Consent, DeviceFlow, DeviceOutcome};

use super::desk::{CONFIDENTIAL, Desk, LEGACY, PASTED, PUBLIC};

const SYNC: &str = "sync --stream contacts --to out.db";

fn few() -> Builder {
    ConstantContact::builder().contacts(30)
}

#[test]
fn an_account_is_connected_in_a_browser_with_and_without_a_secret() {
    for account in [CONFIDENTIAL, PUBLIC] {
        let desk = Desk::new(few(), account);
        let before = desk.run("account test acme").exits(3);
        assert!(before.stderr.contains("run `tollgate account connect acme`"), "{}", before.stderr);
        let connected = desk.connect().exits(0);
        assert!(connected.stdout.contains("it renews itself"), "{}", connected.stdout);
        for scope in ["contact_data", "campaign_data", "account_read", "offline_access"] {
            assert!(connected.stdout.contains(scope), "no {scope} in {}", connected.stdout);
        }
        let tested = desk.run("account test acme").exits(0);
        assert!(tested.stdout.contains("Owner Example <owner@example.com>"), "{}", tested.stdout);
        let listed = desk.run("account list --json").exits(0).json();
        assert_eq!(listed[0]["account"], "acme");
        let shown = desk.run("account show acme --json").exits(0).json();
        assert_eq!(shown["tokens"]["renewable"], true);
        desk.run(SYNC).exits(0);
        assert_eq!(desk.texts("out.db", "contacts", "contact_id").len(), 29);
        desk.run("account remove acme").exits(0);
        desk.run(SYNC).exits(3);
        assert_eq!(desk.server.token_requests(), 1);
        desk.offends_nobody();
    }
}

#[test]
fn an_account_is_connected_from_another_device() {
    let flow = DeviceFlow { pending: 0, interval: Duration::from_secs(1), ..DeviceFlow::default() };
    let desk = Desk::new(few().device(flow), PUBLIC);
    let connected = desk.run("account connect acme --device").exits(0);
    assert!(connected.stderr.contains("SIMULATE"), "{}", connected.stderr);
    desk.run(SYNC).exits(0);
    desk.offends_nobody();
}

#[test]
fn who_declines_is_told_so() {
    let desk = Desk::new(few().consent(Consent::Denied), PUBLIC);
    let declined = desk.connect().exits(4);
    assert!(declined.stderr.contains("access_denied"), "{}", declined.stderr);
    let flow = DeviceFlow {
        pending: 0,
        outcome: DeviceOutcome::Denied,
        interval: Duration::from_secs(1),
        ..DeviceFlow::default()
    };
    let desk = Desk::new(few().device(flow), PUBLIC);
    let declined = desk.run("account connect acme --device").exits(4);
    assert!(declined.stderr.contains("access_denied"), "{}", declined.stderr);
    assert_eq!(
        desk.run("account list --json").exits(0).json()[0]["tokens"],
        serde_json::Value::Null
    );
}

#[test]
fn pasted_tokens_of_both_apis_work_without_more() {
    for (account, stream) in [(PASTED, "contacts"), (LEGACY, "v2_contacts")] {
        let desk = Desk::new(few(), account);
        desk.run("account test acme").exits(0);
        desk.run(&format!("sync --stream {stream} --to out.db")).exits(0);
        assert_eq!(desk.server.token_requests(), 0);
        let other = if stream == "contacts" { "v2_contacts" } else { "contacts" };
        let run = desk.run(&format!("sync --stream {other} --to out.db")).exits(2);
        assert!(run.stderr.contains("use an account whose auth method is"), "{}", run.stderr);
        desk.offends_nobody();
    }
}

/// The provider takes a refresh token once: whoever comes second with it would lose the grant.
#[test]
fn syncs_that_need_a_new_token_at_once_exchange_once() {
    let latency = Duration::from_millis(20);
    let desk = Desk::new(few().latency(latency), CONFIDENTIAL);
    desk.connect().exits(0);
    desk.server.expire_access_tokens();
    let start = |name: &str| desk.start(&format!("sync --stream contacts --to {name}.db"));
    for child in [start("a"), start("b"), start("c")] {
        desk.came_to(child.wait_with_output().unwrap()).exits(0);
    }
    assert_eq!(desk.server.token_requests(), 2, "one for the code, one to renew");
    assert_eq!(desk.server.token_requests_in_flight_max(), 1);
    assert_eq!(desk.server.refresh_reuses(), 0);
    for name in ["a.db", "b.db", "c.db"] {
        assert_eq!(desk.texts(name, "contacts", "contact_id").len(), 29);
    }
}

#[test]
fn an_expired_grant_says_what_to_run_and_connecting_again_helps() {
    let desk = Desk::new(few(), CONFIDENTIAL);
    desk.connect().exits(0);
    desk.server.revoke_grants();
    let run = desk.run(SYNC).exits(3);
    assert!(run.stderr.contains("invalid_grant"), "{}", run.stderr);
    assert!(run.stderr.contains("run `tollgate account connect acme`"), "{}", run.stderr);
    desk.connect().exits(0);
    desk.run(SYNC).exits(0);
}
