//! Reads JSON: the document, the records in it, the fields of a record.
//!
//! Everything goes through serde_json's parser once, without a tree and without a list of records.
//! One visitor ([`Node`]) reads all objects and lists, one ([`Scalar`]) everything else, and neither
//! leaves a method of serde's to its default: those bring the standard library's formatter of
//! doubles into every component, for an error message that nobody needs.

mod document;
mod object;
mod scalar;

pub(crate) use document::{Member, Target, decode, items, members};
pub(crate) use object::Hints;
use scalar::refused;
pub(crate) use scalar::{Scalar, json_text};
