//! A record of this vendor: values with their types, which versions write differently.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::names::{pascal, snake};
use crate::random::Dice;

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Datum {
    /// No value of a text: always null.
    Null,
    /// No value of anything else: null, or an empty text.
    Blank,
    Whole(i64),
    /// A decimal number with two places.
    Hundredths(i64),
    Flag(bool),
    Text(String),
    Moment(Timestamp),
    /// A duration in milliseconds.
    Duration(u64),
    Json(Value),
}

impl Datum {
    /// A value, or none that is not a text's.
    pub(super) fn or_blank(value: Option<impl Into<Datum>>) -> Self {
        value.map_or(Datum::Blank, Into::into)
    }

    /// The plain value: durations in seconds, moments RFC 3339 in UTC.
    pub(super) fn plain(&self) -> Value {
        match self {
            Datum::Null | Datum::Blank => Value::Null,
            Datum::Whole(number) => json!(number),
            Datum::Hundredths(number) => json!(*number as f64 / 100.0),
            Datum::Flag(flag) => json!(flag),
            Datum::Text(text) => json!(text),
            Datum::Moment(time) => json!(time.to_string()),
            Datum::Duration(ms) => json!(*ms as f64 / 1000.0),
            Datum::Json(value) => value.clone(),
        }
    }

    /// What a filter compares with.
    pub(super) fn text(&self) -> String {
        match self.plain() {
            Value::String(text) => text,
            Value::Null => String::new(),
            other => other.to_string(),
        }
    }

    /// The value on the wire; `salt` decides between forms that take turns.
    fn written(&self, style: Style, salt: u64) -> Value {
        match self {
            Datum::Blank if style.is_textual || salt.is_multiple_of(4) => json!(""),
            Datum::Whole(number) if style.is_textual => json!(number.to_string()),
            Datum::Hundredths(number) if style.is_textual => json!(hundredths(*number)),
            Datum::Flag(flag) if style.is_textual => json!(if *flag { "True" } else { "False" }),
            // The fraction is of three digits, or as long as it has to be.
            Datum::Moment(time) if salt.is_multiple_of(2) => {
                json!(time.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string())
            }
            Datum::Duration(ms) => json!(duration(*ms)),
            _ => self.plain(),
        }
    }
}

impl From<i64> for Datum {
    fn from(number: i64) -> Self {
        Datum::Whole(number)
    }
}

impl From<bool> for Datum {
    fn from(flag: bool) -> Self {
        Datum::Flag(flag)
    }
}

impl From<&str> for Datum {
    fn from(text: &str) -> Self {
        Datum::Text(text.to_owned())
    }
}

impl From<String> for Datum {
    fn from(text: String) -> Self {
        Datum::Text(text)
    }
}

impl From<Timestamp> for Datum {
    fn from(time: Timestamp) -> Self {
        Datum::Moment(time)
    }
}

impl From<Value> for Datum {
    fn from(value: Value) -> Self {
        Datum::Json(value)
    }
}

/// How a record is written.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Style {
    /// Whether numbers and truth values are texts.
    pub(super) is_textual: bool,
    /// Whether keys are in Pascal case.
    pub(super) is_pascal: bool,
    /// Names of today, each with the one that is written in its place.
    pub(super) renamed: &'static [(&'static str, &'static str)],
}

/// The fields of a record whose values nothing depends on, by their types.
pub(super) struct Fields {
    pub(super) flags: &'static [&'static str],
    pub(super) wholes: &'static [&'static str],
    pub(super) texts: &'static [&'static str],
}

/// One record: fields by their names of today, in the order in which they are written.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Record(Vec<(&'static str, Datum)>);

/// Makes a record from names and values.
macro_rules! record {
    ($($name:literal: $value:expr),* $(,)?) => {
        $crate::incontact::record::Record::from_fields(
            vec![$(($name, $crate::incontact::record::Datum::from($value))),*]
        )
    };
}
pub(super) use record;

impl Record {
    pub(super) fn from_fields(fields: Vec<(&'static str, Datum)>) -> Self {
        Record(fields)
    }

    /// The same record with more fields.
    pub(super) fn and(mut self, more: Record) -> Self {
        self.0.extend(more.0);
        self
    }

    /// The same record with fields that nothing depends on, some without a value.
    pub(super) fn fill(mut self, fields: &Fields, dice: &mut Dice) -> Self {
        let words = super::text::AWKWARD;
        for name in fields.flags {
            let value = dice.chance(50);
            self.0.push((name, Datum::or_blank((!dice.chance(10)).then_some(value))));
        }
        for name in fields.wholes {
            let value = dice.below(1_000) as i64;
            self.0.push((name, Datum::or_blank((!dice.chance(10)).then_some(value))));
        }
        for name in fields.texts {
            let value = match dice.below(10) {
                0..2 => Datum::Null,
                2..5 => Datum::from(""),
                _ => Datum::from(dice.pick(words)),
            };
            self.0.push((name, value));
        }
        self
    }

    /// The same record with only these fields, `None` for all. Names may be in either case.
    pub(super) fn only(mut self, names: Option<&[&str]>) -> Self {
        if let Some(names) = names {
            self.0.retain(|(name, _)| names.iter().any(|it| it.eq_ignore_ascii_case(name)));
        }
        self
    }

    pub(super) fn without(mut self, names: &[&str]) -> Self {
        self.0.retain(|(name, _)| !names.contains(name));
        self
    }

    /// The value of a field, whose name may be in either case.
    pub(super) fn get(&self, name: &str) -> Option<&Datum> {
        let found = self.0.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?;
        Some(&found.1)
    }

    /// The record on the wire.
    pub(super) fn written(&self, style: Style, salt: u64) -> Value {
        let mut dice = Dice::new(&[salt]);
        let fields = self.0.iter().map(|(name, datum)| {
            let renamed = style.renamed.iter().find(|(new, _)| new == name);
            let name = renamed.map_or(*name, |(_, old)| *old);
            let name = if style.is_pascal { pascal(name) } else { name.to_owned() };
            (name, datum.written(style, dice.roll()))
        });
        Value::Object(fields.collect())
    }

    /// The record as a connector's row: plain values (see [`Datum::plain`]) by columns.
    pub(super) fn plain(&self) -> Map<String, Value> {
        self.0.iter().map(|(name, datum)| (snake(name), datum.plain())).collect()
    }
}

/// `20.37`, but `20` where nothing follows the point.
fn hundredths(number: i64) -> String {
    match number % 100 {
        0 => (number / 100).to_string(),
        rest => format!("{}.{rest:02}", number / 100),
    }
}

/// `P1DT19H18M29.651S` (ISO 8601), with only the parts that are not 0.
fn duration(ms: u64) -> String {
    let (days, ms) = (ms / 86_400_000, ms % 86_400_000);
    let (hours, ms) = (ms / 3_600_000, ms % 3_600_000);
    let (minutes, ms) = (ms / 60_000, ms % 60_000);
    let mut text = String::from("P");
    if days > 0 {
        text.push_str(&format!("{days}D"));
    }
    text.push('T');
    for (count, unit) in [(hours, 'H'), (minutes, 'M')] {
        if count > 0 {
            text.push_str(&format!("{count}{unit}"));
        }
    }
    if ms > 0 {
        let fraction = format!("{}.{:03}", ms / 1_000, ms % 1_000);
        text.push_str(fraction.trim_end_matches('0').trim_end_matches('.'));
        text.push('S');
    }
    match text.as_str() {
        "PT" => "PT0S".to_owned(),
        _ => text.trim_end_matches('T').to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_only_the_parts_that_are_not_zero() {
        let cases = [
            (0, "PT0S"),
            (1_000, "PT1S"),
            (168_427, "PT2M48.427S"),
            (27_786_150, "PT7H43M6.15S"),
            (86_400_000, "P1D"),
            (155_909_651, "P1DT19H18M29.651S"),
        ];
        for (ms, text) in cases {
            assert_eq!(duration(ms), text);
        }
    }

    #[test]
    fn versions_write_the_same_record_differently() {
        let record = record! {
            "teamId": 7, "isActive": true, "rate": Datum::Hundredths(2_037), "note": Datum::Null,
            "limit": Datum::Blank,
        };
        let plain = json!({
            "team_id": 7, "is_active": true, "rate": 20.37, "note": null, "limit": null
        });
        assert_eq!(Value::Object(record.plain()), plain);
        let old = Style { is_textual: true, is_pascal: true, renamed: &[("rate", "percent")] };
        let expected = json!({
            "TeamId": "7", "IsActive": "True", "Percent": "20.37", "Note": null, "Limit": ""
        });
        assert_eq!(record.written(old, 1), expected);
    }
}
