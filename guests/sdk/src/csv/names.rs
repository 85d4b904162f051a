//! From a header to the names of columns.
//!
//! A column keeps the name that the provider gave it, as far as the interface lets it:
//!
//! 1. Runs of white space and control characters become one space; at the ends they go.
//! 2. A name without anything is `column_N`, by its place from 1 on.
//! 3. A name over 128 bytes is cut, and ends in a hash of the whole.
//! 4. A name that an earlier column has, whatever its case, gets `_2`, `_3` and so on: databases
//!    fold the case of names.

use crate::identity::Identity;

/// The longest name that the interface allows.
const NAME_BYTES_MAX: usize = 128;
/// An underscore and 16 hexadecimal digits.
const HASH_BYTES: usize = 17;

/// The names of the columns under these headings, unlike those that are taken.
pub(super) fn names<'h>(
    headings: impl Iterator<Item = std::borrow::Cow<'h, str>>,
    taken: &[&str],
) -> Vec<String> {
    let mut wanted: Vec<String> = taken.iter().map(|&name| name.to_owned()).collect();
    let mut names = wanted.clone();
    for (index, heading) in headings.enumerate() {
        let name = match clean(&heading) {
            name if name.is_empty() => format!("column_{}", index + 1),
            name => shortened(name),
        };
        let same = |one: &&String| one.eq_ignore_ascii_case(&name);
        // As many as came under this name before, so that thousands of them are numbered at once.
        let mut number = 1 + wanted.iter().filter(same).count();
        let mut unique = name.clone();
        while names.iter().any(|one| one.eq_ignore_ascii_case(&unique)) {
            number = number.max(2);
            unique = shortened(format!("{name}_{number}"));
            number += 1;
        }
        wanted.push(name);
        names.push(unique);
    }
    names.split_off(taken.len())
}

fn clean(heading: &str) -> String {
    let spaced: String = heading.chars().map(|c| if is_control(c) { ' ' } else { c }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What the interface does not allow in a name: control characters, other line ends, marks that turn
/// the direction of writing.
fn is_control(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn shortened(name: String) -> String {
    if name.len() <= NAME_BYTES_MAX {
        return name;
    }
    let mut end = NAME_BYTES_MAX - HASH_BYTES;
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}_{:016x}", &name[..end], Identity::of_text(&name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::borrow::Cow;

    fn of(headings: &[&str]) -> Vec<String> {
        names(headings.iter().map(|&heading| Cow::Borrowed(heading)), &["start_date"])
    }

    #[test]
    fn names_stay_as_the_provider_has_them() {
        assert_eq!(of(&["Agent", " Team Name ", "% refused"]), ["Agent", "Team Name", "% refused"]);
        assert_eq!(of(&["a\r\nb", "c\u{202e}d", "\u{a0}"]), ["a b", "c d", "column_3"]);
    }

    #[test]
    fn names_that_cannot_stay_are_told_apart() {
        for (headings, expected) in [
            (&["", "A", "", "column_4"][..], &["column_1", "A", "column_3", "column_4"][..]),
            (&["column_2", ""], &["column_2", "column_2_2"]),
            (&["A", "a", "A"], &["A", "a_2", "A_3"]),
            (&["A", "A_2", "A"], &["A", "A_2", "A_3"]),
            (&["A", "A", "A_2"], &["A", "A_2", "A_2_2"]),
            (&["Start_Date"], &["Start_Date_2"]),
        ] {
            assert_eq!(of(headings), expected, "{headings:?}");
        }
    }

    #[test]
    fn long_names_are_cut_and_stay_unlike() {
        let long = "é".repeat(100);
        let names = of(&[&format!("{long}a"), &format!("{long}b"), &long, &long]);
        assert!(names.iter().all(|name| name.len() <= 128 && name.starts_with("ééé")), "{names:?}");
        assert!(names[..3].iter().all(|name| name.len() > 120), "{names:?}");
        assert_ne!(names[0], names[1]);
        assert_ne!(names[2], names[3]);
    }

    #[test]
    fn a_thousand_columns_of_one_name_are_numbered() {
        let names = of(&["A"; 1_000]);
        assert_eq!((names[0].as_str(), names[999].as_str()), ("A", "A_1000"));
    }

    proptest! {
        #[test]
        fn names_keep_the_rules_of_the_interface(
            headings in prop::collection::vec("[aA_12\u{0}\u{2028}é ]{0,4}|x{120,140}", 0..12),
        ) {
            let names = of(&headings.iter().map(String::as_str).collect::<Vec<_>>());
            prop_assert_eq!(names.len(), headings.len());
            let mut seen = vec!["start_date".to_owned()];
            for name in names {
                prop_assert!((1..=128).contains(&name.len()) && !name.contains(is_control));
                prop_assert!(!name.trim().is_empty());
                let folded = name.to_ascii_lowercase();
                prop_assert!(!seen.contains(&folded), "{}", name);
                seen.push(folded);
            }
        }
    }
}
