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

use std::borrow::Cow;

use crate::failure::Fault;

/// How deep values that are passed over may lie in each other: far deeper than any provider's, and
/// far from the end of a guest's stack.
const DEPTH_MAX: u32 = 128;

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
        let bytes = self.text.as_bytes();
        while let Some(&byte) = bytes.get(self.at) {
            if byte > b' ' || !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return Some(byte);
            }
            self.at += 1;
        }
        None
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

    /// Takes the comma before a member that is not the first, this key and its colon if they come
    /// next, written without escapes and without white space between: what most providers send for
    /// most members, in one comparison.
    #[inline]
    pub(crate) fn next_is(&mut self, guess: &str, is_first: bool) -> bool {
        let begin = self.at + 2 - usize::from(is_first);
        let end = begin + guess.len();
        let bytes = self.text.as_bytes();
        let is_it = (is_first || self.byte() == Some(b','))
            && bytes.get(begin - 1) == Some(&b'"')
            && bytes.get(end..end + 2) == Some(b"\":")
            && bytes.get(begin..end).is_some_and(|name| is_same(name, guess.as_bytes()));
        if is_it {
            self.at = end + 2;
        }
        is_it
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
    #[inline]
    pub(crate) fn string(&mut self) -> Result<Cow<'de, str>, Flaw> {
        let begin = self.at + 1;
        let end = self.find_end(begin)?;
        if self.text.as_bytes().get(end) == Some(&b'\\') {
            return self.escaped(begin, end).map(Cow::Owned);
        }
        self.at = end + 1;
        self.text.get(begin..end).map(Cow::Borrowed).ok_or_else(|| self.ends_early())
    }

    /// The first quotation mark or backslash from here on.
    #[inline]
    fn find_end(&self, from: usize) -> Result<usize, Flaw> {
        let rest = self.text.as_bytes().get(from..).unwrap_or_default();
        if let Some(word) = rest.first_chunk::<8>() {
            let word = u64::from_le_bytes(*word);
            let ends = zero_bytes(word ^ repeated(b'"')) | zero_bytes(word ^ repeated(b'\\'));
            if ends != 0 {
                return Ok(from + ends.trailing_zeros() as usize / 8);
            }
        }
        match memchr::memchr2(b'"', b'\\', rest) {
            Some(length) => Ok(from + length),
            None => Err(self.ends_early()),
        }
    }

    /// The rest of a string from its first escape on.
    #[cold]
    fn escaped(&mut self, begin: usize, first: usize) -> Result<String, Flaw> {
        let mut string = String::new();
        let (mut begin, mut at) = (begin, first);
        loop {
            string.push_str(self.text.get(begin..at).unwrap_or_default());
            self.at = at + 1;
            if self.text.as_bytes().get(at) == Some(&b'"') {
                return Ok(string);
            }
            string.push(self.escape()?);
            begin = self.at;
            at = self.find_end(begin)?;
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

    /// Passes over a value.
    pub(crate) fn skip(&mut self) -> Result<(), Flaw> {
        self.skip_within(DEPTH_MAX)
    }

    fn skip_within(&mut self, depth: u32) -> Result<(), Flaw> {
        let (end, is_object) = match self.peek() {
            Some(b'"') => return self.string().map(drop),
            Some(b'n') => return self.word("null"),
            Some(b't') => return self.word("true"),
            Some(b'f') => return self.word("false"),
            Some(b'-' | b'0'..=b'9') => return self.number().map(drop),
            Some(b'{') => (b'}', true),
            Some(b'[') => (b']', false),
            _ => return Err(self.unexpected("a value")),
        };
        if depth == 0 {
            return Err(self.unexpected("fewer values in each other"));
        }
        self.at += 1;
        let mut is_first = true;
        while self.more(end, &mut is_first)? {
            if is_object {
                self.key()?;
            }
            self.skip_within(depth - 1)?;
        }
        Ok(())
    }

    /// Takes a value, as it is written.
    pub(crate) fn raw(&mut self) -> Result<&'de str, Flaw> {
        self.peek();
        let begin = self.at;
        self.skip()?;
        Ok(self.text.get(begin..self.at).unwrap_or_default())
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

/// A word of eight times the same byte.
const fn repeated(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// The highest bit of every byte of a word that is zero. Bytes behind the first one may be wrong.
const fn zero_bytes(word: u64) -> u64 {
    word.wrapping_sub(repeated(1)) & !word & repeated(0x80)
}

/// Whether two short texts of the same length are the same. A comparison by the standard library is
/// a call that goes byte by byte here.
#[inline]
fn is_same(one: &[u8], other: &[u8]) -> bool {
    // Two words that may overlap hold all of a text of 8 to 16 bytes, two halves one of 4 to 7.
    if let (Some(a), Some(b)) = (one.first_chunk::<8>(), other.first_chunk::<8>()) {
        return a == b
            && (one.len() <= 8 || one.last_chunk::<8>() == other.last_chunk::<8>())
            && (one.len() <= 16 || one == other);
    }
    if let (Some(a), Some(b)) = (one.first_chunk::<4>(), other.first_chunk::<4>()) {
        return a == b && one.last_chunk::<4>() == other.last_chunk::<4>();
    }
    one == other
}

#[cfg(test)]
mod tests;
