//! Calls itself without end.

#![expect(unconditional_recursion, reason = "that is what it does")]

use tollgate_hostile::{Failure, Hostile, Page, export, page};

struct Component;

impl Hostile for Component {
    fn page(number: u64) -> Result<Option<Page>, Failure> {
        fn deeper(number: u64) -> u64 {
            let kept = std::hint::black_box([number; 64]);
            kept.iter().sum::<u64>() + deeper(std::hint::black_box(number + 1))
        }
        Ok((deeper(number) == 0).then(|| page(&[], None)))
    }
}

export!(Component);
