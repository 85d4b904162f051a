//! Fills one set of headers without end.

use tollgate_hostile::bindings::wasi::http::types::Fields;
use tollgate_hostile::{Failure, Hostile, Page, export};

struct Component;

impl Hostile for Component {
    fn page(_: u64) -> Result<Option<Page>, Failure> {
        let headers = Fields::new();
        loop {
            let appended = headers.append("x-header", &[b'x'; 4_000]);
            appended.map_err(|error| Failure::Internal(error.to_string()))?;
        }
    }
}

export!(Component);
