//! Columns under construction, in the shape in which they cross to the host.
//!
//! A column's buffers leave with its batch, so the next batch begins with new ones; each remembers
//! how large the last one was and asks for that much at once.

use crate::bindings::tollgate::connector::types::{ColumnData, DataType, TextData, Values};
use crate::failure::BadValue;
use crate::record::Slot;
use crate::values::{days_of, decimal_of, micros_of};

/// One bit a row, least significant first.
#[derive(Debug, Default)]
pub struct Bits {
    bytes: Vec<u8>,
    rows: usize,
}

impl Bits {
    fn push(&mut self, is_set: bool) {
        if self.rows.is_multiple_of(8) {
            self.bytes.push(0);
        }
        if let Some(last) = self.bytes.last_mut() {
            *last |= u8::from(is_set) << (self.rows % 8);
        }
        self.rows += 1;
    }

    fn with_all_set(rows: usize) -> Self {
        let mut bytes = vec![0xff; rows.div_ceil(8)];
        if let (Some(last), rest @ 1..) = (bytes.last_mut(), rows % 8) {
            *last = (1 << rest) - 1;
        }
        Self { bytes, rows }
    }
}

/// Which rows have a value. Costs nothing until the first one has none.
#[derive(Debug, Default)]
struct Validity(Option<Bits>);

impl Validity {
    /// Adds a row to so many others.
    #[inline]
    fn push(&mut self, is_valid: bool, rows: usize) {
        match &mut self.0 {
            Some(bits) => bits.push(is_valid),
            None if is_valid => {}
            None => self.begin(rows),
        }
    }

    /// Adds the first row without a value to so many others.
    #[cold]
    #[inline(never)]
    fn begin(&mut self, rows: usize) {
        self.0.insert(Bits::with_all_set(rows)).push(false);
    }

    fn take(&mut self) -> Option<Vec<u8>> {
        self.0.take().map(|bits| bits.bytes)
    }
}

/// A column that grows row by row.
#[derive(Debug)]
pub enum ColumnBuilder {
    /// Of integers: `int64`, `date` and `timestamp`.
    Int(IntColumn),
    /// Of doubles.
    Float(FloatColumn),
    /// Of truth values.
    Flag(FlagColumn),
    /// Of texts: `text`, `json`, `decimal` and `bytes`.
    Text(TextColumn),
}

impl ColumnBuilder {
    /// An empty column.
    pub fn new(data_type: DataType) -> Self {
        match data_type {
            DataType::Int64 | DataType::Date | DataType::Timestamp => {
                Self::Int(IntColumn::default())
            }
            DataType::Float64 => Self::Float(FloatColumn::default()),
            DataType::Boolean => Self::Flag(FlagColumn::default()),
            DataType::Text | DataType::Json | DataType::Decimal(_) | DataType::Bytes => {
                Self::Text(TextColumn::default())
            }
        }
    }

    /// Adds a row's field, whose type is the column's.
    ///
    /// # Errors
    /// For a text that is no date, time or decimal although its field says so.
    #[inline]
    pub fn push(&mut self, slot: Slot<'_, '_>) -> Result<(), BadValue> {
        match (self, slot) {
            (Self::Text(column), Slot::Text(text)) => column.push(text.as_str()),
            (Self::Int(column), Slot::Int(int)) => column.push(int.0),
            (Self::Flag(column), Slot::Flag(flag)) => column.push(flag.0),
            (Self::Float(column), Slot::Float(float, _)) => column.push(float.0),
            (Self::Int(column), Slot::Timestamp(text, zone)) => {
                column.push(micros_of(text, zone)?);
            }
            (Self::Int(column), Slot::Date(text)) => column.push(days_of(text)?),
            (Self::Text(column), Slot::Json(json)) => column.push(json.as_str()),
            (Self::Text(column), Slot::Decimal(json)) => {
                column.push(decimal_of(json)?.as_deref());
            }
            (Self::Text(column), Slot::Others(others)) => others.push_to(column),
            // A slot's column is made by the slot's own data type.
            (_, _) => return Err(BadValue::new("a value of the column's type", "another")),
        }
        Ok(())
    }

    /// Adds a text to a column of texts.
    pub fn push_text(&mut self, text: Option<&str>) {
        if let Self::Text(column) = self {
            column.push(text);
        }
    }

    /// The finished column; this one begins again.
    pub fn take(&mut self) -> ColumnData {
        match self {
            Self::Int(column) => column.take(),
            Self::Float(column) => column.take(),
            Self::Flag(column) => column.take(),
            Self::Text(column) => column.take(),
        }
    }

    /// Drops all rows.
    pub fn clear(&mut self) {
        match self {
            Self::Int(column) => column.clear(),
            Self::Float(column) => column.clear(),
            Self::Flag(column) => column.clear(),
            Self::Text(column) => column.clear(),
        }
    }
}

/// A column of integers: `int64`, `date` and `timestamp`.
#[derive(Debug, Default)]
pub struct IntColumn {
    values: Vec<i64>,
    validity: Validity,
}

impl IntColumn {
    /// Adds a row.
    #[inline]
    pub fn push(&mut self, value: Option<i64>) {
        self.validity.push(value.is_some(), self.values.len());
        self.values.push(value.unwrap_or(0));
    }
}

impl IntColumn {
    /// The finished column; this one begins again.
    pub fn take(&mut self) -> ColumnData {
        let next = Vec::with_capacity(self.values.len());
        let values = std::mem::replace(&mut self.values, next);
        ColumnData { validity: self.validity.take(), values: Values::Int64s(values) }
    }

    /// Drops all rows.
    pub fn clear(&mut self) {
        self.values.clear();
        self.validity.take();
    }
}

/// A column of doubles.
#[derive(Debug, Default)]
pub struct FloatColumn {
    values: Vec<f64>,
    validity: Validity,
}

impl FloatColumn {
    /// Adds a row.
    #[inline]
    pub fn push(&mut self, value: Option<f64>) {
        self.validity.push(value.is_some(), self.values.len());
        self.values.push(value.unwrap_or(0.0));
    }
}

impl FloatColumn {
    /// The finished column; this one begins again.
    pub fn take(&mut self) -> ColumnData {
        let next = Vec::with_capacity(self.values.len());
        let values = std::mem::replace(&mut self.values, next);
        ColumnData { validity: self.validity.take(), values: Values::Float64s(values) }
    }

    /// Drops all rows.
    pub fn clear(&mut self) {
        self.values.clear();
        self.validity.take();
    }
}

/// A column of truth values.
#[derive(Debug, Default)]
pub struct FlagColumn {
    values: Bits,
    validity: Validity,
}

impl FlagColumn {
    /// Adds a row.
    #[inline]
    pub fn push(&mut self, value: Option<bool>) {
        self.validity.push(value.is_some(), self.values.rows);
        self.values.push(value.unwrap_or(false));
    }
}

impl FlagColumn {
    /// The finished column; this one begins again.
    pub fn take(&mut self) -> ColumnData {
        let values = std::mem::take(&mut self.values);
        ColumnData { validity: self.validity.take(), values: Values::Booleans(values.bytes) }
    }

    /// Drops all rows.
    pub fn clear(&mut self) {
        self.values = Bits::default();
        self.validity.take();
    }
}

/// A column of texts: `text`, `json`, `decimal` and `bytes`.
#[derive(Debug)]
pub struct TextColumn {
    offsets: Vec<u32>,
    bytes: Vec<u8>,
    validity: Validity,
}

impl Default for TextColumn {
    fn default() -> Self {
        Self { offsets: vec![0], bytes: Vec::new(), validity: Validity::default() }
    }
}

impl TextColumn {
    /// Adds a row.
    #[inline(never)]
    pub fn push(&mut self, value: Option<&str>) {
        self.push_inline(value);
    }

    /// The same, for the one place where most rows come from.
    #[inline(always)]
    pub(crate) fn push_inline(&mut self, value: Option<&str>) {
        self.bytes.extend_from_slice(value.unwrap_or_default().as_bytes());
        self.finish_row(value.is_some());
    }

    /// Adds a row that `write` puts together.
    pub fn push_with(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        write(&mut self.bytes);
        self.finish_row(true);
    }

    #[inline(always)]
    fn finish_row(&mut self, is_valid: bool) {
        self.validity.push(is_valid, self.offsets.len() - 1);
        // A guest's memory is smaller than 4 GiB, so that no buffer outgrows the offsets.
        self.offsets.push(self.bytes.len() as u32);
    }
}

impl TextColumn {
    /// The finished column; this one begins again.
    pub fn take(&mut self) -> ColumnData {
        let mut offsets = Vec::with_capacity(self.offsets.len());
        offsets.push(0);
        let offsets = std::mem::replace(&mut self.offsets, offsets);
        let next = Vec::with_capacity(self.bytes.len());
        let bytes = std::mem::replace(&mut self.bytes, next);
        let values = Values::Texts(TextData { offsets, bytes });
        ColumnData { validity: self.validity.take(), values }
    }

    /// Drops all rows.
    pub fn clear(&mut self) {
        self.offsets.truncate(1);
        self.bytes.clear();
        self.validity.take();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn validity_appears_with_the_first_missing_value() {
        let mut column = IntColumn::default();
        for value in 0..9 {
            column.push(Some(value));
        }
        assert_eq!(column.take().validity, None);

        for value in 0..9 {
            column.push(Some(value));
        }
        column.push(None);
        column.push(Some(10));
        assert_eq!(column.take().validity, Some(vec![0xff, 0b101]));
        assert_eq!(column.take().validity, None);
    }

    #[test]
    fn all_rows_may_be_missing() {
        let mut column = FlagColumn::default();
        for _ in 0..8 {
            column.push(None);
        }
        let data = column.take();
        assert_eq!(data.validity, Some(vec![0]));
        assert!(matches!(data.values, Values::Booleans(bits) if bits == [0]));
    }

    #[test]
    fn texts_lie_end_to_end() {
        let mut column = TextColumn::default();
        column.push(Some("ab"));
        column.push(None);
        column.push(Some(""));
        column.push(Some("é"));
        let Values::Texts(texts) = column.take().values else { panic!("texts") };
        assert_eq!(texts.offsets, [0, 2, 2, 2, 4]);
        assert_eq!(texts.bytes, "abé".as_bytes());

        column.push(Some("x"));
        column.clear();
        let Values::Texts(texts) = column.take().values else { panic!("texts") };
        assert_eq!((texts.offsets.as_slice(), texts.bytes.len()), ([0].as_slice(), 0));
    }
}
