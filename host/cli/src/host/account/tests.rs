use std::path::Path;

use tollgate_model::{AuthScheme, Parameter};

use super::*;
use crate::config::Config;
use crate::failure::{Failure, render};

fn field(name: &str, kind: FieldKind) -> Field {
    Field {
        name: name.to_owned(),
        title: name.to_owned(),
        description: String::new(),
        kind,
        required: true,
        default: None,
        shown_when: Vec::new(),
    }
}

fn method(name: &str, secret: &str) -> AuthMethod {
    let parameter = Parameter { name: "X-Key".to_owned(), value: format!("{{{secret}}}") };
    AuthMethod {
        name: name.to_owned(),
        title: name.to_owned(),
        description: String::new(),
        fields: vec![field(secret, FieldKind::Secret)],
        scheme: AuthScheme::Fixed { headers: vec![parameter], query: Vec::new() },
        audiences: vec!["https://a.example.com".to_owned()],
    }
}

fn descriptor() -> Descriptor {
    Descriptor {
        id: "icontact".to_owned(),
        version: "1.0.0".to_owned(),
        title: "iContact".to_owned(),
        description: String::new(),
        account_fields: vec![field("username", FieldKind::Text)],
        auth_methods: vec![method("headers", "password"), method("modern", "api_key")],
        origins: vec!["https://a.example.com".to_owned()],
        rate_limits: Vec::new(),
        limit_signs: Vec::new(),
        concurrent_requests: 1,
        reads_by_post: Vec::new(),
        streams: Vec::new(),
    }
}

fn account(lines: &str) -> Outcome<Account> {
    let text = format!("[accounts.acme]\nconnector = \"icontact\"\n{lines}\n");
    let config = Config::parse(Source::new(Path::new("tollgate.toml"), text)).unwrap();
    without_secrets(&config.accounts[0], &descriptor(), &config.source)
}

fn problems(lines: &str) -> String {
    let Err(Failure::Errors(errors)) = account(lines) else { panic!("no problem in {lines}") };
    let shown: Vec<String> =
        errors.iter().map(|error| render(error, Timestamp::UNIX_EPOCH)).collect();
    shown.join("\n")
}

#[test]
fn an_account_that_fits_is_taken() {
    assert!(account("username = \"a\"\npassword = { env = \"X\" }").is_ok());
    assert!(account("auth = \"modern\"\nusername = \"a\"\napi_key = { env = \"X\" }").is_ok());
}

#[test]
fn a_secret_in_plain_text_is_refused_without_being_shown() {
    let text = problems("username = \"a\"\npassword = \"CANARY\"");
    assert!(!text.contains("CANARY"));
    insta::assert_snapshot!(text, @r#"
    error: tollgate.toml:4:1: `password` is a secret and stands here in plain text
      |
    4 | password = [not shown]
      | ^^^^^^^^
    hint: write `password = { env = "ACME_PASSWORD" }` or `password = { file = "PATH" }`, and replace the secret if others could read this file
    "#);
}

#[test]
fn every_wrong_line_is_told() {
    insta::assert_snapshot!(
        problems("usrname = \"a\"\napi_key = { env = \"X\" }\npassword = { env = \"Y\" }"),
        @r#"
        error: tollgate.toml:3:1: icontact has no account field `usrname`
          |
        3 | usrname = [not shown]
          | ^^^^^^^
        hint: did you mean `username`?
        error: tollgate.toml:4:1: `api_key` belongs to another auth method
          |
        4 | api_key = [not shown]
          | ^^^^^^^
        hint: `auth = "modern"` chooses it
        "#
    );
    insta::assert_snapshot!(problems("username = { env = \"X\" }\npassword = { env = \"Y\" }"), @r"
    error: tollgate.toml:3:1: `username` is no secret
      |
    3 | username = [not shown]
      | ^^^^^^^^
    hint: write its value here
    ");
    insta::assert_snapshot!(problems("auth = \"moderm\""), @r#"
    error: tollgate.toml:3:8: icontact has no auth method `moderm`
      |
    3 | auth = "moderm"
      |        ^^^^^^^^
    hint: did you mean `modern`?
    "#);
    insta::assert_snapshot!(problems("username = \"a\""), @r"
    error: tollgate.toml:1:11: account `acme`: account field `password` (password) is required
      |
    1 | [accounts.acme]
      |           ^^^^
    ");
}
