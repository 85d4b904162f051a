//! What a stand-in for one vendor has to answer, free of sockets.

use bytes::Bytes;
use hyper::body::{Body as _, Incoming};

/// The longest body that is read unless a vendor takes more: none takes a larger record, and a client
/// that sends more must not fill the memory of the test.
pub const BODY_BYTES_MAX: usize = 1 << 20;

/// One request as a vendor sees it.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The method, in capitals.
    pub method: String,
    /// The path, still percent-encoded, without the query.
    pub path: String,
    /// The query, as it was sent, without the question mark.
    pub raw_query: String,
    /// The query's pairs, decoded, in the order in which they were sent.
    pub query: Vec<(String, String)>,
    /// The headers, their names in small letters.
    pub headers: Vec<(String, String)>,
    /// Whether a body follows.
    pub has_body: bool,
    /// The body. It is empty for GET and HEAD, whose bodies nobody waits for, and for one that
    /// is longer than [`Vendor::body_bytes_max`], which is noted as a violation.
    pub body: Bytes,
}

impl Request {
    pub(crate) fn new(request: &hyper::Request<Incoming>) -> Self {
        let raw_query = request.uri().query().unwrap_or_default().to_owned();
        Request {
            method: request.method().as_str().to_owned(),
            path: request.uri().path().to_owned(),
            query: url::form_urlencoded::parse(raw_query.as_bytes()).into_owned().collect(),
            raw_query,
            headers: request
                .headers()
                .iter()
                .map(|(name, value)| (name.as_str().to_owned(), lossy(value.as_bytes())))
                .collect(),
            has_body: !request.body().is_end_stream(),
            body: Bytes::new(),
        }
    }

    /// The first value of the header `name`, which is given in small letters.
    pub fn header(&self, name: &str) -> Option<&str> {
        pair(&self.headers, name)
    }

    /// The first value of the query parameter `name`.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        pair(&self.query, name)
    }
}

fn pair<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let found = pairs.iter().find(|(key, _)| key == name)?;
    Some(&found.1)
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// An answer, before faults touch it.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// Headers besides the length.
    pub headers: Vec<(String, String)>,
    /// The whole body.
    pub body: Bytes,
    /// The field of the body where the records belong, if it has one. Fields within fields are
    /// parted by slashes.
    pub records: Option<&'static str>,
    /// Whether the answer is a page of a longer list, and [`Twist`]s were heeded.
    pub is_page: bool,
    /// What the client did against the protocol, in sentences for a person.
    pub violations: Vec<String>,
}

impl Reply {
    /// An answer of `status` with `body`, which carries no records.
    pub fn new(status: u16, content_type: &str, body: impl Into<Bytes>) -> Self {
        Reply {
            status,
            headers: vec![("content-type".to_owned(), content_type.to_owned())],
            body: body.into(),
            records: None,
            is_page: false,
            violations: Vec::new(),
        }
    }

    /// The same answer, with a violation noted.
    #[must_use]
    pub fn violation(mut self, what: impl Into<String>) -> Self {
        self.violations.push(what.into());
        self
    }
}

/// A fault in the paging, which only the vendor itself can act out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Twist {
    /// Never come to an end: full pages for ever, and a total that runs ahead.
    Endless,
    /// Serve the first page, whatever was asked for.
    Repeat {
        /// Whether the reply claims to be the page that was asked for.
        claims_requested: bool,
    },
    /// Serve the rows of the page before the one that was asked for, which the reply claims to be.
    Previous,
    /// Put this many new rows before all others, for good.
    Insert(usize),
    /// Take this many rows away from the front, for good.
    Remove(usize),
}

/// A stand-in for one vendor's API: a request in, an answer out, no sockets.
pub trait Vendor: Send + Sync + 'static {
    /// Answers `request`; `twists` are the paging faults that fall on it.
    fn respond(&self, request: &Request, twists: &[Twist]) -> Reply;

    /// The body with which this vendor reports an error under `status`.
    fn error_body(&self, status: u16, message: &str) -> Bytes;

    /// The body with which this vendor reports an error of `request`, where it depends on the path.
    fn error_body_for(&self, _request: &Request, status: u16, message: &str) -> Bytes {
        self.error_body(status, message)
    }

    /// Headers of an error, beside the content type.
    fn error_headers(&self, _message: &str) -> Vec<(String, String)> {
        Vec::new()
    }

    /// The content type of everything the vendor says.
    fn content_type(&self) -> &'static str;

    /// The longest body that is read.
    fn body_bytes_max(&self) -> usize {
        BODY_BYTES_MAX
    }
}
