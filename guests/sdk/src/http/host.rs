//! The door that the host keeps: `wasi:http`, by way of waki's bindings.
//!
//! waki's own client is not used: it traps where a host breaks its word, tells errors of a body as
//! prose only, and brings an error type that alone is a tenth of a component.

use waki::bindings::wasi::http::outgoing_handler::handle;
use waki::bindings::wasi::http::types::{
    ErrorCode, Fields, IncomingBody, IncomingResponse, OutgoingBody, OutgoingRequest, Scheme,
    http_error_code,
};
use waki::bindings::wasi::io::streams::{OutputStream, StreamError};

use super::{Fetch, FetchError, Head, Method, Request};
use crate::failure::Failure;

/// Bytes asked for at once. What the host has is given, however little.
const CHUNK_BYTES: u64 = 256 * 1024;
/// A declared length is room to reserve, but only up to here: it is the provider's word.
const RESERVE_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Bytes that `wasi:io` takes at once.
const WRITE_BYTES_MAX: usize = 4096;

/// Requests through the host.
pub struct Host;

impl Fetch for Host {
    fn fetch(&self, request: &Request, body: &mut Vec<u8>) -> Result<Head, FetchError> {
        let response = send(request)?;
        let mut headers = Vec::new();
        for (name, value) in response.headers().entries() {
            headers.push((name, String::from_utf8_lossy(&value).into_owned()));
        }
        let head = Head { status: response.status(), headers };
        let declared = head.header("content-length").and_then(|length| length.parse().ok());
        body.reserve(declared.unwrap_or(0).min(RESERVE_BYTES_MAX));
        match read_body(&response, body) {
            Ok(()) => Ok(head),
            Err(Failure::Unavailable(what)) => Err(FetchError::Cut { head, what }),
            // A body that the host ended is not worth another try.
            Err(failure) => Err(FetchError::Unanswered(failure)),
        }
    }
}

fn send(request: &Request) -> Result<IncomingResponse, FetchError> {
    let made = make(request).map_err(FetchError::Failed)?;
    let out = made.body();
    let out = out.map_err(|()| FetchError::Failed(internal("a request has one body")))?;
    let answer = handle(made, None).map_err(|code| no_answer(&code))?;
    // The host may answer before it has read the body, so the answer tells why that failed.
    let is_written = write_body(out, &request.body).is_some();
    answer.subscribe().block();
    match answer.get() {
        Some(Ok(Ok(_))) if !is_written => {
            let text = "the request's body was not taken";
            Err(FetchError::Unanswered(Failure::unavailable(text)))
        }
        Some(Ok(Ok(response))) => Ok(response),
        Some(Ok(Err(code))) => Err(no_answer(&code)),
        Some(Err(())) | None => Err(FetchError::Unanswered(internal("the host gives no answer"))),
    }
}

fn make(request: &Request) -> Result<OutgoingRequest, Failure> {
    let wrong = |what: &str| internal(&format!("{what} cannot be sent"));
    let (scheme, rest) = request.url.split_once("://").ok_or_else(|| wrong("the URL"))?;
    let path_start = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(path_start);
    let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
    let scheme = match scheme {
        "https" => Scheme::Https,
        "http" => Scheme::Http,
        other => Scheme::Other(other.to_owned()),
    };
    let headers = Fields::new();
    for (name, value) in &request.headers {
        let appended = headers.append(name, &value.clone().into_bytes());
        appended.map_err(|_| wrong(&format!("the header {name}")))?;
    }
    let made = OutgoingRequest::new(headers);
    let method = match request.method {
        Method::Get => waki::Method::Get,
        Method::Post => waki::Method::Post,
        Method::Put => waki::Method::Put,
        Method::Patch => waki::Method::Patch,
        Method::Delete => waki::Method::Delete,
    };
    made.set_method(&method).map_err(|()| wrong("the method"))?;
    made.set_scheme(Some(&scheme)).map_err(|()| wrong("the scheme"))?;
    made.set_authority(Some(authority)).map_err(|()| wrong("the host"))?;
    made.set_path_with_query(Some(&path)).map_err(|()| wrong("the path"))?;
    Ok(made)
}

/// None if the body was not taken whole.
fn write_body(out: OutgoingBody, body: &[u8]) -> Option<()> {
    if !body.is_empty() {
        let stream: OutputStream = out.write().ok()?;
        for chunk in body.chunks(WRITE_BYTES_MAX) {
            stream.blocking_write_and_flush(chunk).ok()?;
        }
    }
    OutgoingBody::finish(out, None).ok()
}

fn read_body(response: &IncomingResponse, body: &mut Vec<u8>) -> Result<(), Failure> {
    let unreadable = |()| internal("the host gives no body");
    let incoming: IncomingBody = response.consume().map_err(unreadable)?;
    let stream = incoming.stream().map_err(unreadable)?;
    loop {
        match stream.blocking_read(CHUNK_BYTES) {
            Ok(chunk) => body.extend_from_slice(&chunk),
            Err(StreamError::Closed) => return Ok(()),
            Err(StreamError::LastOperationFailed(error)) => {
                return Err(match http_error_code(&error) {
                    Some(code) => failure_of(&code),
                    None => Failure::unavailable("for a reason that the host does not tell"),
                });
            }
        }
    }
}

fn internal(text: &str) -> Failure {
    Failure::internal(text)
}

/// Whether the request was sent, as far as the host's error tells. An `InternalError` is the host's
/// verdict: it ends the run, and the host knows itself what was sent.
fn no_answer(code: &ErrorCode) -> FetchError {
    let failure = failure_of(code);
    match code {
        ErrorCode::HttpRequestDenied
        | ErrorCode::HttpRequestUriInvalid
        | ErrorCode::HttpRequestBodySize(_)
        | ErrorCode::DestinationIpProhibited
        | ErrorCode::DnsTimeout
        | ErrorCode::DnsError(_)
        | ErrorCode::TlsProtocolError
        | ErrorCode::TlsCertificateError
        | ErrorCode::ConnectionTimeout
        | ErrorCode::ConnectionRefused
        | ErrorCode::ConnectionLimitReached
        | ErrorCode::InternalError(_) => FetchError::Failed(failure),
        _ => FetchError::Unanswered(failure),
    }
}

/// What the host's error means for the call. The host knows more than it tells, and acts on that.
fn failure_of(code: &ErrorCode) -> Failure {
    match code {
        ErrorCode::HttpRequestDenied | ErrorCode::DestinationIpProhibited => {
            Failure::Denied("the host does not allow the request".to_owned())
        }
        ErrorCode::HttpRequestUriInvalid => internal("the URL cannot be sent"),
        ErrorCode::HttpRequestBodySize(_) => internal("the request's body is too large"),
        ErrorCode::HttpResponseBodySize(_) => Failure::unexpected("the answer is too large"),
        ErrorCode::HttpResponseHeaderSectionSize(_) | ErrorCode::HttpResponseHeaderSize(_) => {
            Failure::unexpected("the headers of the answer are too large")
        }
        ErrorCode::HttpResponseContentCoding(_) | ErrorCode::HttpResponseTransferCoding(_) => {
            Failure::unavailable("the answer is packed in a way that cannot be undone")
        }
        ErrorCode::HttpProtocolError => Failure::unexpected("the answer is not HTTP"),
        ErrorCode::DnsTimeout | ErrorCode::DnsError(_) => {
            Failure::unavailable("the host's name was not found")
        }
        ErrorCode::TlsProtocolError | ErrorCode::TlsCertificateError => {
            Failure::unavailable("the connection could not be secured")
        }
        ErrorCode::ConnectionTimeout | ErrorCode::HttpResponseTimeout => {
            Failure::unavailable("the answer did not come in time")
        }
        ErrorCode::HttpResponseIncomplete | ErrorCode::ConnectionTerminated => {
            Failure::unavailable("the connection broke off")
        }
        ErrorCode::ConnectionRefused => Failure::unavailable("no connection could be made"),
        ErrorCode::ConnectionLimitReached => {
            Failure::unavailable("too many requests are under way")
        }
        // The host's own verdict, in its words.
        ErrorCode::InternalError(Some(text)) => Failure::unavailable(text.as_str()),
        _ => Failure::unavailable("the request failed"),
    }
}
