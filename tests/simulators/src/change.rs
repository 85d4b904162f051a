//! How lists change while a client reads them.

use std::collections::HashMap;
use std::sync::Mutex;

use crate::log::lock;
use crate::vendor::Twist;

/// How a list has changed since the start.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Change {
    /// New records before all others.
    pub(crate) inserted: usize,
    /// Records that are gone from the front.
    pub(crate) removed: usize,
}

/// How every list has changed, by its path.
#[derive(Default)]
pub(crate) struct Changes(Mutex<HashMap<String, Change>>);

impl Changes {
    /// How a list has changed.
    pub(crate) fn of(&self, path: &str) -> Change {
        lock(&self.0).get(path).copied().unwrap_or_default()
    }

    /// The same, after the changes among these twists.
    pub(crate) fn twist(&self, path: &str, twists: &[Twist]) -> Change {
        let mut changes = lock(&self.0);
        let change = changes.entry(path.to_owned()).or_default();
        for twist in twists {
            match twist {
                Twist::Insert(rows) => change.inserted += rows,
                Twist::Remove(rows) => change.removed += rows,
                Twist::Endless | Twist::Repeat { .. } | Twist::Previous => {}
            }
        }
        *change
    }
}
