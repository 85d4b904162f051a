//! CXone OpenID: two documents that lead on, and the token endpoint between them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::{Answer, SignIn, answer, basic, deny, wrong};
use crate::form::Form;
use crate::incontact::InContact;
use crate::log::lock;
use crate::vendor::{Reply, Request};

impl InContact {
    pub(super) fn discovery(&self) -> Reply {
        lock(&self.tokens).counts.discoveries += 1;
        let token_endpoint = &self.settings.urls.token_endpoint;
        let issuer = token_endpoint.split("/auth/").next().unwrap_or_default();
        answer(&json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{issuer}/auth/authorize"),
            "token_endpoint": token_endpoint,
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            "scopes_supported": ["openid"],
            "response_types_supported": ["code"],
        }))
    }

    pub(super) fn cxone_token(&self, request: &Request) -> Answer {
        let known = &self.settings.credentials;
        let form = Form::read(request).map_err(wrong)?;
        let pair = Some((known.client_id.clone(), known.client_secret.clone()));
        let is_client = basic(request).map(|sent| decoded(&sent) == pair);
        if form.get("client_secret").is_some() {
            return Err(wrong("the client secret belongs into the header, not into the body"));
        }
        let invalid = |what: &str| deny(401, "invalid_client", what);
        if is_client == Some(false) {
            return Err(invalid("the client id or secret is wrong"));
        }
        let issued = match form.get("grant_type") {
            Some("password") => {
                if is_client.is_none() {
                    return Err(wrong("the client is not named by HTTP Basic"));
                }
                let is_known = form.get("username") == Some(&known.access_key_id)
                    && form.get("password") == Some(&known.access_key_secret);
                if !is_known {
                    let what = "the access key is not valid";
                    return Err(deny(400, "invalid_grant", what));
                }
                self.sign_in(SignIn::Cxone)
            }
            Some("refresh_token") => {
                if is_client.is_none() && form.get("client_id") != Some(&known.client_id) {
                    return Err(invalid("client_id is missing or wrong"));
                }
                self.renew(SignIn::Cxone, form.get("refresh_token"), 400)?
            }
            _ => return Err(deny(400, "unsupported_grant_type", "unknown grant_type")),
        };
        Ok(answer(&json!({
            "access_token": issued.access,
            "token_type": "Bearer",
            "refresh_token": issued.refresh,
            "expires_in": self.settings.access_lifetime.as_secs(),
            "id_token": self.id_token(),
            "issued_token_type": "access_token",
        })))
    }

    /// A JSON Web Token without a signature (RFC 7519, section 6).
    fn id_token(&self) -> String {
        let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let claims = json!({
            "sub": "user:11e7", "tenantId": self.settings.credentials.tenant_id, "name": "Jürgen",
        });
        format!("{}.{}.", part(json!({"alg": "none", "typ": "JWT"})), part(claims))
    }

    pub(super) fn configuration(&self, request: &Request) -> Answer {
        lock(&self.tokens).counts.discoveries += 1;
        let Some(tenant_id) = request.parameter("tenantId") else {
            return Err(wrong("tenantId is missing"));
        };
        if tenant_id != self.settings.credentials.tenant_id {
            return Err(deny(404, "not_found", "there is no such tenant"));
        }
        Ok(answer(&json!({
            "private": false,
            "ui_endpoint": "https://na1.nice-incontact.com",
            "auth_endpoint": "https://na1.nice-incontact.com/auth",
            "api_endpoint": self.settings.urls.api_endpoint,
            "area": "na1",
            "cluster": "c30",
            "domain": "niceincontact.com",
            "acdDomain": "nice-incontact.com",
            "uhDomain": "nice-incontact.com",
            "tenantId": tenant_id,
            "globaldomain": "niceincontact.com",
        })))
    }
}

/// The two parts of HTTP Basic, each of which is encoded as in a form (RFC 6749, section 2.3.1).
fn decoded(pair: &str) -> Option<(String, String)> {
    let (id, secret) = pair.split_once(':')?;
    // What has no `=` is one name without a value.
    let decode = |part: &str| {
        let mut pairs = form_urlencoded::parse(part.as_bytes()).into_owned();
        pairs.next().map(|(name, _)| name)
    };
    let is_encoded = |part: &str| !part.contains([' ', '/', '=', '&', ':']);
    if !is_encoded(id) || !is_encoded(secret) {
        return None;
    }
    Some((decode(id)?, decode(secret)?))
}
