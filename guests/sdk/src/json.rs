//! A reader of JSON (RFC 8259): one pass over a text, strings borrowed, no tree.
//!
//! Decoding is most of what a connector computes, so that it decides how fast Tollgate is. The
//! layers of a general deserializer do not vanish in a component: with serde_json, the fastest of
//! them in WebAssembly, a page of contacts took more than twice as long. And less is to be read here
//! than a deserializer reads: into known fields, into scalars, and past what nobody asked for. Tests
//! hold it against serde_json.
//!
//! It takes one thing that the standard does not: raw control characters in strings, because some
//! providers write tabs and line ends as they are.

mod ends;
mod skip;

use std::borrow::Cow;

use crate::failure::Fault;

/// Digits of which every number fits 64 bits.
const SMALL_INT_DIGITS: usize = 18;

/// Why a text cannot be read. In a box, so that a result fits a register.
pub(crate) type Flaw = Box<Fault>;

/// The error for a text that is no JSON, or not the JSON that belongs there.
#[cold]
pub(crate) fn flaw(what: impl Into<String>) -> Flaw {
    Box::new(Fault::Malformed(what.into()))
}

/// A place in a text, which moves on as values are read.
pub(crate) struct Reader<'de> {
    text: &'de str,
    at: usize,
}

impl<'de> Reader<'de> {
    /// Begins at the beginning.
    pub(crate) fn new(text: &'de str) -> Self {
        Self { text, at: 0 }
    }

    /// The first byte of the next token, which is not taken.
    #[inline]
    pub(crate) fn peek(&mut self) -> Option<u8> {
        match self.byte() {
            Some(byte) if byte > b' ' => Some(byte),
            _ => self.peek_behind_space(),
        }
    }

    /// The same where white space comes first. Out of line, for a loop has its price: each round of one
    /// looks whether the guest has run for too long.
    #[inline(never)]
    fn peek_behind_space(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.byte() {
            self.at += 1;
        }
        self.byte()
    }

    /// Takes the byte if it is the next token.
    #[inline]
    pub(crate) fn take(&mut self, token: u8) -> bool {
        let is_next = self.peek() == Some(token);
        self.at += usize::from(is_next);
        is_next
    }

    /// Whether another member or item comes; takes the comma before it, or the end of the whole.
    #[inline]
    pub(crate) fn more(&mut self, end: u8, is_first: &mut bool) -> Result<bool, Flaw> {
        let next = self.peek();
        if next == Some(end) {
            self.at += 1;
            return Ok(false);
        }
        if !std::mem::replace(is_first, false) {
            if next != Some(b',') {
                return Err(self.unexpected("a comma or the end of an object or list"));
            }
            self.at += 1;
        }
        Ok(true)
    }

    /// Takes what stands before a key, a comma or a brace, this key and its colon, if they come next,
    /// written without escapes and without white space between: what most providers send for most
    /// members, in one comparison.
    #[inline(always)]
    pub(crate) fn next_is(&mut self, before: u8, guess: &str) -> bool {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let Some((member, _)) = rest.split_at_checked(guess.len() + 4) else { return false };
        let (begin, rest) = member.split_at(2);
        let (name, end) = rest.split_at(guess.len());
        let is_it = begin == [before, b'"'] && end == b"\":" && is_same(name, guess.as_bytes());
        if is_it {
            self.at += member.len();
        }
        is_it
    }

    /// Whether a key comes next, as [`Reader::next_is`] takes one.
    #[inline]
    pub(crate) fn is_key_next(&self, before: u8) -> bool {
        self.text.as_bytes().get(self.at..self.at + 2) == Some(&[before, b'"'])
    }

    /// Takes the next key and its colon.
    pub(crate) fn key(&mut self) -> Result<Cow<'de, str>, Flaw> {
        if self.peek() != Some(b'"') {
            return Err(self.unexpected("a key"));
        }
        let key = self.string()?;
        match self.take(b':') {
            true => Ok(key),
            false => Err(self.unexpected("a colon")),
        }
    }

    /// Takes a string, whose quotation mark is the next byte.
    #[inline(never)]
    pub(crate) fn string(&mut self) -> Result<Cow<'de, str>, Flaw> {
        match self.plain_string() {
            Some(plain) => Ok(Cow::Borrowed(plain)),
            None => self.escaped().map(Cow::Owned),
        }
    }

    /// Takes a string, whose quotation mark is the next byte, if it has no escapes.
    #[inline(always)]
    pub(crate) fn plain_string(&mut self) -> Option<&'de str> {
        let begin = self.at + 1;
        let end = self.find_end(begin);
        if self.text.as_bytes().get(end) != Some(&b'"') {
            return None;
        }
        self.at = end + 1;
        self.text.get(begin..end)
    }

    /// The first quotation mark or backslash from here on, or the end of the text.
    #[inline(always)]
    fn find_end(&self, from: usize) -> usize {
        ends::find_end(self.text.as_bytes(), from)
    }

    /// Takes a string with escapes.
    #[cold]
    fn escaped(&mut self) -> Result<String, Flaw> {
        let mut string = String::new();
        self.at += 1;
        loop {
            let end = self.find_end(self.at);
            string.push_str(self.text.get(self.at..end).unwrap_or_default());
            self.at = end + 1;
            match self.text.as_bytes().get(end) {
                Some(b'"') => return Ok(string),
                Some(_) => string.push(self.escape()?),
                None => return Err(self.ends_early()),
            }
        }
    }

    /// The character of an escape, whose backslash was taken.
    fn escape(&mut self) -> Result<char, Flaw> {
        let byte = self.text.as_bytes().get(self.at).copied();
        self.at += 1;
        Ok(match byte {
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.escaped_unit(),
            _ => return Err(self.unexpected("an escape that JSON knows")),
        })
    }

    /// The character of `\u` and one unit of UTF-16, or of two such that belong together.
    fn escaped_unit(&mut self) -> Result<char, Flaw> {
        let first = self.hex()?;
        let has_second =
            (0xd800..0xdc00).contains(&first) && self.text.get(self.at..self.at + 2) == Some("\\u");
        let units = if has_second {
            self.at += 2;
            [first, self.hex()?]
        } else {
            [first, first]
        };
        let mut decoded = char::decode_utf16(units.into_iter().take(1 + usize::from(has_second)));
        match (decoded.next(), decoded.next()) {
            (Some(Ok(character)), None) => Ok(character),
            _ => Err(self.unexpected("two halves of a character")),
        }
    }

    fn hex(&mut self) -> Result<u16, Flaw> {
        let digits = self.text.get(self.at..self.at + 4);
        let digits = digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let unit = digits.and_then(|digits| u16::from_str_radix(digits, 16).ok());
        self.at += 4;
        unit.ok_or_else(|| self.unexpected("four hexadecimal digits"))
    }

    /// Takes a whole number if it comes next and is plainly one of 64 bits.
    #[inline]
    pub(crate) fn small_int(&mut self) -> Option<i64> {
        let bytes = self.text.as_bytes().get(self.at..)?;
        let mut int = 0;
        for (length, &byte) in bytes.iter().enumerate() {
            match byte {
                b'0'..=b'9' if length < SMALL_INT_DIGITS => int = int * 10 + i64::from(byte - b'0'),
                b',' | b'}' if length == 1 || length > 0 && bytes[0] != b'0' => {
                    self.at += length;
                    return Some(int);
                }
                _ => return None,
            }
        }
        None
    }

    /// Takes a number, as it is written.
    pub(crate) fn number(&mut self) -> Result<&'de str, Flaw> {
        let begin = self.at;
        self.at += usize::from(self.byte() == Some(b'-'));
        let leading = self.byte();
        let mut is_right = match self.digits() {
            0 => false,
            count => leading != Some(b'0') || count == 1,
        };
        if self.byte() == Some(b'.') {
            self.at += 1;
            is_right &= self.digits() > 0;
        }
        if let Some(b'e' | b'E') = self.byte() {
            self.at += 1;
            self.at += usize::from(matches!(self.byte(), Some(b'+' | b'-')));
            is_right &= self.digits() > 0;
        }
        match self.text.get(begin..self.at) {
            Some(number) if is_right => Ok(number),
            _ => Err(self.unexpected("a number")),
        }
    }

    #[inline]
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Takes digits and says how many.
    fn digits(&mut self) -> usize {
        let begin = self.at;
        while let Some(b'0'..=b'9') = self.byte() {
            self.at += 1;
        }
        self.at - begin
    }

    /// Takes a word.
    pub(crate) fn word(&mut self, word: &'static str) -> Result<(), Flaw> {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        if !rest.starts_with(word.as_bytes()) {
            return Err(self.unexpected(word));
        }
        self.at += word.len();
        Ok(())
    }

    /// Makes sure that nothing follows.
    pub(crate) fn end(&mut self) -> Result<(), Flaw> {
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.unexpected("nothing more")),
        }
    }

    #[cold]
    fn unexpected(&self, expected: &str) -> Flaw {
        if self.at >= self.text.len() {
            return self.ends_early();
        }
        flaw(format!("byte {}: expected {expected}", self.at + 1))
    }

    #[cold]
    fn ends_early(&self) -> Flaw {
        flaw("the JSON ends before it is complete")
    }
}

/// Whether two short texts of the same length are the same. A comparison by the standard library is
/// a call that goes byte by byte here.
#[inline]
fn is_same(one: &[u8], other: &[u8]) -> bool {
    // Words that may overlap hold all of a text of 8 to 24 bytes, two halves of one those of 4 to 7.
    if let (Some(a), Some(b)) = (one.first_chunk::<8>(), other.first_chunk::<8>()) {
        return a == b
            && one.last_chunk::<8>() == other.last_chunk::<8>()
            && (one.len() <= 16 || one.get(8..16) == other.get(8..16))
            && (one.len() <= 24 || one == other);
    }
    if let (Some(a), Some(b)) = (one.first_chunk::<4>(), other.first_chunk::<4>()) {
        return a == b && one.last_chunk::<4>() == other.last_chunk::<4>();
    }
    one == other
}

#[cfg(test)]
mod tests;
