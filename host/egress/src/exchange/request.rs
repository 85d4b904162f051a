//! A sign-in request, from its templates to what is sent.

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method};
use secrecy::{ExposeSecret, SecretString};
use tollgate_model::{
    Error, ErrorKind, ExchangeBasic, ExchangeBody, ExchangeRequest, JsonTemplate, Result, Template,
};

use super::urls;
use crate::credentials::{basic_header, basic_value, form_encoded, header};
use crate::endpoint::{self, Outgoing};
use crate::error::GateError;
use crate::values::Values;

/// The names of the values that a request needs.
///
/// # Errors
/// [`tollgate_model::ErrorKind::Bug`] for broken templates.
pub(super) fn needs(request: &ExchangeRequest) -> Result<Vec<String>> {
    let mut templates = vec![request.url.as_str()];
    templates.extend(request.headers.iter().map(|header| header.value.as_str()));
    if let Some(ExchangeBasic { credentials, .. }) = &request.basic {
        templates.extend([credentials.username.as_str(), &credentials.password]);
    }
    if let ExchangeBody::Form { fields } = &request.body {
        templates.extend(fields.iter().map(|field| field.value.as_str()));
    }
    let mut names = Vec::new();
    for template in templates {
        names.extend(Template::parse(template)?.fields().map(str::to_owned));
    }
    if let ExchangeBody::Json { text } = &request.body {
        names.extend(JsonTemplate::parse(text)?.fields().map(str::to_owned));
    }
    Ok(names)
}

/// What is sent, where all that it needs has a value.
///
/// # Errors
/// As [`urls::url`], [`tollgate_model::ErrorKind::Config`] for values that no header can carry and
/// [`tollgate_model::ErrorKind::Bug`] for broken templates.
pub(super) fn prepare(
    request: &ExchangeRequest,
    values: Values<'_>,
) -> Result<Outgoing, GateError> {
    let url = urls::url(values, &request.url)?;
    let (content_type, body) = body(&request.body, values).map_err(GateError::of_sign_in)?;
    let method = if content_type.is_some() { Method::POST } else { Method::GET };
    let mut headers = HeaderMap::new();
    headers.extend(content_type.map(|content_type| (CONTENT_TYPE, content_type)));
    for parameter in &request.headers {
        let (name, value) = header(values, parameter).map_err(GateError::of_sign_in)?;
        headers.insert(name, value);
    }
    if let Some(basic) = &request.basic {
        headers.insert(AUTHORIZATION, authorization(basic, values).map_err(GateError::of_sign_in)?);
    }
    Ok(Outgoing { method, url, headers, body })
}

fn authorization(basic: &ExchangeBasic, values: Values<'_>) -> Result<HeaderValue> {
    let ExchangeBasic { credentials, form_encoded: is_encoded } = basic;
    if !is_encoded {
        return basic_header(values, credentials);
    }
    let encoded =
        |template| -> Result<_> { Ok(form_encoded(values.expand(template)?.expose_secret())) };
    let (username, password) = (encoded(&credentials.username)?, encoded(&credentials.password)?);
    // Base64 can always stand in a header.
    basic_value(&username, &password)
        .ok_or_else(|| Error::new(ErrorKind::Bug, "HTTP Basic cannot be sent"))
}

/// The body and its type; no type where there is no body.
fn body(body: &ExchangeBody, values: Values<'_>) -> Result<(Option<HeaderValue>, Bytes)> {
    match body {
        ExchangeBody::None => Ok((None, Bytes::new())),
        ExchangeBody::Json { text } => {
            let text = JsonTemplate::parse(text)?.expand(|name| values.get(name))?;
            Ok((Some(HeaderValue::from_static("application/json")), text.into()))
        }
        ExchangeBody::Form { fields } => {
            let expanded: Vec<SecretString> =
                fields.iter().map(|field| values.expand(&field.value)).collect::<Result<_>>()?;
            let names = fields.iter().map(|field| field.name.as_str());
            let pairs = names.zip(expanded.iter().map(ExposeSecret::expose_secret));
            Ok((Some(endpoint::FORM), endpoint::form(pairs)))
        }
    }
}

#[cfg(test)]
mod tests;
