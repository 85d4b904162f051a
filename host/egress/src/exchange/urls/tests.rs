use tollgate_vault::Secret;

use super::*;
use crate::config::Credentials;
use crate::values::{Taken, TakenText};

fn credentials() -> Credentials {
    let pair = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    Credentials {
        fields: [("area", "na1"), ("odd", "a/../b?c#d%"), ("own", "https://own.example.com")]
            .map(pair)
            .into(),
        secrets: [("key".to_owned(), Secret::new("canary-1".to_owned()))].into(),
        ..Credentials::none()
    }
}

fn taken() -> Taken {
    [
        ("endpoint", "https://login.example.com/a?b=c"),
        ("root", "https://api.example.com/"),
        ("plain", "http://api.example.com/"),
        ("user_info", "https://u:canary@api.example.com"),
        ("token", "canary-token-1"),
        ("own", "https://evil.example.com"),
    ]
    .map(|(name, text)| (name.to_owned(), TakenText::new(text.to_owned(), false)))
    .into()
}

#[test]
fn a_field_at_the_beginning_is_a_url_and_any_other_is_encoded() {
    let (credentials, taken) = (credentials(), taken());
    let values = Values::with(&credentials, &taken);
    let table = [
        ("https://{area}.example.com/x", Ok("https://na1.example.com/x")),
        ("https://a.example.com/{odd}", Err("dot segments")),
        ("https://a.example.com/?a={odd}&b={key}", Ok("https://a.example.com/?a&b")),
        ("https://{odd}.example.com/", Err("in its URL")),
        ("{endpoint}", Ok("https://login.example.com/a?b")),
        ("{root}", Ok("https://api.example.com/")),
        ("{root}/v3", Ok("https://api.example.com/v3")),
        ("{root}v3", Ok("https://api.example.com/v3")),
        ("{own}/v3", Ok("https://own.example.com/v3")),
        ("{plain}", Err("scheme")),
        ("{user_info}/x", Err("user info")),
        ("{token}/x", Err("in its URL")),
        ("https://a.example.com/{token}", Err("the secret `token` before its query")),
        ("https://{key}.example.com/", Err("the secret `key` before its query")),
    ];
    for (template, expected) in table {
        match (url(values, template), expected) {
            (Ok(found), Ok(expected)) => assert_eq!(found.redacted(), expected, "{template}"),
            (Err(error), Err(expected)) => {
                let text = error.to_string();
                assert!(text.contains(expected) && !text.contains("canary"), "{template}: {text}");
            }
            (found, _) => panic!("{template}: {found:?}"),
        }
    }
    let found = url(values, "https://a.example.com/?a={odd}").unwrap();
    assert_eq!(found.query(), Some("a=a%2F..%2Fb%3Fc%23d%25"));
}

#[test]
fn a_base_url_has_no_query_and_no_secret() {
    let (credentials, taken) = (credentials(), taken());
    let values = Values::with(&credentials, &taken);
    let scanner = Scanner::new(credentials.secrets.values());
    let base_url = |template| base_url(values, template, scanner.as_ref());
    assert_eq!(base_url("{root}/v3/").unwrap().path(), "/v3/");
    for template in ["{endpoint}", "https://a.example.com/canary-1", "https://canary-1.example.com"]
    {
        assert_eq!(base_url(template).unwrap_err().kind(), ErrorKind::Denied, "{template}");
    }
}
