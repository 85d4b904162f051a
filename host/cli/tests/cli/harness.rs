//! A project in a folder of its own, a simulator beside it, and one redactor for all snapshots.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;
use tollgate_simulators::icontact::Builder;
use tollgate_simulators::{IContact, Simulator};

/// The password that every simulator expects. It must be found in no output.
pub const CANARY: &str = "canary-7f3d91";
/// The application id, a secret as well.
pub const CANARY_APP: &str = "canary-app-52e0";
const USERNAME: &str = "anna@example.com";

/// A project with the iContact connector and an account at a simulator.
pub struct Project {
    folder: TempDir,
    pub server: Simulator<IContact>,
    password: String,
}

/// What a command came to.
pub struct Run {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
    hidden: Vec<(String, &'static str)>,
}

impl Project {
    /// A project whose connector is installed and whose account works.
    pub fn installed() -> Self {
        Project::with(IContact::builder().contacts(120))
    }

    /// The same with another simulator.
    pub fn with(simulator: Builder) -> Self {
        let project = Project::empty(simulator);
        project.write_config("");
        let component = component();
        project.run(&["add", component.to_str().unwrap(), "--grant"]).succeeds();
        project
    }

    /// A folder with nothing in it.
    pub fn empty(simulator: Builder) -> Self {
        let credentials = tollgate_simulators::icontact::Credentials {
            username: USERNAME.to_owned(),
            password: CANARY.to_owned(),
            app_id: CANARY_APP.to_owned(),
        };
        Project {
            folder: tempfile::tempdir().unwrap(),
            server: simulator.credentials(credentials).start_blocking().unwrap(),
            password: CANARY.to_owned(),
        }
    }

    /// Has every further command sign in with this.
    pub fn set_password(&mut self, password: &str) {
        self.password = password.to_owned();
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes tollgate.toml: an account at the simulator, and what is given.
    pub fn write_config(&self, more: &str) {
        let origin = self.server.origin();
        let text = format!(
            "[accounts.acme]\nconnector = \"icontact\"\nusername = \"{USERNAME}\"\n\
             password = {{ env = \"ACME_PASSWORD\" }}\napp_id = {{ env = \"ACME_APP_ID\" }}\n\n\
             [origins]\n\"https://app.icontact.com\" = \"{origin}\"\n\n{more}"
        );
        fs::write(self.path("tollgate.toml"), text).unwrap();
    }

    /// The command, ready to be started in the project's folder.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tollgate"));
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("TOLLGATE_") {
                command.env_remove(name);
            }
        }
        command
            .args(args)
            .current_dir(self.folder.path())
            .env("TOLLGATE_CACHE_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache"))
            .env("ACME_PASSWORD", &self.password)
            .env("ACME_APP_ID", CANARY_APP)
            .env("COLUMNS", "100");
        command
    }

    /// Starts a command that goes on until it is told to end.
    pub fn start(&self, args: &[&str]) -> Running {
        let mut command = self.command(args);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        Running { child: Some(child), stderr, told: String::new() }
    }

    /// Runs a command to its end.
    pub fn run(&self, args: &[&str]) -> Run {
        self.came_to(self.command(args).output().unwrap())
    }

    /// What a command of this project came to.
    pub fn came_to(&self, output: Output) -> Run {
        let folder = self.folder.path().display().to_string();
        Run {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
            hidden: vec![
                (folder, "[PROJECT]"),
                (self.server.origin(), "[SIMULATOR]"),
                (component().display().to_string(), "[COMPONENTS]/icontact.wasm"),
            ],
        }
    }

    /// The rows of a table of a SQLite database.
    pub fn count(&self, database: &str, table: &str) -> usize {
        let connection = rusqlite::Connection::open(self.path(database)).unwrap();
        let query = format!("select count(*) from \"{table}\"");
        let count: i64 = connection.query_row(&query, [], |row| row.get(0)).unwrap();
        usize::try_from(count).unwrap()
    }
}

/// A command that is under way. It is killed where the test ends before it.
pub struct Running {
    child: Option<Child>,
    stderr: BufReader<ChildStderr>,
    /// Its standard error so far.
    pub told: String,
}

impl Running {
    /// Reads its standard error up to the next line with this text.
    #[track_caller]
    pub fn until(&mut self, text: &str) {
        let mut line = String::new();
        while !line.contains(text) {
            line.clear();
            let read = self.stderr.read_line(&mut line).unwrap();
            assert!(read > 0, "it ended by itself, without {text}:\n{}", self.told);
            self.told.push_str(&line);
        }
    }

    /// Sends it a signal, such as `-TERM`.
    pub fn signal(&self, signal: &str) {
        let id = self.child.as_ref().unwrap().id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
    }

    /// What it came to.
    pub fn ended(mut self, project: &Project) -> Run {
        self.stderr.read_to_string(&mut self.told).unwrap();
        let mut run = project.came_to(self.child.take().unwrap().wait_with_output().unwrap());
        run.stderr = std::mem::take(&mut self.told);
        run
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }
}

impl Run {
    /// Fails the test unless the command succeeded.
    #[track_caller]
    pub fn succeeds(self) -> Self {
        self.exits(0)
    }

    /// Fails the test unless the command ended with this code.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// Standard output as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", self.stdout))
    }

    /// Standard error alone.
    pub fn errors(&self) -> String {
        self.redact(&self.stderr)
    }

    /// Standard error from the first error on, without the progress before it.
    pub fn errors_alone(&self) -> String {
        let errors = self.errors();
        errors.find("error: ").map_or(String::new(), |start| errors[start..].to_owned())
    }

    fn redact(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (hidden, shown) in &self.hidden {
            text = text.replace(hidden.as_str(), shown);
        }
        text.split_inclusive('\n').map(redact_line).collect()
    }
}

/// Digests, sizes and durations.
fn redact_line(line: &str) -> String {
    if let Some((before, digest)) = line.split_once("sha256:") {
        let rest = digest.trim_start_matches(|c: char| c.is_ascii_hexdigit() || c == '…');
        return redact_line(&format!("{before}[DIGEST]{rest}"));
    }
    if line.starts_with("size ") {
        return "size       [SIZE]\n".to_owned();
    }
    line.to_owned()
}

/// The component under test.
pub fn component() -> PathBuf {
    tollgate_test_artifacts::component("icontact")
}

/// The words of a command line.
pub fn words(line: &str) -> Vec<&str> {
    line.split_whitespace().collect()
}
