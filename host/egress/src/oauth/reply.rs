//! What a provider answers at its token URL and its device URL.

use http::StatusCode;
use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tollgate_model::text::excerpt;
use tollgate_model::{AccountName, ErrorKind};
use tollgate_vault::{Secret, Tokens};

use super::form::Form;
use crate::endpoint::Answer;
use crate::error::GateError;
use crate::leak::Scanner;
use crate::tokens::{account_command, is_token, lifetime};

/// Characters of what a provider says in an error.
const SAID_CHARS_MAX: usize = 200;
/// Characters of the scopes that a provider names.
const SCOPE_CHARS_MAX: usize = 2_000;

/// An answer without what was asked for.
#[derive(Debug)]
pub(super) enum Failed {
    /// The provider says no, in the words of OAuth 2.
    Refused(Refusal),
    /// Anything else.
    Gate(GateError),
}

/// A provider's no.
#[derive(Debug)]
pub(super) struct Refusal {
    /// The code, such as `invalid_grant`.
    pub(super) code: String,
    description: Option<String>,
}

#[derive(Deserialize)]
struct TokenReply {
    access_token: String,
    token_type: Option<String>,
    expires_in: Option<Value>,
    refresh_token: Option<String>,
    scope: Option<String>,
}

#[derive(Deserialize)]
struct ErrorReply {
    error: String,
    error_description: Option<Value>,
}

/// The tokens in an answer to a form.
pub(super) fn tokens(
    answer: &Answer,
    form: &Form,
    now: Timestamp,
    fingerprint: &str,
) -> Result<Tokens, Failed> {
    let reply: TokenReply = read(answer, form)?;
    let is_bearer = reply.token_type.is_none_or(|kind| kind.eq_ignore_ascii_case("bearer"));
    let refresh_token = reply.refresh_token.filter(|token| !token.is_empty()).map(Secret::new);
    let access_token = Secret::new(reply.access_token);
    if !is_bearer {
        return Err(not_understood("it is a token of another type than Bearer"));
    }
    let all = [Some(&access_token), refresh_token.as_ref()];
    if !all.into_iter().flatten().all(is_token) {
        return Err(not_understood("its token cannot be sent in a header"));
    }
    let lifetime = match reply.expires_in {
        Some(Value::Number(number)) => lifetime(&number.to_string()),
        Some(Value::String(text)) => lifetime(&text),
        _ => None,
    };
    Ok(Tokens {
        access_token,
        refresh_token,
        expires_at: lifetime.and_then(|lifetime| now.checked_add(lifetime).ok()),
        obtained_at: now,
        scope: reply.scope.map(|scope| excerpt(&scope, SCOPE_CHARS_MAX)),
        fingerprint: fingerprint.to_owned(),
    })
}

/// The JSON of an answer, whatever is asked for.
pub(super) fn read<T: DeserializeOwned>(answer: &Answer, form: &Form) -> Result<T, Failed> {
    // Some providers refuse with status 200.
    if let Ok(refused) = serde_json::from_slice::<ErrorReply>(&answer.body) {
        return Err(refusal(refused, answer, form));
    }
    if answer.status.is_success() {
        // What is wrong with the JSON is left out: it may tell about its content.
        return serde_json::from_slice(&answer.body)
            .map_err(|_| not_understood("it lacks what was asked for"));
    }
    Err(without_reason(answer))
}

fn refusal(refused: ErrorReply, answer: &Answer, form: &Form) -> Failed {
    let passes = ["temporarily_unavailable", "server_error"].contains(&refused.error.as_str());
    if passes || answer.status.is_server_error() || answer.status == StatusCode::TOO_MANY_REQUESTS {
        return status_alone(answer, ErrorKind::Unavailable);
    }
    let clean = |text: &str| match Scanner::new(form.secrets()) {
        Some(scanner) if scanner.finds(text.as_bytes()) => {
            "(not shown: it repeats a secret)".to_owned()
        }
        _ => excerpt(text, SAID_CHARS_MAX),
    };
    let description = refused.error_description.as_ref().and_then(Value::as_str);
    Failed::Refused(Refusal {
        code: clean(&refused.error),
        description: description.filter(|text| !text.is_empty()).map(clean),
    })
}

/// An answer that says nothing beyond its status.
fn without_reason(answer: &Answer) -> Failed {
    status_alone(
        answer,
        match answer.status {
            StatusCode::TOO_MANY_REQUESTS => ErrorKind::Unavailable,
            status if status.is_server_error() => ErrorKind::Unavailable,
            StatusCode::UNAUTHORIZED => ErrorKind::Unauthorized,
            _ => ErrorKind::Data,
        },
    )
}

fn status_alone(answer: &Answer, kind: ErrorKind) -> Failed {
    let message = format!("the provider answers with status {}", answer.status.as_u16());
    Failed::Gate(GateError::SignIn { kind, message, hint: None })
}

fn not_understood(what: &str) -> Failed {
    let message = format!("the provider's answer is not one of OAuth 2: {what}");
    Failed::Gate(GateError::SignIn { kind: ErrorKind::Data, message, hint: None })
}

impl Failed {
    /// The error for people.
    pub(super) fn into_error(self, account: &AccountName) -> GateError {
        match self {
            Failed::Gate(error) => error,
            Failed::Refused(refusal) => refusal.into_error(account),
        }
    }
}

impl Refusal {
    fn into_error(self, account: &AccountName) -> GateError {
        let connect = || connect_hint(account);
        let client = "compare the client's id and secret with those of the provider's console";
        let app = "the provider's console has to allow the client this grant, its scopes and the \
                   redirect address";
        let (kind, hint) = match self.code.as_str() {
            "invalid_grant" | "expired_token" => (ErrorKind::Unauthorized, connect()),
            "invalid_client" | "unauthorized_client" => {
                (ErrorKind::Unauthorized, client.to_owned())
            }
            "access_denied" => (ErrorKind::Forbidden, connect()),
            _ => (ErrorKind::Config, app.to_owned()),
        };
        let description = self.description.map(|text| format!(" ({text})")).unwrap_or_default();
        let message = format!("the provider says {}{description}", self.code);
        GateError::SignIn { kind, message, hint: Some(hint) }
    }

    /// A no that came with the redirect of a browser.
    pub(super) fn of_redirect(code: &str, description: Option<&str>) -> Self {
        Refusal {
            code: excerpt(code, SAID_CHARS_MAX),
            description: description.map(|text| excerpt(text, SAID_CHARS_MAX)),
        }
    }
}

/// What to run where only the user can help.
pub(super) fn connect_hint(account: &AccountName) -> String {
    format!("run {}", account_command("connect", account))
}
