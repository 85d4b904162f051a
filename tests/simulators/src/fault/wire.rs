//! Faults in how it is said: bytes that no HTTP server would send like this.

use std::fmt::Write as _;
use std::time::Duration;

use bytes::Bytes;

use super::kind::Kind;
use crate::script::{Ending, Script};
use crate::vendor::Reply;

/// The bytes to send in place of `reply`, for the kinds that take the socket over.
pub(crate) fn script(kind: &Kind, reply: &Reply) -> Option<Script> {
    let whole = reply.body.len();
    let half = &reply.body[..whole / 2];
    let script = match kind {
        Kind::CutBody => Script::new(message(reply, whole, half), Ending::Close),
        Kind::StallBody => Script::new(message(reply, whole, half), Ending::Hang),
        Kind::ResetBody => Script::new(message(reply, whole, half), Ending::Reset),
        Kind::WrongLength => {
            let bytes = message(reply, half.len(), &reply.body);
            Script::new(bytes, Ending::Close)
        }
        Kind::CutChunked => Script::new(cut_chunked(reply, half), Ending::Close),
        Kind::Stall => Script::new(Bytes::new(), Ending::Hang),
        Kind::Reset => Script::new(Bytes::new(), Ending::Reset),
        Kind::Close => Script::new(Bytes::new(), Ending::Close),
        Kind::NotHttp => Script::new("\x16\x03\x01 this is no HTTP\r\n\r\n", Ending::Close),
        Kind::Drip(pause) => drip(reply, *pause),
        _ => return None,
    };
    Some(script)
}

fn drip(reply: &Reply, pause: Duration) -> Script {
    let mut script = Script::new(message(reply, reply.body.len(), &[]), Ending::Close);
    script.drip = Some((reply.body.clone(), pause));
    script
}

/// A message that announces `length` bytes and carries `body`, whatever its length.
fn message(reply: &Reply, length: usize, body: &[u8]) -> Bytes {
    let head = head(reply, &format!("content-length: {length}"));
    [head.as_bytes(), body].concat().into()
}

fn cut_chunked(reply: &Reply, chunk: &[u8]) -> Bytes {
    let head = head(reply, "transfer-encoding: chunked");
    let size = format!("{:x}\r\n", chunk.len().max(1));
    [head.as_bytes(), size.as_bytes(), chunk].concat().into()
}

fn head(reply: &Reply, framing: &str) -> String {
    let mut head = format!("HTTP/1.1 {} Simulated\r\n{framing}\r\n", reply.status);
    for (name, value) in &reply.headers {
        // Writing into a string cannot fail.
        let _ = write!(head, "{name}: {value}\r\n");
    }
    head.push_str("\r\n");
    head
}
