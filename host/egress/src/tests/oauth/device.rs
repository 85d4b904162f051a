//! The device grant: its questions, their pace, and how it ends.

use std::time::Duration;

use tokio::time::Instant;
use tollgate_model::ErrorKind;

use super::*;
use crate::DevicePrompt;

const CODE: &str = r#"{"device_code":"canary-device","user_code":"WDJB-MJHT","interval":2,
    "verification_uri":"https://a.example/device","expires_in":100,
    "verification_uri_complete":"https://a.example/device?c=WDJB-MJHT"}"#;

/// A provider that gives a code, and then answers the questions in this order; the last answer
/// stands for all that follow.
fn rig(answers: Vec<Vec<Step>>) -> (tempfile::TempDir, Rig) {
    let Scene { folder, setup } = scene();
    let rig = setup.start_in_memory(move |number, _| match number {
        0 => ok(CODE),
        asked => answers[(asked - 1).min(answers.len() - 1)].clone(),
    });
    (folder, rig)
}

#[tokio::test(start_paused = true)]
async fn the_provider_is_asked_at_its_pace_until_the_user_has_consented() {
    let pending = || refuse(400, "authorization_pending");
    let (_folder, rig) = rig(vec![
        pending(),
        refuse(400, "slow_down"),
        pending(),
        answer(503, &[], ""),
        grant("canary-1", Some("canary-r1")),
    ]);
    let (begun, mut prompt) = (Instant::now(), None);
    let connected = rig.sign_in().by_device(|shown| prompt = Some(shown.clone())).await.unwrap();
    assert!(connected.is_renewable);
    // 2 s twice, 7 s twice after `slow_down`, and twice that after no answer.
    assert_eq!(begun.elapsed().as_secs(), 2 + 2 + 7 + 7 + 14);
    let expected = DevicePrompt {
        verification_uri: "https://a.example/device".to_owned(),
        verification_uri_complete: Some("https://a.example/device?c=WDJB-MJHT".to_owned()),
        user_code: "WDJB-MJHT".to_owned(),
        lifetime: Duration::from_secs(100),
    };
    assert_eq!(prompt, Some(expected));
    assert_eq!(kept(&rig), pair("canary-1", "canary-r1"));
    let [device] = &rig.server.bodies_on("/device")[..] else { panic!("it is asked for once") };
    let (begin, state) = device.split_once("&state=").unwrap();
    let (state, end) = state.split_once('&').unwrap();
    assert_eq!((begin, state.len()), ("response_type=code", 43));
    assert_eq!(end, "scope=contact_data+offline_access&client_id=the+client");
    let poll = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code\
                &device_code=canary-device&client_id=the+client";
    assert_eq!(rig.server.bodies_on("/token"), [poll; 5]);
    assert_clean(&rig, Some(&connected));
}

#[tokio::test(start_paused = true)]
async fn it_ends_with_a_no_or_with_its_code() {
    let table = [
        (refuse(400, "access_denied"), ErrorKind::Forbidden, "access_denied", 1),
        (refuse(400, "expired_token"), ErrorKind::Unauthorized, "expired_token", 1),
        (ok("<html>"), ErrorKind::Data, "lacks", 1),
        (refuse(400, "authorization_pending"), ErrorKind::Unauthorized, "code ended", 50),
    ];
    for (answer, kind, expected, questions) in table {
        let (_folder, rig) = rig(vec![answer]);
        let error = rig.sign_in().by_device(|_| ()).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.message().contains(expected), "{error}");
        assert_eq!(exchanges(&rig), questions, "{expected}");
        assert_eq!(kept(&rig), None);
        assert_clean(&rig, Some(&error));
    }
}

#[tokio::test(start_paused = true)]
async fn a_code_that_cannot_be_shown_is_refused() {
    for reply in [
        r#"{"device_code":"canary","user_code":"A","verification_uri":"javascript:x"}"#,
        r#"{"device_code":"canary","user_code":"","verification_uri":"https://a.example"}"#,
        r#"{"device_code":"canary","user_code":"A\n","verification_uri":"https://a.example"}"#,
        r#"{"device_code":"","user_code":"A","verification_uri":"https://a.example"}"#,
        r#"{"user_code":"A","verification_uri":"https://a.example"}"#,
    ] {
        let Scene { folder: _folder, setup } = scene();
        let rig = setup.start_in_memory(move |_, _| ok(reply));
        let unseen = |_: &DevicePrompt| panic!("it was shown");
        let error = rig.sign_in().by_device(unseen).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Data, "{reply}");
        assert_clean(&rig, Some(&error));
    }
}
