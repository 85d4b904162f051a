use tollgate_vault::Secret;

use super::*;

fn credentials(scheme: AuthScheme, audiences: &[&str]) -> Credentials {
    let pair = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    let secret = |(name, value): (&str, &str)| (name.to_owned(), Secret::new(value.to_owned()));
    Credentials {
        scheme,
        audiences: audiences.iter().map(|audience| audience.parse().unwrap()).collect(),
        fields: [("user", "ada"), ("colon", "a:b")].map(pair).into(),
        secrets: [("password", "canary-1"), ("umlaut", "canäry"), ("broken", "canary\r\nX: y")]
            .map(secret)
            .into(),
        settable: [].into(),
    }
}

fn parameter(name: &str, value: &str) -> Parameter {
    Parameter { name: name.to_owned(), value: value.to_owned() }
}

fn attached(scheme: AuthScheme) -> Vec<(String, Vec<u8>)> {
    let attachment = Attachment::prepare(&credentials(scheme, &[])).unwrap();
    let mut headers = HeaderMap::new();
    attachment.attach_headers(&mut headers);
    assert!(headers.values().all(HeaderValue::is_sensitive));
    assert!(!format!("{headers:?} {attachment:?}").contains("canary"));
    let shown = headers.iter().map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()));
    shown.collect()
}

fn url(text: &str) -> CanonicalUrl {
    CanonicalUrl::parse(&text.parse().unwrap()).unwrap()
}

#[test]
fn each_scheme_becomes_its_headers() {
    let headers = vec![parameter("API-Username", "{user}"), parameter("API-Password", "{umlaut}")];
    assert_eq!(
        attached(AuthScheme::Fixed { headers, query: Vec::new() }),
        [
            ("api-username".to_owned(), b"ada".to_vec()),
            ("api-password".to_owned(), "canäry".as_bytes().to_vec()),
        ]
    );
    let basic = Basic { username: "{user}".to_owned(), password: "{password}".to_owned() };
    let expected = b"Basic YWRhOmNhbmFyeS0x".to_vec();
    assert_eq!(attached(AuthScheme::Basic(basic)), [("authorization".to_owned(), expected)]);
    let bearer = AuthScheme::Bearer { token: "{password}".to_owned() };
    let expected = b"Bearer canary-1".to_vec();
    assert_eq!(attached(bearer), [("authorization".to_owned(), expected)]);
}

#[test]
fn query_parameters_replace_what_the_connector_set() {
    let parameters = vec![parameter("api key", "{umlaut}"), parameter("u", "{user}&")];
    let credentials =
        credentials(AuthScheme::Fixed { headers: Vec::new(), query: parameters }, &[]);
    let attachment = Attachment::prepare(&credentials).unwrap();
    let own = "api%20key=can%C3%A4ry&u=ada%26";
    let table = [
        (None, own.to_owned()),
        (Some("page=1"), format!("page=1&{own}")),
        (Some("u=guest&page=1&api+key=x&api%20key&%75=y"), format!("page=1&{own}")),
    ];
    for (guest, expected) in table {
        assert_eq!(attachment.query(guest, true), Some(expected), "{guest:?}");
    }
    assert_eq!(attachment.query(Some("u=guest&uu=1"), false).as_deref(), Some("uu=1"));
    assert_eq!(attachment.query(Some("u=guest"), false), None);
}

#[test]
fn credentials_go_to_their_audience_and_nowhere_else() {
    let scheme = AuthScheme::Fixed { headers: Vec::new(), query: Vec::new() };
    let audiences =
        ["https://api.example.com/v3", "https://*.example.org", "https://a.example.com:8443"];
    let attachment = Attachment::prepare(&credentials(scheme, &audiences)).unwrap();
    let table = [
        ("https://api.example.com/v3", true),
        ("https://API.example.com:443/v3/contacts?x=/v4", true),
        ("https://api.example.com/v30", false),
        ("https://api.example.com/", false),
        ("https://api.example.com/V3/", false),
        ("https://api.example.com/%763/", false),
        ("https://api.example.com//v3/", false),
        ("https://api.example.com:8443/v3/", false),
        ("https://x.api.example.com/v3/", false),
        ("https://api.example.com.evil.org/v3/", false),
        ("https://a.b.example.org/any", true),
        ("https://example.org/", false),
        ("https://a.example.com:8443/", true),
        ("https://a.example.com/", false),
    ];
    for (text, expected) in table {
        assert_eq!(attachment.is_meant_for(&url(text)), expected, "{text}");
    }
}

#[test]
fn what_cannot_be_sent_names_its_field_and_never_its_value() {
    let headers = |name: &str, value: &str| AuthScheme::Fixed {
        headers: vec![parameter(name, value)],
        query: Vec::new(),
    };
    let basic = Basic { username: "{colon}".to_owned(), password: String::new() };
    let table = [
        (headers("x-key", "{user}{broken}"), ErrorKind::Config, "`broken` has a line break"),
        (headers("x-key", "{none}"), ErrorKind::Config, "`none`, which is not set"),
        (headers("x-key", "\n"), ErrorKind::Bug, "control character"),
        (headers("x-key", "{"), ErrorKind::Bug, "brace"),
        (headers("x key", "v"), ErrorKind::Bug, "header `x key`"),
        (headers("Host", "v"), ErrorKind::Bug, "header `Host`"),
        (headers("content-length", "v"), ErrorKind::Bug, "header `content-length`"),
        (AuthScheme::Basic(basic), ErrorKind::Config, "colon"),
    ];
    for (scheme, kind, message) in table {
        let error = Attachment::prepare(&credentials(scheme, &[])).unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.message().contains(message), "{message}: {error}");
        assert!(!format!("{error:?}").contains("canary"), "{error:?}");
    }
}
