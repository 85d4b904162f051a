//! Parquet, by the Arrow schema of the file.

use std::fs::File;

use arrow_array::cast::AsArray;
use arrow_array::types::TimestampNanosecondType;
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_cast::{CastOptions, cast_with_options};
use arrow_schema::{DataType as ArrowType, TimeUnit};
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use serde::de::IgnoredAny;
use tollgate_model::schema::to_arrow_schema;
use tollgate_model::text::quote;
use tollgate_model::{Column, DataType, Error, ErrorKind, Result};

use crate::reader::{CHUNK_ROWS_MAX, Chunk, chosen};

pub(crate) struct Parquet {
    batches: ParquetRecordBatchReader,
    /// The columns of the file, in its order.
    columns: Vec<Column>,
    row: u64,
}

impl Parquet {
    pub(crate) fn open(file: File, columns: &[Column]) -> Result<Self> {
        let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(unreadable)?;
        let fields = builder.schema().fields().clone();
        let columns = chosen(columns, fields.iter().map(|field| field.name().as_str()))?;
        for (column, field) in columns.iter().zip(&fields) {
            if !carries(field.data_type(), column.data_type) {
                let (found, needed) = (field.data_type(), column.data_type);
                let text = format!("the column {} is {found}, not {needed}", quote(&column.name));
                return Err(Error::new(ErrorKind::Config, text));
            }
        }
        let batches = builder.with_batch_size(CHUNK_ROWS_MAX).build().map_err(unreadable)?;
        Ok(Parquet { batches, columns, row: 0 })
    }

    pub(crate) fn next_chunk(&mut self) -> Result<Option<Chunk>> {
        let Some(batch) = self.batches.next() else { return Ok(None) };
        let batch = batch.map_err(unreadable)?;
        let arrays = self.columns.iter().zip(batch.columns());
        let arrays = arrays.map(|(column, array)| self.accept(column, array));
        let arrays = arrays.collect::<Result<Vec<_>>>()?;
        let rows = RecordBatch::try_new(to_arrow_schema(&self.columns), arrays);
        let rows = rows.map_err(unreadable)?;
        let first_row = self.row + 1;
        self.row += rows.num_rows() as u64;
        Ok(Some(Chunk { first_row, rows }))
    }

    fn accept(&self, column: &Column, array: &ArrayRef) -> Result<ArrayRef> {
        let flaw = |index: usize, what: &str| {
            let row = self.row + 1 + index as u64;
            let text = format!("row {row}, column {}: {what}", quote(&column.name));
            Error::new(ErrorKind::Config, text)
        };
        if let Some(nanos) = array.as_primitive_opt::<TimestampNanosecondType>() {
            let is_finer = |nanos: Option<i64>| nanos.is_some_and(|nanos| nanos % 1_000 != 0);
            if let Some(index) = nanos.iter().position(is_finer) {
                return Err(flaw(index, "the time is finer than a microsecond"));
            }
        }
        if !column.nullable
            && let Some(index) = (0..array.len()).find(|index| array.is_null(*index))
        {
            return Err(flaw(index, "a value is missing, and the column needs one"));
        }
        let options = CastOptions { safe: false, ..CastOptions::default() };
        let cast = cast_with_options(array, &column.data_type.to_arrow(), &options);
        let cast = cast.map_err(|error| {
            let text = format!("a value of the column {} does not fit", quote(&column.name));
            Error::new(ErrorKind::Config, text).with_source(error)
        })?;
        if column.data_type == DataType::Json {
            let is_wrong = |text: Option<&str>| {
                text.is_some_and(|text| serde_json::from_str::<IgnoredAny>(text).is_err())
            };
            if let Some(index) = cast.as_string::<i32>().iter().position(is_wrong) {
                return Err(flaw(index, "it is no JSON"));
            }
        }
        Ok(cast)
    }
}

/// Whether every value of an Arrow type, where it fits at all, is the same value in a column.
fn carries(from: &ArrowType, to: DataType) -> bool {
    use ArrowType as A;
    if let A::Dictionary(_, values) = from {
        return carries(values, to);
    }
    match to {
        DataType::Boolean => *from == A::Boolean,
        DataType::Int64 => from.is_integer(),
        DataType::Float64 => matches!(from, A::Float32 | A::Float64),
        DataType::Decimal { precision, scale } => match from {
            A::Decimal128(digits, behind) => {
                let (whole, behind) = (i16::from(*digits) - i16::from(*behind), *behind);
                (0..=i16::from(scale)).contains(&i16::from(behind))
                    && whole <= i16::from(precision) - i16::from(scale)
            }
            _ => false,
        },
        DataType::Text | DataType::Json => matches!(from, A::Utf8 | A::LargeUtf8 | A::Utf8View),
        DataType::Date => *from == A::Date32,
        // One without a zone is a time on some clock, and no instant.
        DataType::Timestamp => matches!(
            from,
            A::Timestamp(
                TimeUnit::Second
                    | TimeUnit::Millisecond
                    | TimeUnit::Microsecond
                    | TimeUnit::Nanosecond,
                Some(_)
            )
        ),
        DataType::Bytes => {
            matches!(from, A::Binary | A::LargeBinary | A::BinaryView | A::FixedSizeBinary(_))
        }
    }
}

fn unreadable(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::new(ErrorKind::Config, "it cannot be read as Parquet").with_source(error)
}
