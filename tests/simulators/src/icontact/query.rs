//! What a query string asks of a list: which rows, in which order, which page.

use std::cmp::Ordering;

use jiff::Timestamp;
use serde_json::Value;

use super::collection::Collection;
use super::time::Stretch;
use crate::row::{Cell, Row};

/// What follows a time field's name in the parameter that says how to compare.
const SEARCH_TYPE: &str = "SearchType";

/// A condition on rows.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Condition {
    /// A field has one of these values; `*` stands for any text.
    Equals { name: String, values: Vec<String> },
    /// A time lies in this stretch: from the first on, before the second.
    Within { name: String, start: Option<Timestamp>, end: Option<Timestamp> },
}

/// A query, understood.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Query {
    pub(super) limit: Option<usize>,
    pub(super) offset: usize,
    /// Fields to sort by, and whether downwards.
    pub(super) order: Vec<(String, bool)>,
    pub(super) conditions: Vec<Condition>,
    /// Whether a parameter was empty, which selects nothing.
    pub(super) selects_nothing: bool,
    /// Parameters that nobody knows.
    pub(super) unknown: Vec<String>,
    pub(super) violations: Vec<String>,
}

impl Query {
    /// Reads the parameters. The error says what the vendor cannot make sense of.
    pub(super) fn parse(
        pairs: &[(String, String)],
        collection: &Collection<'_>,
    ) -> Result<Query, String> {
        let mut query = Query::default();
        for (at, (name, value)) in pairs.iter().enumerate() {
            if pairs[..at].iter().any(|(earlier, _)| earlier == name) {
                query.violations.push(format!("{name} is given twice"));
            }
            if value.is_empty() {
                query.selects_nothing = true;
                query.violations.push(format!("{name} is empty, which selects nothing"));
                continue;
            }
            query.read(name, value, pairs, collection)?;
        }
        Ok(query)
    }

    fn read(
        &mut self,
        name: &str,
        value: &str,
        pairs: &[(String, String)],
        collection: &Collection<'_>,
    ) -> Result<(), String> {
        let number = || value.parse().map_err(|_| format!("{name} must be a number"));
        match name {
            "limit" => match number()? {
                0 => return Err("limit must be at least 1".to_owned()),
                limit => self.limit = Some(limit),
            },
            "offset" => self.offset = number()?,
            "orderby" => self.read_order(value, collection),
            _ if collection.consumed.contains(&name) => {}
            _ if is_search_type(name, pairs) => {}
            _ if !collection.has_filter(name) => {
                self.unknown.push(name.to_owned());
                self.violations.push(format!("{name} is not a valid parameter"));
            }
            _ if time_of(&*(collection.row)(0), name).is_some() => {
                let operator = pairs.iter().find(|(key, _)| is_search_type_of(key, name));
                let operator = operator.map_or("eq", |(_, operator)| operator);
                self.conditions.push(within(name, operator, value)?);
            }
            _ => self.conditions.push(equals(name, value)),
        }
        Ok(())
    }

    fn read_order(&mut self, value: &str, collection: &Collection<'_>) {
        for part in value.split(',') {
            let (name, direction) = part.split_once(':').unwrap_or((part, "asc"));
            if (collection.row)(0).value(name).is_none() || !["asc", "desc"].contains(&direction) {
                self.unknown.push(format!("orderby {part}"));
                self.violations.push(format!("nothing can be sorted by {part}"));
                continue;
            }
            self.order.push((name.to_owned(), direction == "desc"));
        }
    }

    /// Whether `row` is among the rows that the query asks for.
    pub(super) fn admits(&self, row: &dyn Row) -> bool {
        self.conditions.iter().all(|condition| condition.admits(row))
    }

    /// Which of two rows comes first.
    pub(super) fn compare(&self, left: &dyn Row, right: &dyn Row) -> Ordering {
        let orders = self.order.iter().map(|(name, is_downwards)| {
            let order = compare_values(left.value(name), right.value(name));
            if *is_downwards { order.reverse() } else { order }
        });
        orders.fold(Ordering::Equal, Ordering::then)
    }
}

/// Whether `name` says how another parameter, which is there, is to be compared.
fn is_search_type(name: &str, pairs: &[(String, String)]) -> bool {
    pairs.iter().any(|(field, _)| is_search_type_of(name, field))
}

fn is_search_type_of(name: &str, field: &str) -> bool {
    name.strip_suffix(SEARCH_TYPE) == Some(field)
}

fn equals(name: &str, value: &str) -> Condition {
    // Free text may hold a comma of its own, so only fields that cannot are split at commas.
    let is_list = name.ends_with("Id") || name == "status" || name == "messageType";
    let values = match is_list {
        true => value.split(',').map(str::to_owned).collect(),
        false => vec![value.to_owned()],
    };
    Condition::Equals { name: name.to_owned(), values }
}

fn within(name: &str, operator: &str, value: &str) -> Result<Condition, String> {
    let (from, to) = match operator {
        "bet" => value.split_once(',').ok_or(format!("{name} needs two dates"))?,
        _ => (value, value),
    };
    let read = |text: &str| Stretch::parse(text).ok_or(format!("{name} is no date: {text}"));
    let (from, to) = (read(from)?, read(to)?);
    let (start, end) = match operator {
        "eq" | "bet" => (Some(from.start), Some(to.end)),
        "gt" => (Some(from.end), None),
        "gte" => (Some(from.start), None),
        "lt" => (None, Some(from.start)),
        "lte" => (None, Some(from.end)),
        _ => return Err(format!("{name}{SEARCH_TYPE} is unknown: {operator}")),
    };
    Ok(Condition::Within { name: name.to_owned(), start, end })
}

impl Condition {
    fn admits(&self, row: &dyn Row) -> bool {
        match self {
            Condition::Within { name, start, end } => time_of(row, name).is_some_and(|time| {
                start.is_none_or(|start| time >= start) && end.is_none_or(|end| time < end)
            }),
            Condition::Equals { name, values } => {
                let text = row.value(name).map(text_of);
                values.iter().any(|wanted| match &text {
                    Some(text) => is_like(text, wanted),
                    None => row.matches(name, wanted).unwrap_or(false),
                })
            }
        }
    }
}

fn time_of(row: &dyn Row, name: &str) -> Option<Timestamp> {
    let mut found = None;
    row.cells(&mut |field, cell| match cell {
        Cell::Time(time, _) if field == name => found = time,
        _ => {}
    });
    found
}

fn text_of(value: Value) -> String {
    match value {
        Value::String(text) => text,
        Value::Bool(flag) => u8::from(flag).to_string(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// Whether `text` is `pattern`, in which every `*` stands for any text.
fn is_like(text: &str, pattern: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else {
        return text == pattern;
    };
    let Some(mut text) = text.strip_prefix(start) else {
        return false;
    };
    let (middle, end) = rest.rsplit_once('*').unwrap_or(("", rest));
    for part in middle.split('*') {
        match text.find(part) {
            Some(at) => text = &text[at + part.len()..],
            None => return false,
        }
    }
    text.ends_with(end)
}

fn compare_values(left: Option<Value>, right: Option<Value>) -> Ordering {
    match (left, right) {
        (Some(Value::Number(left)), Some(Value::Number(right))) => {
            left.as_u64().cmp(&right.as_u64())
        }
        (left, right) => left.map(text_of).cmp(&right.map(text_of)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn star_stands_for_any_text() {
        let cases = [
            ("Ada", "Ada", true),
            ("Ada", "ada", false),
            ("Ada", "A*", true),
            ("Ada", "*a", true),
            ("Ada", "*d*", true),
            ("Ada", "A*d*a", true),
            ("Ada", "A*x*a", false),
            ("Ada", "*", true),
            ("Ada", "Ada*Ada", false),
            ("", "*", true),
        ];
        for (text, pattern, expected) in cases {
            assert_eq!(is_like(text, pattern), expected, "{pattern} on {text}");
        }
    }

    #[test]
    fn date_operators_include_what_they_say() {
        let at = |text: &str| Some(text.parse::<Timestamp>().unwrap());
        let (start, end) = (at("2026-01-05T05:00:00Z"), at("2026-01-06T05:00:00Z"));
        let cases = [
            ("eq", "2026-01-05", start, end),
            ("gte", "2026-01-05", start, None),
            ("gt", "2026-01-05", end, None),
            ("lt", "2026-01-05", None, start),
            ("lte", "2026-01-05", None, end),
            ("bet", "2026-01-05,2026-01-05", start, end),
        ];
        for (operator, value, start, end) in cases {
            let name = "createDate".to_owned();
            let expected = Condition::Within { name, start, end };
            assert_eq!(within("createDate", operator, value), Ok(expected), "{operator}");
        }
        assert!(within("createDate", "near", "2026-01-05").is_err());
        assert!(within("createDate", "bet", "2026-01-05").is_err());
    }
}
