//! The access key alone.

use serde_json::json;

use super::{Answer, Body, SignIn, answer, deny};
use crate::incontact::InContact;
use crate::vendor::Request;

impl InContact {
    pub(super) fn access_key_token(&self, request: &Request) -> Answer {
        let known = &self.settings.credentials;
        let body = Body::json(request)?;
        let is_known = body.get("accessKeyId") == Some(&known.access_key_id)
            && body.get("accessKeySecret") == Some(&known.access_key_secret);
        if !is_known {
            return Err(deny(401, "invalid_grant", "the access key is not valid"));
        }
        let issued = self.sign_in(SignIn::AccessKey);
        Ok(answer(&json!({
            "access_token": issued.access,
            "token_type": "Bearer",
            "refresh_token": issued.refresh,
            "expires_in": self.settings.access_lifetime.as_secs(),
        })))
    }

    pub(super) fn userhub_refresh(&self, request: &Request) -> Answer {
        let body = Body::json(request)?;
        let issued = self.renew(SignIn::AccessKey, body.get("token"), 401)?;
        Ok(answer(&json!({
            "token": issued.access,
            "refreshToken": issued.refresh,
            "tokenExpirationTimeSec": self.settings.access_lifetime.as_secs(),
            "refreshTokenExpirationTimeSec": self.settings.refresh_lifetime.as_secs(),
        })))
    }
}
