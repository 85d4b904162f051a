//! Gives fewer values than rows.

use tollgate_hostile::{Failure, Hostile, Page, export, page};

struct Component;

impl Hostile for Component {
    fn page(_: u64) -> Result<Option<Page>, Failure> {
        let mut page = page(&["one", "two"], None);
        page.batch.rows = 3;
        Ok(Some(page))
    }
}

export!(Component);
