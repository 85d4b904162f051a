//! Parquet, read as Arrow.

use std::fs::File;
use std::path::Path;

use ::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use arrow_array::{Array, RecordBatch};
use tollgate_destinations::Parquet;
use tollgate_destinations::conformance::{Fixture, Traits, Value, check};
use tollgate_model::Column;

use crate::files::{Files, Storage};

#[test]
fn parquet_is_a_destination() {
    let traits = Traits {
        keeps_types: true,
        widens: false,
        keeps_keys: false,
        keeps_nan: true,
        keeps_nul: true,
        keeps_json_text: true,
        merges: false,
        resumes_replace: false,
    };
    check(fixture, traits).unwrap_or_else(|failures| panic!("{failures}"));
}

fn fixture() -> Box<dyn Fixture> {
    Box::new(Files {
        storage: Storage::new(),
        extension: "parquet",
        open: |dir| Box::new(Parquet::in_dir(dir)),
        read_file,
    })
}

fn read_file(path: &Path, columns: &[Column]) -> Vec<Vec<Value>> {
    let file = File::open(path).expect("a file can be read");
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).expect("it is a Parquet file");
    let batches = reader.build().expect("it can be read");
    let rows = batches.map(|batch| rows(&batch.expect("it can be read"), columns));
    rows.collect::<Vec<_>>().concat()
}

fn rows(batch: &RecordBatch, columns: &[Column]) -> Vec<Vec<Value>> {
    let arrays: Vec<_> = columns.iter().map(|c| (c, batch.column_by_name(&c.name))).collect();
    let value = |row: usize, column: &Column, array: Option<&std::sync::Arc<dyn Array>>| match array
    {
        Some(array) if array.is_valid(row) => value(column, array, row),
        _ => Value::Null,
    };
    let row = |row| arrays.iter().map(|(column, array)| value(row, column, *array)).collect();
    (0..batch.num_rows()).map(row).collect()
}

fn value(column: &Column, array: &dyn Array, row: usize) -> Value {
    assert_eq!(*array.data_type(), column.data_type.to_arrow(), "{}", column.name);
    super::value(column.data_type, array, row)
}
