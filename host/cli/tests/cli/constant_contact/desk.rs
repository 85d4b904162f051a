//! A project with the connector, an account, and the stand-in.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;
use tollgate_simulators::constant_contact::openapi::OpenApi;
use tollgate_simulators::constant_contact::{
    Builder, CANARY_ACCESS, CANARY_PASTED, CANARY_REFRESH, CANARY_SECRET,
};
use tollgate_simulators::{ConstantContact, Simulator};

use crate::harness::words;

/// Everything that is secret about an account. It must be found in no output and no file.
const CANARIES: [&str; 4] = [CANARY_SECRET, CANARY_PASTED, CANARY_ACCESS, CANARY_REFRESH];

/// An application with a secret, whose user consents.
pub const CONFIDENTIAL: &str =
    "auth = \"oauth\"\nclient_id = \"key-0001\"\nclient_secret = { env = \"ACME_SECRET\" }\n";
/// An application without a secret, whose user consents.
pub const PUBLIC: &str = "auth = \"oauth\"\nclient_id = \"key-0001\"\n";
/// A token that was pasted.
pub const PASTED: &str =
    "auth = \"oauth\"\nclient_id = \"key-0001\"\naccess_token = { env = \"ACME_TOKEN\" }\n";
/// A token of the API v2.
pub const LEGACY: &str = "auth = \"legacy\"\napi_key = { env = \"ACME_KEY\" }\naccess_token = { env = \"ACME_TOKEN\" }\n";

pub struct Desk {
    folder: TempDir,
    pub server: Simulator<ConstantContact>,
}

/// What a command came to.
pub struct Run {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Desk {
    /// A project with the connector and an account of these lines.
    pub fn new(simulator: Builder, account: &str) -> Self {
        let server = simulator.start_blocking().unwrap();
        let desk = Desk { folder: tempfile::tempdir().unwrap(), server };
        desk.configure(account, "");
        let component = tollgate_test_artifacts::component("constant-contact");
        desk.command(&["add", component.to_str().unwrap(), "--grant"]).came_to(&desk).exits(0);
        desk
    }

    /// Writes tollgate.toml: an account with these lines, and what is given.
    pub fn configure(&self, account: &str, more: &str) {
        let origin = self.server.origin();
        let origins = ["api.cc.email", "authz.constantcontact.com", "api.constantcontact.com"];
        let origins = origins.map(|host| format!("\"https://{host}\" = \"{origin}\"\n")).concat();
        let text = format!(
            "[accounts.acme]\nconnector = \"constant_contact\"\n{account}\n\
             [origins]\n{origins}\n{more}"
        );
        self.put("tollgate.toml", &text);
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
            .env("ACME_SECRET", CANARY_SECRET)
            .env("ACME_TOKEN", CANARY_PASTED)
            .env("ACME_KEY", &self.server.credentials().client_id)
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
        self.command(&words(line)).came_to(self)
    }

    /// What a command came to, with nothing secret in it or in any file.
    pub fn came_to(&self, output: Output) -> Run {
        let folder = self.folder.path().display().to_string();
        let text = |bytes| {
            let text = String::from_utf8(bytes).unwrap();
            for canary in CANARIES {
                assert!(!text.contains(canary), "{text}");
            }
            text.replace(&folder, "[PROJECT]").replace(&self.server.origin(), "[PROVIDER]")
        };
        let (stdout, stderr) = (text(output.stdout), text(output.stderr));
        assert_no_file_has_one(self.folder.path());
        Run { code: output.status.code(), stdout, stderr }
    }

    /// Connects the account as a user does whose browser goes where it is sent.
    pub fn connect(&self) -> Run {
        let mut child = self.start("account connect acme --no-browser");
        let mut lines = BufReader::new(child.stderr.take().unwrap());
        let mut url = String::new();
        while !url.starts_with("http") {
            url.clear();
            assert_ne!(lines.read_line(&mut url).unwrap(), 0, "it ended without an address");
        }
        let rest = std::thread::spawn(move || {
            let mut rest = String::new();
            lines.read_to_string(&mut rest).map(|_| rest)
        });
        let answer = get(url.trim_end());
        let location = answer.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("location").then_some(value)
        });
        let page = get(location.unwrap_or_else(|| panic!("no redirect: {answer}")));
        assert!(page.starts_with("HTTP/1.1 200 OK"), "{page}");
        let output = child.wait_with_output().unwrap();
        let stderr = rest.join().unwrap().unwrap().into_bytes();
        self.came_to(Output { stderr, ..output })
    }

    /// Nothing was sent that the provider would not take.
    pub fn offends_nobody(&self) {
        assert_eq!(self.server.violations(), Vec::<String>::new());
        let Some(rules) = OpenApi::load() else {
            println!("SKIPPED: the vendor's description is not here, no request was held to it");
            return;
        };
        for request in self.server.requests().iter().filter(|it| it.path.starts_with("/v3/")) {
            let wrong = rules.check_request(request);
            assert!(wrong.is_empty(), "{} {}: {wrong:?}", request.method, request.path);
        }
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

trait CameTo {
    fn came_to(&mut self, desk: &Desk) -> Run;
}

impl CameTo for Command {
    fn came_to(&mut self, desk: &Desk) -> Run {
        desk.came_to(self.output().unwrap())
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

/// The whole answer to a GET on this machine.
fn get(url: &str) -> String {
    let (authority, path) = url["http://".len()..].split_once('/').unwrap();
    let mut stream = TcpStream::connect(authority).unwrap();
    let head = format!("GET /{path} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn assert_no_file_has_one(folder: &Path) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            assert_no_file_has_one(&path);
            continue;
        }
        // One that is gone by now was a temporary one.
        let content = fs::read(&path).unwrap_or_default();
        for canary in CANARIES {
            let found = content.windows(canary.len()).any(|window| window == canary.as_bytes());
            assert!(!found, "{} has {canary}", path.display());
        }
    }
}
