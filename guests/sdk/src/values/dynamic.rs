//! Keys that are columns of their own.

use super::Text;
use crate::record::{DataType, Slot, Value};

/// A field that takes the keys which no other field has: those that the account's dynamic columns
/// name. Each becomes a text column of its own.
#[derive(Clone, Debug, Default)]
pub struct Dynamic<'a> {
    /// By number of the column; it ends behind the last one that had a value.
    values: Vec<Option<Text<'a>>>,
}

impl<'a> Dynamic<'a> {
    /// The value of a column.
    pub(crate) fn get(&self, number: usize) -> Option<&str> {
        self.values.get(number)?.as_ref()?.as_str()
    }

    /// Sets the value of a column. False if it has one.
    pub(crate) fn set(&mut self, number: usize, value: Text<'a>) -> bool {
        if self.values.len() <= number {
            self.values.resize_with(number + 1, || None);
        }
        let is_new = self.values[number].is_none();
        self.values[number] = Some(value);
        is_new
    }
}

impl<'de> Value<'de> for Dynamic<'de> {
    const DATA_TYPE: DataType = DataType::Text;

    fn slot(&mut self) -> Slot<'_, 'de> {
        Slot::Dynamic(self)
    }
}
