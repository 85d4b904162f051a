//! Templates: a value stands where its placeholder stood, whole, and nowhere else.

use serde_json::Value;
use tollgate_model::template::Part;
use tollgate_model::{JsonTemplate, Template};

/// What the fields of a name have as value: what could be taken for a part of a template or of JSON.
fn value(name: &str) -> String {
    format!("\u{1}<{name}>\"\\{{{name}}}\n\u{1}")
}

/// A template, which is tried as a JSON text with templates in it too.
pub fn run(input: &[u8]) {
    let text: String = String::from_utf8_lossy(input).replace('\u{1}', "");
    if let Ok(template) = Template::parse(&text) {
        look_at(&text, &template);
    }
    if let Ok(template) = JsonTemplate::parse(&text) {
        look_at_json(&text, &template);
    }
}

fn look_at(text: &str, template: &Template) {
    let (mut written, mut expanded) = (String::new(), String::new());
    for part in template.parts() {
        match part {
            Part::Text(text) => {
                written.push_str(&text.replace('{', "{{").replace('}', "}}"));
                expanded.push_str(text);
            }
            Part::Field(name) => {
                written.push_str(&format!("{{{name}}}"));
                expanded.push_str(&value(name));
            }
        }
    }
    assert_eq!(written, text, "its parts are not the template");
    let got = template.expand(|name| Some(value(name))).expect("every name has a value");
    assert_eq!(got, expanded, "{text:?}");
    assert_eq!(got.matches('\u{1}').count(), 2 * template.fields().count());
    let nothing = template.expand(|_| None::<&str>);
    assert_eq!(nothing.is_ok(), template.fields().next().is_none(), "{text:?}");
}

fn look_at_json(text: &str, template: &JsonTemplate) {
    let plain: Value = serde_json::from_str(text).expect("it was taken for JSON");
    let got = template.expand(|name| Some(value(name))).expect("every name has a value");
    let got: Value = serde_json::from_str(&got).expect("what was filled in is JSON");
    assert_alike(&plain, &got);
    let marks = |json: &Value| json.to_string().matches("\\u0001").count();
    assert_eq!(marks(&got) - marks(&plain), 2 * template.fields().count(), "{text:?}");
}

/// The same values, but for the strings, which are filled in each by itself.
fn assert_alike(plain: &Value, got: &Value) {
    match (plain, got) {
        (Value::String(plain), Value::String(got)) => {
            let template = Template::parse(plain).expect("it is part of a good template");
            let expected = template.expand(|name| Some(value(name))).expect("there are values");
            assert_eq!(*got, expected);
        }
        (Value::Array(plain), Value::Array(got)) => {
            assert_eq!(plain.len(), got.len());
            plain.iter().zip(got).for_each(|(plain, got)| assert_alike(plain, got));
        }
        (Value::Object(plain), Value::Object(got)) => {
            assert!(plain.keys().eq(got.keys()), "a value became a key");
            plain.values().zip(got.values()).for_each(|(plain, got)| assert_alike(plain, got));
        }
        // A double may come to lie beside itself each time that it is read and written.
        (Value::Number(plain), Value::Number(got)) => {
            let (plain, got) = (plain.as_f64(), got.as_f64());
            let is_near = |(plain, got): (f64, f64)| (plain - got).abs() <= plain.abs() * 1e-15;
            assert!(plain.zip(got).is_some_and(is_near), "{plain:?} {got:?}");
        }
        (plain, got) => assert_eq!(plain, got),
    }
}
