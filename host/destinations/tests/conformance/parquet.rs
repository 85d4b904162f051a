//! Parquet, read as Arrow.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use ::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use ::parquet::file::reader::ChunkReader;
use arrow_array::cast::AsArray as _;
use arrow_array::types::Int64Type;
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
    read(File::open(path).expect("a file can be read"), columns)
}

/// The rows of one file or object.
pub fn read(file: impl ChunkReader + 'static, columns: &[Column]) -> Vec<Vec<Value>> {
    batches(file).iter().flat_map(|batch| rows(batch, columns)).collect()
}

/// The column `id` of one file or object.
pub fn ids(file: impl ChunkReader + 'static) -> Vec<i64> {
    let column = |batch: &RecordBatch| batch.column_by_name("id").map(Arc::clone);
    let columns = batches(file).iter().filter_map(column).collect::<Vec<_>>();
    columns.iter().flat_map(|ids| ids.as_primitive::<Int64Type>().values().to_vec()).collect()
}

fn batches(file: impl ChunkReader + 'static) -> Vec<RecordBatch> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).expect("it is a Parquet file");
    let batches = reader.build().expect("it can be read");
    batches.map(|batch| batch.expect("it can be read")).collect()
}

fn rows(batch: &RecordBatch, columns: &[Column]) -> Vec<Vec<Value>> {
    let arrays: Vec<_> = columns.iter().map(|c| (c, batch.column_by_name(&c.name))).collect();
    let value = |row: usize, column: &Column, array: Option<&Arc<dyn Array>>| match array {
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
