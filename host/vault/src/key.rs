//! The key of a vault, and where it comes from.

use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::Generate;
use secrecy::ExposeSecret;
use secrecy::zeroize::Zeroizing;
use sha2::{Digest, Sha256};
use tollgate_model::{Error, ErrorKind, Result};

use crate::reference::SecretRef;
use crate::secret::Secret;

/// Bytes of a key.
const KEY_BYTES: usize = 32;
/// Bytes by which a vault remembers which key it was sealed with.
pub(crate) const KEY_ID_BYTES: usize = 8;

/// Where the key of a vault comes from. As text, a key is 32 bytes in base64.
#[derive(Clone, Debug)]
pub enum KeySource {
    /// It lies there.
    Reference(SecretRef),
    /// It lies in this file, which is made when the vault is first written to, readable by its
    /// owner alone.
    OwnFile(PathBuf),
    /// It is this one.
    Given(Secret),
}

/// 32 random bytes.
#[derive(Clone)]
pub(crate) struct Key(Zeroizing<[u8; KEY_BYTES]>);

impl Key {
    fn generate() -> Self {
        Key(Zeroizing::new(<[u8; KEY_BYTES]>::generate()))
    }

    fn parse(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(STANDARD.decode(text.trim()).ok()?);
        Some(Key(Zeroizing::new(bytes.as_slice().try_into().ok()?)))
    }

    fn to_text(&self) -> Zeroizing<String> {
        Zeroizing::new(STANDARD.encode(*self.0))
    }

    pub(crate) fn bytes(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }

    /// Tells keys apart without telling anything of them: a key is as random as its hash.
    pub(crate) fn id(&self) -> [u8; KEY_ID_BYTES] {
        let hash =
            Sha256::new().chain_update(b"tollgate vault key").chain_update(*self.0).finalize();
        let mut id = [0; KEY_ID_BYTES];
        id.copy_from_slice(&hash[..KEY_ID_BYTES]);
        id
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[key]")
    }
}

impl KeySource {
    /// Reads the key. What the user should know is told.
    pub(crate) fn read(&self, env: fn(&str) -> Option<String>, tell: &dyn Fn(&str)) -> Result<Key> {
        let reference = match self {
            KeySource::Given(secret) => return parse(secret, self),
            KeySource::Reference(reference) => reference.clone(),
            KeySource::OwnFile(path) => SecretRef::File(path.clone()),
        };
        let read = reference.read(&env).map_err(|error| error.context("the key of the vault"))?;
        read.notes.iter().for_each(|note| tell(note));
        parse(&read.secret, self)
    }

    /// The key for a vault that does not exist yet: an own file is made where there is none.
    pub(crate) fn read_or_make(
        &self,
        env: fn(&str) -> Option<String>,
        tell: &dyn Fn(&str),
    ) -> Result<Key> {
        if let KeySource::OwnFile(path) = self {
            let made = make(path).map_err(|error| {
                let text = format!("the key of the vault cannot be written to {}", path.display());
                Error::new(ErrorKind::Config, text)
                    .with_hint("`[vault]` in tollgate.toml can name another place for it")
                    .with_source(error)
            })?;
            if made {
                tell(&format!(
                    "made the key {}; without it the vault cannot be opened, so keep a copy",
                    path.display()
                ));
            }
        }
        self.read(env, tell)
    }
}

impl fmt::Display for KeySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            KeySource::Reference(reference) => reference.fmt(f),
            KeySource::OwnFile(path) => write!(f, "file {path:?}"),
            KeySource::Given(_) => f.write_str("key that was given"),
        }
    }
}

fn parse(secret: &Secret, source: &KeySource) -> Result<Key> {
    Key::parse(secret.expose_secret()).ok_or_else(|| {
        let text = format!("the {source} holds no key of a vault");
        Error::new(ErrorKind::Config, text)
            .with_hint("a key is 32 random bytes in base64; `openssl rand -base64 32` makes one")
    })
}

/// Makes a key file, unless there is one; two processes that begin together end with one key.
fn make(path: &Path) -> io::Result<bool> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    make_folder(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(Key::generate().to_text().as_bytes())?;
    file.write_all(b"\n")?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Ok(_) => sync_folder(folder).map(|()| true),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error.error),
    }
}

/// Makes a folder that is its owner's alone, and those above it, where they are missing.
pub(crate) fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Makes a rename in a folder last.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { OpenOptions::new().read(true).open(folder)?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn key() -> Key {
        Key(Zeroizing::new([1; KEY_BYTES]))
    }

    pub(crate) fn other_key() -> Key {
        Key(Zeroizing::new([2; KEY_BYTES]))
    }

    fn no_env(_: &str) -> Option<String> {
        None
    }

    #[test]
    fn a_key_reads_back_and_shows_nothing() {
        let (key, other) = (Key::generate(), Key::generate());
        let again = Key::parse(&key.to_text()).unwrap();
        assert_eq!((again.bytes(), again.id()), (key.bytes(), key.id()));
        assert_ne!(key.id(), other.id());
        assert_eq!(format!("{key:?}"), "[key]");
        for text in ["", "canary", "AAAA", &STANDARD.encode([0; 33])] {
            assert!(Key::parse(text).is_none(), "{text}");
            let source = KeySource::Given(Secret::new(text.to_owned()));
            let error = source.read(no_env, &|_| ()).unwrap_err();
            assert!(error.hint().unwrap().contains("openssl rand -base64 32"));
            assert!(!format!("{error:?}").contains("canary"));
        }
    }

    #[test]
    fn an_own_file_is_made_once_told_and_closed_to_others() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/key");
        let source = KeySource::OwnFile(path.clone());
        assert!(source.read(no_env, &|_| ()).is_err(), "reading makes none");
        let told = std::cell::RefCell::new(Vec::new());
        let tell = |text: &str| told.borrow_mut().push(text.to_owned());
        let key = source.read_or_make(no_env, &tell).unwrap();
        assert_eq!(source.read_or_make(no_env, &tell).unwrap().bytes(), key.bytes());
        assert_eq!(told.borrow().len(), 1, "{told:?}");
        #[cfg(unix)]
        for (path, mode) in [(path.as_path(), 0o600), (path.parent().unwrap(), 0o700)] {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, mode);
        }
    }
}
