//! Has always another page, with another cursor.

use tollgate_hostile::{Failure, Hostile, Page, export, page};

struct Component;

impl Hostile for Component {
    fn page(number: u64) -> Result<Option<Page>, Failure> {
        Ok(Some(page(&["one"], Some(&format!("page-{}", number + 1)))))
    }
}

export!(Component);
