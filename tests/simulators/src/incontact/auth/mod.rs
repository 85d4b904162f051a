//! The three generations of sign-in before the API.

mod cxone;
mod password;
mod tokens;
mod userhub;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::{CONTENT_TYPE, InContact};
use crate::form::{FORM, media_type};
use crate::log::lock;
use crate::vendor::{Reply, Request};

use tokens::Issued;
pub use tokens::{Counts, SignIn};
pub(super) use tokens::{Tokens, Worth};

/// Where the password grant gets and renews tokens.
pub const PASSWORD_PATH: &str = "/InContactAuthorizationServer/Token";
/// Where an access key gets tokens.
pub const ACCESS_KEY_PATH: &str = "/authentication/v1/token/access-key";
/// Where they are renewed.
pub const REFRESH_PATH: &str = "/public/user/refresh";
/// Where CXone gives and renews tokens.
pub const CXONE_TOKEN_PATH: &str = "/auth/token";
/// What tells where that is.
pub const DISCOVERY_PATH: &str = "/.well-known/openid-configuration";
/// What tells where a tenant's API is.
pub const CONFIGURATION_PATH: &str = "/.well-known/cxone-configuration";

/// Whether `path` is about signing in.
pub(super) fn is_about(path: &str) -> bool {
    let paths = [PASSWORD_PATH, ACCESS_KEY_PATH, REFRESH_PATH, CXONE_TOKEN_PATH];
    paths.contains(&path) || path.starts_with("/.well-known/")
}

impl InContact {
    pub(super) fn auth(&self, request: &Request) -> Reply {
        let answer = match (request.method.as_str(), request.path.as_str()) {
            ("POST", PASSWORD_PATH) => self.counted(|| self.password_token(request)),
            ("POST", ACCESS_KEY_PATH) => self.counted(|| self.access_key_token(request)),
            ("POST", REFRESH_PATH) => self.counted(|| self.userhub_refresh(request)),
            ("POST", CXONE_TOKEN_PATH) => self.counted(|| self.cxone_token(request)),
            ("GET", DISCOVERY_PATH) => Ok(self.discovery()),
            ("GET", CONFIGURATION_PATH) => self.configuration(request),
            _ => Err(deny(405, "invalid_request", "no such sign-in")
                .violation(format!("{} {} is no sign-in", request.method, request.path))),
        };
        answer.unwrap_or_else(|refusal| refusal)
    }

    fn counted(&self, answer: impl FnOnce() -> Answer) -> Answer {
        lock(&self.tokens).counts.requests += 1;
        let answer = answer();
        if answer.is_err() {
            lock(&self.tokens).counts.refusals += 1;
        }
        answer
    }

    fn sign_in(&self, sign_in: SignIn) -> Issued {
        lock(&self.tokens).sign_in(sign_in, &self.settings, self.now())
    }

    /// New tokens for the refresh token that was sent.
    fn renew(&self, sign_in: SignIn, token: Option<&str>, status: u16) -> Result<Issued, Reply> {
        let token = token.ok_or_else(|| wrong("the refresh token is missing"))?;
        let mut tokens = lock(&self.tokens);
        let renewed = tokens.renew(sign_in, token, &self.settings, self.now());
        renewed.map_err(|(why, is_wrong)| {
            let reply = deny(status, "invalid_grant", why);
            if is_wrong { reply.violation(why) } else { reply }
        })
    }
}

/// An answer, or a refusal.
type Answer = Result<Reply, Reply>;

/// An error in the words of RFC 6749.
fn deny(status: u16, error: &str, description: &str) -> Reply {
    let body = json!({"error": error, "error_description": description});
    Reply::new(status, CONTENT_TYPE, body.to_string())
}

/// A refusal of a request that no user's mistake explains.
fn wrong(what: &str) -> Reply {
    deny(400, "invalid_request", what).violation(what)
}

fn answer(body: &Value) -> Reply {
    Reply::new(200, CONTENT_TYPE, body.to_string())
}

/// The fields of a body.
struct Body(Map<String, Value>);

impl Body {
    /// Reads JSON.
    fn json(request: &Request) -> Result<Body, Reply> {
        if media_type(request) != CONTENT_TYPE {
            return Err(wrong("the body must be application/json"));
        }
        let fields = serde_json::from_slice(&request.body);
        fields.map(Body).map_err(|_| wrong("the body is no JSON object"))
    }

    /// Reads either.
    fn either(request: &Request) -> Result<Body, Reply> {
        if media_type(request) != FORM {
            return Body::json(request);
        }
        let pairs = url::form_urlencoded::parse(&request.body).into_owned();
        Ok(Body(pairs.map(|(name, value)| (name, Value::from(value))).collect()))
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }
}

/// User and password of HTTP Basic, whose scheme may be in any case.
fn basic(request: &Request) -> Option<String> {
    let (scheme, value) = request.header("authorization")?.split_once(' ')?;
    let bytes = STANDARD.decode(value).ok()?;
    scheme.eq_ignore_ascii_case("basic").then(|| String::from_utf8(bytes).ok()).flatten()
}
