//! Where strings end: the search for quotation marks and backslashes, 16 bytes at a time.
//!
//! Most strings are short, so that what counts is how soon the search begins: it is inlined, and
//! a call of a library's would take longer than all of it.

/// Bytes that are looked at together.
const STEP: usize = 16;

/// Steps before the search is left to the library, which goes faster through long texts.
const STEPS_MAX: usize = 4;

/// The place of the first quotation mark or backslash from here on, or the end of the text.
#[inline(always)]
pub(super) fn find_end(text: &[u8], from: usize) -> usize {
    match text.get(from..).and_then(<[u8]>::first_chunk).map(ends) {
        None | Some(0) => find_further(text, from),
        Some(ends) => from + ends.trailing_zeros() as usize,
    }
}

#[inline(never)]
fn find_further(text: &[u8], from: usize) -> usize {
    let mut at = from;
    for _ in 0..STEPS_MAX {
        let Some(step) = text.get(at..).and_then(<[u8]>::first_chunk) else { break };
        let ends = ends(step);
        if ends != 0 {
            return at + ends.trailing_zeros() as usize;
        }
        at += STEP;
    }
    let rest = text.get(at..).unwrap_or_default();
    at + memchr::memchr2(b'"', b'\\', rest).unwrap_or(rest.len())
}

/// A bit for each byte that ends a string, the first byte's the lowest.
#[cfg(target_feature = "simd128")]
#[inline]
fn ends(step: &[u8; STEP]) -> u16 {
    use std::arch::wasm32::{u8x16_bitmask, u8x16_eq, u8x16_splat, u64x2, v128_or};
    let (words, _) = step.as_chunks();
    let [low, high] = [words[0], words[1]].map(u64::from_le_bytes);
    let bytes = u64x2(low, high);
    let quotes = u8x16_eq(bytes, u8x16_splat(b'"'));
    u8x16_bitmask(v128_or(quotes, u8x16_eq(bytes, u8x16_splat(b'\\'))))
}

/// The same where there are no vectors of WebAssembly: in a connector's own tests.
#[cfg(not(target_feature = "simd128"))]
fn ends(step: &[u8; STEP]) -> u16 {
    (0..STEP).fold(0, |ends, at| ends | u16::from(matches!(step[at], b'"' | b'\\')) << at)
}
