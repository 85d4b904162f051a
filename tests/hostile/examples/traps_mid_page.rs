//! Panics in the middle of its second page.

use tollgate_hostile::{Failure, Hostile, Page, export, page};

struct Component;

impl Hostile for Component {
    fn page(number: u64) -> Result<Option<Page>, Failure> {
        if number == 1 {
            panic!("no more \u{1b}[31mrows");
        }
        Ok(Some(page(&["one"], Some("next"))))
    }
}

export!(Component);
