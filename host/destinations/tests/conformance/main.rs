//! Runs the conformance suite over every destination, and over defective ones that it has to catch.

mod csv;
mod files;
mod jsonl;
mod memory;
mod parquet;
mod s3;
mod sqlite;
mod states;
mod texts;

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Decimal128Type, Float64Type, Int64Type, TimestampMicrosecondType,
};
use tollgate_destinations::conformance::Value;
use tollgate_model::DataType;

/// The value of a row that has one.
fn value(data_type: DataType, array: &dyn Array, row: usize) -> Value {
    match data_type {
        DataType::Boolean => Value::Boolean(array.as_boolean().value(row)),
        DataType::Int64 => Value::Int64(array.as_primitive::<Int64Type>().value(row)),
        DataType::Float64 => Value::float64(array.as_primitive::<Float64Type>().value(row)),
        DataType::Decimal { .. } => {
            Value::Decimal(array.as_primitive::<Decimal128Type>().value(row))
        }
        DataType::Text => Value::text(array.as_string::<i32>().value(row)),
        DataType::Json => Value::json(array.as_string::<i32>().value(row)),
        DataType::Date => Value::Date(array.as_primitive::<Date32Type>().value(row)),
        DataType::Timestamp => {
            Value::Timestamp(array.as_primitive::<TimestampMicrosecondType>().value(row))
        }
        DataType::Bytes => Value::Bytes(array.as_binary::<i32>().value(row).to_vec()),
    }
}
