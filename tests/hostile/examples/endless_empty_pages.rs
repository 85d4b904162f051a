//! Has always another page, and nothing in it.

use tollgate_hostile::{Failure, Hostile, Page, export, page};

struct Component;

impl Hostile for Component {
    fn page(number: u64) -> Result<Option<Page>, Failure> {
        Ok(Some(page(&[], Some(&format!("page-{}", number + 1)))))
    }
}

export!(Component);
