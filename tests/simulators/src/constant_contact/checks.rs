//! What the vendor checks before it looks at a path, and how it says no.

use bytes::Bytes;
use serde_json::json;

use super::{CONTENT_TYPE, ConstantContact};
use crate::limits::Refusal;
use crate::log::lock;
use crate::manners::{accepts_json, bearer};
use crate::vendor::{Reply, Request, Twist};

impl ConstantContact {
    pub(super) fn route(&self, request: &Request, twists: &[Twist]) -> Reply {
        let segments: Vec<_> = request.path.split('/').skip(1).collect();
        match segments.as_slice() {
            ["oauth2", ..] => self.oauth(request),
            ["v3", rest @ ..] => {
                self.guarded(request, |vendor| match vendor.admit_v3(request, rest) {
                    Ok(()) => vendor.v3(request, rest, twists),
                    Err(reply) => *reply,
                })
            }
            ["v2", rest @ ..] => self.guarded(request, |vendor| match vendor.admit_v2(request) {
                Ok(()) => vendor.v2(request, rest, twists),
                Err(reply) => *reply,
            }),
            _ => self.no_such_path(request),
        }
    }

    /// Counts the call against the limits of its key before it is answered.
    fn guarded(&self, request: &Request, answer: impl FnOnce(&Self) -> Reply) -> Reply {
        let limits = &self.settings.rate_limits;
        let arrival = lock(&self.pace).arrive(self.clock.now(), limits);
        let reply = match arrival.refusal {
            Some(refusal) => self.limited(request, refusal),
            None => answer(self),
        };
        match arrival.too_many {
            Some(count) => reply.violation(format!("{count} calls within a second")),
            None => reply,
        }
    }

    fn limited(&self, request: &Request, refusal: Refusal) -> Reply {
        let is_v2 = request.path.starts_with("/v2");
        let (status, key, message) = match (is_v2, refusal) {
            (false, Refusal::Throttled) => (429, "throttled", "Too Many Requests"),
            (false, Refusal::Exhausted) => (429, "quota_exceeded", "Limit Exceeded"),
            (true, Refusal::Throttled) => {
                (403, "mashery.not.authorized.over.qps", "Too many calls in this second")
            }
            (true, Refusal::Exhausted) => {
                (403, "mashery.not.authorized.over.ratelimit", "Too many calls on this day")
            }
        };
        let body = json!({"error_key": key, "error_message": message});
        let body = if is_v2 { json!([body]) } else { body };
        Reply::new(status, CONTENT_TYPE, body.to_string())
    }

    /// Whether a v3 call carries what every call must.
    fn admit_v3(&self, request: &Request, path: &[&str]) -> Result<(), Box<Reply>> {
        let refuse = |status, reason: &str| {
            Err(Box::new(self.refuse(request, status, reason).violation(reason)))
        };
        let Some(token) = bearer(request) else {
            return refuse(401, "there is no bearer token");
        };
        // A token that has run out is no fault of the client, which cannot know.
        let Some(scope) = lock(&self.grants).scope_of(token, self.clock.now()) else {
            return Err(Box::new(self.refuse(request, 401, "Unauthorized")));
        };
        let accepted = request.header("accept").unwrap_or_default();
        if !accepts_json(accepted) {
            return refuse(406, "Accept must admit application/json");
        }
        let wanted = scope_needed(path);
        if !scope.split(' ').any(|granted| granted == wanted) {
            // What a person granted is not the client's fault either.
            let reason = format!("the token lacks the scope {wanted}");
            return Err(Box::new(self.refuse(request, 403, &reason)));
        }
        if ["POST", "PUT", "PATCH"].contains(&request.method.as_str()) {
            let kind = request.header("content-type").unwrap_or_default();
            if kind.split(';').next().map(str::trim) != Some("application/json") {
                return refuse(415, "Content-Type must be application/json");
            }
        }
        Ok(())
    }

    /// Whether a v2 call carries what every call must.
    fn admit_v2(&self, request: &Request) -> Result<(), Box<Reply>> {
        let refuse = |status, reason: &str| {
            Err(Box::new(self.refuse(request, status, reason).violation(reason)))
        };
        if request.parameter("api_key") != Some(&self.settings.credentials.client_id) {
            return refuse(403, "api_key is missing or unknown");
        }
        let Some(token) = bearer(request) else {
            return refuse(401, "there is no bearer token");
        };
        if lock(&self.grants).scope_of(token, self.clock.now()).is_none() {
            return Err(Box::new(self.refuse(request, 401, "The access token is not valid")));
        }
        if !accepts_json(request.header("accept").unwrap_or_default()) {
            return refuse(406, "Accept must admit application/json");
        }
        if request.method != "GET" {
            return refuse(405, "v2 is only read");
        }
        Ok(())
    }

    /// An error in the form that the path of `request` has.
    pub(super) fn refuse(&self, request: &Request, status: u16, message: &str) -> Reply {
        Reply::new(status, CONTENT_TYPE, error(&request.path, status, message))
    }

    pub(super) fn no_such_path(&self, request: &Request) -> Reply {
        self.refuse(request, 404, "There is no such resource").violation("the path leads nowhere")
    }

    pub(super) fn not_found(&self, request: &Request, what: &str) -> Reply {
        self.refuse(request, 404, &format!("{what} not found"))
    }
}

/// The scope that a path of v3 needs.
fn scope_needed(path: &[&str]) -> &'static str {
    match path {
        ["account", ..] => "account_read",
        ["emails" | "events", ..] => "campaign_data",
        ["reports", "contact_reports", ..] => "contact_data",
        ["reports", ..] => "campaign_data",
        _ => "contact_data",
    }
}

/// The body of an error in the form that `path` has.
pub(super) fn error(path: &str, status: u16, message: &str) -> Bytes {
    if path.starts_with("/oauth2/") {
        return oauth_error(status, message);
    }
    if path.starts_with("/v2") {
        return v2_error(status, message);
    }
    v3_error(status, message)
}

/// An error of v3: a list of one, but an object where the gateway speaks.
pub(super) fn v3_error(status: u16, message: &str) -> Bytes {
    let (key, message) = match status {
        401 => ("unauthorized", "Unauthorized"),
        403 => ("forbidden", message),
        429 => ("throttled", "Too Many Requests"),
        404 => ("contacts.api.not_found", message),
        409 => ("contacts.api.conflict", message),
        400 => ("contacts.api.validation.error", message),
        500.. => ("internal_server_error", message),
        _ => ("contacts.api.error", message),
    };
    let body = json!({"error_key": key, "error_message": message});
    let body = if [401, 403, 429].contains(&status) { body } else { json!([body]) };
    body.to_string().into()
}

fn v2_error(status: u16, message: &str) -> Bytes {
    let key = match status {
        401 => "http.status.authentication.invalid_token",
        403 => "mashery.not.authorized.inactive",
        400 => "query.param.invalid",
        404 => "http.status.not_found",
        500.. => "http.status.internal_server_error",
        _ => "http.status.error",
    };
    json!([{"error_key": key, "error_message": message}]).to_string().into()
}

fn oauth_error(status: u16, message: &str) -> Bytes {
    let error = match status {
        401 => "invalid_client",
        429 | 503 => "temporarily_unavailable",
        500.. => "server_error",
        _ => "invalid_request",
    };
    json!({"error": error, "error_description": message}).to_string().into()
}
