//! What Postgres' errors mean to a user.

use std::error::Error as StdError;
use std::fmt;

use postgres::error::{DbError, SqlState};
use tollgate_model::{Error, ErrorKind};

use crate::table::fail;

/// What was worked on when an error came.
#[derive(Clone, Copy, Debug)]
pub(super) struct Context<'a> {
    /// Host, port and database.
    place: &'a str,
    table: Option<&'a str>,
}

impl<'a> Context<'a> {
    /// The database as a whole.
    pub(super) fn database(place: &'a str) -> Self {
        Context { place, table: None }
    }

    /// One table of it.
    pub(super) fn table(place: &'a str, table: &'a str) -> Self {
        Context { place, table: Some(table) }
    }

    /// The error for people, with the server's own as its source.
    pub(super) fn explain(self, error: postgres::Error) -> Error {
        let Some(said) = error.as_db_error() else { return self.lost(error) };
        let (kind, message, hint) = self.meaning(said);
        let failed = Error::new(kind, message).with_source(Said::of(said));
        if hint.is_empty() { failed } else { failed.with_hint(hint) }
    }

    /// The connection did not come about.
    pub(super) fn unreachable(self, user: &str, error: postgres::Error) -> Error {
        let place = self.place;
        let Some(said) = error.as_db_error() else {
            return self.no_connection(user, error);
        };
        let (message, hint) = match said.code() {
            code if code.code().starts_with("28") => (
                format!("{place} does not let user {user:?} in"),
                "check the user, the password, and who may come from here (pg_hba.conf)",
            ),
            &SqlState::INVALID_CATALOG_NAME => (
                format!("there is no such database: {place}"),
                "make it with `createdb`, or correct the URL",
            ),
            code if is_passing(code.code()) => {
                return Error::new(ErrorKind::Unavailable, format!("{place} takes no connection"))
                    .with_source(Said::of(said))
                    .with_hint("try again: it starts, stops, or has too many of them");
            }
            _ => return self.explain(error),
        };
        Error::new(ErrorKind::Config, message).with_hint(hint).with_source(Said::of(said))
    }

    /// The client gave up before the server said anything.
    fn no_connection(self, user: &str, error: postgres::Error) -> Error {
        let place = self.place;
        let cause = error.source().map(ToString::to_string).unwrap_or_default();
        // The client's kinds of errors are told apart by their texts alone.
        match error.to_string().as_str() {
            "invalid configuration" if cause.contains("password") => {
                let message = format!("{place} asks for the password of user {user:?}");
                Error::new(ErrorKind::Config, message)
                    .with_hint("give a reference to it as `password`, or set PGPASSWORD")
            }
            "error performing TLS handshake" if cause.contains("does not support TLS") => {
                let message = format!("{place} has no TLS");
                Error::new(ErrorKind::Config, message)
                    .with_hint("set up TLS there, or say tls = \"off\" where nobody can listen")
            }
            "error performing TLS handshake" => {
                let message = format!("no TLS session with {place} came about");
                Error::new(ErrorKind::Config, message).with_source(error).with_hint(
                    "give the certificate it is signed with as `ca_file`; or say tls = \"require\" \
                     to encrypt without a check",
                )
            }
            _ => Error::new(ErrorKind::Unavailable, format!("{place} cannot be reached"))
                .with_source(error)
                .with_hint("check that the server runs and takes connections from here"),
        }
    }

    fn lost(self, error: postgres::Error) -> Error {
        let message = format!("the connection to {} was lost", self.place);
        Error::new(ErrorKind::Unavailable, message).with_source(error).with_hint(AGAIN)
    }

    fn meaning(self, said: &DbError) -> (ErrorKind, String, &'static str) {
        let (place, what) = (self.place, self.what());
        let code = said.code();
        let (kind, message, hint) = match *code {
            // Nobody needs to change anything for that to pass.
            SqlState::LOCK_NOT_AVAILABLE => (
                ErrorKind::Unavailable,
                format!("{what} is locked: another program works on it"),
                "end that program's transaction, then try again; or wait longer for it, with \
                 `?lock_timeout=5m` behind the URL",
            ),
            SqlState::INSUFFICIENT_PRIVILEGE => (
                ErrorKind::Destination,
                format!("the user may not do that to {what}"),
                "the cause names what; `GRANT` allows it: the schema and its tables are best made \
                 by this user",
            ),
            SqlState::DISK_FULL => (
                ErrorKind::Destination,
                format!("there is no space left at {place}"),
                "free some space and try again; the rows that were there before are whole",
            ),
            SqlState::READ_ONLY_SQL_TRANSACTION => (
                ErrorKind::Destination,
                format!("{place} cannot be written to"),
                "connect to the server that takes changes, not to a copy of it",
            ),
            SqlState::DEPENDENT_OBJECTS_STILL_EXIST | SqlState::FEATURE_NOT_SUPPORTED => (
                ErrorKind::Destination,
                format!("something else needs {what} as it is"),
                "the cause names it; drop it, or load into another table",
            ),
            SqlState::T_R_SERIALIZATION_FAILURE | SqlState::T_R_DEADLOCK_DETECTED => {
                (ErrorKind::Unavailable, format!("another program was in the way of {what}"), AGAIN)
            }
            _ => return self.meaning_of_class(code.code()),
        };
        (kind, message, hint)
    }

    fn meaning_of_class(self, code: &str) -> (ErrorKind, String, &'static str) {
        let what = self.what();
        match code.get(..2).unwrap_or_default() {
            // Data that Postgres cannot take for a value of the column's type.
            "22" => (ErrorKind::Data, format!("a value does not go into {what}"), ""),
            "23" => (
                ErrorKind::Destination,
                format!("the new rows break a rule of {what}"),
                "the cause names the rule; drop that index or constraint, or load elsewhere",
            ),
            _ if is_passing(code) => {
                let message = format!("the connection to {} was lost", self.place);
                (ErrorKind::Unavailable, message, AGAIN)
            }
            _ => (ErrorKind::Destination, format!("cannot write {what}"), ""),
        }
    }

    fn what(self) -> String {
        match self.table {
            Some(table) => format!("table {table:?} of {}", self.place),
            None => self.place.to_owned(),
        }
    }
}

/// Whether the server is gone, going, not there yet, or has too much to do.
fn is_passing(code: &str) -> bool {
    ["08", "53", "57"].iter().any(|class| code.starts_with(class))
}

const AGAIN: &str = "try again: the next run goes on after what was kept";

/// What the server said, without its details: they may hold values of rows. What is in the way of a
/// change is told only there.
#[derive(Debug)]
struct Said {
    code: SqlState,
    text: String,
}

impl Said {
    fn of(error: &DbError) -> Self {
        let code = error.code().code();
        let detail = error.detail().filter(|_| code.starts_with("2B") || code.starts_with("0A"));
        let detail = detail.map(|detail| format!(" ({})", detail.replace('\n', "; ")));
        let text = format!("{}{} [{code}]", error.message(), detail.unwrap_or_default());
        Said { code: error.code().clone(), text }
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl StdError for Said {}

/// Whether the server refused rows because one of them has the key of another.
pub(super) fn is_of_key(error: &Error) -> bool {
    let said = error.source().and_then(|source| source.downcast_ref::<Said>());
    said.is_some_and(|said| said.code == SqlState::UNIQUE_VIOLATION)
}

/// The line and the column in which a `COPY` stopped, from `COPY name, line 3, column c`.
pub(super) fn copy_place(error: &postgres::Error) -> Option<(u64, &str)> {
    let said = error.as_db_error().filter(|said| said.code().code().starts_with("22"))?;
    place_in(said.where_()?)
}

fn place_in(context: &str) -> Option<(u64, &str)> {
    let copy = context.lines().find(|line| line.starts_with("COPY "))?;
    let (line, column) = copy.split_once(", line ")?.1.split_once(", column ")?;
    Some((line.parse().ok()?, column))
}

/// The row of the load in which a column holds what Postgres does not take.
pub(super) fn refused_value(table: &str, column: &str, row: u64, what: &str) -> Error {
    let message = format!("column {column:?} of table {table:?} holds {what} in row {row}");
    Error::new(ErrorKind::Data, message)
}

/// The error for names that Postgres does not take.
pub(super) fn refused_name(message: String, hint: &str) -> Error {
    fail(message).with_hint(hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_of_a_copy_is_read() {
        let context = "JSON data, line 1: x\nCOPY tollgate_arrivals_0, line 7, column a, b";
        assert_eq!(place_in(context), Some((7, "a, b")));
        assert_eq!(place_in("COPY t, line 7"), None);
        assert_eq!(place_in(""), None);
    }
}
