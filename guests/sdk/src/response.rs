//! An answer's JSON: the records in it, and what stands around them.
//!
//! The records are handed over one by one while the body is read; there is never a list of them.
//! Everything else of the document is kept as it lies in the body.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::decode::{Hints, Name, comes_twice, fill};
use crate::failure::{BadValue, Fault};
use crate::identity::Identity;
use crate::paging::Item;
use crate::plan::{Plan, Rows};
use crate::record::Slots;
use crate::values::{Decode, Int, Text};

/// Where the records of an answer lie.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    path: &'static [&'static str],
    is_single: bool,
}

impl Shape {
    /// A list of records, behind these keys from the outside in. No keys: the document is the list.
    pub const fn list(path: &'static [&'static str]) -> Self {
        Self { path, is_single: false }
    }

    /// One record, behind these keys. No keys: the document is the record.
    pub const fn single(path: &'static [&'static str]) -> Self {
        Self { path, is_single: true }
    }
}

/// What was found where the records belong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// The key is not there.
    Nothing,
    /// `null`.
    Null,
    /// So many records.
    Records(usize),
}

/// A document without its records.
#[derive(Debug)]
pub struct Response<'de> {
    found: Found,
    members: Vec<Member<'de>>,
}

impl<'de> Response<'de> {
    /// A document without records: an object.
    ///
    /// # Errors
    /// For a body that is no JSON object.
    pub fn document(body: &'de [u8]) -> Result<Self, Fault> {
        let malformed = |error: serde_json::Error| Fault::malformed(error.to_string());
        let members: Members<'de> = serde_json::from_str(text_of(body)?).map_err(malformed)?;
        Ok(Self { found: Found::Nothing, members: members.0 })
    }

    /// What was found where the records belong.
    pub fn found(&self) -> Found {
        self.found
    }

    /// How many records there are; `null` counts as none.
    pub fn count(&self) -> usize {
        match self.found {
            Found::Records(count) => count,
            Found::Null | Found::Nothing => 0,
        }
    }

    /// A member of the document, or of an object in it (`_links.next.href`). None if it is missing
    /// or `null`.
    ///
    /// # Errors
    /// For a path that leads through something other than an object.
    pub fn member(&self, path: &str) -> Result<Option<&'de RawValue>, Fault> {
        let (head, rest) = match path.split_once('.') {
            Some((head, rest)) => (head, Some(rest)),
            None => (path, None),
        };
        let mut members = self.members.iter().filter(|(name, _)| name == head);
        let Some(&(_, value)) = members.next() else { return Ok(None) };
        if members.next().is_some() {
            return Err(Fault::malformed(format!("{head}: the key comes twice")));
        }
        if value.get() == "null" {
            return Ok(None);
        }
        let Some(rest) = rest else { return Ok(Some(value)) };
        let inner: Members<'de> = serde_json::from_str(value.get())
            .map_err(|error| Fault::malformed(format!("{head}: {error}")))?;
        Response { found: Found::Nothing, members: inner.0 }.member(rest)
    }

    /// A member that is a whole number, also as text.
    ///
    /// # Errors
    /// For a member that is something else.
    pub fn integer(&self, path: &str) -> Result<Option<i64>, Fault> {
        let Some(value) = self.member(path)? else { return Ok(None) };
        let decoded = Int::decode(&mut serde_json::Deserializer::from_str(value.get()));
        decoded.map(|int| int.0).map_err(|error| Fault::malformed(format!("{path}: {error}")))
    }

    /// A member that is a whole number from 0 on, also as text.
    ///
    /// # Errors
    /// For a member that is something else.
    pub fn count_of(&self, path: &str) -> Result<Option<u64>, Fault> {
        let Some(number) = self.integer(path)? else { return Ok(None) };
        let count = u64::try_from(number);
        let wrong = |_| BadValue::new("a number from 0 on", &number.to_string()).in_field(path);
        Ok(Some(count.map_err(wrong)?))
    }

    /// A member that is a text; the empty text is none.
    ///
    /// # Errors
    /// For a member that is something else.
    pub fn text(&self, path: &str) -> Result<Option<Cow<'de, str>>, Fault> {
        let Some(value) = self.member(path)? else { return Ok(None) };
        let decoded = Text::decode(&mut serde_json::Deserializer::from_str(value.get()));
        match decoded {
            Ok(text) => Ok(text.0.filter(|text| !text.is_empty())),
            Err(error) => Err(Fault::malformed(format!("{path}: {error}"))),
        }
    }

    /// The texts of a member that is a list; a member that is no list is one text. Values in it
    /// that are no texts are shown as JSON.
    ///
    /// # Errors
    /// For a path that leads nowhere it can.
    pub fn texts(&self, path: &str) -> Result<Vec<String>, Fault> {
        let Some(value) = self.member(path)? else { return Ok(Vec::new()) };
        let items = serde_json::from_str::<Vec<&RawValue>>(value.get());
        let items = items.unwrap_or_else(|_| vec![value]);
        let plain = |item: &&RawValue| {
            let text = serde_json::from_str::<String>(item.get());
            text.unwrap_or_else(|_| item.get().to_owned())
        };
        Ok(items.iter().map(plain).collect())
    }
}

/// Makes the rows of a page.
pub trait Maker {
    /// A page begins, or begins again: the rows since the last page that was kept do not count.
    fn begin(&mut self) {}

    /// The page was kept.
    fn page_kept(&mut self) {}

    /// Makes an empty row, has it filled, completes it as one about `item`, and hands it on if it
    /// is to be kept.
    ///
    /// # Errors
    /// Why the answer cannot be used.
    fn make<'de>(
        &mut self,
        item: &Item,
        fill: &mut dyn FnMut(&mut dyn Slots<'de>) -> Result<(), Fault>,
        keep: &mut dyn FnMut(&mut dyn Slots<'de>) -> Result<(), Fault>,
    ) -> Result<(), Fault>;
}

/// What the rows of a page are made by and go to.
pub(crate) struct Target<'t> {
    /// The plan of the columns.
    pub plan: &'t Plan,
    /// What the rows are about.
    pub item: &'t Item,
    /// What makes the rows.
    pub maker: &'t mut dyn Maker,
    /// Where they go.
    pub rows: &'t mut Rows,
    /// Which they were, those included that were not kept.
    pub identity: Identity,
    /// What keys the rows have.
    pub hints: Hints,
}

/// Reads an answer and makes rows of its records.
///
/// # Errors
/// For a body that is no JSON, is cut or has the wrong shape; for a record that cannot be read. Some
/// rows may have been made then.
pub(crate) fn decode<'de>(
    body: &'de [u8],
    shape: Shape,
    target: &mut Target<'_>,
) -> Result<Response<'de>, Fault> {
    let text = text_of(body)?;
    if text.trim_start().starts_with('<') {
        return Err(Fault::malformed("it is a page of HTML or XML, not JSON"));
    }
    let mut fault = None;
    let mut response = Response { found: Found::Nothing, members: Vec::new() };
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let reader = Reader { target, fault: &mut fault, is_single: shape.is_single };
    let level = Level { reader, path: shape.path, response: &mut response };
    let decoded = level.deserialize(&mut deserializer).and_then(|()| deserializer.end());
    match (decoded, fault) {
        (Ok(()), _) => Ok(response),
        (Err(_), Some(fault)) => Err(fault),
        (Err(error), None) => Err(Fault::Malformed(error.to_string())),
    }
}

/// The body as text. One check of the whole is cheaper than one of every text in it.
fn text_of(body: &[u8]) -> Result<&str, Fault> {
    let text = std::str::from_utf8(body).map_err(|_| Fault::malformed("it is not UTF-8"))?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// Reads records. A fault that is more than an error of the JSON takes the way around serde.
struct Reader<'r, 't> {
    target: &'r mut Target<'t>,
    fault: &'r mut Option<Fault>,
    is_single: bool,
}

impl Reader<'_, '_> {
    fn record<'de, A: MapAccess<'de>>(&mut self, map: A) -> Result<(), A::Error> {
        let Target { plan, item, maker, rows, identity, hints } = &mut *self.target;
        let mut map = Some(map);
        let mut refused = None;
        let mut fill = |row: &mut dyn Slots<'de>| {
            let Some(map) = map.take() else { return Ok(()) };
            if let Err(error) = fill(map, plan, hints, row) {
                refused = Some(error);
                return Err(Fault::Malformed(String::new()));
            }
            identity.add_row(plan.identifying(), row);
            Ok(())
        };
        let made = maker.make(item, &mut fill, &mut |row| Ok(rows.push(plan, row)?));
        match (made, refused) {
            (Ok(()), _) => Ok(()),
            (Err(_), Some(error)) => Err(error),
            (Err(fault), None) => {
                *self.fault = Some(fault);
                Err(A::Error::custom("the record was refused"))
            }
        }
    }
}

/// An object on the way to the records, or the records themselves.
struct Level<'p, 'r, 't, 'de> {
    reader: Reader<'r, 't>,
    path: &'static [&'static str],
    response: &'p mut Response<'de>,
}

impl<'de> DeserializeSeed<'de> for Level<'_, '_, '_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(mut self, deserializer: D) -> Result<(), D::Error> {
        if self.path.is_empty() {
            self.response.found = deserializer.deserialize_option(Records(&mut self.reader))?;
            return Ok(());
        }
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Level<'_, '_, '_, 'de> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "an object with the key {:?}", self.path.first().copied().unwrap_or_default())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Some((&key, path)) = self.path.split_first() else { return Ok(()) };
        let Reader { target, fault, is_single } = self.reader;
        let mut is_seen = false;
        while let Some(Name(name)) = map.next_key()? {
            if name != key {
                self.response.members.push((name, map.next_value()?));
                continue;
            }
            if std::mem::replace(&mut is_seen, true) {
                return Err(comes_twice(key));
            }
            let reader = Reader { target: &mut *target, fault: &mut *fault, is_single };
            map.next_value_seed(Level { reader, path, response: &mut *self.response })?;
        }
        Ok(())
    }
}

/// The place where the records belong.
struct Records<'p, 'r, 't>(&'p mut Reader<'r, 't>);

impl<'de> Visitor<'de> for Records<'_, '_, '_> {
    type Value = Found;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(if self.0.is_single { "a record" } else { "a list of records" })
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Found, D::Error> {
        match self.0.is_single {
            true => Row(self.0).deserialize(deserializer).map(|()| Found::Records(1)),
            false => deserializer.deserialize_seq(self),
        }
    }

    fn visit_none<E: Error>(self) -> Result<Found, E> {
        Ok(Found::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Found, A::Error> {
        let mut count = 0;
        while sequence.next_element_seed(Row(&mut *self.0))?.is_some() {
            count += 1;
        }
        Ok(Found::Records(count))
    }
}

struct Row<'p, 'r, 't>(&'p mut Reader<'r, 't>);

impl<'de> DeserializeSeed<'de> for Row<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Row<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a record")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        self.0.record(map)
    }
}

/// A member of a document, as it lies in the body.
type Member<'de> = (Cow<'de, str>, &'de RawValue);

/// The members of an object, in order.
struct Members<'de>(Vec<Member<'de>>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
        let mut members = Vec::new();
        while let Some(Name(name)) = map.next_key()? {
            members.push((name, map.next_value()?));
        }
        Ok(Members(members))
    }
}
