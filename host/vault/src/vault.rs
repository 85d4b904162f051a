//! The vault: one file, sealed as a whole, with the tokens of all accounts of a project.
//!
//! Readers need no lock: a writer puts a whole new file in the place of the old one. Writers hold a
//! lock beside the file from reading to writing, and as long as whoever renews a token needs it, so
//! that one token is never renewed twice.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::NamedTempFile;
use tollgate_model::{AccountName, Error, ErrorKind, Result};

use crate::key::{Key, KeySource, make_folder, sync_folder};
use crate::sealed::{self, Unopened};
use crate::tokens::{self, AllTokens, Tokens};

/// Bytes of a vault file. 16 MiB: thousands of accounts; a larger file is not one of ours.
const FILE_BYTES_MAX: u64 = 16 << 20;
/// Bytes by which one writing may make the file grow: the room that is tried out beforehand.
const GROWTH_BYTES_MAX: usize = 64 << 10;
/// How often a lock that somebody else holds is tried again.
const LOCK_PAUSE: Duration = Duration::from_millis(20);

/// Where tokens are kept: a file that is encrypted as a whole. Cheap to make; nothing is read
/// before it is needed, and a file that does not exist holds no tokens.
pub struct Vault {
    path: PathBuf,
    source: KeySource,
    env: fn(&str) -> Option<String>,
    tell: Arc<dyn Fn(&str) + Send + Sync>,
    key: OnceLock<Key>,
}

/// A vault that nobody else writes to as long as this lives, in this process or another.
#[derive(Debug)]
pub struct LockedVault {
    vault: Arc<Vault>,
    _lock: File,
}

impl Vault {
    /// The vault in this file. `env` gives the value of an environment variable, `tell` is told
    /// what the user should know, such as that a key was made.
    pub fn new(
        path: impl Into<PathBuf>,
        key: KeySource,
        env: fn(&str) -> Option<String>,
        tell: Arc<dyn Fn(&str) + Send + Sync>,
    ) -> Self {
        Vault { path: path.into(), source: key, env, tell, key: OnceLock::new() }
    }

    /// Its file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The tokens of an account. Blocks while it reads the file.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] where the file or its key cannot be read, where they do not belong
    /// together, and where the file is damaged or of another version.
    pub fn tokens(&self, account: &AccountName) -> Result<Option<Tokens>> {
        Ok(self.read()?.remove(account.as_str()))
    }

    /// The tokens of all accounts, by name. Blocks while it reads the file.
    ///
    /// # Errors
    /// As [`Vault::tokens`].
    pub fn all(&self) -> Result<BTreeMap<String, Tokens>> {
        self.read()
    }

    /// Locks the vault for writing. Blocks until nobody else has it locked, at most for `patience`.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] where its folder cannot be written to, [`ErrorKind::Unavailable`]
    /// where somebody else has it locked for longer.
    pub fn lock(self: &Arc<Self>, patience: Duration) -> Result<LockedVault> {
        let begun = Instant::now();
        make_folder(self.folder()).map_err(|error| self.cannot("write", error))?;
        let path = self.beside(".lock");
        let file = open_lock(&path).map_err(|error| self.cannot("lock", error))?;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(LockedVault { vault: Arc::clone(self), _lock: file }),
                Err(TryLockError::Error(error)) => return Err(self.cannot("lock", error)),
                Err(TryLockError::WouldBlock) if begun.elapsed() >= patience => {
                    let text = format!(
                        "another process has the vault {} locked for more than {patience:?}",
                        self.path.display()
                    );
                    return Err(Error::new(ErrorKind::Unavailable, text));
                }
                Err(TryLockError::WouldBlock) => thread::sleep(LOCK_PAUSE),
            }
        }
    }

    fn read(&self) -> Result<AllTokens> {
        let Some(file) = self.read_file().map_err(|error| self.cannot("read", error))? else {
            return Ok(AllTokens::new());
        };
        let key = self.key(|source| source.read(self.env, &*self.tell))?;
        let message = sealed::open(key, &file).map_err(|why| self.unopened(why))?;
        tokens::from_message(&message).ok_or_else(|| self.unopened(Unopened::Damaged))
    }

    fn read_file(&self) -> io::Result<Option<Vec<u8>>> {
        let file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut bytes = Vec::new();
        file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > FILE_BYTES_MAX {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is too large for a vault"));
        }
        Ok(Some(bytes))
    }

    fn key(&self, read: impl FnOnce(&KeySource) -> Result<Key>) -> Result<&Key> {
        match self.key.get() {
            Some(key) => Ok(key),
            None => {
                let key = read(&self.source)?;
                Ok(self.key.get_or_init(|| key))
            }
        }
    }

    fn write(&self, all: &AllTokens) -> Result<()> {
        let key = self.writing_key()?;
        let sealed = tokens::to_message(all).ok().and_then(|message| sealed::seal(key, &message));
        let sealed =
            sealed.ok_or_else(|| self.cannot("write", io::ErrorKind::FileTooLarge.into()))?;
        self.replace(&sealed).map_err(|error| self.cannot("write", error))
    }

    /// A key is made only for a vault that does not exist: another key cannot open one that does.
    fn writing_key(&self) -> Result<&Key> {
        let exists = self.path.exists();
        self.key(|source| match exists {
            true => source.read(self.env, &*self.tell),
            false => source.read_or_make(self.env, &*self.tell),
        })
    }

    /// Whoever reads finds the old file or the new one, also after a power cut.
    fn replace(&self, content: &[u8]) -> io::Result<()> {
        self.stage(content)?.persist(&self.path)?;
        sync_folder(self.folder())
    }

    fn stage(&self, content: &[u8]) -> io::Result<NamedTempFile> {
        let mut file = NamedTempFile::new_in(self.folder())?;
        file.write_all(content)?;
        file.as_file().sync_all()?;
        Ok(file)
    }

    fn folder(&self) -> &Path {
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        folder.unwrap_or(Path::new("."))
    }

    fn beside(&self, ending: &str) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(ending);
        name.into()
    }

    fn cannot(&self, what: &str, error: io::Error) -> Error {
        let text = format!("cannot {what} the vault {}", self.path.display());
        Error::new(ErrorKind::Config, text).with_source(error)
    }

    fn unopened(&self, why: Unopened) -> Error {
        let path = self.path.display();
        let again = "`tollgate account connect` fills a new one after this file is moved away";
        let (text, hint) = match why {
            Unopened::Foreign => (format!("{path} is no vault"), again.to_owned()),
            Unopened::Version(version) => (
                format!("the vault {path} has the form {version}, which this version cannot read"),
                "use the version of Tollgate that wrote it, or a newer one".to_owned(),
            ),
            Unopened::OtherKey => (
                format!("the vault {path} was sealed with another key than the {}", self.source),
                format!("give it the key it was sealed with; {again}"),
            ),
            Unopened::Damaged => (format!("the vault {path} is damaged"), again.to_owned()),
        };
        Error::new(ErrorKind::Config, text).with_hint(hint)
    }
}

impl LockedVault {
    /// The tokens of an account as they are now.
    ///
    /// # Errors
    /// As [`Vault::tokens`].
    pub fn tokens(&self, account: &AccountName) -> Result<Option<Tokens>> {
        self.vault.tokens(account)
    }

    /// Shows that tokens could be kept: what is there can be read, the key is at hand, and a file
    /// of the size that may be needed can be written and synced where the vault is.
    ///
    /// # Errors
    /// As [`Vault::tokens`], and [`ErrorKind::Config`] where writing fails.
    pub fn prove_writable(&self) -> Result<()> {
        let vault = &*self.vault;
        vault.read()?;
        vault.writing_key()?;
        let proof = || -> io::Result<()> {
            let size = match fs::metadata(&vault.path) {
                Ok(metadata) if metadata.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
                Ok(metadata) => usize::try_from(metadata.len()).unwrap_or(usize::MAX),
                Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
                Err(error) => return Err(error),
            };
            vault.stage(&vec![0; size.saturating_add(GROWTH_BYTES_MAX)]).map(drop)
        };
        proof().map_err(|error| vault.cannot("write", error))
    }

    /// Keeps the tokens of an account in the place of those it had. They last when this returns.
    ///
    /// # Errors
    /// As [`Vault::tokens`], and [`ErrorKind::Config`] where writing fails; the vault is then as it
    /// was.
    pub fn put(&self, account: &AccountName, tokens: Tokens) -> Result<()> {
        let mut all = self.vault.read()?;
        all.insert(account.as_str().to_owned(), tokens);
        self.vault.write(&all)
    }

    /// Removes the tokens of an account; gives whether it had any.
    ///
    /// # Errors
    /// As [`LockedVault::put`].
    pub fn remove(&self, account: &AccountName) -> Result<bool> {
        let mut all = self.vault.read()?;
        match all.remove(account.as_str()) {
            None => Ok(false),
            Some(_) => self.vault.write(&all).map(|()| true),
        }
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault").field("path", &self.path).field("key", &self.source).finish()
    }
}

fn open_lock(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests;
