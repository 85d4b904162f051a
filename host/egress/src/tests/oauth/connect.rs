//! The authorization code, from the address that the user opens to the tokens in the vault.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tollgate_model::{Error, ErrorKind};

use super::*;
use crate::oauth::Redirect;

const REDIRECT: Redirect = Redirect { port: 0, patience: Duration::from_secs(60) };

type Pairs = BTreeMap<String, String>;

fn pairs(query: &str) -> Pairs {
    url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

/// Opens an address as a browser does and gives what it shows.
async fn open(address: &str) -> String {
    let url: url::Url = address.parse().unwrap();
    let mut stream = TcpStream::connect(("127.0.0.1", url.port().unwrap())).await.unwrap();
    let target = &url[url::Position::BeforePath..];
    let head = format!("GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut page = String::new();
    // A connection that is turned away may be reset.
    let _ = stream.read_to_string(&mut page).await;
    page
}

/// Signs in with a browser that does this with the address it is shown.
async fn sign_in<F, Fut>(rig: &Rig, browse: F) -> Result<crate::Connected, Error>
where
    F: FnOnce(String, Pairs) -> Fut + Send + 'static,
    Fut: Future<Output = ()> + Send,
{
    let (show, shown) = tokio::sync::oneshot::channel();
    let browser = tokio::spawn(async move {
        let url: String = shown.await.unwrap();
        let query = pairs(url.split_once('?').unwrap().1);
        browse(url, query).await;
    });
    let sign_in = rig.sign_in();
    let connected = sign_in.by_code(REDIRECT, |url| show.send(url.to_owned()).unwrap()).await;
    browser.await.unwrap();
    connected
}

#[tokio::test]
async fn a_user_consents_and_the_tokens_are_kept() {
    for secret in [None, Some("canary-secret")] {
        let scene = match secret {
            Some(secret) => scene().with_secret("client_secret", secret),
            None => scene(),
        };
        let Scene { folder: _folder, setup } = scene;
        let rig = setup
            .start(|_, head| match is_token_request(head) {
                true => {
                    ok(r#"{"access_token":"canary-1","token_type":"Bearer","expires_in":"86400",
                    "refresh_token":"canary-r1","scope":"contact_data","id_token":"canary"}"#)
                }
                false => ok("{}"),
            })
            .await;
        let place = rig.config.remaps[1].to().to_string();
        let (tell, told) = tokio::sync::oneshot::channel();
        let connected = sign_in(&rig, move |url, query| async move {
            // Where the operator says the provider is.
            assert!(url.starts_with(&format!("{place}/authorize?v=1&")), "{url}");
            let back =
                format!("{}?code=canary%2Fcode&state={}", query["redirect_uri"], query["state"]);
            let page = open(&back).await;
            assert!(page.starts_with("HTTP/1.1 200 OK") && page.contains("close this window"));
            tell.send(query).unwrap();
        });
        let connected = connected.await.unwrap();
        assert_eq!(connected.scope.as_deref(), Some("contact_data"));
        assert_eq!(connected.expires_at, Some("2024-03-01T12:00:00Z".parse().unwrap()));
        assert!(connected.is_renewable);
        assert_eq!(kept(&rig), pair("canary-1", "canary-r1"));

        let query = told.await.unwrap();
        for (name, expected) in [
            ("response_type", "code"),
            ("client_id", "the client"),
            ("scope", "contact_data offline_access"),
            ("code_challenge_method", "S256"),
            ("prompt", "login&x"),
        ] {
            assert_eq!(query[name], expected, "{name}");
        }
        let form = pairs(&rig.server.bodies_on("/token")[0]);
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&form["code_verifier"]));
        assert_eq!(query["code_challenge"], challenge);
        assert_eq!((query["state"].len(), form["code_verifier"].len()), (43, 43));
        assert_eq!(form["redirect_uri"], query["redirect_uri"]);
        assert_eq!((&*form["grant_type"], &*form["code"]), ("authorization_code", "canary/code"));
        assert_eq!(form.contains_key("client_id"), secret.is_none());
        assert_eq!(rig.server.heads()[0].contains("authorization: basic "), secret.is_some());
        assert_clean(&rig, Some(&connected));

        // What was connected is what a gate uses.
        rig.get(API).await.unwrap();
        assert_eq!(sent(&rig), ["canary-1"]);
    }
}

#[tokio::test]
async fn what_does_not_belong_to_the_attempt_is_turned_away_and_it_goes_on() {
    let Scene { folder: _folder, setup } = scene();
    let rig = setup.start(|_, _| grant("canary-1", None)).await;
    let connected = sign_in(&rig, |_, query| async move {
        let (back, state) = (&query["redirect_uri"], &query["state"]);
        let root = back.strip_suffix("/callback").unwrap();
        let port = back.split(':').nth(2).unwrap().split('/').next().unwrap();
        // Opened beforehand and left without a word.
        let _idle = TcpStream::connect(format!("127.0.0.1:{port}")).await.unwrap();
        for address in [
            format!("{root}/"),
            format!("{root}/favicon.ico"),
            format!("{root}/other?code=x&state={state}"),
            format!("{back}?code=x"),
            format!("{back}?code=x&state="),
            format!("{back}?code=x&state={state}x"),
            format!("{back}?code=&state={state}"),
            format!("{back}?error=access_denied"),
            format!("{back}?code={}&state={state}", "x".repeat(5_000)),
        ] {
            let page = open(&address).await;
            assert!(page.starts_with("HTTP/1.1 404"), "{address}: {page}");
        }
        let endless = format!("{back}?code={}&state={state}", "x".repeat(17_000));
        assert_eq!(open(&endless).await, "");
        assert!(open(&format!("{back}?code=x&state={state}")).await.starts_with("HTTP/1.1 200"));
    });
    assert!(!connected.await.unwrap().is_renewable);
    assert_eq!(pairs(&rig.server.bodies_on("/token")[0])["code"], "x");
}

#[tokio::test]
async fn a_no_is_told_in_the_providers_words() {
    let Scene { folder: _folder, setup } = scene();
    let rig = setup.start(|_, _| grant("canary-1", None)).await;
    let refused = sign_in(&rig, |_, query| async move {
        let said = "User%20said%1b%5b2Jno".to_owned() + &"x".repeat(500);
        let back = &query["redirect_uri"];
        let state = &query["state"];
        open(&format!("{back}?error=access_denied&error_description={said}&state={state}")).await;
    });
    let error = refused.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Forbidden);
    let expected = "the provider says access_denied (User said\\u{1b}[2Jno";
    assert!(error.message().starts_with(expected), "{error}");
    assert!(error.message().len() < 400);
    assert_eq!((rig.server.hits(), kept(&rig)), (0, None));
}

#[tokio::test(start_paused = true)]
async fn nobody_is_waited_for_forever() {
    let Scene { folder: _folder, setup } = scene();
    let rig = setup.start_in_memory(|_, _| grant("canary-1", None));
    let error = rig.sign_in().by_code(REDIRECT, |_| ()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
    assert!(error.message().contains("within 60s"), "{error}");
}

#[tokio::test]
async fn what_cannot_work_is_told_before_the_user_is_asked() {
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let redirect = Redirect { port: taken.local_addr().unwrap().port(), ..REDIRECT };
    let Scene { folder, setup } = scene();
    let rig = setup.start(|_, _| ok("{}")).await;
    let sign_in = rig.sign_in();
    let unseen = |_: &str| panic!("the user was asked");
    let port = sign_in.by_code(redirect, unseen).await.unwrap_err();
    assert!(port.message().starts_with("cannot listen on port"), "{port}");
    assert!(port.hint().unwrap().contains("--port"));
    let grant = sign_in.by_client_credentials().await.unwrap_err();
    assert_eq!(grant.message(), "the connector offers no signing in by client credentials");

    std::fs::write(folder.path().join("vault"), "not a vault").unwrap();
    let vault = sign_in.by_code(REDIRECT, unseen).await.unwrap_err();
    assert!(vault.message().contains("is no vault"), "{vault}");
    let vault = sign_in.by_device(|_| panic!("the user was asked")).await.unwrap_err();
    assert!(vault.message().contains("is no vault"), "{vault}");
    assert_eq!(rig.server.hits(), 0);
}

#[tokio::test]
async fn an_account_without_oauth_has_nothing_to_connect() {
    let rig = setup().start(|_, _| ok("{}")).await;
    let Scene { folder, .. } = scene();
    let mut config = rig.config.clone();
    config.vault = Some(vault_in(&folder));
    let observer = Arc::new(tollgate_model::Unobserved);
    let error = crate::SignIn::new(&config, rig.clock.clone(), observer).unwrap_err();
    assert!(error.message().contains("is not OAuth 2"), "{error}");
}
