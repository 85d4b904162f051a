//! An account of the file as one of the vault, checked against the connector's fields where it can
//! be told which line is wrong.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use tollgate_model::settings::today_in;
use tollgate_model::text::quote;
use tollgate_model::{AuthMethod, Descriptor, Field, FieldKind, near_miss};
use tollgate_vault::{Account, Secret, SecretRef};

use crate::config::{AccountConfig, FieldValue, OWN_KEYS, Problem, Source};
use crate::environment;
use crate::failure::Outcome;

/// The account, its secrets read, and what the user should know about where they lie.
///
/// # Errors
/// One [`tollgate_model::ErrorKind::Config`] error for each line that is wrong, else the first
/// secret that cannot be read.
pub fn account_of(
    config: &AccountConfig,
    descriptor: &Descriptor,
    source: &Source,
) -> Outcome<(Account, Vec<String>)> {
    let mut notes = Vec::new();
    let account = build(config, descriptor, source, |reference| {
        let read = reference.read(&environment::variable)?;
        notes.extend(read.notes);
        Ok(read.secret)
    })?;
    Ok((account, notes))
}

/// The account with something else in the place of its secrets, for checks that need none.
///
/// # Errors
/// As [`account_of`], but for reading secrets.
pub fn without_secrets(
    config: &AccountConfig,
    descriptor: &Descriptor,
    source: &Source,
) -> Outcome<Account> {
    let account = build(config, descriptor, source, |_| Ok(Secret::new("unread".to_owned())))?;
    resolves(&account, config, descriptor, source)?;
    Ok(account)
}

/// Whether the account fits the connector as a whole: all that is required is there, every value is
/// of its field's kind.
///
/// # Errors
/// [`tollgate_model::ErrorKind::Config`] with the line at which the account begins.
pub fn resolves(
    account: &Account,
    config: &AccountConfig,
    descriptor: &Descriptor,
    source: &Source,
) -> Outcome {
    let zone = config.time_zone.as_ref().map_or(TimeZone::UTC, |zone| zone.get_ref().clone());
    match account.resolve(descriptor, today_in(&zone, Timestamp::now())) {
        Ok(_) => Ok(()),
        Err(error) => Err(source.error(&Problem::from_error(config.span.clone(), &error)).into()),
    }
}

fn build(
    config: &AccountConfig,
    descriptor: &Descriptor,
    source: &Source,
    mut secret: impl FnMut(&SecretRef) -> tollgate_model::Result<Secret>,
) -> Outcome<Account> {
    let problems = problems(config, descriptor);
    if !problems.is_empty() {
        return Err(source.failure(problems));
    }
    let mut account = Account::new(config.name.clone(), config.connector.get_ref().clone());
    if let Some(auth) = &config.auth {
        account = account.with_auth_method(auth.get_ref());
    }
    for (name, field) in &config.fields {
        account = match &field.value {
            FieldValue::Plain(values) => account.with_settings([(name.clone(), values.clone())]),
            FieldValue::Reference(reference) => {
                let read = secret(reference).map_err(|error| {
                    error.context(format_args!("account `{}`, `{name}`", config.name))
                })?;
                account.with_secret(name, read)
            }
        };
    }
    Ok(account)
}

fn problems(config: &AccountConfig, descriptor: &Descriptor) -> Vec<Problem> {
    let method = match method(config, descriptor) {
        Ok(method) => method,
        Err(problem) => return vec![problem],
    };
    let own = method.map(|method| method.fields.as_slice()).unwrap_or_default();
    let fields: Vec<&Field> = descriptor.account_fields.iter().chain(own).collect();
    let of_another = |name: &str| {
        let mut methods = descriptor.auth_methods.iter();
        methods.find(|method| method.fields.iter().any(|field| field.name == name))
    };
    let mut problems = Vec::new();
    for (name, entered) in &config.fields {
        let at = |message: String| Problem::new(entered.span.clone(), message);
        match (fields.iter().find(|field| field.name == *name), &entered.value) {
            (None, _) => problems.push(match of_another(name) {
                Some(other) => at(format!("{} belongs to another auth method", quote(name)))
                    .with_hint(format!("`auth = \"{}\"` chooses it", other.name)),
                None => {
                    let known = fields.iter().map(|field| field.name.as_str()).chain(OWN_KEYS);
                    let message = format!("{} has no account field {}", descriptor.id, quote(name));
                    at(message).with_hint(near_miss::hint(name, known))
                }
            }),
            (Some(field), FieldValue::Plain(_)) if field.kind == FieldKind::Secret => {
                problems.push(plain_secret(config, name, at));
            }
            (Some(field), FieldValue::Reference(_)) if field.kind != FieldKind::Secret => {
                let message = format!("{} is no secret", quote(name));
                problems.push(at(message).with_hint("write its value here"));
            }
            (Some(_), _) => {}
        }
    }
    problems
}

fn method<'a>(
    config: &AccountConfig,
    descriptor: &'a Descriptor,
) -> Result<Option<&'a AuthMethod>, Problem> {
    let Some(auth) = &config.auth else { return Ok(descriptor.auth_methods.first()) };
    descriptor.auth_method(auth.get_ref()).map(Some).ok_or_else(|| {
        let known = descriptor.auth_methods.iter().map(|method| method.name.as_str());
        let message = format!("{} has no auth method {}", descriptor.id, quote(auth.get_ref()));
        Problem::new(auth.span(), message).with_hint(near_miss::hint(auth.get_ref(), known))
    })
}

fn plain_secret(config: &AccountConfig, name: &str, at: impl Fn(String) -> Problem) -> Problem {
    let variable = format!("{}_{name}", config.name).to_uppercase();
    let variable: String =
        variable.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    at(format!("{} is a secret and stands here in plain text", quote(name))).with_hint(format!(
        "write `{name} = {{ env = \"{variable}\" }}` or `{name} = {{ file = \"PATH\" }}`, and \
         replace the secret if others could read this file"
    ))
}

#[cfg(test)]
mod tests;
