//! What changes while the simulator runs.

use std::collections::HashMap;

use jiff::Timestamp;

use super::data::Item;
use super::jobs::{File, Job};

/// Everything that does not follow from the seed.
#[derive(Debug, Default)]
pub(super) struct State {
    /// When items came to be that were not there at the start.
    pub(super) added: HashMap<Item, Vec<Timestamp>>,
    /// How often items were changed, and when last.
    pub(super) changed: HashMap<(Item, usize), (u32, Timestamp)>,
    pub(super) jobs: Vec<Job>,
    pub(super) files: Vec<File>,
}

impl State {
    pub(super) fn added(&self, item: Item) -> &[Timestamp] {
        self.added.get(&item).map_or(&[], Vec::as_slice)
    }
}
