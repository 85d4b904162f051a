//! What a reply to a sign-in request gives.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use secrecy::ExposeSecret;
use serde_json::Value;
use tollgate_model::text::excerpt;
use tollgate_model::{ErrorKind, TakenValue};
use tollgate_vault::Secret;

use crate::config::Credentials;
use crate::endpoint::Answer;
use crate::error::GateError;
use crate::leak::Scanner;
use crate::values::{Taken, TakenText, Values};

/// Bytes of a value: those of the largest token that can be sent.
const VALUE_BYTES_MAX: usize = 8 << 10;
/// Characters of what a provider says in an error.
const SAID_CHARS_MAX: usize = 200;

/// The values in a reply that the account has not set itself. `taken` is what earlier replies gave.
///
/// # Errors
/// [`GateError::SignIn`]: [`ErrorKind::Unauthorized`] where the provider refuses the request,
/// [`ErrorKind::Unavailable`] where it cannot answer now, else [`ErrorKind::Data`]; and
/// [`GateError::Leak`].
pub(super) fn take(
    answer: &Answer,
    takes: &[TakenValue],
    credentials: &Credentials,
    taken: &Taken,
) -> Result<Taken, GateError> {
    let reply = serde_json::from_slice::<Value>(&answer.body).ok();
    let own = credentials.secrets.values();
    let secrets = taken.values().filter(|taken| taken.is_secret).map(|taken| &taken.text);
    let secrets: Vec<&Secret> = own.clone().chain(secrets).collect();
    let said = reply.as_ref().and_then(|reply| said(reply, &secrets));
    // Some providers refuse with status 200.
    if !answer.status.is_success() || said.is_some() {
        return Err(refusal(answer.status, said));
    }
    // What is wrong with the JSON is left out: it may tell about its content.
    let reply = reply.ok_or_else(|| data("the provider's reply is not JSON".to_owned()))?;
    let scanner = Scanner::new(own);
    let is_own = |name: &str| Values::own(credentials).get(name).is_some();
    let mut new = Taken::new();
    for TakenValue { name, pointer, claim } in takes.iter().filter(|taken| !is_own(&taken.name)) {
        let found = reply.pointer(pointer);
        let found = match claim {
            None => found.cloned(),
            Some(claim) => found.and_then(Value::as_str).and_then(|token| claim_of(token, claim)),
        };
        let text = match found {
            None | Some(Value::Null) => continue,
            Some(Value::String(text)) if text.is_empty() => continue,
            Some(Value::String(text)) => text,
            Some(value @ (Value::Number(_) | Value::Bool(_))) => value.to_string(),
            Some(Value::Array(_) | Value::Object(_)) => {
                let what = "neither a text nor a number nor a truth value";
                return Err(data(format!("in the provider's reply, `{name}` is {what}")));
            }
        };
        if text.len() > VALUE_BYTES_MAX {
            let message =
                format!("in the provider's reply, `{name}` is longer than {VALUE_BYTES_MAX} bytes");
            return Err(data(message));
        }
        if scanner.as_ref().is_some_and(|scanner| scanner.finds(text.as_bytes())) {
            let message =
                format!("in the provider's reply, `{name}` contains one of the account's secrets");
            return Err(GateError::Leak(message));
        }
        new.insert(name.clone(), TakenText::new(text, claim.is_some()));
    }
    Ok(new)
}

/// A claim of a JSON Web Token (RFC 7519). Its signature is not looked at: the token comes from
/// where the claim would be asked for, over a connection that says who that is.
fn claim_of(token: &str, claim: &str) -> Option<Value> {
    let payload = token.split('.').nth(1)?.trim_end_matches('=');
    let payload = URL_SAFE_NO_PAD.decode(payload).ok()?;
    serde_json::from_slice::<Value>(&payload).ok()?.get(claim).cloned()
}

/// What a provider says in an error, in the words of OAuth 2, unless it repeats a secret.
fn said(reply: &Value, secrets: &[&Secret]) -> Option<String> {
    let text = |name| reply.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let said = match (text("error")?, text("error_description")) {
        (code, None) => code.to_owned(),
        (code, Some(description)) => format!("{code}: {description}"),
    };
    // However short a secret is, an error does not show it.
    let repeats = secrets.iter().any(|secret| said.contains(secret.expose_secret()))
        || Scanner::new(secrets.iter().copied()).is_some_and(|s| s.finds(said.as_bytes()));
    match repeats {
        true => Some("not shown, as it repeats a secret".to_owned()),
        false => Some(excerpt(&said, SAID_CHARS_MAX)),
    }
}

fn refusal(status: StatusCode, said: Option<String>) -> GateError {
    let said = said.map(|said| format!(" ({said})")).unwrap_or_default();
    let code = status.as_u16();
    let (kind, message) = match status {
        StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            let message = format!("the provider refuses the sign-in with status {code}{said}");
            (ErrorKind::Unauthorized, message)
        }
        status if status.is_success() => {
            (ErrorKind::Unauthorized, format!("the provider refuses the sign-in{said}"))
        }
        StatusCode::TOO_MANY_REQUESTS => (ErrorKind::Unavailable, answers(code, &said)),
        status if status.is_server_error() => (ErrorKind::Unavailable, answers(code, &said)),
        _ => (ErrorKind::Data, answers(code, &said)),
    };
    GateError::SignIn { kind, message, hint: None }
}

fn answers(code: u16, said: &str) -> String {
    format!("the provider answers the sign-in with status {code}{said}")
}

fn data(message: String) -> GateError {
    GateError::SignIn { kind: ErrorKind::Data, message, hint: None }
}

#[cfg(test)]
mod tests;
