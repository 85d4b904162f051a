//! The document: what stands around the records, and the way to them.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::object::{Hints, Object, fill};
use super::refused;
use crate::failure::Fault;
use crate::identity::Identity;
use crate::paging::Item;
use crate::plan::{Plan, Rows};
use crate::record::Slots;
use crate::response::{Found, Maker, Shape};

/// A member of a document, as it lies in the body.
pub(crate) type Member<'de> = (Cow<'de, str>, &'de RawValue);

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

/// Reads a document, makes rows of its records, and gives what else is in it.
///
/// # Errors
/// For a text that is no JSON, is cut or has the wrong shape; for a record that cannot be read. Some
/// rows may have been made then.
pub(crate) fn decode<'de>(
    text: &'de str,
    shape: Shape,
    target: &mut Target<'_>,
) -> Result<(Found, Vec<Member<'de>>), Fault> {
    let mut fault = None;
    let mut outer = Outer { members: Vec::new(), found: Found::Nothing };
    let mut reader = Reader { target, fault: &mut fault, is_single: shape.is_single };
    let path = shape.path;
    let way = Way { reader: &mut reader, outer: &mut outer, path, may_be_bare: shape.may_be_bare };
    match (run(Node::Way(way), text), fault) {
        (Ok(()), _) => Ok((outer.found, outer.members)),
        (Err(_), Some(fault)) => Err(fault),
        (Err(fault), None) => Err(fault),
    }
}

/// The members of an object, in order.
///
/// # Errors
/// For a text that is no JSON object.
pub(crate) fn members(text: &str) -> Result<Vec<Member<'_>>, Fault> {
    let mut members = Vec::new();
    run(Node::Members(&mut members), text)?;
    Ok(members)
}

/// The items of a list.
///
/// # Errors
/// For a text that is no JSON list.
pub(crate) fn items(text: &str) -> Result<Vec<&RawValue>, Fault> {
    let mut items = Vec::new();
    run(Node::Items(&mut items), text)?;
    Ok(items)
}

fn run<'de>(node: Node<'_, '_, '_, 'de>, text: &'de str) -> Result<(), Fault> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let read = node.deserialize(&mut deserializer).and_then(|()| deserializer.end());
    read.map_err(|error| Fault::Malformed(error.to_string()))
}

/// What is collected on the way to the records.
struct Outer<'de> {
    members: Vec<Member<'de>>,
    found: Found,
}

/// Reads records. A fault that is more than an error of the JSON takes the way around serde.
pub(super) struct Reader<'r, 't> {
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

/// The way to the records: through the objects behind these keys.
pub(super) struct Way<'n, 'r, 't, 'de> {
    reader: &'n mut Reader<'r, 't>,
    outer: &'n mut Outer<'de>,
    path: &'static [&'static str],
    /// Whether a list in its place is already what it leads to.
    may_be_bare: bool,
}

impl<'de> Way<'_, '_, '_, 'de> {
    fn object<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { reader, outer, path, .. } = self;
        let Some((&key, path)) = path.split_first() else {
            if !reader.is_single {
                return Err(refused("a list of records", "an object"));
            }
            outer.found = Found::Records(1);
            return reader.record(map);
        };
        let mut is_seen = false;
        while let Some(Name(name)) = map.next_key()? {
            if name != key {
                outer.members.push((name, map.next_value()?));
                continue;
            }
            if std::mem::replace(&mut is_seen, true) {
                return Err(comes_twice(key));
            }
            let (reader, outer) = (&mut *reader, &mut *outer);
            map.next_value_seed(Node::Way(Way { reader, outer, path, may_be_bare: false }))?;
        }
        Ok(())
    }

    fn list<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        if !(self.path.is_empty() || self.may_be_bare) || self.reader.is_single {
            return Err(refused(&self.expected(), "a list"));
        }
        let mut count = 0;
        while list.next_element_seed(Node::Record(&mut *self.reader))?.is_some() {
            count += 1;
        }
        self.outer.found = Found::Records(count);
        Ok(())
    }

    fn null<E: Error>(self) -> Result<(), E> {
        if !self.path.is_empty() {
            return Err(refused(&self.expected(), "null"));
        }
        self.outer.found = Found::Null;
        Ok(())
    }

    fn expected(&self) -> String {
        match self.path.first() {
            Some(key) => format!("an object with the key {key:?}"),
            None if self.reader.is_single => "a record".to_owned(),
            None => "a list of records".to_owned(),
        }
    }
}

/// Anything that consists of parts.
pub(super) enum Node<'n, 'r, 't, 'de> {
    /// An object on the way to the records, or the place where they belong.
    Way(Way<'n, 'r, 't, 'de>),
    /// A record.
    Record(&'n mut Reader<'r, 't>),
    /// An object in a record.
    Object(Object<'n, 'de>),
    /// An object of which the members are wanted.
    Members(&'n mut Vec<Member<'de>>),
    /// A list of which the items are wanted.
    Items(&'n mut Vec<&'de RawValue>),
}

impl Node<'_, '_, '_, '_> {
    fn refuse<E: Error>(self, found: &str) -> Result<(), E> {
        let expected = match &self {
            Self::Way(way) => return Err(refused(&way.expected(), found)),
            Self::Record(_) => "a record",
            Self::Object(_) | Self::Members(_) => "an object",
            Self::Items(_) => "a list",
        };
        Err(refused(expected, found))
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_, '_, '_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_, '_, '_, 'de> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object or a list")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        match self {
            Self::Record(reader) => reader.record(map),
            Self::Object(object) => object.read(&mut map),
            Self::Way(way) => way.object(map),
            Self::Members(members) => {
                while let Some(Name(name)) = map.next_key()? {
                    members.push((name, map.next_value()?));
                }
                Ok(())
            }
            Self::Items(_) => self.refuse("an object"),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        match self {
            Self::Way(way) => way.list(list),
            Self::Items(items) => {
                while let Some(item) = list.next_element()? {
                    items.push(item);
                }
                Ok(())
            }
            // An object that has nothing in it, as PHP writes it.
            Self::Object(_) => match list.next_element::<&RawValue>()? {
                None => Ok(()),
                Some(_) => self.refuse("a list"),
            },
            Self::Record(_) | Self::Members(_) => self.refuse("a list"),
        }
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        match self {
            Self::Way(way) => way.null(),
            Self::Object(_) => Ok(()),
            Self::Record(_) | Self::Members(_) | Self::Items(_) => self.refuse("null"),
        }
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        match self {
            Self::Object(_) if text.trim().is_empty() => Ok(()),
            _ => self.refuse("a text"),
        }
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        self.refuse("a truth value")
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        self.refuse("a number")
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        self.refuse("a number")
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        self.refuse("a number")
    }
}

/// A key of an object, borrowed where nothing in it is escaped; serde's own `Cow` never borrows.
pub(super) struct Name<'de>(pub Cow<'de, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NameVisitor)
    }
}

struct NameVisitor;

impl<'de> Visitor<'de> for NameVisitor {
    type Value = Name<'de>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a key")
    }

    #[inline]
    fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Name<'de>, E> {
        Ok(Name(Cow::Borrowed(name)))
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Name<'de>, E> {
        Ok(Name(Cow::Owned(name.to_owned())))
    }
}

/// The error for a key that was there before.
#[cold]
pub(super) fn comes_twice<E: Error>(key: &str) -> E {
    E::custom(format_args!("{key}: the key comes twice"))
}
