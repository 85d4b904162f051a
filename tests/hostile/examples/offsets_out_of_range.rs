//! Gives texts that lie outside their bytes.

use tollgate_hostile::{Failure, Hostile, Page, TextData, export, raw_page};

struct Component;

impl Hostile for Component {
    fn page(_: u64) -> Result<Option<Page>, Failure> {
        let names = TextData { offsets: vec![0, 1, 1 << 30], bytes: b"ab".to_vec() };
        Ok(Some(raw_page(2, names, None)))
    }
}

export!(Component);
