//! Percent-encoding after RFC 3986.

/// Encodes one segment of a path: everything but the unreserved characters, `/` and `.` included
/// where they would change the path.
pub fn encode_path_segment(segment: &str) -> String {
    // A segment of dots alone would be resolved as a path of its own, and it has no other spelling.
    if matches!(segment, "." | "..") {
        return segment.replace('.', "%2E");
    }
    let mut encoded = String::with_capacity(segment.len());
    encode_query(segment, &mut encoded);
    encoded
}

/// Encodes a name or value of a query: everything but the unreserved characters. A space becomes
/// `%20`, which every server reads as a space.
pub fn encode_query(text: &str, into: &mut String) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            into.push(char::from(byte));
        } else {
            into.push('%');
            into.push(char::from(DIGITS[usize::from(byte >> 4)]));
            into.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_unreserved_characters_stay() {
        let mut encoded = String::new();
        encode_query("aZ09-._~ +/?#&=%:,é", &mut encoded);
        assert_eq!(encoded, "aZ09-._~%20%2B%2F%3F%23%26%3D%25%3A%2C%C3%A9");
        assert_eq!(encode_path_segment("../a"), "..%2Fa");
        assert_eq!(encode_path_segment(".."), "%2E%2E");
    }
}
