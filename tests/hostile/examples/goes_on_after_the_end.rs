//! Gives a page after the one that it said was the last.

use tollgate_hostile::{Failure, Hostile, Page, export, page};

struct Component;

impl Hostile for Component {
    fn page(_: u64) -> Result<Option<Page>, Failure> {
        Ok(Some(page(&["one"], None)))
    }
}

export!(Component);
