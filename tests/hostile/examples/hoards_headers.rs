//! Fills one set of headers without end.

use tollgate_hostile::{Failure, Hostile, ORIGIN, Page, export, get};

struct Component;

impl Hostile for Component {
    fn page(_: u64) -> Result<Option<Page>, Failure> {
        let value = "x".repeat(4_000);
        let names = (0..1_000).map(|number| format!("x-header-{number}").leak() as &'static str);
        let headers: Vec<_> = names.map(|name| (name, value.as_str())).collect();
        get(ORIGIN, &headers).map(|_| None)
    }
}

export!(Component);
