//! Values as the providers write them.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use tollgate_sdk::time::{Zone, parse_date, parse_moment};

/// A text or null, borrowed wherever JSON allows it.
#[derive(Deserialize, Default)]
#[serde(transparent)]
pub struct TextValue<'a>(#[serde(borrow)] Option<Cowed<'a>>);

/// `Option<Cow<str>>` never borrows in serde; a transparent newtype does.
#[derive(Deserialize)]
#[serde(transparent)]
struct Cowed<'a>(#[serde(borrow)] Cow<'a, str>);

impl TextValue<'_> {
    /// The text.
    pub fn get(&self) -> Option<&str> {
        self.0.as_ref().map(|text| text.0.as_ref())
    }
}

/// A JSON value that is not null, as its text.
#[derive(Deserialize, Default)]
#[serde(transparent)]
pub struct JsonValue<'a>(#[serde(borrow)] Option<&'a RawValue>);

impl JsonValue<'_> {
    /// The text.
    pub fn get(&self) -> Option<&str> {
        self.0.map(RawValue::get)
    }
}

/// A number that may come as text.
#[derive(Default)]
pub struct Number(pub Option<i64>);

/// A truth value that may come as text.
#[derive(Default)]
pub struct Truth(pub Option<bool>);

/// A day, in days since 1970-01-01.
#[derive(Default)]
pub struct Date(pub Option<i32>);

/// An instant, in microseconds UTC; `Z` is the clock of texts without an offset.
pub struct Instant<Z> {
    /// Microseconds UTC.
    pub micros: Option<i64>,
    zone: PhantomData<Z>,
}

impl<Z> Default for Instant<Z> {
    fn default() -> Self {
        Instant { micros: None, zone: PhantomData }
    }
}

/// A value that is absent, null, an empty text, a text that is parsed, or what it is.
trait Lenient: Default {
    fn of_text(text: &str) -> Option<Self>;

    fn of_number(_: i64) -> Option<Self> {
        None
    }

    fn of_truth(_: bool) -> Option<Self> {
        None
    }
}

impl Lenient for Number {
    fn of_text(text: &str) -> Option<Self> {
        text.parse().ok().map(|number| Number(Some(number)))
    }

    fn of_number(number: i64) -> Option<Self> {
        Some(Number(Some(number)))
    }
}

impl Lenient for Truth {
    fn of_text(text: &str) -> Option<Self> {
        text.to_ascii_lowercase().parse().ok().map(|truth| Truth(Some(truth)))
    }

    fn of_truth(truth: bool) -> Option<Self> {
        Some(Truth(Some(truth)))
    }
}

impl Lenient for Date {
    fn of_text(text: &str) -> Option<Self> {
        let days = i32::try_from(parse_date(text)?.days()).ok()?;
        Some(Date(Some(days)))
    }
}

impl<Z: Zone> Lenient for Instant<Z> {
    fn of_text(text: &str) -> Option<Self> {
        let micros = parse_moment(text)?.utc_micros(Z::offset_at_wall)?;
        Some(Instant { micros: Some(micros), zone: PhantomData })
    }
}

/// Its own visitor, because an untagged enum would copy every value first.
struct LenientVisitor<T>(PhantomData<T>);

impl<'de, T: Lenient> Visitor<'de> for LenientVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value, the same as text, or null")
    }

    fn visit_none<E: de::Error>(self) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E: de::Error>(self, truth: bool) -> Result<T, E> {
        T::of_truth(truth).ok_or_else(|| E::custom(truth))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<T, E> {
        T::of_number(number).ok_or_else(|| E::custom(number))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<T, E> {
        self.visit_i64(i64::try_from(number).map_err(E::custom)?)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        match text {
            "" => Ok(T::default()),
            text => T::of_text(text).ok_or_else(|| E::custom(text)),
        }
    }
}

/// Reads a type leniently.
macro_rules! lenient {
    ($($type:ty $(where $zone:ident)?),*) => {$(
        impl<'de $(, $zone: Zone)?> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_option(LenientVisitor(PhantomData))
            }
        }
    )*};
}
lenient!(Number, Truth, Date, Instant<Z> where Z);
