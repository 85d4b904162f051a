//! When a token is renewed, and which one is sent.

use jiff::SignedDuration;
use tollgate_model::{LimitMeaning, LimitSign, QuotaReset};

use super::*;
use crate::error::GateError;

#[tokio::test]
async fn a_token_is_renewed_some_time_before_its_end_and_the_new_one_is_kept() {
    // A minute before the end, or a tenth of a short life.
    for (lifetime, margin) in [(3_600, 60), (100, 10)] {
        let Scene { folder: _folder, setup } = scene();
        let rig = setup
            .start(|_, head| match is_token_request(head) {
                true => grant("canary-2", Some("canary-r2")),
                false => ok("{}"),
            })
            .await;
        connect(&rig, "canary-1", Some("canary-r1"), lifetime);
        rig.get(API).await.unwrap();
        rig.clock.advance(SignedDuration::from_secs(lifetime - margin - 1));
        rig.get(API).await.unwrap();
        assert_eq!(exchanges(&rig), 0);
        rig.clock.advance(SignedDuration::from_secs(1));
        rig.get(API).await.unwrap();
        rig.get(API).await.unwrap();
        assert_eq!(sent(&rig), ["canary-1", "canary-1", "canary-2", "canary-2"]);
        let expected = "grant_type=refresh_token&refresh_token=canary-r1&client_id=the+client";
        assert_eq!(rig.server.bodies_on("/token"), [expected]);
        assert_eq!(kept(&rig), pair("canary-2", "canary-r2"));
        assert_clean(&rig, None);
    }
}

#[tokio::test]
async fn the_refresh_token_stays_where_the_provider_gives_no_other() {
    let Scene { folder: _folder, setup } = scene();
    let rig = setup
        .start(|number, head| match is_token_request(head) {
            true => grant(&format!("canary-{number}"), None),
            false => ok("{}"),
        })
        .await;
    connect(&rig, "canary-old", Some("canary-r1"), 0);
    rig.get(API).await.unwrap();
    rig.clock.advance(SignedDuration::from_secs(3_600));
    rig.get(API).await.unwrap();
    assert_eq!(sent(&rig), ["canary-0", "canary-2"]);
    assert_eq!(kept(&rig), pair("canary-2", "canary-r1"));
}

#[tokio::test]
async fn a_401_has_the_token_renewed_and_the_request_repeated_once_whatever_it_is() {
    for method in ["GET", "POST"] {
        let Scene { folder: _folder, setup } = scene();
        let rig = setup
            .start(|_, head| match head {
                head if is_token_request(head) => grant("canary-2", Some("canary-r2")),
                head if head.contains("canary-2") => ok("good"),
                _ => answer(401, &[], "no"),
            })
            .await;
        connect(&rig, "canary-1", Some("canary-r1"), 3_600);
        let reply = rig.call(request(method, API, &[], "row")).await.unwrap();
        assert_eq!((reply.status.as_u16(), &*reply.body), (200, &b"good"[..]));
        assert_eq!(sent(&rig), ["canary-1", "canary-2"]);
        assert_eq!(rig.server.bodies_on("/v3/contacts"), ["row", "row"]);
        assert_eq!((exchanges(&rig), rig.passage.usage().requests), (1, 2));
    }
}

#[tokio::test]
async fn a_401_that_shows_a_sign_of_a_limit_leaves_the_token_as_it_is() {
    let Scene { folder: _folder, setup } = scene();
    let sign = LimitSign {
        status: 401,
        text: "over.day".to_owned(),
        meaning: LimitMeaning::QuotaExhausted(QuotaReset::UtcMidnight),
    };
    let rig = setup
        .with(|config| config.limit_signs = vec![sign])
        .start(|_, head| match is_token_request(head) {
            true => grant("canary-2", Some("canary-r2")),
            false => answer(401, &[], "over.day"),
        })
        .await;
    connect(&rig, "canary-1", Some("canary-r1"), 3_600);
    assert!(matches!(rig.get(API).await, Err(GateError::RateLimited { .. })));
    assert_eq!((exchanges(&rig), sent(&rig)), (0, vec!["canary-1".to_owned()]));
}

#[tokio::test]
async fn a_second_401_is_the_connectors() {
    let Scene { folder: _folder, setup } = scene();
    let rig = setup
        .start(|_, head| match is_token_request(head) {
            true => grant("canary-2", Some("canary-r2")),
            false => answer(401, &[], "no"),
        })
        .await;
    connect(&rig, "canary-1", Some("canary-r1"), 3_600);
    assert_eq!(rig.get(API).await.unwrap().status, 401);
    assert_eq!(sent(&rig), ["canary-1", "canary-2"]);
    assert_eq!(exchanges(&rig), 1);
}

#[tokio::test]
async fn a_pasted_access_token_works_without_a_vault_and_is_never_renewed() {
    let Scene { folder, setup } = scene().with_secret("pasted", "canary-pasted");
    let rig = setup
        .with(|config| config.vault = None)
        .start(|number, _| if number == 0 { ok("{}") } else { answer(401, &[], "no") })
        .await;
    assert_eq!(rig.get(API).await.unwrap().status, 200);
    assert_eq!(rig.get(API).await.unwrap().status, 401);
    assert_eq!(sent(&rig), ["canary-pasted", "canary-pasted"]);
    assert_eq!(exchanges(&rig), 0);

    // With a vault, nothing is kept in it.
    let with_vault = rig.beside(|config| config.vault = Some(vault_in(&folder)));
    assert_eq!(with_vault.get(API).await.unwrap().status, 401);
    assert_eq!(kept(&with_vault), None);
    assert!(!folder.path().join("vault").exists());
}

#[tokio::test]
async fn renewed_tokens_come_before_pasted_ones_until_the_user_pastes_others() {
    let scene = scene()
        .with_secret("pasted", "canary-pasted")
        .with_secret("pasted_refresh", "canary-pasted-r");
    let Scene { folder: _folder, setup } = scene;
    let rig = setup
        .start(|_, head| match head {
            head if is_token_request(head) => grant("canary-2", Some("canary-r2")),
            head if head.contains("canary-pasted") => answer(401, &[], "no"),
            _ => ok("{}"),
        })
        .await;
    rig.get(API).await.unwrap();
    assert_eq!(kept(&rig), pair("canary-2", "canary-r2"));
    rig.beside(|_| ()).get(API).await.unwrap();
    assert_eq!(sent(&rig), ["canary-pasted", "canary-2", "canary-2"]);

    let pasted_again = rig.beside(|config| {
        let secret = Secret::new("canary-other".to_owned());
        config.credentials.secrets.insert("pasted".to_owned(), secret);
    });
    pasted_again.get(API).await.unwrap();
    assert_eq!(sent(&rig).last().unwrap(), "canary-other");
    assert_eq!(exchanges(&rig), 1);
}

#[tokio::test]
async fn a_client_that_acts_for_itself_needs_nobody_and_no_vault() {
    for has_vault in [true, false] {
        let scene = scene()
            .with_secret("client_secret", "canary: säcret")
            .with_oauth2(|oauth2| oauth2.grants = vec![OAuth2Grant::ClientCredentials]);
        let Scene { folder: _folder, setup } = scene;
        let rig = setup
            .with(|config| config.vault = config.vault.take().filter(|_| has_vault))
            .start(|number, head| match is_token_request(head) {
                true => grant(&format!("canary-{number}"), None),
                false if number == 1 => answer(401, &[], "no"),
                false => ok("{}"),
            })
            .await;
        assert_eq!(rig.get(API).await.unwrap().status, 200);
        rig.clock.advance(SignedDuration::from_secs(3_600));
        rig.get(API).await.unwrap();
        assert_eq!(sent(&rig), ["canary-0", "canary-2", "canary-4"]);
        let expected = "grant_type=client_credentials&scope=contact_data+offline_access";
        assert_eq!(rig.server.bodies_on("/token"), [expected; 3]);
        // `the+client:canary%3A+s%C3%A4cret`, as RFC 6749 has it encoded before base64.
        let basic = "authorization: basic dghlk2nsawvuddpjyw5hcnklm0ercyvdmyvbngnyzxq=";
        let head = &rig.server.heads()[0];
        assert!(head.contains(basic), "{head}");
    }
}

#[tokio::test]
async fn a_client_can_show_its_secret_in_the_form() {
    let scene = scene().with_secret("client_secret", "canary-secret").with_oauth2(|oauth2| {
        oauth2.grants = vec![OAuth2Grant::ClientCredentials];
        oauth2.client_authentication = ClientAuthentication::Form;
        oauth2.scopes.clear();
    });
    let Scene { folder: _folder, setup } = scene;
    let rig = setup
        .start(|_, head| if is_token_request(head) { grant("canary-1", None) } else { ok("{}") })
        .await;
    rig.get(API).await.unwrap();
    let expected = "grant_type=client_credentials&client_id=the+client&client_secret=canary-secret";
    assert_eq!(rig.server.bodies_on("/token"), [expected]);
    assert!(!rig.server.heads()[0].contains("authorization"));
    assert_clean(&rig, None);
}

#[tokio::test]
async fn a_token_goes_to_its_audience_alone_and_is_searched_for_once_it_is_known() {
    let Scene { folder: _folder, setup } = scene();
    let rig = setup
        .start(|_, head| match is_token_request(head) {
            true => grant("canary-token-2", Some("canary-refresh-2")),
            false if head.contains("/echo") => ok("xx canary-refresh-2 xx"),
            false => ok("{}"),
        })
        .await;
    connect(&rig, "canary-token-1", Some("canary-refresh-1"), 0);
    rig.get("https://a.other.example.com/v3/x").await.unwrap();
    assert_eq!((sent(&rig), exchanges(&rig)), (vec!["none".to_owned()], 0));
    // Not known yet, so it passes; a token that nobody has is no secret of the account.
    rig.get("https://a.other.example.com/echo").await.unwrap();
    rig.get(API).await.unwrap();
    let error = rig.get("https://a.other.example.com/echo").await.unwrap_err();
    assert!(matches!(error, GateError::Leak(_)), "{error}");
    for (url, token) in [(API, "canary-token-2"), (API, "canary-refresh-2")] {
        let other = rig.gate.passage(crate::purpose::Purpose::Write, Default::default());
        let request = request("POST", url, &[], token);
        let error = other.send(request, Default::default()).await.unwrap_err();
        assert!(matches!(error, GateError::Leak(_)), "{error}");
    }
    assert_clean(&rig, Some(&error));
}
