//! Faults in how it is said, seen byte by byte.

use std::io::Read;
use std::time::Duration;

use tollgate_simulators::{Fault, IContact, Kind, Simulator};

use crate::client::{Answer, End, get, give_up, login, receive, send, wait_for};

fn server(kind: Kind) -> Simulator<IContact> {
    let fault = Fault::new(kind).on("/contacts").at(2);
    IContact::builder().fault(fault).start_blocking().unwrap()
}

/// The answer with the fault, after one and before another without it.
fn hit(kind: Kind) -> (Answer, Answer) {
    let name = kind.name();
    let server = server(kind);
    let whole = get(&server, "/contacts");
    let hit = get(&server, "/contacts");
    assert_eq!(server.fired(&name), 1, "{name}");
    assert_eq!(get(&server, "/contacts").body(), whole.body(), "{name} is over");
    (whole, hit)
}

#[test]
fn cut_body_is_shorter_than_announced() {
    let (whole, cut) = hit(Kind::CutBody);
    assert_eq!(cut.announced(), whole.body().len());
    assert_eq!(cut.body(), &whole.body()[..whole.body().len() / 2]);
    assert_eq!(cut.end, End::Closed);
}

#[test]
fn cut_chunked_body_has_no_last_chunk() {
    let (whole, cut) = hit(Kind::CutChunked);
    assert_eq!(cut.header("transfer-encoding").as_deref(), Some("chunked"));
    assert_eq!(cut.header("content-length"), None);
    let half = &whole.body()[..whole.body().len() / 2];
    assert!(cut.body().ends_with(half));
    assert!(cut.body().starts_with(format!("{:x}\r\n", half.len()).as_bytes()));
}

#[test]
fn wrong_length_announces_half_of_what_is_sent() {
    let (whole, wrong) = hit(Kind::WrongLength);
    assert_eq!(wrong.announced(), whole.body().len() / 2);
    assert_eq!(wrong.body(), whole.body());
}

#[test]
fn drip_brings_the_whole_body() {
    let (whole, drip) = hit(Kind::Drip(Duration::ZERO));
    assert_eq!(drip.body(), whole.body());
}

#[test]
fn reset_comes_before_the_first_byte() {
    let (_, reset) = hit(Kind::Reset);
    assert_eq!((reset.bytes.len(), reset.end), (0, End::Reset));
}

#[test]
fn reset_comes_in_the_body() {
    let (_, reset) = hit(Kind::ResetBody);
    assert_eq!(reset.end, End::Reset);
}

#[test]
fn connection_closes_before_the_first_byte() {
    let (_, closed) = hit(Kind::Close);
    assert_eq!((closed.bytes.len(), closed.end), (0, End::Closed));
}

#[test]
fn answer_may_be_no_http() {
    let (_, garbage) = hit(Kind::NotHttp);
    assert!(!garbage.bytes.is_empty());
    assert!(!garbage.bytes.starts_with(b"HTTP/"));
}

#[test]
fn stalled_answer_never_begins() {
    let server = server(Kind::Stall);
    get(&server, "/contacts");
    let target = format!("{}/contacts", server.truth().path());
    let stalled = send(&server, "GET", &target, &login(server.credentials()));
    wait_for(&server, "stall");
    give_up(&stalled);
    assert_eq!(receive(stalled).bytes, b"");
    assert_eq!(server.fired("stall"), 1);
}

#[test]
fn stalled_body_stops_half_way_and_others_are_served_meanwhile() {
    let stall = Fault::new(Kind::StallBody).on("/contacts");
    let server = IContact::builder().fault(stall).start_blocking().unwrap();
    let target = format!("{}/contacts", server.truth().path());
    let mut stalled = Vec::new();
    for _ in 0..3 {
        let mut stream = send(&server, "GET", &target, &login(server.credentials()));
        let mut start = [0; 15];
        stream.read_exact(&mut start).unwrap();
        assert_eq!(&start, b"HTTP/1.1 200 Si");
        stalled.push(stream);
    }
    assert_eq!(get(&server, "/lists").status(), 200);
    assert_eq!(server.in_flight_max(), 4);
    for stream in stalled {
        give_up(&stream);
        let rest = receive(stream);
        assert_eq!(rest.end, End::Closed);
        assert!(rest.body().len() < rest.announced());
    }
}

#[test]
fn dropping_the_server_frees_its_port_and_ends_what_hangs() {
    let server = IContact::builder().fault(Fault::new(Kind::StallBody)).start_blocking().unwrap();
    let address = server.address();
    let target = "/icp/a/";
    let mut stream = send(&server, "GET", target, &login(server.credentials()));
    let mut start = [0; 1];
    stream.read_exact(&mut start).unwrap();
    drop(server);
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest);
    assert!(std::net::TcpStream::connect(address).is_err());
}

#[tokio::test]
async fn server_starts_and_stops_within_a_runtime() {
    let server = IContact::builder().latency(Duration::from_micros(1)).start().await.unwrap();
    // Blocking the only thread of this runtime does not block the server, which has its own.
    assert_eq!(get(&server, "/lists").status(), 200);
}

#[test]
fn one_connection_carries_many_requests() {
    let server = IContact::builder().start_blocking().unwrap();
    let mut stream = std::net::TcpStream::connect(server.address()).unwrap();
    let request = "GET /icp/time HTTP/1.1\r\nhost: localhost\r\n\r\n";
    let last = "GET /icp/time HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    std::io::Write::write_all(&mut stream, format!("{request}{request}{last}").as_bytes()).unwrap();
    let answer = String::from_utf8(receive(stream).bytes).unwrap();
    assert_eq!(answer.matches("HTTP/1.1 200 OK").count(), 3);
    assert_eq!(server.request_count(), 3);
}
