//! Why a call cannot be done ([`Failure`]), and why an answer cannot be used ([`Fault`]).

use std::fmt;

pub use crate::bindings::tollgate::connector::types::{Failure, InvalidConfig};

/// Characters of a provider's text that an error shows.
const EXCERPT_CHARS_MAX: usize = 200;

impl Failure {
    /// An account field or option has a value that cannot work; `reason` says what would.
    #[cold]
    pub fn invalid(field: impl Into<String>, reason: impl Into<String>) -> Self {
        let (field, reason) = (field.into(), reason.into());
        Self::InvalidConfig(InvalidConfig { field, reason })
    }

    /// An answer that is not understood.
    #[cold]
    pub fn unexpected(detail: impl Into<String>) -> Self {
        Self::UnexpectedResponse(detail.into())
    }

    /// The provider cannot answer now.
    #[cold]
    pub fn unavailable(detail: impl Into<String>) -> Self {
        Self::Unavailable(detail.into())
    }

    /// The credentials are good but may not do this.
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::Forbidden(detail.into())
    }

    /// A defect of the connector.
    #[cold]
    pub fn internal(detail: impl Into<String>) -> Self {
        Self::Internal(detail.into())
    }
}

// wit-bindgen derives no comparison, since other types of a world may hold resources.
impl PartialEq for Failure {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Unauthorized(a), Self::Unauthorized(b))
            | (Self::Forbidden(a), Self::Forbidden(b))
            | (Self::NotFound(a), Self::NotFound(b))
            | (Self::Unavailable(a), Self::Unavailable(b))
            | (Self::UnexpectedResponse(a), Self::UnexpectedResponse(b))
            | (Self::Denied(a), Self::Denied(b))
            | (Self::Internal(a), Self::Internal(b)) => a == b,
            (Self::InvalidConfig(a), Self::InvalidConfig(b)) => {
                (&a.field, &a.reason) == (&b.field, &b.reason)
            }
            (Self::RateLimited(a), Self::RateLimited(b))
            | (Self::QuotaExhausted(a), Self::QuotaExhausted(b)) => a == b,
            (Self::Cancelled, Self::Cancelled) => true,
            _ => false,
        }
    }
}

/// Why an answer cannot be used.
#[derive(Debug)]
pub enum Fault {
    /// It is cut, damaged or not what was asked for. The same request is worth another try, and if
    /// it stays so the read fails as `unexpected-response`.
    Malformed(String),
    /// Asking again would not help.
    Failed(Failure),
}

impl Fault {
    /// An answer that cannot be used, and what is wrong with it.
    #[cold]
    pub fn malformed(what: impl Into<String>) -> Self {
        Self::Malformed(what.into())
    }
}

impl From<Failure> for Fault {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<BadValue> for Fault {
    fn from(bad: BadValue) -> Self {
        Self::Malformed(bad.0)
    }
}

/// A value of a record that its type cannot take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadValue(String);

impl BadValue {
    /// What was expected and the text that came instead, shortened.
    pub fn new(expected: &str, found: &str) -> Self {
        Self(format!("expected {expected}, found \"{}\"", excerpt(found)))
    }

    /// What was expected and the kind of value that came instead.
    pub(crate) fn found(expected: &str, found: &str) -> Self {
        Self(format!("expected {expected}, found {found}"))
    }

    /// The same, naming the field.
    #[must_use]
    pub fn in_field(self, field: &str) -> Self {
        Self(format!("{field}: {}", self.0))
    }
}

impl fmt::Display for BadValue {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for BadValue {}

/// The beginning of a provider's text, safe to show: control characters are escaped, runs of white
/// space made one, and what is too long is cut.
pub fn excerpt(text: &str) -> String {
    let mut shown = String::new();
    let characters = text.split_whitespace().flat_map(|word| word.chars().chain([' ']));
    for (count, character) in characters.enumerate() {
        if count == EXCERPT_CHARS_MAX {
            shown.push('…');
            return shown;
        }
        match character.is_control() {
            true => shown.extend(character.escape_default()),
            false => shown.push(character),
        }
    }
    shown.truncate(shown.trim_end().len());
    shown
}

/// [`excerpt`] of bytes that should be text.
pub fn excerpt_of_bytes(bytes: &[u8]) -> String {
    // Four bytes a character at most, so that a large body is not copied to show its beginning.
    let beginning = bytes.get(..EXCERPT_CHARS_MAX * 8).unwrap_or(bytes);
    excerpt(&String::from_utf8_lossy(beginning))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_is_one_short_harmless_line() {
        assert_eq!(excerpt("  a\n\tb\u{1b}[31mc "), "a b\\u{1b}[31mc");
        let long = excerpt(&"é".repeat(1_000));
        assert_eq!(long.chars().count(), EXCERPT_CHARS_MAX + 1);
        assert!(long.ends_with('…'));
        assert_eq!(excerpt_of_bytes(b"\xff<html>"), "\u{fffd}<html>");
    }
}
