//! Fields as JSON Schema (draft 2020-12), for editors and other programs.
//!
//! A schema describes the plain way to write a form: lists as arrays, numbers as numbers, choices
//! by their value. What [`crate::settings::resolve`] takes beside that, such as a choice by its
//! title, is left out. Most of what it refuses is refused here too; the host has the last word.

use std::collections::HashSet;

use jiff::civil::Date;
use serde_json::{Map, Value, json};

use crate::descriptor::{Choice, Condition, Field, FieldKind};
use crate::settings::{VALUE_BYTES_MAX, convert};

const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";
const DAY: &str = "([0-9]{4}-[0-9]{2}-[0-9]{2}|today( ?- ?[0-9]+)?|yesterday|[0-9]+)";
/// Defaults are converted as if it were this day; those that depend on the day are not.
const SOME_DAY: Date = Date::constant(2024, 2, 29);

/// The schema of an object with these fields, as a document of its own: its references begin at its
/// root. Secrets stand in it as references to where they lie.
///
/// The fields have to keep the rules of [`mod@crate::check`].
pub fn object(title: &str, fields: &[Field]) -> Value {
    let mut schema = json!({
        "$schema": DIALECT,
        "title": title,
        "type": "object",
        "properties": properties(fields),
        "additionalProperties": false,
    });
    let required: Vec<&str> = fields
        .iter()
        .filter(|field| must_be_set(field) && field.shown_when.is_empty())
        .map(|field| field.name.as_str())
        .collect();
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    let decidable = decidable(fields);
    let is_ruled = |f: &&Field| !f.shown_when.is_empty() && decidable.contains(f.name.as_str());
    let rules: Vec<Value> = fields.iter().filter(is_ruled).map(rule).collect();
    if !rules.is_empty() {
        let conditions: Map<String, Value> = fields
            .iter()
            .filter(is_ruled)
            .map(|field| (condition_name(&field.name), all_hold(&field.shown_when, fields)))
            .collect();
        schema["allOf"] = json!(rules);
        schema["$defs"] = Value::Object(conditions);
    }
    schema
}

fn must_be_set(field: &Field) -> bool {
    field.required && field.default.is_none()
}

fn properties(fields: &[Field]) -> Map<String, Value> {
    fields.iter().map(|field| (field.name.clone(), property(field))).collect()
}

fn property(field: &Field) -> Value {
    let mut schema = json!({ "title": field.title });
    if !field.description.is_empty() {
        schema["description"] = json!(field.description);
    }
    if let (Value::Object(schema), Value::Object(kind)) = (&mut schema, of_kind(&field.kind)) {
        schema.extend(kind);
    }
    if let Some(default) = default(field) {
        schema["default"] = default;
    }
    if !field.shown_when.is_empty() {
        schema["x-shown-when"] = json!(field.shown_when);
    }
    schema
}

fn of_kind(kind: &FieldKind) -> Value {
    let text = || json!({ "type": "string", "maxLength": VALUE_BYTES_MAX });
    match kind {
        FieldKind::Text => text(),
        FieldKind::Texts => json!({ "type": ["array", "string"], "items": text() }),
        FieldKind::Secret => secret(),
        FieldKind::Integer { min, max } => {
            json!({ "type": "integer", "minimum": min, "maximum": max })
        }
        FieldKind::Boolean => json!({ "type": "boolean" }),
        FieldKind::Date => json!({
            "type": ["string", "integer"],
            "pattern": format!("^{DAY}$"),
            "minimum": 0,
            "examples": ["2024-01-31", "today", "yesterday", "today-7", 7],
        }),
        FieldKind::DateRange => json!({
            "type": ["array", "string"],
            "items": of_kind(&FieldKind::Date),
            "minItems": 2,
            "maxItems": 2,
            "pattern": format!("^{DAY}((\\.\\.|,){DAY})?$"),
            "examples": [["2024-01-01", "2024-01-31"], "today-7..yesterday", "today"],
        }),
        FieldKind::Choice { choices } => menu(choices),
        FieldKind::Choices { choices } => json!({
            "type": ["array", "string"],
            "items": menu(choices),
            "uniqueItems": true,
        }),
        FieldKind::Lookup => with(text(), "x-lookup", true),
        FieldKind::Lookups => {
            let schema = json!({ "type": ["array", "string"], "items": text() });
            with(schema, "x-lookup", true)
        }
    }
}

fn with(mut schema: Value, key: &str, value: impl Into<Value>) -> Value {
    schema[key] = value.into();
    schema
}

/// A reference to a secret, never the secret.
fn secret() -> Value {
    let reference = |key: &str, description: &str| {
        json!({
            "type": "object",
            "properties": { key: { "type": "string", "minLength": 1, "description": description } },
            "required": [key],
            "additionalProperties": false,
        })
    };
    json!({
        "oneOf": [
            reference("env", "The environment variable that holds the secret."),
            reference("file", "The file that holds the secret."),
        ],
        "writeOnly": true,
    })
}

fn menu(choices: &[Choice]) -> Value {
    let values: Vec<&str> = choices.iter().map(|choice| choice.value.as_str()).collect();
    let titles: Vec<&str> = choices.iter().map(|choice| choice.title.as_str()).collect();
    json!({ "enum": values, "x-titles": titles })
}

/// The default as the schema would have it entered. Days stay relative.
fn default(field: &Field) -> Option<Value> {
    let entered = field.default.as_ref()?;
    match field.kind {
        FieldKind::Secret => None,
        FieldKind::Date | FieldKind::DateRange => Some(json!(entered)),
        _ => {
            let values = convert(&field.kind, std::slice::from_ref(entered), SOME_DAY).ok()?;
            if has_several(&field.kind) {
                return Some(json!(values));
            }
            values.first().map(|value| typed(&field.kind, value))
        }
    }
}

fn has_several(kind: &FieldKind) -> bool {
    matches!(kind, FieldKind::Texts | FieldKind::Choices { .. } | FieldKind::Lookups)
}

/// A resolved value in the type the schema has for its kind.
fn typed(kind: &FieldKind, value: &str) -> Value {
    match kind {
        FieldKind::Boolean => json!(value == "true"),
        FieldKind::Integer { .. } => value.parse::<i64>().map_or(json!(value), |n| json!(n)),
        _ => json!(value),
    }
}

/// The fields of which a schema can tell whether they are shown. Where a day decides it, only the
/// host can, for a day may be entered relative to today.
fn decidable(fields: &[Field]) -> HashSet<&str> {
    let mut decidable = HashSet::new();
    for field in fields {
        let can_tell = |condition: &Condition| {
            decidable.contains(condition.field.as_str())
                && find(fields, &condition.field)
                    .is_some_and(|f| !matches!(f.kind, FieldKind::Date | FieldKind::DateRange))
        };
        if field.shown_when.iter().all(can_tell) {
            decidable.insert(field.name.as_str());
        }
    }
    decidable
}

fn find<'a>(fields: &'a [Field], name: &str) -> Option<&'a Field> {
    fields.iter().find(|field| field.name == name)
}

fn condition_name(field: &str) -> String {
    format!("{field}_is_shown")
}

/// Where the field is shown it may have to be set; where it is not, it must not be.
fn rule(field: &Field) -> Value {
    let mut rule = json!({
        "if": { "$ref": format!("#/$defs/{}", condition_name(&field.name)) },
        "else": { "properties": { &field.name: false } },
    });
    if must_be_set(field) {
        rule["then"] = json!({ "required": [field.name] });
    }
    rule
}

fn all_hold(conditions: &[Condition], fields: &[Field]) -> Value {
    let all: Vec<Value> = conditions
        .iter()
        .filter_map(|condition| Some(holds(condition, find(fields, &condition.field)?)))
        .collect();
    json!({ "allOf": all })
}

/// An object in which the field is unset satisfies `properties`. That is right only where the
/// default would be one of the values, and the field itself is shown: a hidden one has no default.
fn holds(condition: &Condition, field: &Field) -> Value {
    let values: Vec<Value> =
        condition.one_of.iter().map(|value| typed(&field.kind, value)).collect();
    let matches = if has_several(&field.kind) {
        let texts: Vec<String> = condition.one_of.iter().map(|text| escape(text)).collect();
        json!({
            "contains": { "enum": values },
            "pattern": format!("(^|,)\\s*({})\\s*(,|$)", texts.join("|")),
        })
    } else {
        json!({ "enum": values })
    };
    let mut schema = json!({ "properties": { &field.name: matches } });
    let holds_by_default = match default(field) {
        Some(Value::Array(defaults)) => defaults.iter().any(|value| values.contains(value)),
        Some(default) => values.contains(&default),
        None => false,
    };
    if !holds_by_default {
        schema["required"] = json!([field.name]);
    } else if !field.shown_when.is_empty() {
        schema["$ref"] = json!(format!("#/$defs/{}", condition_name(&field.name)));
    }
    schema
}

/// A text as a regular expression that matches it alone.
fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        if "\\^$.*+?()[]{}|".contains(c) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

#[cfg(test)]
mod tests;
