//! Keys that are columns of their own.

use serde::de::Error;

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

    /// Sets the value of a column, once.
    pub(crate) fn set<E: Error>(
        &mut self,
        number: usize,
        key: &str,
        value: Text<'a>,
    ) -> Result<(), E> {
        if self.values.len() <= number {
            self.values.resize_with(number + 1, || None);
        }
        match &mut self.values[number] {
            Some(_) => Err(E::custom(format_args!("{key}: the key comes twice"))),
            place => {
                *place = Some(value);
                Ok(())
            }
        }
    }
}

impl<'de> Value<'de> for Dynamic<'de> {
    const DATA_TYPE: DataType = DataType::Text;

    fn slot(&mut self) -> Slot<'_, 'de> {
        Slot::Dynamic(self)
    }
}
