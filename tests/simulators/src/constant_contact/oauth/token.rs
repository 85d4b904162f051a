//! The token endpoint: codes, device codes and refresh tokens for access tokens.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::grants::{Code, Issued, RefreshError};
use super::{answer, deny};
use crate::constant_contact::ConstantContact;
use crate::form::Form;
use crate::log::lock;
use crate::vendor::{Reply, Request};

/// The grant type of a device code.
const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// Who asks for a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Client {
    /// One that proved to know the secret.
    Confidential,
    /// One that only gave its id.
    Public,
}

impl ConstantContact {
    pub(super) fn token(&self, request: &Request) -> Reply {
        lock(&self.grants).counts.requests += 1;
        let issued = self.issue(request);
        let mut grants = lock(&self.grants);
        match issued {
            Ok(issued) => answer(&self.token_body(&issued)),
            Err(reply) => {
                grants.counts.refusals += 1;
                *reply
            }
        }
    }

    fn token_body(&self, issued: &Issued) -> serde_json::Value {
        let mut body = json!({
            "token_type": "Bearer",
            "expires_in": self.settings.access_lifetime.as_secs(),
            "access_token": issued.access,
            "scope": issued.scope,
        });
        if let Some(refresh) = &issued.refresh {
            body["refresh_token"] = json!(refresh);
        }
        body
    }

    fn issue(&self, request: &Request) -> Result<Issued, Box<Reply>> {
        let form = Form::read(request).map_err(|reason| wrong("invalid_request", reason))?;
        let client = self.client(request, &form)?;
        match form.get("grant_type") {
            Some("authorization_code") => self.exchange(&form, client),
            Some("refresh_token") => self.refresh(&form),
            Some(DEVICE_CODE) => {
                let code = form.get("device_code");
                let code =
                    code.ok_or_else(|| wrong("invalid_request", "device_code is missing"))?;
                let issued = self.poll(code)?;
                lock(&self.grants).counts.grants += 1;
                Ok(issued)
            }
            _ => Err(wrong("unsupported_grant_type", "grant_type is missing or unknown")),
        }
    }

    fn client(&self, request: &Request, form: &Form) -> Result<Client, Box<Reply>> {
        let credentials = &self.settings.credentials;
        let refuse = |what: &str| Err(Box::new(deny(401, "invalid_client", what).violation(what)));
        if form.get("client_secret").is_some() {
            return refuse("the client secret belongs into the header, not into the body");
        }
        if let Some(header) = request.header("authorization") {
            let pair = format!("{}:{}", credentials.client_id, credentials.client_secret);
            return match header.strip_prefix("Basic ") == Some(&STANDARD.encode(pair)) {
                true => Ok(Client::Confidential),
                false => refuse("the client id and secret in the header are wrong"),
            };
        }
        match form.get("client_id") == Some(&credentials.client_id) {
            true => Ok(Client::Public),
            false => refuse("there is neither a header nor a known client_id"),
        }
    }

    fn exchange(&self, form: &Form, client: Client) -> Result<Issued, Box<Reply>> {
        let now = self.clock.now();
        let mut grants = lock(&self.grants);
        let code = form.get("code").and_then(|code| grants.take_code(code, now));
        let code =
            code.ok_or_else(|| wrong("invalid_grant", "the code is unknown, used or old"))?;
        if form.get("redirect_uri") != Some(&code.redirect_uri) {
            return Err(wrong("invalid_grant", "redirect_uri is not the one of the code"));
        }
        if !is_proven(&code, form.get("code_verifier"), client) {
            return Err(wrong("invalid_grant", "code_verifier does not match the challenge"));
        }
        grants.counts.grants += 1;
        Ok(grants.begin(&code.scope, true, &self.settings, now))
    }

    fn refresh(&self, form: &Form) -> Result<Issued, Box<Reply>> {
        let token = form.get("refresh_token");
        let token = token.ok_or_else(|| wrong("invalid_request", "refresh_token is missing"))?;
        let mut grants = lock(&self.grants);
        match grants.refresh(token, &self.settings, self.clock.now()) {
            Ok(issued) => {
                grants.counts.refreshes += 1;
                Ok(issued)
            }
            Err(RefreshError::Unknown) => Err(wrong("invalid_grant", "no such refresh token")),
            Err(RefreshError::Spent) => {
                Err(wrong("invalid_grant", "a refresh token is used a second time"))
            }
            // The client cannot know that a person took the permission back.
            Err(RefreshError::Expired) => {
                Err(Box::new(deny(400, "invalid_grant", "The refresh token has expired")))
            }
        }
    }
}

/// A refusal that is the client's fault.
fn wrong(error: &str, what: &str) -> Box<Reply> {
    Box::new(deny(400, error, what).violation(what))
}

/// Whether whoever brings a code is the one who asked for it.
fn is_proven(code: &Code, verifier: Option<&str>, client: Client) -> bool {
    match (&code.challenge, verifier) {
        (Some(challenge), Some(verifier)) => {
            *challenge == URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
        }
        (Some(_), None) => false,
        (None, _) => client == Client::Confidential,
    }
}
