//! Newtypes of ids, and the rule of names.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, ErrorKind, Result};

/// The most bytes of a name.
pub const NAME_BYTES_MAX: usize = 64;

/// Whether this is a name as the interface has it: `[a-z][a-z0-9_]*`, at most 64 bytes.
pub fn is_name(text: &str) -> bool {
    text.len() <= NAME_BYTES_MAX
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// Whether users may call an account or a sync so: letters, digits, `_`, `-`, `.` and spaces
/// inside, at most 64 bytes. That leaves out `/` and `:`, which stand for other things in file names
/// and in references.
fn is_label(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= NAME_BYTES_MAX
        && text.trim() == text
        && !text.starts_with('.')
        && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ' '))
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $what:literal, $valid:path, $rule:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = Error;

            fn from_str(text: &str) -> Result<Self> {
                if $valid(text) {
                    return Ok($name(text.to_owned()));
                }
                Err(Error::new(ErrorKind::Config, format!("{:?} is not {}", text, $what))
                    .with_hint($rule))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id!(
    /// The id of a connector, for example `icontact`.
    ConnectorId,
    "a connector id",
    is_name,
    "an id starts with a lowercase letter and holds lowercase letters, digits and _ (64 at most)"
);
id!(
    /// The name a user gave an account.
    AccountName,
    "an account name",
    is_label,
    "a name holds letters, digits, _ - . and spaces inside (64 bytes at most)"
);
id!(
    /// The name a user gave a sync.
    SyncName,
    "a sync name",
    is_label,
    "a name holds letters, digits, _ - . and spaces inside (64 bytes at most)"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_their_rule() {
        for good in ["a", "contacts", "track_message_opens", "a1_"] {
            assert!(is_name(good), "{good}");
        }
        let long = "a".repeat(65);
        for bad in ["", "1a", "_a", "A", "a-b", "a b", "ä", "a\0", long.as_str()] {
            assert!(!is_name(bad), "{bad:?}");
        }
    }

    #[test]
    fn labels_have_neither_slash_nor_colon_nor_edges() {
        for good in ["acme", "Acme Inc. 2", "a-b_c", "Zürich"] {
            assert!(good.parse::<AccountName>().is_ok(), "{good}");
        }
        for bad in ["", " a", "a ", "a/b", "a:b", ".hidden", "a\nb", "a\u{1b}b"] {
            assert!(bad.parse::<SyncName>().is_err(), "{bad:?}");
        }
    }
}
