//! One login at a provider: what a user entered for it, and the same after it was checked.

use std::collections::BTreeMap;

use jiff::civil::Date;
use tollgate_model::near_miss::{self, near_miss};
use tollgate_model::settings::{is_shown, missing, not_shown, resolve};
use tollgate_model::text::quote;
use tollgate_model::{
    AccountName, AuthMethod, ConnectorId, Descriptor, Error, ErrorKind, Field, FieldKind, Result,
    Setting, Settings,
};

use crate::secret::Secret;

/// What the fields of an account are called in errors.
const WHAT: &str = "account field";

/// What a user entered for one login at a provider. Nothing of it is checked yet.
#[derive(Clone, Debug)]
pub struct Account {
    name: AccountName,
    connector: ConnectorId,
    auth_method: Option<String>,
    settings: Settings,
    secrets: BTreeMap<String, Secret>,
}

/// An account that fits its connector.
#[derive(Clone, Debug)]
pub struct ResolvedAccount {
    /// The name the user gave it.
    pub name: AccountName,
    /// The connector it is for.
    pub connector: ConnectorId,
    /// The auth method by which it signs in, one of the descriptor's.
    pub auth_method: String,
    /// The fields that are no secrets, in the order of the descriptor: all that the connector gets.
    pub settings: Vec<Setting>,
    /// The secrets by field name. None is empty.
    pub secrets: BTreeMap<String, Secret>,
}

impl Account {
    /// An account without settings, with the connector's default auth method.
    pub fn new(name: AccountName, connector: ConnectorId) -> Self {
        Account {
            name,
            connector,
            auth_method: None,
            settings: Settings::new(),
            secrets: BTreeMap::new(),
        }
    }

    /// Chooses an auth method.
    #[must_use]
    pub fn with_auth_method(mut self, auth_method: impl Into<String>) -> Self {
        self.auth_method = Some(auth_method.into());
        self
    }

    /// Sets a field that is no secret to one value.
    #[must_use]
    pub fn with_setting(self, field: impl Into<String>, value: impl Into<String>) -> Self {
        self.with_settings([(field.into(), vec![value.into()])])
    }

    /// Sets fields that are no secrets.
    #[must_use]
    pub fn with_settings(
        mut self,
        settings: impl IntoIterator<Item = (String, Vec<String>)>,
    ) -> Self {
        self.settings.extend(settings);
        self
    }

    /// Sets a field that is a secret.
    #[must_use]
    pub fn with_secret(mut self, field: impl Into<String>, secret: Secret) -> Self {
        self.secrets.insert(field.into(), secret);
        self
    }

    /// The name the user gave it.
    pub fn name(&self) -> &AccountName {
        &self.name
    }

    /// The connector it is for.
    pub fn connector(&self) -> &ConnectorId {
        &self.connector
    }

    /// Checks what was entered against the connector's account fields and those of the auth method.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] that names the account, for an unknown auth method or field, a value
    /// outside its kind, a required field that is missing, a secret in plain text, a plain value
    /// given as a secret. None of them holds a secret.
    pub fn resolve(&self, descriptor: &Descriptor, today: Date) -> Result<ResolvedAccount> {
        self.resolve_fields(descriptor, today)
            .map_err(|error| error.context(format_args!("account `{}`", self.name)))
    }

    fn resolve_fields(&self, descriptor: &Descriptor, today: Date) -> Result<ResolvedAccount> {
        if descriptor.id != self.connector.as_str() {
            let text = format!(
                "it is for the connector `{}`, not for {}",
                self.connector,
                quote(&descriptor.id)
            );
            return Err(Error::new(ErrorKind::Config, text));
        }
        let method = self.method(descriptor)?;
        let fields: Vec<Field> =
            descriptor.account_fields.iter().chain(&method.fields).cloned().collect();
        refuse_fields_of_other_methods(self.entered(), &fields, method, descriptor)?;
        let settings = resolve(WHAT, &fields, &self.settings, today)?;
        Ok(ResolvedAccount {
            name: self.name.clone(),
            connector: self.connector.clone(),
            auth_method: method.name.clone(),
            secrets: self.resolve_secrets(&fields, &settings)?,
            settings,
        })
    }

    fn method<'a>(&self, descriptor: &'a Descriptor) -> Result<&'a AuthMethod> {
        let Some(name) = &self.auth_method else {
            return descriptor
                .auth_methods
                .first()
                .ok_or_else(|| Error::new(ErrorKind::Bug, "the connector has no auth method"));
        };
        descriptor.auth_method(name).ok_or_else(|| {
            let known = descriptor.auth_methods.iter().map(|method| method.name.as_str());
            Error::new(ErrorKind::Config, format!("there is no auth method {}", quote(name)))
                .with_hint(near_miss::hint(name, known))
        })
    }

    fn entered(&self) -> impl Iterator<Item = &str> {
        self.settings.keys().chain(self.secrets.keys()).map(String::as_str)
    }

    fn resolve_secrets(
        &self,
        fields: &[Field],
        settings: &[Setting],
    ) -> Result<BTreeMap<String, Secret>> {
        if let Some(name) = self.secrets.keys().find(|name| !is_secret(fields, name)) {
            return Err(not_a_secret(name, fields));
        }
        let mut secrets = BTreeMap::new();
        for field in fields.iter().filter(|field| field.kind == FieldKind::Secret) {
            let secret = self.secrets.get(&field.name).filter(|secret| !secret.is_empty());
            match (secret, is_shown(field, settings)) {
                (Some(secret), true) => {
                    secrets.insert(field.name.clone(), secret.clone());
                }
                (Some(_), false) => return Err(not_shown(WHAT, field)),
                (None, true) if field.required => return Err(missing(WHAT, field)),
                (None, _) => {}
            }
        }
        Ok(secrets)
    }
}

impl ResolvedAccount {
    /// The first value of a field that is no secret.
    pub fn setting(&self, field: &str) -> Option<&str> {
        let setting = self.settings.iter().find(|setting| setting.name == field)?;
        setting.values.first().map(String::as_str)
    }
}

fn is_secret(fields: &[Field], name: &str) -> bool {
    fields.iter().any(|field| field.name == name && field.kind == FieldKind::Secret)
}

fn not_a_secret(name: &str, fields: &[Field]) -> Error {
    if fields.iter().any(|field| field.name == name) {
        let text = format!("{WHAT} {} is no secret", quote(name));
        return Error::new(ErrorKind::Config, text).with_hint("set it in plain text");
    }
    let secrets = fields.iter().filter(|field| field.kind == FieldKind::Secret);
    let known: Vec<&str> = secrets.map(|field| field.name.as_str()).collect();
    let hint = match near_miss(name, known.iter().copied()) {
        None if known.is_empty() => "this auth method has no secrets".to_owned(),
        _ => near_miss::hint(name, known),
    };
    Error::new(ErrorKind::Config, format!("there is no {WHAT} {}", quote(name))).with_hint(hint)
}

/// A field of another auth method is the likeliest reason for an unknown one, and its near misses
/// among the fields of this method would lead astray.
fn refuse_fields_of_other_methods<'a>(
    entered: impl Iterator<Item = &'a str>,
    fields: &[Field],
    method: &AuthMethod,
    descriptor: &Descriptor,
) -> Result<()> {
    for name in entered.filter(|name| !fields.iter().any(|field| field.name == *name)) {
        let has_field = |other: &&AuthMethod| other.fields.iter().any(|field| field.name == name);
        if let Some(other) = descriptor.auth_methods.iter().find(has_field) {
            let text = format!(
                "{WHAT} {} belongs to the auth method `{}`, and this account uses `{}`",
                quote(name),
                other.name,
                method.name
            );
            return Err(Error::new(ErrorKind::Config, text));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
