//! Rows as one Parquet file.

use std::io::{self, Write};
use std::sync::Arc;

use ::parquet::arrow::ArrowSchemaConverter;
use ::parquet::arrow::arrow_writer::{ArrowWriter, ArrowWriterOptions};
use ::parquet::basic::{Compression, LogicalType, ZstdLevel};
use ::parquet::errors::{ParquetError, Result as ParquetResult};
use ::parquet::file::properties::WriterProperties;
use ::parquet::schema::types::{SchemaDescriptor, Type};
use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use tollgate_model::{Column, DataType, Result, schema};

use crate::cells;
use crate::files::io_error;
use crate::table::fail;

/// Level 3 is zstd's own default: beyond it files hardly shrink and writing takes longer.
const ZSTD_LEVEL: i32 = 3;

/// A dictionary beyond this is given up, and the column goes on plain. Every column holds its
/// dictionary in memory until its row group is done, so wide tables want it small.
const DICTIONARY_BYTES: usize = 256 * 1024;

/// Pages of this size are what a reader decompresses at once.
const PAGE_BYTES: usize = 256 * 1024;

/// Writes one Parquet file.
pub(crate) struct ParquetWriter<W: Write + Send> {
    writer: ArrowWriter<W>,
    columns: Vec<Column>,
    schema: SchemaRef,
}

impl<W: Write + Send> ParquetWriter<W> {
    pub(crate) fn new(file: W, columns: &[Column], row_group_bytes: usize) -> Result<Self> {
        let schema = schema::to_arrow_schema(columns);
        let writer = start(file, columns, &schema, row_group_bytes).map_err(failed)?;
        Ok(ParquetWriter { writer, columns: columns.to_vec(), schema })
    }

    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        cells::of(batch, &self.columns)?;
        // The writer compares schemas, metadata included; only names and types matter here.
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), batch.columns().to_vec())
            .map_err(|error| failed(error.into()))?;
        self.writer.write(&batch).map_err(failed)
    }

    /// How many bytes of the file are written.
    pub(crate) fn bytes(&self) -> u64 {
        self.writer.bytes_written() as u64
    }

    pub(crate) fn finish(self) -> Result<W> {
        self.writer.into_inner().map_err(failed)
    }
}

fn start<W: Write + Send>(
    file: W,
    columns: &[Column],
    schema: &SchemaRef,
    row_group_bytes: usize,
) -> ParquetResult<ArrowWriter<W>> {
    let properties = WriterProperties::builder()
        .set_created_by(format!("tollgate version {}", env!("CARGO_PKG_VERSION")))
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(ZSTD_LEVEL)?))
        .set_dictionary_page_size_limit(DICTIONARY_BYTES)
        .set_data_page_size_limit(PAGE_BYTES)
        .set_max_row_group_bytes(Some(row_group_bytes))
        .build();
    let options = ArrowWriterOptions::new()
        .with_properties(properties)
        .with_parquet_schema(parquet_schema(columns, schema)?);
    ArrowWriter::try_new_with_options(file, Arc::clone(schema), options)
}

/// The schema as the crate derives it, with JSON columns marked as what they are: it knows them
/// only with a feature that would add the other extension types too.
fn parquet_schema(columns: &[Column], schema: &SchemaRef) -> ParquetResult<SchemaDescriptor> {
    let derived = ArrowSchemaConverter::new().convert(schema)?;
    let root = derived.root_schema();
    let fields = root.get_fields().iter().zip(columns).map(|(field, column)| {
        if column.data_type != DataType::Json {
            return Ok(Arc::clone(field));
        }
        let json = Type::primitive_type_builder(field.name(), field.get_physical_type())
            .with_repetition(field.get_basic_info().repetition())
            .with_logical_type(Some(LogicalType::Json));
        json.build().map(Arc::new)
    });
    let fields = fields.collect::<ParquetResult<Vec<_>>>()?;
    let root = Type::group_type_builder(root.name()).with_fields(fields).build()?;
    Ok(SchemaDescriptor::new(Arc::new(root)))
}

fn failed(error: ParquetError) -> tollgate_model::Error {
    const WHAT: &str = "cannot write rows";
    match error {
        // A full disk comes as an I/O error in a box; as such it has a hint.
        ParquetError::External(source) => match source.downcast::<io::Error>() {
            // What writes may know better what happened than the system does.
            Ok(error) => error.downcast().unwrap_or_else(|error| io_error(WHAT, error)),
            Err(source) => fail(WHAT).with_source(source),
        },
        other => fail(WHAT).with_source(other),
    }
}
