use proptest::prelude::*;

use super::*;
use crate::settings::{Settings, resolve};

fn field(name: &str, kind: FieldKind) -> Field {
    Field {
        name: name.to_owned(),
        title: name.to_uppercase(),
        description: String::new(),
        kind,
        required: false,
        default: None,
        shown_when: Vec::new(),
    }
}

fn condition(field: &str, one_of: &[&str]) -> Condition {
    let one_of = one_of.iter().map(|value| value.to_string()).collect();
    Condition { field: field.to_owned(), one_of }
}

fn menu_of(values: &[&str]) -> Vec<Choice> {
    values.iter().map(|v| Choice { value: v.to_string(), title: v.to_uppercase() }).collect()
}

#[test]
fn a_schema_is_a_closed_object_with_what_people_read() {
    let mut user = field("user", FieldKind::Text);
    user.required = true;
    user.description = "Who signs in.".to_owned();
    let mut limit = field("limit", FieldKind::Integer { min: 1, max: 500 });
    limit.required = true;
    limit.default = Some("100".to_owned());
    let expected = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Account",
        "type": "object",
        "properties": {
            "user": {
                "title": "USER",
                "description": "Who signs in.",
                "type": "string",
                "maxLength": 4096,
            },
            "limit": {
                "title": "LIMIT",
                "type": "integer",
                "minimum": 1,
                "maximum": 500,
                "default": 100,
            },
        },
        "required": ["user"],
        "additionalProperties": false,
    });
    assert_eq!(object("Account", &[user, limit]), expected);
}

#[test]
fn every_kind_has_its_schema() {
    let day = "([0-9]{4}-[0-9]{2}-[0-9]{2}|today( ?- ?[0-9]+)?|yesterday|[0-9]+)";
    let date = json!({
        "type": ["string", "integer"],
        "pattern": format!("^{day}$"),
        "minimum": 0,
        "examples": ["2024-01-31", "today", "yesterday", "today-7", 7],
    });
    let text = json!({ "type": "string", "maxLength": 4096 });
    let menu = json!({ "enum": ["a", "b"], "x-titles": ["A", "B"] });
    let choices = menu_of(&["a", "b"]);
    let table = [
        (FieldKind::Texts, json!({ "type": ["array", "string"], "items": text })),
        (FieldKind::Boolean, json!({ "type": "boolean" })),
        (FieldKind::Date, date.clone()),
        (
            FieldKind::DateRange,
            json!({
                "type": ["array", "string"],
                "items": date,
                "minItems": 2,
                "maxItems": 2,
                "pattern": format!("^{day}((\\.\\.|,){day})?$"),
                "examples": [["2024-01-01", "2024-01-31"], "today-7..yesterday", "today"],
            }),
        ),
        (FieldKind::Choice { choices: choices.clone() }, menu.clone()),
        (
            FieldKind::Choices { choices },
            json!({ "type": ["array", "string"], "items": menu, "uniqueItems": true }),
        ),
        (FieldKind::Lookup, json!({ "type": "string", "maxLength": 4096, "x-lookup": true })),
        (
            FieldKind::Lookups,
            json!({ "type": ["array", "string"], "items": text, "x-lookup": true }),
        ),
    ];
    for (kind, expected) in table {
        assert_eq!(of_kind(&kind), expected, "{kind:?}");
    }
}

#[test]
fn a_secret_is_a_reference() {
    let reference = |key: &str, description: &str| {
        json!({
            "type": "object",
            "properties": { key: { "type": "string", "minLength": 1, "description": description } },
            "required": [key],
            "additionalProperties": false,
        })
    };
    let expected = json!({
        "title": "KEY",
        "oneOf": [
            reference("env", "The environment variable that holds the secret."),
            reference("file", "The file that holds the secret."),
        ],
        "writeOnly": true,
    });
    let schema = object("x", &[field("key", FieldKind::Secret)]);
    assert_eq!(schema["properties"]["key"], expected);
}

#[test]
fn defaults_have_the_type_of_their_field() {
    let table = [
        (FieldKind::Text, "x, y", json!("x, y")),
        (FieldKind::Texts, "x, y", json!(["x", "y"])),
        (FieldKind::Integer { min: 0, max: 9 }, "07", json!(7)),
        (FieldKind::Boolean, "Yes", json!(true)),
        (FieldKind::Date, "today-7", json!("today-7")),
        (FieldKind::DateRange, "7..today", json!("7..today")),
        (FieldKind::Choice { choices: menu_of(&["a", "b"]) }, "B", json!("b")),
        (FieldKind::Choices { choices: menu_of(&["a", "b"]) }, "b,a", json!(["b", "a"])),
        (FieldKind::Secret, "canary", Value::Null),
    ];
    for (kind, entered, expected) in table {
        let mut x = field("x", kind);
        x.default = Some(entered.to_owned());
        assert_eq!(object("t", &[x])["properties"]["x"]["default"], expected, "{entered}");
    }
}

/// A form in which most fields hang on others, some of them by their defaults.
fn dependent_fields() -> Vec<Field> {
    let mut kind = field("kind", FieldKind::Choice { choices: menu_of(&["list", "all"]) });
    kind.default = Some("all".to_owned());
    let mut list = field("list", FieldKind::Text);
    list.required = true;
    list.shown_when = vec![condition("kind", &["list"])];
    let mut deep = field("deep", FieldKind::Boolean);
    deep.default = Some("yes".to_owned());
    deep.shown_when = vec![condition("kind", &["list"])];
    let mut depth = field("depth", FieldKind::Integer { min: 1, max: 3 });
    depth.required = true;
    depth.shown_when = vec![condition("deep", &["true"])];
    let tags = field("tags", FieldKind::Choices { choices: menu_of(&["a", "b", "c"]) });
    let mut note = field("note", FieldKind::Text);
    note.shown_when = vec![condition("tags", &["b", "c"]), condition("depth", &["2", "3"])];
    vec![kind, list, deep, depth, tags, note]
}

#[test]
fn a_field_that_hangs_on_another_has_a_rule() {
    let schema = object("t", &dependent_fields());
    assert_eq!(
        schema["properties"]["list"]["x-shown-when"],
        json!([{ "field": "kind", "one_of": ["list"] }])
    );
    let expected = json!({
        "if": { "$ref": "#/$defs/list_is_shown" },
        "then": { "required": ["list"] },
        "else": { "properties": { "list": false } },
    });
    assert_eq!(schema["allOf"][0], expected);
    let expected = json!({
        "allOf": [{ "properties": { "kind": { "enum": ["list"] } }, "required": ["kind"] }],
    });
    assert_eq!(schema["$defs"]["list_is_shown"], expected);
    let expected = json!({
        "allOf": [{
            "properties": { "deep": { "enum": [true] } },
            "$ref": "#/$defs/deep_is_shown",
        }],
    });
    assert_eq!(schema["$defs"]["depth_is_shown"], expected);
}

#[test]
fn where_a_day_decides_there_is_no_rule() {
    let mut since = field("since", FieldKind::Date);
    since.default = Some("today".to_owned());
    let mut why = field("why", FieldKind::Text);
    why.shown_when = vec![condition("since", &["2024-01-01"])];
    let mut because = field("because", FieldKind::Text);
    because.shown_when = vec![condition("why", &["so"])];
    let schema = object("t", &[since, why, because]);
    assert_eq!((&schema["allOf"], &schema["$defs"]), (&Value::Null, &Value::Null));
}

#[test]
fn texts_in_patterns_are_escaped() {
    assert_eq!(escape("a.b(c)|d-e/\\"), "a\\.b\\(c\\)\\|d-e/\\\\");
}

/// As much of a validator as the rules of dependent fields need.
fn accepts(schema: &Value, value: &Value, root: &Value) -> bool {
    let Value::Object(keywords) = schema else { return schema != &json!(false) };
    let object = value.as_object();
    keywords.iter().all(|(keyword, argument)| match keyword.as_str() {
        "enum" => argument.as_array().unwrap().contains(value),
        "contains" => value
            .as_array()
            .is_none_or(|items| items.iter().any(|item| accepts(argument, item, root))),
        "required" => object.is_none_or(|object| {
            argument
                .as_array()
                .unwrap()
                .iter()
                .all(|name| object.contains_key(name.as_str().unwrap()))
        }),
        "properties" => object.is_none_or(|object| {
            object.iter().all(|(name, value)| accepts(&argument[name], value, root))
        }),
        "allOf" => argument.as_array().unwrap().iter().all(|schema| accepts(schema, value, root)),
        "$ref" => {
            let target = root.pointer(argument.as_str().unwrap().trim_start_matches('#')).unwrap();
            accepts(target, value, root)
        }
        "if" => {
            let branch = if accepts(argument, value, root) { "then" } else { "else" };
            accepts(&schema[branch], value, root)
        }
        _ => true,
    })
}

fn as_entered(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().flat_map(as_entered).collect(),
        Value::String(text) => vec![text.clone()],
        other => vec![other.to_string()],
    }
}

fn one_of(values: Vec<Value>) -> impl Strategy<Value = Option<Value>> {
    prop::option::of(prop::sample::select(values))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]
    #[test]
    fn the_schema_and_the_host_agree_on_dependent_fields(
        kind in one_of(vec![json!("list"), json!("all")]),
        list in one_of(vec![json!("x")]),
        deep in one_of(vec![json!(true), json!(false)]),
        depth in one_of(vec![json!(1), json!(2)]),
        tags in one_of(vec![json!(["a"]), json!(["a", "b"])]),
        note in one_of(vec![json!("y")]),
    ) {
        let names = ["kind", "list", "deep", "depth", "tags", "note"];
        let object: Map<String, Value> = names
            .into_iter()
            .zip([kind, list, deep, depth, tags, note])
            .filter_map(|(name, value)| Some((name.to_owned(), value?)))
            .collect();
        let entered: Settings =
            object.iter().map(|(name, value)| (name.clone(), as_entered(value))).collect();
        let fields = dependent_fields();
        let by_host = resolve("option", &fields, &entered, SOME_DAY);
        let schema = super::object("t", &fields);
        let by_schema = accepts(&schema, &Value::Object(object), &schema);
        prop_assert_eq!(by_host.is_ok(), by_schema, "{:?}", by_host);
    }
}
