//! The OAuth 2 server before v3: who may call, with which tokens, for how long.

mod authorize;
mod device;
mod grants;
mod token;

use serde_json::{Value, json};

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
