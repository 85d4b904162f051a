//! Text from others: what may be shown to people, and how the rest is quoted in a message.
//!
//! A connector, a provider and a user all choose texts that end up on a terminal or in a log. There
//! a control character can move the cursor, start a colour or forge a line, and a bidirectional
//! override can make a text read as something else.

/// The most characters of a foreign text in a message.
const QUOTE_CHARS_MAX: usize = 60;

/// Whether a character acts on the display instead of standing in it: controls, line and paragraph
/// separators, and the bidirectional embeddings, overrides and isolates.
pub fn is_control(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether a text is one line that can be shown as it is.
pub fn is_line(text: &str) -> bool {
    !text.contains(is_control)
}

/// The text with everything that acts on the display written as an escape, cut to so many
/// characters.
pub fn excerpt(text: &str, chars_max: usize) -> String {
    let mut shown = String::new();
    for (count, c) in text.chars().enumerate() {
        if count == chars_max {
            shown.push('…');
            break;
        }
        if is_control(c) {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    shown
}

/// A foreign text as it stands in a message: between backticks, escaped and shortened.
pub fn quote(text: &str) -> String {
    format!("`{}`", excerpt(text, QUOTE_CHARS_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    // Proves: texts
    #[test]
    fn what_acts_on_a_display_is_escaped() {
        assert_eq!(quote("plain ä 漢"), "`plain ä 漢`");
        assert_eq!(quote("a\u{1b}[31m\nb"), "`a\\u{1b}[31m\\nb`");
        assert_eq!(quote("\u{202e}cod"), "`\\u{202e}cod`");
        assert_eq!(quote("\u{9b}2J"), "`\\u{9b}2J`");
        assert!(is_line("ä b\u{a0}c") && !is_line("a\u{2028}b") && !is_line("a\u{2069}b"));
    }

    #[test]
    fn long_texts_are_shortened() {
        assert_eq!(excerpt("abcdef", 3), "abc…");
        assert_eq!(excerpt("abc", 3), "abc");
        assert_eq!(quote(&"x".repeat(1_000)).chars().count(), QUOTE_CHARS_MAX + 3);
    }
}
