//! What identifies a page: its rows' keys, or all of its rows where they have none.

use crate::record::{Slot, Slots};
use crate::values::present;

/// A running hash of what identifies the rows of a page.
///
/// Two pages with the same identity are taken for the same page. With 64 bits, 100,000 pages of one
/// scan collide by chance about once in four thousand million scans.
#[derive(Clone, Copy, Debug)]
pub struct Identity(u64);

impl Default for Identity {
    fn default() -> Self {
        // The offset basis of FNV-1a; any odd pattern would do.
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Identity {
    /// The hash of one text.
    pub fn of_text(text: &str) -> u64 {
        Self::about(text).0
    }

    /// Begins with what the rows are about.
    pub(crate) fn about(text: &str) -> Self {
        let mut identity = Self::default();
        identity.add_text(Some(text));
        identity
    }

    /// The hash so far.
    pub fn value(self) -> u64 {
        self.0
    }

    /// Adds a row, of which these fields say what it is.
    pub(crate) fn add_row(&mut self, fields: &[usize], row: &mut dyn Slots<'_>) {
        for &field in fields {
            self.add_slot(row.slot(field));
        }
    }

    fn add_slot(&mut self, slot: Slot<'_, '_>) {
        match slot {
            Slot::Int(int) => {
                self.add(u64::from(int.0.is_some()));
                self.add(int.0.unwrap_or(0).cast_unsigned());
            }
            Slot::Float(float, _) => self.add(float.0.map_or(u64::MAX, f64::to_bits)),
            Slot::Flag(flag) => self.add(flag.0.map_or(2, u64::from)),
            Slot::Text(text) => self.add_text(text.as_str()),
            Slot::Date(text) | Slot::Timestamp(text, _) => self.add_text(present(text)),
            Slot::Decimal(json) | Slot::Json(json) => self.add_text(json.as_str()),
            Slot::Others(others) => {
                for (key, value) in others.iter() {
                    self.add_text(Some(key));
                    self.add_text(Some(value));
                }
            }
            // No provider's rows differ in nothing but their custom fields.
            Slot::Dynamic(_) => {}
        }
    }

    fn add(&mut self, value: u64) {
        // The finalizer of splitmix64, a bijection that mixes every bit into every other.
        let mut mixed = (self.0 ^ value).wrapping_add(0x9e37_79b9_7f4a_7c15);
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        self.0 = mixed ^ mixed >> 31;
    }

    fn add_text(&mut self, text: Option<&str>) {
        let Some(text) = text else { return self.add(u64::MAX) };
        for chunk in text.as_bytes().chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.add(u64::from_le_bytes(word));
        }
        self.add(text.len() as u64);
    }
}
