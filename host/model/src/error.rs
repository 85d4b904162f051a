//! One error type, and the one table that says what follows from each kind.

use std::error::Error as StdError;
use std::fmt;

use jiff::Timestamp;

/// The result of everything that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, as far as behaviour depends on it. The list is closed and small: whoever wants
/// to act on an error acts on this, never on its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ErrorKind {
    /// A configuration, option, column or file that the user can set right.
    Config,
    /// The provider does not accept the credentials.
    Unauthorized,
    /// The credentials are good but may not do this.
    Forbidden,
    /// A rate limit or quota of the provider; it passes by itself.
    RateLimited,
    /// The provider or the network does not answer; it may pass.
    Unavailable,
    /// An answer or a batch that cannot be understood.
    Data,
    /// The destination failed.
    Destination,
    /// A limit of the host was reached.
    Limit,
    /// The gate refused what a connector wanted to do.
    Denied,
    /// The provider refused rows that were to be written, or nobody knows what became of them.
    Rejected,
    /// Somebody else is at it already, in this process or another.
    Busy,
    /// The user or the host asked to stop.
    Cancelled,
    /// A defect: of the connector where the text says so, else of Tollgate.
    Bug,
}

/// What follows from a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Consequence {
    /// The name in `--json` output and logs.
    pub name: &'static str,
    /// Whether the same run may succeed later without anybody changing anything.
    pub passes: bool,
    /// The exit code of the command.
    pub exit_code: u8,
}

impl ErrorKind {
    /// Every kind, in the order of their exit codes.
    pub const ALL: [ErrorKind; 13] = [
        ErrorKind::Bug,
        ErrorKind::Config,
        ErrorKind::Unauthorized,
        ErrorKind::Forbidden,
        ErrorKind::RateLimited,
        ErrorKind::Unavailable,
        ErrorKind::Data,
        ErrorKind::Destination,
        ErrorKind::Limit,
        ErrorKind::Denied,
        ErrorKind::Rejected,
        ErrorKind::Busy,
        ErrorKind::Cancelled,
    ];

    /// The table. Exit code 2 is also what a wrong command line gives; 130 is what a shell gives a
    /// command ended by Ctrl-C.
    pub const fn consequence(self) -> Consequence {
        let (name, passes, exit_code) = match self {
            ErrorKind::Bug => ("bug", false, 1),
            ErrorKind::Config => ("config", false, 2),
            ErrorKind::Unauthorized => ("unauthorized", false, 3),
            ErrorKind::Forbidden => ("forbidden", false, 4),
            ErrorKind::RateLimited => ("rate-limited", true, 5),
            ErrorKind::Unavailable => ("unavailable", true, 6),
            ErrorKind::Data => ("data", false, 7),
            ErrorKind::Destination => ("destination", false, 8),
            ErrorKind::Limit => ("limit", false, 9),
            ErrorKind::Denied => ("denied", false, 10),
            ErrorKind::Rejected => ("rejected", false, 11),
            ErrorKind::Busy => ("busy", true, 12),
            ErrorKind::Cancelled => ("cancelled", true, 130),
        };
        Consequence { name, passes, exit_code }
    }

    /// The name in `--json` output and logs.
    pub const fn name(self) -> &'static str {
        self.consequence().name
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What failed: a kind to act on, a text that completes "failed: …", a hint where one helps, and
/// the causes behind it. No part of it holds a secret.
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: ErrorKind,
    message: String,
    hint: Option<String>,
    retry_at: Option<Timestamp>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    /// An error of this kind. The text is a lowercase fragment without a final period.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Error(Box::new(Inner {
            kind,
            message: message.into(),
            hint: None,
            retry_at: None,
            source: None,
        }))
    }

    /// Adds what the user can do about it.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// Adds the cause.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// Adds the moment from which trying again makes sense.
    #[must_use]
    pub fn with_retry_at(mut self, at: Timestamp) -> Self {
        self.0.retry_at = Some(at);
        self
    }

    /// Puts `context: ` before the text, keeping all else.
    #[must_use]
    pub fn context(mut self, context: impl fmt::Display) -> Self {
        self.0.message = format!("{context}: {}", self.0.message);
        self
    }

    /// What went wrong, to act on.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The text alone, without causes.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What the user can do about it.
    pub fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    /// From when trying again makes sense, where that is known.
    pub fn retry_at(&self) -> Option<Timestamp> {
        self.0.retry_at
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_table_is_total_and_its_codes_and_names_are_distinct() {
        let codes: BTreeSet<_> =
            ErrorKind::ALL.iter().map(|kind| kind.consequence().exit_code).collect();
        let names: BTreeSet<_> = ErrorKind::ALL.iter().map(|kind| kind.name()).collect();
        assert_eq!(codes.len(), ErrorKind::ALL.len());
        assert_eq!(names.len(), ErrorKind::ALL.len());
        assert!(!codes.contains(&0), "0 is success");
    }

    #[test]
    fn context_keeps_kind_and_hint() {
        let error = Error::new(ErrorKind::Data, "page 3 has no rows").with_hint("try later");
        let error = error.context("stream contacts");
        assert_eq!(error.to_string(), "stream contacts: page 3 has no rows");
        assert_eq!((error.kind(), error.hint()), (ErrorKind::Data, Some("try later")));
    }
}
