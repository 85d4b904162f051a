//! The authorization endpoint: the person behind it decides at once, as the settings say.

use url::Url;

use super::grants::Code;
use super::{deny, is_known_scope};
use crate::constant_contact::ConstantContact;
use crate::constant_contact::settings::Consent;
use crate::log::lock;
use crate::vendor::{Reply, Request};

const PARAMETERS: &[&str] = &[
    "client_id",
    "redirect_uri",
    "response_type",
    "scope",
    "state",
    "prompt",
    "nonce",
    "code_challenge",
    "code_challenge_method",
];

impl ConstantContact {
    pub(super) fn authorize(&self, request: &Request) -> Reply {
        let get = |name| request.parameter(name).filter(|value| !value.is_empty());
        let wrong = |error, what: &str| deny(400, error, what).violation(what);
        if get("client_id") != Some(&self.settings.credentials.client_id) {
            return wrong("invalid_client", "client_id is missing or unknown");
        }
        let Some(mut target) = get("redirect_uri").and_then(|uri| Url::parse(uri).ok()) else {
            return wrong("invalid_request", "redirect_uri is missing or no address");
        };
        if get("response_type") != Some("code") {
            return wrong("unsupported_response_type", "response_type must be code");
        }
        let Some(scope) = get("scope").filter(|scope| is_known_scope(scope)) else {
            return wrong("invalid_scope", "scope is missing or has an unknown word");
        };
        let Some(state) = get("state") else {
            return wrong("invalid_request", "state is missing");
        };
        let challenge = get("code_challenge");
        if challenge.is_some() != (get("code_challenge_method") == Some("S256")) {
            return wrong("invalid_request", "code_challenge must come with the method S256");
        }
        match self.settings.consent {
            Consent::Given => {
                let mut grants = lock(&self.grants);
                let code = grants.invent("code", 40);
                let standing = Code {
                    redirect_uri: request.parameter("redirect_uri").unwrap_or_default().to_owned(),
                    scope: scope.to_owned(),
                    challenge: challenge.map(str::to_owned),
                    made: self.clock.now(),
                };
                target.query_pairs_mut().append_pair("code", &code).append_pair("state", state);
                grants.codes.insert(code, standing);
            }
            Consent::Denied => {
                target
                    .query_pairs_mut()
                    .append_pair("error", "access_denied")
                    .append_pair("error_description", "The resource owner denied the request")
                    .append_pair("state", state);
            }
        }
        let mut reply = Reply::new(302, "text/html; charset=utf-8", "");
        reply.headers.push(("location".to_owned(), target.to_string()));
        let unknown = request.query.iter().filter(|(name, _)| !PARAMETERS.contains(&name.as_str()));
        unknown.fold(reply, |reply, (name, _)| {
            reply.violation(format!("{name} is not a parameter of this path"))
        })
    }
}
