//! A list of records that can be asked for page by page, whatever it holds.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::Value;

use super::record::Record;

/// The place of the first record that a fault inserts: far beyond all that are real.
pub(super) const INSERTED: usize = 1 << 40;

/// How a list is wrapped, and how it leads to its next page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `_links.next.href` with a `cursor`: the contact side of v3.
    Cursor,
    /// The same for tags, whose link may be nested.
    Tags,
    /// `_links.next.href` with a `next`: the reports of v3.
    Next,
    /// `next_cursor`, `prev_cursor`, `total_records`: events.
    Events,
    /// `meta.pagination.next_link`: v2.
    Meta,
}

impl Form {
    /// The parameter that carries the token.
    pub(super) fn parameter(self) -> &'static str {
        match self {
            Form::Cursor | Form::Tags => "cursor",
            Form::Next | Form::Events | Form::Meta => "next",
        }
    }

    /// The parameters that may stand beside the token.
    pub(super) fn beside(self) -> &'static [&'static str] {
        match self {
            Form::Events => &["limit", "page_size"],
            Form::Meta => &["api_key"],
            _ => &[],
        }
    }
}

/// A list of records of one kind below one path.
pub(super) struct Collection<'a> {
    /// The path. What is remembered about the list has it as its key.
    pub(super) path: &'a str,
    /// The field where the records belong.
    pub(super) envelope: &'static str,
    /// How it is wrapped.
    pub(super) form: Form,
    /// The size of a page when none is asked for.
    pub(super) limit_default: usize,
    /// The places of the records that the query is about.
    pub(super) places: Arc<Vec<usize>>,
    /// Makes the record at a place, also at [`INSERTED`] and beyond.
    pub(super) row: Box<dyn Fn(usize) -> Record + 'a>,
    /// The records as bytes, where they were rendered before.
    pub(super) rendered: Box<dyn Fn(usize) -> Option<&'a Bytes> + 'a>,
    /// What stands beside the records.
    pub(super) beside: Vec<(&'static str, Value)>,
}

impl<'a> Collection<'a> {
    /// A list with the properties that most have.
    pub(super) fn new(
        path: &'a str,
        envelope: &'static str,
        form: Form,
        places: impl Into<Arc<Vec<usize>>>,
        row: impl Fn(usize) -> Record + 'a,
    ) -> Self {
        Collection {
            path,
            envelope,
            form,
            limit_default: 50,
            places: places.into(),
            row: Box::new(row),
            rendered: Box::new(|_| None),
            beside: Vec::new(),
        }
    }

    /// A list of records that were made already.
    pub(super) fn of(
        path: &'a str,
        envelope: &'static str,
        form: Form,
        records: Vec<Record>,
    ) -> Self {
        let places = (0..records.len()).collect::<Vec<_>>();
        let row = move |place| records[wrapped(place, records.len())].clone();
        Collection::new(path, envelope, form, places, row)
    }

    pub(super) fn limit_default(mut self, limit: usize) -> Self {
        self.limit_default = limit;
        self
    }

    pub(super) fn beside(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.beside.push((name, value.into()));
        self
    }
}

/// The place of a real record that stands in for an inserted one.
pub(super) fn wrapped(place: usize, len: usize) -> usize {
    match place.checked_sub(INSERTED) {
        Some(beyond) => beyond % len.max(1),
        None => place,
    }
}
