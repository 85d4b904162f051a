//! Percent-encoding, both ways.

const HEX: &[u8; 16] = b"0123456789ABCDEF";

/// The bytes with everything but unreserved characters (RFC 3986) encoded.
pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for byte in bytes {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            text.push(char::from(*byte));
        } else {
            text.push('%');
            text.push(char::from(HEX[usize::from(byte >> 4)]));
            text.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
    text
}

/// The text decoded once; a `%` without two hex digits behind it stays.
pub(crate) fn decode(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, after @ ..] = rest {
        match (first, after) {
            (b'%', [high, low, after @ ..])
                if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() =>
            {
                bytes.push(nibble(*high) << 4 | nibble(*low));
                rest = after;
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    bytes
}

fn nibble(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        _ => (digit | 0x20) - b'a' + 10,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn broken_escapes_stay() {
        for (text, expected) in
            [("a%2Fb", "a/b"), ("%2e%2E", ".."), ("%", "%"), ("%2", "%2"), ("%zz%41", "%zzA")]
        {
            assert_eq!(decode(text.as_bytes()), expected.as_bytes(), "{text}");
        }
        assert_eq!(encode(b"a b/~\xff"), "a%20b%2F~%FF");
    }

    proptest! {
        #[test]
        fn decoding_undoes_encoding(bytes: Vec<u8>) {
            prop_assert_eq!(decode(encode(&bytes).as_bytes()), bytes);
        }
    }
}
