//! What is posted to a provider's token URL or device URL.

use std::fmt;

use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method};
use secrecy::ExposeSecret;
use tollgate_vault::Secret;

use crate::credentials::{basic_value, form_encoded};
use crate::endpoint::{self, Outgoing};
use crate::url::CanonicalUrl;

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
        let (id, shown) = (form_encoded(id.expose_secret()), form_encoded(secret.expose_secret()));
        self.authorization = basic_value(&id, &shown);
        self.secrets.push(secret.clone());
        self
    }

    /// What must not be repeated anywhere.
    pub(super) fn secrets(&self) -> &[Secret] {
        &self.secrets
    }

    /// The request that posts it.
    pub(super) fn to(&self, url: &CanonicalUrl) -> Outgoing {
        let fields = self.fields.iter().map(|(name, value)| (*name, value.expose_secret()));
        let mut headers = HeaderMap::from_iter([(CONTENT_TYPE, endpoint::FORM)]);
        headers.extend(self.authorization.clone().map(|basic| (AUTHORIZATION, basic)));
        let body = endpoint::form(fields);
        Outgoing { method: Method::POST, url: url.clone(), headers, body }
    }
}

impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Form").field("fields", &self.fields).finish_non_exhaustive()
    }
}
