//! The keys of one table: `TABLE/_tollgate.json`, the manifest, and its data in
//! `TABLE/tollgate_run=RUN/part-00000.parquet`. Readers pass over names that begin with `_`, and
//! take what stands before and behind the `=` for a column and its value.

use jiff::Timestamp;
use object_store::path::Path;
use tollgate_model::Result;

use super::bucket::join;
use crate::files::encode;
use crate::table::fail;

/// Called after the program, for a column `run` may be among those of a table: readers take the one
/// in the path for the one in the file.
const PARTITION: &str = "tollgate_run=";
const MANIFEST: &str = "_tollgate.json";

/// What a run is called: when it began, so that names are in the order of time, and 64 random bits.
pub(super) fn run_name(began_at: Timestamp, random: u64) -> String {
    format!("{}-{random:016x}", began_at.strftime("%Y-%m-%dT%H-%M-%SZ"))
}

/// Where one table lies.
#[derive(Clone, Debug)]
pub(super) struct Folder {
    prefix: String,
    table: String,
    stem: String,
}

impl Folder {
    /// # Errors
    /// [`tollgate_model::ErrorKind::Destination`] for a name that is too long.
    pub(super) fn new(prefix: &str, table: &str) -> Result<Self> {
        let stem = encode(table)?;
        Ok(Folder { prefix: prefix.to_owned(), table: table.to_owned(), stem })
    }

    pub(super) fn table(&self) -> &str {
        &self.table
    }

    pub(super) fn path(&self) -> Result<Path> {
        self.at(&self.stem)
    }

    pub(super) fn manifest(&self) -> Result<Path> {
        self.at(&format!("{}/{MANIFEST}", self.stem))
    }

    /// The name of a run's object, as the manifest has it: relative to the prefix.
    pub(super) fn object(&self, run: &str, number: u32) -> String {
        format!("{}/{PARTITION}{run}/part-{number:05}.parquet", self.stem)
    }

    /// The key of a name that the manifest has.
    pub(super) fn at(&self, name: &str) -> Result<Path> {
        Path::parse(join(&self.prefix, name))
            .map_err(|error| fail(format!("{name:?} cannot be a part of a key")).with_source(error))
    }

    /// The name of an object of some run of this table; `None` for what others have put there.
    pub(super) fn name_of(&self, key: &Path) -> Option<String> {
        let name = match self.prefix.as_str() {
            "" => key.as_ref(),
            prefix => key.as_ref().strip_prefix(prefix)?.strip_prefix('/')?,
        };
        self.is_object(name).then(|| name.to_owned())
    }

    /// Whether a name has the form that [`object`](Folder::object) gives it.
    pub(super) fn is_object(&self, name: &str) -> bool {
        let inner = name.strip_prefix(&self.stem).and_then(|name| name.strip_prefix('/'));
        let Some((run, part)) = inner.and_then(|inner| inner.split_once('/')) else { return false };
        let number = part.strip_prefix("part-").and_then(|part| part.strip_suffix(".parquet"));
        let is_number =
            |text: &str| text.len() >= 5 && text.bytes().all(|byte| byte.is_ascii_digit());
        let run = run.strip_prefix(PARTITION).unwrap_or_default();
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        number.is_some_and(is_number) && !run.is_empty() && run.bytes().all(is_plain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_in_the_order_of_time() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let name = run_name(at(1_795_280_700), 7);
        assert_eq!(name, "2026-11-21T17-05-00Z-0000000000000007");
        assert!(name < run_name(at(1_795_280_701), 0));
    }

    #[test]
    fn what_others_have_put_there_is_told_from_a_run_s_objects() {
        for prefix in ["", "a/b"] {
            let folder = Folder::new(prefix, "people & places").unwrap();
            let object = folder.object("2026-11-21T17-05-00Z-0000000000000007", 12);
            let key = folder.at(&object).unwrap();
            assert_eq!(
                key.as_ref(),
                join(
                    prefix,
                    "people %26 places/tollgate_run=2026-11-21T17-05-00Z-0000000000000007/\
                     part-00012.parquet"
                )
            );
            assert_eq!(folder.name_of(&key), Some(object));
            for other in [
                "people %26 places/_tollgate.json",
                "people %26 places/tollgate_run=1/notes.txt",
                "people %26 places/tollgate_run=1/part-1.parquet",
                "people %26 places/tollgate_run=/part-00001.parquet",
                "people %26 places/tollgate_run=1/a/part-00001.parquet",
                "people %26 places/run=1/part-00001.parquet",
                "people %26 places2/tollgate_run=1/part-00001.parquet",
                "people/tollgate_run=1/part-00001.parquet",
            ] {
                assert_eq!(folder.name_of(&folder.at(other).unwrap()), None, "{other}");
            }
            assert_eq!(folder.name_of(&Path::from("elsewhere/x")), None);
        }
    }
}
