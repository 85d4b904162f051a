//! As much of Swagger's schemas as the vendor's file uses.

use serde_json::Value;

use crate::query::parse_moment;

/// Appends what `schema` says against `value`, which stands at `at`.
pub(super) fn check(
    root: &Value,
    schema: &Value,
    value: &Value,
    at: &str,
    found: &mut Vec<String>,
) {
    let schema = resolve(root, schema);
    if value.is_null() {
        // Swagger 2.0 has no word for null, and no reply of the vendor's has one but in links.
        found.push(format!("{at} is null"));
        return;
    }
    if schema["properties"].is_object() {
        return check_object(root, schema, value, at, found);
    }
    match (schema["type"].as_str(), value) {
        (Some("array"), Value::Array(entries)) => {
            for (place, entry) in entries.iter().enumerate() {
                check(root, &schema["items"], entry, &format!("{at}[{place}]"), found);
            }
        }
        (Some("array"), _) => found.push(format!("{at} is no list")),
        (Some(kind), _) => check_plain(schema, kind, value, at, found),
        (None, _) => {}
    }
}

fn resolve<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    let name = schema["$ref"].as_str().and_then(|it| it.strip_prefix("#/definitions/"));
    name.map_or(schema, |name| &root["definitions"][name])
}

fn check_object(root: &Value, schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
    let Value::Object(fields) = value else {
        return found.push(format!("{at} is no object"));
    };
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if !fields.contains_key(name) {
            found.push(format!("{at}.{name} is missing"));
        }
    }
    for (name, value) in fields {
        match schema["properties"].get(name) {
            Some(schema) => check(root, schema, value, &format!("{at}.{name}"), found),
            None => found.push(format!("{at}.{name} is not in the schema")),
        }
    }
}

fn check_plain(schema: &Value, kind: &str, value: &Value, at: &str, found: &mut Vec<String>) {
    let is_right = match kind {
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "object" => value.is_object(),
        _ => true,
    };
    if !is_right {
        return found.push(format!("{at} is no {kind}"));
    }
    let Some(text) = value.as_str() else {
        return;
    };
    let most = schema["maxLength"].as_u64().and_then(|most| usize::try_from(most).ok());
    if most.is_some_and(|most| text.chars().count() > most) {
        found.push(format!("{at} is too long"));
    }
    if let Some(words) = schema["enum"].as_array()
        && !words.iter().any(|word| word == text)
    {
        found.push(format!("{at} is none of the words"));
    }
    if !has_format(schema["format"].as_str(), text) {
        found.push(format!("{at} is not of its format: {text}"));
    }
}

/// Formats are held to leniently: the vendor writes moments in many ways.
fn has_format(format: Option<&str>, text: &str) -> bool {
    match format {
        Some("date-time" | "date") => parse_moment(text).is_some(),
        Some("uuid") => {
            let groups: Vec<_> = text.split('-').map(str::len).collect();
            groups == [8, 4, 4, 4, 12] && text.chars().all(|it| it == '-' || it.is_ascii_hexdigit())
        }
        _ => true,
    }
}

/// What a parameter of a query says against its value.
pub(super) fn check_parameter(parameter: &Value, value: &str) -> Option<String> {
    let name = parameter["name"].as_str().unwrap_or_default();
    let is_right = match parameter["type"].as_str() {
        Some("integer") => value.parse::<i64>().is_ok_and(|number| {
            let (least, most) = (parameter["minimum"].as_i64(), parameter["maximum"].as_i64());
            least.is_none_or(|least| least <= number) && most.is_none_or(|most| number <= most)
        }),
        Some("boolean") => ["true", "false"].contains(&value),
        _ => true,
    };
    if !is_right {
        return Some(format!("the parameter {name} is not of its type: {value}"));
    }
    // Lists of words come both as an enumeration of the whole and of the entries.
    let words = parameter.get("enum").or_else(|| parameter["items"].get("enum"));
    if let Some(words) = words.and_then(Value::as_array)
        && !value.split(',').all(|part| words.iter().any(|word| word == part.trim()))
    {
        return Some(format!("the parameter {name} is none of the words: {value}"));
    }
    let is_moment = parameter["format"] == "date-time";
    let is_wrong = is_moment && parse_moment(value).is_none();
    is_wrong.then(|| format!("the parameter {name} is no moment: {value}"))
}
