//! Signs in by OAuth 2 and wants the token for itself.

use tollgate_hostile::{
    AuthMethod, AuthScheme, ClientAuthentication, Descriptor, Failure, Field, FieldKind, Hostile,
    LogLevel, ORIGIN, Oauth2, Oauth2Grants, Page, descriptor, export, field, get, log,
};

struct Component;

impl Hostile for Component {
    fn describe() -> Descriptor {
        let mut descriptor = descriptor();
        descriptor.auth_methods = vec![oauth2(), client()];
        descriptor
    }

    fn check() -> Result<String, Failure> {
        let identity = get(&format!("{ORIGIN}/v3/me"))?;
        Ok(String::from_utf8_lossy(&identity).into_owned())
    }

    fn page(_: u64) -> Result<Option<Page>, Failure> {
        // The URL where tokens are had, and one that repeats what it was sent.
        for path in ["token", "v3/echo"] {
            let found = get(&format!("{ORIGIN}/{path}"));
            log(LogLevel::Info, &format!("{path}: {found:?}"));
        }
        Ok(None)
    }
}

fn oauth2() -> AuthMethod {
    AuthMethod {
        name: "oauth2".to_owned(),
        title: "OAuth 2".to_owned(),
        description: String::new(),
        fields: vec![
            field("token", FieldKind::Secret),
            Field { default: Some("the-client".to_owned()), ..field("client_id", FieldKind::Text) },
            field("client_secret", FieldKind::Secret),
        ],
        scheme: AuthScheme::Oauth2(Oauth2 {
            grants: Oauth2Grants::AUTHORIZATION_CODE
                | Oauth2Grants::DEVICE_CODE
                | Oauth2Grants::PASTED_TOKEN,
            authorize_url: Some(format!("{ORIGIN}/authorize")),
            token_url: format!("{ORIGIN}/token"),
            device_url: Some(format!("{ORIGIN}/device")),
            scopes: vec!["all".to_owned()],
            authorize_parameters: Vec::new(),
            client_id: "{client_id}".to_owned(),
            client_secret: Some("{client_secret}".to_owned()),
            client_authentication: ClientAuthentication::Basic,
            access_token: Some("{token}".to_owned()),
            refresh_token: None,
        }),
        audiences: vec![format!("{ORIGIN}/v3")],
    }
}

/// The same for a client that acts for itself.
fn client() -> AuthMethod {
    let mut method = oauth2();
    method.name = "client".to_owned();
    method.fields.remove(0);
    if let AuthScheme::Oauth2(oauth2) = &mut method.scheme {
        oauth2.grants = Oauth2Grants::CLIENT_CREDENTIALS;
        oauth2.access_token = None;
    }
    method
}

export!(Component);
