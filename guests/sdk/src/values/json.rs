//! Nested values, kept as JSON text.

use std::borrow::Cow;

use crate::body::ToJson;
use crate::columns::TextColumn;
use crate::record::{DataType, Slot, Value};

/// Any JSON value, kept exactly as the provider wrote it; `null` is null.
#[derive(Clone, Copy, Debug, Default)]
pub struct Json<'a>(pub Option<&'a str>);

impl<'a> Json<'a> {
    /// A value as it lies in the body.
    pub(crate) fn new(raw: &'a str) -> Self {
        Self(Some(raw).filter(|raw| *raw != "null"))
    }

    /// The JSON text, if there is a value.
    pub fn as_str(&self) -> Option<&str> {
        self.0
    }
}

impl<'de> Value<'de> for Json<'de> {
    const DATA_TYPE: DataType = DataType::Json;

    fn slot(&mut self) -> Slot<'_, 'de> {
        Slot::Json(self)
    }
}

/// The keys of a record that no other field has, as one JSON object; null if there are none. For a
/// provider that adds keys which are not documented.
#[derive(Clone, Debug, Default)]
pub struct Others<'a>(Vec<(Cow<'a, str>, &'a str)>);

impl<'de> Others<'de> {
    /// The keys with their values, in the order of the record.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &'de str)> {
        self.0.iter().map(|(key, value)| (&**key, *value))
    }

    /// Adds a key.
    pub(crate) fn add(&mut self, key: Cow<'de, str>, value: &'de str) {
        self.0.push((key, value));
    }

    /// Adds them to a column, as one object.
    pub(crate) fn push_to(&self, column: &mut TextColumn) {
        if self.0.is_empty() {
            return column.push(None);
        }
        column.push_with(|bytes| {
            for (index, (key, value)) in self.iter().enumerate() {
                bytes.push(if index == 0 { b'{' } else { b',' });
                key.write(bytes);
                bytes.push(b':');
                bytes.extend_from_slice(value.as_bytes());
            }
            bytes.push(b'}');
        });
    }
}

impl<'de> Value<'de> for Others<'de> {
    const DATA_TYPE: DataType = DataType::Json;

    fn slot(&mut self) -> Slot<'_, 'de> {
        Slot::Others(self)
    }
}
