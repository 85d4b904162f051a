//! What SQLite's errors mean to a user.

use std::path::Path;

use rusqlite::ErrorCode;
use tollgate_model::{Error, ErrorKind};

/// What was worked on when an error came.
#[derive(Clone, Copy, Debug)]
pub(super) struct Context<'a> {
    path: &'a Path,
    table: Option<&'a str>,
}

impl<'a> Context<'a> {
    /// The file as a whole.
    pub(super) fn file(path: &'a Path) -> Self {
        Context { path, table: None }
    }

    /// One table of it.
    pub(super) fn table(path: &'a Path, table: &'a str) -> Self {
        Context { path, table: Some(table) }
    }

    /// The error for people, with SQLite's own as its source.
    pub(super) fn explain(self, error: rusqlite::Error) -> Error {
        let file = self.path.display();
        let mut kind = ErrorKind::Destination;
        let (message, hint) = match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => (
                format!("{file} is not a SQLite database"),
                "choose another file name; what is in this file stays as it is",
            ),
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => (
                format!("{file} cannot be written to"),
                "check who may write the file and its folder",
            ),
            Some(ErrorCode::CannotOpen) => (
                format!("{file} cannot be opened"),
                "check that it is a file and who may read and write it and its folder",
            ),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                // Nobody needs to change anything for that to pass.
                kind = ErrorKind::Unavailable;
                (
                    format!("{file} is locked: another program is writing to it"),
                    "end that program's transaction or close the program, then try again; or wait \
                     longer for it, with `?busy_timeout=5m` behind the file",
                )
            }
            Some(ErrorCode::DiskFull) => (
                format!("there is no space left for {file}"),
                "free some space and try again; the rows that were there before are whole",
            ),
            Some(ErrorCode::DatabaseCorrupt) => (
                format!("{file} is damaged"),
                "look at it with `PRAGMA integrity_check`, or load into another file",
            ),
            Some(ErrorCode::ConstraintViolation) => (
                format!("the new rows break a rule of {}", self.what()),
                "the cause names the rule; drop that index or constraint, or load elsewhere",
            ),
            _ => (format!("cannot write {}", self.what()), ""),
        };
        let failed = Error::new(kind, message).with_source(error);
        if hint.is_empty() { failed } else { failed.with_hint(hint) }
    }

    fn what(self) -> String {
        match self.table {
            Some(table) => format!("table {table:?} of {}", self.path.display()),
            None => self.path.display().to_string(),
        }
    }
}
