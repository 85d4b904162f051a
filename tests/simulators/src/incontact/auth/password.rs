//! The password grant, the oldest way in.

use serde_json::json;

use super::{Answer, Body, Issued, SignIn, answer, basic, deny, wrong};
use crate::incontact::InContact;
use crate::vendor::{Reply, Request};

/// What a grant can be about.
const SCOPES: [&str; 7] = [
    "AdminApi",
    "AgentApi",
    "AuthenticationApi",
    "RealTimeApi",
    "ReportingApi",
    "PatronApi",
    "CustomApi",
];

impl InContact {
    pub(super) fn password_token(&self, request: &Request) -> Answer {
        let known = &self.settings.credentials;
        let (application, vendor) = (&known.application_name, &known.vendor_name);
        let pair = format!("{application}@{vendor}:{}", known.business_unit);
        let Some(sent) = basic(request) else {
            return Err(wrong("the application is not named by HTTP Basic"));
        };
        let body = Body::either(request)?;
        if sent != pair {
            return Err(not_authorized());
        }
        let issued = match body.get("grant_type") {
            Some("password") => self.password_grant(&body)?,
            Some("refresh_token") => {
                self.renew(SignIn::Password, body.get("refresh_token"), 401)?
            }
            _ => return Err(deny(400, "unsupported_grant_type", "unknown grant_type")),
        };
        let urls = &self.settings.urls;
        Ok(answer(&json!({
            "access_token": issued.access,
            "token_type": "bearer",
            "expires_in": self.settings.access_lifetime.as_secs(),
            "refresh_token": issued.refresh,
            "scope": body.get("scope").unwrap_or_default(),
            "resource_server_base_uri": urls.resource_server,
            "refresh_token_server_uri": urls.refresh_server,
            "agent_id": "100001",
            "team_id": "200001",
            "bus_no": known.business_unit,
        })))
    }

    fn password_grant(&self, body: &Body) -> Result<Issued, Reply> {
        let known = &self.settings.credentials;
        let mut scopes = body.get("scope").unwrap_or_default().split_whitespace();
        if !scopes.all(|scope| SCOPES.contains(&scope)) {
            return Err(deny(400, "invalid_scope", "a scope is unknown"));
        }
        let is_user = body.get("username") == Some(&known.username);
        match is_user && body.get("password") == Some(&known.password) {
            true => Ok(self.sign_in(SignIn::Password)),
            false => Err(not_authorized()),
        }
    }
}

fn not_authorized() -> Reply {
    let message = "The client application is not authorized for the user";
    deny(401, "invalid_client", message)
}
