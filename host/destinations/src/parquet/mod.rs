//! Parquet files: one for a table, and a further one for every append.

mod writer;

use std::fmt::Display;
use std::fs::File;
use std::path::{Path, PathBuf};

use ::parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use arrow_array::RecordBatch;
use tollgate_model::{Column, Error, Result};
use tollgate_sync::{Begun, Destination, Start, State, Table};

pub(crate) use self::writer::ParquetWriter;
use crate::appends;
use crate::files::{self, Format, RowWriter};
use crate::table::fail;

/// What a row group may have in encoded bytes before the next one begins. A load holds it in
/// memory; a reader wants it large, since it can skip row groups and reads one at a time.
pub(crate) const ROW_GROUP_BYTES: usize = 16 * 1024 * 1024;

/// A folder of Parquet files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parquet {
    dir: PathBuf,
    row_group_bytes: usize,
}

impl Parquet {
    /// The files of this folder. It is made by the first load if it does not exist.
    pub fn in_dir(dir: impl Into<PathBuf>) -> Self {
        Parquet { dir: dir.into(), row_group_bytes: ROW_GROUP_BYTES }
    }

    /// How many encoded bytes a row group may have, and thereby how much memory a load takes;
    /// 16 MiB unless told otherwise, at least one byte.
    #[must_use]
    pub fn with_row_group_bytes(mut self, row_group_bytes: usize) -> Self {
        self.row_group_bytes = row_group_bytes.max(1);
        self
    }
}

impl Destination for Parquet {
    fn begin(&mut self, table: &Table, start: Start<'_>) -> Result<Begun> {
        let format = ParquetFormat { row_group_bytes: self.row_group_bytes };
        files::begin(format, &self.dir, table, start)
    }

    fn state(&self, table: &str) -> Result<Option<State>> {
        files::state(&self.dir, table, ParquetFormat::EXTENSION)
    }

    fn set_state(&mut self, table: &str, state: &State) -> Result<()> {
        files::set_state(&self.dir, table, ParquetFormat::EXTENSION, state)
    }

    fn forget(&mut self, table: &str) -> Result<bool> {
        files::forget(&self.dir, table, ParquetFormat::EXTENSION)
    }
}

#[derive(Clone, Copy, Debug)]
struct ParquetFormat {
    row_group_bytes: usize,
}

impl Format for ParquetFormat {
    const EXTENSION: &'static str = "parquet";
    type Writer = ParquetWriter<File>;

    fn start(&self, file: File, columns: &[Column]) -> Result<Self::Writer> {
        ParquetWriter::new(file, columns, self.row_group_bytes)
    }

    /// The file that is there is never changed, so new rows can take its types, but not it theirs.
    fn settle(&self, path: &Path, columns: &[Column], widen: bool) -> Result<Vec<Column>> {
        let metadata = File::open(path)
            .map_err(|error| files::io_error(format!("cannot read {}", path.display()), error))
            .and_then(|file| {
                ArrowReaderMetadata::load(&file, ArrowReaderOptions::new())
                    .map_err(|error| unreadable(path, error))
            })?;
        let mut columns = columns.to_vec();
        for field in metadata.schema().fields() {
            let column = columns.iter_mut().find(|column| column.name == *field.name());
            let Some(column) = column else { continue };
            match Column::from_arrow(field) {
                Ok(existing) if appends::settle(column, existing.data_type, widen) => {}
                Ok(existing) => {
                    return Err(changed_type(path.display(), column, existing.data_type));
                }
                Err(_) => return Err(changed_type(path.display(), column, field.data_type())),
            }
        }
        Ok(columns)
    }
}

impl RowWriter for ParquetWriter<File> {
    fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        ParquetWriter::write(self, batch)
    }

    fn finish(self) -> Result<File> {
        ParquetWriter::finish(self)
    }
}

fn unreadable(path: &Path, error: ::parquet::errors::ParquetError) -> Error {
    fail(format!("{} is not a Parquet file, so nothing can be added to it", path.display()))
        .with_source(error)
        .with_hint("replace the table, or append into another one")
}

/// The error for a column whose type differs from that of the rows that are there.
pub(crate) fn changed_type(place: impl Display, column: &Column, existing: impl Display) -> Error {
    let Column { name, data_type, .. } = column;
    let message = format!("column {name:?} of {place} holds {existing}, the new rows {data_type}");
    // With `widen`, rows come in the file's type where that holds them.
    let hint = "--full-refresh reads everything anew; a file that is there is never changed";
    fail(message).with_hint(hint)
}

#[cfg(test)]
mod tests {
    use ::parquet::basic::{Compression, LogicalType};
    use ::parquet::file::reader::{FileReader, SerializedFileReader};
    use tollgate_model::ErrorKind;
    use tollgate_sync::Mode;

    use super::*;
    use crate::samples::{BeginLoad as _, all_columns, all_values, contacts, load, people};

    fn open(path: &Path) -> SerializedFileReader<File> {
        SerializedFileReader::new(File::open(path).unwrap()).unwrap()
    }

    #[test]
    fn every_type_has_its_logical_type_and_the_file_says_who_wrote_it() {
        let dir = tempfile::tempdir().unwrap();
        let table = Table { columns: all_columns(), ..contacts(Mode::Append) };
        load(&mut Parquet::in_dir(dir.path()), &table, &all_values("", "{}")).unwrap();
        let reader = open(&dir.path().join("contacts.parquet"));
        let file = reader.metadata().file_metadata();
        let version = env!("CARGO_PKG_VERSION");
        assert_eq!(file.created_by(), Some(format!("tollgate version {version}").as_str()));
        let kinds = file.schema_descr().columns().iter().map(|column| {
            let kind = column.logical_type_ref().map(|kind| format!("{kind:?}"));
            format!("{} {}", column.physical_type(), kind.unwrap_or_default())
        });
        let kinds: Vec<_> = kinds.collect();
        let expected = ["BOOLEAN", "INT64", "DOUBLE", "INT64 Decimal", "BYTE_ARRAY String"];
        let rest = ["INT32 Date", "INT64 Timestamp", "BYTE_ARRAY Json", "BYTE_ARRAY"];
        for (kind, expected) in kinds.iter().zip(expected.iter().chain(&rest)) {
            assert!(kind.starts_with(expected), "{kind} instead of {expected}");
        }
        let json = file.schema_descr().column(7);
        assert_eq!(json.logical_type_ref(), Some(&LogicalType::Json));
        let chunk = reader.metadata().row_group(0).column(1);
        assert!(matches!(chunk.compression(), Compression::ZSTD(_)));
        assert_eq!(chunk.statistics().unwrap().null_count_opt(), Some(1));
    }

    #[test]
    fn row_groups_are_bounded() {
        let dir = tempfile::tempdir().unwrap();
        let mut parquet = Parquet::in_dir(dir.path()).with_row_group_bytes(64 * 1024);
        let mut begun = parquet.begin_load(&contacts(Mode::Replace)).unwrap();
        for start in (0..100_000).step_by(1000) {
            begun.write(&people(start..start + 1000), &[]).unwrap();
        }
        begun.commit(None).unwrap();
        let reader = open(&dir.path().join("contacts.parquet"));
        let groups = reader.metadata().row_groups();
        assert!(groups.len() > 4, "{}", groups.len());
        assert!(groups.iter().all(|group| group.compressed_size() < 128 * 1024));
        assert_eq!(groups.iter().map(|group| group.num_rows()).sum::<i64>(), 100_000);
    }

    #[test]
    fn nothing_is_added_beside_what_is_no_parquet() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("contacts.parquet"), "mine").unwrap();
        let mut parquet = Parquet::in_dir(dir.path());
        let error = parquet.begin_load(&contacts(Mode::Append)).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Destination);
        assert!(error.message().contains("contacts.parquet is not a Parquet file"), "{error}");
    }
}
