//! A text that must not be seen.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

/// What stands where a secret would.
const SHOWN: &str = "[secret]";

/// A secret text. It is wiped from memory when it is dropped, and shown as `[secret]`.
///
/// ```
/// use tollgate_vault::Secret;
///
/// let secret = Secret::new("hunter2".to_owned());
/// assert_eq!(format!("{secret} {secret:?}"), "[secret] [secret]");
/// ```
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// Takes a text over. Its memory is not copied where the text has no spare room.
    pub fn new(text: String) -> Self {
        Secret(text.into())
    }

    /// Whether the text is empty.
    pub fn is_empty(&self) -> bool {
        self.0.expose_secret().is_empty()
    }
}

impl ExposeSecret<str> for Secret {
    fn expose_secret(&self) -> &str {
        self.0.expose_secret()
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Secret::new(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(SHOWN)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(SHOWN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_exposed_only_on_purpose() {
        let secret = Secret::new("canary".to_owned());
        assert_eq!(secret.clone().expose_secret(), "canary");
        for shown in [format!("{secret}"), format!("{secret:?}"), format!("{secret:#?}")] {
            assert_eq!(shown, "[secret]");
        }
        assert!(!secret.is_empty() && Secret::from(String::new()).is_empty());
    }
}
