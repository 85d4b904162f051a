//! The door that the host keeps: `wasi:http`, by way of waki.

use waki::{Client, ErrorCode};

use super::{Fetch, FetchError, Head, Method, Request};
use crate::failure::Failure;

/// Bytes asked for at once. What the host has is given, however little.
const CHUNK_BYTES: u64 = 256 * 1024;
/// A declared length is room to reserve, but only up to here: it is the provider's word.
const RESERVE_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Requests through the host.
pub struct Host;

impl Fetch for Host {
    fn fetch(&self, request: &Request, body: &mut Vec<u8>) -> Result<Head, FetchError> {
        let client = Client::new();
        let mut builder = match request.method {
            Method::Get => client.get(&request.url),
            Method::Post => client.post(&request.url),
        };
        for (name, value) in &request.headers {
            // waki takes a header's name for granted, so it is checked here.
            let name = waki::header::HeaderName::from_bytes(name.as_bytes());
            let name = name.map_err(|_| internal("a header's name is not one"))?;
            builder = builder.header(name, value.as_str());
        }
        if !request.body.is_empty() {
            builder = builder.body(request.body.as_slice());
        }
        let response = builder.send().map_err(|error| {
            let failure = match error.downcast_ref() {
                Some(code) => failure_of(code),
                None => Failure::internal(format!("the request could not be made: {error}")),
            };
            FetchError::Failed(failure)
        })?;
        let mut headers = Vec::new();
        for (name, value) in response.headers() {
            headers.push((name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
        }
        let head = Head { status: response.status_code(), headers };
        let declared = head.header("content-length").and_then(|length| length.parse().ok());
        body.reserve(declared.unwrap_or(0).min(RESERVE_BYTES_MAX));
        loop {
            match response.chunk(CHUNK_BYTES) {
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Ok(None) => return Ok(head),
                Err(error) => return Err(FetchError::Cut(error.to_string())),
            }
        }
    }
}

fn internal(text: &str) -> FetchError {
    FetchError::Failed(Failure::internal(text))
}

/// What the host's error means for the call. The host knows more than it tells, so the text says
/// little.
fn failure_of(code: &ErrorCode) -> Failure {
    let text = format!("{code}");
    match code {
        ErrorCode::HttpRequestDenied | ErrorCode::DestinationIpProhibited => {
            Failure::Denied("the host does not allow the request".to_owned())
        }
        ErrorCode::HttpRequestUriInvalid
        | ErrorCode::HttpRequestMethodInvalid
        | ErrorCode::HttpRequestUriTooLong
        | ErrorCode::HttpRequestHeaderSize(_)
        | ErrorCode::HttpRequestHeaderSectionSize(_)
        | ErrorCode::HttpRequestBodySize(_) => Failure::Internal(text),
        ErrorCode::HttpResponseBodySize(_)
        | ErrorCode::HttpResponseHeaderSectionSize(_)
        | ErrorCode::HttpResponseHeaderSize(_)
        | ErrorCode::HttpResponseContentCoding(_)
        | ErrorCode::HttpResponseTransferCoding(_)
        | ErrorCode::HttpProtocolError
        | ErrorCode::LoopDetected => Failure::UnexpectedResponse(text),
        _ => Failure::Unavailable(text),
    }
}
