//! The search for the account's own secrets, in what comes back and in what a connector sends.
//!
//! A connector never holds a secret, so one that appears in its requests came out of an answer, and
//! one in an answer is on its way into a connector, a log or a destination. Searched for are the
//! bytes as they are and as they stand in JSON, percent-encoded, and in base64 (both alphabets, at
//! any position within a longer text, encoded as in a form before or not). What is there as a
//! whole, all but the body of an answer, is searched with its percent-escapes taken off as well,
//! whatever was escaped without need. Nothing is searched for in other disguises: this finds
//! accidents and echoes, not a provider who conspires with a connector.

use std::sync::{Arc, Mutex, RwLock};

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use base64::Engine;
use base64::alphabet;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};
use bytes::{Bytes, BytesMut};
use secrecy::ExposeSecret;
use tollgate_vault::Secret;

use crate::credentials::form_encoded;
use crate::percent;

/// Bytes from which on a secret is searched for. 8: shorter ones appear by chance.
const SECRET_BYTES_MIN: usize = 8;
/// Bytes from which on a secret made of letters only, or of digits only, is searched for. 16: a
/// shorter one may be a word ("campaigns") or an id, and would end every run with it in a row.
const WORD_BYTES_MIN: usize = 16;
/// Bytes of all forms together up to which they are searched for by a table of all transitions, the
/// fastest way there is. 16 KiB, some tokens: the table has hundreds of bytes for each of these,
/// and takes the square of a form's length to make where that is one character again and again.
/// Beyond, the automaton is as large as the forms.
const TABLE_BYTES_MAX: usize = 16 << 10;

/// Finds secrets.
pub(crate) struct Scanner {
    /// All forms of all secrets. One pass finds them all; with a vectorised prefilter it is faster
    /// than a search for a single one would be for each of several.
    forms: AhoCorasick,
    needles: Vec<Vec<u8>>,
    first_bytes: [bool; 256],
    longest: usize,
}

impl Scanner {
    /// A scanner for these secrets; none if there is nothing to search for.
    pub(crate) fn new<'a>(secrets: impl IntoIterator<Item = &'a Secret>) -> Option<Self> {
        let mut needles: Vec<Vec<u8>> = secrets
            .into_iter()
            .map(ExposeSecret::expose_secret)
            .filter(|secret| is_searchable(secret))
            .flat_map(forms)
            .collect();
        needles.sort_unstable();
        needles.dedup();
        let longest = needles.iter().map(Vec::len).max()?;
        let is_small = needles.iter().map(Vec::len).sum::<usize>() <= TABLE_BYTES_MAX;
        let forms = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostFirst)
            .kind((!is_small).then_some(AhoCorasickKind::ContiguousNFA))
            .build(&needles)
            // Fails only beyond 2^31 bytes of needles; secrets are bounded to a fraction of that.
            .ok()?;
        let mut first_bytes = [false; 256];
        for first in needles.iter().filter_map(|needle| needle.first()) {
            first_bytes[usize::from(*first)] = true;
        }
        Some(Scanner { forms, needles, first_bytes, longest })
    }

    /// Whether a whole text has a secret in it, as it is or with its percent-escapes taken off.
    pub(crate) fn finds(&self, text: &[u8]) -> bool {
        self.forms.is_match(text)
            || text.contains(&b'%') && self.forms.is_match(&percent::decode(text))
    }

    /// How many bytes at the end of a text may be the beginning of a secret.
    fn undecided(&self, text: &[u8]) -> usize {
        let from = text.len().saturating_sub(self.longest - 1);
        let tail = text.get(from..).unwrap_or_default();
        let begins = |at: usize, first: u8| {
            self.first_bytes[usize::from(first)]
                && self.needles.iter().any(|needle| needle.starts_with(&tail[at..]))
        };
        let begin = tail.iter().enumerate().find(|(at, first)| begins(*at, **first));
        begin.map_or(0, |(at, _)| tail.len() - at)
    }
}

/// What an account's requests and answers are searched for: its secrets, which stay, and the tokens
/// it was given, which change.
pub(crate) struct Watch {
    own: Vec<Secret>,
    /// The tokens that were learned last, and the ones before them.
    tokens: Mutex<[Vec<Secret>; 2]>,
    /// Made anew when a token comes, so that a search only takes it from here.
    scanner: RwLock<Option<Arc<Scanner>>>,
}

impl Watch {
    /// A watch for these secrets.
    pub(crate) fn new<'a>(secrets: impl IntoIterator<Item = &'a Secret>) -> Self {
        let own: Vec<Secret> = secrets.into_iter().cloned().collect();
        let scanner = RwLock::new(Scanner::new(&own).map(Arc::new));
        Watch { own, tokens: Mutex::default(), scanner }
    }

    /// The scanner; none if there is nothing to search for.
    pub(crate) fn scanner(&self) -> Option<Arc<Scanner>> {
        self.scanner.read().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }

    /// Takes the tokens that are good now. The ones before are still searched for, as a provider
    /// may still take them.
    pub(crate) fn learn<'a>(&self, new: impl IntoIterator<Item = &'a Secret>) {
        let new: Vec<Secret> = new.into_iter().cloned().collect();
        let mut tokens = self.tokens.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let is_known = tokens[0].iter().map(ExposeSecret::expose_secret);
        if is_known.eq(new.iter().map(ExposeSecret::expose_secret)) {
            return;
        }
        tokens.swap(0, 1);
        tokens[0] = new;
        let scanner = Scanner::new(self.own.iter().chain(tokens.iter().flatten())).map(Arc::new);
        *self.scanner.write().unwrap_or_else(|poisoned| poisoned.into_inner()) = scanner;
    }
}

/// A search through a text that comes in pieces. What may be the beginning of a secret is held
/// back until the next piece tells, so that nothing of a secret is ever released.
#[derive(Default)]
pub(crate) struct Pieces {
    held: Bytes,
}

/// A secret was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found;

impl Pieces {
    /// Takes a piece and gives what can be released: up to two pieces, either of them empty.
    pub(crate) fn push(&mut self, scanner: &Scanner, piece: Bytes) -> Result<[Bytes; 2], Found> {
        let held = std::mem::take(&mut self.held);
        if held.is_empty() {
            return Ok([Bytes::new(), self.release(scanner, piece)?]);
        }
        // The rare case. Only the border is copied, unless the piece is shorter than that.
        let border = piece.len().min(scanner.longest);
        let mut joined = BytesMut::with_capacity(held.len() + border);
        joined.extend_from_slice(&held);
        joined.extend_from_slice(&piece[..border]);
        if border == piece.len() {
            return Ok([self.release(scanner, joined.freeze())?, Bytes::new()]);
        }
        if scanner.forms.is_match(&joined) {
            return Err(Found);
        }
        Ok([held, self.release(scanner, piece)?])
    }

    /// What is left when no further piece comes.
    pub(crate) fn finish(&mut self) -> Bytes {
        std::mem::take(&mut self.held)
    }

    fn release(&mut self, scanner: &Scanner, mut piece: Bytes) -> Result<Bytes, Found> {
        if scanner.forms.is_match(&piece) {
            return Err(Found);
        }
        let undecided = scanner.undecided(&piece);
        if undecided > 0 {
            self.held = piece.split_off(piece.len() - undecided);
        }
        Ok(piece)
    }
}

/// Whether a secret is searched for.
pub(crate) fn is_searchable(secret: &str) -> bool {
    let is_word = secret.bytes().all(|byte| byte.is_ascii_alphabetic());
    let is_number = secret.bytes().all(|byte| byte.is_ascii_digit());
    let least = if is_word || is_number { WORD_BYTES_MIN } else { SECRET_BYTES_MIN };
    secret.len() >= least
}

/// The secret in every form that is searched for, some of them the same.
fn forms(secret: &str) -> Vec<Vec<u8>> {
    let bytes = secret.as_bytes();
    let encoded = percent::encode(bytes);
    let mut forms =
        vec![secret.to_owned(), encoded.replace("%20", "+"), lower_escapes(&encoded), encoded];
    for escapes_unicode in [false, true] {
        let json = in_json(secret, escapes_unicode);
        forms.push(json.replace('/', "\\/"));
        forms.push(json);
    }
    for alphabet in [alphabet::STANDARD, alphabet::URL_SAFE] {
        let engine = GeneralPurpose::new(&alphabet, GeneralPurposeConfig::new());
        // HTTP Basic of OAuth 2 encodes as in a form first (RFC 6749, 2.3.1).
        for inner in [bytes, form_encoded(secret).as_bytes()] {
            forms.extend((0..3).map(|offset| within_base64(&engine, inner, offset)));
        }
    }
    forms.into_iter().map(String::into_bytes).collect()
}

fn lower_escapes(encoded: &str) -> String {
    let mut text = encoded.to_owned().into_bytes();
    let escapes: Vec<usize> = encoded.match_indices('%').map(|(at, _)| at).collect();
    for at in escapes {
        if let Some(digits) = text.get_mut(at + 1..at + 3) {
            digits.make_ascii_lowercase();
        }
    }
    String::from_utf8_lossy(&text).into_owned()
}

fn in_json(secret: &str, escapes_unicode: bool) -> String {
    let mut text = String::with_capacity(secret.len());
    for c in secret.chars() {
        match c {
            '"' | '\\' => text.extend(['\\', c]),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            c if c.is_ascii_control() || (escapes_unicode && !c.is_ascii()) => {
                let units = &mut [0; 2];
                text.extend(c.encode_utf16(units).iter().map(|unit| format!("\\u{unit:04x}")));
            }
            c => text.push(c),
        }
    }
    text
}

/// What stands in a base64 text in which the secret comes after `offset` (modulo 3) other bytes,
/// without the characters that depend on what is around it.
fn within_base64(engine: &GeneralPurpose, secret: &[u8], offset: usize) -> String {
    let text = engine.encode([&[0, 0][..offset], secret].concat());
    let text = text.trim_end_matches('=');
    let before = [0, 2, 3][offset];
    let after = usize::from(!(offset + secret.len()).is_multiple_of(3));
    text[before..text.len() - after].to_owned()
}

#[cfg(test)]
mod tests;
