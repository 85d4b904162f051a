//! Base64 after RFC 4648, section 4: the standard alphabet, padded.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Encodes bytes, with padding.
pub fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let mut group = 0u32;
        for index in 0..3 {
            group = group << 8 | u32::from(chunk.get(index).copied().unwrap_or(0));
        }
        for index in 0..4 {
            let sextet = (group >> (18 - 6 * index)) & 63;
            let is_padding = index > chunk.len();
            let letter = if is_padding { b'=' } else { ALPHABET[sextet as usize] };
            text.push(char::from(letter));
        }
    }
    text
}

/// Decodes a text, padded or not. None where it is no base64: a foreign letter, an impossible
/// length, or bits beyond the last byte that are not zero.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let letters = match text.strip_suffix("==") {
        Some(letters) if text.len().is_multiple_of(4) => letters,
        Some(_) => return None,
        None => match text.strip_suffix('=') {
            Some(letters) if text.len().is_multiple_of(4) => letters,
            Some(_) => return None,
            None => text,
        },
    };
    let mut bytes = Vec::with_capacity(letters.len() * 3 / 4);
    let (mut group, mut bits) = (0u32, 0u32);
    for letter in letters.bytes() {
        group = group << 6 | u32::from(sextet(letter)?);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((group >> bits) as u8);
            group &= (1 << bits) - 1;
        }
    }
    (bits < 6 && group == 0).then_some(bytes)
}

fn sextet(letter: u8) -> Option<u8> {
    match letter {
        b'A'..=b'Z' => Some(letter - b'A'),
        b'a'..=b'z' => Some(letter - b'a' + 26),
        b'0'..=b'9' => Some(letter - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_examples_of_the_standard_hold() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(encode(bytes.as_bytes()), text);
            assert_eq!(decode(text).as_deref(), Some(bytes.as_bytes()));
        }
        assert_eq!(decode("Zg").as_deref(), Some("f".as_bytes()));
    }

    #[test]
    fn what_is_no_base64_is_refused() {
        for text in ["Z", "Zg=", "Zh==", "Z===", "Zm9v=", "Zm 9", "Zm9-", "=", "=="] {
            assert_eq!(decode(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_was_encoded_comes_back(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            prop_assert_eq!(decode(&encode(&bytes)), Some(bytes));
        }
    }
}
