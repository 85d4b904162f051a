//! Whether a read gets anywhere: how many pages, how many of them empty, and whether it runs in
//! circles. Decides on plain values; nothing here waits or calls.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use tollgate_model::text::quote;
use tollgate_model::{Error, ErrorKind};
use tollgate_sync::state::CHECKPOINT_BYTES_MAX;

use crate::failure::Label;
use crate::limits::Limits;

/// The most bytes of a cursor, as the interface says.
const CURSOR_BYTES_MAX: usize = 8 << 10;

/// What a page says of itself, beside its rows.
pub(crate) struct PageFacts<'a> {
    pub(crate) rows: u32,
    pub(crate) checkpoint: Option<&'a str>,
    pub(crate) next_cursor: Option<&'a str>,
}

/// Follows the pages of one read.
pub(crate) struct Paging {
    pages_max: u64,
    empty_pages_max: u64,
    pages: u64,
    empty_pages: u64,
    last_page_seen: bool,
    /// Cursors seen, as hashes: of a million pages two clash once in 37 million reads, and a guest
    /// cannot bring it about, as the key is random.
    cursors: HashSet<u64>,
    hasher: RandomState,
}

impl Paging {
    pub(crate) fn new(limits: &Limits) -> Self {
        Paging {
            pages_max: limits.pages,
            empty_pages_max: limits.empty_pages,
            pages: 0,
            empty_pages: 0,
            last_page_seen: false,
            cursors: HashSet::new(),
            hasher: RandomState::new(),
        }
    }

    /// The number of the page that is about to come, from 1.
    pub(crate) fn number(&self) -> u64 {
        self.pages + 1
    }

    /// Another page came.
    ///
    /// # Errors
    /// [`ErrorKind::Limit`] where there are too many, [`ErrorKind::Data`] where the provider runs in
    /// circles, [`ErrorKind::Bug`] where the connector breaks the interface's rules.
    pub(crate) fn page(&mut self, label: &Label, page: &PageFacts<'_>) -> Result<(), Error> {
        if self.last_page_seen {
            let text = "gives a page after one without `next-cursor`, which was the last";
            return Err(label.error(ErrorKind::Bug, text));
        }
        self.pages += 1;
        self.empty_pages = if page.rows == 0 { self.empty_pages + 1 } else { 0 };
        if self.pages > self.pages_max {
            let text = format!("the read has more than {} pages", self.pages_max);
            return Err(label.error(ErrorKind::Limit, text));
        }
        if self.empty_pages > self.empty_pages_max {
            let text = format!("more than {} pages in a row have no rows", self.empty_pages_max);
            return Err(label.error(ErrorKind::Limit, text));
        }
        if let Some(checkpoint) = page.checkpoint {
            check_checkpoint(checkpoint).map_err(|flaw| label.error(ErrorKind::Bug, flaw))?;
        }
        match page.next_cursor {
            Some(cursor) => self.cursor(label, cursor),
            None => {
                self.last_page_seen = true;
                Ok(())
            }
        }
    }

    fn cursor(&mut self, label: &Label, cursor: &str) -> Result<(), Error> {
        if cursor.len() > CURSOR_BYTES_MAX {
            let text = format!("a cursor has more than {CURSOR_BYTES_MAX} bytes");
            return Err(label.error(ErrorKind::Bug, text));
        }
        if self.cursors.insert(self.hasher.hash_one(cursor)) {
            return Ok(());
        }
        let text = format!(
            "page {} leads to the cursor {}, which was there before: the read runs in circles",
            self.pages,
            quote(cursor)
        );
        Err(label
            .error(ErrorKind::Data, text)
            .with_hint("the provider repeats itself; nothing of this run was taken for complete"))
    }
}

/// Not every destination can keep a NUL, and a state is kept with its rows or not at all.
fn check_checkpoint(checkpoint: &str) -> Result<(), String> {
    if checkpoint.len() > CHECKPOINT_BYTES_MAX {
        return Err(format!("a checkpoint has more than {CHECKPOINT_BYTES_MAX} bytes"));
    }
    if checkpoint.contains('\0') {
        return Err("a checkpoint holds a NUL character".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paging(pages: u64, empty_pages: u64) -> Paging {
        Paging::new(&Limits { pages, empty_pages, ..Limits::default() })
    }

    fn page(paging: &mut Paging, rows: u32, next_cursor: Option<&str>) -> Option<ErrorKind> {
        let facts = PageFacts { rows, checkpoint: None, next_cursor };
        paging.page(&Label::new("connector example 1.0.0"), &facts).err().map(|error| error.kind())
    }

    // Proves: paging
    #[test]
    fn a_cursor_seen_before_ends_the_read_however_far_back() {
        let mut paging = paging(10, 10);
        assert_eq!(page(&mut paging, 1, Some("a")), None);
        assert_eq!(page(&mut paging, 1, Some("b")), None);
        assert_eq!(page(&mut paging, 1, Some("a")), Some(ErrorKind::Data));
    }

    #[test]
    fn pages_are_counted_and_empty_ones_in_a_row_too() {
        let mut pages = paging(2, 10);
        assert_eq!(page(&mut pages, 1, Some("a")), None);
        assert_eq!(page(&mut pages, 1, Some("b")), None);
        assert_eq!(page(&mut pages, 1, Some("c")), Some(ErrorKind::Limit));

        let mut empty = paging(10, 1);
        assert_eq!(page(&mut empty, 0, Some("a")), None);
        assert_eq!(page(&mut empty, 1, Some("b")), None);
        assert_eq!(page(&mut empty, 0, Some("c")), None);
        assert_eq!(page(&mut empty, 0, Some("d")), Some(ErrorKind::Limit));
    }

    #[test]
    fn nothing_comes_after_the_last_page() {
        let mut paging = paging(10, 10);
        assert_eq!(page(&mut paging, 1, None), None);
        assert_eq!(page(&mut paging, 1, Some("a")), Some(ErrorKind::Bug));
    }

    #[test]
    fn cursors_and_checkpoints_that_nobody_can_keep_are_refused() {
        let long = "x".repeat(CHECKPOINT_BYTES_MAX + 1);
        assert_eq!(page(&mut paging(10, 10), 1, Some(&long)), Some(ErrorKind::Bug));
        for (checkpoint, kind) in
            [(long.as_str(), Some(ErrorKind::Bug)), ("a\0", Some(ErrorKind::Bug)), ("\u{1b}", None)]
        {
            let facts = PageFacts { rows: 1, checkpoint: Some(checkpoint), next_cursor: None };
            let error = paging(10, 10).page(&Label::new("connector example 1.0.0"), &facts);
            assert_eq!(error.err().map(|error| error.kind()), kind);
        }
    }
}
