//! Templates: text in which `{name}` stands for the value of a field; `{{` and `}}` are braces.
//!
//! A template is data of a connector's descriptor; the values are an account's. Parsing needs no
//! value, so that a descriptor is checked as a whole before an account exists.
//!
//! Nothing here knows what the text is for. Whoever expands a template into a URL or a header looks
//! at the result before using it: a value may hold a slash or a line break.

use serde_json::Value;

use crate::error::{Error, ErrorKind, Result};
use crate::names::is_name;
use crate::text::quote;

/// A parsed template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template(Vec<Part>);

/// A part of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Text as it is.
    Text(String),
    /// The name of the field whose value stands here.
    Field(String),
}

impl Template {
    /// Parses a template.
    ///
    /// # Errors
    /// [`ErrorKind::Bug`], as templates come from connectors: for a brace without its partner or
    /// with something other than a name inside.
    pub fn parse(template: &str) -> Result<Self> {
        let mut parts = Vec::new();
        let mut text = String::new();
        let mut rest = template;
        while let Some(position) = rest.find(['{', '}']) {
            let (before, braces) = rest.split_at(position);
            text.push_str(before);
            if let Some(after) = braces.strip_prefix("{{") {
                text.push('{');
                rest = after;
            } else if let Some(after) = braces.strip_prefix("}}") {
                text.push('}');
                rest = after;
            } else {
                let (name, after) = field(braces, template)?;
                if !text.is_empty() {
                    parts.push(Part::Text(std::mem::take(&mut text)));
                }
                parts.push(Part::Field(name.to_owned()));
                rest = after;
            }
        }
        text.push_str(rest);
        if !text.is_empty() {
            parts.push(Part::Text(text));
        }
        Ok(Template(parts))
    }

    /// Its parts, in order. No two texts stand side by side and none is empty.
    pub fn parts(&self) -> &[Part] {
        &self.0
    }

    /// The names of the fields in it, in order, as often as they stand there.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|part| match part {
            Part::Field(name) => Some(name.as_str()),
            Part::Text(_) => None,
        })
    }

    /// The text with every field replaced by what `value` gives for its name. A value is not parsed
    /// again: braces in it are braces.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] that names the field for which there is no value.
    pub fn expand<V: AsRef<str>>(&self, value: impl Fn(&str) -> Option<V>) -> Result<String> {
        let mut text = String::new();
        for part in &self.0 {
            match part {
                Part::Text(part) => text.push_str(part),
                Part::Field(name) => match value(name) {
                    Some(value) => text.push_str(value.as_ref()),
                    None => {
                        let message = format!("the credentials need `{name}`, which is not set");
                        return Err(Error::new(ErrorKind::Config, message));
                    }
                },
            }
        }
        Ok(text)
    }
}

/// A JSON text with templates in its strings; its member names are taken as they are.
///
/// The values are put into the parsed JSON, so that a quote in a value cannot end its string.
#[derive(Clone, Debug, PartialEq)]
pub struct JsonTemplate {
    json: Value,
    templates: Vec<Template>,
}

impl JsonTemplate {
    /// Parses a JSON text and the templates inside its strings.
    ///
    /// # Errors
    /// [`ErrorKind::Bug`] where the text is not JSON or a string in it not a template.
    pub fn parse(text: &str) -> Result<Self> {
        let mut json: Value = serde_json::from_str(text).map_err(|error| {
            Error::new(ErrorKind::Bug, "the body is not JSON").with_source(error)
        })?;
        let mut templates = Vec::new();
        for_each_string(&mut json, &mut |string| {
            templates.push(Template::parse(string)?);
            Ok(())
        })?;
        Ok(JsonTemplate { json, templates })
    }

    /// The names of the fields in it.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.templates.iter().flat_map(Template::fields)
    }

    /// The JSON text with every field replaced by what `value` gives for its name.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] that names the field for which there is no value.
    pub fn expand<V: AsRef<str>>(&self, value: impl Fn(&str) -> Option<V>) -> Result<String> {
        let mut json = self.json.clone();
        let mut templates = self.templates.iter();
        for_each_string(&mut json, &mut |string| {
            // The same walk over the same strings as when it was parsed.
            if let Some(template) = templates.next() {
                *string = template.expand(&value)?;
            }
            Ok(())
        })?;
        Ok(json.to_string())
    }
}

/// The recursion is as deep as the JSON, which the parser limits to 128 levels.
fn for_each_string(
    json: &mut Value,
    act: &mut impl FnMut(&mut String) -> Result<()>,
) -> Result<()> {
    match json {
        Value::String(string) => act(string),
        Value::Array(items) => items.iter_mut().try_for_each(|item| for_each_string(item, act)),
        Value::Object(members) => {
            members.values_mut().try_for_each(|member| for_each_string(member, act))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
    }
}

/// The name at the start of `braces`, and what comes after it.
fn field<'a>(braces: &'a str, template: &str) -> Result<(&'a str, &'a str)> {
    let wrong = |what: &str| {
        let hint = "a template holds `{name}` for a field; `{{` and `}}` are braces";
        Err(Error::new(ErrorKind::Bug, format!("the template {} {what}", quote(template)))
            .with_hint(hint))
    };
    let Some(inside) = braces.strip_prefix('{') else {
        return wrong("closes a brace that it did not open");
    };
    match inside.split_once('}') {
        None => wrong("opens a brace that it does not close"),
        Some((name, after)) if is_name(name) => Ok((name, after)),
        Some((name, _)) => wrong(&format!("has {} in braces, which is not a name", quote(name))),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn value(name: &str) -> Option<&'static str> {
        match name {
            "user" => Some("ada"),
            "key" => Some("s\"3\\{user}"),
            "empty" => Some(""),
            _ => None,
        }
    }

    #[test]
    fn templates_expand_to_the_values_of_their_fields() -> Result<()> {
        let table = [
            ("", ""),
            ("plain", "plain"),
            ("{user}", "ada"),
            ("Basic {user}:{user}", "Basic ada:ada"),
            ("{{user}}", "{user}"),
            ("{{{user}}}", "{ada}"),
            ("a{{b}}c", "a{b}c"),
            ("{empty}{empty}ä", "ä"),
            ("{key}", "s\"3\\{user}"),
        ];
        for (template, expected) in table {
            assert_eq!(Template::parse(template)?.expand(value)?, expected, "{template}");
        }
        let template = Template::parse("x{user}{{{key}")?;
        assert_eq!(template.fields().collect::<Vec<_>>(), ["user", "key"]);
        let text = |text: &str| Part::Text(text.to_owned());
        let field = |name: &str| Part::Field(name.to_owned());
        assert_eq!(template.parts(), [text("x"), field("user"), text("{"), field("key")]);
        Ok(())
    }

    #[test]
    fn broken_templates_are_refused() {
        let table = [
            ("{", "opens a brace"),
            ("a{b", "opens a brace"),
            ("a}", "closes a brace"),
            ("{a}}", "closes a brace"),
            ("{}", "not a name"),
            ("{A}", "not a name"),
            ("{a b}", "not a name"),
            ("{a{b}", "not a name"),
        ];
        for (template, expected) in table {
            match Template::parse(template) {
                Ok(_) => panic!("{template} was taken"),
                Err(error) => {
                    assert!(error.message().contains(expected), "{template}: {error}");
                    assert_eq!(error.kind(), ErrorKind::Bug);
                }
            }
        }
    }

    #[test]
    fn a_field_without_a_value_is_named() -> Result<()> {
        let error = Template::parse("{missing}")?.expand(value).err();
        assert_eq!(
            error.map(|error| error.to_string()).as_deref(),
            Some("the credentials need `missing`, which is not set")
        );
        Ok(())
    }

    #[test]
    fn a_value_cannot_leave_its_json_string() -> Result<()> {
        let text = r#"{"{user}": ["{user}", {"password": "{key}", "n": 1, "b": null}], "z": "{{"}"#;
        let template = JsonTemplate::parse(text)?;
        assert_eq!(template.fields().collect::<Vec<_>>(), ["user", "key"]);
        let expanded: Value = serde_json::from_str(&template.expand(value)?).unwrap_or_default();
        let expected = serde_json::json!({
            "{user}": ["ada", {"password": "s\"3\\{user}", "n": 1, "b": null}],
            "z": "{"
        });
        assert_eq!(expanded, expected);
        assert!(JsonTemplate::parse("{user}").is_err());
        assert!(JsonTemplate::parse(r#"["{"]"#).is_err());
        Ok(())
    }

    proptest! {
        #[test]
        fn any_text_with_its_braces_doubled_is_itself(text in ".*") {
            let template = Template::parse(&text.replace('{', "{{").replace('}', "}}"));
            prop_assert_eq!(template.and_then(|t| t.expand(value)).ok(), Some(text));
        }

        #[test]
        fn parsing_never_panics(text in "[{}a ä]*") {
            let _ = Template::parse(&text);
            let _ = JsonTemplate::parse(&text);
        }
    }
}
