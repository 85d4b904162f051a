//! Batches from a guest: taken exactly where the interface allows them, and then with the values
//! that were handed over.

mod made;
mod meant;

use arbitrary::Unstructured;
use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Decimal128Type, Float64Type, Int64Type, TimestampMicrosecondType,
};
use arrow_array::{Array, RecordBatch};
use tollgate_model::{Column, DataType, ErrorKind};
use tollgate_runtime::take_batch;

use meant::Cell;

/// The most rows of a batch here.
const ROWS_MAX: u32 = 24;

/// Columns with their data, made of the bytes.
pub fn run(input: &[u8]) {
    let Ok((columns, batch)) = made::batch(&mut Unstructured::new(input)) else { return };
    let meant = meant::rows(&columns, ROWS_MAX, &batch);
    match (take_batch(&columns, ROWS_MAX, batch.clone()), meant) {
        (Ok(taken), Some(meant)) => look_at(&columns, &taken, &meant),
        (Err(error), None) => {
            assert!(matches!(error.kind(), ErrorKind::Data | ErrorKind::Limit), "{error}");
            assert!(error.message().len() < 1_000, "{error}");
        }
        (Ok(_), None) => panic!("it was taken against the rules: {columns:?} {batch:?}"),
        (Err(error), Some(_)) => panic!("{error}: {columns:?} {batch:?}"),
    }
}

fn look_at(columns: &[Column], taken: &RecordBatch, meant: &[Vec<Option<Cell>>]) {
    assert_eq!((taken.num_columns(), taken.num_rows()), (columns.len(), meant.len()));
    for (index, column) in columns.iter().enumerate() {
        let array = taken.column(index);
        assert_eq!(*array.data_type(), column.data_type.to_arrow());
        for (row, meant) in meant.iter().enumerate() {
            let got = array.is_valid(row).then(|| cell(column.data_type, array, row));
            assert_eq!(got, meant[index], "row {row} of {column:?}");
        }
    }
}

fn cell(data_type: DataType, array: &dyn Array, row: usize) -> Cell {
    match data_type {
        DataType::Boolean => Cell::Flag(array.as_boolean().value(row)),
        DataType::Int64 => Cell::Whole(array.as_primitive::<Int64Type>().value(row).into()),
        DataType::Timestamp => {
            Cell::Whole(array.as_primitive::<TimestampMicrosecondType>().value(row).into())
        }
        DataType::Date => Cell::Whole(array.as_primitive::<Date32Type>().value(row).into()),
        DataType::Decimal { .. } => Cell::Whole(array.as_primitive::<Decimal128Type>().value(row)),
        DataType::Float64 => Cell::Double(array.as_primitive::<Float64Type>().value(row).to_bits()),
        DataType::Text | DataType::Json => {
            Cell::Bytes(array.as_string::<i32>().value(row).as_bytes().to_vec())
        }
        DataType::Bytes => Cell::Bytes(array.as_binary::<i32>().value(row).to_vec()),
    }
}
