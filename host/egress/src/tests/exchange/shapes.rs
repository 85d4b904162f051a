//! The shapes of sign-ins that providers have.

use super::*;

const ISSUER: &str = "login.other.example.com";

/// Discovery of the token URL, tokens for a key, and discovery of the API for the token's tenant.
fn discovery() -> TokenExchange {
    let claim = Some("tenantId".to_owned());
    let mut takes = tokens();
    takes.push(TakenValue { claim, ..taken("tenant_id", "/id_token") });
    let fields = [("grant_type", "password"), ("username", "{key_id}"), ("password", "{key}")];
    let renewal = [("grant_type", "refresh_token"), ("refresh_token", "{refresh_token}")];
    TokenExchange {
        sign_in: vec![
            get(
                "https://{issuer}/.well-known/openid-configuration",
                vec![taken("token_endpoint", "/token_endpoint")],
            ),
            ExchangeRequest {
                basic: basic("{client_id}", "{client_secret}", true),
                ..post_form("{token_endpoint}", &fields, takes)
            },
            get(
                "https://{issuer}/.well-known/configuration?tenantId={tenant_id}",
                vec![taken("api_endpoint", "/api_endpoint")],
            ),
        ],
        renewal: vec![post_form("{token_endpoint}", &renewal, tokens())],
        base_url: Some("{api_endpoint}/v3".to_owned()),
        ..key_exchange()
    }
}

fn discovering(head: &str) -> Vec<Step> {
    let id_token = jwt(r#"{"tenantId":"t 1&x","sub":"u"}"#);
    match head {
        head if is_on(head, "/.well-known/openid-configuration") => {
            ok(format!(r#"{{"token_endpoint":"https://{ISSUER}/auth/token"}}"#))
        }
        head if is_on(head, "/auth/token") => ok(format!(
            r#"{{"access_token":"canary-t1","refresh_token":"canary-r1","expires_in":3600,
                 "id_token":"{id_token}"}}"#
        )),
        head if is_on(head, "/.well-known/configuration") => {
            ok(r#"{"api_endpoint":"https://api.example.com/","private":false}"#)
        }
        _ => ok("{}"),
    }
}

#[tokio::test]
async fn a_chain_finds_the_token_url_the_tenant_and_the_api() {
    for (set, expected) in [(None, "t%201%26x"), (Some("own"), "own")] {
        let mut fields = vec![("issuer", ISSUER), ("client_id", "the client"), ("key_id", "id+1")];
        fields.extend(set.map(|tenant| ("tenant_id", tenant)));
        let secrets = [("client_secret", "canary:secret"), ("key", "canary-key&1")];
        let rig = scene(discovery(), &fields, &secrets).start(|_, head| discovering(head)).await;
        let base_url = rig.gate.base_url().await.unwrap();
        assert_eq!(base_url.as_deref(), Some("https://api.example.com/v3"));
        assert_eq!(rig.get(API).await.unwrap().status, 200);
        assert_eq!(
            requested(&rig),
            [
                "get /.well-known/openid-configuration".to_owned(),
                "post /auth/token".to_owned(),
                format!("get /.well-known/configuration?tenantid={}", expected.to_lowercase()),
                "get /v3/contacts".to_owned(),
            ]
        );
        let form = "grant_type=password&username=id%2B1&password=canary-key%261";
        assert_eq!(rig.server.bodies_on("/auth/token"), [form]);
        let heads = rig.server.heads();
        // `the+client:canary%3Asecret`, as RFC 6749 has it encoded before base64.
        let basic = "authorization: basic dghlk2nsawvuddpjyw5hcnklm0fzzwnyzxq=";
        assert!(heads[1].contains(basic), "{}", heads[1]);
        assert!(heads[1].contains("content-type: application/x-www-form-urlencoded"));
        assert!(!heads[0].contains("authorization") && !heads[2].contains("authorization"));
        assert_eq!(sent(&rig), ["canary-t1"]);
        assert_clean(&rig, None);
    }
}

#[tokio::test]
async fn an_access_key_is_posted_as_json() {
    let mut exchange = key_exchange();
    exchange.sign_in[0].url = "https://{area}.other.example.com/token".to_owned();
    exchange.sign_in[0].headers = vec![parameter("X-Key-Id", "{key_id}")];
    let rig = scene(exchange, &[("area", "na1"), ("key_id", "id-1")], &[("key", "canary\"k\\1")])
        .start(|_, head| match is_on(head, "/token") {
            true => grant("canary-t1", None),
            false => ok("{}"),
        })
        .await;
    rig.get(API).await.unwrap();
    let body = r#"{"accessKeyId":"id-1","accessKeySecret":"canary\"k\\1"}"#;
    assert_eq!(rig.server.bodies_on("/token"), [body]);
    let head = &rig.server.heads()[0];
    assert!(head.contains("content-type: application/json") && head.contains("x-key-id: id-1"));
    let requests = rig.events.requests();
    assert_eq!(requests[0].url, "https://na1.other.example.com/token");
    assert_eq!(sent(&rig), ["canary-t1"]);
    assert_clean(&rig, None);
}

#[tokio::test]
async fn a_password_goes_with_basic_and_the_reply_says_where_the_api_is() {
    let mut takes = tokens();
    takes.push(taken("base", "/resource_server_base_uri"));
    let body = r#"{"grant_type":"password","username":"{user}","password":"{password}"}"#;
    let exchange = TokenExchange {
        sign_in: vec![ExchangeRequest {
            basic: basic("{app}@{vendor}", "{unit}", false),
            ..post_json(TOKEN_URL, body, takes)
        }],
        base_url: Some("{base}".to_owned()),
        ..key_exchange()
    };
    let fields = [("app", "my app"), ("vendor", "me"), ("unit", "45"), ("user", "ada")];
    let rig = scene(exchange, &fields, &[("password", "canary-pass-1")])
        .start(|_, head| match is_on(head, "/token") {
            true => ok(r#"{"access_token":"canary-t1","expires_in":3600,
                    "resource_server_base_uri":"https://api.example.com/v3/"}"#),
            false => ok("{}"),
        })
        .await;
    let base_url = rig.gate.base_url().await.unwrap();
    assert_eq!(base_url.as_deref(), Some("https://api.example.com/v3"));
    rig.get(API).await.unwrap();
    // `my app@me:45`, as it is.
    let basic = "authorization: basic bxkgyxbwqg1lojq1";
    assert!(rig.server.heads()[0].contains(basic), "{}", rig.server.heads()[0]);
    assert_eq!((exchanges(&rig), sent(&rig)), (1, vec!["canary-t1".to_owned()]));
}

#[tokio::test]
async fn other_schemes_find_no_base_url_and_make_no_request_for_it() {
    let rig = setup().start(|_, _| ok("{}")).await;
    assert_eq!(rig.gate.base_url().await.unwrap(), None);
    let rig = key_scene_with(|exchange| exchange.base_url = None).start(|_, _| ok("{}")).await;
    assert_eq!((rig.gate.base_url().await.unwrap(), rig.server.hits()), (None, 0));
}
