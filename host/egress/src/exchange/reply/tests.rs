use proptest::prelude::*;
use secrecy::zeroize::Zeroizing;

use super::*;

const STATUS: StatusCode = StatusCode::OK;

fn credentials() -> Credentials {
    Credentials {
        fields: [("user".to_owned(), "ada".to_owned())].into(),
        secrets: [("key".to_owned(), Secret::new("canary1".to_owned()))].into(),
        ..Credentials::none()
    }
}

fn read(
    status: StatusCode,
    body: &str,
    takes: &[(&str, &str, Option<&str>)],
) -> Result<Taken, GateError> {
    let answer = Answer { status, retry_after: None, body: Zeroizing::new(body.into()) };
    let takes = takes.iter().map(|(name, pointer, claim)| TakenValue {
        name: (*name).to_owned(),
        pointer: (*pointer).to_owned(),
        claim: claim.map(str::to_owned),
    });
    take(&answer, &takes.collect::<Vec<_>>(), &credentials(), &Taken::new())
}

fn text(taken: &Taken, name: &str) -> Option<String> {
    taken.get(name).map(|taken| taken.text.expose_secret().to_owned())
}

#[test]
fn values_are_texts_numbers_and_truth_values() {
    let body = r#"{"a/b": {"c": ["x", 7]}, "f": 3600.5, "t": true, "n": null, "e": "", "o": {}}"#;
    let table = [
        ("/a~1b/c/0", Ok(Some("x"))),
        ("/a~1b/c/1", Ok(Some("7"))),
        ("/f", Ok(Some("3600.5"))),
        ("/t", Ok(Some("true"))),
        ("/n", Ok(None)),
        ("/e", Ok(None)),
        ("/none", Ok(None)),
        ("/f/x", Ok(None)),
        ("/o", Err(())),
        ("/a~1b/c", Err(())),
    ];
    for (pointer, expected) in table {
        let found = read(STATUS, body, &[("v", pointer, None)]);
        let found = found.map(|taken| text(&taken, "v")).map_err(|_| ());
        assert_eq!(found, expected.map(|text| text.map(str::to_owned)), "{pointer}");
    }
    // The user's own value counts.
    assert!(read(STATUS, body, &[("user", "/f", None)]).unwrap().is_empty());
}

#[test]
fn a_claim_is_one_of_the_payload() {
    let encoded = |payload: &str| URL_SAFE_NO_PAD.encode(payload);
    let good = encoded(r#"{"tenant": "t-1-2-3-4-5", "n": 5, "deep": {"x": 1}, "\u00fc": "?>"}"#);
    let table = [
        (format!("h.{good}.s"), "tenant", Some("t-1-2-3-4-5")),
        (format!("h.{good}="), "n", Some("5")),
        (format!("h.{good}.s"), "\u{fc}", Some("?>")),
        (format!("h.{good}.s"), "none", None),
        (good.clone(), "tenant", None),
        ("h.!!.s".to_owned(), "tenant", None),
        (format!("h.{}.s", encoded("[]")), "tenant", None),
        (format!("h.{}.s", encoded("x")), "tenant", None),
        ("..".to_owned(), "tenant", None),
    ];
    for (token, claim, expected) in table {
        let body = format!(r#"{{"id": "{token}"}}"#);
        let taken = read(STATUS, &body, &[("v", "/id", Some(claim))]).unwrap();
        assert_eq!(text(&taken, "v").as_deref(), expected, "{token} {claim}");
        assert!(taken.values().all(|taken| !taken.is_secret), "a claim is none");
    }
}

#[test]
fn whatever_looks_like_a_token_is_a_secret() {
    let table = [
        ("canary-token-1", true),
        ("550e8400-e29b-41d4-a716-446655440000", true),
        ("https://api.example.com/x", false),
        ("http://api.example.com/x", true),
        ("3600", false),
        ("Bearer", false),
        ("na1", false),
    ];
    for (value, expected) in table {
        let taken = read(STATUS, &format!(r#"["{value}"]"#), &[("v", "/0", None)]).unwrap();
        assert_eq!(taken["v"].is_secret, expected, "{value}");
    }
}

#[test]
fn an_error_never_shows_a_secret_however_short_it_is() {
    let body = r#"{"error": "no", "error_description": "not canary1\n"}"#;
    let error = read(StatusCode::BAD_REQUEST, body, &[]).err().unwrap().to_string();
    assert!(error.ends_with("status 400 (not shown, as it repeats a secret)"), "{error}");
    let error = read(StatusCode::BAD_REQUEST, &body.replace("canary1", "x"), &[]).err().unwrap();
    assert!(error.to_string().ends_with("(no: not x\\n)"), "{error}");
}

proptest! {
    #[test]
    fn no_reply_makes_it_panic(body in "[\\[\\]{}\"a.:, 1]{0,40}", claim: bool) {
        let claim = claim.then_some("a");
        let _ = read(STATUS, &body, &[("v", "/a", claim), ("w", "/0/a", claim)]);
    }
}
