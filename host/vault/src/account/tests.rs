use secrecy::ExposeSecret;
use tollgate_model::{AuthScheme, Condition};

use super::*;

fn field(name: &str, kind: FieldKind, required: bool) -> Field {
    Field {
        name: name.to_owned(),
        title: format!("Title of {name}"),
        description: format!("Where to find {name}."),
        kind,
        required,
        default: None,
        shown_when: Vec::new(),
    }
}

fn method(name: &str, fields: Vec<Field>) -> AuthMethod {
    AuthMethod {
        name: name.to_owned(),
        title: name.to_owned(),
        description: String::new(),
        fields,
        scheme: AuthScheme::Fixed { headers: Vec::new(), query: Vec::new() },
        audiences: vec!["https://api.example.com".to_owned()],
    }
}

fn descriptor() -> Descriptor {
    let mut proxy_key = field("proxy_key", FieldKind::Secret, true);
    proxy_key.shown_when =
        vec![Condition { field: "sandbox".to_owned(), one_of: vec!["true".to_owned()] }];
    Descriptor {
        id: "example".to_owned(),
        version: "1.0.0".to_owned(),
        title: "Example".to_owned(),
        description: String::new(),
        account_fields: vec![
            field("account_id", FieldKind::Integer { min: 1, max: 999 }, true),
            field("sandbox", FieldKind::Boolean, false),
        ],
        auth_methods: vec![
            method(
                "password",
                vec![
                    field("username", FieldKind::Text, true),
                    field("password", FieldKind::Secret, true),
                    proxy_key,
                ],
            ),
            method("api_key", vec![field("api_key", FieldKind::Secret, false)]),
        ],
        origins: vec!["https://api.example.com".to_owned()],
        rate_limits: Vec::new(),
        limit_signs: Vec::new(),
        concurrent_requests: 1,
        reads_by_post: Vec::new(),
        streams: Vec::new(),
    }
}

fn empty_account() -> Account {
    Account::new("acme".parse().unwrap(), "example".parse().unwrap())
}

fn secret(text: &str) -> Secret {
    Secret::new(text.to_owned())
}

/// An account with all that the default method needs.
fn account() -> Account {
    empty_account()
        .with_setting("account_id", " 042 ")
        .with_setting("username", "ada")
        .with_secret("password", secret("canary"))
}

fn resolved(account: Account) -> Result<ResolvedAccount> {
    account.resolve(&descriptor(), Date::constant(2024, 3, 1))
}

#[test]
fn an_account_is_split_into_settings_and_secrets() {
    let account = resolved(account()).unwrap();
    assert_eq!(account.auth_method, "password");
    let names: Vec<_> = account.settings.iter().map(|setting| setting.name.as_str()).collect();
    assert_eq!(names, ["account_id", "username"]);
    assert_eq!((account.setting("account_id"), account.setting("password")), (Some("42"), None));
    assert_eq!(account.secrets.keys().collect::<Vec<_>>(), ["password"]);
    assert_eq!(account.secrets["password"].expose_secret(), "canary");
    assert!(!format!("{account:?}").contains("canary"));
}

#[test]
fn an_optional_secret_may_be_missing() {
    let account = empty_account().with_setting("account_id", "1").with_auth_method("api_key");
    let account = resolved(account).unwrap();
    assert_eq!(account.auth_method, "api_key");
    assert!(account.secrets.is_empty());
}

#[test]
fn a_shown_secret_is_required_and_a_hidden_one_refused() {
    let error = resolved(account().with_setting("sandbox", "yes")).unwrap_err();
    assert!(error.message().contains("`proxy_key` (Title of proxy_key) is required"), "{error}");
    let both = account().with_setting("sandbox", "yes").with_secret("proxy_key", secret("c2"));
    assert_eq!(resolved(both).unwrap().secrets.len(), 2);
    let error = resolved(account().with_secret("proxy_key", secret("canary"))).unwrap_err();
    assert!(error.message().contains("exists only where `sandbox` is `true`"), "{error}");
}

#[test]
fn accounts_that_do_not_fit_are_refused_with_a_hint() {
    let other = Account::new("acme".parse().unwrap(), "other".parse().unwrap());
    let table = [
        (other, "it is for the connector `other`, not for `example`", ""),
        (account().with_auth_method("pasword"), "no auth method `pasword`", "`password`?"),
        (account().with_setting("user_name", "ada"), "no account field `user_name`", "`username`?"),
        (account().with_setting("account_id", "0"), "`account_id` is `0`, which is not", ""),
        (account().with_setting("password", "canary"), "`password` is a secret", "refer to it"),
        (account().with_secret("username", secret("canary")), "is no secret", "in plain text"),
        (account().with_secret("pasword", secret("canary")), "no account field", "`password`?"),
        (account().with_secret("password", secret("")), "`password` (Title of", "Where to find"),
        (
            account().with_secret("api_key", secret("canary")),
            "`api_key` belongs to the auth method `api_key`, and this account uses `password`",
            "",
        ),
        (
            account().with_auth_method("api_key"),
            "`username` belongs to the auth method `password`, and this account uses `api_key`",
            "",
        ),
    ];
    for (account, message, hint) in table {
        let error = resolved(account).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.message().starts_with("account `acme`: "), "{error}");
        assert!(error.message().contains(message), "{message}: {error}");
        assert!(error.hint().unwrap_or_default().contains(hint), "{hint}: {error:?}");
        assert!(!format!("{error:?}").contains("canary"), "{error:?}");
    }
}
