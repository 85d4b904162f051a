//! Passing over values: what nobody asked for, and what is kept as it is written.

use super::{Flaw, Reader};

/// How deep values that are passed over may lie in each other: far deeper than any provider's, and
/// as many as there are bits for.
const DEPTH_MAX: u32 = u128::BITS;

impl<'de> Reader<'de> {
    /// Takes a value, as it is written.
    pub(crate) fn raw(&mut self) -> Result<&'de str, Flaw> {
        self.peek();
        let begin = self.at;
        self.skip()?;
        Ok(self.text.get(begin..self.at).unwrap_or_default())
    }

    /// Passes over a value. It is looked at as closely as one that is read.
    pub(crate) fn skip(&mut self) -> Result<(), Flaw> {
        let mut around = Around::default();
        loop {
            if around.is_object() {
                self.skip_key()?;
            }
            match self.peek() {
                Some(b'"') => self.skip_string()?,
                Some(b'{') => {
                    if self.enter(&mut around, true)? {
                        continue;
                    }
                }
                Some(b'[') => {
                    if self.enter(&mut around, false)? {
                        continue;
                    }
                }
                Some(b'-' | b'0'..=b'9') => drop(self.number()?),
                Some(b'n') => self.word("null")?,
                Some(b't') => self.word("true")?,
                Some(b'f') => self.word("false")?,
                _ => return Err(self.unexpected("a value")),
            }
            if !self.another(&mut around)? {
                return Ok(());
            }
        }
    }

    /// Goes into the object or list that comes next, and at once out of one that is empty. Gives
    /// whether it has a member.
    #[inline]
    fn enter(&mut self, around: &mut Around, is_object: bool) -> Result<bool, Flaw> {
        if around.depth == DEPTH_MAX {
            return Err(self.unexpected("fewer values in each other"));
        }
        self.at += 1;
        let is_empty = self.take(if is_object { b'}' } else { b']' });
        if !is_empty {
            around.enter(is_object);
        }
        Ok(!is_empty)
    }

    /// Goes on behind a value to the next member, out of all that ends there. False if there is none.
    #[inline]
    fn another(&mut self, around: &mut Around) -> Result<bool, Flaw> {
        while around.depth > 0 {
            let end = if around.is_object() { b'}' } else { b']' };
            match self.peek() {
                Some(b',') => {
                    self.at += 1;
                    return Ok(true);
                }
                Some(byte) if byte == end => {
                    self.at += 1;
                    around.leave();
                }
                _ => return Err(self.unexpected("a comma or the end of an object or list")),
            }
        }
        Ok(false)
    }

    /// Passes over a key and its colon.
    #[inline]
    fn skip_key(&mut self) -> Result<(), Flaw> {
        if self.peek() != Some(b'"') {
            return Err(self.unexpected("a key"));
        }
        self.skip_string()?;
        match self.take(b':') {
            true => Ok(()),
            false => Err(self.unexpected("a colon")),
        }
    }

    /// Passes over a string, whose quotation mark is the next byte.
    #[inline]
    fn skip_string(&mut self) -> Result<(), Flaw> {
        self.at += 1;
        loop {
            self.at = self.find_end(self.at);
            let end = self.byte();
            self.at += 1;
            match end {
                Some(b'"') => return Ok(()),
                Some(_) => drop(self.escape()?),
                None => return Err(self.ends_early()),
            }
        }
    }
}

/// What lies around a value that is passed over.
#[derive(Default)]
struct Around {
    depth: u32,
    /// Whether each is an object and not a list: a bit each, the innermost's the lowest.
    are_objects: u128,
}

impl Around {
    #[inline]
    fn enter(&mut self, is_object: bool) {
        self.depth += 1;
        self.are_objects = self.are_objects << 1 | u128::from(is_object);
    }

    #[inline]
    fn leave(&mut self) {
        self.depth -= 1;
        self.are_objects >>= 1;
    }

    #[inline]
    fn is_object(&self) -> bool {
        self.are_objects & 1 == 1
    }
}
