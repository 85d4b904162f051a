use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use proptest::prelude::*;

use super::*;

fn scanner(secrets: &[&str]) -> Option<Scanner> {
    let secrets: Vec<Secret> = secrets.iter().map(|s| Secret::new((*s).to_owned())).collect();
    Scanner::new(&secrets)
}

const SECRET: &str = "s3cr\"t/ä b?>~";

// Proves: secrets
#[test]
fn a_secret_is_found_in_every_form() {
    let scanner = scanner(&["other-secret", SECRET]).unwrap();
    let in_text = |inner: &str| format!("before {inner} after");
    let texts = [
        in_text(SECRET),
        in_text("other-secret"),
        in_text("s3cr%22t%2F%C3%A4%20b%3F%3E~"),
        in_text("s3cr%22t%2f%c3%a4%20b%3f%3e~"),
        in_text("s3cr%22t%2F%C3%A4+b%3F%3E~"),
        in_text(r#"{"p": "s3cr\"t/ä b?>~"}"#),
        in_text(r#"{"p": "s3cr\"t\/ä b?>~"}"#),
        in_text(r#"{"p": "s3cr\"t/\u00e4 b?>~"}"#),
        in_text(r#"{"p": "s3cr\"t\/\u00e4 b?>~"}"#),
        STANDARD.encode(SECRET),
        STANDARD.encode(format!("ada:{SECRET}")),
        STANDARD.encode(format!("user:{SECRET}")),
        STANDARD.encode(format!("grace:{SECRET}:x")),
        STANDARD.encode("client+1:s3cr%22t%2F%C3%A4+b%3F%3E%7E"),
        STANDARD.encode("id:s3cr%22t%2F%C3%A4+b%3F%3E%7E"),
        URL_SAFE_NO_PAD.encode(SECRET),
        URL_SAFE_NO_PAD.encode(format!("a{SECRET}b")),
        URL_SAFE_NO_PAD.encode(format!("ab{SECRET}cd")),
    ];
    for text in texts {
        assert!(scanner.finds(text.as_bytes()), "{text}");
    }
    for text in ["", "s3cr", "before s3cr\"t/ä b?> after", "other_secret", "OTHER-SECRET"] {
        assert!(!scanner.finds(text.as_bytes()), "{text}");
    }
}

#[test]
fn what_may_be_a_word_or_an_id_is_not_searched_for() {
    let table = [
        ("", false),
        ("s3cr3t!", false),
        ("s3cr3t!!", true),
        ("campaigns", false),
        ("Contacts", false),
        ("12345678", false),
        ("correcthorsebatt", true),
        ("1234567890123456", true),
        ("pässwörd", true),
    ];
    for (secret, expected) in table {
        assert_eq!(scanner(&[secret]).is_some(), expected, "{secret}");
    }
    assert!(scanner(&[]).is_none());
}

/// What is sent is there as a whole, so that it is searched however it was escaped.
// Proves: secrets
#[test]
fn escapes_without_need_hide_nothing_in_a_whole_text() {
    let scanner = scanner(&["hunter-2", SECRET]).unwrap();
    for text in [
        "hunter%2d2",
        "%68unter-2",
        "%68%75%6e%74%65%72%2D%32",
        "a=%%2hunter%2D2",
        "s3c%72%22t%2F%C3%A4%20b%3F%3E%7e",
    ] {
        assert!(scanner.finds(text.as_bytes()), "{text}");
    }
    for text in ["hunter%2", "hunter%2d", "hunter%252d2", "%", "100%"] {
        assert!(!scanner.finds(text.as_bytes()), "{text}");
    }
}

/// Pushes a text in pieces and gives what was released, or that something was found.
fn push_all(scanner: &Scanner, pieces: &[&[u8]]) -> (Vec<u8>, bool) {
    let (mut search, mut released) = (Pieces::default(), Vec::new());
    for piece in pieces {
        match search.push(scanner, Bytes::copy_from_slice(piece)) {
            Ok(parts) => released.extend(parts.concat()),
            Err(Found) => return (released, true),
        }
    }
    released.extend_from_slice(&search.finish());
    (released, false)
}

// Proves: secrets
#[test]
fn nothing_of_a_secret_is_released_wherever_it_is_cut() {
    let scanner = scanner(&["hunter-2-hunter-2"]).unwrap();
    let text = b"{\"password\": \"hunter-2-hunter-2\"}, and a long text behind it, for all forms";
    for first in 0..text.len() {
        for second in first..text.len() {
            let pieces = [&text[..first], &text[first..second], &text[second..]];
            let (released, found) = push_all(&scanner, &pieces);
            assert!(found, "cut at {first} and {second}");
            assert!(released.len() <= 14, "{:?}", String::from_utf8_lossy(&released));
        }
    }
    let bytes: Vec<&[u8]> = text.chunks(1).collect();
    let (released, found) = push_all(&scanner, &bytes);
    assert!(found);
    assert_eq!(released, b"{\"password\": \"");
}

#[test]
fn a_piece_without_a_secret_is_not_copied() {
    let scanner = scanner(&["hunter-2-hunter-2"]).unwrap();
    let piece = Bytes::from(vec![b'.'; 10_000]);
    let mut search = Pieces::default();
    let [first, second] = search.push(&scanner, piece.clone()).unwrap();
    assert_eq!((first.len(), second.as_ptr()), (0, piece.as_ptr()));
}

proptest! {
    #[test]
    fn text_passes_unchanged_unless_it_holds_a_secret(
        text in "[hunter\\-2.]{0,60}", cuts in prop::collection::vec(0usize..60, 0..6), put: bool,
        at in 0usize..60,
    ) {
        let scanner = scanner(&["hunter-2", "2-hunter"]).unwrap();
        let mut text = text;
        if put {
            text.insert_str(at.min(text.len()), "hunter-2");
        }
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(text.len())).collect();
        cuts.extend([0, text.len()]);
        cuts.sort_unstable();
        let pieces: Vec<&[u8]> =
            cuts.windows(2).map(|pair| &text.as_bytes()[pair[0]..pair[1]]).collect();
        let (released, found) = push_all(&scanner, &pieces);
        prop_assert_eq!(found, text.contains("hunter-2") || text.contains("2-hunter"));
        if found {
            prop_assert!(!scanner.finds(&released));
        } else {
            prop_assert_eq!(released, text.as_bytes());
        }
    }

    // Proves: secrets
    #[test]
    fn base64_of_any_surroundings_is_found(before: Vec<u8>, after: Vec<u8>) {
        let scanner = scanner(&["hunter-2"]).unwrap();
        let text = [&before[..], b"hunter-2", &after[..]].concat();
        prop_assert!(scanner.finds(STANDARD.encode(&text).as_bytes()));
        prop_assert!(scanner.finds(URL_SAFE_NO_PAD.encode(&text).as_bytes()));
    }
}
