//! A client as small as can be: one request to a connection, and every byte that comes back.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};

use serde_json::Value;
use tollgate_simulators::icontact::Credentials;
use tollgate_simulators::{IContact, Server, Simulator};

/// How the server left the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Closed,
    Reset,
}

/// An answer as it came.
#[derive(Debug)]
pub struct Answer {
    pub bytes: Vec<u8>,
    pub end: End,
}

impl Answer {
    /// Where the body begins.
    fn split(&self) -> usize {
        let end = self.bytes.windows(4).position(|it| it == b"\r\n\r\n");
        end.expect("a head that ends") + 4
    }

    pub fn head(&self) -> String {
        String::from_utf8(self.bytes[..self.split()].to_vec()).unwrap()
    }

    pub fn body(&self) -> &[u8] {
        &self.bytes[self.split()..]
    }

    pub fn status(&self) -> u16 {
        self.head().split(' ').nth(1).unwrap().parse().unwrap()
    }

    pub fn header(&self, name: &str) -> Option<String> {
        let head = self.head();
        let lines = head.lines().filter_map(|line| line.split_once(": "));
        let mut values = lines.filter(|(header, _)| header.eq_ignore_ascii_case(name));
        values.next().map(|(_, value)| value.to_owned())
    }

    pub fn announced(&self) -> usize {
        self.header("content-length").unwrap().parse().unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(self.body()).unwrap()
    }
}

/// The headers that the vendor wants to see.
pub fn login(credentials: &Credentials) -> Vec<(String, String)> {
    let pairs = [
        ("API-AppId", credentials.app_id.as_str()),
        ("API-Username", &credentials.username),
        ("API-Password", &credentials.password),
        ("API-Version", "2.2"),
        ("Accept", "application/json"),
    ];
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
}

/// Sends a request without a body and leaves the connection open for the answer.
pub fn send(
    server: &Server,
    method: &str,
    target: &str,
    headers: &[(String, String)],
) -> TcpStream {
    send_body(server, method, target, headers, "")
}

/// Sends a request and leaves the connection open for the answer. The length is announced by the
/// headers, if at all.
pub fn send_body(
    server: &Server,
    method: &str,
    target: &str,
    headers: &[(String, String)],
    body: &str,
) -> TcpStream {
    let mut stream = TcpStream::connect(server.address()).unwrap();
    let mut request =
        format!("{method} {target} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n");
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str("\r\n");
    request.push_str(body);
    stream.write_all(request.as_bytes()).unwrap();
    stream
}

/// Reads whatever comes.
pub fn receive(mut stream: TcpStream) -> Answer {
    let mut bytes = Vec::new();
    let end = match stream.read_to_end(&mut bytes) {
        Ok(_) => End::Closed,
        Err(error) if error.kind() == ErrorKind::ConnectionReset => End::Reset,
        Err(error) => panic!("{error}"),
    };
    Answer { bytes, end }
}

/// Waits until a fault has fallen on a request that was sent without a wait for its answer. A
/// client that gives up before the server has read its request has asked for nothing.
pub fn wait_for(server: &Server, fault: &str) {
    while server.fired(fault) == 0 {
        std::thread::yield_now();
    }
}

/// Tells the server that no more requests come, which is how a client gives up without a wait.
pub fn give_up(stream: &TcpStream) {
    stream.shutdown(Shutdown::Write).unwrap();
}

/// Gets a path below the client folder, or any other if it begins with `/icp`.
pub fn get(server: &Simulator<IContact>, path: &str) -> Answer {
    let target = match path.starts_with("/icp") {
        true => path.to_owned(),
        false => format!("{}{path}", server.truth().path()),
    };
    receive(send(server, "GET", &target, &login(server.credentials())))
}

/// Reads a list to its end, as a client in good faith would: on to the total by rows received.
pub fn read_all(server: &Simulator<IContact>, path: &str, limit: usize) -> Vec<Value> {
    let mut rows = Vec::new();
    let (bare, _) = path.split_once('?').unwrap_or((path, ""));
    let field = bare.rsplit('/').next().unwrap();
    loop {
        let mark = if path.contains('?') { '&' } else { '?' };
        let answer = get(server, &format!("{path}{mark}limit={limit}&offset={}", rows.len()));
        assert_eq!(answer.status(), 200, "{path}");
        let mut page = answer.json();
        let Value::Array(records) = page[field].take() else {
            return rows;
        };
        rows.extend(records);
        if page["total"].as_u64().is_some_and(|total| rows.len() as u64 >= total) {
            return rows;
        }
    }
}
