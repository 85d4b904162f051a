//! Writes to its log without end, in long lines with control characters.

use tollgate_hostile::{Failure, Hostile, LogLevel, Page, export, log};

struct Component;

impl Hostile for Component {
    fn page(_: u64) -> Result<Option<Page>, Failure> {
        let line = format!("\u{1b}[2J{}\n[error] forged", "x".repeat(10_000));
        loop {
            log(LogLevel::Info, &line);
        }
    }
}

export!(Component);
