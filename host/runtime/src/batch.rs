//! Rows from a guest as an Arrow record batch.
//!
//! Everything a guest chose is looked at before Arrow sees it, because Arrow takes some of it on
//! trust: its offset buffers panic, and unchecked UTF-8 would be undefined behaviour. What passes
//! becomes an Arrow buffer without a copy, apart from dates and decimals, whose values change form.

mod outgoing;
mod texts;

#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

pub(crate) use self::outgoing::from_arrow;
use arrow_array::types::{Date32Type, Float64Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{ArrayRef, BooleanArray, PrimitiveArray, RecordBatch, RecordBatchOptions};
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer, ScalarBuffer};
use arrow_schema::SchemaRef;
use tollgate_model::schema::to_arrow_schema;
use tollgate_model::text::quote;
use tollgate_model::{Column, DataType, Error, ErrorKind};

use self::texts::Texts;
use crate::bindings::tollgate::connector::types::{Batch, ColumnData, Values};
use crate::failure::Label;

/// Takes the rows of a connector as Arrow, under the checks that a page's go through.
///
/// # Errors
/// [`ErrorKind::Data`] that names column and row, for anything outside the interface's rules.
/// [`ErrorKind::Limit`] for more than `rows_max` rows.
pub fn take_batch(columns: &[Column], rows_max: u32, batch: Batch) -> Result<RecordBatch, Error> {
    let (label, schema) = (Label::new("the connector"), to_arrow_schema(columns));
    let shape = Shape { label: &label, columns, schema: &schema, rows_max, child: None };
    to_arrow(&shape, 1, batch)
}

/// What a batch has to fit.
pub(crate) struct Shape<'a> {
    pub(crate) label: &'a Label,
    pub(crate) columns: &'a [Column],
    pub(crate) schema: &'a SchemaRef,
    pub(crate) rows_max: u32,
    /// The child table that the rows are of. `None`: the stream itself.
    pub(crate) child: Option<&'a str>,
}

impl Shape<'_> {
    /// Where a flaw is.
    fn place(&self, page: u64) -> String {
        match self.child {
            None => format!("page {page}"),
            Some(child) => format!("page {page}, child table {}", quote(child)),
        }
    }
}

/// The rows as Arrow.
///
/// # Errors
/// [`ErrorKind::Data`] that names page, column and row, for anything outside the interface's rules.
/// [`ErrorKind::Limit`] for too many rows.
pub(crate) fn to_arrow(shape: &Shape<'_>, page: u64, batch: Batch) -> Result<RecordBatch, Error> {
    let place = shape.place(page);
    let fail = |flaw: &dyn fmt::Display| {
        shape.label.error(ErrorKind::Data, format_args!("{place}: {flaw}"))
    };
    if batch.rows > shape.rows_max {
        let text = format!("{place} has {} rows, more than {}", batch.rows, shape.rows_max);
        return Err(shape.label.error(ErrorKind::Limit, text));
    }
    if batch.columns.len() != shape.columns.len() {
        let (has, needs) = (batch.columns.len(), shape.columns.len());
        return Err(fail(&format_args!("it has {has} columns instead of {needs}")));
    }
    let rows = batch.rows as usize;
    let mut arrays = Vec::with_capacity(shape.columns.len());
    for (column, data) in shape.columns.iter().zip(batch.columns) {
        let array = array(column, data, rows)
            .map_err(|flaw| fail(&format_args!("column {}{flaw}", quote(&column.name))))?;
        arrays.push(array);
    }
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    RecordBatch::try_new_with_options(Arc::clone(shape.schema), arrays, &options)
        .map_err(|error| fail(&"its columns do not fit together").with_source(error))
}

/// What is wrong with a column, and in which of its rows.
#[derive(Debug)]
pub(crate) struct Flaw {
    row: Option<usize>,
    what: String,
}

impl Flaw {
    fn column(what: impl Into<String>) -> Self {
        Flaw { row: None, what: what.into() }
    }

    fn row(row: usize, what: impl Into<String>) -> Self {
        Flaw { row: Some(row), what: what.into() }
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.row {
            // People count from 1.
            Some(row) => write!(f, ", row {}: {}", row + 1, self.what),
            None => write!(f, ": {}", self.what),
        }
    }
}

fn array(column: &Column, data: ColumnData, rows: usize) -> Result<ArrayRef, Flaw> {
    let nulls = nulls(data.validity, rows)?;
    if !column.nullable
        && let Some(row) = nulls.as_ref().and_then(first_null)
    {
        return Err(Flaw::row(row, "a value is missing, and the column is not nullable"));
    }
    match (column.data_type, data.values) {
        (DataType::Boolean, Values::Booleans(bits)) => {
            Ok(Arc::new(BooleanArray::new(self::bits(bits, rows, "booleans")?, nulls)))
        }
        (DataType::Int64, Values::Int64s(values)) => {
            let values = scalars(values, rows)?;
            Ok(Arc::new(PrimitiveArray::<Int64Type>::new(values, nulls)))
        }
        (DataType::Timestamp, Values::Int64s(values)) => {
            let values =
                PrimitiveArray::<TimestampMicrosecondType>::new(scalars(values, rows)?, nulls);
            Ok(Arc::new(values.with_timezone("UTC")))
        }
        (DataType::Date, Values::Int64s(values)) => {
            let days = days(&scalars(values, rows)?, nulls.as_ref())?;
            Ok(Arc::new(PrimitiveArray::<Date32Type>::new(days, nulls)))
        }
        (DataType::Float64, Values::Float64s(values)) => {
            let values = scalars(values, rows)?;
            Ok(Arc::new(PrimitiveArray::<Float64Type>::new(values, nulls)))
        }
        (DataType::Text, Values::Texts(texts)) => Texts::new(texts, rows, nulls)?.utf8(),
        (DataType::Json, Values::Texts(texts)) => Texts::new(texts, rows, nulls)?.json(),
        (DataType::Bytes, Values::Texts(texts)) => Texts::new(texts, rows, nulls)?.binary(),
        (DataType::Decimal { precision, scale }, Values::Texts(texts)) => {
            Texts::new(texts, rows, nulls)?.decimals(precision, scale)
        }
        (expected, values) => {
            let found = kind_of(&values);
            Err(Flaw::column(format!("its values are {found}, which do not carry {expected}")))
        }
    }
}

fn kind_of(values: &Values) -> &'static str {
    match values {
        Values::Booleans(_) => "booleans",
        Values::Int64s(_) => "int64s",
        Values::Float64s(_) => "float64s",
        Values::Texts(_) => "texts",
    }
}

/// The rows without a value; `None` where every row has one.
fn nulls(validity: Option<Vec<u8>>, rows: usize) -> Result<Option<NullBuffer>, Flaw> {
    let Some(bytes) = validity else { return Ok(None) };
    let nulls = NullBuffer::new(bits(bytes, rows, "validity")?);
    Ok(Some(nulls).filter(|nulls| nulls.null_count() > 0))
}

fn first_null(nulls: &NullBuffer) -> Option<usize> {
    nulls.iter().position(|valid| !valid)
}

fn bits(bytes: Vec<u8>, rows: usize, what: &str) -> Result<BooleanBuffer, Flaw> {
    if bytes.len() != rows.div_ceil(8) {
        let (has, needs) = (bytes.len(), rows.div_ceil(8));
        let text = format!("its {what} have {has} bytes instead of {needs} for {rows} rows");
        return Err(Flaw::column(text));
    }
    Ok(BooleanBuffer::new(Buffer::from_vec(bytes), 0, rows))
}

fn scalars<T: arrow_buffer::ArrowNativeType>(
    values: Vec<T>,
    rows: usize,
) -> Result<ScalarBuffer<T>, Flaw> {
    if values.len() != rows {
        let text = format!("it has {} values instead of {rows}", values.len());
        return Err(Flaw::column(text));
    }
    Ok(ScalarBuffer::from(values))
}

fn is_valid(nulls: Option<&NullBuffer>, row: usize) -> bool {
    nulls.is_none_or(|nulls| nulls.is_valid(row))
}

fn days(values: &[i64], nulls: Option<&NullBuffer>) -> Result<ScalarBuffer<i32>, Flaw> {
    let day = |(row, value): (usize, &i64)| match i32::try_from(*value) {
        Ok(day) => Ok(day),
        Err(_) if !is_valid(nulls, row) => Ok(0),
        Err(_) => Err(Flaw::row(row, format!("{value} days are no date"))),
    };
    values.iter().enumerate().map(day).collect::<Result<Vec<_>, _>>().map(ScalarBuffer::from)
}
