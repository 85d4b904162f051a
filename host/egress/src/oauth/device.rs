//! The device grant (RFC 8628): the user consents on another device while this one asks whether
//! they did.

use std::time::Duration;

use serde::Deserialize;
use tokio::time::{Instant, sleep};
use tollgate_model::text::is_line;
use tollgate_model::{AccountName, ErrorKind};
use tollgate_vault::{Secret, Tokens};

use super::client::Client;
use super::form::Form;
use super::reply::{self, Failed};
use crate::endpoint::{Answer, Endpoint};
use crate::error::GateError;

/// Between two questions where the provider does not say (RFC 8628, section 3.2).
const INTERVAL: Duration = Duration::from_secs(5);
/// The longest time between two questions. A minute: codes last some minutes.
const INTERVAL_MAX: Duration = Duration::from_secs(60);
/// How long a code is awaited at most. Half an hour: the longest that providers let them last.
const LIFETIME_MAX: Duration = Duration::from_secs(1_800);
/// Bytes of a code that a person types, and of an address that a person opens.
const USER_CODE_BYTES_MAX: usize = 64;
const ADDRESS_BYTES_MAX: usize = 2_000;

/// What to show to the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DevicePrompt {
    /// Where to go.
    pub verification_uri: String,
    /// The same with the code in it.
    pub verification_uri_complete: Option<String>,
    /// What to enter there.
    pub user_code: String,
    /// How long the code is good for.
    pub lifetime: Duration,
}

/// A device code that is awaited.
#[derive(Debug)]
pub(super) struct DeviceCode {
    pub(super) prompt: DevicePrompt,
    code: Secret,
    interval: Duration,
}

#[derive(Deserialize)]
struct DeviceReply {
    device_code: String,
    user_code: String,
    #[serde(alias = "verification_url")]
    verification_uri: String,
    verification_uri_complete: Option<String>,
    expires_in: Option<u64>,
    interval: Option<u64>,
}

/// What follows from the answer to a question.
#[derive(Debug)]
enum Next {
    Done(Tokens),
    Wait(Duration),
}

impl DeviceCode {
    /// The code in an answer.
    pub(super) fn read(answer: &Answer, form: &Form) -> Result<Self, Failed> {
        let reply: DeviceReply = reply::read(answer, form)?;
        let addresses = [Some(&reply.verification_uri), reply.verification_uri_complete.as_ref()];
        let is_good = is_short_line(&reply.user_code, USER_CODE_BYTES_MAX)
            && addresses.into_iter().flatten().all(|address| is_web_address(address));
        if !is_good || reply.device_code.is_empty() {
            let message = "the provider's device code cannot be shown".to_owned();
            return Err(Failed::Gate(GateError::SignIn {
                kind: ErrorKind::Data,
                message,
                hint: None,
            }));
        }
        let lifetime = reply.expires_in.map_or(LIFETIME_MAX, Duration::from_secs);
        let interval = reply.interval.map_or(INTERVAL, Duration::from_secs);
        Ok(DeviceCode {
            prompt: DevicePrompt {
                verification_uri: reply.verification_uri,
                verification_uri_complete: reply.verification_uri_complete,
                user_code: reply.user_code,
                lifetime: lifetime.min(LIFETIME_MAX),
            },
            code: Secret::new(reply.device_code),
            interval: interval.clamp(Duration::from_secs(1), INTERVAL_MAX),
        })
    }

    /// Asks until the user has consented or refused, or the code has ended.
    pub(super) async fn wait(
        self,
        endpoint: &Endpoint,
        client: &Client,
        account: &AccountName,
    ) -> Result<Tokens, GateError> {
        let form = client.poll_form(&self.code);
        let end = Instant::now() + self.prompt.lifetime;
        let mut interval = self.interval;
        loop {
            if Instant::now() + interval > end {
                return Err(GateError::SignIn {
                    kind: ErrorKind::Unauthorized,
                    message: "the code ended before anybody consented".to_owned(),
                    hint: Some(reply::connect_hint(account)),
                });
            }
            sleep(interval).await;
            let answer = endpoint.send(&form.to(&client.token_url)).await;
            let now = endpoint.clock().now();
            let outcome = answer
                .map_err(Failed::Gate)
                .and_then(|answer| reply::tokens(&answer, &form, now, &client.fingerprint));
            match next(outcome, interval).map_err(|failed| failed.into_error(account))? {
                Next::Done(tokens) => return Ok(tokens),
                Next::Wait(wait) => interval = wait,
            }
        }
    }
}

/// A question may be asked again however it failed: the code stays good until it is used.
fn next(outcome: Result<Tokens, Failed>, interval: Duration) -> Result<Next, Failed> {
    let slower = interval + INTERVAL;
    match outcome {
        Ok(tokens) => Ok(Next::Done(tokens)),
        Err(Failed::Refused(refusal)) if refusal.code == "authorization_pending" => {
            Ok(Next::Wait(interval))
        }
        Err(Failed::Refused(refusal)) if refusal.code == "slow_down" => {
            Ok(Next::Wait(slower.min(INTERVAL_MAX)))
        }
        Err(Failed::Gate(error)) if error.kind().consequence().passes => {
            Ok(Next::Wait((interval * 2).min(INTERVAL_MAX)))
        }
        Err(failed) => Err(failed),
    }
}

fn is_short_line(text: &str, bytes_max: usize) -> bool {
    !text.is_empty() && text.len() <= bytes_max && is_line(text)
}

fn is_web_address(text: &str) -> bool {
    is_short_line(text, ADDRESS_BYTES_MAX)
        && (text.starts_with("https://") || text.starts_with("http://"))
}
