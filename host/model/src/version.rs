//! The version of a connector.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, ErrorKind, Result};
use crate::text::quote;

/// The most digits of one of its numbers.
const DIGITS_MAX: usize = 9;

/// A version as the interface has it: `MAJOR.MINOR.PATCH`, of up to nine digits each, without
/// leading zeros. Versions are ordered by their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Version([u32; 3]);

impl FromStr for Version {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let mut parts = text.split('.').map(number);
        match [parts.next(), parts.next(), parts.next(), parts.next()] {
            [Some(Some(major)), Some(Some(minor)), Some(Some(patch)), None] => {
                Ok(Version([major, minor, patch]))
            }
            _ => Err(Error::new(ErrorKind::Config, format!("{} is not a version", quote(text)))
                .with_hint("a version is MAJOR.MINOR.PATCH, for example 1.20.3")),
        }
    }
}

fn number(part: &str) -> Option<u32> {
    let is_number = (1..=DIGITS_MAX).contains(&part.len())
        && part.bytes().all(|b| b.is_ascii_digit())
        && (part == "0" || !part.starts_with('0'));
    if is_number { part.parse().ok() } else { None }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch] = self.0;
        write!(f, "{major}.{minor}.{patch}")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn versions_are_ordered_by_their_numbers() {
        let version = |text: &str| text.parse::<Version>().unwrap();
        let ordered = ["0.0.0", "0.9.0", "0.10.0", "1.0.9", "1.0.10", "999999999.0.0"];
        assert!(ordered.windows(2).all(|pair| version(pair[0]) < version(pair[1])));
        assert!(ordered.iter().all(|text| version(text).to_string() == *text));
    }

    #[test]
    fn everything_else_is_none() {
        let wrong = ["", "1", "1.2", "1.2.3.4", "1.02.3", "1.2.3-rc", "1..3", "1.2.+3", "../1.2.3"];
        for text in wrong.into_iter().chain(["1.2.1000000000", "1.2.٣"]) {
            assert_eq!(text.parse::<Version>().unwrap_err().kind(), ErrorKind::Config, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_a_version_reads_back_and_keeps_its_order(
            one in prop::array::uniform3(0_u32..1_000_000_000),
            other in prop::array::uniform3(0_u32..3),
        ) {
            // Of the same major, and often of the same minor.
            let other = [one[0], one[1] ^ other[1], other[2]];
            let text = |[major, minor, patch]: [u32; 3]| format!("{major}.{minor}.{patch}");
            let version = |numbers| text(numbers).parse::<Version>().unwrap();
            prop_assert_eq!(version(one).to_string(), text(one));
            prop_assert_eq!(version(one).cmp(&version(other)), one.cmp(&other));
        }

        #[test]
        fn no_other_text_is_one(text in "[0-9]{1,3}[.][0-9]{0,3}[.][0-9.+-]{1,3}") {
            if let Ok(version) = text.parse::<Version>() {
                prop_assert_eq!(version.to_string(), text);
            }
        }
    }
}
