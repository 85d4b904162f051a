//! The rows that are to be written: [`Rows`], and of each [`Row`] what is [`Given`] for a column.

use crate::bindings::tollgate::connector::types::{TextData, Values};
use crate::connector::{Batch, RowOutcome};
use crate::failure::Failure;
use crate::time::CivilDate;

/// What a row says of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Given<T> {
    /// Nothing: none of the rows has the column. What the provider has is to stay.
    LeftOut,
    /// That there is no value.
    Null,
    /// A value.
    Value(T),
}

impl<T> Given<T> {
    /// The value; none where it was left out or is null.
    pub fn value(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::LeftOut | Self::Null => None,
        }
    }

    /// The value in another form.
    pub fn map<U>(self, form: impl FnOnce(T) -> U) -> Given<U> {
        match self {
            Self::LeftOut => Given::LeftOut,
            Self::Null => Given::Null,
            Self::Value(value) => Given::Value(form(value)),
        }
    }
}

/// The rows of one call of [`Stream::write`](crate::Stream::write). The host has checked them
/// against the operation's columns.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a> {
    columns: &'a [String],
    batch: &'a Batch,
}

impl<'a> Rows<'a> {
    /// The rows of a batch with these columns.
    pub fn new(columns: &'a [String], batch: &'a Batch) -> Self {
        Self { columns, batch }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.batch.rows as usize
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// One after the other.
    pub fn iter(self) -> impl Iterator<Item = Row<'a>> {
        (0..self.len()).map(move |index| Row { rows: self, index })
    }

    /// Writes one row after the other and keeps what becomes of each, until one cannot be tried or
    /// its outcome is unknown. The host comes again with the rows that are left.
    ///
    /// # Errors
    /// Why the first row could not be tried. Why a later one could not is heard when the host comes
    /// again with it: until then, what is known of the rows before it would be lost.
    pub fn each(
        self,
        mut write: impl FnMut(Row<'a>) -> Result<RowOutcome, Failure>,
    ) -> Result<Vec<RowOutcome>, Failure> {
        let mut outcomes = Vec::with_capacity(self.len());
        for row in self.iter() {
            let outcome = match write(row) {
                Ok(outcome) => outcome,
                Err(failure) if outcomes.is_empty() => return Err(failure),
                Err(_) => break,
            };
            let is_unknown = matches!(outcome, RowOutcome::Unknown(_));
            outcomes.push(outcome);
            if is_unknown {
                break;
            }
        }
        Ok(outcomes)
    }
}

/// One row. Its values are had by column and kind.
///
/// # Errors
/// All of them fail with `internal` where the column holds another kind of value: a defect of the
/// connector, whose own description says what it holds.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    rows: Rows<'a>,
    index: usize,
}

impl<'a> Row<'a> {
    /// The value of a `text`, `decimal` or `json` column. A decimal is its digits, and JSON a text
    /// that the host has checked to be JSON; [`Raw`](crate::body::Raw) puts either into a body.
    ///
    /// # Errors
    /// See [`Row`].
    pub fn text(&self, column: &str) -> Result<Given<&'a str>, Failure> {
        self.get(column, |values, row| match values {
            Values::Texts(texts) => std::str::from_utf8(slice(texts, row)?).ok(),
            _ => None,
        })
    }

    /// The value of a `bytes` column.
    ///
    /// # Errors
    /// See [`Row`].
    pub fn bytes(&self, column: &str) -> Result<Given<&'a [u8]>, Failure> {
        self.get(column, |values, row| match values {
            Values::Texts(texts) => slice(texts, row),
            _ => None,
        })
    }

    /// The value of an `int64` column; of a `timestamp` column the microseconds UTC.
    ///
    /// # Errors
    /// See [`Row`].
    pub fn integer(&self, column: &str) -> Result<Given<i64>, Failure> {
        self.get(column, |values, row| match values {
            Values::Int64s(values) => values.get(row).copied(),
            _ => None,
        })
    }

    /// The value of a `date` column.
    ///
    /// # Errors
    /// See [`Row`].
    pub fn date(&self, column: &str) -> Result<Given<CivilDate>, Failure> {
        self.get(column, |values, row| match values {
            Values::Int64s(values) => CivilDate::from_days(*values.get(row)?),
            _ => None,
        })
    }

    /// The value of a `boolean` column.
    ///
    /// # Errors
    /// See [`Row`].
    pub fn boolean(&self, column: &str) -> Result<Given<bool>, Failure> {
        self.get(column, |values, row| match values {
            Values::Booleans(bits) => bit(bits, row),
            _ => None,
        })
    }

    /// The value of a `float64` column.
    ///
    /// # Errors
    /// See [`Row`].
    pub fn float(&self, column: &str) -> Result<Given<f64>, Failure> {
        self.get(column, |values, row| match values {
            Values::Float64s(values) => values.get(row).copied(),
            _ => None,
        })
    }

    fn get<T>(
        &self,
        column: &str,
        read: impl FnOnce(&'a Values, usize) -> Option<T>,
    ) -> Result<Given<T>, Failure> {
        let Some(position) = self.rows.columns.iter().position(|name| name == column) else {
            return Ok(Given::LeftOut);
        };
        let wrong = || Failure::internal(format!("the column {column} holds something else"));
        let data = self.rows.batch.columns.get(position).ok_or_else(wrong)?;
        if data.validity.as_ref().is_some_and(|bits| bit(bits, self.index) == Some(false)) {
            return Ok(Given::Null);
        }
        read(&data.values, self.index).map(Given::Value).ok_or_else(wrong)
    }
}

fn bit(bits: &[u8], row: usize) -> Option<bool> {
    bits.get(row / 8).map(|byte| byte >> (row % 8) & 1 == 1)
}

fn slice(texts: &TextData, row: usize) -> Option<&[u8]> {
    let (from, to) = (*texts.offsets.get(row)?, *texts.offsets.get(row + 1)?);
    texts.bytes.get(from as usize..to as usize)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Cells, batch};

    #[test]
    fn left_out_null_and_a_value_are_told_apart() {
        let (columns, batch) = batch(&[
            ("email", Cells::Texts(&[Some("a@b.c"), None])),
            ("id", Cells::Integers(&[Some(i64::MIN), None])),
            ("is_new", Cells::Booleans(&[Some(true), Some(false)])),
            ("weight", Cells::Floats(&[Some(0.5), None])),
        ]);
        let rows = Rows::new(&columns, &batch);
        let [first, second] = [0, 1].map(|index| Row { rows, index });
        assert_eq!(first.text("email"), Ok(Given::Value("a@b.c")));
        assert_eq!(first.bytes("email"), Ok(Given::Value(&b"a@b.c"[..])));
        assert_eq!(second.text("email"), Ok(Given::Null));
        assert_eq!(second.text("phone"), Ok(Given::LeftOut));
        assert_eq!(first.integer("id"), Ok(Given::Value(i64::MIN)));
        assert_eq!(second.date("id"), Ok(Given::Null));
        assert_eq!(first.boolean("is_new"), Ok(Given::Value(true)));
        assert_eq!(second.boolean("is_new"), Ok(Given::Value(false)));
        assert_eq!(first.float("weight"), Ok(Given::Value(0.5)));
        assert!(matches!(first.text("id"), Err(Failure::Internal(_))));
        assert!(matches!(first.date("id"), Err(Failure::Internal(_))), "no such day");
    }

    #[test]
    fn rows_are_tried_until_one_cannot_be_or_is_unknown() {
        let (columns, batch) = batch(&[("n", Cells::Integers(&[Some(0), Some(1), Some(2)]))]);
        let rows = Rows::new(&columns, &batch);
        let all = |n: i64, stop_at: i64, stop: Result<RowOutcome, Failure>| {
            if n == stop_at { stop } else { Ok(RowOutcome::Done(Some(n.to_string()))) }
        };
        let write = |at: i64, stop: &dyn Fn() -> Result<RowOutcome, Failure>| {
            rows.each(|row| all(row.integer("n")?.value().unwrap_or(-1), at, stop()))
        };
        let done = |n: &str| RowOutcome::Done(Some(n.to_owned()));
        let unknown = || Ok(RowOutcome::Unknown("cut".to_owned()));
        let failed = || Err(Failure::forbidden("no"));
        assert_eq!(write(9, &failed), Ok(vec![done("0"), done("1"), done("2")]));
        let first_two = vec![done("0"), RowOutcome::Unknown("cut".to_owned())];
        assert_eq!(write(1, &unknown), Ok(first_two));
        assert_eq!(write(2, &failed), Ok(vec![done("0"), done("1")]), "heard at the next call");
        assert_eq!(write(0, &failed), Err(Failure::forbidden("no")));
    }
}
