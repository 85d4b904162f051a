//! Gives other columns for a child table than it describes.

use tollgate_hostile::{Descriptor, Failure, Hostile, Page, descriptor_with_child, export, page};

struct Component;

impl Hostile for Component {
    fn describe() -> Descriptor {
        descriptor_with_child()
    }

    fn page(_: u64) -> Result<Option<Page>, Failure> {
        let mut page = page(&["one", "two"], None);
        let mut child = page.batch.clone();
        child.columns.reverse();
        page.children = vec![child];
        Ok(Some(page))
    }
}

export!(Component);
