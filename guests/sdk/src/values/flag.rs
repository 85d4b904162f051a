//! Truth values.

use super::FromScalar;
use crate::decode::Scalar;
use crate::record::{BadValue, DataType, Slot, Value};

/// A truth value: `true`, `false`, `0`, `1`, each also as text, in small letters or capitals; `""`
/// and `null` are null.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flag(pub Option<bool>);

impl<'de> Value<'de> for Flag {
    const DATA_TYPE: DataType = DataType::Boolean;

    fn slot(&mut self) -> Slot<'_, 'de> {
        Slot::Flag(self)
    }
}

impl<'de> FromScalar<'de> for Flag {
    fn from_scalar(scalar: Scalar<'de>) -> Result<Self, BadValue> {
        let flag = match &scalar {
            Scalar::Null => return Ok(Self(None)),
            Scalar::Flag(flag) => Some(*flag),
            Scalar::Number("0") => Some(false),
            Scalar::Number("1") => Some(true),
            Scalar::Text(text) => match text.trim() {
                "" => return Ok(Self(None)),
                "0" => Some(false),
                "1" => Some(true),
                "false" | "False" | "FALSE" => Some(false),
                "true" | "True" | "TRUE" => Some(true),
                _ => None,
            },
            _ => None,
        };
        match flag {
            Some(flag) => Ok(Self(Some(flag))),
            None => Err(scalar.unlike("true, false, 0 or 1")),
        }
    }
}
