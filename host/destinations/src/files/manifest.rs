//! The manifest of a table that is appended to with a state: which files are the table, and how far
//! the read of it has come. It is replaced as a whole, by a rename, after the data is in its place;
//! a file that it does not name came from a run that was killed.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::{fs, io};

use serde::{Deserialize, Serialize};
use tollgate_model::Result;
use tollgate_sync::State;

use super::names::TableFiles;
use super::{io_error, lock};
use crate::table::fail;

const VERSION: u32 = 1;

/// A manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Manifest {
    version: u32,
    /// The names of the files of each table: of the table itself and of its child tables.
    pub(super) tables: BTreeMap<String, Vec<String>>,
    /// How far the read has come.
    pub(super) state: Option<State>,
}

impl Default for Manifest {
    fn default() -> Self {
        Manifest { version: VERSION, tables: BTreeMap::new(), state: None }
    }
}

impl Manifest {
    /// The manifest of this table, if there is one.
    pub(super) fn load(files: &TableFiles) -> Result<Option<Self>> {
        let path = files.manifest();
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(io_error(format!("cannot read {}", path.display()), error)),
        };
        let damaged = || {
            fail(format!("{} is not a manifest that this version understands", path.display()))
                .with_hint("load into another folder, or remove the file and the table's files")
        };
        let manifest: Manifest =
            serde_json::from_slice(&text).map_err(|error| damaged().with_source(error))?;
        if manifest.version == VERSION { Ok(Some(manifest)) } else { Err(damaged()) }
    }

    /// Puts it in the place of the one before.
    pub(super) fn save(&self, files: &TableFiles) -> Result<()> {
        let failed =
            |error| io_error(format!("cannot write {}", files.manifest().display()), error);
        let text = serde_json::to_vec_pretty(self).map_err(|error| failed(error.into()))?;
        let mut staged = files.stage().map_err(failed)?;
        lock(staged.as_file()).map_err(failed)?;
        staged.write_all(&text).and_then(|()| staged.as_file().sync_all()).map_err(failed)?;
        staged.persist(files.manifest()).map_err(|error| failed(error.error))?;
        files.sync_dir().map_err(failed)
    }

    /// Removes the manifest of this table, if there is one.
    pub(super) fn remove(files: &TableFiles) -> Result<()> {
        match fs::remove_file(files.manifest()).and_then(|()| files.sync_dir()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(io_error(format!("cannot remove {}", files.manifest().display()), error))
            }
            _ => Ok(()),
        }
    }

    /// Removes those files of a table that a killed run has added.
    pub(super) fn remove_others(&self, files: &TableFiles) -> Result<()> {
        let Some(known) = self.tables.get(files.table()) else { return Ok(()) };
        let failed = |error| io_error(format!("cannot write in {}", files.dir().display()), error);
        let is_known = |path: &PathBuf| known.contains(&name_of(path));
        for path in files.existing().map_err(failed)?.iter().filter(|path| !is_known(path)) {
            fs::remove_file(path).map_err(failed)?;
        }
        Ok(())
    }

    /// Takes all files that there are of a table that it does not name yet.
    pub(super) fn adopt(&mut self, files: &TableFiles) -> Result<()> {
        let failed = |error| io_error(format!("cannot read {}", files.dir().display()), error);
        if !self.tables.contains_key(files.table()) {
            let existing = files.existing().map_err(failed)?;
            let names = existing.iter().map(|path| name_of(path)).collect();
            self.tables.insert(files.table().to_owned(), names);
        }
        Ok(())
    }

    /// A file was added to a table.
    pub(super) fn add(&mut self, table: &str, path: &Path) {
        self.tables.entry(table.to_owned()).or_default().push(name_of(path));
    }
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use tollgate_model::ErrorKind;
    use tollgate_sync::{Change, Destination, Keeps, Mode, Round, Scope, Start};

    use super::*;
    use crate::Csv;
    use crate::samples::{contacts, load, people};

    fn change(ended: bool) -> Change {
        let round = Round { number: 1, rows: 3, ended, ..Round::default() };
        Change { scope: Scope::default(), round, parts: Vec::new(), keeps: Keeps::All }
    }

    fn names(dir: &Path) -> Vec<String> {
        let entries = fs::read_dir(dir).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.retain(|name| !name.starts_with('.'));
        names.sort();
        names
    }

    #[test]
    fn a_file_that_the_manifest_does_not_name_goes_and_one_from_before_it_stays() {
        let dir = tempfile::tempdir().unwrap();
        let mut csv = Csv::in_dir(dir.path());
        let table = contacts(Mode::Append);
        load(&mut csv, &table, &people(0..3)).unwrap();
        let mut begun = csv.begin(&table, Start::GoOn(&Scope::default())).unwrap().load;
        begun.write(&people(3..6), &[]).unwrap();
        begun.keep(&change(false)).unwrap();
        drop(begun);
        let manifest = "_tollgate.contacts.csv.json";
        let expected = [manifest, "contacts.000002.csv", "contacts.csv"];
        assert_eq!(names(dir.path()), expected);
        // As if a run had been killed between its data and its manifest.
        fs::write(dir.path().join("contacts.000003.csv"), "id,email\r\n9,x\r\n").unwrap();
        let begun = csv.begin(&table, Start::GoOn(&Scope::default())).unwrap();
        assert_eq!(names(dir.path()), expected);
        begun.load.commit(Some(&change(true))).unwrap();
        assert_eq!(names(dir.path()), expected, "nothing new is no new file");
        load(&mut csv, &contacts(Mode::Replace), &people(0..1)).unwrap();
        assert_eq!(names(dir.path()), ["contacts.csv"]);
    }

    #[test]
    fn a_manifest_that_cannot_be_read_is_refused_and_left_alone() {
        for text in ["{", "{}", r#"{"version":2,"tables":{},"state":null}"#] {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("_tollgate.contacts.csv.json");
            fs::write(&path, text).unwrap();
            let begun = Csv::in_dir(dir.path()).begin(&contacts(Mode::Append), Start::Stateless);
            let error = begun.err().unwrap();
            assert_eq!(error.kind(), ErrorKind::Destination);
            assert!(error.message().contains("is not a manifest"), "{error}");
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
    }
}
