//! A provider with OAuth 2: it replaces refresh tokens, and takes each of them once.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// The provider. It serves until the process ends.
pub struct Provider {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    exchanges: usize,
    access_token: String,
    refresh_token: String,
}

impl Provider {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new(State::default()));
        let shared = state.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = shared.clone();
                thread::spawn(move || serve(stream, &state));
            }
        });
        Provider { address, state }
    }

    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How many times it gave tokens.
    pub fn exchanges(&self) -> usize {
        self.state.lock().unwrap().exchanges
    }

    /// Accepts the access token no more.
    pub fn end_access_token(&self) {
        self.state.lock().unwrap().access_token.clear();
    }

    /// Accepts the refresh token no more.
    pub fn end_grant(&self) {
        self.state.lock().unwrap().refresh_token.clear();
    }

    /// Does what a browser does when the user consents at this address.
    pub fn consent(&self, url: &str) {
        assert!(url.starts_with(&format!("{}/authorize?", self.origin())), "{url}");
        let value = |name: &str| {
            let pair = url.split(['?', '&']).find_map(|pair| pair.strip_prefix(name));
            pair.and_then(|value| value.strip_prefix('=')).unwrap().to_owned()
        };
        let redirect = value("redirect_uri").replace("%3A", ":").replace("%2F", "/");
        let (authority, path) = redirect["http://".len()..].split_once('/').unwrap();
        let mut stream = TcpStream::connect(authority).unwrap();
        let state = value("state");
        let head = format!("GET /{path}?code=canary-code&state={state} HTTP/1.1\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        let mut page = String::new();
        stream.read_to_string(&mut page).unwrap();
        assert!(page.starts_with("HTTP/1.1 200 OK"), "{page}");
    }
}

fn serve(stream: TcpStream, state: &Mutex<State>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut stream = stream;
    // A peer that goes away ends its connection, and nothing else.
    while let Some((head, body)) = next_request(&mut reader) {
        let (status, body) = state.lock().unwrap().answer(&head, &body);
        let length = body.len();
        let answer = format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\n\r\n{body}");
        if stream.write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

fn next_request(reader: &mut impl BufRead) -> Option<(String, String)> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let lower = head.to_lowercase();
    let length = lower.split("content-length: ").nth(1).and_then(|rest| rest.lines().next());
    let mut body = vec![0; length.map_or(0, |length| length.trim().parse().unwrap())];
    reader.read_exact(&mut body).ok()?;
    Some((head, String::from_utf8(body).unwrap()))
}

impl State {
    fn answer(&mut self, head: &str, body: &str) -> (u16, String) {
        let target = head.split(' ').nth(1).unwrap_or_default();
        let bearer = format!("uthorization: Bearer {}\r\n", self.access_token);
        match target {
            "/token" if head.starts_with("POST") => self.token(body),
            "/device" => (
                200,
                r#"{"device_code":"canary-device","user_code":"WDJB-MJHT","interval":1,
                    "verification_uri":"https://device.example.com"}"#
                    .to_owned(),
            ),
            "/v3/me" if !self.access_token.is_empty() && head.contains(&bearer) => {
                (200, r#"{"name":"Anna"}"#.to_owned())
            }
            "/v3/me" => (401, "{}".to_owned()),
            _ => (200, format!("{{\"echo\":{head:?}}}")),
        }
    }

    fn token(&mut self, form: &str) -> (u16, String) {
        let expected = format!("refresh_token={}", self.refresh_token);
        let is_refresh = form.starts_with("grant_type=refresh_token");
        if is_refresh && (self.refresh_token.is_empty() || !form.contains(&expected)) {
            let body = r#"{"error":"invalid_grant","error_description":"The token is gone."}"#;
            return (400, body.to_owned());
        }
        self.exchanges += 1;
        self.access_token = format!("canary-access-{}", self.exchanges);
        self.refresh_token = format!("canary-refresh-{}", self.exchanges);
        let (access, refresh) = (&self.access_token, &self.refresh_token);
        let body = format!(
            r#"{{"access_token":"{access}","refresh_token":"{refresh}","expires_in":3600,
                "scope":"all","token_type":"Bearer"}}"#
        );
        (200, body)
    }
}
