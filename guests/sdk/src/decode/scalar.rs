//! A JSON value that is neither object nor list.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::failure::BadValue;

/// A JSON value as the parser gives it. Objects and lists are passed over.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Scalar<'de> {
    Null,
    Flag(bool),
    Int(i64),
    /// A whole number beyond `Int`.
    Large(u64),
    /// A number with a fraction, an exponent, or too large for `Large`.
    Float(f64),
    Text(Cow<'de, str>),
    List,
    Object,
}

impl<'de> Scalar<'de> {
    /// Reads a JSON text that stands on its own.
    pub(crate) fn parse(text: &'de str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// The error for a value that is not what was expected.
    #[cold]
    pub(crate) fn unlike(&self, expected: &str) -> BadValue {
        match self {
            Self::Text(text) => BadValue::new(expected, text),
            Self::List => BadValue::found(expected, "a list"),
            Self::Object => BadValue::found(expected, "an object"),
            Self::Null => BadValue::found(expected, "null"),
            Self::Flag(flag) => BadValue::found(expected, if *flag { "true" } else { "false" }),
            Self::Int(number) => BadValue::found(expected, &number.to_string()),
            Self::Large(number) => BadValue::found(expected, &number.to_string()),
            Self::Float(number) => BadValue::found(expected, &json_text(*number)),
        }
    }
}

/// A double as JSON writes it.
pub(crate) fn json_text(number: f64) -> String {
    serde_json::Number::from_f64(number).map_or_else(String::new, |number| number.to_string())
}

impl<'de> Deserialize<'de> for Scalar<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

struct ScalarVisitor;

impl<'de> Visitor<'de> for ScalarVisitor {
    type Value = Scalar<'de>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("any JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Null)
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Flag(flag))
    }

    #[inline]
    fn visit_i64<E: Error>(self, number: i64) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Int(number))
    }

    #[inline]
    fn visit_u64<E: Error>(self, number: u64) -> Result<Scalar<'de>, E> {
        Ok(i64::try_from(number).map_or(Scalar::Large(number), Scalar::Int))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Float(number))
    }

    #[inline]
    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Scalar<'de>, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Scalar::List)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Scalar<'de>, A::Error> {
        while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Scalar::Object)
    }
}

/// The error for a value where an object or a list belongs.
#[cold]
pub(crate) fn refused<E: Error>(expected: &str, found: &str) -> E {
    E::custom(BadValue::found(expected, found))
}
