//! The document: what stands around the records, and the way to them.

use std::borrow::Cow;

use super::object::{Hints, fill};
use super::{comes_twice, found, refused};
use crate::failure::Fault;
use crate::identity::Identity;
use crate::json::{Flaw, Reader};
use crate::paging::Item;
use crate::plan::{Plan, Rows};
use crate::record::Slots;
use crate::response::{Found, Maker, Shape};

/// A member of a document, its value as it lies in the body.
pub(crate) type Member<'de> = (Cow<'de, str>, &'de str);

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
    let mut outer = Outer { members: Vec::new(), found: Found::Nothing };
    let mut reader = Reader::new(text);
    let is_bare = shape.may_be_bare && reader.peek() == Some(b'[');
    let paths = if is_bare { [&[][..]; 2] } else { [shape.path, shape.other_path] };
    let way = outer.follow(paths, shape.is_single, &mut reader, target);
    way.and_then(|()| reader.end()).map_err(|flaw| *flaw)?;
    Ok((outer.found, outer.members))
}

/// The members of an object, in order.
///
/// # Errors
/// For a text that is no JSON object.
pub(crate) fn members(text: &str) -> Result<Vec<Member<'_>>, Fault> {
    let mut reader = Reader::new(text);
    let (mut members, mut is_first) = (Vec::new(), true);
    let mut all = || {
        if !reader.take(b'{') {
            return Err(refused(&mut reader, "an object"));
        }
        while reader.more(b'}', &mut is_first)? {
            members.push((reader.key()?, reader.raw()?));
        }
        reader.end()
    };
    all().map_err(|flaw: Flaw| *flaw)?;
    Ok(members)
}

/// The items of a list.
///
/// # Errors
/// For a text that is no JSON list.
pub(crate) fn items(text: &str) -> Result<Vec<&str>, Fault> {
    let mut reader = Reader::new(text);
    let (mut items, mut is_first) = (Vec::new(), true);
    let mut all = || {
        if !reader.take(b'[') {
            return Err(refused(&mut reader, "a list"));
        }
        while reader.more(b']', &mut is_first)? {
            items.push(reader.raw()?);
        }
        reader.end()
    };
    all().map_err(|flaw: Flaw| *flaw)?;
    Ok(items)
}

/// What is collected on the way to the records.
struct Outer<'de> {
    members: Vec<Member<'de>>,
    found: Found,
}

impl<'de> Outer<'de> {
    /// Goes through the objects behind the keys of one of two paths to the records. The second path
    /// is none where it is empty.
    fn follow(
        &mut self,
        [path, other_path]: [&'static [&'static str]; 2],
        is_single: bool,
        reader: &mut Reader<'de>,
        target: &mut Target<'_>,
    ) -> Result<(), Flaw> {
        let Some((&key, path)) = path.split_first() else {
            return self.records(is_single, reader, target);
        };
        let other = other_path.split_first();
        if !reader.take(b'{') {
            return Err(refused(reader, &format!("an object with the key {key:?}")));
        }
        let (mut is_seen, mut is_first) = (false, true);
        while reader.more(b'}', &mut is_first)? {
            let name = reader.key()?;
            let path = match other {
                _ if name == key => path,
                Some((&other, path)) if name == other => path,
                _ => {
                    self.members.push((name, reader.raw()?));
                    continue;
                }
            };
            if std::mem::replace(&mut is_seen, true) {
                return Err(comes_twice(&name));
            }
            self.follow([path, &[]], is_single, reader, target)?;
        }
        Ok(())
    }

    /// Reads what lies where the records belong.
    fn records(
        &mut self,
        is_single: bool,
        reader: &mut Reader<'de>,
        target: &mut Target<'_>,
    ) -> Result<(), Flaw> {
        let expected = if is_single { "a record" } else { "a list of records" };
        match reader.peek() {
            Some(b'n') => {
                reader.word("null")?;
                self.found = Found::Null;
            }
            Some(b'{') if is_single => {
                record(reader, target)?;
                self.found = Found::Records(1);
            }
            Some(b'{') => return Err(found(expected, "an object")),
            Some(b'[') if !is_single => {
                reader.take(b'[');
                let (mut count, mut is_first) = (0, true);
                while reader.more(b']', &mut is_first)? {
                    record(reader, target)?;
                    count += 1;
                }
                self.found = Found::Records(count);
            }
            _ => return Err(refused(reader, expected)),
        }
        Ok(())
    }
}

fn record<'de>(reader: &mut Reader<'de>, target: &mut Target<'_>) -> Result<(), Flaw> {
    if reader.peek() != Some(b'{') {
        return Err(refused(reader, "a record"));
    }
    let Target { plan, item, maker, rows, identity, hints } = target;
    let mut fill = |row: &mut dyn Slots<'de>| {
        fill(reader, plan, hints, row).map_err(|flaw| *flaw)?;
        identity.add_row(plan.identifying(), row);
        Ok(())
    };
    let made = maker.make(item, &mut fill, &mut |row| Ok(rows.push(plan, row)?));
    made.map_err(Box::new)
}
