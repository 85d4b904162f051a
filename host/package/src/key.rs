//! The keys of publishers: Ed25519, in the forms that OpenSSL reads and writes.

use std::fmt;
use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::Path;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::rand::{SecureRandom as _, SystemRandom};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use secrecy::zeroize::Zeroizing;
use tollgate_model::{Error, ErrorKind, Result};

use crate::container::SIGNATURE_BYTES;

const PREFIX: &str = "ed25519:";
const KEY_BYTES: usize = 32;

/// What stands before the key itself in PKCS#8 (RFC 8410): version 0, Ed25519, 32 bytes.
const PKCS8: [u8; 16] = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
const PEM_BEGIN: &str = "-----BEGIN PRIVATE KEY-----";
const PEM_END: &str = "-----END PRIVATE KEY-----";
/// The most bytes of a key's file. One has 119.
const FILE_BYTES_MAX: u64 = 1_024;

/// The keys of which the eightfold is nothing, without their highest bit (D. J. Bernstein et al.,
/// "EdDSA for more curves", and as libsodium lists them): under them a signature can be made that
/// fits many texts, without a secret. No secret key has one of them.
const SMALL_ORDER: [[u8; KEY_BYTES]; 7] = [
    [0; KEY_BYTES],
    ending(1, 0, 0),
    ending(0xec, 0xff, 0x7f),
    ending(0xed, 0xff, 0x7f),
    ending(0xee, 0xff, 0x7f),
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98,
        0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53,
        0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67,
        0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac,
        0x03, 0x7a,
    ],
];

/// A key of these bytes: the first, all others, the last.
const fn ending(first: u8, others: u8, last: u8) -> [u8; KEY_BYTES] {
    let mut bytes = [others; KEY_BYTES];
    (bytes[0], bytes[KEY_BYTES - 1]) = (first, last);
    bytes
}

fn has_small_order(key: &[u8; KEY_BYTES]) -> bool {
    let mut key = *key;
    key[KEY_BYTES - 1] &= 0x7f;
    SMALL_ORDER.contains(&key)
}

/// The public key of a publisher, by which it is known: `ed25519:` and 32 bytes in base64.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PublicKey([u8; KEY_BYTES]);

impl PublicKey {
    /// Whether the holder of this key signed these bytes.
    pub(crate) fn has_signed(&self, bytes: &[u8], signature: &[u8; SIGNATURE_BYTES]) -> bool {
        UnparsedPublicKey::new(&ED25519, &self.0).verify(bytes, signature).is_ok()
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}", STANDARD.encode(self.0))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for PublicKey {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let bytes = text.strip_prefix(PREFIX).and_then(|text| STANDARD.decode(text).ok());
        let key = bytes.and_then(|bytes| bytes.try_into().ok()).filter(|key| !has_small_order(key));
        key.map(PublicKey).ok_or_else(|| {
            // Not repeated: somebody may have taken the secret key for it.
            Error::new(ErrorKind::Config, "the text is not a public key")
                .with_hint("a public key is `ed25519:` and 44 characters of base64")
        })
    }
}

/// The secret key of a publisher. It is shown by its public key alone.
pub struct SigningKey(Ed25519KeyPair);

impl SigningKey {
    /// Makes a key and writes it into a new file, which its owner alone can read.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] where there is a file of that name; it is left as it is.
    /// [`ErrorKind::Destination`] where it cannot be written.
    pub fn create(path: &Path) -> Result<Self> {
        let mut seed = Zeroizing::new([0; KEY_BYTES]);
        SystemRandom::new()
            .fill(seed.as_mut())
            .map_err(|_| Error::new(ErrorKind::Bug, "the system gives no random numbers"))?;
        write_new(path, to_pem(&seed).as_bytes()).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => {
                Error::new(ErrorKind::Config, format!("{} is there already", path.display()))
                    .with_hint("a key is never overwritten; name another file")
            }
            _ => Error::new(ErrorKind::Destination, format!("cannot write {}", path.display()))
                .with_source(error),
        })?;
        SigningKey::of_seed(&seed)
    }

    /// Reads a key from a file: PKCS#8 in PEM, as [`SigningKey::create`] and OpenSSL write it.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] where it cannot be read, others can read it too, or it holds no such
    /// key. No error has anything of the key in it.
    pub fn read(path: &Path) -> Result<Self> {
        let cannot_read = |error| {
            let text = format!("cannot read the signing key {}", path.display());
            Error::new(ErrorKind::Config, text).with_source(error)
        };
        let file = File::open(path).map_err(cannot_read)?;
        refuse_open_to_others(&file.metadata().map_err(cannot_read)?, path)?;
        // Of one size from the beginning: a buffer that grows leaves copies behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(FILE_BYTES_MAX as usize));
        file.take(FILE_BYTES_MAX).read_to_end(&mut bytes).map_err(cannot_read)?;
        let seed = of_pem(&bytes).ok_or_else(|| {
            Error::new(ErrorKind::Config, format!("{} holds no signing key", path.display()))
                .with_hint("`tollgate keys new FILE` makes one: Ed25519, PKCS#8, PEM, no password")
        })?;
        SigningKey::of_seed(&seed)
    }

    fn of_seed(seed: &[u8; KEY_BYTES]) -> Result<Self> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed);
        pair.map(SigningKey).map_err(|_| Error::new(ErrorKind::Bug, "the signing key is refused"))
    }

    /// The key by which others know this publisher.
    pub fn public(&self) -> PublicKey {
        let mut bytes = [0; KEY_BYTES];
        bytes.copy_from_slice(self.0.public_key().as_ref());
        PublicKey(bytes)
    }

    pub(crate) fn sign(&self, bytes: &[u8]) -> [u8; SIGNATURE_BYTES] {
        let mut signature = [0; SIGNATURE_BYTES];
        signature.copy_from_slice(self.0.sign(bytes).as_ref());
        signature
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey of {}", self.public())
    }
}

fn to_pem(seed: &[u8; KEY_BYTES]) -> Zeroizing<String> {
    let mut der = Zeroizing::new([0; PKCS8.len() + KEY_BYTES]);
    der[..PKCS8.len()].copy_from_slice(&PKCS8);
    der[PKCS8.len()..].copy_from_slice(seed);
    let body = Zeroizing::new(STANDARD.encode(*der));
    Zeroizing::new(format!("{PEM_BEGIN}\n{}\n{PEM_END}\n", *body))
}

fn of_pem(bytes: &[u8]) -> Option<Zeroizing<[u8; KEY_BYTES]>> {
    let text = std::str::from_utf8(bytes).ok()?.trim();
    let body = text.strip_prefix(PEM_BEGIN)?.strip_suffix(PEM_END)?.trim();
    let der = Zeroizing::new(STANDARD.decode(body).ok()?);
    Some(Zeroizing::new(der.strip_prefix(&PKCS8)?.try_into().ok()?))
}

/// Temporary files are made for their owner alone (mode 0600), and what one becomes stays so.
fn write_new(path: &Path, content: &[u8]) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut file = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    file.persist_noclobber(path).map(drop).map_err(|error| error.error)
}

#[cfg(unix)]
fn refuse_open_to_others(metadata: &std::fs::Metadata, path: &Path) -> Result<()> {
    use std::os::unix::fs::MetadataExt as _;

    if metadata.mode() & 0o077 == 0 {
        return Ok(());
    }
    let text = format!("others can read the signing key {}", path.display());
    Err(Error::new(ErrorKind::Config, text).with_hint(format!(
        "`chmod 600 {}` closes it; if somebody may have read it, make another key",
        path.display()
    )))
}

/// Elsewhere a file has the rights of its folder, which is the user's.
#[cfg(not(unix))]
fn refuse_open_to_others(_: &std::fs::Metadata, _: &Path) -> Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// The first test of RFC 8032, 7.1, its key as `openssl pkey` writes it.
    const PEM: &str = "-----BEGIN PRIVATE KEY-----\n\
        MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n\
        -----END PRIVATE KEY-----\n";
    const PUBLIC: &str = "ed25519:11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

    fn written(text: &str) -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        write_new(&path, text.as_bytes()).unwrap();
        (folder, path)
    }

    #[test]
    fn keys_and_signatures_are_those_of_the_standard() {
        let (_folder, path) = written(PEM);
        let key = SigningKey::read(&path).unwrap();
        assert_eq!(key.public().to_string(), PUBLIC);
        assert_eq!(PUBLIC.parse::<PublicKey>().unwrap(), key.public());
        let signature = key.sign(b"");
        assert_eq!(signature[..4], [0xe5, 0x56, 0x43, 0x00]);
        assert!(key.public().has_signed(b"", &signature));
        assert!(!key.public().has_signed(b"x", &signature));
        assert_eq!(format!("{key:?}"), format!("SigningKey of {PUBLIC}"));
    }

    #[test]
    fn a_key_under_which_anybody_can_sign_is_none() {
        for key in SMALL_ORDER {
            for sign in [0, 0x80] {
                let mut key = key;
                key[KEY_BYTES - 1] |= sign;
                let text = format!("{PREFIX}{}", STANDARD.encode(key));
                assert!(text.parse::<PublicKey>().is_err(), "{text}");
            }
        }
        // What it would come to: a signature without a secret, of any text.
        let mut forged = [0; SIGNATURE_BYTES];
        forged[0] = 1;
        assert!(PublicKey(SMALL_ORDER[1]).has_signed(b"any text", &forged));
    }

    #[test]
    fn a_key_is_made_once_and_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let made = SigningKey::create(&path).unwrap();
        let content = fs::read(&path).unwrap();
        let error = SigningKey::create(&path).unwrap_err();
        assert_eq!((error.kind(), fs::read(&path).unwrap()), (ErrorKind::Config, content));
        assert_eq!(SigningKey::read(&path).unwrap().public(), made.public());
        let other = SigningKey::create(&folder.path().join("other")).unwrap();
        assert_ne!(other.public(), made.public());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_key_that_others_can_read_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;

        let (_folder, path) = written(PEM);
        for mode in [0o640, 0o604, 0o622, 0o601] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let error = SigningKey::read(&path).unwrap_err();
            assert!(error.message().starts_with("others can read"), "{mode:o}: {error}");
            assert!(error.hint().unwrap().contains("chmod 600"));
        }
    }

    #[test]
    fn what_is_no_key_is_refused_and_not_repeated() {
        let body = PEM.lines().nth(1).unwrap();
        let long = "x".repeat(5_000);
        for text in [
            "",
            "canary",
            body,
            &long,
            &PEM.replace("PRIVATE", "PUBLIC"),
            &PEM.replace("MC4", "MC5"),
        ] {
            let (_folder, path) = written(text);
            let error = SigningKey::read(&path).unwrap_err();
            assert!(error.message().ends_with("holds no signing key"), "{error}");
            assert!(
                !format!("{error:?}").contains("canary") && !format!("{error:?}").contains(body)
            );
        }
        for text in
            ["", "ed25519:", &PUBLIC[8..], &PUBLIC[..51], &PUBLIC.replace("RSA", "ed25519")[1..]]
        {
            assert_eq!(text.parse::<PublicKey>().unwrap_err().kind(), ErrorKind::Config, "{text}");
        }
    }
}
