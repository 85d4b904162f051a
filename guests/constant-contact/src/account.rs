//! The account: how it signs in, which of the two APIs that opens, and the way to it.

use tollgate_sdk::http::{Http, Request, get};
use tollgate_sdk::manifest::{
    AuthMethod, AuthScheme, ClientAuthentication, Field, FieldKind, Fixed, Oauth2, Oauth2Grants,
    Parameter,
};
use tollgate_sdk::paging::{Link, Pager, Pages};
use tollgate_sdk::{Failure, Response, ScanRequest, Settings, Shape, WriteRequest};

use crate::answers;

/// Where the API v3 is, where its users sign in, and where the API v2 is.
pub const ORIGINS: [&str; 3] = [
    "https://api.cc.email",
    "https://authz.constantcontact.com",
    "https://api.constantcontact.com",
];
const V3: &str = "https://api.cc.email/v3";
const V2: &str = "https://api.constantcontact.com/v2";
const SIGN_IN: &str = "https://authz.constantcontact.com/oauth2/default/v1";

/// The ways to sign in, one for each API.
pub fn auth_methods() -> Vec<AuthMethod> {
    vec![oauth(), legacy()]
}

fn oauth() -> AuthMethod {
    AuthMethod {
        name: "oauth".to_owned(),
        title: "OAuth 2 (API v3)".to_owned(),
        description: "Make an application at developer.constantcontact.com (My Applications): its \
                      API key is the client id. Sign in from here, or paste the tokens of another \
                      sign-in."
            .to_owned(),
        fields: vec![
            // Not a secret, so that the connector sees which API the account opens.
            Field::new("client_id", "API key", FieldKind::Text)
                .describe("The application's API key, which is its client id.")
                .required(),
            Field::new("client_secret", "Client secret", FieldKind::Secret)
                .describe("The application's secret. Left out: a public client (PKCE, device)."),
            Field::new("access_token", "Access token", FieldKind::Secret)
                .describe("A pasted access token, good for 24 hours."),
            Field::new("refresh_token", "Refresh token", FieldKind::Secret)
                .describe("A pasted refresh token. It expires after 180 days without use."),
        ],
        scheme: AuthScheme::Oauth2(Oauth2 {
            grants: Oauth2Grants::AUTHORIZATION_CODE
                | Oauth2Grants::DEVICE_CODE
                | Oauth2Grants::PASTED_TOKEN,
            authorize_url: Some(format!("{SIGN_IN}/authorize")),
            token_url: format!("{SIGN_IN}/token"),
            device_url: Some(format!("{SIGN_IN}/device/authorize")),
            scopes: ["contact_data", "campaign_data", "account_read", "offline_access"]
                .map(str::to_owned)
                .to_vec(),
            authorize_parameters: Vec::new(),
            client_id: "{client_id}".to_owned(),
            client_secret: Some("{client_secret}".to_owned()),
            client_authentication: ClientAuthentication::Basic,
            access_token: Some("{access_token}".to_owned()),
            refresh_token: Some("{refresh_token}".to_owned()),
        }),
        audiences: vec![V3.to_owned()],
    }
}

fn legacy() -> AuthMethod {
    AuthMethod {
        name: "legacy".to_owned(),
        title: "API key and access token (API v2)".to_owned(),
        description: "For keys of the API v2, which are no longer issued. The access token is the \
                      one that signing in with e-mail address and password gave."
            .to_owned(),
        fields: vec![
            Field::new("api_key", "API key", FieldKind::Secret)
                .describe("The key of the API v2.")
                .required(),
            Field::new("access_token", "Access token", FieldKind::Secret)
                .describe("The token that belongs to the key and the account.")
                .required(),
        ],
        scheme: AuthScheme::Fixed(Fixed {
            headers: vec![Parameter::new("Authorization", "Bearer {access_token}")],
            query: vec![Parameter::new("api_key", "{api_key}")],
        }),
        audiences: vec![V2.to_owned()],
    }
}

/// One of the two APIs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Version {
    V2,
    V3,
}

/// Only accounts of the method `oauth` have a client id.
fn version_of(settings: &Settings) -> Version {
    if settings.text("client_id").is_some() { Version::V3 } else { Version::V2 }
}

/// The way to one of the two APIs.
#[derive(Clone)]
pub struct Api {
    /// The way, with the headers that the API wants.
    pub http: Http,
    base: &'static str,
    /// Where an answer has the link to the next page.
    next: &'static str,
}

impl Api {
    /// The API v3.
    ///
    /// # Errors
    /// `invalid-config` for an account of the API v2.
    pub fn v3(request: &ScanRequest) -> Result<Self, Failure> {
        Self::open(Version::V3, &request.stream, &request.settings, &request.http)
    }

    /// The API v3, to change something.
    ///
    /// # Errors
    /// `invalid-config` for an account of the API v2.
    pub fn v3_for_writing(request: &WriteRequest) -> Result<Self, Failure> {
        Self::open(Version::V3, &request.stream, &request.settings, &request.http)
    }

    /// The API v2.
    ///
    /// # Errors
    /// `invalid-config` for an account of the API v3.
    pub fn v2(request: &ScanRequest) -> Result<Self, Failure> {
        Self::open(Version::V2, &request.stream, &request.settings, &request.http)
    }

    fn open(
        version: Version,
        stream: &str,
        settings: &Settings,
        http: &Http,
    ) -> Result<Self, Failure> {
        if version_of(settings) == version {
            return Ok(Self::of(version, http));
        }
        let (name, wanted, used) = match version {
            Version::V3 => ("v3", "oauth", "legacy"),
            Version::V2 => ("v2", "legacy", "oauth"),
        };
        let reason = format!(
            "{stream} belongs to the API {name}, and this account signs in with `{used}`: use an \
             account whose auth method is `{wanted}`"
        );
        Err(Failure::invalid("stream", reason))
    }

    fn of(version: Version, http: &Http) -> Self {
        let http = http.clone().with_header("Accept", "application/json");
        let http = http.with_status_rule(answers::failure_of_status);
        match version {
            Version::V3 => Self { http, base: V3, next: "_links.next.href" },
            Version::V2 => Self { http, base: V2, next: "meta.pagination.next_link" },
        }
    }

    /// A request for a path of the API, for example `/contacts`.
    pub fn get(&self, path: &str) -> Request {
        get(self.url(path))
    }

    /// The URL of a path of the API.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// Pages by the links in the answers.
    pub fn links(&self, request: Request) -> Link {
        // Where tags have it, by one of two readings of the documentation.
        Link::new(request, self.next).or("_links.next.next.href")
    }

    /// The pages that `pager` asks for.
    pub fn pages(&self, pager: impl Pager + 'static, shape: Shape) -> Pages {
        Pages::new(self.http.clone(), pager, shape).inspect(answers::inspect)
    }
}

/// Signs in and says who it is, with one request.
///
/// # Errors
/// Whatever the request failed with.
pub fn check(settings: &Settings, http: &Http) -> Result<String, Failure> {
    let version = version_of(settings);
    let api = Api::of(version, http);
    let (path, email) = match version {
        Version::V3 => ("/account/summary", "contact_email"),
        Version::V2 => ("/account/info", "email"),
    };
    let mut who = String::new();
    api.http.read(&api.get(path), &mut Vec::new(), &mut |body| {
        let account = Response::document(body)?;
        let text = |member| Ok::<_, tollgate_sdk::Fault>(account.text(member)?.unwrap_or_default());
        let name = format!("{} {}", text("first_name")?, text("last_name")?);
        who = format!("{} <{}>", name.trim(), text(email)?).trim().to_owned();
        for member in ["organization_name", "encoded_account_id"] {
            let text = text(member)?;
            if !text.is_empty() {
                who.push_str(", ");
                who.push_str(&text);
            }
        }
        Ok(())
    })?;
    Ok(who)
}
