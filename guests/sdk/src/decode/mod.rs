//! Reads the provider's JSON: the document, the records in it, the fields of a record.
//!
//! Everything is read once, without a tree and without a list of records, by the one [`Reader`] of
//! the text.
//!
//! [`Reader`]: crate::json::Reader

mod document;
mod object;
mod scalar;

pub(crate) use document::{Member, Target, decode, items, members};
pub(crate) use object::Hints;
pub(crate) use scalar::Scalar;

use crate::failure::BadValue;
use crate::json::{Flaw, Reader, flaw};

/// The error for a value where an object or a list belongs. Nothing of it was taken yet.
#[cold]
fn refused(reader: &mut Reader<'_>, expected: &str) -> Flaw {
    match Scalar::read(reader) {
        Ok(Scalar::Text(_)) => found(expected, "a text"),
        Ok(Scalar::Number(_)) => found(expected, "a number"),
        Ok(Scalar::Flag(_)) => found(expected, "a truth value"),
        Ok(other) => flaw(other.unlike(expected).to_string()),
        Err(flaw) => flaw,
    }
}

#[cold]
fn found(expected: &str, found: &str) -> Flaw {
    flaw(BadValue::found(expected, found).to_string())
}

/// The error for a key that was there before.
#[cold]
fn comes_twice(key: &str) -> Flaw {
    flaw(format!("{key}: the key comes twice"))
}
