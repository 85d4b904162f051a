//! Where the native programs put rows: Arrow batches, a Parquet file, a table of SQLite or Postgres.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use arrow_array::RecordBatch;
use arrow_schema::{Field, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use postgres::NoTls;
use rusqlite::{Connection, Statement};

use super::kinds::{Binding, Column, Kind};
use super::{Program, Sink, Source};
use crate::job::{Database, NATIVE_SCHEMA};

/// Batches, each given on.
pub struct Batches<K: Kind, F> {
    schema: SchemaRef,
    builder: K::Builder,
    each: F,
}

impl<K: Kind, F: FnMut(RecordBatch) -> Result<bool>> Batches<K, F> {
    /// Gives each page to `each`, which says whether more is wanted.
    pub fn new(each: F) -> Self {
        Batches { schema: schema::<K>(), builder: K::Builder::default(), each }
    }
}

impl<K: Kind, F: FnMut(RecordBatch) -> Result<bool>> Sink<K> for Batches<K, F> {
    fn page(&mut self, rows: &[K::Value<'_>]) -> Result<bool> {
        for row in rows {
            K::append(row, &mut self.builder);
        }
        let mut arrays = Vec::with_capacity(self.schema.fields().len());
        K::finish(&mut self.builder, &mut arrays);
        (self.each)(RecordBatch::try_new(self.schema.clone(), arrays)?)
    }
}

/// Writes a Parquet file, compressed as Tollgate's.
pub fn parquet<P: Program>(source: &Source, out: &Path) -> Result<u64> {
    let compression = Compression::ZSTD(ZstdLevel::try_new(3)?);
    let properties = WriterProperties::builder().set_compression(compression).build();
    let file = File::create(out.join("contacts.parquet"))?;
    let mut writer = ArrowWriter::try_new(file, schema::<P::Row>(), Some(properties))?;
    P::run(source, &mut Batches::new(|batch| Ok(writer.write(&batch).map(|()| true)?)))?;
    let written = writer.close()?;
    Ok(written.file_metadata().num_rows().unsigned_abs())
}

/// Writes a new table of SQLite: one transaction, one prepared statement, values bound from the
/// response without a copy.
pub fn sqlite<P: Program>(source: &Source, out: &Path) -> Result<u64> {
    let columns = columns::<P::Row>();
    let mut db = Connection::open(out.join("native.db"))?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.pragma_update(None, "synchronous", "NORMAL")?;
    db.execute_batch(&format!("CREATE TABLE contacts ({})", declared(&columns, |c| c.sqlite)))?;
    let transaction = db.transaction()?;
    let places = vec!["?"; columns.len()].join(", ");
    let statement = transaction.prepare(&format!("INSERT INTO contacts VALUES ({places})"))?;
    let mut sink = Inserts { statement, scratch: String::new(), rows: 0 };
    P::run(source, &mut sink)?;
    let rows = sink.rows;
    drop(sink);
    transaction.commit()?;
    Ok(rows)
}

struct Inserts<'c> {
    statement: Statement<'c>,
    scratch: String,
    rows: u64,
}

impl<K: Kind> Sink<K> for Inserts<'_> {
    fn page(&mut self, rows: &[K::Value<'_>]) -> Result<bool> {
        for row in rows {
            let Inserts { statement, scratch, .. } = self;
            K::bind(row, &mut Binding { statement, place: 0, scratch })?;
            self.statement.raw_execute()?;
        }
        self.rows += rows.len() as u64;
        Ok(true)
    }
}

/// Writes a new table of Postgres: one transaction, one binary `COPY`.
pub fn postgres<P: Program>(source: &Source, database: &Database) -> Result<u64> {
    let columns = columns::<P::Row>();
    let mut client = database.config()?.connect(NoTls)?;
    let mut transaction = client.transaction()?;
    let table = format!("{NATIVE_SCHEMA}.contacts");
    let definition = declared(&columns, |column| column.postgres);
    transaction.batch_execute(&format!("CREATE TABLE {table} ({definition})"))?;
    let mut copy = transaction.copy_in(&format!("COPY {table} FROM STDIN (FORMAT binary)"))?;
    let mut sink = Copy { copy: &mut copy, buffer: Vec::new(), fields: columns.len() as i16 };
    // The signature, flags and the length of an extension; at the end, -1 in the place of a row.
    sink.copy.write_all(b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0")?;
    P::run(source, &mut sink)?;
    sink.copy.write_all(&(-1_i16).to_be_bytes())?;
    let rows = copy.finish()?;
    transaction.commit()?;
    Ok(rows)
}

struct Copy<'s, 'c> {
    copy: &'s mut postgres::CopyInWriter<'c>,
    buffer: Vec<u8>,
    fields: i16,
}

impl<K: Kind> Sink<K> for Copy<'_, '_> {
    fn page(&mut self, rows: &[K::Value<'_>]) -> Result<bool> {
        self.buffer.clear();
        for row in rows {
            self.buffer.extend_from_slice(&self.fields.to_be_bytes());
            K::copy(row, &mut self.buffer);
        }
        self.copy.write_all(&self.buffer)?;
        Ok(true)
    }
}

fn columns<K: Kind>() -> Vec<Column> {
    let mut columns = Vec::new();
    K::columns("", &mut columns);
    columns
}

fn schema<K: Kind>() -> SchemaRef {
    let field = |column: Column| Field::new(column.name, column.arrow, true);
    Arc::new(Schema::new(columns::<K>().into_iter().map(field).collect::<Vec<_>>()))
}

/// The first column is the key.
fn declared(columns: &[Column], type_of: fn(&Column) -> &'static str) -> String {
    let column = |(place, column): (usize, &Column)| {
        let key = if place == 0 { " PRIMARY KEY NOT NULL" } else { "" };
        format!("{} {}{key}", column.name, type_of(column))
    };
    columns.iter().enumerate().map(column).collect::<Vec<_>>().join(", ")
}
