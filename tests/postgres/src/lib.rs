//! A Postgres server for tests and benchmarks: the one that `TOLLGATE_TEST_POSTGRES` names, else one
//! of their own, which ends with them.
//!
//! Only tests and benches may depend on this crate.

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

/// The superuser of a server of our own, and the password.
const USER: &str = "tollgate";
const PASSWORD: &str = "correct horse";
/// `nobody`, who exists everywhere: the server refuses to run as root.
const UNPRIVILEGED: u32 = 65_534;
/// Another program may take the port before the server does.
const ATTEMPTS: usize = 5;

/// A server.
pub struct TestServer {
    /// Its URL, with the database and without a password.
    pub url: String,
    /// The password of its user.
    pub password: Option<String>,
    _own: Option<Own>,
}

/// A process of our own, and its folder.
struct Own {
    process: Child,
    _folder: TempDir,
}

/// How a server is set up.
#[derive(Default)]
pub struct Setup<'a> {
    /// A certificate chain and its key, in PEM form.
    pub tls: Option<(&'a str, &'a str)>,
    /// Whether nobody else uses it, so that it can be harmed.
    pub is_own: bool,
}

impl TestServer {
    /// The server to test against; `None`, and a word about it, where there is none.
    ///
    /// # Panics
    /// If there are the server's programs, but none comes up.
    pub fn start(setup: &Setup<'_>) -> Option<Self> {
        if setup.tls.is_none()
            && !setup.is_own
            && let Ok(url) = std::env::var("TOLLGATE_TEST_POSTGRES")
        {
            return Some(TestServer::of_url(&url));
        }
        let Some(programs) = programs() else {
            eprintln!(
                "SKIPPED: Postgres is not installed (initdb was not found); TOLLGATE_TEST_POSTGRES \
                 may name a server for the tests that need none of their own"
            );
            return None;
        };
        let folder = tempfile::tempdir().expect("there is room for a folder");
        let data = folder.path().join("data");
        init(&programs, folder.path(), &data, setup);
        for _ in 0..ATTEMPTS {
            let port = free_port();
            if let Some(process) = run(&programs, &data, port, setup) {
                let url = format!("postgres://{USER}@127.0.0.1:{port}/postgres");
                let own = Own { process, _folder: folder };
                let password = Some(PASSWORD.to_owned());
                return Some(TestServer { url, password, _own: Some(own) });
            }
        }
        panic!("no Postgres server came up in {ATTEMPTS} attempts");
    }

    /// A password may stand in the variable's URL, for it is nobody's but the test's.
    fn of_url(url: &str) -> Self {
        let (scheme, rest) = url.split_once("://").expect("a URL has a scheme");
        let (user, rest) = rest.split_once('@').expect("the URL names a user");
        let (user, password) = match user.split_once(':') {
            Some((user, password)) => (user, Some(password.to_owned())),
            None => (user, None),
        };
        TestServer { url: format!("{scheme}://{user}@{rest}"), password, _own: None }
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        // The server takes SIGQUIT for an immediate shutdown: it ends its children too, and what it
        // leaves behind goes with the folder.
        let id = self.process.id().to_string();
        let ended = Command::new("kill").args(["-QUIT", &id]).status();
        drop(ended);
        drop(self.process.wait());
    }
}

/// The folder with the server's programs.
fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let installed = ["/usr/lib/postgresql", "/usr/pgsql", "/opt/homebrew/opt", "/usr/local/opt"];
    let versions = installed.iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten();
    let mut versions: Vec<PathBuf> =
        versions.filter_map(|entry| Some(entry.ok()?.path().join("bin"))).collect();
    versions.sort_unstable();
    let has_both =
        |folder: &PathBuf| ["initdb", "postgres"].iter().all(|name| folder.join(name).is_file());
    std::env::split_paths(&path).chain(versions.into_iter().rev()).find(has_both)
}

/// A command that runs as somebody whom the server accepts, and that ends with this thread.
fn command(program: &Path, folder: &Path) -> Command {
    let is_root = fs::metadata(folder).is_ok_and(|owner| owner.uid() == UNPRIVILEGED);
    let mut command = Command::new("setpriv");
    if is_root {
        let id = UNPRIVILEGED.to_string();
        command.args([OsStr::new("--clear-groups"), "--reuid".as_ref(), id.as_ref()]);
        command.args([OsStr::new("--regid"), id.as_ref()]);
    }
    command.args(["--pdeathsig", "QUIT"]).arg(program).current_dir(folder).stdin(Stdio::null());
    command
}

fn init(programs: &Path, folder: &Path, data: &Path, setup: &Setup<'_>) {
    let password = folder.join("password");
    fs::write(&password, PASSWORD).expect("there is room for a file");
    let mut files = vec![folder.to_owned(), password.clone()];
    if let Some((chain, key)) = setup.tls {
        for (name, text) in [("server.crt", chain), ("server.key", key)] {
            let path = folder.join(name);
            fs::write(&path, text).expect("there is room for a file");
            let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
            fs::set_permissions(&path, mode).expect("a file of ours can be closed");
            files.push(path);
        }
    }
    if fs::metadata(folder).is_ok_and(|owner| owner.uid() == 0) {
        for file in files {
            chown(file, Some(UNPRIVILEGED), Some(UNPRIVILEGED)).expect("root may give files away");
        }
    }
    // What SCRAM costs an unoptimised client many times over is paid where it is tested, beside TLS.
    let auth = if setup.tls.is_some() { "scram-sha-256" } else { "password" };
    let made = command(&programs.join("initdb"), folder)
        .args(["--no-sync", "--auth", auth, "--encoding=UTF8", "--no-locale"])
        .args(["--username", USER, "--pwfile"])
        .arg(password)
        .arg("--pgdata")
        .arg(data)
        .output()
        .expect("setpriv and initdb are installed");
    assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    listener.local_addr().expect("it is bound").port()
}

/// Starts the server and waits until it says that it is ready; `None` if it ends instead.
fn run(programs: &Path, data: &Path, port: u16, setup: &Setup<'_>) -> Option<Child> {
    let folder = data.parent().expect("the data lies in a folder");
    let mut server = command(&programs.join("postgres"), folder);
    server.arg("-D").arg(data);
    let sockets = format!("unix_socket_directories={}", folder.display());
    let mut settings = vec![
        "listen_addresses=127.0.0.1".to_owned(),
        format!("port={port}"),
        sockets,
        "fsync=off".to_owned(),
        "full_page_writes=off".to_owned(),
        "autovacuum=off".to_owned(),
        "max_connections=40".to_owned(),
    ];
    if setup.tls.is_some() {
        let file = |name: &str| folder.join(name).display().to_string();
        settings.push("ssl=on".to_owned());
        settings.push(format!("ssl_cert_file={}", file("server.crt")));
        settings.push(format!("ssl_key_file={}", file("server.key")));
    }
    for setting in settings {
        server.args(["-c", &setting]);
    }
    let server = server.stdout(Stdio::null()).stderr(Stdio::piped()).spawn();
    let mut server = server.expect("setpriv and postgres are installed");
    let mut lines = BufReader::new(server.stderr.take().expect("it is piped")).lines();
    let is_ready = lines
        .by_ref()
        .map_while(Result::ok)
        .any(|line| line.contains("database system is ready to accept connections"));
    if !is_ready {
        drop(server.wait());
        return None;
    }
    // It would end if nobody took what it says.
    std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
    Some(server)
}
