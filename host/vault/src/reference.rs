//! Where secrets lie, and how they are read.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::zeroize::Zeroizing;
use tollgate_model::text::quote;
use tollgate_model::{Error, ErrorKind, Result};

use crate::command;
use crate::secret::Secret;

/// The most bytes of a secret. Keys and certificates have a few thousand; a larger file is most
/// likely the wrong one.
pub const SECRET_BYTES_MAX: usize = 64 * 1_024;

/// How long a command that prints a secret may take: long enough to unlock a keyring by hand.
const COMMAND_PATIENCE: Duration = Duration::from_secs(60);

/// Where a secret lies. That is no secret itself, so it may be shown and stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretRef {
    /// The environment variable of this name.
    Env(String),
    /// This file; a line break at its end does not belong to the secret.
    File(PathBuf),
    /// What this program prints with these arguments, for example the command line of a keyring or
    /// of a password manager. A line break at its end does not belong to the secret.
    Command(Vec<String>),
}

/// What reading a secret gave.
#[derive(Clone, Debug)]
pub struct ReadSecret {
    /// The secret, never empty.
    pub secret: Secret,
    /// What the user should know, for example that others can read the file. Without any secret.
    pub notes: Vec<String>,
}

impl SecretRef {
    /// Reads the secret. `env` gives the value of an environment variable, if it is set.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] where the variable or file is missing, where the command fails or
    /// takes longer than a minute, and for what is empty, larger than [`SECRET_BYTES_MAX`] or not
    /// UTF-8. The error says where it looked and never what it found.
    pub fn read(&self, env: &dyn Fn(&str) -> Option<String>) -> Result<ReadSecret> {
        match self {
            SecretRef::Env(name) => self.read_variable(name, env),
            SecretRef::File(path) => self.read_file(path),
            SecretRef::Command(words) => self.read_command(words),
        }
    }

    fn read_variable(
        &self,
        name: &str,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Result<ReadSecret> {
        let Some(text) = env(name).map(Zeroizing::new) else {
            return Err(self.refuse("is not set").with_hint(format!(
                "set {} where this command runs, or refer to a file instead",
                quote(name)
            )));
        };
        Ok(ReadSecret { secret: self.admit(&text)?, notes: Vec::new() })
    }

    fn read_file(&self, path: &Path) -> Result<ReadSecret> {
        let cannot_read = |error: io::Error| {
            let hint = match error.kind() {
                io::ErrorKind::NotFound => "put the secret into that file, or correct the path",
                io::ErrorKind::PermissionDenied => "allow the user who runs this to read the file",
                _ => "the path has to lead to a file with the secret in it",
            };
            self.refuse("cannot be read").with_hint(hint).with_source(error)
        };
        let file = File::open(path).map_err(cannot_read)?;
        let notes = self.notes(&file).map_err(cannot_read)?;
        // As large as it may become from the start: growing would leave copies behind unwiped.
        let mut bytes = Zeroizing::new(Vec::with_capacity(SECRET_BYTES_MAX + 2));
        let most = SECRET_BYTES_MAX as u64 + 1;
        file.take(most).read_to_end(&mut bytes).map_err(cannot_read)?;
        Ok(ReadSecret { secret: self.admit_bytes(&bytes)?, notes })
    }

    fn read_command(&self, words: &[String]) -> Result<ReadSecret> {
        let bytes =
            command::output(words, SECRET_BYTES_MAX + 2, COMMAND_PATIENCE).map_err(|error| {
                self.refuse("gave no secret")
                    .with_hint("run it by hand: it has to print the secret and nothing else")
                    .with_source(error)
            })?;
        Ok(ReadSecret { secret: self.admit_bytes(&bytes)?, notes: Vec::new() })
    }

    fn admit_bytes(&self, bytes: &[u8]) -> Result<Secret> {
        // The error of the conversion is left out: it may tell about the content.
        let text = std::str::from_utf8(bytes).map_err(|_| self.refuse("is not UTF-8"))?;
        let text = text.strip_suffix('\n').unwrap_or(text);
        self.admit(text.strip_suffix('\r').unwrap_or(text))
    }

    fn admit(&self, text: &str) -> Result<Secret> {
        if text.is_empty() {
            return Err(self.refuse("is empty"));
        }
        if text.len() > SECRET_BYTES_MAX {
            let what = format!("has more than {SECRET_BYTES_MAX} bytes");
            return Err(self.refuse(&what).with_hint("that is too much for a secret"));
        }
        Ok(Secret::new(text.to_owned()))
    }

    fn refuse(&self, what: &str) -> Error {
        Error::new(ErrorKind::Config, format!("the {self} {what}"))
    }

    #[cfg(unix)]
    fn notes(&self, file: &File) -> io::Result<Vec<String>> {
        use std::os::unix::fs::PermissionsExt;

        let metadata = file.metadata()?;
        let mode = metadata.permissions().mode() & 0o777;
        if !metadata.is_file() || mode & 0o077 == 0 {
            return Ok(Vec::new());
        }
        let note =
            format!("the {self} is open to other users (mode {mode:03o}); chmod 600 closes it");
        Ok(vec![note])
    }

    #[cfg(not(unix))]
    fn notes(&self, _file: &File) -> io::Result<Vec<String>> {
        Ok(Vec::new())
    }
}

impl fmt::Display for SecretRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SecretRef::Env(name) => write!(f, "environment variable {}", quote(name)),
            // Not shortened: the end of a path tells more than its beginning.
            SecretRef::File(path) => write!(f, "file {path:?}"),
            // The first word is enough to tell which one; arguments may be anything.
            SecretRef::Command(words) => {
                write!(f, "command {}", quote(words.first().map_or("", String::as_str)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use secrecy::ExposeSecret;

    use super::*;

    fn no_env(_: &str) -> Option<String> {
        None
    }

    #[cfg(unix)]
    #[test]
    fn a_command_is_asked_and_its_name_is_all_that_is_told() {
        let command =
            |script: &str| SecretRef::Command(["sh", "-c", script].map(str::to_owned).into());
        let read = command("echo canary").read(&no_env).unwrap();
        assert_eq!(read.secret.expose_secret(), "canary");
        for (script, expected) in [
            ("echo canary; exit 1", "the command `sh` gave no secret"),
            (": canary", "the command `sh` is empty"),
            ("printf 'canary\\377'", "the command `sh` is not UTF-8"),
        ] {
            let error = command(script).read(&no_env).unwrap_err();
            assert_eq!(error.message(), expected);
            assert!(!format!("{error:?}").contains("canary"), "{error:?}");
        }
    }

    fn file_with(content: &[u8]) -> (tempfile::TempDir, SecretRef) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key");
        fs::write(&path, content).unwrap();
        (directory, SecretRef::File(path))
    }

    #[test]
    fn a_variable_is_read_as_it_is() {
        let env = |name: &str| (name == "KEY").then(|| " canary ".to_owned());
        let read = SecretRef::Env("KEY".to_owned()).read(&env).unwrap();
        assert_eq!(read.secret.expose_secret(), " canary ");
        assert!(read.notes.is_empty());

        let error = SecretRef::Env("OTHER".to_owned()).read(&env).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert_eq!(error.message(), "the environment variable `OTHER` is not set");
        assert!(error.hint().unwrap().contains("set `OTHER`"));

        let error = SecretRef::Env("KEY".to_owned()).read(&|_| Some(String::new())).unwrap_err();
        assert_eq!(error.message(), "the environment variable `KEY` is empty");
    }

    #[test]
    fn one_line_break_at_the_end_of_a_file_is_not_part_of_the_secret() {
        let most = "k".repeat(SECRET_BYTES_MAX);
        for (content, expected) in [
            ("canary", "canary"),
            ("canary\n", "canary"),
            ("canary\r\n", "canary"),
            (" canary\n\n", " canary\n"),
            (most.as_str(), most.as_str()),
        ] {
            let (_directory, reference) = file_with(content.as_bytes());
            assert_eq!(reference.read(&no_env).unwrap().secret.expose_secret(), expected);
        }
    }

    #[test]
    fn unusable_files_are_refused_without_a_word_of_their_content() {
        let large = "canary".repeat(SECRET_BYTES_MAX);
        for (content, expected) in [
            (&b""[..], "is empty"),
            (b"\n", "is empty"),
            (b"canary\xff", "is not UTF-8"),
            (large.as_bytes(), "has more than 65536 bytes"),
        ] {
            let (_directory, reference) = file_with(content);
            let error = reference.read(&no_env).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Config);
            assert!(error.message().ends_with(expected), "{error}");
            assert!(!format!("{error:?}").contains("canary"), "{error:?}");
        }
    }

    #[test]
    fn a_missing_file_is_an_error_with_a_hint() {
        let directory = tempfile::tempdir().unwrap();
        let missing = SecretRef::File(directory.path().join("none"));
        let error = missing.read(&no_env).unwrap_err();
        assert!(error.message().ends_with("none\" cannot be read"), "{error}");
        assert_eq!(error.hint(), Some("put the secret into that file, or correct the path"));
        let folder = SecretRef::File(directory.path().to_owned());
        assert_eq!(folder.read(&no_env).unwrap_err().kind(), ErrorKind::Config);
    }

    #[cfg(unix)]
    #[test]
    fn a_file_open_to_others_is_noted() {
        use std::os::unix::fs::PermissionsExt;

        let (_directory, reference) = file_with(b"canary\n");
        let SecretRef::File(path) = &reference else { unreachable!() };
        for (mode, noted) in [(0o600, false), (0o400, false), (0o640, true), (0o604, true)] {
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
            let notes = reference.read(&no_env).unwrap().notes;
            assert_eq!(notes.len(), usize::from(noted), "{mode:o}: {notes:?}");
            assert!(!format!("{notes:?}").contains("canary"));
        }
    }
}
