//! Calls the machine it runs on, by address and by name.

use tollgate_hostile::{Failure, Hostile, Page, export, get};

struct Component;

impl Hostile for Component {
    fn check() -> Result<String, Failure> {
        get("https://localhost/", &[]).map(|_| "it answered".to_owned())
    }

    fn page(_: u64) -> Result<Option<Page>, Failure> {
        get("https://127.0.0.1/", &[]).map(|_| None)
    }
}

export!(Component);
