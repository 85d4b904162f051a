//! Prints without end of taste, and then does its work.

use tollgate_hostile::{Failure, Hostile, Page, export, page};

struct Component;

impl Hostile for Component {
    fn page(number: u64) -> Result<Option<Page>, Failure> {
        for _ in 0..100 {
            eprintln!("{}", "x".repeat(10_000));
        }
        Ok((number == 0).then(|| page(&["one"], None)))
    }
}

export!(Component);
