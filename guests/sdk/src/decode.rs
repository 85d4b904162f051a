//! Fills a record from a JSON object, by its table.

use std::borrow::Cow;
use std::fmt;

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor,
};

use crate::failure::BadValue;
use crate::plan::Plan;
use crate::record::{Behind, Key, Origin, Slot, Slots};
use crate::values::{Decode, Text};

/// Keys of an object that are told apart when they come twice.
pub(crate) const KEYS_MAX: usize = 64;

/// What keys came in the record before, by their place in it: records of one page have the same
/// keys in the same order as a rule, so that the first guess is right.
#[derive(Debug)]
pub(crate) struct Hints([u8; KEYS_MAX]);

impl Default for Hints {
    fn default() -> Self {
        Self([0; KEYS_MAX])
    }
}

/// Fills a row from an object.
///
/// # Errors
/// For a value that its field cannot take, a key that comes twice, a required field without value.
pub(crate) fn fill<'de, A: MapAccess<'de>>(
    map: A,
    plan: &Plan,
    hints: &mut Hints,
    row: &mut dyn Slots<'de>,
) -> Result<(), A::Error> {
    let object = Object { keys: plan.table().keys, plan, row: &mut *row, hints: Some(hints) };
    object.visit_map(map)?;
    for (index, field) in plan.table().fields.iter().enumerate() {
        let is_needed = field.is_required && field.origin == Origin::Json;
        if is_needed && is_null(&row.slot(index)) {
            return Err(A::Error::custom(format_args!("{}: the record has no value", field.path)));
        }
    }
    Ok(())
}

fn is_null(slot: &Slot<'_, '_>) -> bool {
    match slot {
        Slot::Int(int) => int.0.is_none(),
        Slot::Float(float) => float.0.is_none(),
        Slot::Flag(flag) => flag.0.is_none(),
        Slot::Text(text) => text.0.is_none(),
        Slot::Date(text) | Slot::Timestamp(text, _) => crate::values::present(text).is_none(),
        Slot::Decimal(json) | Slot::Json(json) => json.0.is_none(),
        Slot::Others(_) | Slot::Dynamic(_) => false,
    }
}

/// An object: the record, or one that lies in it.
struct Object<'r, 'de> {
    keys: &'static [Key],
    plan: &'r Plan,
    row: &'r mut dyn Slots<'de>,
    /// Only the record itself has them.
    hints: Option<&'r mut Hints>,
}

impl<'de> Visitor<'de> for Object<'_, 'de> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        let mut seen = 0u64;
        let mut place = 0;
        while let Some(Name(name)) = map.next_key()? {
            let Some(number) = self.find(&name, place) else {
                self.other(name, &mut map)?;
                place += 1;
                continue;
            };
            if seen & 1 << number != 0 {
                return Err(comes_twice(&name));
            }
            seen |= 1 << number;
            match self.keys[number].behind {
                Behind::Field(field) => self.field(field, &mut map)?,
                Behind::Object(keys) => {
                    let Self { plan, row, .. } = &mut self;
                    map.next_value_seed(Object { keys, plan, row: &mut **row, hints: None })?;
                }
            }
            place += 1;
        }
        Ok(())
    }

    // The rest is what providers write for an object that has nothing in it.

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        match text.trim() {
            "" => Ok(()),
            other => Err(E::custom(BadValue::new("an object", other))),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<(), A::Error> {
        match sequence.next_element::<IgnoredAny>()? {
            None => Ok(()),
            Some(_) => Err(A::Error::custom("expected an object, found a list")),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Object<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Object<'_, 'de> {
    /// The number of a key.
    #[inline]
    fn find(&mut self, name: &str, place: usize) -> Option<usize> {
        let Some(hint) = self.hints.as_mut().and_then(|hints| hints.0.get_mut(place)) else {
            return self.keys.iter().position(|key| key.name == name);
        };
        let guess = usize::from(*hint);
        if self.keys.get(guess).is_some_and(|key| key.name == name) {
            return Some(guess);
        }
        let found = self.keys.iter().position(|key| key.name == name)?;
        *hint = found as u8;
        Some(found)
    }

    fn field<A: MapAccess<'de>>(&mut self, field: usize, map: &mut A) -> Result<(), A::Error> {
        let schema = &self.plan.table().fields[field];
        if schema.is_large && !self.plan.wants(field) {
            return map.next_value::<IgnoredAny>().map(drop);
        }
        let read = map.next_value_seed(Into(self.row.slot(field)));
        read.map_err(|error| A::Error::custom(format_args!("{}: {error}", schema.path)))
    }

    /// A key that no field has.
    fn other<A: MapAccess<'de>>(
        &mut self,
        name: Cow<'de, str>,
        map: &mut A,
    ) -> Result<(), A::Error> {
        let table = self.plan.table();
        let is_record = self.hints.is_some();
        if let Some(number) = self.plan.dynamic_slot(&name).filter(|_| is_record) {
            let field = table.field_of(Origin::Dynamic).unwrap_or(usize::MAX);
            let decoded = map.next_value::<Decoded<Text<'de>>>();
            let value = decoded.map_err(|e| A::Error::custom(format_args!("{name}: {e}")))?;
            return match self.row.slot(field) {
                Slot::Dynamic(dynamic) => dynamic.set(number, &name, value.0),
                _ => Ok(()),
            };
        }
        if let Some(field) = table.field_of(Origin::Others).filter(|_| is_record)
            && let Slot::Others(others) = self.row.slot(field)
        {
            others.add(name, map.next_value()?);
            return Ok(());
        }
        map.next_value::<IgnoredAny>().map(drop)
    }
}

/// Reads a value into a slot.
struct Into<'s, 'de>(Slot<'s, 'de>);

impl<'de> DeserializeSeed<'de> for Into<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        match self.0 {
            Slot::Text(text) | Slot::Date(text) | Slot::Timestamp(text, _) => {
                *text = Decode::decode(deserializer)?;
            }
            Slot::Int(int) => *int = Decode::decode(deserializer)?,
            Slot::Flag(flag) => *flag = Decode::decode(deserializer)?,
            Slot::Float(float) => *float = Decode::decode(deserializer)?,
            Slot::Json(json) | Slot::Decimal(json) => *json = Decode::decode(deserializer)?,
            // No key leads to these: they gather what others leave.
            Slot::Others(_) | Slot::Dynamic(_) => {
                IgnoredAny::deserialize(deserializer)?;
            }
        }
        Ok(())
    }
}

/// A value read on its own.
pub(crate) struct Decoded<T>(pub T);

impl<'de, T: Decode<'de>> Deserialize<'de> for Decoded<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::decode(deserializer).map(Self)
    }
}

/// A key of an object, borrowed where nothing in it is escaped; serde's own `Cow` never borrows.
pub(crate) struct Name<'de>(pub Cow<'de, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(NameVisitor)
    }
}

struct NameVisitor;

impl<'de> Visitor<'de> for NameVisitor {
    type Value = Name<'de>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a key")
    }

    fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Name<'de>, E> {
        Ok(Name(Cow::Borrowed(name)))
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Name<'de>, E> {
        Ok(Name(Cow::Owned(name.to_owned())))
    }
}

/// The error for a key that was there before.
#[cold]
pub(crate) fn comes_twice<E: Error>(key: &str) -> E {
    E::custom(format_args!("{key}: the key comes twice"))
}
