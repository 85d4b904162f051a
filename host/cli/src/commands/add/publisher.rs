//! Who published what is to be added, and whether that is enough.

use tollgate_model::{ConnectorId, Error, ErrorKind, Result};
use tollgate_runtime::PublicKey;

use crate::config::PackagesConfig;
use crate::lock::Installed;
use crate::output::line;

/// What the user says of the publisher.
#[derive(Clone, Copy, Debug, Default)]
pub struct Told<'a> {
    /// The key that is to be trusted.
    pub trust: Option<&'a PublicKey>,
    /// Whether it may be another than that of the installed connector.
    pub replace: bool,
}

/// How a publisher stands with this project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nobody signed.
    Unsigned,
    /// It signed the installed connector too.
    Installed,
    /// The configuration has a name for it.
    Named(String),
    /// The user has named its key just now.
    Trusted,
    /// Nobody has said anything of it.
    Unknown,
}

impl Standing {
    /// How the publisher of a connector stands.
    pub fn of(
        publisher: Option<&PublicKey>,
        installed: Option<&Installed>,
        trust: Option<&PublicKey>,
        packages: &PackagesConfig,
    ) -> Self {
        let Some(key) = publisher else { return Standing::Unsigned };
        if installed.and_then(Installed::publisher) == Some(key) {
            return Standing::Installed;
        }
        match packages.name_of(key) {
            Some(name) => Standing::Named(name.to_owned()),
            None if trust == Some(key) => Standing::Trusted,
            None => Standing::Unknown,
        }
    }

    /// The publisher, and how it stands, for people.
    pub fn told(&self, publisher: Option<&PublicKey>) -> String {
        let Some(key) = publisher else { return "none: it is not signed".to_owned() };
        let standing = match self {
            Standing::Unsigned | Standing::Unknown => "not known to this project".to_owned(),
            Standing::Installed => "as before".to_owned(),
            Standing::Named(name) => format!("{} in tollgate.toml", line(name)),
            Standing::Trusted => "named by --trust".to_owned(),
        };
        format!("{key} ({standing})")
    }
}

/// How the publisher stands, where the connector may be added at all.
///
/// # Errors
/// [`ErrorKind::Config`] where the configuration or `--trust` asks for another publisher, or it is
/// not that of the installed connector and nobody said that it may be another.
pub fn admit(
    id: &ConnectorId,
    publisher: Option<&PublicKey>,
    installed: Option<&Installed>,
    told: Told<'_>,
    packages: &PackagesConfig,
) -> Result<Standing> {
    let error =
        |message: String, hint: &str| Err(Error::new(ErrorKind::Config, message).with_hint(hint));
    let name = |key: Option<&PublicKey>| key.map_or("nobody".to_owned(), ToString::to_string);
    packages.permits(id, publisher)?;
    if let Some(trusted) = told.trust
        && publisher != Some(trusted)
    {
        let message = format!("{id} is signed by {}, not by {trusted}", name(publisher));
        return error(message, "get it from its publisher, and compare the key with what it tells");
    }
    if let Some(before) = installed
        && before.publisher().is_some()
        && before.publisher() != publisher
        && !told.replace
    {
        let (before, now) = (name(before.publisher()), name(publisher));
        let message =
            format!("{id} is installed as signed by {before}, and this is signed by {now}");
        return error(message, "if its publisher really is another now, add --replace-publisher");
    }
    Ok(Standing::of(publisher, installed, told.trust, packages))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use tollgate_runtime::{Declared, Digest};

    use super::*;
    use crate::config::{Config, Source};
    use crate::lock::Signed;

    fn key(first: u8) -> PublicKey {
        // Any 32 bytes have the form of a key.
        format!("ed25519:{}{}=", char::from(first), "A".repeat(42)).parse().unwrap()
    }

    fn installed(publisher: Option<PublicKey>) -> Installed {
        Installed {
            id: "alpha".parse().unwrap(),
            version: "1.0.0".to_owned(),
            digest: Digest::of(b""),
            signed: publisher.map(|publisher| Signed { publisher, manifest: Digest::of(b"") }),
            granted_origins: Default::default(),
            declared: Declared::default(),
        }
    }

    fn packages(text: &str) -> PackagesConfig {
        let source = Source::new(Path::new("tollgate.toml"), text.to_owned());
        Config::parse(source).unwrap().packages
    }

    /// The standing in a word, or the error.
    fn outcome(
        publisher: Option<&PublicKey>,
        installed: Option<&Installed>,
        told: Told<'_>,
        packages: &PackagesConfig,
    ) -> String {
        match admit(&"alpha".parse().unwrap(), publisher, installed, told, packages) {
            Ok(standing) => format!("{standing:?}"),
            Err(error) => format!("{error}; {}", error.hint().unwrap()),
        }
    }

    #[test]
    fn a_publisher_is_known_by_the_lock_the_configuration_or_the_user() {
        let (a, b) = (key(b'a'), key(b'b'));
        let named = packages(&format!("[packages]\npublishers = {{ acme = \"{a}\" }}\n"));
        let none = PackagesConfig::default();
        let nothing = Told::default();
        let trusting = Told { trust: Some(&a), replace: false };
        let before = installed(Some(a));
        let unsigned = installed(None);
        let table = [
            (None, None, nothing, &none, "Unsigned"),
            (Some(&a), None, nothing, &none, "Unknown"),
            (Some(&a), None, trusting, &none, "Trusted"),
            (Some(&a), None, nothing, &named, "Named(\"acme\")"),
            (Some(&b), None, nothing, &named, "Unknown"),
            (Some(&a), Some(&before), nothing, &none, "Installed"),
            (Some(&a), Some(&unsigned), nothing, &none, "Unknown"),
            (None, Some(&unsigned), nothing, &none, "Unsigned"),
        ];
        for (publisher, before, told, packages, expected) in table {
            assert_eq!(outcome(publisher, before, told, packages), expected);
        }
    }

    #[test]
    fn another_publisher_than_expected_is_refused_unless_that_was_said() {
        let (a, b) = (key(b'a'), key(b'b'));
        let none = PackagesConfig::default();
        let before = installed(Some(a));
        let trusting = |key| Told { trust: Some(key), replace: false };
        let replacing = Told { trust: None, replace: true };
        for publisher in [Some(&b), None] {
            let refused = outcome(publisher, Some(&before), Told::default(), &none);
            assert!(refused.contains("--replace-publisher"), "{refused}");
        }
        let refused = outcome(Some(&b), Some(&before), trusting(&b), &none);
        assert!(refused.contains("--replace-publisher"), "{refused}");
        for publisher in [Some(&b), None] {
            let refused = outcome(publisher, None, trusting(&a), &none);
            assert!(refused.contains(&format!("not by {a}")), "{refused}");
        }
        assert_eq!(outcome(Some(&b), Some(&before), replacing, &none), "Unknown");
        assert_eq!(outcome(None, Some(&before), replacing, &none), "Unsigned");
    }

    #[test]
    fn where_signatures_are_required_only_named_publishers_count() {
        let (a, b) = (key(b'a'), key(b'b'));
        let text =
            format!("[packages]\nrequire_signed = true\npublishers = {{ acme = \"{a}\" }}\n");
        let strict = packages(&text);
        assert_eq!(outcome(Some(&a), None, Told::default(), &strict), "Named(\"acme\")");
        assert!(outcome(None, None, Told::default(), &strict).contains("is not signed"));
        let told = Told { trust: Some(&b), replace: true };
        let refused = outcome(Some(&b), Some(&installed(Some(b))), told, &strict);
        assert!(refused.contains("not among the publishers"), "{refused}");
        let lenient = packages(&text.replace("true", "false"));
        assert_eq!(outcome(None, None, Told::default(), &lenient), "Unsigned");
    }
}
