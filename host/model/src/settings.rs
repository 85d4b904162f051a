//! What a user set: account fields and options, checked against their [`Field`]s, with relative
//! dates resolved, so that a connector sees nothing but values it said it takes.

mod dates;
mod values;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::descriptor::{Condition, Field, FieldKind};
use crate::error::{Error, ErrorKind, Result};
use crate::near_miss;
use crate::text::{excerpt, quote};

/// The most bytes of one value.
pub const VALUE_BYTES_MAX: usize = 4_096;
/// The most values of one field: as many as a menu of a descriptor can have.
pub const VALUES_MAX: usize = 1_000;

/// The most characters of a field's description that stand in a hint.
const HINT_CHARS_MAX: usize = 300;

/// The value of one field, as a connector receives it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setting {
    /// The field's name.
    pub name: String,
    /// One value, or several where the kind has several; never none.
    pub values: Vec<String>,
}

/// What a user entered, by field name; several values where the kind takes several.
pub type Settings = BTreeMap<String, Vec<String>>;

/// The day it is in a time zone.
pub fn today_in(zone: &TimeZone, now: Timestamp) -> Date {
    now.to_zoned(zone.clone()).date()
}

/// Checks what was entered against the fields and gives the settings a connector receives, in the
/// order of the fields. Secret fields are left out; whether they are there is the vault's matter.
///
/// A field for which nothing but empty texts was entered counts as unset, and so does a field that
/// is not shown. `what` names the kind of form in errors, for example `option` or `account field`.
///
/// # Errors
/// [`ErrorKind::Config`], with the likely intent as a hint, for an unknown field, a value outside
/// its kind, a required field that is missing, a field set where it is not shown, a secret that was
/// entered in plain text. No error repeats what was entered for a secret.
pub fn resolve(
    what: &str,
    fields: &[Field],
    entered: &Settings,
    today: Date,
) -> Result<Vec<Setting>> {
    refuse_unknown(what, fields, entered)?;
    let mut settings = Vec::new();
    for field in fields {
        let values = entered.get(&field.name).filter(|values| is_set(values));
        if let Some(values) = resolve_field(what, field, values, &settings, today)? {
            settings.push(Setting { name: field.name.clone(), values });
        }
    }
    Ok(settings)
}

/// What was entered for the resolved settings, by name: days stand as the user wrote them, or as the
/// default has them, and everything else as it was resolved. Where this is the same, the same is
/// read, whatever day it is.
pub fn as_entered(fields: &[Field], entered: &Settings, resolved: &[Setting]) -> Settings {
    let is_day = |field: &&Field| matches!(field.kind, FieldKind::Date | FieldKind::DateRange);
    let written = |field: &Field| match entered.get(&field.name).filter(|values| is_set(values)) {
        Some(values) => values.iter().map(|value| value.trim().to_ascii_lowercase()).collect(),
        None => field.default.iter().cloned().collect(),
    };
    let one = |setting: &Setting| {
        let day = fields.iter().find(|field| field.name == setting.name).filter(is_day);
        (setting.name.clone(), day.map_or_else(|| setting.values.clone(), written))
    };
    resolved.iter().map(one).collect()
}

/// Whether a field is shown, given the resolved settings of the fields before it.
pub fn is_shown(field: &Field, settings: &[Setting]) -> bool {
    field.shown_when.iter().all(|condition| holds(condition, settings))
}

/// The values of one field as a connector receives them, from what was entered for it. None of them
/// is empty; there are none where nothing but empty texts was entered.
///
/// # Errors
/// [`ErrorKind::Config`] with a text that completes "option `x` is …", for a value outside the
/// field's kind. A secret has no values: an error.
pub fn convert(kind: &FieldKind, entered: &[String], today: Date) -> Result<Vec<String>> {
    values::convert(kind, entered, today)
}

/// The error for a field that is required, shown, and has no value.
pub fn missing(what: &str, field: &Field) -> Error {
    let title = excerpt(&field.title, HINT_CHARS_MAX);
    let error = Error::new(
        ErrorKind::Config,
        format!("{what} {} ({title}) is required", quote(&field.name)),
    );
    if field.description.is_empty() {
        return error;
    }
    error.with_hint(excerpt(&field.description, HINT_CHARS_MAX))
}

/// The error for a secret that was entered in plain text. It does not say what was entered.
pub fn plain_secret(what: &str, field: &Field) -> Error {
    let name = quote(&field.name);
    Error::new(ErrorKind::Config, format!("{what} {name} is a secret and stands in plain text"))
        .with_hint(
            "refer to it instead: to the environment variable or the file that holds it, and \
             replace the secret if others could read this text",
        )
}

/// The error for a field that is set although it is not shown.
pub fn not_shown(what: &str, field: &Field) -> Error {
    let conditions: Vec<String> = field.shown_when.iter().map(describe).collect();
    let text = format!(
        "{what} {} is set, but it exists only where {}",
        quote(&field.name),
        conditions.join(" and ")
    );
    Error::new(ErrorKind::Config, text)
}

fn is_set(values: &[String]) -> bool {
    values.iter().any(|value| !value.is_empty())
}

fn refuse_unknown(what: &str, fields: &[Field], entered: &Settings) -> Result<()> {
    let names = || fields.iter().map(|field| field.name.as_str());
    match entered.keys().find(|name| !names().any(|known| known == *name)) {
        None => Ok(()),
        Some(name) => {
            let text = format!("there is no {what} {}", quote(name));
            Err(Error::new(ErrorKind::Config, text).with_hint(near_miss::hint(name, names())))
        }
    }
}

fn resolve_field(
    what: &str,
    field: &Field,
    entered: Option<&Vec<String>>,
    before: &[Setting],
    today: Date,
) -> Result<Option<Vec<String>>> {
    if field.kind == FieldKind::Secret {
        return entered.map_or(Ok(None), |_| Err(plain_secret(what, field)));
    }
    if !is_shown(field, before) {
        return entered.map_or(Ok(None), |_| Err(not_shown(what, field)));
    }
    if let Some(entered) = entered
        && let Some(values) = convert_or_explain(what, field, entered, today)?
    {
        return Ok(Some(values));
    }
    let default = match &field.default {
        Some(default) => {
            let what = format!("the default of {what}");
            convert_or_explain(&what, field, std::slice::from_ref(default), today)?
        }
        None => None,
    };
    match default {
        None if field.required => Err(missing(what, field)),
        values => Ok(values),
    }
}

/// None where the values are empty. An error names the field and says what was likely meant.
fn convert_or_explain(
    what: &str,
    field: &Field,
    entered: &[String],
    today: Date,
) -> Result<Option<Vec<String>>> {
    let explain = |error: Error| {
        let text = format!("{what} {} is {}", quote(&field.name), error.message());
        let hint = error.hint().map(str::to_owned);
        match hint.or_else(|| values::hint(&field.kind, entered)) {
            Some(hint) => Error::new(error.kind(), text).with_hint(hint),
            None => Error::new(error.kind(), text),
        }
    };
    let values = convert(&field.kind, entered, today).map_err(explain)?;
    Ok(Some(values).filter(|values| !values.is_empty()))
}

fn holds(condition: &Condition, settings: &[Setting]) -> bool {
    settings.iter().any(|setting| {
        setting.name == condition.field
            && setting.values.iter().any(|value| condition.one_of.contains(value))
    })
}

fn describe(condition: &Condition) -> String {
    let values: Vec<String> = condition.one_of.iter().take(10).map(|value| quote(value)).collect();
    format!("{} is {}", quote(&condition.field), values.join(" or "))
}
