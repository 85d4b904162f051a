//! `tollgate.lock`: which connectors are installed, by digest, and what each was granted.
//!
//! A connector runs only as what was looked at when it was added: the same bytes, signed by the same
//! publisher, and no more origins than were granted then.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use serde::{Deserialize, Serialize};
use tollgate_model::{ConnectorId, Error, ErrorKind, Result, near_miss};
use tollgate_runtime::{Declared, Digest, PublicKey};

/// The version of the file's form.
const FORM: u32 = 1;

const HEADER: &str = "# Written by `tollgate add` and `tollgate remove`. It belongs under version \
                      control beside tollgate.toml.\n\n";

/// The installed connectors, by id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    connectors: Vec<Installed>,
}

/// One installed connector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installed {
    /// Its id.
    pub id: ConnectorId,
    /// Its version.
    pub version: String,
    /// The digest of its component.
    pub digest: Digest,
    /// Its signature, where it came as a package.
    pub signed: Option<Signed>,
    /// The origins that it may reach.
    pub granted_origins: BTreeSet<String>,
    /// What it asked for when it was granted.
    pub declared: Declared,
}

/// What is recorded of a connector's signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// Who signed it.
    pub publisher: PublicKey,
    /// The digest of what was signed.
    pub manifest: Digest,
}

impl Installed {
    /// Who signed it.
    pub fn publisher(&self) -> Option<&PublicKey> {
        self.signed.as_ref().map(|signed| &signed.publisher)
    }
}

impl Lock {
    /// Reads the file. One that does not exist has no connectors.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] where it cannot be read or is damaged.
    pub fn load(path: &Path) -> Result<Self> {
        let damaged = |message: String| {
            let message = format!("the lock file {} {message}", path.display());
            Error::new(ErrorKind::Config, message)
                .with_hint("restore it, or delete it and add the connectors again")
        };
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Lock::default()),
            Err(error) => return Err(damaged("cannot be read".to_owned()).with_source(error)),
        };
        Lock::parse(&text).map_err(|what| damaged(format!("is damaged: {what}")))
    }

    /// Writes the file, at once or not at all.
    ///
    /// # Errors
    /// [`ErrorKind::Destination`] where it cannot be written.
    pub fn save(&self, path: &Path) -> Result<()> {
        write_atomically(path, self.to_text().as_bytes())
    }

    /// The connectors, in the order of their ids.
    pub fn connectors(&self) -> &[Installed] {
        &self.connectors
    }

    /// The connector of this id, if it is installed.
    pub fn find(&self, id: &str) -> Option<&Installed> {
        self.connectors.iter().find(|connector| connector.id.as_str() == id)
    }

    /// The connector of this id.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] where it is not installed.
    pub fn get(&self, id: &str) -> Result<&Installed> {
        self.find(id).ok_or_else(|| {
            let known: Vec<&str> = self.connectors.iter().map(|c| c.id.as_str()).collect();
            let hint = match known.is_empty() {
                true => {
                    "no connector is installed yet: `tollgate add FILE.wasm` installs one".into()
                }
                false => near_miss::hint(id, known),
            };
            Error::new(ErrorKind::Config, format!("no connector {id:?} is installed"))
                .with_hint(hint)
        })
    }

    /// Puts a connector in, in the place of one with the same id.
    pub fn insert(&mut self, connector: Installed) {
        self.remove(&connector.id);
        self.connectors.push(connector);
        self.connectors.sort_by(|a, b| a.id.cmp(&b.id));
    }

    /// Takes a connector out; whether it was there.
    pub fn remove(&mut self, id: &ConnectorId) -> bool {
        let before = self.connectors.len();
        self.connectors.retain(|connector| connector.id != *id);
        self.connectors.len() < before
    }

    fn parse(text: &str) -> Result<Self, String> {
        let file: LockFile = toml::from_str(text).map_err(|error| error.message().to_owned())?;
        if file.form != FORM {
            return Err(format!("it has form {}, and this Tollgate knows form {FORM}", file.form));
        }
        let mut lock = Lock::default();
        for entry in file.connectors {
            lock.insert(entry.try_into().map_err(|error: Error| error.to_string())?);
        }
        Ok(lock)
    }

    fn to_text(&self) -> String {
        let connectors = self.connectors.iter().map(ConnectorEntry::from).collect();
        let text = toml::to_string_pretty(&LockFile { form: FORM, connectors })
            .expect("a struct of texts, lists and numbers is TOML");
        format!("{HEADER}{text}")
    }
}

/// Writes a file by its side and renames it, so that nobody ever sees a part of it.
///
/// # Errors
/// [`ErrorKind::Destination`] where that fails; the file is as it was.
pub fn write_atomically(path: &Path, content: &[u8]) -> Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let write = || -> io::Result<()> {
        fs::create_dir_all(folder)?;
        let mut file = temporary().tempfile_in(folder)?;
        file.write_all(content)?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        Ok(())
    };
    write().map_err(|error| {
        Error::new(ErrorKind::Destination, format!("cannot write {}", path.display()))
            .with_source(error)
    })
}

/// Temporary files are for their owner alone; what this becomes is for everybody whom the umask lets.
fn temporary() -> tempfile::Builder<'static, 'static> {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "only Unix has modes"))]
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder
}

/// The file as it is written.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct LockFile {
    form: u32,
    #[serde(default)]
    connectors: Vec<ConnectorEntry>,
}

/// A connector as it is written.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct ConnectorEntry {
    id: String,
    version: String,
    digest: String,
    granted_origins: BTreeSet<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    signed: Option<SignedEntry>,
    declared: Declared,
}

/// A signature as it is written.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct SignedEntry {
    publisher: String,
    manifest: String,
}

impl TryFrom<ConnectorEntry> for Installed {
    type Error = Error;

    fn try_from(entry: ConnectorEntry) -> Result<Self> {
        let signed = |entry: SignedEntry| -> Result<Signed> {
            let SignedEntry { publisher, manifest } = entry;
            Ok(Signed { publisher: publisher.parse()?, manifest: manifest.parse()? })
        };
        Ok(Installed {
            id: entry.id.parse()?,
            version: entry.version,
            digest: entry.digest.parse()?,
            signed: entry.signed.map(signed).transpose()?,
            granted_origins: entry.granted_origins,
            declared: entry.declared,
        })
    }
}

impl From<&Installed> for ConnectorEntry {
    fn from(connector: &Installed) -> Self {
        let signed = |signed: &Signed| SignedEntry {
            publisher: signed.publisher.to_string(),
            manifest: signed.manifest.to_string(),
        };
        ConnectorEntry {
            id: connector.id.to_string(),
            version: connector.version.clone(),
            digest: connector.digest.to_string(),
            granted_origins: connector.granted_origins.clone(),
            signed: connector.signed.as_ref().map(signed),
            declared: connector.declared.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PUBLISHER: &str = "ed25519:11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

    fn set(texts: &[&str]) -> BTreeSet<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    fn connector(id: &str) -> Installed {
        Installed {
            id: id.parse().unwrap(),
            version: "1.2.3".to_owned(),
            digest: Digest::of(id.as_bytes()),
            signed: (id == "beta").then(|| Signed {
                publisher: PUBLISHER.parse().unwrap(),
                manifest: Digest::of(b"manifest"),
            }),
            granted_origins: set(&["https://b.example.com", "https://a.example.com"]),
            declared: Declared {
                imports: set(&["wasi:http/types@0.2.2"]),
                origins: set(&["https://a.example.com", "https://b.example.com"]),
                audiences: set(&["https://a.example.com/v1"]),
            },
        }
    }

    #[test]
    fn what_is_saved_is_loaded_and_the_order_does_not_depend_on_that_of_adding() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tollgate.lock");
        let mut lock = Lock::default();
        lock.insert(connector("beta"));
        lock.insert(connector("alpha"));
        lock.save(&path).unwrap();
        let first = fs::read_to_string(&path).unwrap();
        assert_eq!(Lock::load(&path).unwrap(), lock);

        let mut other = Lock::default();
        other.insert(connector("alpha"));
        other.insert(connector("beta"));
        other.insert(connector("alpha"));
        other.save(&path).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), first);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file is left");
        insta::assert_snapshot!(first, @r#"
        # Written by `tollgate add` and `tollgate remove`. It belongs under version control beside tollgate.toml.

        form = 1

        [[connectors]]
        id = "alpha"
        version = "1.2.3"
        digest = "sha256:8ed3f6ad685b959ead7022518e1af76cd816f8e8ec7ccdda1ed4018e8f2223f8"
        granted_origins = [
            "https://a.example.com",
            "https://b.example.com",
        ]

        [connectors.declared]
        origins = [
            "https://a.example.com",
            "https://b.example.com",
        ]
        audiences = ["https://a.example.com/v1"]
        imports = ["wasi:http/types@0.2.2"]

        [[connectors]]
        id = "beta"
        version = "1.2.3"
        digest = "sha256:f44e64e75f3948e9f73f8dfa94721c4ce8cbb4f265c4790c702b2d41cfbf2753"
        granted_origins = [
            "https://a.example.com",
            "https://b.example.com",
        ]

        [connectors.signed]
        publisher = "ed25519:11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
        manifest = "sha256:05b3abf2579a5eb66403cd78be557fd860633a1fe2103c7642030defe32c657f"

        [connectors.declared]
        origins = [
            "https://a.example.com",
            "https://b.example.com",
        ]
        audiences = ["https://a.example.com/v1"]
        imports = ["wasi:http/types@0.2.2"]
        "#);
    }

    #[test]
    fn a_missing_file_has_no_connectors_and_a_damaged_one_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tollgate.lock");
        let lock = Lock::load(&path).unwrap();
        let hint = lock.get("icontact").unwrap_err();
        assert!(hint.hint().unwrap().contains("tollgate add"));
        let mut lock = Lock::default();
        lock.insert(connector("beta"));
        let signed = lock.to_text();
        for text in [
            "form = 2",
            "connectors = 3",
            "form = 1\nextra = 1",
            "form = 1\n[[connectors]]\nid = \"A\"\n",
            &signed.replace("manifest", "manifesto"),
            &signed.replace("ed25519:", "ed25519:A"),
            "\0",
        ] {
            fs::write(&path, text).unwrap();
            let error = Lock::load(&path).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Config, "{text}");
            assert!(error.message().contains("is damaged"), "{error}");
        }
    }

    #[test]
    fn unknown_ids_are_told_their_near_miss() {
        let mut lock = Lock::default();
        lock.insert(connector("icontact"));
        assert_eq!(lock.get("icontac").unwrap_err().hint(), Some("did you mean `icontact`?"));
        assert!(lock.remove(&"icontact".parse().unwrap()));
        assert!(!lock.remove(&"icontact".parse().unwrap()));
    }
}
