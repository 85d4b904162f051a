//! Fills a record from a JSON object, by its table.

use std::borrow::Cow;

use super::{Scalar, comes_twice, found, refused};
use crate::failure::BadValue;
use crate::json::{Flaw, Reader, flaw};
use crate::plan::Plan;
use crate::record::{Behind, Key, Slot, Slots};
use crate::values::{Float, FromScalar, Json, Text, present};

/// Keys of an object that are told apart when they come twice, and a hint can mean: as many as an
/// object of a table has at most.
const KEYS_MAX: usize = 256;

/// What keys came in the record before, by their place in it: records of one page have the same
/// keys in the same order as a rule, so that the first guess is right. From [`KEYS_MAX`] on it is
/// the number of a dynamic key.
#[derive(Debug)]
pub(crate) struct Hints([u16; KEYS_MAX]);

impl Default for Hints {
    fn default() -> Self {
        Self([0; KEYS_MAX])
    }
}

/// Fills a row from an object, which is the next value.
///
/// # Errors
/// For a value that its field cannot take, a key that comes twice, a required field without value.
pub(super) fn fill<'de>(
    reader: &mut Reader<'de>,
    plan: &Plan,
    hints: &mut Hints,
    row: &mut dyn Slots<'de>,
) -> Result<(), Flaw> {
    let object = Object { keys: plan.table().keys, plan, row: &mut *row, hints: Some(hints) };
    object.read(reader)?;
    match lacking(plan, row) {
        Some(path) => Err(flaw(format!("{path}: the record has no value"))),
        None => Ok(()),
    }
}

/// The first required field that has no value.
fn lacking(plan: &Plan, row: &mut dyn Slots<'_>) -> Option<&'static str> {
    for &index in plan.required() {
        let is_null = match row.slot(index) {
            Slot::Int(int) => int.0.is_none(),
            Slot::Float(float, _) => float.0.is_none(),
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
struct Object<'r, 'de> {
    keys: &'static [Key],
    plan: &'r Plan,
    row: &'r mut dyn Slots<'de>,
    /// Only the record itself has them.
    hints: Option<&'r mut Hints>,
}

impl<'r, 'de> Object<'r, 'de> {
    /// Reads the object, whose brace is the next token.
    fn read(mut self, reader: &mut Reader<'de>) -> Result<(), Flaw> {
        reader.take(b'{');
        let (mut seen, mut place, mut is_first) = (Seen::default(), 0, true);
        loop {
            let next = match self.guess(place) {
                Some((name, next)) if reader.next_is(name, is_first) => {
                    is_first = false;
                    next
                }
                _ if !reader.more(b'}', &mut is_first)? => return Ok(()),
                _ => self.next(reader, place)?,
            };
            place += 1;
            let number = match next {
                Next::Key(number) => number,
                Next::Dynamic(number) => {
                    self.dynamic(number, reader)?;
                    continue;
                }
                Next::Other(name) => {
                    self.other(name, reader)?;
                    continue;
                }
            };
            let key = &self.keys[number];
            if !seen.insert(number) {
                return Err(comes_twice(key.name));
            }
            match key.behind {
                Behind::Field(field) => self.field(field, reader)?,
                Behind::Object(keys) => self.inner(keys, reader)?,
            }
        }
    }

    /// What came at this place in the record before, with its name.
    #[inline]
    fn guess(&self, place: usize) -> Option<(&'r str, Next<'de>)> {
        let hint = *self.hints.as_ref()?.0.get(place)?;
        match usize::from(hint).checked_sub(KEYS_MAX) {
            None => {
                let number = usize::from(hint);
                self.keys.get(number).map(|key| (key.name, Next::Key(number)))
            }
            Some(number) => {
                let (name, _) = self.plan.dynamic_keys().get(number)?;
                Some((name.as_str(), Next::Dynamic(number)))
            }
        }
    }

    /// What the next key is.
    fn next(&mut self, reader: &mut Reader<'de>, place: usize) -> Result<Next<'de>, Flaw> {
        let name = reader.key()?;
        let (next, hint) = if let Some(number) = self.number_of(&name) {
            (Next::Key(number), number)
        } else if let Some(number) = self.dynamic_key(&name) {
            (Next::Dynamic(number), KEYS_MAX + number)
        } else {
            return Ok(Next::Other(name));
        };
        let hints = self.hints.as_mut().and_then(|hints| hints.0.get_mut(place));
        if let (Some(place), Ok(hint)) = (hints, u16::try_from(hint)) {
            *place = hint;
        }
        Ok(next)
    }

    /// The number of a key of the table.
    fn number_of(&self, name: &str) -> Option<usize> {
        let exactly = self.keys.iter().position(|key| key.name == name);
        if exactly.is_some() || !self.plan.table().either_case {
            return exactly;
        }
        let is_alike = |key: &Key| match (key.name.split_at_checked(1), name.split_at_checked(1)) {
            (Some((a, key)), Some((b, name))) => key == name && a.eq_ignore_ascii_case(b),
            _ => false,
        };
        self.keys.iter().position(is_alike)
    }

    /// The number of a dynamic key. Only the record's own keys are columns, not those of objects in
    /// it.
    fn dynamic_key(&self, name: &str) -> Option<usize> {
        self.hints.as_ref()?;
        self.plan.dynamic_keys().binary_search_by(|(key, _)| key.as_str().cmp(name)).ok()
    }

    /// The value behind a key that leads to a field.
    #[inline]
    fn field(&mut self, field: usize, reader: &mut Reader<'de>) -> Result<(), Flaw> {
        let schema = &self.plan.table().fields[field];
        if schema.is_large && !self.plan.wants(field) {
            return reader.skip();
        }
        let begin = reader.peek();
        // What most values are goes straight into its field.
        let slot = match (self.row.slot(field), begin) {
            (Slot::Text(text) | Slot::Date(text) | Slot::Timestamp(text, _), Some(b'"')) => {
                text.0 = Some(reader.string()?);
                return Ok(());
            }
            (Slot::Json(json) | Slot::Decimal(json), _) => {
                *json = Json::new(reader.raw()?);
                return Ok(());
            }
            (Slot::Int(int), _) => match reader.small_int() {
                Some(small) => {
                    int.0 = Some(small);
                    return Ok(());
                }
                None => Slot::Int(int),
            },
            (slot, _) => slot,
        };
        let set = set(slot, Scalar::read(reader)?);
        set.map_err(|bad| flaw(bad.in_field(schema.path).to_string()))
    }

    /// An object behind a key. Providers write one that has nothing in it in several ways.
    fn inner(&mut self, keys: &'static [Key], reader: &mut Reader<'de>) -> Result<(), Flaw> {
        match reader.peek() {
            Some(b'{') => {
                let Self { plan, row, .. } = self;
                Object { keys, plan, row: &mut **row, hints: None }.read(reader)
            }
            Some(b'n') => reader.word("null"),
            Some(b'"') => match reader.string()?.trim() {
                "" => Ok(()),
                _ => Err(found("an object", "a text")),
            },
            Some(b'[') => {
                reader.take(b'[');
                match reader.more(b']', &mut true)? {
                    false => Ok(()),
                    true => Err(found("an object", "a list")),
                }
            }
            _ => Err(refused(reader, "an object")),
        }
    }

    /// The value behind a dynamic key.
    fn dynamic(&mut self, number: usize, reader: &mut Reader<'de>) -> Result<(), Flaw> {
        let (name, column) = &self.plan.dynamic_keys()[number];
        let Some(Slot::Dynamic(dynamic)) =
            self.plan.dynamic_field().map(|field| self.row.slot(field))
        else {
            return reader.skip();
        };
        let text = Text::from_scalar(Scalar::read(reader)?);
        let text = text.map_err(|bad| flaw(bad.in_field(name).to_string()))?;
        if dynamic.set(*column, text) { Ok(()) } else { Err(comes_twice(name)) }
    }

    /// The value behind a key that leads nowhere.
    fn other(&mut self, name: Cow<'de, str>, reader: &mut Reader<'de>) -> Result<(), Flaw> {
        // Only the record's own keys are gathered, not those of objects in it.
        if self.hints.is_some()
            && let Some(field) = self.plan.others_field()
            && let Slot::Others(others) = self.row.slot(field)
        {
            others.add(name, reader.raw()?);
            return Ok(());
        }
        reader.skip()
    }
}

/// The keys of an object that came so far, one bit each.
#[derive(Default)]
struct Seen([u64; KEYS_MAX / 64]);

impl Seen {
    /// Adds one; false if it is there already.
    #[inline]
    fn insert(&mut self, number: usize) -> bool {
        let word = &mut self.0[number / 64 % (KEYS_MAX / 64)];
        let bit = 1 << (number % 64);
        let is_new = *word & bit == 0;
        *word |= bit;
        is_new
    }
}

/// What a key of an object leads to.
enum Next<'de> {
    /// The table's key of this number.
    Key(usize),
    /// The dynamic key of this number.
    Dynamic(usize),
    /// Nothing: its name.
    Other(Cow<'de, str>),
}

#[inline]
fn set<'de>(slot: Slot<'_, 'de>, scalar: Scalar<'de>) -> Result<(), BadValue> {
    match slot {
        Slot::Text(text) | Slot::Date(text) | Slot::Timestamp(text, _) => {
            *text = FromScalar::from_scalar(scalar)?;
        }
        Slot::Int(int) => *int = FromScalar::from_scalar(scalar)?,
        Slot::Flag(flag) => *flag = FromScalar::from_scalar(scalar)?,
        Slot::Float(float, rule) => *float = Float::from_scalar(scalar, rule)?,
        // Not reached: no key leads to the first two, and the others are read as they lie.
        Slot::Others(_) | Slot::Dynamic(_) | Slot::Json(_) | Slot::Decimal(_) => {}
    }
    Ok(())
}
