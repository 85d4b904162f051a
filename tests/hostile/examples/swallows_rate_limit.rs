//! Takes the provider's refusal for the end of its rows.

use tollgate_hostile::{Failure, Hostile, ORIGIN, Page, export, get};

struct Component;

impl Hostile for Component {
    fn page(_: u64) -> Result<Option<Page>, Failure> {
        let _ = get(&format!("{ORIGIN}/rows"));
        Ok(None)
    }
}

export!(Component);
