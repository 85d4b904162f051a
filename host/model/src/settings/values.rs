//! One field's values: from what was entered to what a connector receives.
//!
//! Every error here completes "option `x` is …".

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;

use super::{VALUE_BYTES_MAX, VALUES_MAX, dates};
use crate::descriptor::{Choice, FieldKind};
use crate::error::{Error, ErrorKind, Result};
use crate::names::NAME_BYTES_MAX;
use crate::near_miss::near_miss;
use crate::text::{is_line, quote};

/// The most entries of a menu that a hint lists.
const LISTED_MAX: usize = 10;

/// See [`super::convert`].
pub(super) fn convert(kind: &FieldKind, entered: &[String], today: Date) -> Result<Vec<String>> {
    if entered.len() > VALUES_MAX {
        return refuse(format!("set to {} values; {VALUES_MAX} are the most", entered.len()));
    }
    if entered.iter().all(|value| value.is_empty()) {
        return Ok(Vec::new());
    }
    match kind {
        FieldKind::Text | FieldKind::Lookup => one(entered, text),
        FieldKind::Secret => refuse("a secret, which has no plain value"),
        FieldKind::Integer { min, max } => one(entered, |value| integer(value, *min, *max)),
        FieldKind::Boolean => one(entered, boolean),
        FieldKind::Date => one(entered, |value| dates::day(value, today)),
        FieldKind::DateRange => dates::range(entered, today),
        FieldKind::Choice { choices } => {
            let menu = Menu::new(choices);
            one(entered, |value| menu.choose(value))
        }
        FieldKind::Choices { choices } => {
            let menu = Menu::new(choices);
            each(menu.split(entered), |value| menu.choose(value)).map(distinct)
        }
        FieldKind::Texts => each(split(entered), text),
        FieldKind::Lookups => each(split(entered), text).map(distinct),
    }
}

/// What was likely meant by an entry that is not in its menu. Apart from [`convert`], because it
/// takes longer than that by far.
pub(super) fn hint(kind: &FieldKind, entered: &[String]) -> Option<String> {
    let (FieldKind::Choice { choices } | FieldKind::Choices { choices }) = kind else {
        return None;
    };
    let menu = Menu::new(choices);
    let parts = match kind {
        FieldKind::Choice { .. } => entered.iter().map(String::as_str).collect(),
        _ => menu.split(entered),
    };
    let wrong = parts.into_iter().find(|part| menu.find(part).is_empty())?;
    Some(match menu.near(wrong) {
        Some(near) => format!("did you mean {}?", quote(near)),
        None => {
            let values: Vec<&str> = choices.iter().map(|choice| choice.value.as_str()).collect();
            format!("the choices are {}", list(&values))
        }
    })
}

fn refuse<T>(text: impl Into<String>) -> Result<T> {
    Err(Error::new(ErrorKind::Config, text))
}

fn one(entered: &[String], convert: impl Fn(&str) -> Result<String>) -> Result<Vec<String>> {
    match entered {
        [value] => Ok(vec![convert(value)?]),
        _ => refuse(format!("set to {} values; it takes one", entered.len())),
    }
}

/// A single text is split at its commas. Several are taken as they are, so that a list in a file
/// can hold texts with commas.
fn split(entered: &[String]) -> Vec<&str> {
    match entered {
        [single] => single.split(',').map(str::trim).filter(|part| !part.is_empty()).collect(),
        several => several.iter().map(String::as_str).filter(|part| !part.is_empty()).collect(),
    }
}

fn each(parts: Vec<&str>, convert: impl Fn(&str) -> Result<String>) -> Result<Vec<String>> {
    if parts.len() > VALUES_MAX {
        return refuse(format!("set to {} values; {VALUES_MAX} are the most", parts.len()));
    }
    parts.into_iter().map(convert).collect()
}

fn distinct(values: Vec<String>) -> Vec<String> {
    let mut seen = HashSet::new();
    values.into_iter().filter(|value| seen.insert(value.clone())).collect()
}

fn text(value: &str) -> Result<String> {
    if value.len() > VALUE_BYTES_MAX {
        return refuse(format!(
            "{} and has {} bytes; {VALUE_BYTES_MAX} are the most",
            quote(value),
            value.len()
        ));
    }
    if !is_line(value) {
        return refuse(format!("{}, which holds a control character", quote(value)));
    }
    Ok(value.to_owned())
}

fn integer(value: &str, min: i64, max: i64) -> Result<String> {
    match value.trim().parse::<i64>() {
        Ok(number) if (min..=max).contains(&number) => Ok(number.to_string()),
        _ => refuse(format!("{}, which is not a whole number from {min} to {max}", quote(value))),
    }
}

fn boolean(value: &str) -> Result<String> {
    let lower = value.trim().to_ascii_lowercase();
    match lower.as_str() {
        "true" | "yes" | "1" => Ok("true".to_owned()),
        "false" | "no" | "0" => Ok("false".to_owned()),
        _ => refuse(format!("{}, which is neither true nor false", quote(value))),
    }
}

/// The choices of a field, by value and by title, so that each entry is looked up and not searched.
struct Menu<'a> {
    choices: &'a [Choice],
    values: HashSet<&'a str>,
    /// The values of the choices with a title, by the title in lowercase.
    titles: HashMap<String, Vec<&'a str>>,
}

impl<'a> Menu<'a> {
    fn new(choices: &'a [Choice]) -> Self {
        let mut titles: HashMap<String, Vec<&str>> = HashMap::new();
        for choice in choices {
            titles.entry(choice.title.to_lowercase()).or_default().push(&choice.value);
        }
        let values = choices.iter().map(|choice| choice.value.as_str()).collect();
        Menu { choices, values, titles }
    }

    /// The choice of this value, else those of this title, by their values.
    fn find(&self, entered: &str) -> Vec<&'a str> {
        for exact in [entered, entered.trim()] {
            if let Some(value) = self.values.get(exact) {
                return vec![*value];
            }
        }
        self.titles.get(&entered.trim().to_lowercase()).cloned().unwrap_or_default()
    }

    fn choose(&self, entered: &str) -> Result<String> {
        match self.find(entered).as_slice() {
            [value] => Ok((*value).to_owned()),
            [] => refuse(format!("{}, which is not one of its choices", quote(entered))),
            several => {
                let text = format!("{}, which is the title of several choices", quote(entered));
                let hint = format!("enter one of the values {}", list(several));
                Err(Error::new(ErrorKind::Config, text).with_hint(hint))
            }
        }
    }

    /// Like [`split`], but a single entry that is a value or a title with a comma stays whole.
    fn split<'e>(&self, entered: &'e [String]) -> Vec<&'e str> {
        match entered {
            [single] if !self.find(single).is_empty() => vec![single],
            _ => split(entered),
        }
    }

    /// The value of the choice whose value or title is close. Both may have capitals.
    fn near(&self, entered: &str) -> Option<&'a str> {
        // The distance of two texts costs the product of their lengths.
        if entered.len() > NAME_BYTES_MAX {
            return None;
        }
        let lower = |text: &str| text.to_lowercase().replace('-', "_");
        let known: Vec<(String, &str)> = self
            .choices
            .iter()
            .flat_map(|choice| [&choice.value, &choice.title].map(|text| (lower(text), choice)))
            .filter(|(text, _)| !text.is_empty())
            .map(|(text, choice)| (text, choice.value.as_str()))
            .collect();
        let near = near_miss(entered, known.iter().map(|(text, _)| text.as_str()))?;
        known.iter().find(|(text, _)| text == near).map(|(_, value)| *value)
    }
}

fn list(values: &[&str]) -> String {
    let listed: Vec<String> = values.iter().take(LISTED_MAX).map(|value| quote(value)).collect();
    match values.len().saturating_sub(LISTED_MAX) {
        0 => listed.join(", "),
        more => format!("{} and {more} more", listed.join(", ")),
    }
}
