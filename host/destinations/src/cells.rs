//! The columns of a batch, downcast once, so that a cell costs a match and no dynamic cast.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Decimal128Type, Float64Type, Int64Type, TimestampMicrosecondType,
};
use arrow_array::{
    Array, BinaryArray, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array,
    RecordBatch, StringArray, TimestampMicrosecondArray,
};
use tollgate_model::literal::OutOfRange;
use tollgate_model::{Column, DataType, Error, ErrorKind, Result};

/// One column of a batch.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Cells<'a> {
    Boolean(&'a BooleanArray),
    Int64(&'a Int64Array),
    Float64(&'a Float64Array),
    Decimal(&'a Decimal128Array, u8),
    Text(&'a StringArray),
    Date(&'a Date32Array),
    Timestamp(&'a TimestampMicrosecondArray),
    Json(&'a StringArray),
    Bytes(&'a BinaryArray),
}

/// One value of a column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Cell<'a> {
    Null,
    Boolean(bool),
    Int64(i64),
    Float64(f64),
    Decimal(i128, u8),
    Text(&'a str),
    Date(i32),
    Timestamp(i64),
    Json(&'a str),
    Bytes(&'a [u8]),
}

/// The columns of a batch, which have to be the table's.
///
/// # Errors
/// [`ErrorKind::Bug`] where they are not: a load was begun with other columns than are read.
pub(crate) fn of<'a>(batch: &'a RecordBatch, columns: &[Column]) -> Result<Vec<Cells<'a>>> {
    if batch.num_columns() != columns.len() {
        let (found, wanted) = (batch.num_columns(), columns.len());
        let message = format!("a batch has {found} columns, the table {wanted}");
        return Err(Error::new(ErrorKind::Bug, message));
    }
    batch.columns().iter().zip(columns).map(|(array, column)| cells(array, column)).collect()
}

fn cells<'a>(array: &'a dyn Array, column: &Column) -> Result<Cells<'a>> {
    let found = array.data_type();
    if *found != column.data_type.to_arrow() {
        let message = format!(
            "a batch has {found} in column {:?}, the table {}",
            column.name, column.data_type
        );
        return Err(Error::new(ErrorKind::Bug, message));
    }
    Ok(match column.data_type {
        DataType::Boolean => Cells::Boolean(array.as_boolean()),
        DataType::Int64 => Cells::Int64(array.as_primitive::<Int64Type>()),
        DataType::Float64 => Cells::Float64(array.as_primitive::<Float64Type>()),
        DataType::Decimal { scale, .. } => {
            Cells::Decimal(array.as_primitive::<Decimal128Type>(), scale)
        }
        DataType::Text => Cells::Text(array.as_string()),
        DataType::Date => Cells::Date(array.as_primitive::<Date32Type>()),
        DataType::Timestamp => Cells::Timestamp(array.as_primitive::<TimestampMicrosecondType>()),
        DataType::Json => Cells::Json(array.as_string()),
        DataType::Bytes => Cells::Bytes(array.as_binary()),
    })
}

impl<'a> Cells<'a> {
    /// The value in this row.
    #[inline]
    pub(crate) fn get(&self, row: usize) -> Cell<'a> {
        match self {
            Cells::Boolean(array) if array.is_valid(row) => Cell::Boolean(array.value(row)),
            Cells::Int64(array) if array.is_valid(row) => Cell::Int64(array.value(row)),
            Cells::Float64(array) if array.is_valid(row) => Cell::Float64(array.value(row)),
            Cells::Decimal(array, scale) if array.is_valid(row) => {
                Cell::Decimal(array.value(row), *scale)
            }
            Cells::Text(array) if array.is_valid(row) => Cell::Text(array.value(row)),
            Cells::Date(array) if array.is_valid(row) => Cell::Date(array.value(row)),
            Cells::Timestamp(array) if array.is_valid(row) => Cell::Timestamp(array.value(row)),
            Cells::Json(array) if array.is_valid(row) => Cell::Json(array.value(row)),
            Cells::Bytes(array) if array.is_valid(row) => Cell::Bytes(array.value(row)),
            _ => Cell::Null,
        }
    }
}

/// The error for a date or an instant that has no text form.
pub(crate) fn out_of_range(column: &Column, _: OutOfRange) -> Error {
    let Column { name, data_type, .. } = column;
    let message = format!("column {name:?} holds a {data_type} beyond the years 1 to 9999");
    Error::new(ErrorKind::Data, message)
}
