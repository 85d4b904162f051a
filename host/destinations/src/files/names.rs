//! The files of one table: their names, and the steps by which they change.

use std::fs::{self, File};
use std::io::{self, ErrorKind as IoKind};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;
use tollgate_model::Result;

use crate::table::fail;

/// A file name has at most 255 bytes nearly everywhere; this leaves room for what is added.
const STEM_BYTES_MAX: usize = 200;

/// A table's name as the beginning of a file name. Letters and digits of any language, `_`, `-` and
/// spaces stay; all else becomes `%` and two hexadecimal digits a byte, the dot and the slash too,
/// so that no name leads out of its folder and no two tables share a file.
pub(crate) fn encode(table: &str) -> Result<String> {
    let mut stem = String::with_capacity(table.len());
    for c in table.chars() {
        if c.is_alphanumeric() || matches!(c, '_' | '-' | ' ') {
            stem.push(c);
        } else {
            for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                stem.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    if stem.len() > STEM_BYTES_MAX {
        return Err(fail(format!("the table name {table:?} is too long for a file name"))
            .with_hint("choose a shorter table name"));
    }
    Ok(stem)
}

/// The files of one table in one folder.
#[derive(Debug)]
pub(super) struct TableFiles {
    dir: PathBuf,
    table: String,
    stem: String,
    extension: &'static str,
}

impl TableFiles {
    pub(super) fn new(dir: &Path, table: &str, extension: &'static str) -> Result<Self> {
        let stem = encode(table)?;
        Ok(TableFiles { dir: dir.to_owned(), table: table.to_owned(), stem, extension })
    }

    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    pub(super) fn table(&self) -> &str {
        &self.table
    }

    /// The table's first file, which is its only one unless rows were appended.
    pub(super) fn first(&self) -> PathBuf {
        self.dir.join(format!("{}.{}", self.stem, self.extension))
    }

    /// All files that there are, the first one first.
    pub(super) fn existing(&self) -> io::Result<Vec<PathBuf>> {
        let mut files = Vec::new();
        if self.first().try_exists()? {
            files.push(self.first());
        }
        files.extend(self.further()?.into_iter().map(|number| self.numbered(number)));
        Ok(files)
    }

    /// The hidden files of loads under way, this one's own and those of killed runs included.
    pub(super) fn staged(&self) -> io::Result<Vec<PathBuf>> {
        let (prefix, suffix) = (format!(".{}.", self.stem), format!(".{}.tmp", self.extension));
        let names = self.names()?.into_iter();
        let staged = names.filter(|name| name.starts_with(&prefix) && name.ends_with(&suffix));
        Ok(staged.map(|name| self.dir.join(name)).collect())
    }

    /// A new hidden file.
    pub(super) fn stage(&self) -> io::Result<NamedTempFile> {
        let (prefix, suffix) = (format!(".{}.", self.stem), format!(".{}.tmp", self.extension));
        let mut builder = tempfile::Builder::new();
        builder.prefix(&prefix).suffix(&suffix);
        // Temporary files are private unless told otherwise; this one becomes an ordinary file, for
        // which the user's umask decides.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        builder.tempfile_in(&self.dir)
    }

    /// Puts the staged file in the place of all that there are.
    pub(super) fn replace_by(&self, staged: NamedTempFile) -> io::Result<PathBuf> {
        if self.further()?.is_empty() {
            staged.persist(self.first())?;
            self.sync_dir()?;
        } else {
            staged.persist(self.committed())?;
            self.sync_dir()?;
            self.complete()?;
        }
        Ok(self.first())
    }

    /// Completes a replacement that was committed but came to no end, if there is one.
    pub(super) fn complete(&self) -> io::Result<()> {
        if !self.committed().try_exists()? {
            return Ok(());
        }
        for number in self.further()? {
            fs::remove_file(self.numbered(number))?;
        }
        // The removals have to be on the disk before the rename, for after it nothing would tell
        // that the old files should be gone.
        self.sync_dir()?;
        fs::rename(self.committed(), self.first())?;
        self.sync_dir()
    }

    /// Adds the staged file to those that there are.
    pub(super) fn add(&self, staged: NamedTempFile) -> io::Result<PathBuf> {
        let further = self.further()?;
        let path = match further.last() {
            Some(last) => self.numbered(last.saturating_add(1)),
            None if self.first().try_exists()? => self.numbered(2),
            None => self.first(),
        };
        staged.persist_noclobber(&path)?;
        self.sync_dir()?;
        Ok(path)
    }

    /// Where the manifest is. Tables of one folder are loaded side by side, so each has its own.
    pub(super) fn manifest(&self) -> PathBuf {
        self.dir.join(format!("_tollgate.{}.{}.json", self.stem, self.extension))
    }

    fn numbered(&self, number: u64) -> PathBuf {
        self.dir.join(format!("{}.{number:06}.{}", self.stem, self.extension))
    }

    fn committed(&self) -> PathBuf {
        self.dir.join(format!(".{}.{}.committed", self.stem, self.extension))
    }

    /// The numbers of the files that appends have added, in order.
    fn further(&self) -> io::Result<Vec<u64>> {
        let (prefix, suffix) = (format!("{}.", self.stem), format!(".{}", self.extension));
        let mut numbers: Vec<u64> = self
            .names()?
            .iter()
            .filter_map(|name| name.strip_prefix(&prefix)?.strip_suffix(&suffix))
            .filter(|number| number.len() >= 6 && number.bytes().all(|b| b.is_ascii_digit()))
            .filter_map(|number| number.parse().ok())
            .collect();
        numbers.sort_unstable();
        Ok(numbers)
    }

    /// The names in the folder that are UTF-8: all that this crate makes are.
    fn names(&self) -> io::Result<Vec<String>> {
        let entries = match fs::read_dir(&self.dir) {
            Ok(entries) => entries,
            Err(error) if error.kind() == IoKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let names = entries.map(|entry| Ok(entry?.file_name().into_string().ok()));
        Ok(names.collect::<io::Result<Vec<_>>>()?.into_iter().flatten().collect())
    }

    /// Makes renames and removals survive a power failure.
    pub(super) fn sync_dir(&self) -> io::Result<()> {
        // Elsewhere a folder cannot be opened to be synced, and renames are synced by themselves.
        if cfg!(unix) { File::open(&self.dir)?.sync_all() } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn names(dir: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(dir)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    fn staged(files: &TableFiles, content: &str) -> NamedTempFile {
        let mut staged = files.stage().unwrap();
        staged.write_all(content.as_bytes()).unwrap();
        staged
    }

    #[test]
    fn no_name_leads_out_of_its_folder() {
        for (table, stem) in [
            ("contacts", "contacts"),
            ("Kontakte für Zürich-2", "Kontakte für Zürich-2"),
            ("../x", "%2E%2E%2Fx"),
            ("a.000002", "a%2E000002"),
            ("a%2E", "a%252E"),
            (r"C:\x", "C%3A%5Cx"),
            ("a\nb\u{2028}", "a%0Ab%E2%80%A8"),
        ] {
            assert_eq!(encode(table).unwrap(), stem);
        }
        assert!(encode(&"x".repeat(200)).is_ok());
        let error = encode(&"x".repeat(201)).err().unwrap();
        assert!(error.message().ends_with("is too long for a file name"), "{error}");
    }

    #[test]
    fn appends_are_numbered_and_a_replacement_removes_them() {
        let dir = tempfile::tempdir().unwrap();
        let files = TableFiles::new(dir.path(), "a", "csv").unwrap();
        let other = TableFiles::new(dir.path(), "a.000007", "csv").unwrap();
        other.add(staged(&other, "other")).unwrap();
        for content in ["1", "2", "3"] {
            files.add(staged(&files, content)).unwrap();
        }
        let all = ["a%2E000007.csv", "a.000002.csv", "a.000003.csv", "a.csv"];
        assert_eq!(names(dir.path()), all);
        assert_eq!(files.existing().unwrap().len(), 3);
        files.replace_by(staged(&files, "new")).unwrap();
        assert_eq!(names(dir.path()), ["a%2E000007.csv", "a.csv"]);
        assert_eq!(fs::read_to_string(files.first()).unwrap(), "new");
    }

    #[test]
    fn a_replacement_that_was_killed_after_its_commit_is_completed() {
        // Each state that a kill can leave behind.
        for left in [&["a.csv", "a.000002.csv", "a.000003.csv"][..], &["a.csv"], &[]] {
            let dir = tempfile::tempdir().unwrap();
            let files = TableFiles::new(dir.path(), "a", "csv").unwrap();
            for name in left {
                fs::write(dir.path().join(name), "old").unwrap();
            }
            fs::write(files.committed(), "new").unwrap();
            files.complete().unwrap();
            assert_eq!(names(dir.path()), ["a.csv"]);
            assert_eq!(fs::read_to_string(files.first()).unwrap(), "new");
        }
    }

    #[cfg(unix)]
    #[test]
    fn files_get_the_permissions_that_the_umask_gives() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let files = TableFiles::new(dir.path(), "a", "csv").unwrap();
        files.replace_by(staged(&files, "x")).unwrap();
        fs::write(dir.path().join("plain"), "x").unwrap();
        let mode = |name: &str| fs::metadata(dir.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode("a.csv"), mode("plain"));
    }
}
