//! The endpoint for devices without a browser, and what their polls are told.

use serde_json::json;

use super::grants::{Device, Issued};
use super::{answer, deny, is_known_scope};
use crate::constant_contact::ConstantContact;
use crate::constant_contact::settings::DeviceOutcome;
use crate::form::Form;
use crate::log::lock;
use crate::vendor::{Reply, Request};

impl ConstantContact {
    pub(super) fn device(&self, request: &Request) -> Reply {
        let wrong = |error, what: &str| deny(400, error, what).violation(what);
        let form = match Form::read(request) {
            Ok(form) => form,
            Err(reason) => return wrong("invalid_request", reason),
        };
        if form.get("client_id") != Some(&self.settings.credentials.client_id) {
            return wrong("invalid_client", "client_id is missing or unknown");
        }
        let Some(scope) = form.get("scope").filter(|scope| is_known_scope(scope)) else {
            return wrong("invalid_scope", "scope is missing or has an unknown word");
        };
        let mut grants = lock(&self.grants);
        let code = grants.invent("device", 48);
        let device = Device { scope: scope.to_owned(), polls: 0 };
        grants.devices.insert(code.clone(), device);
        let page = format!("http://{}/activate", request.header("host").unwrap_or("localhost"));
        let reply = answer(&json!({
            "device_code": code,
            "user_code": "SIMULATE",
            "verification_uri": page,
            "verification_uri_complete": format!("{page}?user_code=SIMULATE"),
            "expires_in": 600,
            "interval": self.settings.device.interval.as_secs(),
        }));
        match (form.get("response_type"), form.get("state")) {
            (Some("code"), Some(_)) => reply,
            _ => reply.violation("response_type=code and state belong to the request"),
        }
    }

    /// What a poll with a device code is told.
    pub(super) fn poll(&self, code: &str) -> Result<Issued, Box<Reply>> {
        let flow = self.settings.device;
        let mut grants = lock(&self.grants);
        let Some(device) = grants.devices.get_mut(code) else {
            let reply = deny(400, "invalid_grant", "The device code is unknown or used");
            return Err(Box::new(reply.violation("the device code is unknown or used")));
        };
        device.polls += 1;
        let (polls, scope) = (device.polls, device.scope.clone());
        let refuse = |error| Err(Box::new(deny(400, error, "The person has not agreed")));
        if polls <= flow.pending {
            return refuse("authorization_pending");
        }
        if polls <= flow.pending + flow.slow_down {
            return refuse("slow_down");
        }
        match flow.outcome {
            DeviceOutcome::Denied => refuse("access_denied"),
            DeviceOutcome::Expired => refuse("expired_token"),
            DeviceOutcome::Granted => {
                grants.devices.remove(code);
                let now = self.clock.now();
                Ok(grants.begin(&scope, flow.refresh_token, &self.settings, now))
            }
        }
    }
}
