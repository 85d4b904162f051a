//! A list of records that can be asked for page by page, whatever it holds.

use std::sync::Arc;

use super::encode::Rendered;
use crate::row::Row;

/// What a list says about itself beside its records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Echo {
    /// `total`, `limit` and `offset`.
    Full,
    /// `total` alone.
    Total,
    /// Nothing.
    Nothing,
}

/// By what a list can be filtered.
#[derive(Clone, Copy, Debug)]
pub(super) enum Filters {
    /// By any field, and by what the rows know beside their fields.
    AnyField,
    /// By these fields only.
    Only(&'static [&'static str]),
}

/// The rows that a query is about, by their places.
#[derive(Clone, Debug)]
pub(super) enum Selection {
    /// The first so many.
    All(usize),
    /// These.
    Some(Arc<Vec<u32>>),
}

impl Selection {
    pub(super) fn len(&self) -> usize {
        match self {
            Selection::All(len) => *len,
            Selection::Some(places) => places.len(),
        }
    }

    pub(super) fn place(&self, position: usize) -> usize {
        match self {
            Selection::All(_) => position,
            Selection::Some(places) => places[position] as usize,
        }
    }
}

/// A list of records of one kind below one path.
pub(super) struct Collection<'a> {
    /// The path, without a trailing slash. What is remembered about the list has it as its key.
    pub(super) path: String,
    /// The field where the records belong.
    pub(super) envelope: &'static str,
    /// What the list says about itself.
    pub(super) echo: Echo,
    /// The size of a page when none is asked for.
    pub(super) limit_default: usize,
    /// By what it can be filtered.
    pub(super) filters: Filters,
    /// The rows before any filter.
    pub(super) base: Selection,
    /// Parameters that were heeded when `base` was chosen.
    pub(super) consumed: &'static [&'static str],
    /// How many rows there are; [`row`](Collection::row) also makes up rows beyond the last one,
    /// for the fault that inserts some.
    pub(super) len: usize,
    /// Makes the row at a place.
    pub(super) row: Box<dyn Fn(usize) -> Box<dyn Row> + 'a>,
    /// The rows as bytes, where they were rendered before.
    pub(super) rendered: Option<&'a Rendered>,
}

impl<'a> Collection<'a> {
    /// A list with the properties that most have.
    pub(super) fn new<R: Row + 'static>(
        path: &str,
        envelope: &'static str,
        len: usize,
        row: impl Fn(usize) -> R + 'a,
    ) -> Self {
        Collection {
            path: path.trim_end_matches('/').to_owned(),
            envelope,
            echo: Echo::Full,
            limit_default: 20,
            filters: Filters::AnyField,
            base: Selection::All(len),
            consumed: &[],
            len,
            row: Box::new(move |place| Box::new(row(place))),
            rendered: None,
        }
    }

    pub(super) fn echo(mut self, echo: Echo) -> Self {
        self.echo = echo;
        self
    }

    pub(super) fn only(mut self, filters: &'static [&'static str]) -> Self {
        self.filters = Filters::Only(filters);
        self
    }

    /// Whether the rows can be filtered by `name`.
    pub(super) fn has_filter(&self, name: &str) -> bool {
        match self.filters {
            Filters::Only(names) => names.contains(&name),
            Filters::AnyField => {
                let row = (self.row)(0);
                row.value(name).is_some() || row.matches(name, "").is_some()
            }
        }
    }
}
