//! Leads back to where it was.

use tollgate_hostile::{Failure, Hostile, Page, export, page};

struct Component;

impl Hostile for Component {
    fn page(number: u64) -> Result<Option<Page>, Failure> {
        Ok(Some(page(&["one"], Some(&format!("page-{}", (number + 1) % 3)))))
    }
}

export!(Component);
