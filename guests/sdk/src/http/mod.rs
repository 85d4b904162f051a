//! Requests to the provider.
//!
//! [`Http`] is the connector's only way out. What lies behind it is a [`Fetch`]: the host, or a stub
//! in a test. The host adds the credentials, paces, waits and retries; here only answers that
//! arrived but cannot be used are asked for again.

mod change;
#[cfg(target_family = "wasm")]
mod host;
mod percent;
mod status;

use std::rc::Rc;

pub use percent::{encode_path_segment, encode_query};
pub use status::failure_of_status;

use crate::failure::{Failure, Fault, excerpt_of_bytes};
use crate::log;

/// How often a request is made until its answer can be used. The host waits between them.
const ATTEMPTS: u32 = 3;

/// What a request does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Adds, or does what the URL says.
    Post,
    /// Puts in place.
    Put,
    /// Changes a part.
    Patch,
    /// Removes.
    Delete,
}

/// A request without credentials: the host adds those.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// What it does.
    pub method: Method,
    /// Where it goes.
    pub url: String,
    /// Its headers, beside those of [`Http`].
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: Vec<u8>,
    /// Whether it may be made twice.
    pub is_repeatable: bool,
}

/// A request that reads `url`. Put values in with [`Request::query`] and [`encode_path_segment`].
pub fn get(url: impl Into<String>) -> Request {
    Request {
        method: Method::Get,
        url: url.into(),
        headers: Vec::new(),
        body: Vec::new(),
        is_repeatable: true,
    }
}

/// A request that sends a body. It is made once, unless [`Request::repeatable`] says otherwise.
pub fn post(url: impl Into<String>, body: impl Into<Vec<u8>>) -> Request {
    with_body(Method::Post, url, body)
}

/// A request that puts a body in the place of what is there. It is made once.
pub fn put(url: impl Into<String>, body: impl Into<Vec<u8>>) -> Request {
    with_body(Method::Put, url, body)
}

/// A request that changes a part of what is there. It is made once.
pub fn patch(url: impl Into<String>, body: impl Into<Vec<u8>>) -> Request {
    with_body(Method::Patch, url, body)
}

/// A request that removes what is there. It is made once.
pub fn delete(url: impl Into<String>) -> Request {
    with_body(Method::Delete, url, Vec::new())
}

fn with_body(method: Method, url: impl Into<String>, body: impl Into<Vec<u8>>) -> Request {
    Request { method, body: body.into(), is_repeatable: false, ..get(url) }
}

impl Request {
    /// Adds a query parameter.
    #[must_use]
    pub fn query(mut self, name: &str, value: impl AsRef<str>) -> Self {
        self.url.push(if self.url.contains('?') { '&' } else { '?' });
        encode_query(name, &mut self.url);
        self.url.push('=');
        encode_query(value.as_ref(), &mut self.url);
        self
    }

    /// Adds a query parameter if there is a value.
    #[must_use]
    pub fn query_if(self, name: &str, value: Option<impl AsRef<str>>) -> Self {
        match value {
            Some(value) => self.query(name, value),
            None => self,
        }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Says that its body is JSON.
    #[must_use]
    pub fn json(self) -> Self {
        self.header("Content-Type", "application/json")
    }

    /// Marks it as one that changes nothing, however often it is made.
    #[must_use]
    pub fn repeatable(mut self) -> Self {
        self.is_repeatable = true;
        self
    }
}

/// Status and headers of an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// The status code.
    pub status: u16,
    /// The headers, names in lower case.
    pub headers: Vec<(String, String)>,
}

impl Head {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers.find(|(one, _)| one.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// Why there is no whole answer.
#[derive(Debug)]
pub enum FetchError {
    /// Nothing was sent, after all that the host tried.
    Failed(Failure),
    /// It was sent, at least in part, and no answer came: nobody knows whether it was carried out.
    Unanswered(Failure),
    /// The head of the answer came, and its body broke off.
    Cut {
        /// The head.
        head: Head,
        /// How it broke off.
        what: String,
    },
}

/// Makes one request.
pub trait Fetch {
    /// Makes it, and reads the whole body into `body`, which is empty.
    ///
    /// # Errors
    /// Where no answer came or its body broke off. A status is no error.
    fn fetch(&self, request: &Request, body: &mut Vec<u8>) -> Result<Head, FetchError>;
}

/// Says what failure an answer is, if it is one. None leaves it to [`failure_of_status`].
pub type StatusRule = fn(&Head, &[u8]) -> Option<Failure>;

/// Reads an answer that is no failure: status and headers, and the body.
type Parse<'p> = dyn FnMut(&Head, &[u8]) -> Result<(), Fault> + 'p;

/// The way to the provider, with what all its requests have in common. Cheap to clone.
#[derive(Clone)]
pub struct Http {
    fetch: Rc<dyn Fetch>,
    headers: Vec<(String, String)>,
    status_rule: StatusRule,
}

impl Http {
    /// A way over `fetch`.
    pub fn new(fetch: Rc<dyn Fetch>) -> Self {
        Self { fetch, headers: Vec::new(), status_rule: |_, _| None }
    }

    /// The way over the host. In a native build every request on it is denied.
    pub fn of_host() -> Self {
        #[cfg(target_family = "wasm")]
        return Self::new(Rc::new(host::Host));
        #[cfg(not(target_family = "wasm"))]
        return Self::new(Rc::new(NoHost));
    }

    /// Adds a header to every request.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Takes the provider's own reading of an answer's status before the common one.
    #[must_use]
    pub fn with_status_rule(mut self, rule: StatusRule) -> Self {
        self.status_rule = rule;
        self
    }

    /// Makes a request and has `parse` read its body, which is kept in `body` to be used again. What
    /// cannot be used is asked for again, three times in all.
    ///
    /// # Errors
    /// What the status means, what `parse` failed with, `unexpected-response` for an answer that
    /// stays malformed, `unavailable` for one that stays cut.
    pub fn read(
        &self,
        request: &Request,
        body: &mut Vec<u8>,
        parse: &mut dyn FnMut(&[u8]) -> Result<(), Fault>,
    ) -> Result<(), Failure> {
        self.read_answer(request, body, &mut |_, body| parse(body))
    }

    /// The same, where `parse` wants to see status and headers too.
    ///
    /// # Errors
    /// As for [`Http::read`].
    pub fn read_answer(
        &self,
        request: &Request,
        body: &mut Vec<u8>,
        parse: &mut Parse<'_>,
    ) -> Result<(), Failure> {
        let mut request = request.clone();
        request.headers.extend_from_slice(&self.headers);
        let attempts = if request.is_repeatable { ATTEMPTS } else { 1 };
        let mut attempt = 1;
        loop {
            let Err(Failed { failure, may_pass }) = self.try_once(&request, body, parse) else {
                return Ok(());
            };
            if !may_pass || attempt == attempts {
                return Err(failure);
            }
            log::warn(format!("attempt {attempt} of {attempts}: {}", text_of(&failure)));
            attempt += 1;
        }
    }

    fn try_once(
        &self,
        request: &Request,
        body: &mut Vec<u8>,
        parse: &mut Parse<'_>,
    ) -> Result<(), Failed> {
        body.clear();
        // The host makes a GET again by itself. Of others it cannot know that they change nothing.
        let is_get = request.method == Method::Get;
        let (failure, may_pass) = match self.fetch.fetch(request, body) {
            Ok(head) => {
                let failure = (self.status_rule)(&head, body);
                match failure.or_else(|| failure_of_status(&head, body)) {
                    Some(failure) => (failure, !is_get),
                    None => {
                        return parse(&head, body).map_err(|fault| broken(request, body, fault));
                    }
                }
            }
            Err(FetchError::Failed(failure)) => (failure, false),
            Err(FetchError::Unanswered(failure)) => (failure, !is_get),
            Err(FetchError::Cut { what, .. }) => {
                let text = format!("{}: the answer broke off: {what}", place(request));
                (Failure::Unavailable(text), true)
            }
        };
        let may_pass = may_pass && matches!(failure, Failure::Unavailable(_));
        Err(Failed { failure, may_pass })
    }
}

/// A try that failed.
struct Failed {
    failure: Failure,
    /// Whether another one may fare better.
    may_pass: bool,
}

/// An answer that cannot be used.
#[cold]
fn broken(request: &Request, body: &[u8], fault: Fault) -> Failed {
    match fault {
        Fault::Failed(failure) => Failed { failure, may_pass: false },
        Fault::Malformed(what) => {
            let begins = excerpt_of_bytes(body);
            let text = format!("{}: {what}; the answer begins: {begins}", place(request));
            Failed { failure: Failure::UnexpectedResponse(text), may_pass: true }
        }
    }
}

/// The request's path, for errors: the query may hold what a user typed.
fn place(request: &Request) -> &str {
    let url = request.url.split('?').next().unwrap_or_default();
    let after_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
    after_scheme.find('/').map_or("/", |slash| &after_scheme[slash..])
}

fn text_of(failure: &Failure) -> &str {
    match failure {
        Failure::Unavailable(text) | Failure::UnexpectedResponse(text) => text,
        _ => "",
    }
}

/// What a native build has in the host's place.
#[cfg(not(target_family = "wasm"))]
struct NoHost;

#[cfg(not(target_family = "wasm"))]
impl Fetch for NoHost {
    fn fetch(&self, _: &Request, _: &mut Vec<u8>) -> Result<Head, FetchError> {
        Err(FetchError::Failed(Failure::Denied("there is no host".to_owned())))
    }
}

#[cfg(test)]
mod tests;
