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

/// A record on a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Position {
    /// The n-th of those that a fault has inserted.
    Inserted(usize),
    /// The n-th of those that the query is about.
    Found(usize),
}

/// The part of a list that is one page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cut {
    /// The records on the page.
    pub(crate) positions: Vec<Position>,
    /// How many records the list says there are.
    pub(crate) total: usize,
    /// The offset that the page says it has.
    pub(crate) offset: usize,
    /// Whether the list says that there is more.
    pub(crate) has_next: bool,
}

impl Change {
    /// The page of at most `limit` records at `offset` of a list in which `found` match.
    pub(crate) fn cut(self, found: usize, offset: usize, limit: usize, twists: &[Twist]) -> Cut {
        let removed = self.removed.min(found);
        let rows = self.inserted + found - removed;
        let position = |at: usize| match at.checked_sub(self.inserted) {
            None => Position::Inserted(at),
            Some(at) => Position::Found(at + removed),
        };
        let (mut first, mut claimed, mut is_endless) = (offset, offset, false);
        for twist in twists {
            match twist {
                Twist::Endless => is_endless = rows > 0,
                Twist::Previous => first = first.saturating_sub(limit),
                Twist::Repeat { claims_requested } => {
                    first = 0;
                    claimed = if *claims_requested { offset } else { 0 };
                }
                Twist::Insert(_) | Twist::Remove(_) => {}
            }
        }
        let after = claimed.saturating_add(limit);
        if is_endless {
            let positions =
                (0..limit).map(|step| position(first.wrapping_add(step) % rows)).collect();
            let total = after.saturating_add(limit);
            return Cut { positions, total, offset: claimed, has_next: true };
        }
        let end = first.saturating_add(limit).min(rows);
        let positions = (first..end).map(position).collect();
        Cut { positions, total: rows, offset: claimed, has_next: after < rows }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_inserted_and_removed_moves_the_rest() {
        use Position::{Found, Inserted};
        let change = Change { inserted: 1, removed: 2 };
        let cut = change.cut(5, 0, 3, &[]);
        assert_eq!(cut.positions, [Inserted(0), Found(2), Found(3)]);
        assert_eq!((cut.total, cut.has_next), (4, true));
        let cut = change.cut(5, 3, 3, &[]);
        assert_eq!((cut.positions, cut.has_next), (vec![Found(4)], false));
        assert_eq!(change.cut(5, 9, 3, &[]).positions, []);
    }

    #[test]
    fn each_way_in_which_paging_goes_wrong() {
        let cut = |twist| Change::default().cut(4, 2, 2, &[twist]);
        let first = |twist| cut(twist).positions[0];
        assert_eq!(first(Twist::Previous), Position::Found(0));
        let repeated = cut(Twist::Repeat { claims_requested: false });
        assert_eq!((repeated.positions[0], repeated.offset), (Position::Found(0), 0));
        assert_eq!(cut(Twist::Repeat { claims_requested: true }).offset, 2);
        let endless = cut(Twist::Endless);
        assert_eq!((endless.total, endless.has_next), (6, true));
        assert_eq!(Change::default().cut(0, 0, 2, &[Twist::Endless]).positions, []);
    }
}
