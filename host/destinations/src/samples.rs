//! Tables and rows for tests.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array,
    RecordBatch, StringArray, TimestampMicrosecondArray,
};
use tollgate_model::{Column, DataType, schema};
use tollgate_sync::{Destination, Load, Loaded, Mode, Start, Table};

/// A column.
pub(crate) fn column(name: &str, data_type: DataType) -> Column {
    Column { name: name.to_owned(), data_type, nullable: true, description: String::new() }
}

/// `contacts` with `id` and `email`, keyed by `id` unless appended to.
pub(crate) fn contacts(mode: Mode) -> Table {
    let primary_key = if mode == Mode::Replace { vec!["id".to_owned()] } else { Vec::new() };
    let columns = vec![column("id", DataType::Int64), column("email", DataType::Text)];
    Table {
        name: "contacts".to_owned(),
        columns,
        primary_key,
        deletion: None,
        mode,
        children: Vec::new(),
        widen: false,
    }
}

/// Rows of [`contacts`].
pub(crate) fn people(ids: std::ops::Range<i64>) -> RecordBatch {
    let emails = ids.clone().map(|id| Some(format!("{id}@example.com")));
    let emails: StringArray = emails.collect();
    let ids: Int64Array = ids.collect();
    batch(&contacts(Mode::Replace).columns, vec![Arc::new(ids), Arc::new(emails)])
}

/// A batch with these columns.
pub(crate) fn batch(columns: &[Column], arrays: Vec<ArrayRef>) -> RecordBatch {
    RecordBatch::try_new(schema::to_arrow_schema(columns), arrays).expect("the arrays fit")
}

/// Begins loads without state.
pub(crate) trait BeginLoad {
    fn begin_load(&mut self, table: &Table) -> tollgate_model::Result<Box<dyn Load>>;
}

impl<D: Destination + ?Sized> BeginLoad for D {
    fn begin_load(&mut self, table: &Table) -> tollgate_model::Result<Box<dyn Load>> {
        Ok(self.begin(table, Start::Stateless)?.load)
    }
}

/// Loads one batch.
pub(crate) fn load(
    destination: &mut dyn Destination,
    table: &Table,
    batch: &RecordBatch,
) -> tollgate_model::Result<Loaded> {
    let mut load = destination.begin_load(table)?;
    load.write(batch, &[])?;
    load.commit(None)
}

/// Every type, decimals in two sizes.
pub(crate) const TYPES: [DataType; 10] = [
    DataType::Boolean,
    DataType::Int64,
    DataType::Float64,
    DataType::Decimal { precision: 38, scale: 9 },
    DataType::Decimal { precision: 10, scale: 2 },
    DataType::Text,
    DataType::Date,
    DataType::Timestamp,
    DataType::Json,
    DataType::Bytes,
];

/// One column of every type.
pub(crate) fn all_columns() -> Vec<Column> {
    let types = [
        DataType::Boolean,
        DataType::Int64,
        DataType::Float64,
        DataType::Decimal { precision: 18, scale: 2 },
        DataType::Text,
        DataType::Date,
        DataType::Timestamp,
        DataType::Json,
        DataType::Bytes,
    ];
    let name = |data_type: DataType| data_type.to_string().replace("(18,2)", "");
    types.map(|data_type| column(&name(data_type), data_type)).to_vec()
}

/// Two rows of [`all_columns`]: one with values, one without.
pub(crate) fn all_values(text: &str, json: &str) -> RecordBatch {
    let decimals = Decimal128Array::from(vec![Some(-1250), None]).with_precision_and_scale(18, 2);
    let timestamps = TimestampMicrosecondArray::from(vec![Some(1_709_211_909_000_250), None]);
    let arrays: Vec<ArrayRef> = vec![
        Arc::new(BooleanArray::from(vec![Some(true), None])),
        Arc::new(Int64Array::from(vec![Some(i64::MIN), None])),
        Arc::new(Float64Array::from(vec![Some(1e300), None])),
        Arc::new(decimals.expect("the digits fit")),
        Arc::new(StringArray::from(vec![Some(text), None])),
        Arc::new(Date32Array::from(vec![Some(19_782), None])),
        Arc::new(timestamps.with_timezone("UTC")),
        Arc::new(StringArray::from(vec![Some(json), None])),
        Arc::new(BinaryArray::from(vec![Some(&b"\xff\x00"[..]), None])),
    ];
    batch(&all_columns(), arrays)
}

/// Takes nothing: every write fails as a full disk does.
pub(crate) struct FullDisk;

impl std::io::Write for FullDisk {
    fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
        Err(std::io::ErrorKind::StorageFull.into())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
