//! Text.

use std::borrow::Cow;

use super::FromScalar;
use crate::decode::Scalar;
use crate::record::{BadValue, DataType, Slot, Value};

/// A text, borrowed from the response where nothing in it is escaped. Numbers and truth values
/// become their JSON text, as it is written; only `null` is null.
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

impl<'de> FromScalar<'de> for Text<'de> {
    #[inline]
    fn from_scalar(scalar: Scalar<'de>) -> Result<Self, BadValue> {
        match scalar {
            Scalar::Text(text) => Ok(Self(Some(text))),
            Scalar::Null => Ok(Self(None)),
            Scalar::Number(number) => Ok(Self(Some(Cow::Borrowed(number)))),
            Scalar::Flag(true) => Ok(Self(Some(Cow::Borrowed("true")))),
            Scalar::Flag(false) => Ok(Self(Some(Cow::Borrowed("false")))),
            other => Err(other.unlike("a text")),
        }
    }
}
