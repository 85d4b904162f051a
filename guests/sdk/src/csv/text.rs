//! The bytes of a file as text.

use crate::failure::Failure;
use crate::log;

/// What the bytes 0x80 to 0x9F mean in windows-1252. The five that mean nothing there are control
/// characters, as in every browser.
#[rustfmt::skip]
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// Reads UTF-8 or, behind a byte order mark, UTF-16. Bytes that are neither are windows-1252, in
/// which every byte means something; a line in the log says so. The mark itself is dropped.
///
/// # Errors
/// `unexpected-response` for broken UTF-16, and for a NUL: the file is no text then.
pub(super) fn decode(bytes: Vec<u8>) -> Result<String, Failure> {
    let text = match bytes.get(..2) {
        Some(b"\xff\xfe") => utf16(&bytes[2..], u16::from_le_bytes)?,
        Some(b"\xfe\xff") => utf16(&bytes[2..], u16::from_be_bytes)?,
        _ => utf8_or_windows_1252(bytes),
    };
    match memchr::memchr(0, text.as_bytes()) {
        Some(_) => Err(Failure::unexpected("the file is no text: it holds a NUL")),
        None => Ok(text),
    }
}

fn utf8_or_windows_1252(bytes: Vec<u8>) -> String {
    match String::from_utf8(bytes) {
        Ok(mut text) => {
            if text.starts_with('\u{feff}') {
                text.drain(..'\u{feff}'.len_utf8());
            }
            text
        }
        Err(error) => {
            log::warn("the file is not UTF-8: it is read as windows-1252");
            error.as_bytes().iter().map(|&byte| character(byte)).collect()
        }
    }
}

fn character(byte: u8) -> char {
    match byte {
        0x80..=0x9f => WINDOWS_1252[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, Failure> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let text: Result<String, _> =
        char::decode_utf16(pairs.iter().map(|&pair| unit(pair))).collect();
    match text {
        Ok(text) if rest.is_empty() => Ok(text),
        _ => Err(Failure::unexpected("the file begins like UTF-16 and is none")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::LogLevel;
    use crate::testing::logged;

    #[test]
    fn every_encoding_gives_the_same_text() {
        for (bytes, is_guess) in [
            (&b"Zo\xc3\xab \xe2\x82\xac"[..], false),
            (b"\xef\xbb\xbfZo\xc3\xab \xe2\x82\xac", false),
            (b"\xff\xfeZ\0o\0\xeb\0 \0\xac\x20", false),
            (b"\xfe\xff\0Z\0o\0\xeb\0 \x20\xac", false),
            (b"Zo\xeb \x80", true),
        ] {
            logged();
            assert_eq!(decode(bytes.to_vec()).as_deref(), Ok("Zoë €"), "{bytes:?}");
            let lines = logged();
            assert_eq!(lines.len(), usize::from(is_guess), "{bytes:?}: {lines:?}");
            assert!(lines.iter().all(|(level, line)| {
                *level == LogLevel::Warn && line.contains("windows-1252")
            }));
        }
    }

    #[test]
    fn what_is_no_text_is_refused() {
        for bytes in [&b"\xff\xfea"[..], b"\xff\xfe\x00\xd8", b"PK\x03\x04\xff\0", b"a\0b"] {
            let decoded = decode(bytes.to_vec());
            assert!(matches!(decoded, Err(Failure::UnexpectedResponse(_))), "{bytes:?}");
        }
        assert_eq!(decode(Vec::new()).as_deref(), Ok(""));
    }

    #[test]
    fn each_byte_of_windows_1252_has_its_character() {
        let all: String = (0..=255).map(character).collect();
        assert_eq!(all.chars().count(), 256);
        for (byte, expected) in [(0x41, 'A'), (0x80, '€'), (0x99, '™'), (0x9f, 'Ÿ'), (0xff, 'ÿ')]
        {
            assert_eq!(character(byte), expected);
        }
    }
}
