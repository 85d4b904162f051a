//! The URLs of sign-in requests, and the one below which an account's API is.

use tollgate_model::template::Part;
use tollgate_model::{ErrorKind, Template};

use crate::error::GateError;
use crate::leak::Scanner;
use crate::percent;
use crate::url::CanonicalUrl;
use crate::values::Values;

/// The URL of a template, all of whose fields have values. A field at its beginning is the
/// beginning of a URL as it is; any other value is percent-encoded.
///
/// # Errors
/// [`GateError::Denied`] for what is no URL in its one form, [`GateError::Leak`] where a secret would
/// stand before its query: hosts and paths are told to whoever looks at the audit trail.
pub(super) fn url(values: Values<'_>, template: &str) -> Result<CanonicalUrl, GateError> {
    let template = Template::parse(template).map_err(GateError::of_sign_in)?;
    let mut text = String::new();
    let mut parts = template.parts().iter().peekable();
    while let Some(part) = parts.next() {
        let name = match part {
            Part::Text(part) => {
                text.push_str(part);
                continue;
            }
            Part::Field(name) => name,
        };
        let value = values.get(name).unwrap_or_default();
        if text.is_empty() {
            CanonicalUrl::parse_text(value)?;
        }
        if values.is_secret(name) && !text.contains('?') {
            let message = format!("a URL of the sign-in has the secret `{name}` before its query");
            return Err(GateError::Leak(message));
        }
        match (text.is_empty(), parts.peek()) {
            (false, _) => text.push_str(&percent::encode(value.as_bytes())),
            // Some providers end a URL with a slash.
            (true, Some(Part::Text(next))) if next.starts_with('/') => {
                text.push_str(value.strip_suffix('/').unwrap_or(value));
            }
            (true, _) => text.push_str(value),
        }
    }
    CanonicalUrl::parse_text(&text)
}

/// The base URL of a template, for the connector: without a slash at its end.
///
/// # Errors
/// As [`url`], [`GateError::Denied`] where it has a query and [`GateError::Leak`] where one of the
/// secrets that `scanner` searches for is in it.
pub(super) fn base_url(
    values: Values<'_>,
    template: &str,
    scanner: Option<&Scanner>,
) -> Result<CanonicalUrl, GateError> {
    let url = url(values, template).map_err(|error| match error {
        GateError::Leak(_) => has_secret(),
        GateError::Denied(why) => denied(format!("the account's base URL is not valid: {why}")),
        other => other,
    })?;
    if url.query().is_some() {
        return Err(denied("the account's base URL has a query".to_owned()));
    }
    let finds = |part: &str| scanner.is_some_and(|scanner| scanner.finds(part.as_bytes()));
    if finds(url.host()) || finds(url.path()) {
        return Err(has_secret());
    }
    Ok(url)
}

fn has_secret() -> GateError {
    GateError::Leak("the account's base URL contains one of its secrets".to_owned())
}

fn denied(message: String) -> GateError {
    GateError::SignIn { kind: ErrorKind::Denied, message, hint: None }
}

#[cfg(test)]
mod tests;
