//! Gives a text that is none.

use tollgate_hostile::{Failure, Hostile, Page, TextData, export, raw_page};

struct Component;

impl Hostile for Component {
    fn page(_: u64) -> Result<Option<Page>, Failure> {
        let names = TextData { offsets: vec![0, 1, 3], bytes: b"a\xc3\x28".to_vec() };
        Ok(Some(raw_page(2, names, None)))
    }
}

export!(Component);
