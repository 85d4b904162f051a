//! What a query string asks for, held against what the path takes.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// Whether a bound on a time admits the moment itself, which vendors leave open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Bounds {
    /// It does.
    #[default]
    Inclusive,
    /// It does not.
    Exclusive,
}

/// What the value of a parameter may be.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Type {
    /// Any text.
    Text,
    /// `true` or `false`.
    Flag,
    /// A moment.
    Moment,
    /// A whole number within these bounds.
    Whole(usize, usize),
    /// One of these words.
    Word(&'static [&'static str]),
    /// Some of these words, separated by commas.
    Words(&'static [&'static str]),
    /// At most so many ids, separated by commas.
    Ids(usize),
    /// One of these words, in a parameter that may be repeated.
    Repeated(&'static [&'static str]),
}

/// The parameters of a path.
pub(crate) type Parameters = &'static [(&'static str, Type)];

/// A query, understood.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query {
    pub(crate) pairs: Vec<(String, String)>,
    /// How many records come before the page.
    pub(crate) offset: usize,
    pub(crate) violations: Vec<String>,
}

impl Query {
    /// Reads the parameters. The error says what the vendor cannot make sense of.
    pub(crate) fn parse(
        pairs: &[(String, String)],
        parameters: &[(&str, Type)],
    ) -> Result<Query, String> {
        let mut query = Query { pairs: pairs.to_vec(), ..Query::default() };
        for (at, (name, value)) in pairs.iter().enumerate() {
            let Some((_, kind)) = parameters.iter().find(|(known, _)| known == name) else {
                query.violations.push(format!("{name} is not a parameter of this path"));
                continue;
            };
            let is_repeated = pairs[..at].iter().any(|(earlier, _)| earlier == name);
            if is_repeated && !matches!(kind, Type::Repeated(_)) {
                query.violations.push(format!("{name} is given twice"));
            }
            kind.check(value).map_err(|expected| format!("{name} must be {expected}"))?;
        }
        Ok(query)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found = self.pairs.iter().find(|(key, _)| key == name)?;
        Some(&found.1)
    }

    /// The parts of a value with commas; none if the parameter is not there.
    pub(crate) fn list(&self, name: &str) -> Vec<&str> {
        self.get(name).map_or_else(Vec::new, |value| value.split(',').map(str::trim).collect())
    }

    /// The values of a parameter that may be repeated.
    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        let found = self.pairs.iter().filter(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str()).collect()
    }

    pub(crate) fn flag(&self, name: &str) -> bool {
        self.get(name) == Some("true")
    }

    pub(crate) fn whole(&self, name: &str) -> Option<usize> {
        self.get(name)?.parse().ok()
    }

    pub(crate) fn moment(&self, name: &str) -> Option<Timestamp> {
        parse_moment(self.get(name)?)
    }
}

impl Type {
    fn check(self, value: &str) -> Result<(), String> {
        let is_right = match self {
            Type::Text => !value.is_empty(),
            Type::Flag => ["true", "false"].contains(&value),
            Type::Moment => parse_moment(value).is_some(),
            Type::Whole(least, most) => {
                value.parse().is_ok_and(|number: usize| (least..=most).contains(&number))
            }
            Type::Word(words) | Type::Repeated(words) => words.contains(&value),
            Type::Words(words) => value.split(',').all(|word| words.contains(&word.trim())),
            Type::Ids(most) => {
                let ids = value.split(',');
                ids.clone().all(|id| !id.trim().is_empty()) && ids.count() <= most
            }
        };
        match is_right {
            true => Ok(()),
            false => Err(self.expected()),
        }
    }

    fn expected(self) -> String {
        match self {
            Type::Text => "a text".to_owned(),
            Type::Flag => "true or false".to_owned(),
            Type::Moment => "an ISO 8601 moment".to_owned(),
            Type::Whole(least, most) => format!("a whole number from {least} to {most}"),
            Type::Word(words) | Type::Repeated(words) => format!("one of {}", words.join(", ")),
            Type::Words(words) => format!("some of {}", words.join(", ")),
            Type::Ids(most) => format!("ids, {most} at most"),
        }
    }
}

/// Reads a moment of a query: with or without a fraction, `Z`, `±hh:mm`, `±hhmm`, or a bare date,
/// which is midnight in UTC.
pub(crate) fn parse_moment(text: &str) -> Option<Timestamp> {
    if let Ok(date) = text.parse::<Date>()
        && text.len() == 10
    {
        return date.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
    }
    // A space is an unescaped plus, which no vendor can read either.
    let is_written_right = text.as_bytes().get(10) == Some(&b'T') && !text.contains(' ');
    is_written_right.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_held_against_their_types() {
        let parameters: Parameters = &[
            ("limit", Type::Whole(1, 500)),
            ("after", Type::Moment),
            ("include", Type::Words(&["a", "b"])),
            ("code", Type::Repeated(&["B", "D"])),
            ("lists", Type::Ids(2)),
        ];
        let parse = |text: &str| {
            let pairs = url::form_urlencoded::parse(text.as_bytes()).into_owned();
            Query::parse(&pairs.collect::<Vec<_>>(), parameters)
        };
        let violations = |text: &str| parse(text).map(|query| query.violations.len());
        assert_eq!(violations("limit=500&include=a,b&lists=x,y&code=B&code=D"), Ok(0));
        assert_eq!(violations("after=2026-01-01T00:00:00Z&other=1"), Ok(1));
        assert_eq!(violations("limit=1&limit=2"), Ok(1));
        for wrong in
            ["limit=0", "limit=501", "limit=", "after=x", "include=c", "code=Q", "lists=a,b,c"]
        {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn query_dates_are_read_in_every_documented_form() {
        let cases = [
            ("2024-10-30T18:56:35Z", Some("2024-10-30T18:56:35Z")),
            ("2024-10-30T18:56:35.091Z", Some("2024-10-30T18:56:35.091Z")),
            ("2024-10-30T18:56:35-05:00", Some("2024-10-30T23:56:35Z")),
            ("2024-10-30T18:56:35-0500", Some("2024-10-30T23:56:35Z")),
            ("2024-10-30", Some("2024-10-30T00:00:00Z")),
            ("2024-10-30T18:56:35", None),
            ("2024-10-30 18:56:35Z", None),
            ("2024-10-30T18:56:35 05:00", None),
            ("yesterday", None),
            ("", None),
        ];
        for (text, expected) in cases {
            let parsed = parse_moment(text).map(|time| time.to_string());
            assert_eq!(parsed.as_deref(), expected, "{text}");
        }
    }
}
