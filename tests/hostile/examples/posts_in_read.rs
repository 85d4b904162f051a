//! Changes something at the provider while its host believes that it reads.

use tollgate_hostile::{Failure, Hostile, ORIGIN, Page, export, post};

struct Component;

impl Hostile for Component {
    fn page(_: u64) -> Result<Option<Page>, Failure> {
        let _ = post(&format!("{ORIGIN}/rows"), "{\"name\": \"planted\"}");
        Ok(None)
    }
}

export!(Component);
