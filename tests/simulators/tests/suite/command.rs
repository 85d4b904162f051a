//! The binary: what it prints, and how it ends.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

fn start(arguments: &[&str]) -> (Child, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_tollgate-simulator"))
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let stdout = child.stdout.as_mut().unwrap();
    BufReader::new(stdout).read_line(&mut line).unwrap();
    (child, line)
}

#[test]
fn first_line_tells_the_address_and_signals_end_it_in_good_order() {
    for signal in ["-INT", "-TERM"] {
        let (mut child, line) = start(&["icontact", "--contacts", "10", "--fault", "html:/lists"]);
        let origin = line.trim_end().strip_prefix("listening on http://").unwrap();
        let mut stream = TcpStream::connect(origin).unwrap();
        let request = "GET /icp/time HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.contains("\"timestamp\":"));
        let id = child.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
        assert!(child.wait().unwrap().success(), "{signal}");
        let mut stderr = String::new();
        child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        assert!(stderr.contains("stopped after 1 request"), "{stderr}");
    }
}

#[test]
fn constant_contact_is_served_with_the_token_that_is_told() {
    let (mut child, line) = start(&["constant-contact", "--contacts", "10", "--token", "told"]);
    let origin = line.trim_end().strip_prefix("listening on http://").unwrap();
    let mut stream = TcpStream::connect(origin).unwrap();
    let head = "host: localhost\r\nconnection: close\r\naccept: application/json\r\n";
    let request = format!("GET /v3/contacts HTTP/1.1\r\n{head}authorization: Bearer told\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.contains("\"contact_id\":"), "{answer}");
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    assert!(child.wait().unwrap().success());
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert!(stderr.contains("access token: told"), "{stderr}");
    assert!(!stderr.contains("violation"), "{stderr}");
}

#[test]
fn incontact_tells_the_origins_and_takes_the_key_that_is_told() {
    let (mut child, line) =
        start(&["incontact", "--contacts", "10", "--access-key-secret", "told"]);
    let origin = line.trim_end().strip_prefix("listening on http://").unwrap();
    let mut stream = TcpStream::connect(origin).unwrap();
    let body = "{\"accessKeyId\": \"KEY0001==\", \"accessKeySecret\": \"told\"}";
    let head = "host: localhost\r\nconnection: close\r\ncontent-type: application/json\r\n";
    let length = body.len();
    let path = "/authentication/v1/token/access-key";
    let request = format!("POST {path} HTTP/1.1\r\n{head}content-length: {length}\r\n\r\n{body}");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.contains("\"access_token\":"), "{answer}");
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    assert!(child.wait().unwrap().success());
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    let told = format!("\"https://*.niceincontact.com\" = \"http://{origin}\"");
    assert!(stderr.contains(&told), "{stderr}");
    assert!(!stderr.contains("violation"), "{stderr}");
}

#[test]
fn verbose_lines_hold_no_body() {
    let (mut child, line) = start(&["constant-contact", "--contacts", "1", "--verbose"]);
    let origin = line.trim_end().strip_prefix("listening on http://").unwrap();
    let mut stream = TcpStream::connect(origin).unwrap();
    let body = "grant_type=refresh_token&refresh_token=sent-in-the-body&client_id=key-0001";
    let kind = "application/x-www-form-urlencoded";
    let length = body.len();
    let head = format!("content-type: {kind}\r\ncontent-length: {length}\r\nconnection: close\r\n");
    let request =
        format!("POST /oauth2/default/v1/token HTTP/1.1\r\nhost: localhost\r\n{head}\r\n{body}");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.contains("invalid_grant"), "{answer}");
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    assert!(child.wait().unwrap().success());
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert!(stderr.contains("POST /oauth2/default/v1/token"), "{stderr}");
    assert!(!stderr.contains("sent-in-the-body"), "{stderr}");
}

#[test]
fn wrong_fault_is_refused_with_a_reason() {
    let (mut child, line) = start(&["icontact", "--fault", "cutbody"]);
    assert_eq!(line, "");
    assert!(!child.wait().unwrap().success());
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert!(stderr.contains("no fault is called \"cutbody\""), "{stderr}");
}
