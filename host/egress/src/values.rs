//! What templates are filled in with: an account's own values, and those that replies gave.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret, SecretString};
use tollgate_model::{Result, Template};
use tollgate_vault::Secret;

use crate::config::Credentials;
use crate::leak::is_searchable;
use crate::url::CanonicalUrl;

/// Values that replies gave, by name.
pub(crate) type Taken = BTreeMap<String, TakenText>;

/// A value that a reply gave.
#[derive(Clone)]
pub(crate) struct TakenText {
    pub(crate) text: Secret,
    /// Whether it may be anything that gives access: a token, and whatever looks like one.
    pub(crate) is_secret: bool,
}

impl TakenText {
    /// A value as it stands in a reply, or a claim in it. Addresses, claims and what is too short to
    /// be a token are no secrets: the API's own answers are full of them.
    pub(crate) fn new(text: String, is_claim: bool) -> Self {
        let is_address = || CanonicalUrl::parse_text(&text).is_ok();
        let is_secret = !is_claim && is_searchable(&text) && !is_address();
        TakenText { text: Secret::new(text), is_secret }
    }
}

/// What templates are filled in with. The account's own value of a name comes before a taken one.
#[derive(Clone, Copy)]
pub(crate) struct Values<'a> {
    credentials: &'a Credentials,
    taken: Option<&'a Taken>,
}

impl<'a> Values<'a> {
    /// The account's own.
    pub(crate) fn own(credentials: &'a Credentials) -> Self {
        Values { credentials, taken: None }
    }

    /// The account's own, and after them those that replies gave.
    pub(crate) fn with(credentials: &'a Credentials, taken: &'a Taken) -> Self {
        Values { credentials, taken: Some(taken) }
    }

    /// The value of a name. None is empty.
    pub(crate) fn get(self, name: &str) -> Option<&'a str> {
        let Credentials { secrets, fields, .. } = self.credentials;
        let secret = secrets.get(name).map(ExposeSecret::expose_secret);
        let own = secret.or_else(|| fields.get(name).map(String::as_str));
        own.or_else(|| self.taken?.get(name).map(|taken| taken.text.expose_secret()))
    }

    /// Whether the value of a name is one that nobody may see.
    pub(crate) fn is_secret(self, name: &str) -> bool {
        let Credentials { secrets, fields, .. } = self.credentials;
        let is_taken_secret = || self.taken?.get(name).map(|taken| taken.is_secret);
        secrets.contains_key(name)
            || !fields.contains_key(name) && is_taken_secret().unwrap_or_default()
    }

    /// A template with its fields filled in.
    ///
    /// # Errors
    /// [`tollgate_model::ErrorKind::Config`] that names the field without a value,
    /// [`tollgate_model::ErrorKind::Bug`] for what is no template.
    pub(crate) fn expand(self, template: &str) -> Result<SecretString> {
        let expanded = Template::parse(template)?.expand(|name| self.get(name))?;
        Ok(SecretString::from(expanded))
    }

    /// The first field of a template that has no value.
    ///
    /// # Errors
    /// [`tollgate_model::ErrorKind::Bug`] for what is no template.
    pub(crate) fn missing(self, template: &str) -> Result<Option<String>> {
        let template = Template::parse(template)?;
        let missing = template.fields().find(|name| self.get(name).is_none());
        Ok(missing.map(str::to_owned))
    }
}
