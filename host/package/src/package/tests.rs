use std::collections::BTreeSet;

use super::*;
use crate::declared::Declared;

/// The smallest component there is.
const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";

fn key() -> SigningKey {
    SigningKey::create(&tempfile::tempdir().unwrap().path().join("key")).unwrap()
}

fn about() -> About {
    let set = |text: &str| BTreeSet::from([text.to_owned()]);
    About {
        id: "alpha".parse().unwrap(),
        version: "1.2.3".parse().unwrap(),
        interface_version: "0.1.0".to_owned(),
        declared: Declared {
            origins: set("https://a.example.com"),
            audiences: set("https://a.example.com/v1"),
            imports: set("wasi:http/types@0.2.2"),
        },
    }
}

fn packed(key: &SigningKey) -> Vec<u8> {
    pack(about(), COMPONENT, None, key).unwrap()
}

/// A package with any manifest, properly signed.
fn signed(manifest: &[u8], key: &SigningKey) -> Vec<u8> {
    let signature = &key.sign(manifest);
    container::write(&Parts { manifest, signature, component: COMPONENT }).unwrap()
}

/// The manifest of a package as text.
fn manifest_of(bytes: &[u8]) -> String {
    String::from_utf8(container::read(bytes, 8).unwrap().manifest.to_vec()).unwrap()
}

#[test]
fn what_is_packed_is_opened() {
    let key = key();
    let bytes = packed(&key);
    assert!(Package::begins(&bytes) && !Package::begins(COMPONENT));
    let package = Package::open(&bytes, COMPONENT.len()).unwrap();
    let manifest = package.manifest();
    assert_eq!((&manifest.about, manifest.publisher), (&about(), key.public()));
    assert_eq!((package.component(), manifest.component), (COMPONENT, Digest::of(COMPONENT)));
    assert_eq!((manifest.component_bytes, manifest.packed_at), (8, None));
    assert_eq!(*package.manifest_digest(), Digest::of(manifest_of(&bytes).as_bytes()));
    assert!(Package::open(&bytes, 7).unwrap_err().message().contains("at most 7"));
}

#[test]
fn the_same_input_makes_the_same_bytes_and_a_time_is_there_only_where_it_was_given() {
    let key = key();
    assert_eq!(packed(&key), packed(&key));
    let at = "2026-01-02T03:04:05Z".parse().unwrap();
    let dated = pack(about(), COMPONENT, Some(at), &key).unwrap();
    assert_eq!(Package::open(&dated, 8).unwrap().manifest().packed_at, Some(at));
    assert!(manifest_of(&dated).contains("\"packed_at\": \"2026-01-02T03:04:05Z\""));
    assert!(!manifest_of(&packed(&key)).contains("packed_at"));
}

#[test]
fn no_byte_can_be_changed() {
    let mut bytes = packed(&key());
    for at in 0..bytes.len() {
        for bit in [0x01, 0x20, 0x80] {
            bytes[at] ^= bit;
            assert!(Package::open(&bytes, 1_000).is_err(), "byte {at}, bit {bit:#x}");
            bytes[at] ^= bit;
        }
    }
    assert!(Package::open(&bytes, 1_000).is_ok());
}

#[test]
fn nothing_can_be_cut_off_or_appended() {
    let mut bytes = packed(&key());
    for length in 0..bytes.len() {
        assert!(Package::open(&bytes[..length], 1_000).is_err(), "{length} bytes");
    }
    for more in [1, 511, 512, 1_024] {
        bytes.extend(vec![0; more]);
        assert!(Package::open(&bytes, 1_000).is_err(), "{more} bytes more");
        bytes.truncate(bytes.len() - more);
    }
}

#[test]
fn parts_of_two_packages_do_not_fit_together() {
    let (mine, theirs) = (key(), key());
    let (first, second) = (packed(&mine), packed(&theirs));
    let other = pack(about(), b"\0asm\x0d\0\x01\0\0", None, &mine).unwrap();
    let parts = |bytes| container::read(bytes, 9).unwrap();
    for mixed in [
        Parts { signature: parts(&second).signature, ..parts(&first) },
        Parts { manifest: parts(&second).manifest, ..parts(&first) },
        Parts { component: parts(&other).component, ..parts(&first) },
        Parts { signature: parts(&other).signature, ..parts(&first) },
        Parts { signature: &[0; 64], ..parts(&first) },
    ] {
        let bytes = container::write(&mixed).unwrap();
        let error = Package::open(&bytes, 9).unwrap_err();
        assert!(error.message().starts_with("the package is damaged: the"), "{error}");
    }
}

#[test]
fn a_signed_manifest_is_believed_only_in_the_form_that_is_known() {
    let key = key();
    let good = manifest_of(&packed(&key));
    assert!(Package::open(&signed(good.as_bytes(), &key), 8).is_ok());
    let digest = Digest::of(COMPONENT).to_string();
    let table = [
        ("\"form\": 1", "\"form\": 2, \"new\": 0", "the package has form 2"),
        ("\"form\": 1", "\"form\": -1", "its manifest is none"),
        ("\"form\": 1", "\"form\": 1, \"new\": 0", "its manifest is none"),
        ("\"form\": 1", "\"form\": 1, \"form\": 1", "its manifest is none"),
        ("\"form\": 1,", "", "its manifest is none"),
        ("\"alpha\"", "\"../alpha\"", "is not a connector id"),
        ("\"1.2.3\"", "\"1.2/3\"", "is not a version"),
        ("\"size_bytes\": 8", "\"size_bytes\": 9", "is not the one that was signed"),
        ("\"size_bytes\": 8", "\"size_bytes\": 18446744073709551615", "is not the one"),
        ("\"size_bytes\": 8", "\"size_bytes\": 1e9", "its manifest is none"),
        (digest.as_str(), &Digest::of(b"x").to_string(), "is not the one that was signed"),
        ("ed25519:", "ed448:", "is not a public key"),
        ("}", "}{}", "its manifest is none"),
    ];
    for (part, other, text) in table {
        let manifest = good.replacen(part, other, 1);
        assert_ne!(manifest, good, "{part}");
        let error = Package::open(&signed(manifest.as_bytes(), &key), 8).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.message().contains(text) && error.hint().is_some(), "{part}: {error}");
    }
    let deep = "[".repeat(200_000);
    assert!(Package::open(&signed(deep.as_bytes(), &key), 8).is_err());
}

#[test]
fn only_a_trusted_publisher_is_let_through() {
    let (mine, theirs) = (key(), key());
    let bytes = packed(&mine);
    let package = Package::open(&bytes, 8).unwrap();
    assert!(package.refuse_unless_by(&[theirs.public(), mine.public()]).is_ok());
    for publishers in [&[][..], &[theirs.public()]] {
        let error = package.refuse_unless_by(publishers).unwrap_err();
        assert!(error.message().contains(&mine.public().to_string()), "{error}");
    }
}

#[test]
fn a_component_that_is_not_what_was_signed_is_told_by_the_first_difference() {
    let bytes = packed(&key());
    let package = Package::open(&bytes, 8).unwrap();
    assert!(package.refuse_unless_true(&about()).is_ok());
    let declaring = |change: fn(&mut Declared)| {
        let mut about = about();
        change(&mut about.declared);
        about
    };
    let table = [
        (
            About { id: "beta".parse().unwrap(), ..about() },
            "id `alpha` is signed, and it says `beta`",
        ),
        (About { version: "1.2.4".parse().unwrap(), ..about() }, "version `1.2.3` is signed"),
        (About { interface_version: "\u{1b}".to_owned(), ..about() }, "it says `\\u{1b}`"),
        (declaring(|d| d.origins.clear()), "`origin https://a.example.com` is signed, and not"),
        (declaring(|d| d.audiences.clear()), "`credentials to https://a.example.com/v1` is signed"),
        (declaring(|d| d.imports.extend(["x".to_owned()])), "it asks for `import x`, which is not"),
    ];
    for (about, text) in table {
        let error = package.refuse_unless_true(&about).unwrap_err();
        assert!(error.message().contains(text), "{error}");
    }
}
