//! What the destinations that write files share: where a table's files are, and how a load becomes
//! visible at once or not at all.
//!
//! A load writes into a hidden file in the table's folder, syncs it to the disk and renames it. The
//! first file of a table is `contacts.csv`; every append adds a further one, `contacts.000002.csv`
//! and so on, so that a file is never changed once it is there.
//!
//! A load that replaces several files takes more than one rename. Its data is first renamed to
//! `.contacts.csv.committed`: from then on the load has happened. Then the old files go, and last
//! the data gets its place. A run that is killed in between is completed by the next `begin`.
//!
//! A load that appends with a state has a manifest beside the table's files, `_tollgate.contacts.csv.json`:
//! see [`manifest`].

mod load;
mod manifest;
mod names;

use std::fmt;
use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind as IoKind};
use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use tempfile::NamedTempFile;
use tollgate_model::{Column, Error, ErrorKind, Result};
use tollgate_sync::{Begun, Mode, Start, State, Table};

use self::manifest::Manifest;
use self::names::TableFiles;
pub(crate) use self::names::encode;
use crate::table::{self, fail};

/// Writers of text collect this much before they hand it on: enough that the calls no longer show
/// in a profile, little enough to stay in the processor's cache.
pub(crate) const BUFFER_BYTES: usize = 64 * 1024;

/// A format of files.
pub(crate) trait Format: Send + Sync {
    /// How the files' names end, without the dot.
    const EXTENSION: &'static str;
    /// What writes one file.
    type Writer: RowWriter + 'static;

    /// Begins a file.
    fn start(&self, file: File, columns: &[Column]) -> Result<Self::Writer>;

    /// The columns of a further file beside this one, for rows of these columns: where columns may be
    /// widened, their types may be those of this file. Refuses any other file beside this one.
    fn settle(&self, file: &Path, columns: &[Column], widen: bool) -> Result<Vec<Column>>;
}

/// Writes one file.
pub(crate) trait RowWriter: Send {
    /// Takes rows.
    fn write(&mut self, batch: &RecordBatch) -> Result<()>;

    /// Writes what is left, and gives back the file.
    fn finish(self) -> Result<File>;
}

/// Begins a load of this table into files of this format in this folder.
pub(crate) fn begin<F: Format + 'static>(
    format: F,
    dir: &Path,
    table: &Table,
    start: Start<'_>,
) -> Result<Begun> {
    if table.mode == Mode::Merge {
        let message = format!("{} files have no keys: nothing can be merged", F::EXTENSION);
        return Err(Error::new(ErrorKind::Config, message)
            .with_hint("the modes replace and append go, or a SQLite or Postgres destination"));
    }
    check(table)?;
    let files = table.each();
    let files = files.iter().map(|table| TableFiles::new(dir, &table.name, F::EXTENSION));
    let files = files.collect::<Result<Vec<_>>>()?;
    fs::create_dir_all(dir)
        .map_err(|error| io_error(format!("cannot write in {}", dir.display()), error))?;
    load::begin(format, files, table, start)
}

/// Refuses a table that files cannot hold.
pub(crate) fn check(table: &Table) -> Result<()> {
    table::check(table)?;
    table.each().iter().try_for_each(|table| names::encode(&table.name).map(|_| ()))
}

/// What is kept of the reads of this table.
pub(crate) fn state(dir: &Path, table: &str, extension: &'static str) -> Result<Option<State>> {
    let manifest = Manifest::load(&TableFiles::new(dir, table, extension)?)?;
    Ok(manifest.and_then(|manifest| manifest.state))
}

/// Keeps this state of the reads of this table in the place of what is kept.
pub(crate) fn set_state(
    dir: &Path,
    table: &str,
    extension: &'static str,
    state: &State,
) -> Result<()> {
    let files = TableFiles::new(dir, table, extension)?;
    let failed = |error| io_error(format!("cannot write in {}", dir.display()), error);
    fs::create_dir_all(dir).map_err(failed)?;
    claim(&files, &files.stage().map_err(failed)?)?;
    let mut manifest = Manifest::load(&files)?.unwrap_or_default();
    manifest.state = Some(state.clone());
    manifest.save(&files)
}

/// Throws away what is kept of the reads of this table; whether there was anything.
pub(crate) fn forget(dir: &Path, table: &str, extension: &'static str) -> Result<bool> {
    let files = TableFiles::new(dir, table, extension)?;
    let Some(mut manifest) = Manifest::load(&files)?.filter(|found| found.state.is_some()) else {
        return Ok(false);
    };
    let failed = |error| io_error(format!("cannot write in {}", dir.display()), error);
    claim(&files, &files.stage().map_err(failed)?)?;
    manifest.state = None;
    manifest.save(&files)?;
    Ok(true)
}

/// Removes what killed runs have left, and refuses to load beside a run that lives: its staged file
/// is locked, and the lock ends with its process.
fn claim(files: &TableFiles, staged: &NamedTempFile) -> Result<()> {
    let failed = |error| io_error(format!("cannot write in {}", files.dir().display()), error);
    // By name: of a folder that was given as a relative path, one of the two paths is absolute.
    let is_own = |path: &&PathBuf| path.file_name() == staged.path().file_name();
    for path in files.staged().map_err(failed)?.iter().filter(|path| !is_own(path)) {
        match File::open(path).and_then(|file| lock(&file)) {
            Ok(true) => fs::remove_file(path).map_err(failed)?,
            Ok(false) => return Err(loading_already(files.table())),
            // It was there a moment ago: its run has come to an end.
            Err(error) if error.kind() == IoKind::NotFound => {}
            Err(error) => return Err(failed(error)),
        }
    }
    Ok(())
}

/// Locks the file for as long as it is open. `false`: another has locked it.
fn lock(file: &File) -> io::Result<bool> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        // A file system without locks: then two runs at once are not noticed here, and the one that
        // commits last wins as a whole.
        Err(TryLockError::Error(error)) if error.kind() == IoKind::Unsupported => Ok(true),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// A lock file that stands for a table while it is loaded into something that cannot be locked
/// itself. It ends with the process.
#[derive(Debug)]
pub(crate) struct TableLock {
    path: PathBuf,
    _file: File,
}

impl TableLock {
    /// Locks this table of the file at `beside`.
    pub(crate) fn take(beside: &Path, table: &str) -> Result<Self> {
        let mut name = beside.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.lock", names::encode(table)?));
        let path = beside.with_file_name(name);
        let failed = |error| io_error(format!("cannot write {}", path.display()), error);
        let file = File::options().create(true).append(true).open(&path).map_err(failed)?;
        if !lock(&file).map_err(failed)? {
            return Err(loading_already(table));
        }
        Ok(TableLock { path, _file: file })
    }
}

impl Drop for TableLock {
    fn drop(&mut self) {
        // The lock is what counts; a file that stays is in nobody's way.
        drop(fs::remove_file(&self.path));
    }
}

/// The error for a table that another run has locked.
pub(crate) fn loading_already(table: &str) -> Error {
    fail(format!("another run is loading table {table:?}"))
        .with_hint("wait until it has finished, or load into another table")
}

/// What could not be done, with a hint where there is one, and the I/O error as its source.
pub(crate) fn io_error(what: impl fmt::Display, error: io::Error) -> Error {
    let hint = match error.kind() {
        IoKind::StorageFull | IoKind::QuotaExceeded => Some("free some space and try again"),
        IoKind::PermissionDenied => Some("check who may write there"),
        IoKind::ReadOnlyFilesystem => Some("choose a place that can be written to"),
        IoKind::NotADirectory | IoKind::AlreadyExists => {
            Some("choose a folder; a file of that name is in the way")
        }
        _ => None,
    };
    let failed = fail(what.to_string()).with_source(error);
    match hint {
        Some(hint) => failed.with_hint(hint),
        None => failed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Csv;
    use crate::samples::{BeginLoad as _, contacts, load, people};

    #[test]
    fn one_table_is_loaded_once_at_a_time() {
        let dir = tempfile::tempdir().unwrap();
        let mut csv = Csv::in_dir(dir.path());
        let begun = csv.begin_load(&contacts(Mode::Append)).unwrap();
        let error = csv.begin_load(&contacts(Mode::Replace)).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Destination);
        assert_eq!(error.message(), "another run is loading table \"contacts\"");
        let other = Table { name: "other".to_owned(), ..contacts(Mode::Replace) };
        drop(csv.begin_load(&other).unwrap());
        begun.commit(None).unwrap();
        drop(csv.begin_load(&contacts(Mode::Replace)).unwrap());
    }

    #[test]
    fn a_load_tells_its_file() {
        let dir = tempfile::tempdir().unwrap();
        let mut csv = Csv::in_dir(dir.path().join("a/b"));
        for name in ["contacts.csv", "contacts.000002.csv", "contacts.000003.csv"] {
            let loaded = load(&mut csv, &contacts(Mode::Append), &people(0..3)).unwrap();
            assert_eq!(Path::new(&loaded.location), dir.path().join("a/b").join(name));
        }
    }

    /// A path that is given relative to the working folder, which no test may change.
    #[test]
    fn a_relative_folder_is_loaded_into() {
        let here = std::env::current_dir().unwrap();
        let dir = tempfile::tempdir_in(&here).unwrap();
        let relative = dir.path().strip_prefix(&here).unwrap();
        assert!(relative.is_relative());
        for _ in 0..2 {
            load(&mut Csv::in_dir(relative), &contacts(Mode::Append), &people(0..3)).unwrap();
        }
        assert!(relative.join("contacts.000002.csv").exists());
    }

    #[test]
    fn what_killed_runs_have_left_is_removed_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let left = [".contacts.x1y2z3.csv.tmp", ".contacts.x1y2z3.parquet.tmp", ".other.x.csv.tmp"];
        for name in left.into_iter().chain(["contacts.notes.csv", "contacts.12.csv"]) {
            fs::write(dir.path().join(name), "left").unwrap();
        }
        load(&mut Csv::in_dir(dir.path()), &contacts(Mode::Replace), &people(0..3)).unwrap();
        assert!(!dir.path().join(left[0]).exists());
        for name in [left[1], left[2], "contacts.notes.csv", "contacts.12.csv"] {
            assert_eq!(fs::read_to_string(dir.path().join(name)).unwrap(), "left");
        }
    }

    #[test]
    fn a_place_that_cannot_be_written_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        fs::write(&file, "mine").unwrap();
        for place in [file.clone(), file.join("below")] {
            let error = Csv::in_dir(&place).begin_load(&contacts(Mode::Replace)).err().unwrap();
            assert_eq!(error.kind(), ErrorKind::Destination);
            assert_eq!(error.message(), format!("cannot write in {}", place.display()));
            let hint = "choose a folder; a file of that name is in the way";
            assert_eq!(error.hint(), Some(hint));
        }
        assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    }

    #[test]
    fn a_load_whose_staged_file_is_gone_fails() {
        let dir = tempfile::tempdir().unwrap();
        let mut csv = Csv::in_dir(dir.path());
        let begun = csv.begin_load(&contacts(Mode::Replace)).unwrap();
        for entry in fs::read_dir(dir.path()).unwrap() {
            fs::remove_file(entry.unwrap().path()).unwrap();
        }
        let error = begun.commit(None).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Destination);
        assert!(error.message().ends_with("contacts.csv in its place"), "{error}");
    }
}
