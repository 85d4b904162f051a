//! Ends itself instead of its work.

use tollgate_hostile::{Failure, Hostile, Page, export};

struct Component;

impl Hostile for Component {
    fn page(_: u64) -> Result<Option<Page>, Failure> {
        std::process::exit(0)
    }
}

export!(Component);
