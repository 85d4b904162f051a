//! Rows from Arrow as a guest gets them: the way of [`super::to_arrow`] back.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Decimal128Type, Float64Type, Int64Type, TimestampMicrosecondType,
};
use arrow_array::{Array, RecordBatch};

use crate::bindings::tollgate::connector::types::{Batch, ColumnData, TextData, Values};
use tollgate_model::{Column, DataType};

/// The rows for a guest. Their types have to be those of the columns, in that order.
pub(crate) fn from_arrow(columns: &[&Column], rows: &RecordBatch) -> Batch {
    let data = columns.iter().zip(rows.columns());
    Batch {
        // A batch that is written has 1,000 rows at most.
        rows: u32::try_from(rows.num_rows()).unwrap_or(u32::MAX),
        columns: data.map(|(column, array)| column_data(column.data_type, array)).collect(),
    }
}

fn column_data(data_type: DataType, array: &dyn Array) -> ColumnData {
    let rows = 0..array.len();
    let is_valid = |row: usize| array.is_valid(row);
    let values = match data_type {
        DataType::Boolean => {
            let array = array.as_boolean();
            Values::Booleans(bits(array.len(), |row| array.value(row)))
        }
        DataType::Int64 => Values::Int64s(array.as_primitive::<Int64Type>().values().to_vec()),
        DataType::Timestamp => {
            Values::Int64s(array.as_primitive::<TimestampMicrosecondType>().values().to_vec())
        }
        DataType::Date => {
            let days = array.as_primitive::<Date32Type>().values();
            Values::Int64s(days.iter().map(|day| i64::from(*day)).collect())
        }
        DataType::Float64 => {
            Values::Float64s(array.as_primitive::<Float64Type>().values().to_vec())
        }
        DataType::Decimal { .. } => {
            let array = array.as_primitive::<Decimal128Type>();
            let digits = rows.map(|row| is_valid(row).then(|| array.value_as_string(row)));
            texts(digits.map(Option::unwrap_or_default))
        }
        DataType::Text | DataType::Json => {
            let array = array.as_string::<i32>();
            texts(rows.map(|row| if is_valid(row) { array.value(row) } else { "" }))
        }
        DataType::Bytes => {
            let array = array.as_binary::<i32>();
            texts(rows.map(|row| if is_valid(row) { array.value(row) } else { b"" }))
        }
    };
    let validity = (array.null_count() > 0).then(|| bits(array.len(), is_valid));
    ColumnData { validity, values }
}

fn bits(rows: usize, is_set: impl Fn(usize) -> bool) -> Vec<u8> {
    let mut bits = vec![0; rows.div_ceil(8)];
    for row in (0..rows).filter(|row| is_set(*row)) {
        bits[row / 8] |= 1 << (row % 8);
    }
    bits
}

fn texts<T: AsRef<[u8]>>(values: impl Iterator<Item = T>) -> Values {
    let mut texts = TextData { offsets: vec![0], bytes: Vec::new() };
    for value in values {
        texts.bytes.extend_from_slice(value.as_ref());
        // The offsets of the arrays that these come from are 32 bits wide too.
        texts.offsets.push(u32::try_from(texts.bytes.len()).unwrap_or(u32::MAX));
    }
    Values::Texts(texts)
}
