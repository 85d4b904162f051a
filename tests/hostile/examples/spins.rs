//! Never comes back from a call.

use tollgate_hostile::{Failure, Hostile, Page, export};

struct Component;

impl Hostile for Component {
    fn page(_: u64) -> Result<Option<Page>, Failure> {
        loop {
            std::hint::spin_loop();
        }
    }
}

export!(Component);
