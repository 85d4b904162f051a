//! Text.

use std::borrow::Cow;

use super::FromScalar;
use crate::decode::{Scalar, json_text};
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

impl<'de> FromScalar<'de> for Text<'de> {
    #[inline]
    fn from_scalar(scalar: Scalar<'de>) -> Result<Self, BadValue> {
        match scalar {
            Scalar::Text(text) => Ok(Self(Some(text))),
            Scalar::Null => Ok(Self(None)),
            other => written(&other).map(|text| Self(Some(Cow::Owned(text)))),
        }
    }
}

/// The JSON text of a number or truth value.
fn written(scalar: &Scalar<'_>) -> Result<String, BadValue> {
    match scalar {
        Scalar::Flag(flag) => Ok(if *flag { "true" } else { "false" }.to_owned()),
        Scalar::Int(number) => Ok(number.to_string()),
        Scalar::Large(number) => Ok(number.to_string()),
        Scalar::Float(number) if number.abs() < EXACT_MAX => Ok(json_text(*number)),
        other => Err(other.unlike("a text or a number of 64 bits")),
    }
}
