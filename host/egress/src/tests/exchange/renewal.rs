//! When a token is renewed, and when the account signs in again.

use futures_util::future::join_all;
use jiff::SignedDuration;

use super::*;

/// A provider that answers a renewal so, and numbers the tokens that it gives at sign-in.
fn renewing(number: usize, head: &str, renewal: &[Step]) -> Vec<Step> {
    match head {
        head if is_on(head, "/refresh") => renewal.to_vec(),
        head if is_on(head, "/token") => {
            grant(&format!("canary-t{number}"), Some("canary-refresh-1"))
        }
        _ => ok("{}"),
    }
}

fn renewed() -> Vec<Step> {
    ok(r#"{"token":"canary-new","refreshToken":"canary-refresh-2","tokenExpirationTimeSec":600}"#)
}

#[tokio::test]
async fn a_token_is_renewed_some_time_before_its_end_by_the_renewals_own_requests() {
    let rig = key_scene().start(|number, head| renewing(number, head, &renewed())).await;
    rig.get(API).await.unwrap();
    rig.clock.advance(SignedDuration::from_secs(3_539));
    rig.get(API).await.unwrap();
    assert_eq!(sent(&rig), ["canary-t0", "canary-t0"]);
    rig.clock.advance(SignedDuration::from_secs(1));
    rig.get(API).await.unwrap();
    // The new one has another life, and another refresh token.
    rig.clock.advance(SignedDuration::from_secs(540));
    rig.get(API).await.unwrap();
    let tokens = ["canary-t0", "canary-t0", "canary-new", "canary-new"];
    assert_eq!((sent(&rig), exchanges(&rig)), (tokens.map(str::to_owned).into(), 1));
    let bodies = [r#"{"token":"canary-refresh-1"}"#, r#"{"token":"canary-refresh-2"}"#];
    assert_eq!(rig.server.bodies_on("/refresh"), bodies);
    assert_clean(&rig, None);
}

#[tokio::test]
async fn what_cannot_be_renewed_is_had_by_signing_in_again() {
    let table = [
        answer(400, &[], r#"{"error":"invalid_grant"}"#),
        answer(401, &[], ""),
        answer(404, &[], "no"),
        answer(302, &[("location", TOKEN_URL)], ""),
        ok("<html>"),
        // As it renews nothing, the old token is not good for another hour.
        ok(r#"{"error":"expired"}"#),
    ];
    for renewal in table {
        let told = format!("{renewal:?}");
        let rig = key_scene().start(move |number, head| renewing(number, head, &renewal)).await;
        rig.get(API).await.unwrap();
        rig.clock.advance(SignedDuration::from_secs(3_600));
        rig.get(API).await.unwrap();
        assert_eq!(sent(&rig), ["canary-t0", "canary-t3"], "{told}");
        assert_eq!(rig.server.bodies_on("/refresh").len(), 1, "{told}");
    }
    // Nothing to renew with, and no way to.
    for has_renewal in [true, false] {
        let setup = match has_renewal {
            true => key_scene(),
            false => key_scene_with(|exchange| exchange.renewal.clear()),
        };
        let rig = setup
            .start(|number, head| match is_on(head, "/token") {
                true => grant(&format!("canary-t{number}"), None),
                false => ok("{}"),
            })
            .await;
        rig.get(API).await.unwrap();
        rig.clock.advance(SignedDuration::from_secs(3_600));
        rig.get(API).await.unwrap();
        assert_eq!(sent(&rig), ["canary-t0", "canary-t2"]);
        assert_eq!(rig.server.bodies_on("/refresh").len(), 0);
    }
}

#[tokio::test]
async fn a_provider_that_cannot_renew_now_is_asked_again_later() {
    let rig = key_scene()
        .start(|number, head| match number {
            2 => answer(503, &[], ""),
            _ => renewing(number, head, &renewed()),
        })
        .await;
    rig.get(API).await.unwrap();
    rig.clock.advance(SignedDuration::from_secs(3_600));
    let error = rig.get(API).await.unwrap_err();
    assert_eq!(error.kind(), tollgate_model::ErrorKind::Unavailable);
    let other = rig.gate.passage(crate::purpose::Purpose::Write, Default::default());
    let reply = other.send(request("GET", API, &[], ""), Default::default()).await;
    assert_eq!((reply.unwrap().status().as_u16(), exchanges(&rig)), (200, 1));
    assert_eq!(sent(&rig), ["canary-t0", "canary-new"]);
}

#[tokio::test]
async fn a_token_without_a_lifetime_is_sent_until_it_is_refused() {
    let rig = key_scene_with(|exchange| exchange.renewal.clear())
        .start(|number, head| match is_on(head, "/token") {
            true => ok(format!(r#"{{"access_token":"canary-t{number}","expires_in":null}}"#)),
            false if number == 2 => answer(401, &[], "no"),
            false => ok("{}"),
        })
        .await;
    rig.get(API).await.unwrap();
    rig.clock.advance(SignedDuration::from_hours(24 * 365));
    assert_eq!(rig.get(API).await.unwrap().status, 200);
    assert_eq!(sent(&rig), ["canary-t0", "canary-t0", "canary-t3"]);
}

#[tokio::test]
async fn a_401_has_the_token_renewed_once_and_a_second_one_is_the_connectors() {
    for accepted in ["canary-new", "none"] {
        let rig = key_scene()
            .start(move |number, head| match head {
                head if is_on(head, "/v3/contacts") && !head.contains(accepted) => {
                    answer(401, &[], "no")
                }
                head => renewing(number, head, &renewed()),
            })
            .await;
        let reply = rig.call(request("POST", API, &[], "row")).await.unwrap();
        let expected = if accepted == "none" { 401 } else { 200 };
        assert_eq!(reply.status, expected);
        assert_eq!(sent(&rig), ["canary-t0", "canary-new"]);
        assert_eq!((exchanges(&rig), rig.server.bodies_on("/refresh").len()), (1, 1));
    }
}

#[tokio::test]
async fn requests_side_by_side_wait_for_one_sign_in() {
    let rig = key_scene().start(|number, head| renewing(number, head, &renewed())).await;
    let passages =
        [(); 8].map(|()| rig.gate.passage(crate::purpose::Purpose::Read, Default::default()));
    let answers = passages.iter().map(|passage| {
        let request = request("GET", API, &[], "");
        async { passage.send(request, Default::default()).await.unwrap().status() }
    });
    let (answers, base_url) = tokio::join!(join_all(answers), rig.gate.base_url());
    assert!(answers.iter().all(|status| *status == 200));
    assert_eq!((base_url.unwrap().is_some(), exchanges(&rig)), (true, 1));
}
