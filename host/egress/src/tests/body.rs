//! Bodies: decoded, capped, searched, and never taken for whole where they are not.

use std::pin::Pin;
use std::time::Duration;

use async_compression::Level;
use async_compression::tokio::write::{BrotliEncoder, DeflateEncoder, GzipEncoder, ZlibEncoder};
use http_body::Body;
use http_body_util::BodyExt;
use tokio::io::AsyncWriteExt;
use tokio::time::Instant;
use tollgate_model::ErrorKind;

use super::harness::*;
use crate::config::GuestTimeouts;
use crate::error::{GateError, Phase};

macro_rules! compress {
    ($encoder:ident, $text:expr) => {{
        let mut encoder = $encoder::with_quality(Vec::new(), Level::Precise(5));
        futures_util::FutureExt::now_or_never(async {
            encoder.write_all($text).await.unwrap();
            encoder.shutdown().await.unwrap();
        })
        .unwrap();
        encoder.into_inner()
    }};
}

pub(super) fn brotli(text: &[u8]) -> Vec<u8> {
    compress!(BrotliEncoder, text)
}

pub(super) fn gzip(text: &[u8]) -> Vec<u8> {
    compress!(GzipEncoder, text)
}

pub(super) fn zlib(text: &[u8]) -> Vec<u8> {
    compress!(ZlibEncoder, text)
}

/// So many numbers as text, which shrinks to about a third.
fn numbers(count: u64) -> Vec<u8> {
    let number = |n: u64| format!("{},", n.wrapping_mul(0x9e37_79b9) >> 7).into_bytes();
    (0..count).flat_map(number).collect()
}

/// An answer in chunks of so many bytes, each of which the gate gets by itself.
pub(super) fn chunked(
    status: u16,
    headers: &[(&str, &str)],
    body: &[u8],
    size: usize,
) -> Vec<Step> {
    let mut bytes = Vec::new();
    for chunk in body.chunks(size) {
        bytes.extend([format!("{:x}\r\n", chunk.len()).as_bytes(), chunk, b"\r\n"].concat());
    }
    bytes.extend(b"0\r\n\r\n");
    vec![head(status, &[headers, &[("transfer-encoding", "chunked")]].concat()), send(bytes)]
}

#[tokio::test]
async fn every_encoding_is_taken_off_whatever_the_pieces() {
    let plain = numbers(12_000);
    let gzipped = gzip(&plain);
    let half = plain.len() / 2;
    let members = [gzip(&plain[..half]), gzip(&plain[half..])].concat();
    let table = [
        ("identity", plain.clone()),
        ("gzip", gzipped.clone()),
        ("x-gzip", members),
        ("deflate", zlib(&plain)),
        ("deflate", compress!(DeflateEncoder, &plain)),
        ("br", brotli(&plain)),
    ];
    for (coding, body) in table {
        for size in [1, 1000, body.len()] {
            let body = body.clone();
            let wire = body.len() as u64;
            let rig = setup()
                .start(move |_, _| chunked(200, &[("content-encoding", coding)], &body, size))
                .await;
            let reply = rig.get(API).await.unwrap();
            assert!(reply.body == plain, "{coding} in pieces of {size}");
            for name in ["content-encoding", "transfer-encoding"] {
                assert!(!reply.headers.contains_key(name));
            }
            let usage = rig.passage.usage();
            assert_eq!((usage.wire_bytes, usage.body_bytes), (wire, plain.len() as u64));
            rig.get(&format!("{API}?again")).await.unwrap();
            assert_eq!(rig.server.connections(), 1, "{coding}: the answer was read to its end");
        }
    }
}

#[tokio::test]
async fn an_empty_body_is_empty_in_every_encoding() {
    for coding in ["gzip", "deflate", "br"] {
        let rig = setup()
            .start(move |number, _| match number {
                0 => answer(204, &[("content-encoding", coding)], ""),
                _ => chunked(200, &[("content-encoding", coding)], b"", 1),
            })
            .await;
        for url in [API, "https://api.example.com/v3/again"] {
            assert_eq!(rig.get(url).await.unwrap().body, "");
        }
    }
}

// Proves: broken
#[tokio::test]
async fn a_broken_body_is_an_error_and_never_the_end() {
    let good = gzip(&numbers(1000));
    let short = good[..good.len() - 9].to_vec();
    let mut flipped = good.clone();
    flipped[good.len() / 2] ^= 0x55;
    let encoded = |coding: &str, body: &[u8]| answer(200, &[("content-encoding", coding)], body);
    let table: [(Vec<Step>, Expected); 8] = [
        (encoded("gzip", &short), |error| matches!(error, GateError::Undecodable(_))),
        (encoded("gzip", &flipped), |error| matches!(error, GateError::Undecodable(_))),
        (encoded("br", b"{\"not\": 1}"), |error| matches!(error, GateError::Undecodable(_))),
        (encoded("gzip", b"{\"not\": 1}"), |error| matches!(error, GateError::Undecodable(_))),
        (encoded("zstd", b"x"), |error| matches!(error, GateError::Undecodable(_))),
        (encoded("gzip, br", b"x"), |error| matches!(error, GateError::Undecodable(_))),
        (vec![head(200, &[("content-length", "9")]), send("part"), Step::Close], |error| {
            matches!(error, GateError::Cut(_))
        }),
        (
            vec![
                head(200, &[("transfer-encoding", "chunked")]),
                send("4\r\npart\r\n"),
                Step::Close,
            ],
            |error| matches!(error, GateError::Cut(_)),
        ),
    ];
    for (steps, expected) in table {
        let shown = format!("{:.300}", format!("{steps:?}"));
        let rig = setup().start(move |_, _| steps.clone()).await;
        let error = rig.get(API).await.unwrap_err();
        assert!(expected(&error), "{error}: {shown}");
        assert!(rig.passage.verdict().is_none(), "the connector may ask again");
    }
}

// Proves: bombs, endless
#[tokio::test]
async fn a_body_that_is_too_large_ends_the_run() {
    let bomb = gzip(&vec![0; 20 << 20]);
    assert!(bomb.len() < 30_000);
    let zeros = vec![0; 1 << 20];
    let table: [(Vec<Step>, &str); 4] = [
        (answer(200, &[("content-encoding", "gzip")], &bomb), "more than 5 times"),
        (chunked(200, &[], &zeros, 10_000), "more than 200000 bytes on the wire"),
        (answer(200, &[], &zeros), "more than 200000 bytes on the wire"),
        (
            answer(200, &[("content-encoding", "br")], brotli(&numbers(40_000))),
            "more than 300000 bytes",
        ),
    ];
    for (steps, expected) in table {
        let setup = setup().with(|config| {
            config.limits.response_wire_bytes = 200_000;
            config.limits.response_body_bytes = 300_000;
            config.limits.ratio = 5;
            config.limits.ratio_floor_bytes = 100_000;
        });
        let rig = setup.start(move |_, _| steps.clone()).await;
        let error = rig.get(API).await.unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
        assert_eq!(rig.passage.verdict().unwrap().kind(), ErrorKind::Limit);
        assert!(rig.passage.usage().body_bytes <= 300_000);
    }
}

#[tokio::test]
async fn the_bytes_of_a_passage_are_bounded_over_all_its_answers() {
    let mut setup = setup();
    setup.budget.wire_bytes = 250;
    let rig = setup.start(|_, _| ok(vec![b'x'; 100])).await;
    for page in 0..2 {
        rig.get(&format!("{API}?page={page}")).await.unwrap();
    }
    let error = rig.get(&format!("{API}?page=2")).await.unwrap_err();
    assert_eq!(error.to_string(), "the budget of 250 bytes of answers is used up");
    assert_eq!(rig.passage.verdict().unwrap().kind(), ErrorKind::Limit);
}

// Proves: secrets
#[tokio::test]
async fn a_secret_in_an_answer_reaches_nobody_wherever_it_is_cut() {
    let body = format!("{{\"echo\": \"{SECRET}\"}}{}", " ".repeat(500));
    for size in 1..30 {
        let body = body.clone();
        let rig = setup().start(move |_, _| chunked(200, &[], body.as_bytes(), size)).await;
        let answer = rig.passage.send(request("GET", API, &[], ""), GuestTimeouts::default());
        let mut answer = answer.await.unwrap().into_body();
        let mut released = Vec::new();
        let error = loop {
            match answer.frame().await.unwrap() {
                Ok(frame) => released.extend(frame.into_data().unwrap()),
                Err(error) => break error,
            }
        };
        assert!(matches!(error, GateError::Leak(_)), "{error}");
        assert!(b"{\"echo\": \"".starts_with(&released[..]), "pieces of {size}");
        assert!(answer.frame().await.is_none() && answer.is_end_stream());
        let verdict = rig.passage.verdict().unwrap();
        assert_eq!(verdict.kind(), ErrorKind::Denied);
        assert!(!format!("{verdict:?}").contains(SECRET));
    }
}

// Proves: secrets
#[tokio::test]
async fn a_secret_in_a_header_reaches_nobody() {
    let rig = setup().start(|_, _| answer(200, &[("x-echo", SECRET)], "{}")).await;
    assert!(matches!(rig.get(API).await, Err(GateError::Leak(_))));
    assert_eq!(rig.passage.verdict().unwrap().kind(), ErrorKind::Denied);
}

#[tokio::test]
async fn the_beginning_of_a_secret_at_the_end_of_an_answer_is_released() {
    let rig = setup().start(|_, _| ok("ends in canary-hun")).await;
    assert_eq!(rig.get(API).await.unwrap().body, "ends in canary-hun");
}

// Proves: endless
#[tokio::test]
async fn heads_are_bounded() {
    let large = "x".repeat(40_000);
    let rig = setup().start(move |_, _| answer(200, &[("x-large", &large)], "")).await;
    assert_eq!(rig.get(API).await.unwrap_err(), GateError::HeadTooLarge { max: 32 << 10 });
    let many: Vec<Step> = vec![send(format!("HTTP/1.1 200 OK\r\n{}\r\n", "x: y\r\n".repeat(500)))];
    let rig = setup().start(move |_, _| many.clone()).await;
    assert_eq!(rig.get(API).await.unwrap_err(), GateError::HeadTooLarge { max: 32 << 10 });
}

// Proves: endless
#[tokio::test(start_paused = true)]
async fn a_body_that_stalls_is_given_up_on() {
    let rig = setup().start_in_memory(|_, _| {
        vec![head(200, &[("content-length", "9")]), send("part"), Step::Hang]
    });
    let begun = Instant::now();
    let error = rig.get(API).await.unwrap_err();
    let limit = Duration::from_secs(30);
    assert_eq!(error, GateError::Timeout { phase: Phase::BetweenBytes, limit });
    assert!(begun.elapsed() >= limit && begun.elapsed() < limit + Duration::from_secs(1));
}

// Proves: endless
#[tokio::test(start_paused = true)]
async fn a_body_that_drips_forever_is_given_up_on() {
    let rig = setup().start_in_memory(|_, _| {
        let drip = vec![send("x"), Step::Pause(Duration::from_secs(20))];
        [vec![head(200, &[("content-length", "999")])], vec![drip; 999].concat()].concat()
    });
    let begun = Instant::now();
    let error = rig.get(API).await.unwrap_err();
    let limit = Duration::from_secs(300);
    assert_eq!(error, GateError::Timeout { phase: Phase::Whole, limit });
    assert!(begun.elapsed() >= limit && begun.elapsed() < limit + Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn a_connector_that_reads_slowly_is_not_the_peers_fault() {
    let rig = setup().start_in_memory(|_, _| chunked(200, &[], &[b'x'; 1000], 10));
    let answer = rig.passage.send(request("GET", API, &[], ""), GuestTimeouts::default());
    let mut answer = answer.await.unwrap().into_body();
    let mut bytes = 0;
    while let Some(frame) = answer.frame().await {
        bytes += frame.unwrap().into_data().unwrap().len();
        tokio::time::sleep(Duration::from_secs(60)).await;
    }
    assert_eq!(bytes, 1000);
}

#[tokio::test]
async fn what_is_not_compressed_keeps_its_length() {
    let setup = setup().with(|config| config.credentials.secrets.clear());
    let setup = setup.with(|config| config.credentials = crate::Credentials::none());
    let rig = setup.start(|_, _| ok("12345")).await;
    let answer = rig.passage.send(request("GET", API, &[], ""), GuestTimeouts::default());
    let mut answer = answer.await.unwrap();
    assert_eq!(answer.body().size_hint().exact(), Some(5));
    assert!(!answer.body().is_end_stream());
    let body = Pin::new(answer.body_mut()).collect().await.unwrap();
    assert_eq!(body.to_bytes(), "12345");
}
