//! How a read goes from page to page.
//!
//! | pager | the provider pages by |
//! |---|---|
//! | [`Whole`] | not at all: one answer holds everything |
//! | [`Offset`] | an offset and a limit, with a total |
//! | [`Cursor`] | a token in the answer, which the next request carries |
//! | [`Link`] | a URL in the answer |
//! | [`Each`] | one of these for each of several things, one after the other |
//! | [`Incremental`] | one of these, from where an earlier read ended |
//!
//! A pager is a plain state: it says what to ask for next and judges what came. [`Pages`] drives it.

mod cursor;
mod each;
mod incremental;
mod link;
mod offset;
mod pages;
mod whole;

pub use cursor::Cursor;
pub use each::Each;
pub use incremental::Incremental;
pub use link::Link;
pub use offset::{Offset, OffsetNames};
pub use pages::{Inspect, Pages};
pub use whole::Whole;

use std::fmt;

use crate::failure::{Failure, Fault};
use crate::http::Request;
use crate::response::Response;

/// Whether a page's rows count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// They do.
    Keep,
    /// They do not: rows have moved meanwhile, and the page is read again from an earlier place.
    Reread,
}

/// What a page is about: for a read of one thing after the other, the thing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Item {
    /// Nothing beside its rows.
    Nothing,
    /// A thing whose id is a number.
    Number(i64),
    /// A thing whose id is a text without spaces.
    Text(String),
}

impl Item {
    /// The id, if it is a number.
    pub fn number(&self) -> Option<i64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Nothing | Self::Text(_) => None,
        }
    }

    /// The id, if it is a text.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Nothing | Self::Number(_) => None,
        }
    }

    /// An id of the same kind.
    fn parse_alike(&self, text: &str) -> Option<Self> {
        match self {
            Self::Nothing => None,
            Self::Number(_) => text.parse().ok().map(Self::Number),
            Self::Text(_) => Some(Self::Text(text.to_owned())),
        }
    }
}

impl fmt::Display for Item {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => Ok(()),
            Self::Number(number) => write!(out, "{number}"),
            Self::Text(text) => out.write_str(text),
        }
    }
}

/// Goes from page to page.
pub trait Pager {
    /// What the current request is about, beside its rows.
    fn item(&self) -> &Item {
        &Item::Nothing
    }

    /// Goes on after the page that gave this checkpoint.
    ///
    /// # Errors
    /// `invalid-config` for a checkpoint that is not this pager's.
    fn resume(&mut self, checkpoint: &str) -> Result<(), Failure>;

    /// The next request, or none at the end.
    fn request(&mut self) -> Option<Request>;

    /// Judges an answer and moves on. After an error nothing has moved.
    ///
    /// # Errors
    /// For an answer that is not what was asked for.
    fn accept(&mut self, response: &Response<'_>) -> Result<Verdict, Fault>;

    /// Whether there is nothing more to ask for.
    fn is_done(&self) -> bool;

    /// The provider does not know what the request was about. Gives whether the read can go on
    /// without it, and if so moves on.
    fn skip(&mut self) -> bool {
        false
    }

    /// Where to go on after the pages so far.
    fn checkpoint(&self) -> Option<String>;

    /// What the next request will carry; none at the end. Asked for after a page was accepted.
    fn next_cursor(&self) -> Option<String>;

    /// How many rows there are in all, where the provider says so.
    fn rows_total(&self) -> Option<u64> {
        None
    }
}

/// The failure for a checkpoint that is not a pager's own.
fn foreign_checkpoint(checkpoint: &str) -> Failure {
    Failure::invalid("checkpoint", format!("{checkpoint:?} is not a place in this stream"))
}
