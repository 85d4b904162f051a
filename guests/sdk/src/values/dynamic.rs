//! Keys that are columns of their own.

use super::Text;
use crate::record::{DataType, Slot, Value};

/// A field that takes the keys which no other field has: those that the account's dynamic columns
/// name. Each becomes a text column of its own.
#[derive(Clone, Debug, Default)]
pub struct Dynamic<'a> {
    /// A value with the number of its column. It has a place of its own, so that the many rows with
    /// one value allocate nothing.
    first: Option<(usize, Text<'a>)>,
    others: Vec<(usize, Text<'a>)>,
}

impl<'a> Dynamic<'a> {
    /// The value of a column.
    pub(crate) fn get(&self, number: usize) -> Option<&str> {
        let mut all = self.first.iter().chain(&self.others);
        all.find(|(column, _)| *column == number)?.1.as_str()
    }

    /// Sets the value of a column. False if it has one.
    pub(crate) fn set(&mut self, number: usize, value: Text<'a>) -> bool {
        let mut all = self.first.iter().chain(&self.others);
        if all.any(|(column, _)| *column == number) {
            return false;
        }
        match &mut self.first {
            None => self.first = Some((number, value)),
            Some(_) => self.others.push((number, value)),
        }
        true
    }
}

impl<'de> Value<'de> for Dynamic<'de> {
    const DATA_TYPE: DataType = DataType::Text;

    fn slot(&mut self) -> Slot<'_, 'de> {
        Slot::Dynamic(self)
    }
}
