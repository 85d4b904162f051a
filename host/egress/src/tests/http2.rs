//! Servers that misbehave in HTTP/2, frame by frame. Each is one connection before a well-behaved
//! gate, and whatever it does ends that one request, in time.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::timeout;
use tollgate_model::ErrorKind;

use super::harness::*;
use super::tls::{acceptor, key, rig_before, trusting};

// Types and flags of frames (RFC 9113, section 6).
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PUSH_PROMISE: u8 = 5;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const WINDOW_UPDATE: u8 = 8;
const CONTINUATION: u8 = 9;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
/// `:status: 200` by the static table of HPACK.
const STATUS_200: &[u8] = &[0x88];

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// What a server sends once the first request is there, and then again and again.
#[derive(Clone, Default)]
struct Script {
    once: Vec<u8>,
    again: Vec<u8>,
}

fn once(frames: &[Vec<u8>]) -> Script {
    Script { once: frames.concat(), again: Vec::new() }
}

fn again(frames: &[Vec<u8>], again: Vec<u8>) -> Script {
    Script { once: frames.concat(), again }
}

/// A server that speaks HTTP/2 by a script to every connection.
async fn serve(script: Script) -> (SocketAddr, rcgen::CertifiedKey<rcgen::KeyPair>) {
    let key = key("api.example.com");
    let acceptor = acceptor(&key, &["h2"]);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, script) = (acceptor.clone(), script.clone());
            tokio::spawn(async move {
                // A client that goes away is no failure of the server.
                if let Ok(stream) = acceptor.accept(stream).await {
                    let _ = play(stream, script).await;
                }
            });
        }
    });
    (address, key)
}

async fn play(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    script: Script,
) -> std::io::Result<()> {
    let mut preface = [0; 24];
    stream.read_exact(&mut preface).await?;
    stream.write_all(&frame(SETTINGS, 0, 0, &[])).await?;
    stream.flush().await?;
    loop {
        let mut head = [0; 9];
        stream.read_exact(&mut head).await?;
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let mut payload = vec![0; length as usize];
        stream.read_exact(&mut payload).await?;
        if head[3] == HEADERS {
            break;
        }
    }
    stream.write_all(&script.once).await?;
    stream.flush().await?;
    while !script.again.is_empty() {
        stream.write_all(&script.again).await?;
        stream.flush().await?;
    }
    // What it still has to say is not answered.
    stream.read_to_end(&mut Vec::new()).await.map(drop)
}

/// What a request comes to before such a server, within a time that no server decides about.
async fn outcome(script: Script) -> (Rig, Result<Reply, crate::error::GateError>) {
    let (address, key) = serve(script).await;
    let setup = setup().with(trusting(&key)).with(|config| {
        config.limits.retry.attempts = 1;
        config.limits.response_wire_bytes = 1 << 20;
        config.limits.timeouts.first_byte = Duration::from_millis(500);
        config.limits.timeouts.between_bytes = Duration::from_millis(500);
        config.limits.timeouts.whole = Duration::from_secs(2);
    });
    let lookups: [&[&str]; 8] = [&["1.1.1.1"]; 8];
    let (rig, _) = rig_before(setup, address, &lookups);
    let reply = timeout(Duration::from_secs(30), rig.get(API)).await.expect("it hangs");
    (rig, reply)
}

// Proves: broken
#[tokio::test]
async fn streams_and_connections_that_are_reset_are_broken_answers() {
    let head = || frame(HEADERS, END_HEADERS, 1, STATUS_200);
    let reset = |code: u32| frame(RST_STREAM, 0, 1, &code.to_be_bytes());
    let go_away = |code: u32| frame(GOAWAY, 0, 0, &[[0; 4], code.to_be_bytes()].concat());
    let mut table = Vec::new();
    for code in [0, 1, 2, 5, 8, 11, 13, u32::MAX] {
        table.push(("a stream that is reset", once(&[reset(code)])));
        table.push((
            "a body that is reset",
            once(&[head(), frame(DATA, 0, 1, b"part"), reset(code)]),
        ));
        table.push(("a connection that goes away", once(&[go_away(code)])));
    }
    for (what, script) in table {
        let (rig, reply) = outcome(script).await;
        let error = reply.expect_err(what);
        assert_eq!(error.kind(), ErrorKind::Unavailable, "{what}: {error}");
        assert!(rig.passage.verdict().is_none(), "{what}: the connector may ask again");
    }
}

// Proves: broken
#[tokio::test]
async fn frames_against_the_rules_end_the_connection() {
    let head = |flags| frame(HEADERS, flags, 1, STATUS_200);
    let table = [
        ("data before a head", once(&[frame(DATA, END_STREAM, 1, b"data")])),
        ("a head of another stream", once(&[frame(HEADERS, END_HEADERS, 7, STATUS_200)])),
        ("a head without a status", once(&[frame(HEADERS, END_HEADERS | END_STREAM, 1, &[])])),
        ("a head that cannot be decoded", once(&[frame(HEADERS, END_HEADERS, 1, &[0xff; 40])])),
        ("a promise that nobody wants", once(&[frame(PUSH_PROMISE, 4, 1, &[0, 0, 0, 2, 0x82])])),
        ("a window of nothing", once(&[frame(WINDOW_UPDATE, 0, 0, &[0; 4])])),
        ("a window too large", once(&[frame(WINDOW_UPDATE, 0, 0, &[0x7f, 0xff, 0xff, 0xff])])),
        ("settings of half a size", once(&[frame(SETTINGS, 0, 0, &[0; 5])])),
        ("a frame of 16 MiB", once(&[vec![0xff, 0xff, 0xff, DATA, 0, 0, 0, 0, 1]])),
        ("no HTTP/2 at all", once(&[b"HTTP/1.1 200 OK\r\n\r\n".to_vec()])),
        (
            "less than its length",
            // content-length: 9, as a literal without indexing by the static table.
            once(&[
                frame(HEADERS, END_HEADERS, 1, &[0x88, 0x0f, 0x0d, 1, b'9']),
                frame(DATA, END_STREAM, 1, b"part"),
            ]),
        ),
        (
            "more than its length",
            once(&[
                frame(HEADERS, END_HEADERS, 1, &[0x88, 0x0f, 0x0d, 1, b'1']),
                frame(DATA, END_STREAM, 1, b"much more"),
            ]),
        ),
        ("a head and then nothing", once(&[head(END_HEADERS)])),
    ];
    for (what, script) in table {
        let (_, reply) = outcome(script).await;
        let error = reply.expect_err(what);
        let kind = error.kind();
        assert!(matches!(kind, ErrorKind::Unavailable | ErrorKind::Data), "{what}: {error}");
    }
}

// Proves: endless
#[tokio::test]
async fn floods_of_frames_end_in_time() {
    let head = || frame(HEADERS, END_HEADERS, 1, STATUS_200);
    let table = [
        ("settings", again(&[], frame(SETTINGS, 0, 0, &[]))),
        ("pings", again(&[], frame(PING, 0, 0, &[7; 8]))),
        ("unknown frames", again(&[], frame(0xee, 0, 0, &[7; 64]))),
        ("settings in a body", again(&[head()], frame(SETTINGS, 0, 0, &[]))),
        ("data without data", again(&[head()], frame(DATA, 0, 1, &[]))),
        (
            "heads without an end",
            again(&[frame(HEADERS, 0, 1, STATUS_200)], frame(CONTINUATION, 0, 1, &[])),
        ),
        (
            "headers without an end",
            // `x: ` and 4,000 bytes, as a literal without indexing.
            again(
                &[frame(HEADERS, 0, 1, STATUS_200)],
                frame(
                    CONTINUATION,
                    0,
                    1,
                    &[&[0, 1, b'x', 0x7f, 0xa1, 0x1e][..], &[b'y'; 4_000]].concat(),
                ),
            ),
        ),
    ];
    for (what, script) in table {
        let (rig, reply) = outcome(script).await;
        let error = reply.expect_err(what);
        let kind = error.kind();
        let expected = [ErrorKind::Unavailable, ErrorKind::Data, ErrorKind::Limit];
        assert!(expected.contains(&kind), "{what}: {error}");
        assert!(rig.passage.usage().body_bytes <= 1 << 20, "{what}");
    }
    // A body without an end, which does not ask how much may be sent.
    let (rig, reply) = outcome(again(&[head()], frame(DATA, 0, 1, &[b'x'; 1_000]))).await;
    assert_eq!(reply.unwrap_err().kind(), ErrorKind::Unavailable);
    assert!(rig.passage.usage().body_bytes <= 1 << 20);
}
