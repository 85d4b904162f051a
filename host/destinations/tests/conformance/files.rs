//! What the fixtures of all file destinations share.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use tollgate_destinations::conformance::{Fixture, Value};
use tollgate_model::Column;
use tollgate_sync::Destination;

/// A folder inside a folder, so that a file written outside of it is seen.
pub struct Storage {
    root: TempDir,
}

impl Storage {
    pub fn new() -> Self {
        let root = tempfile::tempdir().expect("there is room for a folder");
        Storage { root }
    }

    pub fn dir(&self) -> PathBuf {
        self.root.path().join("inner")
    }

    /// What a killed process would leave: the files as they are now.
    pub fn copy(&self) -> Self {
        let copy = Storage::new();
        fs::create_dir_all(copy.dir()).expect("there is room for a folder");
        for name in names(&self.dir()) {
            fs::copy(self.dir().join(&name), copy.dir().join(&name)).expect("a file can be copied");
        }
        copy
    }

    pub fn written_outside(&self) -> Vec<String> {
        names(self.root.path()).into_iter().filter(|name| name != "inner").collect()
    }
}

/// The names in a folder; none if there is no such folder.
pub fn names(dir: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(dir) else { return Vec::new() };
    let names = entries.map(|entry| entry.expect("a folder can be listed").file_name());
    names.map(|name| name.into_string().expect("names are UTF-8")).collect()
}

/// Reads one file: its rows, with these columns.
type ReadFile = fn(&Path, &[Column]) -> Vec<Vec<Value>>;

/// A folder of files.
pub struct Files {
    pub storage: Storage,
    pub extension: &'static str,
    pub open: fn(PathBuf) -> Box<dyn Destination>,
    pub read_file: ReadFile,
}

impl Fixture for Files {
    fn destination(&self) -> Box<dyn Destination> {
        (self.open)(self.storage.dir())
    }

    fn read(&self, table: &str, columns: &[Column]) -> Option<Vec<Vec<Value>>> {
        let names = names(&self.storage.dir());
        let of_table = names.iter().filter(|name| self.table_of(name).as_deref() == Some(table));
        let paths: Vec<PathBuf> = of_table.map(|name| self.storage.dir().join(name)).collect();
        let rows = paths.iter().map(|path| (self.read_file)(path, columns));
        (!paths.is_empty()).then(|| rows.collect::<Vec<_>>().concat())
    }

    fn another(&self) -> Box<dyn Fixture> {
        Box::new(Files { storage: Storage::new(), ..*self })
    }

    fn killed(&self) -> Box<dyn Fixture> {
        Box::new(Files { storage: self.storage.copy(), ..*self })
    }

    fn leftovers(&self) -> Vec<String> {
        let inside = names(&self.storage.dir()).into_iter();
        let is_manifest = |name: &String| name.starts_with("_tollgate.") && name.ends_with(".json");
        let inside = inside.filter(|name| self.table_of(name).is_none() && !is_manifest(name));
        let mut leftovers: Vec<_> = inside.collect();
        leftovers.extend(self.storage.written_outside());
        leftovers
    }
}

impl Files {
    /// The table that a file belongs to, as the documentation tells.
    fn table_of(&self, name: &str) -> Option<String> {
        let stem = name.strip_suffix(self.extension)?.strip_suffix('.')?;
        if stem.starts_with('.') {
            return None;
        }
        let stem = match stem.split_once('.') {
            Some((stem, number)) if number.len() == 6 && number.parse::<u32>().is_ok() => stem,
            Some(_) => return None,
            None => stem,
        };
        let mut bytes = Vec::new();
        let mut rest = stem.bytes();
        while let Some(byte) = rest.next() {
            if byte == b'%' {
                let digits = [rest.next()?, rest.next()?];
                let digits = std::str::from_utf8(&digits).ok()?;
                bytes.push(u8::from_str_radix(digits, 16).ok()?);
            } else {
                bytes.push(byte);
            }
        }
        String::from_utf8(bytes).ok()
    }
}
