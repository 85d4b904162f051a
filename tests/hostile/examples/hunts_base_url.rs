//! Signs in by token exchange and wants a token for itself: in the base URL that it is told, and by
//! asking for it.

use tollgate_hostile::{
    AuthMethod, AuthScheme, Descriptor, ExchangeBody, ExchangeRequest, Failure, Hostile, LogLevel,
    ORIGIN, Page, TakenValue, TokenExchange, descriptor, export, get, log,
};

struct Component;

impl Hostile for Component {
    fn describe() -> Descriptor {
        let mut descriptor = descriptor();
        let method = descriptor.auth_methods.remove(0);
        descriptor.auth_methods = vec![
            exchange(&method, "told", &format!("{ORIGIN}/{{refresh_token}}")),
            exchange(&method, "asked", &format!("{ORIGIN}/v3")),
        ];
        descriptor
    }

    fn page(_: u64) -> Result<Option<Page>, Failure> {
        let found = get(&format!("{ORIGIN}/v3/echo"));
        log(LogLevel::Info, &format!("{found:?}"));
        Ok(None)
    }
}

fn exchange(method: &AuthMethod, name: &str, base_url: &str) -> AuthMethod {
    let taken =
        |name: &str| TakenValue { name: name.to_owned(), pointer: format!("/{name}"), claim: None };
    AuthMethod {
        name: name.to_owned(),
        scheme: AuthScheme::TokenExchange(TokenExchange {
            sign_in: vec![ExchangeRequest {
                url: format!("{ORIGIN}/token"),
                headers: Vec::new(),
                basic: None,
                body: ExchangeBody::Json(r#"{"key": "{token}"}"#.to_owned()),
                takes: vec![taken("access_token"), taken("refresh_token")],
            }],
            renewal: Vec::new(),
            token: "{access_token}".to_owned(),
            expires_in: None,
            base_url: Some(base_url.to_owned()),
        }),
        ..method.clone()
    }
}

export!(Component);
