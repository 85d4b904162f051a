//! Truth values.

use std::fmt;

use serde::de::{Deserializer, Error, Visitor};

use super::Decode;
use crate::record::{BadValue, DataType, Slot, Value};

/// A truth value: `true`, `false`, `0`, `1`, each also as text; `""` and `null` are null.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flag(pub Option<bool>);

impl<'de> Value<'de> for Flag {
    const DATA_TYPE: DataType = DataType::Boolean;

    fn slot(&mut self) -> Slot<'_, 'de> {
        Slot::Flag(self)
    }
}

impl<'de> Decode<'de> for Flag {
    fn decode<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FlagVisitor)
    }
}

struct FlagVisitor;

impl Visitor<'_> for FlagVisitor {
    type Value = Flag;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("true, false, 0 or 1")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Flag, E> {
        Ok(Flag(Some(value)))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Flag, E> {
        match value {
            0 | 1 => Ok(Flag(Some(value == 1))),
            _ => Err(E::custom(BadValue::new("true, false, 0 or 1", &value.to_string()))),
        }
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Flag, E> {
        match value.trim() {
            "" => Ok(Flag(None)),
            "1" | "true" => Ok(Flag(Some(true))),
            "0" | "false" => Ok(Flag(Some(false))),
            other => Err(E::custom(BadValue::new("true, false, 0 or 1", other))),
        }
    }

    fn visit_unit<E: Error>(self) -> Result<Flag, E> {
        Ok(Flag(None))
    }
}
