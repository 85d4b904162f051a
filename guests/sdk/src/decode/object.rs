//! Fills a record from a JSON object, by its table.

use std::borrow::Cow;

use serde::de::{Error, IgnoredAny, MapAccess};
use serde_json::value::RawValue;

use super::Scalar;
use super::document::{Name, Node, comes_twice};
use crate::failure::BadValue;
use crate::plan::Plan;
use crate::record::{Behind, Key, Origin, Slot, Slots};
use crate::values::{FromScalar, Json, Text, present};

/// Keys of an object that are told apart when they come twice.
const KEYS_MAX: usize = 64;

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
pub(super) fn fill<'de, A: MapAccess<'de>>(
    mut map: A,
    plan: &Plan,
    hints: &mut Hints,
    row: &mut dyn Slots<'de>,
) -> Result<(), A::Error> {
    let object = Object { keys: plan.table().keys, plan, row: &mut *row, hints: Some(hints) };
    object.read(&mut map)?;
    match lacking(plan, row) {
        Some(path) => Err(A::Error::custom(format_args!("{path}: the record has no value"))),
        None => Ok(()),
    }
}

/// The first required field that has no value.
fn lacking(plan: &Plan, row: &mut dyn Slots<'_>) -> Option<&'static str> {
    for &index in plan.required() {
        let is_null = match row.slot(index) {
            Slot::Int(int) => int.0.is_none(),
            Slot::Float(float) => float.0.is_none(),
            Slot::Flag(flag) => flag.0.is_none(),
            Slot::Text(text) => text.0.is_none(),
            Slot::Date(text) | Slot::Timestamp(text, _) => present(text).is_none(),
            Slot::Decimal(json) | Slot::Json(json) => json.0.is_none(),
            Slot::Others(_) | Slot::Dynamic(_) => false,
        };
        if is_null {
            return Some(plan.table().fields[index].path);
        }
    }
    None
}

/// An object: the record, or one that lies in it.
pub(super) struct Object<'r, 'de> {
    keys: &'static [Key],
    plan: &'r Plan,
    row: &'r mut dyn Slots<'de>,
    /// Only the record itself has them.
    hints: Option<&'r mut Hints>,
}

impl<'de> Object<'_, 'de> {
    /// Reads the object.
    pub(super) fn read<A: MapAccess<'de>>(mut self, map: &mut A) -> Result<(), A::Error> {
        let mut seen = 0u64;
        let mut place = 0;
        while let Some(Name(name)) = map.next_key()? {
            let number = self.find(&name, place);
            place += 1;
            let Some(number) = number else {
                self.other(name, map)?;
                continue;
            };
            if seen & 1 << number != 0 {
                return Err(comes_twice(&name));
            }
            seen |= 1 << number;
            match self.keys[number].behind {
                Behind::Field(field) => self.field(field, map)?,
                Behind::Object(keys) => {
                    let Self { plan, row, .. } = &mut self;
                    let inner = Object { keys, plan, row: &mut **row, hints: None };
                    map.next_value_seed(Node::Object(inner))?;
                }
            }
        }
        Ok(())
    }

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

    /// The value behind a key that leads to a field.
    #[inline]
    fn field<A: MapAccess<'de>>(&mut self, field: usize, map: &mut A) -> Result<(), A::Error> {
        let schema = &self.plan.table().fields[field];
        if schema.is_large && !self.plan.wants(field) {
            return map.next_value::<IgnoredAny>().map(drop);
        }
        match self.row.slot(field) {
            Slot::Json(json) | Slot::Decimal(json) => {
                *json = Json::new(map.next_value::<&RawValue>()?);
                Ok(())
            }
            slot => {
                let scalar = map.next_value::<Scalar<'de>>()?;
                let set = set(slot, scalar);
                set.map_err(|bad| A::Error::custom(format_args!("{}: {bad}", schema.path)))
            }
        }
    }

    /// The value behind a key that leads to no field.
    fn other<A: MapAccess<'de>>(
        &mut self,
        name: Cow<'de, str>,
        map: &mut A,
    ) -> Result<(), A::Error> {
        let table = self.plan.table();
        // Only the record's own keys are gathered, not those of objects in it.
        let gathered = |origin| table.field_of(origin).filter(|_| self.hints.is_some());
        if let Some(number) = self.plan.dynamic_slot(&name)
            && let Some(field) = gathered(Origin::Dynamic)
            && let Slot::Dynamic(dynamic) = self.row.slot(field)
        {
            let text = Text::from_scalar(map.next_value()?);
            let text = text.map_err(|bad| A::Error::custom(format_args!("{name}: {bad}")))?;
            return if dynamic.set(number, text) { Ok(()) } else { Err(comes_twice(&name)) };
        }
        if let Some(field) = gathered(Origin::Others)
            && let Slot::Others(others) = self.row.slot(field)
        {
            others.add(name, map.next_value()?);
            return Ok(());
        }
        map.next_value::<IgnoredAny>().map(drop)
    }
}

#[inline]
fn set<'de>(slot: Slot<'_, 'de>, scalar: Scalar<'de>) -> Result<(), BadValue> {
    match slot {
        Slot::Text(text) | Slot::Date(text) | Slot::Timestamp(text, _) => {
            *text = FromScalar::from_scalar(scalar)?;
        }
        Slot::Int(int) => *int = FromScalar::from_scalar(scalar)?,
        Slot::Flag(flag) => *flag = FromScalar::from_scalar(scalar)?,
        Slot::Float(float) => *float = FromScalar::from_scalar(scalar)?,
        // Not reached: no key leads to the first two, and the others are read as they lie.
        Slot::Others(_) | Slot::Dynamic(_) | Slot::Json(_) | Slot::Decimal(_) => {}
    }
    Ok(())
}
