//! Opens handles and never closes one.

use tollgate_hostile::{Component, Failure, Guest, Hostile, Page, ScanRequest, export};

struct Hoarder;

impl Hostile for Hoarder {
    fn page(_: u64) -> Result<Option<Page>, Failure> {
        loop {
            let request = ScanRequest {
                settings: Vec::new(),
                stream: String::new(),
                options: Vec::new(),
                columns: Vec::new(),
                partition: None,
                checkpoint: None,
                since: None,
                children: Vec::new(),
                started_at: 0,
                rows_wanted: None,
            };
            std::mem::forget(<Component<Hoarder> as Guest>::open(request)?);
        }
    }
}

export!(Hoarder);
