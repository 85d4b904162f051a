//! Which destination a user means.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use tollgate_model::{Error, ErrorKind, Result, near_miss};
use tollgate_sync::{Destination, Table};
use tollgate_vault::Secret;

use crate::postgres::Server;
use crate::{Csv, Jsonl, Parquet, Postgres, Sqlite, files, postgres, sqlite};

/// A destination as users write it: `sqlite:out.db`, or just `out.db`, with
/// `?busy_timeout=2m` behind it where another program may write for longer than half a minute; `parquet:out/`, `csv:out/`,
/// `jsonl:out/`; `postgres://USER@HOST/DATABASE`.
///
/// [`fmt::Display`] gives the long form, which reads back as the same target.
///
/// ```
/// use tollgate_destinations::Target;
///
/// let target: Target = "out/contacts.db".parse()?;
/// assert_eq!(target.to_string(), "sqlite:out/contacts.db");
/// # Ok::<(), tollgate_model::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// A SQLite database file.
    Sqlite(Sqlite),
    /// A folder of Parquet files.
    Parquet(PathBuf),
    /// A folder of CSV files.
    Csv(PathBuf),
    /// A folder of JSON Lines files.
    Jsonl(PathBuf),
    /// A schema of a Postgres database.
    Postgres(Server),
}

impl Target {
    /// The destination. Nothing is opened or made before its first `begin`. The password is that of
    /// a database; files have none.
    pub fn destination(&self, password: Option<&Secret>) -> Box<dyn Destination> {
        match self {
            Target::Sqlite(sqlite) => Box::new(sqlite.clone()),
            Target::Parquet(dir) => Box::new(Parquet::in_dir(dir)),
            Target::Csv(dir) => Box::new(Csv::in_dir(dir)),
            Target::Jsonl(dir) => Box::new(Jsonl::in_dir(dir)),
            Target::Postgres(server) => Box::new(Postgres::at(server.clone(), password.cloned())),
        }
    }

    /// Whether rows can be merged into what is there by their key.
    pub fn merges(&self) -> bool {
        matches!(self, Target::Sqlite(_) | Target::Postgres(_))
    }

    /// Refuses a table that this destination cannot hold, as far as its names and columns tell.
    /// Nothing is opened or made.
    ///
    /// # Errors
    /// [`ErrorKind::Destination`], with what may be done about it.
    pub fn check(&self, table: &Table) -> Result<()> {
        match self {
            Target::Sqlite(_) => sqlite::check(table),
            Target::Postgres(_) => postgres::check(table).map(|_| ()),
            Target::Parquet(_) | Target::Csv(_) | Target::Jsonl(_) => files::check(table),
        }
    }

    /// The word before the colon.
    pub fn scheme(&self) -> &'static str {
        match self {
            Target::Sqlite(_) => "sqlite",
            Target::Parquet(_) => "parquet",
            Target::Csv(_) => "csv",
            Target::Jsonl(_) => "jsonl",
            Target::Postgres(_) => "postgres",
        }
    }

    /// Where the tables are, whatever their form: two targets of one place share them.
    pub fn place(&self) -> String {
        match self {
            Target::Sqlite(sqlite) => sqlite.path().display().to_string(),
            Target::Parquet(path) | Target::Csv(path) | Target::Jsonl(path) => {
                path.display().to_string()
            }
            Target::Postgres(server) => {
                format!("{}, schema {}", server.place(), server.schema().unwrap_or_default())
            }
        }
    }

    /// The same with its path changed: the database file, the folder, or the file of certificates.
    #[must_use]
    pub fn map_path(self, change: impl FnOnce(&Path) -> PathBuf) -> Self {
        match self {
            Target::Sqlite(sqlite) => {
                let path = change(sqlite.path());
                Target::Sqlite(sqlite.with_path(path))
            }
            Target::Parquet(dir) => Target::Parquet(change(&dir)),
            Target::Csv(dir) => Target::Csv(change(&dir)),
            Target::Jsonl(dir) => Target::Jsonl(change(&dir)),
            Target::Postgres(server) => Target::Postgres(match server.ca_file().map(change) {
                Some(path) => server.with_ca_file(path),
                None => server,
            }),
        }
    }

    fn with_scheme(scheme: &str, path: &str) -> Option<Self> {
        Some(match scheme {
            "parquet" => Target::Parquet(path.into()),
            "csv" => Target::Csv(path.into()),
            "jsonl" => Target::Jsonl(path.into()),
            _ => return None,
        })
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Target::Sqlite(sqlite) => write!(f, "sqlite:{sqlite}"),
            Target::Parquet(path) | Target::Csv(path) | Target::Jsonl(path) => {
                write!(f, "{}:{}", self.scheme(), path.display())
            }
            Target::Postgres(server) => server.fmt(f),
        }
    }
}

impl FromStr for Target {
    type Err = Error;

    /// # Errors
    /// [`ErrorKind::Config`] for anything that names no destination, with what was likely meant
    /// as a hint.
    fn from_str(text: &str) -> Result<Self> {
        // A single letter before a colon is a drive.
        let (scheme, path) = match text.split_once(':') {
            Some((scheme, path)) if scheme.chars().count() > 1 => (Some(scheme), path),
            _ => (None, text),
        };
        if path.is_empty() {
            return Err(unknown(text, "there is nothing to say where".to_owned()));
        }
        if let Some("postgres" | "postgresql") = scheme {
            return text.parse().map(Target::Postgres);
        }
        let file = path.split_once('?').map_or(path, |(file, _)| file);
        let extension = Path::new(file).extension().and_then(|extension| extension.to_str());
        match (scheme, extension.map(str::to_ascii_lowercase).as_deref()) {
            (Some("sqlite"), _) | (None, Some("db" | "sqlite" | "sqlite3")) => {
                path.parse().map(Target::Sqlite)
            }
            (Some(scheme), _) => Target::with_scheme(scheme, path)
                .ok_or_else(|| unknown(text, near_miss::hint(scheme, SCHEMES))),
            (None, Some(known @ ("parquet" | "csv" | "jsonl"))) => {
                let parent = Path::new(path).parent().filter(|dir| !dir.as_os_str().is_empty());
                let dir = parent.unwrap_or(Path::new(".")).display();
                let hint = format!("{known}:{dir} writes one file for each table into that folder");
                Err(unknown(text, hint))
            }
            (None, _) => Err(unknown(text, FORMS.to_owned())),
        }
    }
}

const FORMS: &str = "write sqlite:FILE, or a file name that ends in .db or .sqlite; \
                     or parquet:FOLDER, csv:FOLDER, jsonl:FOLDER; \
                     or postgres://USER@HOST/DATABASE";
const SCHEMES: [&str; 5] = ["sqlite", "parquet", "csv", "jsonl", "postgres"];

fn unknown(text: &str, hint: String) -> Error {
    // What stands in a URL before its host may be a password.
    let text = text.split_once("://").map_or(text, |(scheme, _)| scheme);
    Error::new(ErrorKind::Config, format!("{text:?} is not a destination")).with_hint(hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_reads_back_as_it_is_shown() {
        for (text, shown) in [
            ("sqlite:out.db", "sqlite:out.db"),
            ("sqlite:no extension", "sqlite:no extension"),
            ("sqlite:a:b.db", "sqlite:a:b.db"),
            ("out.db", "sqlite:out.db"),
            ("/data/Out.SQLite3", "sqlite:/data/Out.SQLite3"),
            (r"C:\data\out.sqlite", r"sqlite:C:\data\out.sqlite"),
            ("out.db?busy_timeout=2m", "sqlite:out.db?busy_timeout=120s"),
            ("sqlite:x?busy_timeout=0s", "sqlite:x?busy_timeout=0s"),
            ("parquet:dir/", "parquet:dir/"),
            ("csv:.", "csv:."),
            ("jsonl:a/b", "jsonl:a/b"),
            ("postgresql://me@db/x?schema=a", "postgres://me@db:5432/x?schema=a"),
        ] {
            let target: Target = text.parse().unwrap();
            assert_eq!(target.to_string(), shown);
            assert_eq!(shown.parse::<Target>().unwrap(), target);
        }
    }

    #[test]
    fn anything_else_is_refused_with_what_was_likely_meant() {
        for (text, hint) in [
            ("", "there is nothing to say where"),
            ("csv:", "there is nothing to say where"),
            ("sqllite:out.db", "did you mean `sqlite`?"),
            ("mysql:x", "there are: sqlite, parquet, csv, jsonl, postgres"),
            ("out.csv", "csv:. writes one file for each table into that folder"),
            ("a/out.jsonl", "jsonl:a writes one file for each table into that folder"),
            ("out", FORMS),
            ("out.xlsx", FORMS),
        ] {
            let error = text.parse::<Target>().err().unwrap();
            assert_eq!(error.kind(), ErrorKind::Config);
            assert_eq!(error.message(), format!("{text:?} is not a destination"));
            assert_eq!(error.hint(), Some(hint), "{text}");
        }
    }

    #[test]
    fn what_stands_behind_a_file_is_a_parameter() {
        let error = "out.db?mode=memory".parse::<Target>().err().unwrap();
        assert_eq!(error.message(), "a SQLite destination has no parameter \"mode\"");
    }

    #[test]
    fn a_password_is_not_told() {
        for text in ["postgress://me:hunter2@db/x", "postgres://me:hunter2@db/x"] {
            let error = text.parse::<Target>().err().unwrap();
            assert_eq!(error.kind(), ErrorKind::Config);
            assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
        }
    }

    #[test]
    fn a_path_is_changed_wherever_there_is_one() {
        for (text, changed) in [
            ("out.db", "sqlite:dir/out.db"),
            ("out.db?busy_timeout=9s", "sqlite:dir/out.db?busy_timeout=9s"),
            ("csv:a", "csv:dir/a"),
            ("postgres://me@db/x", "postgres://me@db:5432/x"),
            ("postgres://me@db/x?ca_file=ca", "postgres://me@db:5432/x?ca_file=dir/ca"),
        ] {
            let target: Target = text.parse().unwrap();
            let target = target.map_path(|path| Path::new("dir").join(path));
            assert_eq!(target.to_string(), changed);
        }
    }
}
