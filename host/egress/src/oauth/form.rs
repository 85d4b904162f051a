//! What is posted to a provider's token URL or device URL.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::HeaderValue;
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};
use tollgate_vault::Secret;
use url::form_urlencoded;

use crate::credentials::sensitive;

/// A form and, where the client shows its secret by HTTP Basic, the header for that.
#[derive(Default)]
pub(super) struct Form {
    fields: Vec<(&'static str, Secret)>,
    authorization: Option<HeaderValue>,
    secrets: Vec<Secret>,
}

impl Form {
    /// The form of a grant.
    pub(super) fn of_grant(grant_type: &str) -> Self {
        Form::default().with("grant_type", grant_type)
    }

    /// Adds a field that is no secret.
    pub(super) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.fields.push((name, Secret::new(value.to_owned())));
        self
    }

    /// Adds a field whose value must not be repeated anywhere.
    pub(super) fn with_secret(mut self, name: &'static str, value: &Secret) -> Self {
        self.fields.push((name, value.clone()));
        self.secrets.push(value.clone());
        self
    }

    /// Shows the client's secret by HTTP Basic. Both parts are encoded as in a form before they are
    /// joined (RFC 6749, section 2.3.1).
    pub(super) fn with_basic(mut self, id: &Secret, secret: &Secret) -> Self {
        let pair = SecretString::from(format!("{}:{}", *encoded(id), *encoded(secret)));
        let value = SecretString::from(format!("Basic {}", STANDARD.encode(pair.expose_secret())));
        // Base64 can always stand in a header.
        self.authorization = sensitive(value.expose_secret());
        self.secrets.push(secret.clone());
        self
    }

    /// The header for HTTP Basic.
    pub(super) fn authorization(&self) -> Option<&HeaderValue> {
        self.authorization.as_ref()
    }

    /// What must not be repeated anywhere.
    pub(super) fn secrets(&self) -> &[Secret] {
        &self.secrets
    }

    /// The body.
    pub(super) fn body(&self) -> Bytes {
        let bytes: usize = self
            .fields
            .iter()
            .map(|(name, value)| name.len() + 3 * value.expose_secret().len())
            .sum();
        // Large enough from the start: growing would leave copies behind.
        let text = String::with_capacity(bytes + 2 * self.fields.len());
        let mut serializer = form_urlencoded::Serializer::new(text);
        for (name, value) in &self.fields {
            serializer.append_pair(name, value.expose_secret());
        }
        Bytes::from(serializer.finish())
    }
}

impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Form").field("fields", &self.fields).finish_non_exhaustive()
    }
}

fn encoded(text: &Secret) -> Zeroizing<String> {
    Zeroizing::new(form_urlencoded::byte_serialize(text.expose_secret().as_bytes()).collect())
}
