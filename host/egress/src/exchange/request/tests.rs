use http::HeaderName;
use tollgate_model::{Basic, Parameter};
use tollgate_vault::Secret;

use super::*;
use crate::config::Credentials;

fn credentials() -> Credentials {
    let pair = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    let secret = |(name, value): (&str, &str)| (name.to_owned(), Secret::new(value.to_owned()));
    Credentials {
        fields: [("user", "ada & co"), ("colon", "a:b")].map(pair).into(),
        secrets: [("key", "canary \"1\""), ("broken", "canary\r\nX: y")].map(secret).into(),
        ..Credentials::none()
    }
}

fn parameter(name: &str, value: &str) -> Parameter {
    Parameter { name: name.to_owned(), value: value.to_owned() }
}

fn request(body: ExchangeBody) -> ExchangeRequest {
    ExchangeRequest {
        url: "https://api.example.com/token?u={user}".to_owned(),
        headers: vec![parameter("X-User", "{user}")],
        basic: None,
        body,
        takes: Vec::new(),
    }
}

fn form() -> ExchangeRequest {
    request(ExchangeBody::Form {
        fields: vec![parameter("a b", "{user}"), parameter("k", "{key}")],
    })
}

fn with_basic(username: &str, form_encoded: bool) -> ExchangeRequest {
    let credentials = Basic { username: username.to_owned(), password: "{key}".to_owned() };
    ExchangeRequest {
        basic: Some(ExchangeBasic { credentials, form_encoded }),
        ..request(ExchangeBody::None)
    }
}

#[test]
fn a_request_is_a_get_unless_it_has_a_body() {
    let credentials = credentials();
    let json = ExchangeBody::Json { text: r#"{"k": "{key}"}"#.to_owned() };
    let table = [
        (request(ExchangeBody::None), Method::GET, None, ""),
        (request(json), Method::POST, Some("application/json"), r#"{"k":"canary \"1\""}"#),
        (
            form(),
            Method::POST,
            Some("application/x-www-form-urlencoded"),
            "a+b=ada+%26+co&k=canary+%221%22",
        ),
    ];
    for (request, method, content_type, body) in table {
        let outgoing = prepare(&request, Values::own(&credentials)).unwrap();
        assert_eq!((outgoing.method, &*outgoing.body), (method, body.as_bytes()));
        assert_eq!(outgoing.url.query(), Some("u=ada%20%26%20co"));
        let header = |name: &HeaderName| outgoing.headers.get(name).map(HeaderValue::as_bytes);
        assert_eq!(header(&CONTENT_TYPE), content_type.map(str::as_bytes));
        assert_eq!(header(&"x-user".parse().unwrap()), Some(&b"ada & co"[..]));
    }
}

#[test]
fn basic_is_encoded_where_the_provider_wants_it() {
    let credentials = credentials();
    // `ada & co:canary "1"`, `ada+%26+co:canary+%221%22` and `a%3Ab:canary+%221%22`.
    let table = [
        ("{user}", false, "Basic YWRhICYgY286Y2FuYXJ5ICIxIg=="),
        ("{user}", true, "Basic YWRhKyUyNitjbzpjYW5hcnkrJTIyMSUyMg=="),
        ("{colon}", true, "Basic YSUzQWI6Y2FuYXJ5KyUyMjElMjI="),
    ];
    for (username, form_encoded, expected) in table {
        let request = with_basic(username, form_encoded);
        let outgoing = prepare(&request, Values::own(&credentials)).unwrap();
        let header = &outgoing.headers[AUTHORIZATION];
        assert_eq!(header, expected, "{username}");
        assert!(header.is_sensitive());
    }
    let error = prepare(&with_basic("{colon}", false), Values::own(&credentials)).err().unwrap();
    assert!(error.to_string().contains("a colon"), "{error}");
}

#[test]
fn a_value_that_no_header_can_carry_is_named_and_never_shown() {
    let mut request = request(ExchangeBody::None);
    request.headers = vec![parameter("X-Key", "{broken}")];
    let error = prepare(&request, Values::own(&credentials())).err().unwrap();
    assert!(error.to_string().contains("`broken` has a line break"), "{error}");
    assert!(!format!("{error:?}").contains("canary"));
}

#[test]
fn what_a_request_needs_is_all_that_its_templates_name() {
    let json = ExchangeBody::Json { text: r#"[{"{no}": "{d}"}, 1]"#.to_owned() };
    let request = ExchangeRequest { body: json, ..with_basic("{c}", false) };
    assert_eq!(needs(&request).unwrap(), ["user", "user", "c", "key", "d"]);
    assert_eq!(needs(&form()).unwrap(), ["user", "user", "user", "key"]);
}
