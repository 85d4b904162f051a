//! The OAuth 2 server before v3: who may call, with which tokens, for how long.

mod authorize;
mod device;
mod grants;
mod token;

use serde_json::{Value, json};
use url::form_urlencoded;

use super::{AUTHORIZE_PATH, CONTENT_TYPE, ConstantContact, DEVICE_PATH, TOKEN_PATH};
use crate::vendor::{Reply, Request};

pub use grants::Counts;
pub(super) use grants::Grants;

/// Everything a grant of this vendor can be about.
const ALL_SCOPES: &[&str] =
    &["contact_data", "campaign_data", "account_read", "account_update", "offline_access"];

impl ConstantContact {
    pub(super) fn oauth(&self, request: &Request) -> Reply {
        match (request.path.as_str(), request.method.as_str()) {
            (AUTHORIZE_PATH, "GET") => self.authorize(request),
            (TOKEN_PATH, "POST") => self.token(request),
            (DEVICE_PATH, "POST") => self.device(request),
            (AUTHORIZE_PATH | TOKEN_PATH | DEVICE_PATH, _) => {
                self.refuse(request, 405, "Method not allowed").violation("the wrong method")
            }
            _ => self.no_such_path(request),
        }
    }
}

/// The form of a request's body.
struct Form(Vec<(String, String)>);

impl Form {
    /// Reads the body. The error says what is wrong with it.
    fn read(request: &Request) -> Result<Form, &'static str> {
        let kind = request.header("content-type").unwrap_or_default();
        if kind.split(';').next().map(str::trim) != Some("application/x-www-form-urlencoded") {
            return Err("the body must be application/x-www-form-urlencoded");
        }
        Ok(Form(form_urlencoded::parse(&request.body).into_owned().collect()))
    }

    fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(key, _)| key == name)?;
        Some(&found.1)
    }
}

/// An error in the words of RFC 6749.
fn deny(status: u16, error: &str, description: &str) -> Reply {
    let body = json!({"error": error, "error_description": description});
    Reply::new(status, CONTENT_TYPE, body.to_string())
}

/// An answer that no cache may keep.
fn answer(body: &Value) -> Reply {
    let mut reply = Reply::new(200, CONTENT_TYPE, body.to_string());
    reply.headers.push(("cache-control".to_owned(), "no-store".to_owned()));
    reply
}

/// Whether a scope is one of known words.
fn is_known_scope(scope: &str) -> bool {
    !scope.is_empty() && scope.split(' ').all(|word| ALL_SCOPES.contains(&word))
}
