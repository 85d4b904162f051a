//! Makes whatever request it is told to, past every client library, and takes no refusal for an end:
//! it says in its log what came of it, follows every redirect, and then has no rows.
//!
//! The variant is the request: `METHOD URL`, then `name: value` for each header and `body=BYTES`,
//! parted by ` | `. In a header, `\r`, `\n` and `\0` stand for the characters.

use tollgate_hostile::bindings::wasi::http::outgoing_handler;
use tollgate_hostile::bindings::wasi::http::types::{
    Fields, IncomingBody, IncomingResponse, Method, OutgoingBody, OutgoingRequest, Scheme,
};
use tollgate_hostile::bindings::wasi::io::streams::StreamError;
use tollgate_hostile::{
    Descriptor, Failure, Hostile, LogLevel, ORIGIN, Page, descriptor, export, log,
};

/// Declared, and none where the account's secret goes.
const ELSEWHERE: &str = "https://elsewhere.example.com";
/// The longest chain of redirects, which is no limit.
const REDIRECTS_MAX: usize = 1_000;

struct Component;

impl Hostile for Component {
    fn describe() -> Descriptor {
        let origins = vec![ORIGIN.to_owned(), ELSEWHERE.to_owned()];
        let reads_by_post = vec![format!("{ORIGIN}/reports/")];
        Descriptor { origins, reads_by_post, ..descriptor() }
    }

    fn page_of(variant: &str, _: u64) -> Result<Option<Page>, Failure> {
        let mut wanted = variant.to_owned();
        for _ in 0..REDIRECTS_MAX {
            match request(&wanted) {
                Ok(response) => match location(&response) {
                    Some(location) => wanted = format!("GET {location}"),
                    None => {
                        log(LogLevel::Info, &told(response));
                        break;
                    }
                },
                Err(why) => {
                    log(LogLevel::Info, &format!("refused: {why}"));
                    break;
                }
            }
        }
        Ok(None)
    }
}

fn request(wanted: &str) -> Result<IncomingResponse, String> {
    let mut parts = wanted.split(" | ");
    let line = parts.next().unwrap_or_default();
    let (method, url) = line.split_once(' ').ok_or("it is no request")?;
    let (headers, mut body) = (Fields::new(), 0);
    for part in parts {
        match part.split_once(": ") {
            Some((name, value)) => {
                let value = value.replace("\\r", "\r").replace("\\n", "\n").replace("\\0", "\0");
                let refused = |error| format!("header {name}: {error}");
                headers.append(name, value.as_bytes()).map_err(refused)?;
            }
            None => body = part.trim_start_matches("body=").parse().unwrap_or_default(),
        }
    }
    let request = OutgoingRequest::new(headers);
    let (scheme, rest) = url.split_once("://").unwrap_or(("https", url));
    let (authority, path) = match rest.find(['/', '?', '#']) {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    let scheme = match scheme {
        "https" => Scheme::Https,
        "http" => Scheme::Http,
        other => Scheme::Other(other.to_owned()),
    };
    request.set_method(&self::method(method)).map_err(|()| "method")?;
    request.set_scheme(Some(&scheme)).map_err(|()| "scheme")?;
    request.set_authority(Some(authority)).map_err(|()| "authority")?;
    request.set_path_with_query(Some(path)).map_err(|()| "path")?;
    let outgoing = request.body().map_err(|()| "body")?;
    let answer = outgoing_handler::handle(request, None).map_err(|error| format!("{error:?}"))?;
    // An answer, or none, tells more than what became of the body.
    let _ = write(&outgoing, body);
    let _ = OutgoingBody::finish(outgoing, None);
    answer.subscribe().block();
    match answer.get() {
        Some(Ok(Ok(response))) => Ok(response),
        Some(Ok(Err(error))) => Err(format!("{error:?}")),
        _ => Err("there is no answer".to_owned()),
    }
}

fn method(name: &str) -> Method {
    match name {
        "GET" => Method::Get,
        "HEAD" => Method::Head,
        "POST" => Method::Post,
        "PUT" => Method::Put,
        "DELETE" => Method::Delete,
        "PATCH" => Method::Patch,
        "CONNECT" => Method::Connect,
        "OPTIONS" => Method::Options,
        "TRACE" => Method::Trace,
        other => Method::Other(other.to_owned()),
    }
}

fn write(body: &OutgoingBody, bytes: usize) -> Result<(), StreamError> {
    let Ok(stream) = body.write() else { return Ok(()) };
    let piece = [b'x'; 4_096];
    let mut left = bytes;
    while left > 0 {
        let now = left.min(piece.len());
        stream.blocking_write_and_flush(&piece[..now])?;
        left -= now;
    }
    Ok(())
}

fn location(response: &IncomingResponse) -> Option<String> {
    let values = response.headers().get("location");
    String::from_utf8(values.into_iter().next()?).ok()
}

/// The answer, to its last header and byte.
fn told(response: IncomingResponse) -> String {
    let mut text = format!("answered: {}", response.status());
    for (name, value) in response.headers().entries() {
        text.push_str(&format!(" {name}={}", String::from_utf8_lossy(&value)));
    }
    match response.consume().map(read) {
        Ok(Ok(body)) => text.push_str(&format!(" {}", String::from_utf8_lossy(&body))),
        other => text.push_str(&format!(" broke off: {}", other.is_err())),
    }
    text
}

fn read(body: IncomingBody) -> Result<Vec<u8>, String> {
    let stream = body.stream().map_err(|()| "it is taken")?;
    let mut bytes = Vec::new();
    loop {
        match stream.blocking_read(1 << 16) {
            Ok(piece) => bytes.extend(piece),
            Err(StreamError::Closed) => return Ok(bytes),
            Err(error) => return Err(format!("{error:?}")),
        }
    }
}

export!(Component);
