//! What goes wrong at a token URL and in a vault, and what does not follow from it.

use std::fs;
use std::time::Duration;

use tollgate_model::{Error, ErrorKind, WaitReason};
use tollgate_vault::SecretRef;

use super::*;
use crate::error::GateError;

/// A request that needs a token, with a provider that answers so.
async fn failed(
    reply: impl Fn() -> Vec<Step> + Send + Sync + 'static,
) -> (tempfile::TempDir, Rig, GateError) {
    let Scene { folder, setup } = scene();
    let rig = setup.start(move |_, _| reply()).await;
    connect(&rig, "canary-1", Some("canary-refresh-1"), 0);
    let error = rig.get(API).await.unwrap_err();
    assert_eq!(rig.passage.verdict().unwrap().kind(), error.kind());
    assert!(sent(&rig).is_empty(), "nothing is sent without a token");
    assert_clean(&rig, Some(&error));
    (folder, rig, error)
}

#[tokio::test]
async fn each_answer_without_a_token_is_told_for_what_it_is() {
    let long = format!(r#"{{"access_token":"{}"}}"#, "x".repeat(70_000));
    let large_token = format!(r#"{{"access_token":"{}"}}"#, "x".repeat(9_000));
    let repeats = r#"{"error":"invalid_request","error_description":"bad canary-refresh-1"}"#;
    let table: Vec<(Vec<Step>, ErrorKind, &str)> = vec![
        (refuse(400, "invalid_grant"), ErrorKind::Unauthorized, "invalid_grant (said so)"),
        (refuse(200, "invalid_grant"), ErrorKind::Unauthorized, "invalid_grant (said so)"),
        (refuse(401, "invalid_client"), ErrorKind::Unauthorized, "invalid_client"),
        (refuse(400, "invalid_scope"), ErrorKind::Config, "invalid_scope"),
        (refuse(400, "server_error"), ErrorKind::Unavailable, "status 400"),
        (refuse(503, "invalid_grant"), ErrorKind::Unavailable, "status 503"),
        (answer(400, &[], repeats), ErrorKind::Config, "(not shown: it repeats a secret)"),
        (answer(502, &[], "<html>"), ErrorKind::Unavailable, "status 502"),
        (answer(401, &[], ""), ErrorKind::Unauthorized, "status 401"),
        (answer(302, &[("location", TOKEN_URL)], ""), ErrorKind::Data, "status 302"),
        (ok("<html>"), ErrorKind::Data, "it lacks what was asked for"),
        (ok("{}"), ErrorKind::Data, "it lacks what was asked for"),
        (ok(r#"{"access_token":""}"#), ErrorKind::Data, "cannot be sent"),
        (ok(r#"{"access_token":"canary\r\nX: y"}"#), ErrorKind::Data, "cannot be sent"),
        (ok(r#"{"access_token":"canary","refresh_token":"a b"}"#), ErrorKind::Data, "cannot be"),
        (ok(r#"{"access_token":"canary","token_type":"mac"}"#), ErrorKind::Data, "another type"),
        (ok(large_token), ErrorKind::Data, "cannot be sent"),
        (ok(long), ErrorKind::Limit, "more than 65536 bytes"),
        (answer(200, &[("content-encoding", "gzip")], "x"), ErrorKind::Data, "compressed, unasked"),
        (vec![Step::Close], ErrorKind::Unavailable, "cut"),
        (
            vec![head(200, &[("content-length", "9")]), send("{"), Step::Close],
            ErrorKind::Unavailable,
            "cut",
        ),
    ];
    for (steps, kind, expected) in table {
        let told = format!("{steps:?}");
        let (_folder, rig, error) = failed(move || steps.clone()).await;
        assert_eq!(error.kind(), kind, "{told}: {error}");
        assert!(error.to_string().contains(expected), "{told}: {error}");
        // What is unknown is never tried again: the refresh token may be used up.
        assert_eq!(exchanges(&rig), 1, "{told}");
        assert_eq!(kept(&rig), pair("canary-1", "canary-refresh-1"), "{told}");
    }
}

#[tokio::test]
async fn an_expired_grant_says_what_to_run_and_is_not_shown_again() {
    let (_folder, rig, error) = failed(|| refuse(400, "invalid_grant")).await;
    let error = Error::from(error);
    assert_eq!(error.hint(), Some("run `tollgate account connect acme`"));
    for _ in 0..3 {
        let other = rig.gate.passage(crate::purpose::Purpose::Write, Default::default());
        let again = other.send(request("GET", API, &[], ""), Default::default()).await;
        assert_eq!(again.unwrap_err().kind(), ErrorKind::Unauthorized);
    }
    assert_eq!(exchanges(&rig), 1);
}

#[tokio::test]
async fn an_account_that_is_not_connected_says_so() {
    let Scene { folder: _folder, setup } = scene();
    let rig = setup.start(|_, _| ok("{}")).await;
    let table = [
        (None, "account acme is not connected"),
        (Some("other"), "account acme was connected with another client"),
        (Some("own"), "the access token of account acme has ended, and there is no refresh token"),
    ];
    for (stored, expected) in table {
        if let Some(stored) = stored {
            connect(&rig, "canary-1", None, 0);
            let vault = rig.config.vault.as_ref().unwrap();
            let mut tokens = vault.tokens(&acme()).unwrap().unwrap();
            if stored == "other" {
                tokens.fingerprint = "other".to_owned();
            }
            vault.lock(Duration::ZERO).unwrap().put(&acme(), tokens).unwrap();
        }
        let error = Error::from(rig.beside(|_| ()).get(API).await.unwrap_err());
        assert_eq!((error.kind(), error.message()), (ErrorKind::Unauthorized, expected));
        assert_eq!(error.hint(), Some("run `tollgate account connect acme`"));
    }
    assert_eq!(rig.server.hits(), 0);
}

#[tokio::test]
async fn a_vault_that_cannot_be_written_costs_no_token() {
    let Scene { folder, setup } = scene().with_secret("pasted_refresh", "canary-pasted-r");
    fs::create_dir(folder.path().join("vault")).unwrap();
    let rig = setup.start(|_, _| grant("canary-2", Some("canary-r2"))).await;
    let error = rig.get(API).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.to_string().starts_with("cannot read the vault"), "{error}");
    assert_eq!(rig.server.hits(), 0, "no exchange was made");
}

#[tokio::test]
async fn a_vault_that_can_be_read_and_not_written_costs_no_token() {
    let Scene { folder, setup } = scene().with_secret("pasted_refresh", "canary-pasted-r");
    // There is nothing to read, so the key is missed only where something is to be kept.
    let key = KeySource::Reference(SecretRef::Env("NOWHERE".to_owned()));
    let path = folder.path().join("vault");
    let vault = Arc::new(Vault::new(path, key, |_| None, Arc::new(|_: &str| ())));
    let setup = setup.with(|config| config.vault = Some(vault));
    let rig = setup.start(|_, _| grant("canary-2", Some("canary-r2"))).await;
    let error = rig.get(API).await.unwrap_err();
    assert!(error.to_string().contains("`NOWHERE` is not set"), "{error}");
    assert_eq!(rig.server.hits(), 0, "no exchange was made");
}

#[tokio::test]
async fn a_vault_of_another_key_costs_no_token() {
    let Scene { folder, setup } = scene();
    let rig = setup.start(|_, _| grant("canary-2", Some("canary-r2"))).await;
    connect(&rig, "canary-1", Some("canary-r1"), 0);
    let before = fs::read(folder.path().join("vault")).unwrap();
    let other = rig.beside(|config| {
        let key = KEY.replace('Q', "A");
        let key = KeySource::Given(Secret::new(key));
        let path = folder.path().join("vault");
        config.vault = Some(Arc::new(Vault::new(path, key, |_| None, Arc::new(|_: &str| ()))));
    });
    let error = other.get(API).await.unwrap_err();
    assert!(error.to_string().contains("sealed with another key"), "{error}");
    assert_eq!(rig.server.hits(), 0);
    assert_eq!(fs::read(folder.path().join("vault")).unwrap(), before);
}

#[tokio::test]
async fn tokens_that_cannot_be_kept_are_lost_and_never_used() {
    let Scene { folder, setup } = scene().with_secret("pasted_refresh", "canary-pasted-r");
    let path = folder.path().join("vault");
    // The disk fails between the exchange and the storing.
    let rig = setup
        .start(move |_, head| {
            if is_token_request(head) {
                fs::create_dir(&path).unwrap();
            }
            grant("canary-2", Some("canary-r2"))
        })
        .await;
    let error = rig.get(API).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.to_string().contains("are lost, as they could not be kept"), "{error}");
    let hint = "see to the vault, then run `tollgate account connect acme`";
    assert_eq!(Error::from(error.clone()).hint(), Some(hint));
    assert!(sent(&rig).is_empty());
    assert_clean(&rig, Some(&error));
}

#[tokio::test]
async fn a_refresh_token_without_a_vault_is_refused_at_once() {
    let Scene { folder: _folder, setup } = scene().with_secret("pasted_refresh", "canary-r");
    let rig = setup.start(|_, _| ok("{}")).await;
    let mut config = rig.config.clone();
    config.vault = None;
    let clock = Arc::new(tollgate_model::SystemClock);
    let gate = crate::Gate::new(config, clock, Arc::new(tollgate_model::Unobserved));
    assert_eq!(gate.err().unwrap().kind(), ErrorKind::Config);
}

#[tokio::test(start_paused = true)]
async fn too_many_requests_are_waited_for_within_bounds() {
    let Scene { folder: _folder, setup } = scene();
    let rig = setup.start_in_memory(|number, head| match (is_token_request(head), number) {
        (true, 0) => answer(429, &[("retry-after", "2")], "{}"),
        (true, 1) => answer(429, &[], r#"{"error":"slow_down"}"#),
        (true, _) => grant("canary-2", None),
        (false, _) => ok("{}"),
    });
    connect(&rig, "canary-1", Some("canary-r1"), 0);
    rig.get(API).await.unwrap();
    let waits = [
        (WaitReason::RetryAfter, Duration::from_secs(2)),
        (WaitReason::Backoff, Duration::from_secs(1)),
    ];
    assert_eq!(rig.events.waits(), waits);

    let Scene { folder: _folder, setup } = scene();
    let rig = setup.start_in_memory(|_, _| answer(429, &[("retry-after", "3600")], "{}"));
    connect(&rig, "canary-1", Some("canary-r1"), 0);
    let error = rig.get(API).await.unwrap_err();
    assert_eq!(error, GateError::RateLimited { retry_at: "2024-02-29T13:00:00Z".parse().unwrap() });
    assert_eq!(exchanges(&rig), 1);
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_never_answers_is_given_up_on() {
    let Scene { folder: _folder, setup } = scene();
    let rig = setup.start_in_memory(|_, _| vec![Step::Hang]);
    connect(&rig, "canary-1", Some("canary-r1"), 0);
    let error = rig.get(API).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert!(error.to_string().contains("took more than 30s"), "{error}");
    assert_eq!(exchanges(&rig), 1);
}

#[tokio::test]
async fn a_token_url_is_reached_only_where_it_is_granted() {
    let Scene { folder: _folder, setup } = scene();
    let rig = setup
        .with(|config| config.granted = vec!["https://api.example.com".parse().unwrap()])
        .start(|_, _| grant("canary-2", None))
        .await;
    connect(&rig, "canary-1", Some("canary-r1"), 0);
    let error = rig.get(API).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Denied);
    assert!(error.to_string().contains("not granted"), "{error}");
    assert_eq!(rig.server.hits(), 0);
    let requests = rig.events.requests();
    assert!(requests.iter().any(|audit| audit.url == TOKEN_URL && audit.error.is_some()));
}
