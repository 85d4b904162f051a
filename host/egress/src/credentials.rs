//! Credentials, ready to be attached where they may go, and only there.
//!
//! Templates are expanded once, when the gate is made, so that a value that cannot stand in a
//! header is a configuration error and not a failed run. The results leave this module only into
//! the request that goes on the wire.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderName, HeaderValue};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};
use tollgate_model::origin::Audience;
use tollgate_model::text::quote;
use tollgate_model::{AuthScheme, Basic, Error, ErrorKind, Parameter, Result, Template};
use url::form_urlencoded;

use crate::config::Credentials;
use crate::headers;
use crate::percent;
use crate::url::CanonicalUrl;
use crate::values::Values;

/// What is attached, and to which requests.
pub(crate) struct Attachment {
    audiences: Vec<Audience>,
    header_names: Vec<HeaderName>,
    headers: Vec<(HeaderName, HeaderValue)>,
    query: Vec<(String, SecretString)>,
}

impl Attachment {
    /// Expands the credentials.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] that names the field whose value is missing or cannot be sent, never
    /// the value; [`ErrorKind::Bug`] for broken templates and header names.
    pub(crate) fn prepare(credentials: &Credentials) -> Result<Self> {
        let values = Values::own(credentials);
        let (headers, query) = match &credentials.scheme {
            AuthScheme::Fixed { headers, query } => {
                let header = |parameter: &Parameter| header(values, parameter);
                let pair = |parameter: &Parameter| {
                    let value = values.expand(&parameter.value)?;
                    let value = percent::encode(value.expose_secret().as_bytes());
                    Ok((parameter.name.clone(), SecretString::from(value)))
                };
                let headers = headers.iter().map(header).collect::<Result<_>>()?;
                (headers, query.iter().map(pair).collect::<Result<_>>()?)
            }
            AuthScheme::Basic(basic) => {
                (vec![(AUTHORIZATION, basic_header(values, basic)?)], Vec::new())
            }
            AuthScheme::Bearer { token } => {
                let (name, value) = (AUTHORIZATION.to_string(), format!("Bearer {token}"));
                (vec![header(values, &Parameter { name, value })?], Vec::new())
            }
            // Their header changes with the token: the gate asks for it at each request.
            AuthScheme::OAuth2(_) | AuthScheme::TokenExchange(_) => (Vec::new(), Vec::new()),
        };
        let header_names = headers.iter().map(|(name, _): &(HeaderName, _)| name.clone()).collect();
        Ok(Attachment { audiences: credentials.audiences.clone(), header_names, headers, query })
    }

    /// The headers that are the account's, wherever a request goes.
    pub(crate) fn header_names(&self) -> &[HeaderName] {
        &self.header_names
    }

    /// Whether the credentials may go to this URL.
    pub(crate) fn is_meant_for(&self, url: &CanonicalUrl) -> bool {
        self.audiences.iter().any(|audience| url.is_below(audience))
    }

    /// Attaches the headers.
    pub(crate) fn attach_headers(&self, headers: &mut HeaderMap) {
        for (name, value) in &self.headers {
            headers.insert(name, value.clone());
        }
    }

    /// The query without what the connector set of the account's parameters and, where the
    /// credentials are `meant` for the URL, with the account's own.
    pub(crate) fn query(&self, guest: Option<&str>, meant: bool) -> Option<String> {
        if self.query.is_empty() {
            return guest.map(str::to_owned);
        }
        let is_own = |pair: &str| {
            let name = pair.split_once('=').map_or(pair, |(name, _)| name).replace('+', " ");
            let name = percent::decode(name.as_bytes());
            self.query.iter().any(|(own, _)| own.as_bytes() == name)
        };
        let kept = guest.iter().flat_map(|query| query.split('&')).filter(|pair| !is_own(pair));
        let mut pairs: Vec<String> = kept.map(str::to_owned).collect();
        if meant {
            pairs.extend(self.query.iter().map(|(name, value)| {
                format!("{}={}", percent::encode(name.as_bytes()), value.expose_secret())
            }));
        }
        (!pairs.is_empty()).then(|| pairs.join("&"))
    }
}

impl fmt::Debug for Attachment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attachment").field("audiences", &self.audiences).finish_non_exhaustive()
    }
}

/// A header of a template.
///
/// # Errors
/// [`ErrorKind::Config`] that names the field whose value is missing or cannot be sent,
/// [`ErrorKind::Bug`] for broken templates and names.
pub(crate) fn header(
    values: Values<'_>,
    parameter: &Parameter,
) -> Result<(HeaderName, HeaderValue)> {
    let Parameter { name, value: template } = parameter;
    let parsed: HeaderName = name.parse().map_err(|_| bad_name(name))?;
    if headers::is_reserved(&parsed) && !["authorization", "cookie"].contains(&parsed.as_str()) {
        return Err(bad_name(name));
    }
    let expanded = values.expand(template)?;
    Ok((parsed, sensitive(expanded.expose_secret()).ok_or_else(|| blame(values, template))?))
}

/// The header of HTTP Basic.
///
/// # Errors
/// As [`header`], and [`ErrorKind::Config`] for a user name with a colon.
pub(crate) fn basic_header(values: Values<'_>, basic: &Basic) -> Result<HeaderValue> {
    let username = values.expand(&basic.username)?;
    if username.expose_secret().contains(':') {
        let message = "the user name has a colon, which HTTP Basic cannot carry";
        return Err(Error::new(ErrorKind::Config, message));
    }
    let password = values.expand(&basic.password)?;
    basic_value(username.expose_secret(), password.expose_secret())
        .ok_or_else(|| bad_name("authorization"))
}

/// The value of the header of HTTP Basic. Base64 can always stand in one.
pub(crate) fn basic_value(username: &str, password: &str) -> Option<HeaderValue> {
    let pair = SecretString::from(format!("{username}:{password}"));
    let value = SecretString::from(format!("Basic {}", STANDARD.encode(pair.expose_secret())));
    sensitive(value.expose_secret())
}

/// A text as it stands in a form (RFC 6749, section 2.3.1).
pub(crate) fn form_encoded(text: &str) -> Zeroizing<String> {
    Zeroizing::new(form_urlencoded::byte_serialize(text.as_bytes()).collect())
}

/// A header's value that does not show in `Debug`. `None` for what no header can carry.
pub(crate) fn sensitive(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_bytes(text.as_bytes()).ok()?;
    value.set_sensitive(true);
    Some(value)
}

fn bad_name(name: &str) -> Error {
    let message = format!("the auth method sets the header {}, which it cannot", quote(name));
    Error::new(ErrorKind::Bug, message)
}

/// Which field makes the header impossible; the template itself where none does.
fn blame(values: Values<'_>, template: &str) -> Error {
    let fields = Template::parse(template).ok();
    let guilty = fields.iter().flat_map(Template::fields).find(|name| {
        values.get(name).is_some_and(|text| HeaderValue::from_bytes(text.as_bytes()).is_err())
    });
    match guilty {
        Some(name) => Error::new(
            ErrorKind::Config,
            format!("`{name}` has a line break or control character, which no header can carry"),
        )
        .with_hint("copy it again, without what comes before and after it"),
        None => Error::new(ErrorKind::Bug, "a header's template has a control character"),
    }
}

#[cfg(test)]
mod tests;
