//! An answer's JSON: the records in it, and what stands around them.
//!
//! The records are handed over one by one while the body is read; there is never a list of them.
//! Everything else of the document is kept as it lies in the body.

use std::borrow::Cow;

use crate::connector::Batch;
use crate::decode::{Member, Scalar, Target, decode, items, members};
use crate::failure::{BadValue, Fault};
use crate::paging::Item;
use crate::record::Slots;
use crate::values::{FromScalar, Int, Text};

/// Where the records of an answer lie.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    pub(crate) path: &'static [&'static str],
    /// The other place where they may lie; none where it is empty.
    pub(crate) other_path: &'static [&'static str],
    pub(crate) is_single: bool,
    pub(crate) may_be_bare: bool,
    pub(crate) may_be_nothing: bool,
}

impl Shape {
    /// A list of records, behind these keys from the outside in. No keys: the document is the list.
    pub const fn list(path: &'static [&'static str]) -> Self {
        Self { is_single: false, ..Self::single(path) }
    }

    /// One record, behind these keys. No keys: the document is the record.
    pub const fn single(path: &'static [&'static str]) -> Self {
        let (may_be_bare, may_be_nothing) = (false, false);
        Self { path, other_path: &[], is_single: true, may_be_bare, may_be_nothing }
    }

    /// The same, or the records behind these keys. What stands beside them there is read like what
    /// stands around the whole.
    #[must_use]
    pub const fn or(self, other_path: &'static [&'static str]) -> Self {
        Self { other_path, ..self }
    }

    /// The same, or the records as the whole document.
    #[must_use]
    pub const fn or_bare(self) -> Self {
        Self { may_be_bare: true, ..self }
    }

    /// The same, or status 204, which says that there are none.
    #[must_use]
    pub const fn or_nothing(self) -> Self {
        Self { may_be_nothing: true, ..self }
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
        Ok(Self { found: Found::Nothing, members: members(text_of(body)?)? })
    }

    /// An answer that says by its status alone that there are no records.
    pub(crate) fn empty() -> Self {
        Self { found: Found::Records(0), members: Vec::new() }
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

    /// A member of the document, or of an object in it (`_links.next.href`), as its JSON text. None if
    /// it is missing or `null`.
    ///
    /// # Errors
    /// For a path that leads through something other than an object.
    pub fn member(&self, path: &str) -> Result<Option<&'de str>, Fault> {
        let (head, rest) = match path.split_once('.') {
            Some((head, rest)) => (head, Some(rest)),
            None => (path, None),
        };
        let mut named = self.members.iter().filter(|(name, _)| name == head);
        let Some(&(_, value)) = named.next() else { return Ok(None) };
        if named.next().is_some() {
            return Err(Fault::malformed(format!("{head}: the key comes twice")));
        }
        if value == "null" {
            return Ok(None);
        }
        let Some(rest) = rest else { return Ok(Some(value)) };
        let inner = members(value);
        let inner = inner.map_err(|_| Fault::malformed(format!("{head}: it is no object")))?;
        Response { found: Found::Nothing, members: inner }.member(rest)
    }

    /// A member that is a whole number, also as text.
    ///
    /// # Errors
    /// For a member that is something else.
    pub fn integer(&self, path: &str) -> Result<Option<i64>, Fault> {
        Ok(self.value::<Int>(path)?.0)
    }

    fn value<T: FromScalar<'de> + Default>(&self, path: &str) -> Result<T, Fault> {
        let Some(value) = self.member(path)? else { return Ok(T::default()) };
        let scalar = Scalar::parse(value).unwrap_or(Scalar::Null);
        Ok(T::from_scalar(scalar).map_err(|bad| bad.in_field(path))?)
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
        Ok(self.value::<Text<'de>>(path)?.0.filter(|text| !text.is_empty()))
    }

    /// The texts of a member that is a list; a member that is no list is one text. Values in it
    /// that are no texts are shown as JSON.
    ///
    /// # Errors
    /// For a path that leads nowhere it can.
    pub fn texts(&self, path: &str) -> Result<Vec<String>, Fault> {
        let Some(value) = self.member(path)? else { return Ok(Vec::new()) };
        let items = items(value).unwrap_or_else(|_| vec![value]);
        let plain = |item: &&str| match Scalar::parse(item) {
            Some(Scalar::Text(text)) => text.into_owned(),
            _ => (*item).to_owned(),
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

    /// The rows of the child tables since they were taken last, one batch for each.
    fn take_children(&mut self) -> Vec<Batch> {
        Vec::new()
    }

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

/// Reads an answer and makes rows of its records.
///
/// # Errors
/// As for [`decode`]; for a body that is not even text.
pub(crate) fn read<'de>(
    body: &'de [u8],
    shape: Shape,
    target: &mut Target<'_>,
) -> Result<Response<'de>, Fault> {
    let text = text_of(body)?;
    if text.trim_start().starts_with('<') {
        return Err(Fault::malformed("it is a page of HTML or XML, not JSON"));
    }
    let (found, members) = decode(text, shape, target)?;
    Ok(Response { found, members })
}

/// The body as text. One check of the whole is cheaper than one of every text in it.
fn text_of(body: &[u8]) -> Result<&str, Fault> {
    let text = simdutf8::basic::from_utf8(body).map_err(|_| Fault::malformed("it is not UTF-8"))?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}
