//! The folder of a project at a stand-in: commands are run in it, and nothing that is secret may come
//! out of them or stay in it.

use std::fs;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::harness::words;

pub struct Place {
    folder: TempDir,
    /// Where the provider is.
    origin: String,
    /// What must be found in no output and no file.
    secrets: Vec<&'static str>,
    /// What the environment has.
    variables: Vec<(&'static str, String)>,
}

/// A place, and the stand-in beside it.
pub struct Desk<S> {
    pub place: Place,
    pub server: S,
}

impl<S> Deref for Desk<S> {
    type Target = Place;

    fn deref(&self) -> &Place {
        &self.place
    }
}

/// What a command came to.
pub struct Run {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Place {
    /// An empty folder.
    pub fn new(
        origin: String,
        secrets: &[&'static str],
        variables: Vec<(&'static str, String)>,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Place { folder, origin, secrets: secrets.to_vec(), variables }
    }

    /// Adds a connector with all that it asks for.
    pub fn install(&self, connector: &str) {
        let component = tollgate_test_artifacts::component(connector);
        let add = self.command(&["add", component.to_str().unwrap(), "--grant"]).output();
        self.came_to(add.unwrap()).exits(0);
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn put(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    /// The command, ready to be started in the project's folder.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tollgate"));
        command
            .args(args)
            .current_dir(self.folder.path())
            .env_remove("TOLLGATE_CONFIG")
            .env("TOLLGATE_CACHE_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache"))
            .env("XDG_CONFIG_HOME", self.folder.path().join("home"))
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .env("COLUMNS", "100")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Starts a command.
    pub fn start(&self, line: &str) -> Child {
        self.command(&words(line)).spawn().unwrap()
    }

    /// Runs a command to its end.
    pub fn run(&self, line: &str) -> Run {
        self.came_to(self.command(&words(line)).output().unwrap())
    }

    /// What a command came to, with nothing secret in it or in any file.
    pub fn came_to(&self, output: Output) -> Run {
        let folder = self.folder.path().display().to_string();
        let text = |bytes| {
            let text = String::from_utf8(bytes).unwrap();
            for secret in &self.secrets {
                assert!(!text.contains(secret), "{text}");
            }
            text.replace(&folder, "[PROJECT]").replace(&self.origin, "[PROVIDER]")
        };
        let (stdout, stderr) = (text(output.stdout), text(output.stderr));
        assert_no_file_has(self.folder.path(), &self.secrets);
        Run { code: output.status.code(), stdout, stderr }
    }

    /// A database of the project.
    pub fn database(&self, name: &str) -> rusqlite::Connection {
        rusqlite::Connection::open(self.path(name)).unwrap()
    }

    /// The values of a column, ascending.
    pub fn texts(&self, database: &str, table: &str, column: &str) -> Vec<String> {
        let query = format!("SELECT \"{column}\" FROM \"{table}\" ORDER BY 1");
        let database = self.database(database);
        let mut query = database.prepare(&query).unwrap();
        let rows = query.query_map([], |row| row.get(0)).unwrap();
        rows.collect::<rusqlite::Result<_>>().unwrap()
    }
}

impl Run {
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", self.stdout))
    }
}

fn assert_no_file_has(folder: &Path, secrets: &[&str]) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            assert_no_file_has(&path, secrets);
            continue;
        }
        // One that is gone by now was a temporary one.
        let content = fs::read(&path).unwrap_or_default();
        for secret in secrets {
            let found = content.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "{} has {secret}", path.display());
        }
    }
}
