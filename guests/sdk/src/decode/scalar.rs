//! A JSON value that is neither object nor list.

use std::borrow::Cow;

use crate::failure::BadValue;
use crate::json::{Flaw, Reader};

/// A JSON value. Objects and lists are passed over.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Scalar<'de> {
    Null,
    Flag(bool),
    /// A number as it is written, so that no digit is lost.
    Number(&'de str),
    Text(Cow<'de, str>),
    List,
    Object,
}

impl<'de> Scalar<'de> {
    /// Takes the next value of a document.
    pub(crate) fn read(reader: &mut Reader<'de>) -> Result<Self, Flaw> {
        Ok(match reader.peek() {
            Some(b'"') => Self::Text(reader.string()?),
            Some(b'-' | b'0'..=b'9') => Self::Number(reader.number()?),
            Some(b't') => reader.word("true").map(|()| Self::Flag(true))?,
            Some(b'f') => reader.word("false").map(|()| Self::Flag(false))?,
            Some(b'{') => reader.skip().map(|()| Self::Object)?,
            Some(b'[') => reader.skip().map(|()| Self::List)?,
            // What is no value at all is refused here too.
            _ => reader.word("null").map(|()| Self::Null)?,
        })
    }

    /// Reads a JSON text that stands on its own.
    pub(crate) fn parse(text: &'de str) -> Option<Self> {
        let mut reader = Reader::new(text);
        let scalar = Self::read(&mut reader).ok()?;
        reader.end().ok().map(|()| scalar)
    }

    /// The error for a value that is not what was expected.
    #[cold]
    pub(crate) fn unlike(&self, expected: &str) -> BadValue {
        match self {
            Self::Text(text) => BadValue::new(expected, text),
            Self::Number(number) => BadValue::found(expected, number),
            Self::List => BadValue::found(expected, "a list"),
            Self::Object => BadValue::found(expected, "an object"),
            Self::Null => BadValue::found(expected, "null"),
            Self::Flag(flag) => BadValue::found(expected, if *flag { "true" } else { "false" }),
        }
    }
}
