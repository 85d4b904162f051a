//! Waits for much longer than anybody wants to.

use tollgate_hostile::{Failure, Hostile, Page, export};

struct Component;

impl Hostile for Component {
    fn page(_: u64) -> Result<Option<Page>, Failure> {
        std::thread::sleep(std::time::Duration::from_secs(86_400));
        Ok(None)
    }
}

export!(Component);
