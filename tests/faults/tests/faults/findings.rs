//! What cases came to, in words for the table.

use std::collections::BTreeSet;

use tollgate_faults::sync::{Ended, Resumed};

/// What one case came to.
pub struct Seen {
    /// Whether the fault ended the run.
    pub has_fired: bool,
    /// What the run said; `None`: it was killed.
    pub ended: Option<Ended>,
    /// What a reader found then.
    pub reader: &'static str,
    /// The run after it.
    pub next: Ended,
}

/// What many cases came to.
#[derive(Default)]
pub struct Findings {
    pub run: BTreeSet<String>,
    pub reader: BTreeSet<String>,
    pub next: BTreeSet<String>,
}

impl Findings {
    pub fn add(&mut self, seen: Seen) {
        self.run.insert(match seen.ended {
            None => "is killed".to_owned(),
            Some(Ended { failed: Some((kind, _)), .. }) => format!("fails: {kind}"),
            Some(Ended { failed: None, .. }) => "succeeds".to_owned(),
        });
        self.reader.insert(seen.reader.to_owned());
        let next = match seen.next.resumed {
            Some(Resumed::Interruption) => "goes on",
            Some(Resumed::End) => "reads what is new",
            None => "reads from the start",
        };
        self.next.insert(next.to_owned());
    }
}
