//! Takes memory until there is none.

use tollgate_hostile::{Failure, Hostile, Page, export};

struct Component;

impl Hostile for Component {
    fn page(_: u64) -> Result<Option<Page>, Failure> {
        let mut held = Vec::new();
        loop {
            held.push(std::hint::black_box(vec![1_u8; 1 << 20]));
        }
    }
}

export!(Component);
