//! Reads one table of a configuration file: every key once, by its type, collecting what is wrong.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use tollgate_model::{Error, near_miss};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::source::Problem;
use crate::quantities::{self, DURATION_FORM};

/// A value and where it stands.
pub type Value<'a> = &'a Spanned<DeValue<'a>>;

/// A table of the file while it is read.
pub struct Reader<'a, 'p> {
    /// How the table is called in messages, for example "an account".
    what: &'static str,
    /// Where it begins, for keys that are missing.
    span: Range<usize>,
    table: &'a DeTable<'a>,
    problems: &'p mut Vec<Problem>,
}

impl<'a, 'p> Reader<'a, 'p> {
    /// Reads a table. `span` is where its name stands.
    pub fn new(
        what: &'static str,
        span: Range<usize>,
        table: &'a DeTable<'a>,
        problems: &'p mut Vec<Problem>,
    ) -> Self {
        Reader { what, span, table, problems }
    }

    /// Reads a table within this one.
    pub fn inner<'q>(
        &'q mut self,
        what: &'static str,
        span: Range<usize>,
        table: &'a DeTable<'a>,
    ) -> Reader<'a, 'q> {
        Reader { what, span, table, problems: self.problems }
    }

    /// Notes every key that is none of these.
    pub fn refuse_other_keys(&mut self, known: &[&str]) {
        for key in self.table.keys().filter(|key| !known.contains(&key.get_ref().as_ref())) {
            let message = format!("{} has no key `{}`", self.what, key.get_ref().escape_debug());
            let hint = near_miss::hint(key.get_ref(), known.iter().copied());
            self.problems.push(Problem::new(key.span(), message).with_hint(hint));
        }
    }

    /// A value of any type.
    pub fn value(&self, key: &str) -> Option<Value<'a>> {
        self.table.iter().find(|(name, _)| name.get_ref() == key).map(|(_, value)| value)
    }

    /// Where the name of a key stands.
    pub fn key_span(&self, key: &str) -> Option<Range<usize>> {
        self.table.keys().find(|name| name.get_ref() == key).map(Spanned::span)
    }

    /// Whether a key that is none of the known ones was likely meant for this one.
    pub fn has_near_miss(&self, key: &str, known: &[&str]) -> bool {
        let mut keys = self.table.keys().map(|name| name.get_ref().as_ref());
        keys.any(|name: &str| {
            !known.contains(&name) && near_miss::near_miss(name, known.iter().copied()) == Some(key)
        })
    }

    /// Notes that a key is missing.
    pub fn missing(&mut self, key: &str, hint: &str) {
        let message = format!("{} needs the key `{key}`", self.what);
        self.problems.push(Problem::new(self.span.clone(), message).with_hint(hint));
    }

    /// Notes a problem.
    pub fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// A text.
    pub fn text(&mut self, key: &str) -> Option<Spanned<String>> {
        let value = self.value(key)?;
        match value.get_ref().as_str() {
            Some(text) => Some(Spanned::new(value.span(), text.to_owned())),
            None => self.wrong_type(key, value, "a text in quotes"),
        }
    }

    /// True or false.
    pub fn boolean(&mut self, key: &str) -> Option<Spanned<bool>> {
        let value = self.value(key)?;
        match value.get_ref().as_bool() {
            Some(flag) => Some(Spanned::new(value.span(), flag)),
            None => self.wrong_type(key, value, "true or false"),
        }
    }

    /// A path, relative to a folder.
    pub fn path(&mut self, key: &str, folder: &Path) -> Option<Spanned<PathBuf>> {
        let path = self.text(key)?;
        if path.get_ref().is_empty() {
            let message = format!("`{key}` takes a path");
            self.problems.push(Problem::new(path.span(), message));
            return None;
        }
        Some(Spanned::new(path.span(), folder.join(path.get_ref())))
    }

    /// A text that stands for something.
    pub fn parsed<T: FromStr<Err = Error>>(&mut self, key: &str) -> Option<Spanned<T>> {
        let text = self.text(key)?;
        match text.get_ref().parse() {
            Ok(parsed) => Some(Spanned::new(text.span(), parsed)),
            Err(error) => {
                self.problems.push(Problem::from_error(text.span(), &error));
                None
            }
        }
    }

    /// A whole number between two bounds, both included.
    pub fn integer(&mut self, key: &str, min: u64, max: u64) -> Option<u64> {
        let value = self.value(key)?;
        let Some(integer) = value.get_ref().as_integer() else {
            return self.wrong_type(key, value, "a whole number");
        };
        let number = u64::from_str_radix(integer.as_str(), integer.radix()).ok();
        if number.is_none_or(|number| number < min || number > max) {
            let message = format!("`{key}` is {integer}; it takes a whole number from {min}");
            let message = if max == u64::MAX { message } else { format!("{message} to {max}") };
            self.problems.push(Problem::new(value.span(), message));
            return None;
        }
        number
    }

    /// A duration between two bounds, both included, which are written like the value.
    pub fn duration(&mut self, key: &str, min: &str, max: &str) -> Option<Spanned<Duration>> {
        let text = self.text(key)?;
        let parse = |text: &str| quantities::parse_duration(text);
        match parse(text.get_ref()) {
            Some(duration) if parse(min) <= Some(duration) && Some(duration) <= parse(max) => {
                Some(Spanned::new(text.span(), duration))
            }
            _ => {
                let message = format!("`{key}` takes a duration from `{min}` to `{max}`");
                self.problem(Problem::new(text.span(), message).with_hint(DURATION_FORM));
                None
            }
        }
    }

    /// A number greater than zero.
    pub fn positive_number(&mut self, key: &str) -> Option<f64> {
        let value = self.value(key)?;
        let number = match value.get_ref() {
            DeValue::Integer(integer) if integer.radix() == 10 => integer.as_str().parse::<f64>(),
            DeValue::Float(float) => float.as_str().parse(),
            _ => return self.wrong_type(key, value, "a number"),
        };
        let number = number.ok().filter(|number| *number > 0.0 && number.is_finite());
        if number.is_none() {
            let message = format!("`{key}` takes a number greater than zero");
            self.problems.push(Problem::new(value.span(), message));
        }
        number
    }

    /// One text, or a list of texts.
    pub fn texts(&mut self, key: &str) -> Option<Vec<Spanned<String>>> {
        let value = self.value(key)?;
        let items = match value.get_ref() {
            DeValue::String(text) => {
                return Some(vec![Spanned::new(value.span(), text.to_string())]);
            }
            DeValue::Array(items) => items,
            _ => return self.wrong_type(key, value, "a list of texts in quotes"),
        };
        let mut texts = Vec::new();
        for item in items.iter() {
            match item.get_ref().as_str() {
                Some(text) => texts.push(Spanned::new(item.span(), text.to_owned())),
                None => return self.wrong_type(key, item, "a list of texts in quotes"),
            }
        }
        Some(texts)
    }

    /// A table.
    pub fn table(&mut self, key: &str) -> Option<(Range<usize>, &'a DeTable<'a>)> {
        let value = self.value(key)?;
        match value.get_ref().as_table() {
            Some(table) => Some((self.key_span(key).unwrap_or_else(|| value.span()), table)),
            None => self.wrong_type(key, value, "a table"),
        }
    }

    /// Notes that a value has the wrong type.
    pub fn wrong_type<T>(&mut self, key: &str, value: Value<'_>, wanted: &str) -> Option<T> {
        let found = type_name(value.get_ref());
        let message = format!("`{key}` takes {wanted}, not {found}");
        self.problems.push(Problem::new(value.span(), message));
        None
    }
}

/// The type of a value, with an article.
pub fn type_name(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// One value, or a list of them, as texts: what account fields and options take. Whether they fit
/// is decided by the connector's fields. `None` for a table.
pub fn plain_values(value: &DeValue<'_>) -> Option<Vec<String>> {
    let one = |value: &DeValue<'_>| match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(integer) => {
            i64::from_str_radix(integer.as_str(), integer.radix()).ok().map(|n| n.to_string())
        }
        DeValue::Float(float) => Some(float.as_str().to_owned()),
        DeValue::Boolean(boolean) => Some(boolean.to_string()),
        DeValue::Datetime(datetime) => Some(datetime.to_string()),
        DeValue::Array(_) | DeValue::Table(_) => None,
    };
    match value {
        DeValue::Array(items) => items.iter().map(|item| one(item.get_ref())).collect(),
        value => Some(vec![one(value)?]),
    }
}
