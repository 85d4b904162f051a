//! Hands over more at once than the host takes.

use tollgate_hostile::{Failure, Hostile, Page, TextData, export, raw_page};

struct Component;

impl Hostile for Component {
    fn page(_: u64) -> Result<Option<Page>, Failure> {
        let bytes = vec![b'x'; 40 << 20];
        let names = TextData { offsets: vec![0, bytes.len() as u32], bytes };
        Ok(Some(raw_page(1, names, None)))
    }
}

export!(Component);
