//! What goes wrong at a sign-in, and what does not follow from it.

use std::sync::Arc;
use std::time::Duration;

use tollgate_model::{Error, ErrorKind, SystemClock, Unobserved, WaitReason};

use super::*;

// Proves: documents
#[tokio::test]
async fn each_reply_without_a_token_is_told_for_what_it_is() {
    let long = format!(r#"{{"access_token":"{}"}}"#, "x".repeat(70_000));
    let large_token = format!(r#"{{"access_token":"{}"}}"#, "x".repeat(9_000));
    let echo = r#"{"error":"canary-key-1","error_description":"is wrong"}"#;
    let table: Vec<(Vec<Step>, ErrorKind, &str)> = vec![
        (answer(401, &[], ""), ErrorKind::Unauthorized, "refuses the sign-in with status 401"),
        (answer(403, &[], "<html>"), ErrorKind::Unauthorized, "with status 403"),
        (
            answer(400, &[], r#"{"error":"invalid_grant","error_description":"said so"}"#),
            ErrorKind::Unauthorized,
            "with status 400 (invalid_grant: said so)",
        ),
        (ok(r#"{"error":"denied"}"#), ErrorKind::Unauthorized, "refuses the sign-in (denied)"),
        (answer(401, &[], echo), ErrorKind::Unauthorized, "(not shown, as it repeats a secret)"),
        (answer(404, &[], "no"), ErrorKind::Data, "status 404"),
        (answer(302, &[("location", TOKEN_URL)], ""), ErrorKind::Data, "status 302"),
        (answer(500, &[], "{}"), ErrorKind::Unavailable, "status 500"),
        (answer(503, &[], ""), ErrorKind::Unavailable, "status 503"),
        (ok("<html>"), ErrorKind::Data, "is not JSON"),
        (ok("[".repeat(60_000)), ErrorKind::Data, "is not JSON"),
        (ok(format!("{{\"access_token\":{}}}", "9".repeat(60_000))), ErrorKind::Data, ""),
        (ok("[]"), ErrorKind::Data, "`access_token`, which was not there: `/access_token`, in"),
        (ok(r#"{"access_token":""}"#), ErrorKind::Data, "which was not there"),
        (ok(r#"{"access_token":null}"#), ErrorKind::Data, "which was not there"),
        (ok(r#"{"access_token":["canary"]}"#), ErrorKind::Data, "neither a text nor"),
        (ok(r#"{"access_token":"canary\r\nX: y"}"#), ErrorKind::Data, "cannot be sent"),
        (ok(r#"{"access_token":"can ary"}"#), ErrorKind::Data, "cannot be sent"),
        (ok(r#"{"access_token":"x-canary-key-1"}"#), ErrorKind::Denied, "one of the account's"),
        (ok(large_token), ErrorKind::Data, "longer than 8192 bytes"),
        (ok(long), ErrorKind::Limit, "more than 65536 bytes"),
        (answer(200, &[("content-encoding", "gzip")], "x"), ErrorKind::Data, "compressed, unasked"),
        (vec![Step::Close], ErrorKind::Unavailable, "cut"),
    ];
    for (steps, kind, expected) in table {
        let told = format!("{steps:?}");
        let rig = key_scene().start(move |_, _| steps.clone()).await;
        let error = rig.get(API).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{told}: {error}");
        assert!(error.to_string().starts_with("account acme gets no token: "), "{error}");
        assert!(error.to_string().contains(expected), "{told}: {error}");
        assert_eq!(rig.passage.verdict().unwrap().kind(), kind);
        assert_eq!((rig.server.hits(), exchanges(&rig)), (1, 1), "{told}");
        assert_clean(&rig, Some(&error));
        // For a connector that wants to know the URL, it is the same.
        assert_eq!(rig.gate.base_url().await.unwrap_err().kind(), kind, "{told}");
    }
}

/// Each value and each reply is within its own limit.
// Proves: documents
#[tokio::test]
async fn the_values_of_all_replies_together_are_bounded() {
    let value = "v".repeat(8 << 10);
    let reply = |count| {
        let values: Vec<String> = (0..count).map(|n| format!("\"v{n}\":\"{value}\"")).collect();
        ok(format!(r#"{{"access_token":"canary-t1",{}}}"#, values.join(",")))
    };
    for (second, fits) in [(4, true), (5, false)] {
        let takes = |of: &str, count| {
            let values = (0..count).map(|n| taken(&format!("{of}{n}"), &format!("/v{n}")));
            values.chain([taken("access_token", "/access_token")]).collect()
        };
        let setup = key_scene_with(|exchange| {
            exchange.sign_in = vec![
                get(TOKEN_URL, takes("a", 3)),
                get(&format!("{TOKEN_URL}/2"), takes("b", second)),
            ];
        });
        let (first, second) = (reply(3), reply(second));
        let rig = setup
            .start(move |_, head| match head {
                head if is_on(head, "/token") => first.clone(),
                head if is_on(head, "/token/2") => second.clone(),
                _ => ok("{}"),
            })
            .await;
        let outcome = rig.get(API).await;
        assert_eq!(requested(&rig).len(), if fits { 3 } else { 2 }, "{:?}", requested(&rig));
        let Err(error) = outcome else {
            assert!(fits);
            continue;
        };
        assert_eq!(error.kind(), ErrorKind::Limit);
        assert!(error.to_string().contains("the replies give more than 65536 bytes"), "{error}");
        assert_clean(&rig, Some(&error));
    }
}

#[tokio::test]
async fn credentials_that_were_refused_are_not_shown_again() {
    for (status, expected) in [(401, 1), (503, 4)] {
        let rig = key_scene().start(move |_, _| answer(status, &[], "")).await;
        for _ in 0..4 {
            let other = rig.gate.passage(crate::purpose::Purpose::Read, Default::default());
            let error = other.send(request("GET", API, &[], ""), Default::default()).await;
            let error = Error::from(error.unwrap_err());
            if status == 401 {
                assert_eq!(error.kind(), ErrorKind::Unauthorized);
                let hint = "compare its credentials; `tollgate account show acme` tells where they \
                            are from";
                assert_eq!(error.hint(), Some(hint));
            }
        }
        assert_eq!(exchanges(&rig), expected, "{status}");
    }
}

#[tokio::test]
async fn no_credential_goes_to_where_a_reply_points_unless_that_is_granted() {
    let table = [
        ("https://evil.example.org/token", ErrorKind::Denied, "not declared by the connector"),
        ("https://b.other.example.com/token", ErrorKind::Denied, "but not granted"),
        ("http://a.other.example.com/token", ErrorKind::Denied, "its scheme is not https"),
        ("https://u:p@a.other.example.com/token", ErrorKind::Denied, "user info"),
        ("https://a.other.example.com/token#x", ErrorKind::Denied, "a fragment"),
        ("https://127.0.0.1/token", ErrorKind::Denied, "IP address"),
        ("a.other.example.com", ErrorKind::Denied, ""),
    ];
    for (endpoint, kind, expected) in table {
        let setup = key_scene_with(|exchange| {
            let discovery = "https://a.other.example.com/discovery";
            exchange.sign_in[0].url = "{token_endpoint}".to_owned();
            let found = vec![taken("token_endpoint", "/token_endpoint")];
            exchange.sign_in.insert(0, get(discovery, found));
        });
        let rig = setup
            .with(|config| {
                config.granted = ["https://api.example.com", "https://a.other.example.com"]
                    .map(|origin| origin.parse().unwrap())
                    .into();
            })
            .start(move |_, _| ok(format!(r#"{{"token_endpoint":"{endpoint}"}}"#)))
            .await;
        let error = Error::from(rig.get(API).await.unwrap_err());
        assert_eq!(error.kind(), kind, "{endpoint}: {error}");
        assert!(error.message().contains(expected), "{endpoint}: {error}");
        assert_eq!(requested(&rig), ["get /discovery"], "{endpoint}");
        if expected == "but not granted" {
            assert!(error.message().contains("https://b.other.example.com"), "{error}");
            assert!(error.hint().is_some_and(|hint| hint.contains("tollgate add")), "{error}");
        }
        assert_clean(&rig, Some(&error));
    }
}

#[tokio::test]
async fn a_secret_stands_in_no_host_and_no_path() {
    for url in ["https://{key}.other.example.com/", "https://a.other.example.com/{key}/token"] {
        let setup = key_scene_with(|exchange| exchange.sign_in[0].url = url.to_owned());
        let rig = setup.start(|_, _| ok("{}")).await;
        let error = rig.get(API).await.unwrap_err();
        assert_eq!((error.kind(), rig.server.hits()), (ErrorKind::Denied, 0));
        assert_clean(&rig, Some(&error));
    }
    let setup = key_scene_with(|exchange| {
        exchange.sign_in[0].url = "https://a.other.example.com/token?key={key}".to_owned();
    });
    let rig = setup
        .start(|number, _| if number == 0 { grant("canary-t1", None) } else { ok("{}") })
        .await;
    rig.get(API).await.unwrap();
    assert_eq!(requested(&rig)[0], "post /token?key=canary-key-1");
    assert_clean(&rig, None);
}

#[tokio::test]
async fn what_comes_back_with_a_secret_or_a_token_in_it_is_not_released() {
    for echo in ["canary-key-1", "canary-token-1", "canary-refresh-1"] {
        let rig = key_scene()
            .start(move |_, head| match is_on(head, "/token") {
                true => grant("canary-token-1", Some("canary-refresh-1")),
                false => ok(format!(r#"{{"echo":"{echo}"}}"#)),
            })
            .await;
        let error = rig.get(API).await.unwrap_err();
        assert!(matches!(error, GateError::Leak(_)), "{error}");
        let other = rig.gate.passage(crate::purpose::Purpose::Write, Default::default());
        let sending = other.send(request("POST", API, &[], echo), Default::default()).await;
        assert!(matches!(sending.unwrap_err(), GateError::Leak(_)));
        assert_clean(&rig, Some(&error));
    }
}

#[tokio::test]
async fn a_value_that_is_missing_is_named_with_where_it_should_have_been() {
    let claim = Some("tenantId".to_owned());
    for (name, kind, hint) in [
        ("tenant_id", ErrorKind::Config, Some("set `tenant_id` of account acme in tollgate.toml")),
        ("region", ErrorKind::Data, None),
    ] {
        let setup = key_scene_with(|exchange| {
            let value = TakenValue { claim: claim.clone(), ..taken(name, "/id_token") };
            exchange.sign_in[0].takes.push(value);
            let url = format!("https://a.other.example.com/tenants?id={{{name}}}");
            exchange.sign_in.push(get(&url, Vec::new()));
        });
        let rig = setup.start(|_, _| grant("canary-t1", None)).await;
        let error = Error::from(rig.get(API).await.unwrap_err());
        let message = format!(
            "account acme gets no token: the sign-in needs `{name}`, which was not there: \
             `/id_token`, claim `tenantId`, in the reply of `{TOKEN_URL}`"
        );
        assert_eq!((error.message(), error.kind(), error.hint()), (&*message, kind, hint));
    }
}

#[tokio::test]
async fn a_field_that_is_not_set_is_told_before_anything_is_requested() {
    let rig = key_scene().start(|_, _| ok("{}")).await;
    let mut config = rig.config.clone();
    config.credentials.secrets.clear();
    let gate = crate::Gate::new(config, Arc::new(SystemClock), Arc::new(Unobserved));
    let error = gate.err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert_eq!(error.message(), "the sign-in needs `key`, which is not set");
}

#[tokio::test(start_paused = true)]
async fn only_what_did_nothing_is_sent_again() {
    // A GET did nothing, whatever came of it.
    let setup = key_scene_with(|exchange| {
        exchange.sign_in.insert(0, get("https://a.other.example.com/discovery", Vec::new()));
    });
    let rig = setup.start_in_memory(|number, _| match number {
        0 => answer(503, &[], ""),
        1 => ok("{}"),
        2 => answer(429, &[("retry-after", "2")], ""),
        3 => grant("canary-t1", None),
        _ => ok("{}"),
    });
    rig.get(API).await.unwrap();
    let waits = [
        (WaitReason::Backoff, Duration::from_millis(500)),
        (WaitReason::RetryAfter, Duration::from_secs(2)),
    ];
    assert_eq!((rig.events.waits(), exchanges(&rig)), (waits.into(), 2));
    let rig = key_scene().start_in_memory(|_, _| answer(429, &[("retry-after", "3600")], ""));
    assert!(matches!(rig.get(API).await, Err(GateError::RateLimited { .. })));
    assert_eq!(exchanges(&rig), 1);
}
