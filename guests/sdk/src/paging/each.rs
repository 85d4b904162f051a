//! One paged read after the other.

use std::collections::BinaryHeap;

use super::{Item, Pager, Verdict, foreign_checkpoint};
use crate::failure::{Failure, Fault};
use crate::http::Request;
use crate::log;
use crate::response::Response;

/// The checkpoint of a read that came to its end. No item begins with a space.
const END: &str = " end";

/// Makes the pager of a thing.
type PagerOf = dyn Fn(&Item) -> Box<dyn Pager>;

/// Reads one thing after the other, in ascending order, each with a pager of its own, and says of
/// each page which thing it is about.
///
/// The checkpoint names the thing, so that a read goes on rightly although things have come or gone
/// before it.
pub struct Each {
    items: Vec<Item>,
    pager_of: Box<PagerOf>,
    index: usize,
    current: Option<Box<dyn Pager>>,
    skips_missing: bool,
}

impl Each {
    /// Reads what `pager_of` says for each of `items`, each once.
    pub fn new(items: Vec<Item>, pager_of: impl Fn(&Item) -> Box<dyn Pager> + 'static) -> Self {
        Self::boxed(items, Box::new(pager_of))
    }

    fn boxed(items: Vec<Item>, pager_of: Box<PagerOf>) -> Self {
        // A heap sorts with a tenth of the code of a sort.
        let mut items = BinaryHeap::from(items).into_sorted_vec();
        items.dedup();
        let current = items.first().map(&pager_of);
        Self { items, pager_of, index: 0, current, skips_missing: false }
    }

    /// Goes on, with a warning, where the provider does not know one of the things (any more).
    #[must_use]
    pub fn skip_missing(mut self, skips_missing: bool) -> Self {
        self.skips_missing = skips_missing;
        self
    }

    fn begin(&mut self, index: usize) {
        self.index = index;
        self.current = self.items.get(index).map(&self.pager_of);
    }

    fn unfinished(&self) -> Option<&dyn Pager> {
        self.current.as_deref().filter(|pager| !pager.is_done())
    }
}

impl Each {
    /// Where the read goes on: a thing, and a place in its own pages. None at the end.
    fn place(&self, inner: fn(&dyn Pager) -> Option<String>) -> Option<String> {
        match self.unfinished() {
            Some(pager) => Some(format!("{} {}", self.item(), inner(pager).unwrap_or_default())),
            None => self.items.get(self.index + 1).map(|next| format!("{next} ")),
        }
    }
}

impl Pager for Each {
    fn item(&self) -> &Item {
        self.items.get(self.index).unwrap_or(&Item::Nothing)
    }

    fn resume(&mut self, checkpoint: &str) -> Result<(), Failure> {
        let foreign = || foreign_checkpoint(checkpoint);
        if checkpoint == END {
            self.begin(self.items.len());
            return Ok(());
        }
        let (name, inner) = checkpoint.split_once(' ').ok_or_else(foreign)?;
        let Some(alike) = self.items.first() else { return Ok(()) };
        let item = alike.parse_alike(name).ok_or_else(foreign)?;
        self.begin(self.items.partition_point(|one| *one < item));
        let is_there = *self.item() == item;
        match &mut self.current {
            Some(pager) if is_there && !inner.is_empty() => pager.resume(inner),
            _ => Ok(()),
        }
    }

    fn request(&mut self) -> Option<Request> {
        // The item stays the current one until here: the page before is still about it.
        while self.current.is_some() && self.unfinished().is_none() {
            self.begin(self.index + 1);
        }
        self.current.as_mut().and_then(|pager| pager.request())
    }

    fn accept(&mut self, response: &Response<'_>) -> Result<Verdict, Fault> {
        match &mut self.current {
            Some(pager) => pager.accept(response),
            None => Ok(Verdict::Keep),
        }
    }

    fn skip(&mut self) -> bool {
        if self.skips_missing {
            log::warn(format!("{} is not known to the provider: skipped", self.item()));
            self.begin(self.index + 1);
        }
        self.skips_missing
    }

    fn is_done(&self) -> bool {
        self.unfinished().is_none() && self.index + 1 >= self.items.len()
    }

    fn checkpoint(&self) -> Option<String> {
        self.place(|pager| pager.checkpoint()).or_else(|| Some(END.to_owned()))
    }

    fn next_cursor(&self) -> Option<String> {
        self.place(|pager| pager.next_cursor())
    }
}
