//! Text.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer, Error, Visitor};

use super::{Decode, json_text};
use crate::record::{BadValue, DataType, Slot, Value};

/// Whole numbers from here on may have lost digits on their way through a double.
const EXACT_MAX: f64 = 9_007_199_254_740_992.0;

/// A text, borrowed from the response where nothing in it is escaped. Numbers and truth values
/// become their JSON text (a number with a fraction in its shortest form, `1.50` as `1.5`); only
/// `null` is null.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text<'a>(pub Option<Cow<'a, str>>);

impl Text<'_> {
    /// The text, if there is one.
    #[inline]
    pub fn as_str(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

impl<'de> Value<'de> for Text<'de> {
    const DATA_TYPE: DataType = DataType::Text;

    fn slot(&mut self) -> Slot<'_, 'de> {
        Slot::Text(self)
    }
}

impl<'de> Decode<'de> for Text<'de> {
    fn decode<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a text")
    }

    #[inline]
    fn visit_borrowed_str<E: Error>(self, value: &'de str) -> Result<Text<'de>, E> {
        Ok(Text(Some(Cow::Borrowed(value))))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Text<'de>, E> {
        self.visit_string(value.to_owned())
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Text<'de>, E> {
        Ok(Text(Some(Cow::Owned(value))))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Text<'de>, E> {
        Ok(Text(Some(Cow::Borrowed(if value { "true" } else { "false" }))))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Text<'de>, E> {
        self.visit_string(value.to_string())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Text<'de>, E> {
        self.visit_string(value.to_string())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Text<'de>, E> {
        if value.abs() >= EXACT_MAX {
            let found = json_text(value);
            return Err(E::custom(BadValue::new("a text or a number of 64 bits", &found)));
        }
        self.visit_string(json_text(value))
    }

    #[inline]
    fn visit_unit<E: Error>(self) -> Result<Text<'de>, E> {
        Ok(Text(None))
    }
}
