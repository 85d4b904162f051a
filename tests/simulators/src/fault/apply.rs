//! Faults in what is said: the status, the headers, the JSON.

use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::Value;

use super::armoury::Drawn;
use super::kind::{Kind, RetryAfter, Stage};
use super::wire;
use crate::script::{Ending, Script};
use crate::vendor::{Reply, Request, Vendor};

const HTML: &str = "<!DOCTYPE html>\n<html><head><title>Service unavailable</title></head>\
    <body><h1>We will be right back</h1><p>Planned maintenance.</p></body></html>\n";

/// What the server does in the end.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// Answer in good order.
    Reply(Reply),
    /// Take the socket over.
    Script(Script),
}

impl Outcome {
    /// One word for the log.
    pub(crate) fn summary(&self) -> String {
        match self {
            Outcome::Reply(reply) => reply.status.to_string(),
            Outcome::Script(script) => match script.ending {
                Ending::Close => "cut".to_owned(),
                Ending::Reset => "reset".to_owned(),
                Ending::Hang => "silence".to_owned(),
            },
        }
    }
}

impl Drawn {
    /// Turns the vendor's answer into what the client gets, and counts every fault that had an
    /// effect. Twists were heeded by the vendor already, if the answer is a page at all.
    pub(crate) fn apply(
        &self,
        request: &Request,
        mut reply: Reply,
        vendor: &dyn Vendor,
    ) -> Outcome {
        for armed in &self.0 {
            let has_effect = match armed.kind().stage() {
                Stage::Page(_) => reply.is_page,
                Stage::Content => edit(armed.kind(), request, &mut reply, vendor),
                Stage::Wire => false,
            };
            if has_effect {
                armed.mark_fired();
            }
        }
        for armed in &self.0 {
            if let Some(script) = wire::script(armed.kind(), &reply) {
                armed.mark_fired();
                return Outcome::Script(script);
            }
        }
        Outcome::Reply(reply)
    }
}

/// Changes `reply` and says whether that was possible.
fn edit(kind: &Kind, request: &Request, reply: &mut Reply, vendor: &dyn Vendor) -> bool {
    match kind {
        Kind::Status { code, retry_after } => {
            let message = "The simulator was told to fail";
            let body = vendor.error_body_for(request, *code, message);
            replace(reply, *code, vendor.content_type(), body);
            reply.headers.extend(vendor.error_headers(message));
            if let Some(retry_after) = retry_after {
                let header = ("retry-after".to_owned(), header_value(retry_after));
                reply.headers.push(header);
            }
            true
        }
        Kind::Redirect(target) => {
            replace(reply, 302, vendor.content_type(), Bytes::new());
            reply.headers.push(("location".to_owned(), target.clone()));
            true
        }
        Kind::Html => {
            replace(reply, 200, "text/html; charset=utf-8", HTML);
            true
        }
        Kind::ErrorBody => {
            let body = vendor.error_body_for(request, 200, "An internal error occurred");
            replace(reply, 200, vendor.content_type(), body);
            true
        }
        Kind::EchoHeaders => {
            let headers = request.headers.iter();
            let lines: Vec<_> = headers.map(|(name, value)| format!("{name}: {value}")).collect();
            let message = format!("Bad request: {}", lines.join(", "));
            let body = vendor.error_body_for(request, 400, &message);
            replace(reply, 400, vendor.content_type(), body);
            true
        }
        Kind::Header { name, value } => {
            let found = reply.headers.iter_mut().find(|(header, _)| header == name);
            found.map(|(_, old)| value.clone_into(old)).is_some()
        }
        _ => edit_body(kind, reply),
    }
}

fn edit_body(kind: &Kind, reply: &mut Reply) -> bool {
    match kind {
        Kind::CutJson => {
            reply.body.truncate(reply.body.len() / 2);
            true
        }
        Kind::HugeHeader(kib) => {
            let header = ("x-filler".to_owned(), "a".repeat(kib * 1024));
            reply.headers.push(header);
            true
        }
        Kind::Oversized(mib) => {
            let mut body = vec![b' '; mib << 20];
            body.extend_from_slice(&reply.body);
            reply.body = body.into();
            true
        }
        Kind::InvalidUtf8 => {
            reply.body = with_invalid_utf8(&reply.body);
            true
        }
        Kind::MissingRecords => edit_records(reply, None),
        Kind::WrongRecords => edit_records(reply, Some(Value::from("none"))),
        Kind::NullRecords => edit_records(reply, Some(Value::Null)),
        Kind::EmptyPage => edit_records(reply, Some(Value::Array(Vec::new()))),
        _ => false,
    }
}

fn replace(reply: &mut Reply, status: u16, content_type: &str, body: impl Into<Bytes>) {
    *reply = Reply::new(status, content_type, body);
}

fn edit_records(reply: &mut Reply, records: Option<Value>) -> bool {
    let Some(path) = reply.records else {
        return false;
    };
    let Ok(mut body) = serde_json::from_slice::<Value>(&reply.body) else {
        return false;
    };
    let (parents, field) = path.rsplit_once('/').unwrap_or(("", path));
    let mut parents = parents.split('/').filter(|parent| !parent.is_empty());
    let parent = parents.try_fold(&mut body, |value, parent| value.get_mut(parent));
    let Some(Value::Object(parent)) = parent else {
        return false;
    };
    match records {
        Some(records) => parent.insert(field.to_owned(), records),
        None => parent.remove(field),
    };
    reply.body = body.to_string().into();
    true
}

/// Puts two bytes that no UTF-8 contains into the first string value.
fn with_invalid_utf8(body: &Bytes) -> Bytes {
    let value = body.windows(3).position(|window| window == b"\":\"");
    let at = value.map_or(body.len(), |at| at + 3);
    [&body[..at], b"\xff\xfe", &body[at..]].concat().into()
}

fn header_value(retry_after: &RetryAfter) -> String {
    match retry_after {
        RetryAfter::Seconds(seconds) => seconds.to_string(),
        RetryAfter::Text(text) => text.clone(),
        RetryAfter::DateIn(seconds) => {
            let date = Timestamp::now().checked_add(Duration::from_secs(*seconds));
            let date = date.unwrap_or(Timestamp::MAX);
            date.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
        }
    }
}
