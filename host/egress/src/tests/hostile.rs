//! Servers that misbehave in HTTP/1.1: whatever they send, a request ends in time, within its
//! limits, and with an error that says what it was.

use std::time::Duration;

use http_body_util::BodyExt;
use tokio::time::{Instant, timeout};
use tollgate_model::ErrorKind;

use super::body::{brotli, chunked, gzip, zlib};
use super::harness::*;
use crate::config::GuestTimeouts;
use crate::error::{GateError, Phase};

const MIB: u64 = 1 << 20;

/// A gate with caps and timeouts that are reached at once.
fn strict() -> Setup {
    setup().with(|config| {
        config.limits.retry.attempts = 1;
        config.limits.response_wire_bytes = MIB;
        config.limits.timeouts.first_byte = Duration::from_millis(500);
        config.limits.timeouts.between_bytes = Duration::from_millis(500);
        config.limits.timeouts.whole = Duration::from_secs(2);
    })
}

/// What a request comes to, within a time that no server decides about.
async fn outcome(rig: &Rig, url: &str) -> Result<Reply, GateError> {
    timeout(Duration::from_secs(30), rig.get(url)).await.expect("it hangs")
}

// Proves: bombs
#[tokio::test]
async fn a_bomb_is_stopped_by_its_ratio_in_every_encoding() {
    let zeros = vec![0; 8 << 20];
    for (coding, bomb) in
        [("gzip", gzip(&zeros)), ("deflate", zlib(&zeros)), ("br", brotli(&zeros))]
    {
        assert!(bomb.len() < 40_000);
        let rig =
            setup().start(move |_, _| answer(200, &[("content-encoding", coding)], &bomb)).await;
        let error = outcome(&rig, API).await.unwrap_err();
        assert!(error.to_string().contains("more than 200 times"), "{coding}: {error}");
        assert_eq!(rig.passage.verdict().unwrap().kind(), ErrorKind::Limit);
        let released = rig.passage.usage().body_bytes;
        assert!(released <= 4 * MIB, "{coding}: {released} bytes of 8 MiB were released");
    }
}

/// What was packed once, the same packed again, what the server says of it, and whether that is
/// taken.
type Packed<'a> = (&'a [u8], Vec<u8>, &'static [(&'static str, &'static str)], bool);

// Proves: bombs
#[tokio::test]
async fn a_bomb_within_a_bomb_is_not_taken_off_twice() {
    let zeros = vec![0; 8 << 20];
    let (gzipped, brotlied) = (gzip(&zeros), brotli(&zeros));
    let table: [Packed<'_>; 6] = [
        (&gzipped, gzip(&gzipped), &[("content-encoding", "gzip")], true),
        (&gzipped, gzip(&gzipped), &[("content-encoding", "gzip, gzip")], false),
        (&brotlied, gzip(&brotlied), &[("content-encoding", "gzip")], true),
        (&brotlied, gzip(&brotlied), &[("content-encoding", "br, identity, gzip")], false),
        (&gzipped, brotli(&gzipped), &[("content-encoding", "br")], true),
        (
            &gzipped,
            brotli(&gzipped),
            &[("content-encoding", "gzip"), ("content-encoding", "br")],
            false,
        ),
    ];
    for (inner, nested, headers, passes) in table {
        let headers = headers.to_vec();
        let rig = setup().start(move |_, _| answer(200, &headers, &nested)).await;
        match outcome(&rig, API).await {
            // What is left is what the server compressed, still small.
            Ok(reply) => assert!(passes && reply.body == inner),
            Err(error) => assert!(!passes && matches!(error, GateError::Undecodable(_)), "{error}"),
        }
        assert!(rig.passage.usage().body_bytes < MIB);
    }
}

/// A gigabyte of one text as gzip, which is about a megabyte: the same 4 MiB in 256 members, which
/// are one file (RFC 1952, 2.2).
fn gigabyte() -> Vec<u8> {
    gzip(&vec![b'x'; 4 << 20]).repeat(256)
}

/// Reads an answer piece by piece and keeps none, as it is done where memory stays flat; gives how
/// it ends, and the bytes of its largest piece.
async fn drained(rig: &Rig) -> (GateError, usize) {
    let answer = rig.passage.send(request("GET", API, &[], ""), GuestTimeouts::default());
    let mut body = answer.await.unwrap().into_body();
    let mut largest = 0;
    loop {
        match body.frame().await.expect("it ends without an error") {
            Ok(frame) => largest = largest.max(frame.into_data().unwrap().len()),
            Err(error) => return (error, largest),
        }
    }
}

/// With the limits that everybody has.
// Proves: bombs, endless
#[tokio::test]
async fn a_text_of_a_gigabyte_is_stopped_by_the_defaults() {
    let file = gigabyte();
    assert!((900_000..1_300_000).contains(&file.len()), "{}", file.len());
    let piece = vec![b'x'; 1 << 20];
    let table = [
        (
            "in gzip",
            answer(200, &[("content-encoding", "gzip")], &file),
            "decompressed to more than 200 times",
            100 * MIB,
        ),
        (
            "announced",
            vec![head(200, &[("content-length", "1073741824")]), Step::Repeat(piece)],
            "more than 268435456 bytes on the wire",
            0,
        ),
    ];
    for (what, steps, expected, most) in table {
        let rig = setup().start(move |_, _| steps.clone()).await;
        let (error, largest) = timeout(Duration::from_secs(60), drained(&rig)).await.unwrap();
        assert!(error.to_string().contains(expected), "{what}: {error}");
        assert_eq!(rig.passage.verdict().unwrap().kind(), ErrorKind::Limit);
        assert!(rig.passage.usage().body_bytes <= most, "{what}");
        assert!(largest <= 2 << 20, "{what}: a piece of {largest} bytes is in memory at once");
    }
}

/// A gigabyte in some two kilobytes, for its megabyte is as dull as itself.
// Proves: bombs
#[tokio::test]
async fn a_gigabyte_packed_twice_is_stopped_before_it_is_unpacked_once() {
    let twice = gzip(&gigabyte());
    assert!(twice.len() < 5_000, "{}", twice.len());
    for (codings, expected) in
        [("gzip", "more than 200 times"), ("gzip, gzip", "encoded more than once")]
    {
        let (twice, headers) = (twice.clone(), [("content-encoding", codings)]);
        let rig = setup().start(move |_, _| answer(200, &headers, &twice)).await;
        let error = outcome(&rig, API).await.unwrap_err();
        assert!(error.to_string().contains(expected), "{codings}: {error}");
        assert!(rig.passage.usage().body_bytes <= MIB, "{codings}");
    }
}

// Proves: endless
#[tokio::test]
async fn a_body_without_an_end_is_stopped_at_its_cap() {
    let piece = vec![b'x'; 64 << 10];
    let chunk = [&b"10000\r\n"[..], &piece, b"\r\n"].concat();
    let table = [
        (
            "chunks",
            vec![head(200, &[("transfer-encoding", "chunked")]), Step::Repeat(chunk.clone())],
        ),
        (
            "one text of JSON",
            vec![
                head(200, &[("transfer-encoding", "chunked")]),
                send("6\r\n{\"a\":\"\r\n"),
                Step::Repeat(chunk),
            ],
        ),
        ("until it closes", vec![head(200, &[]), Step::Repeat(piece.clone())]),
        (
            "a length of a terabyte",
            vec![head(200, &[("content-length", "1099511627776")]), Step::Repeat(piece)],
        ),
    ];
    for (what, steps) in table {
        let rig = strict().start(move |_, _| steps.clone()).await;
        let error = outcome(&rig, API).await.expect_err(what);
        assert!(
            error.to_string().contains("more than 1048576 bytes on the wire"),
            "{what}: {error}"
        );
        assert_eq!(rig.passage.verdict().unwrap().kind(), ErrorKind::Limit);
        assert!(rig.passage.usage().body_bytes <= MIB, "{what}");
    }
}

// Proves: endless
#[tokio::test]
async fn what_stands_around_a_body_is_bounded_too() {
    let begin = || head(200, &[("transfer-encoding", "chunked")]);
    let table = [
        ("an extension of a chunk", vec![begin(), send("1;"), Step::Repeat(vec![b'x'; 1_000])]),
        ("extensions of chunks", vec![begin(), Step::Repeat(b"1;a=b\r\nx\r\n".to_vec())]),
        ("the size of a chunk", vec![begin(), Step::Repeat(vec![b'0'; 1_000])]),
        ("trailers", vec![begin(), send("0\r\n"), Step::Repeat(b"x: y\r\n".to_vec())]),
        ("one trailer", vec![begin(), send("0\r\nx: "), Step::Repeat(vec![b'y'; 1_000])]),
        ("a head", vec![Step::Repeat(b"x: y\r\n".to_vec())]),
        ("headers", vec![send("HTTP/1.1 200 OK\r\n"), Step::Repeat(b"x: y\r\n".to_vec())]),
        ("one header", vec![send("HTTP/1.1 200 OK\r\nx: "), Step::Repeat(vec![b'y'; 1_000])]),
        ("line breaks", vec![Step::Repeat(b"\r\n".to_vec())]),
    ];
    for (what, steps) in table {
        let rig = strict().start(move |_, _| steps.clone()).await;
        let error = outcome(&rig, API).await.expect_err(what);
        let kinds = [ErrorKind::Data, ErrorKind::Limit, ErrorKind::Unavailable];
        assert!(kinds.contains(&error.kind()), "{what}: {error}");
        assert!(rig.passage.usage().body_bytes <= MIB, "{what}");
    }
}

// Proves: broken
#[tokio::test]
async fn lengths_that_contradict_are_no_answer() {
    let table: [&[(&str, &str)]; 7] = [
        &[("content-length", "4"), ("content-length", "5")],
        &[("content-length", "4, 5")],
        &[("content-length", "-4")],
        &[("content-length", "+4")],
        &[("content-length", "0x4")],
        &[("content-length", "four")],
        &[("content-length", "99999999999999999999999999")],
    ];
    for headers in table {
        let steps = vec![head(200, headers), send("four"), Step::Close];
        let rig = strict().start(move |_, _| steps.clone()).await;
        let error = outcome(&rig, API).await.unwrap_err();
        let kind = error.kind();
        assert!(matches!(kind, ErrorKind::Data | ErrorKind::Unavailable), "{headers:?}: {error}");
    }
    for size in ["-4", "0x4", "g", "fffffffffffffffff", "4 4"] {
        let body = format!("{size}\r\nfour\r\n0\r\n\r\n");
        let steps = vec![head(200, &[("transfer-encoding", "chunked")]), send(body), Step::Close];
        let rig = strict().start(move |_, _| steps.clone()).await;
        let error = outcome(&rig, API).await.unwrap_err();
        let kind = error.kind();
        assert!(matches!(kind, ErrorKind::Data | ErrorKind::Unavailable), "{size}: {error}");
    }
}

/// What a server sends beyond its answer is not the answer to the next request.
// Proves: broken
#[tokio::test]
async fn an_answer_that_nobody_asked_for_is_given_to_nobody() {
    let forged = "HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nforged";
    let tails: [&[(&str, &str)]; 2] = [
        &[("content-length", "4")],
        &[("transfer-encoding", "chunked"), ("content-length", "400")],
    ];
    for headers in tails {
        let body = if headers.len() == 1 { "true" } else { "4\r\ntrue\r\n0\r\n\r\n" };
        let steps = vec![head(200, headers), send(format!("{body}{forged}"))];
        let rig = strict()
            .start(move |number, _| if number == 0 { steps.clone() } else { ok("next") })
            .await;
        assert_eq!(outcome(&rig, API).await.unwrap().body, "true", "{headers:?}");
        for page in 0..3 {
            let reply = outcome(&rig, &format!("{API}?page={page}")).await.unwrap();
            assert_eq!(reply.body, "next", "{headers:?}");
        }
    }
}

// Proves: endless
#[tokio::test]
async fn interim_answers_without_an_end_are_given_up_on() {
    for interim in ["HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n"]
    {
        let some = send(interim.repeat(10));
        let rig = strict().start(move |_, _| [vec![some.clone()], ok("good")].concat()).await;
        assert_eq!(outcome(&rig, API).await.unwrap().body, "good");
        let endless = vec![Step::Repeat(interim.as_bytes().to_vec())];
        let rig = strict().start(move |_, _| endless.clone()).await;
        let error = outcome(&rig, API).await.unwrap_err();
        let limit = Duration::from_millis(500);
        assert_eq!(error, GateError::Timeout { phase: Phase::FirstByte, limit });
    }
}

/// What is said to be interim has no body, and nobody asked for another protocol: what stands
/// behind is not the answer, and not the next one's.
// Proves: broken
#[tokio::test]
async fn an_interim_answer_has_no_body_and_no_other_protocol_behind_it() {
    let table = [
        ("100 Continue\r\ncontent-length: 6\r\n\r\nforged", None),
        ("100 Continue\r\ntransfer-encoding: chunked\r\n\r\n6\r\nforged\r\n0\r\n\r\n", None),
        ("101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n", Some((101, ""))),
        ("101 Switching Protocols\r\n\r\n", Some((101, ""))),
        ("199 What\r\n\r\n", Some((200, "first"))),
    ];
    for (interim, expected) in table {
        let begin = send(format!("HTTP/1.1 {interim}"));
        let first = [vec![begin], ok("first")].concat();
        let rig = strict()
            .start(move |number, _| if number == 0 { first.clone() } else { ok("next") })
            .await;
        match (outcome(&rig, API).await, expected) {
            (Ok(reply), Some((status, body))) => {
                assert_eq!((reply.status.as_u16(), &*reply.body), (status, body.as_bytes()));
            }
            (Err(error), None) => assert_eq!(error.kind(), ErrorKind::Data, "{error}"),
            (outcome, _) => panic!("{interim}: {outcome:?}"),
        }
        let next = outcome(&rig, &format!("{API}?page=2")).await.unwrap();
        assert_eq!(next.body, "next", "{interim}");
    }
}

// Proves: endless
#[tokio::test(start_paused = true)]
async fn a_head_that_drips_is_given_up_on() {
    let rig = setup().with(|config| config.limits.retry.attempts = 1).start_in_memory(|_, _| {
        let drip = vec![Step::Pause(Duration::from_secs(20)), send("x: y\r\n")];
        [vec![send("HTTP/1.1 200 OK\r\n")], vec![drip; 999].concat()].concat()
    });
    let begun = Instant::now();
    let error = rig.get(API).await.unwrap_err();
    let limit = Duration::from_secs(60);
    assert_eq!(error, GateError::Timeout { phase: Phase::FirstByte, limit });
    assert!(begun.elapsed() < limit + Duration::from_secs(1));
}

// Proves: storms
#[tokio::test(start_paused = true)]
async fn a_wait_beyond_every_calendar_ends_the_run_at_once() {
    let nines = "9".repeat(10_000);
    for after in [
        "99999999999999999999",
        &nines,
        "Fri, 01 Jan 9999 00:00:00 GMT",
        "Sat, 01 Jan 10000 00:00:00 GMT",
        &format!("Sat, 01 Jan {} 00:00:00 GMT", &nines[..1_000]),
    ] {
        let after = after.to_owned();
        let rig = setup().start_in_memory(move |_, _| answer(429, &[("retry-after", &after)], ""));
        let begun = Instant::now();
        let error = rig.get(API).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::RateLimited);
        assert_eq!((rig.server.hits(), begun.elapsed()), (1, Duration::ZERO));
        assert!(rig.passage.verdict().is_some());
    }
}

// Proves: storms
#[tokio::test(start_paused = true)]
async fn a_storm_of_refusals_is_answered_with_a_few_requests() {
    let rig = setup().start_in_memory(|_, _| answer(429, &[("retry-after", "0")], ""));
    let reply = rig.get(API).await.unwrap();
    assert_eq!((reply.status.as_u16(), rig.server.hits()), (429, 5));
    assert!(rig.events.waits().len() == 4, "each repetition was told");
}

/// What one answer does to its request, it does to no other of the same gate.
// Proves: broken
#[tokio::test]
async fn the_gate_goes_on_behind_each() {
    let bomb = gzip(&vec![0; 8 << 20]);
    let bad = [
        vec![head(200, &[("content-length", "9")]), send("part"), Step::Close],
        vec![send("what is this?"), Step::Close],
        vec![head(200, &[("content-length", "1"), ("content-length", "2")])],
        chunked(200, &[("content-encoding", "gzip")], &bomb[..100], 10),
        vec![Step::Close],
    ];
    let many = bad.len();
    let rig = strict()
        .start(move |number, _| {
            bad.get(number / 2).filter(|_| number % 2 == 0).cloned().unwrap_or_else(|| ok("good"))
        })
        .await;
    for page in 0..many {
        assert!(outcome(&rig, &format!("{API}?bad={page}")).await.is_err(), "{page}");
        assert_eq!(outcome(&rig, &format!("{API}?good={page}")).await.unwrap().body, "good");
    }
}
