//! A project with the connector, an account, and the stand-in.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::Output;

use tollgate_simulators::constant_contact::openapi::OpenApi;
use tollgate_simulators::constant_contact::{
    Builder, CANARY_ACCESS, CANARY_PASTED, CANARY_REFRESH, CANARY_SECRET,
};
use tollgate_simulators::{ConstantContact, Simulator};

pub use crate::place::Run;

use crate::place::{self, Place};

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

/// A project beside the stand-in.
pub type Desk = place::Desk<Simulator<ConstantContact>>;

impl Desk {
    /// A project with the connector and an account of these lines.
    pub fn new(simulator: Builder, account: &str) -> Self {
        let server = simulator.start_blocking().unwrap();
        let variables = vec![
            ("ACME_SECRET", CANARY_SECRET.to_owned()),
            ("ACME_TOKEN", CANARY_PASTED.to_owned()),
            ("ACME_KEY", server.credentials().client_id.clone()),
        ];
        let desk = Desk { place: Place::new(server.origin(), &CANARIES, variables), server };
        desk.configure(account, "");
        desk.install("constant-contact");
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
