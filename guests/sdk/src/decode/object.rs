//! Fills a record from a JSON object, by its table.

use std::borrow::Cow;

use super::{Scalar, comes_twice, found, refused};
use crate::failure::BadValue;
use crate::json::{Flaw, Reader, flaw};
use crate::plan::Plan;
use crate::record::{Behind, Key, Slot, Slots};
use crate::values::{Float, FromScalar, Json, Text, present};

/// Keys of an object that are told apart when they come twice: as many as an object of a table has
/// at most.
const KEYS_MAX: usize = 256;

/// Keys that are guessed before one is looked up: as many as a record may lack in a row.
const GUESSES_MAX: usize = 8;

/// Which key came after which in the records before: those of one page have the same keys in the
/// same order as a rule, and some lack a few of them.
#[derive(Debug, Default)]
pub(crate) struct Hints {
    /// By place, the place of the key that came next; see [`Object::name`].
    after: Vec<u16>,
    /// The same for the objects in the record, by the number of their key.
    inner: Vec<Hints>,
}

impl Hints {
    /// What came after a key.
    #[inline]
    fn after(&self, place: usize) -> usize {
        self.after.get(place).copied().map_or(BEGIN, usize::from)
    }

    /// Notes what came after a key.
    fn learn(&mut self, place: usize, next: usize) {
        if self.after.len() <= place {
            self.after.resize(place + 1, 0);
        }
        if let Ok(next) = u16::try_from(next) {
            self.after[place] = next;
        }
    }

    /// Those for an object in the record.
    fn inner(&mut self, number: usize) -> &mut Self {
        if self.inner.len() <= number {
            self.inner.resize_with(number + 1, Self::default);
        }
        &mut self.inner[number]
    }
}

/// The place before the first key, which is also that of a key that is not known.
const BEGIN: usize = 0;

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
    let (keys, seen) = (plan.table().keys, Seen::default());
    Object { keys, plan, row: &mut *row, hints, seen, is_record: true }.read(reader)?;
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
    hints: &'r mut Hints,
    seen: Seen,
    /// Whether it is the record itself, the only one whose keys can be columns or are gathered.
    is_record: bool,
}

// What follows is in functions of its own where little is live at once: of a large function,
// wasmtime's compiler keeps next to nothing in registers.
impl<'de> Object<'_, 'de> {
    /// Reads the object, whose brace is the next token.
    fn read(mut self, reader: &mut Reader<'de>) -> Result<(), Flaw> {
        let (mut place, mut before, mut is_first) = (BEGIN, b'{', true);
        loop {
            let mut next = self.guess(place, reader, before);
            if next == BEGIN {
                if is_first {
                    reader.take(b'{');
                }
                if !reader.more(b'}', &mut is_first)? {
                    return Ok(());
                }
                next = self.look_up(place, reader)?;
            }
            (before, is_first) = (b',', false);
            if next != BEGIN {
                place = next;
                self.value(next - 1, reader)?;
            }
        }
    }

    /// Takes the next key if it is the one that came here before, and gives its place.
    #[inline(always)]
    fn guess(&self, place: usize, reader: &mut Reader<'de>, before: u8) -> usize {
        let place = self.hints.after(place);
        match self.name(place) {
            None => BEGIN,
            Some(name) if reader.next_is(before, name) => place,
            Some(_) => self.guess_further(place, reader, before),
        }
    }

    /// Takes the next key if it is one of those that came after this one.
    #[inline(never)]
    fn guess_further(&self, mut place: usize, reader: &mut Reader<'de>, before: u8) -> usize {
        if !reader.is_key_next(before) {
            return BEGIN;
        }
        for _ in 1..GUESSES_MAX {
            place = self.hints.after(place);
            let Some(name) = self.name(place) else { break };
            if reader.next_is(before, name) {
                return place;
            }
        }
        BEGIN
    }

    /// The name of a key by its place: those of the table come first, the dynamic ones behind them.
    #[inline]
    fn name(&self, place: usize) -> Option<&str> {
        let number = place.checked_sub(1)?;
        match self.keys.get(number) {
            Some(key) => Some(key.name),
            None => Some(&self.plan.dynamic_keys().get(number - self.keys.len())?.0),
        }
    }

    /// Takes the next key and gives its place. One that leads nowhere has none, and its value is
    /// taken too.
    #[inline(never)]
    fn look_up(&mut self, place: usize, reader: &mut Reader<'de>) -> Result<usize, Flaw> {
        let name = reader.key()?;
        let dynamic = || Some(self.keys.len() + self.dynamic_key(&name)?);
        let Some(number) = self.number_of(&name).or_else(dynamic) else {
            return self.other(name, reader).map(|()| BEGIN);
        };
        // A name in the other case would be guessed in vain each time.
        if self.name(number + 1) == Some(&*name) {
            self.hints.learn(place, number + 1);
        }
        Ok(number + 1)
    }

    /// Reads the value of a key.
    fn value(&mut self, number: usize, reader: &mut Reader<'de>) -> Result<(), Flaw> {
        let Some(key) = self.keys.get(number) else {
            return self.dynamic(number - self.keys.len(), reader);
        };
        if !self.seen.insert(number) {
            return Err(comes_twice(key.name));
        }
        match key.behind {
            Behind::Field(field) => self.field(field, reader),
            Behind::Object(keys) => self.inner(number, keys, reader),
        }
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

    /// The number of a dynamic key.
    fn dynamic_key(&self, name: &str) -> Option<usize> {
        let found = || self.plan.dynamic_keys().binary_search_by(|(key, _)| key.as_str().cmp(name));
        if self.is_record { found().ok() } else { None }
    }

    /// The value behind a key that leads to a field.
    #[inline(never)]
    fn field(&mut self, field: usize, reader: &mut Reader<'de>) -> Result<(), Flaw> {
        let schema = &self.plan.table().fields[field];
        if schema.is_large && !self.plan.wants(field) {
            return reader.skip();
        }
        let begin = reader.peek();
        // What most values are goes straight into its field.
        match (self.row.slot(field), begin) {
            (Slot::Text(text) | Slot::Date(text) | Slot::Timestamp(text, _), Some(b'"')) => {
                text.0 = Some(match reader.plain_string() {
                    Some(plain) => Cow::Borrowed(plain),
                    None => reader.string()?,
                });
                Ok(())
            }
            (Slot::Json(json) | Slot::Decimal(json), _) => {
                *json = Json::new(reader.raw()?);
                Ok(())
            }
            (Slot::Int(int), _) => match reader.small_int() {
                Some(small) => {
                    int.0 = Some(small);
                    Ok(())
                }
                None => read_scalar(Slot::Int(int), schema.path, reader),
            },
            (slot, _) => read_scalar(slot, schema.path, reader),
        }
    }

    /// An object behind a key. Providers write one that has nothing in it in several ways.
    #[inline(never)]
    fn inner(
        &mut self,
        number: usize,
        keys: &'static [Key],
        reader: &mut Reader<'de>,
    ) -> Result<(), Flaw> {
        match reader.peek() {
            Some(b'{') => {
                let Self { plan, row, hints, .. } = self;
                let (row, hints) = (&mut **row, hints.inner(number));
                let seen = Seen::default();
                Object { keys, plan, row, hints, seen, is_record: false }.read(reader)
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
    #[inline(never)]
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
        if self.is_record
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

/// Reads a value that is none of those that are read without this detour.
#[inline(never)]
fn read_scalar<'de>(slot: Slot<'_, 'de>, path: &str, reader: &mut Reader<'de>) -> Result<(), Flaw> {
    let set = set(slot, Scalar::read(reader)?);
    set.map_err(|bad| flaw(bad.in_field(path).to_string()))
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
