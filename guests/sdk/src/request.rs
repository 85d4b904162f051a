//! What the host asks for: [`ScanRequest`], and the values of its fields, [`Settings`].

use crate::bindings::exports::tollgate::connector::connector as wit;
use crate::bindings::tollgate::connector::types::{DataType, Operation, Setting};
use crate::connector::Partition;
use crate::failure::Failure;
use crate::http::Http;
use crate::time::{CivilDate, parse_date};

/// What is to be read, and by which door.
#[derive(Clone)]
pub struct ScanRequest {
    /// The account's fields, without its secrets.
    pub settings: Settings,
    /// The stream's name.
    pub stream: String,
    /// The stream's options.
    pub options: Settings,
    /// The columns wanted, in this order. Empty: all.
    pub columns: Vec<String>,
    /// What each of them held when the host discovered it, where it did.
    pub column_types: Vec<Option<DataType>>,
    /// The part to read. Absent: all of it.
    pub partition: Option<Partition>,
    /// The checkpoint to go on after. Absent: from the start.
    pub checkpoint: Option<String>,
    /// Of a read from the start, the bound in microseconds UTC: only what was made or changed since
    /// then is wanted. [`Incremental`](crate::paging::Incremental) goes by it.
    pub since: Option<i64>,
    /// The child tables wanted, in this order.
    pub children: Vec<String>,
    /// When the run began, in microseconds UTC.
    pub started_at: i64,
    /// About how many rows will be taken, where only a few are.
    pub rows_wanted: Option<u64>,
    /// The way to the provider.
    pub http: Http,
}

impl ScanRequest {
    /// The host's request, to be carried out over `http`.
    pub fn new(request: wit::ScanRequest, http: Http) -> Self {
        let wanted = request.columns.into_iter();
        let (columns, column_types) = wanted.map(|column| (column.name, column.data_type)).unzip();
        Self {
            settings: Settings::from(request.settings),
            stream: request.stream,
            options: Settings::from(request.options),
            columns,
            column_types,
            partition: request.partition,
            checkpoint: request.checkpoint,
            since: request.since,
            children: request.children,
            started_at: request.started_at,
            rows_wanted: request.rows_wanted,
            http,
        }
    }

    /// The wanted columns, each with what it held when the host discovered it, where it did.
    pub fn wanted(&self) -> impl Iterator<Item = (&str, Option<DataType>)> {
        let types = self.column_types.iter().copied().chain(std::iter::repeat(None));
        self.columns.iter().map(String::as_str).zip(types)
    }
}

/// What is to be changed, and by which door.
#[derive(Clone)]
pub struct WriteRequest {
    /// The account's fields, without its secrets.
    pub settings: Settings,
    /// The stream's name.
    pub stream: String,
    /// What to do.
    pub operation: Operation,
    /// The operation's options.
    pub options: Settings,
    /// The columns of the rows, in order. A column that is not here was left out.
    pub columns: Vec<String>,
    /// The way to the provider.
    pub http: Http,
}

impl WriteRequest {
    /// The host's request, to be carried out over `http`.
    pub fn new(request: wit::WriteRequest, http: Http) -> Self {
        Self {
            settings: Settings::from(request.settings),
            stream: request.stream,
            operation: request.operation,
            options: Settings::from(request.options),
            columns: request.columns,
            http,
        }
    }
}

/// The values of account fields or options. The host has checked them against the descriptor; what
/// still does not fit is an `invalid-config` failure, never a default.
#[derive(Clone, Debug, Default)]
pub struct Settings(Vec<Setting>);

impl From<Vec<Setting>> for Settings {
    fn from(settings: Vec<Setting>) -> Self {
        Self(settings)
    }
}

impl Settings {
    /// All values of a field; none if it is not set.
    pub fn values(&self, name: &str) -> &[String] {
        let setting = self.0.iter().find(|setting| setting.name == name);
        setting.map_or(&[], |setting| setting.values.as_slice())
    }

    /// The value of a field.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.values(name).first().map(String::as_str)
    }

    /// The value of a field that must be set.
    ///
    /// # Errors
    /// `invalid-config` if it is not.
    pub fn required(&self, name: &str) -> Result<&str, Failure> {
        self.text(name).ok_or_else(|| Failure::invalid(name, "a value is needed"))
    }

    /// The value of an integer field.
    ///
    /// # Errors
    /// `invalid-config` if it is no integer.
    pub fn integer(&self, name: &str) -> Result<Option<i64>, Failure> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let number = text.parse().map_err(|_| Failure::invalid(name, "a whole number is needed"));
        number.map(Some)
    }

    /// All values of a field, each an integer.
    ///
    /// # Errors
    /// `invalid-config` if one is none.
    pub fn integers(&self, name: &str) -> Result<Vec<i64>, Failure> {
        let parse = |text: &String| {
            let wrong = || Failure::invalid(name, format!("{text:?} is no whole number"));
            text.trim().parse().map_err(|_| wrong())
        };
        self.values(name).iter().map(parse).collect()
    }

    /// The value of a boolean field.
    ///
    /// # Errors
    /// `invalid-config` if it is neither `true` nor `false`.
    pub fn boolean(&self, name: &str) -> Result<Option<bool>, Failure> {
        match self.text(name) {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(_) => Err(Failure::invalid(name, "true or false is needed")),
        }
    }

    /// The value of a date field.
    ///
    /// # Errors
    /// `invalid-config` if it is no date.
    pub fn date(&self, name: &str) -> Result<Option<CivilDate>, Failure> {
        self.text(name).map(|text| date(name, text)).transpose()
    }

    /// The value of a date-range field.
    ///
    /// # Errors
    /// `invalid-config` if it is not two dates in order.
    pub fn range(&self, name: &str) -> Result<Option<DateRange>, Failure> {
        match self.values(name) {
            [] => Ok(None),
            [first, last] => {
                let (first, last) = (date(name, first)?, date(name, last)?);
                if first > last {
                    return Err(Failure::invalid(name, "the first day is after the last"));
                }
                Ok(Some(DateRange { first, last }))
            }
            _ => Err(Failure::invalid(name, "two days are needed")),
        }
    }
}

fn date(name: &str, text: &str) -> Result<CivilDate, Failure> {
    parse_date(text).ok_or_else(|| Failure::invalid(name, "a day YYYY-MM-DD is needed"))
}

/// Two days, both included, on whatever clock the stream says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateRange {
    /// The first day.
    pub first: CivilDate,
    /// The last day.
    pub last: CivilDate,
}

impl DateRange {
    /// Whether a day, in days since 1970-01-01, lies within.
    pub fn contains(&self, day: i64) -> bool {
        (self.first.days()..=self.last.days()).contains(&day)
    }

    /// The same range with so many days more at both ends.
    #[must_use]
    pub fn widened(&self, days: i64) -> Self {
        let shift = |date: CivilDate, by: i64| CivilDate::from_days(date.days() + by);
        Self {
            first: shift(self.first, -days).unwrap_or(self.first),
            last: shift(self.last, days).unwrap_or(self.last),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(name: &str, values: &[&str]) -> Settings {
        let values = values.iter().map(|&value| value.to_owned()).collect();
        Settings::from(vec![Setting { name: name.to_owned(), values }])
    }

    #[test]
    fn values_are_read_by_kind() {
        assert_eq!(settings("n", &["12"]).integer("n"), Ok(Some(12)));
        assert_eq!(settings("n", &["12"]).integer("other"), Ok(None));
        assert_eq!(settings("n", &["1", "2"]).integers("n"), Ok(vec![1, 2]));
        assert_eq!(settings("b", &["false"]).boolean("b"), Ok(Some(false)));
        let range = settings("r", &["2026-01-01", "2026-01-31"]).range("r");
        let range = range.expect("a range").expect("set");
        assert!(range.contains(range.first.days()) && range.contains(range.last.days()));
        assert!(!range.contains(range.last.days() + 1));
        assert_eq!(range.widened(1).first.to_string(), "2025-12-31");
    }

    #[test]
    fn values_that_cannot_work_name_their_field() {
        let failures = [
            settings("n", &["x"]).integer("n").err(),
            settings("n", &["1", "x"]).integers("n").err(),
            settings("n", &["yes"]).boolean("n").err(),
            settings("n", &["2026-02-30"]).date("n").err(),
            settings("n", &["2026-01-02", "2026-01-01"]).range("n").err(),
            settings("n", &["2026-01-02"]).range("n").err(),
            Settings::default().required("n").err(),
        ];
        for failure in failures {
            let Some(Failure::InvalidConfig(config)) = failure else { panic!("{failure:?}") };
            assert_eq!(config.field, "n");
        }
    }
}
