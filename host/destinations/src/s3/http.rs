//! One request to the store and its whole answer.
//!
//! The client's own HTTP would bring a second TLS and would read proxies from the environment; this
//! is the workspace's. Nothing is fetched from anywhere but the endpoint, and no redirect is followed.

use std::error::Error as StdError;
use std::fmt::{self, Write as _};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use object_store::ClientOptions;
use object_store::client::{
    HttpClient, HttpError, HttpErrorKind, HttpRequest, HttpRequestBody, HttpResponse, HttpService,
};
use tollgate_model::Result;
use tollgate_vault::Secret;

use super::Patience;
use super::connect::covered;
use super::manifest::MANIFEST_BYTES_MAX;
use crate::tls;

/// An answer is collected before it is looked at. The longest that is wanted is a manifest.
const ANSWER_BYTES_MAX: usize = MANIFEST_BYTES_MAX;
/// How much of a refusal is shown.
const SAID_CHARS_MAX: usize = 300;
/// What stores close earlier themselves; a connection is kept for the next part of an upload.
const IDLE: Duration = Duration::from_secs(20);

/// The connections of one load.
#[derive(Clone, Debug)]
pub(super) struct Http {
    client: Client<HttpsConnector<HttpConnector>, HttpRequestBody>,
    timeout: Duration,
    /// The only secret that is sent as it is, so a store could repeat it.
    token: Option<Secret>,
}

impl Http {
    pub(super) fn new(
        is_encrypted: bool,
        patience: &Patience,
        token: Option<Secret>,
    ) -> Result<Self> {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_connect_timeout(Some(patience.connect));
        tcp.set_nodelay(true);
        let tls = HttpsConnectorBuilder::new().with_tls_config(tls::verifying(None)?);
        let connector = match is_encrypted {
            true => tls.https_only().enable_http1().wrap_connector(tcp),
            false => tls.https_or_http().enable_http1().wrap_connector(tcp),
        };
        let client = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(IDLE)
            .pool_timer(TokioTimer::new())
            .build(connector);
        Ok(Http { client, timeout: patience.request, token })
    }

    async fn exchange(&self, request: HttpRequest) -> Result<HttpResponse, Failure> {
        let is_put = request.method() == Method::PUT;
        let response = self.client.request(request).await.map_err(|error| Failure::lost(&error))?;
        let (head, body) = response.into_parts();
        let body = Limited::new(body, ANSWER_BYTES_MAX).collect().await;
        let body = body.map(|body| body.to_bytes()).map_err(|error| {
            match error.downcast_ref::<LengthLimitError>() {
                Some(_) => Failure::TooLong,
                None => Failure::lost(error.as_ref()),
            }
        })?;
        let refused = || {
            let body = covered(&String::from_utf8_lossy(&body), self.token.as_ref());
            Failure::refused(head.status, &head.headers, &body)
        };
        let is_plain = match head.status {
            status if status.is_success() => true,
            // What is missing is no error of every caller's; a bucket that is missing is.
            StatusCode::NOT_FOUND => !refused().is("NoSuchBucket"),
            // The conditions of a manifest's write are the client's to tell.
            StatusCode::CONFLICT | StatusCode::PRECONDITION_FAILED => is_put,
            _ => false,
        };
        if !is_plain {
            return Err(refused());
        }
        // Besides the status, nothing is of use of an answer that is none; and what it says may
        // repeat the request's headers, of which one may be a secret.
        let body = if head.status.is_success() { body } else { Bytes::new() };
        Ok(HttpResponse::from_parts(head, body.into()))
    }
}

#[async_trait]
impl HttpService for Http {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let answered = tokio::time::timeout(self.timeout, self.exchange(request)).await;
        answered.unwrap_or(Err(Failure::TimedOut(self.timeout))).map_err(|failure| {
            // Each write of a load may be done again: data has keys of its own, and a manifest is
            // written on a condition and told apart by its revision.
            let kind = match failure.is_passing() {
                true => HttpErrorKind::Request,
                false => HttpErrorKind::Unknown,
            };
            HttpError::new(kind, failure)
        })
    }
}

/// Gives the client what it makes its requests with.
#[derive(Debug)]
pub(super) struct Connector(pub(super) Http);

impl object_store::client::HttpConnector for Connector {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(self.0.clone()))
    }
}

/// What came instead of an answer that is of use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// The store said no.
    Refused {
        status: StatusCode,
        /// Its word for it, such as `AccessDenied`.
        code: String,
        message: String,
        /// Where the bucket is, if that is somewhere else.
        region: Option<String>,
    },
    /// The connection did not come about, or broke.
    Lost(String),
    /// No answer came in this time.
    TimedOut(Duration),
    /// The answer is longer than any that is wanted.
    TooLong,
}

impl Failure {
    fn lost(error: &dyn StdError) -> Self {
        let mut text = error.to_string();
        let mut source = error.source();
        while let Some(error) = source {
            // Writing into a string cannot fail.
            let _ = write!(text, ": {error}");
            source = error.source();
        }
        Failure::Lost(shown(&text))
    }

    fn refused(status: StatusCode, headers: &HeaderMap, body: &str) -> Self {
        let region = headers.get("x-amz-bucket-region").and_then(|value| value.to_str().ok());
        Failure::Refused {
            status,
            code: shown(element(body, "Code")),
            message: shown(element(body, "Message")),
            region: region.map(shown),
        }
    }

    /// Whether the store said this word.
    pub(super) fn is(&self, word: &str) -> bool {
        matches!(self, Failure::Refused { code, .. } if code == word)
    }

    /// Whether the same request may have another answer soon.
    pub(super) fn is_passing(&self) -> bool {
        match self {
            Failure::Lost(_) | Failure::TimedOut(_) => true,
            Failure::TooLong => false,
            Failure::Refused { status, .. } => {
                [408, 429, 500, 502, 503, 504].contains(&status.as_u16())
            }
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Refused { status, code, message, .. } => {
                let said = [code.as_str(), message.as_str()].into_iter();
                let said: Vec<&str> = said.filter(|text| !text.is_empty()).collect();
                match said.is_empty() {
                    true => write!(f, "status {}", status.as_u16()),
                    false => write!(f, "{} [{}]", said.join(": "), status.as_u16()),
                }
            }
            Failure::Lost(text) => f.write_str(text),
            Failure::TimedOut(time) => write!(f, "no answer came within {} s", time.as_secs()),
            Failure::TooLong => write!(f, "the answer has more than {ANSWER_BYTES_MAX} bytes"),
        }
    }
}

impl StdError for Failure {}

/// What stands between the tags of this name, the first that there is.
fn element<'a>(xml: &'a str, name: &str) -> &'a str {
    let rest = xml.split_once(&format!("<{name}>")).map_or("", |(_, rest)| rest);
    rest.split_once('<').map_or("", |(text, _)| text)
}

/// A text of the store's, so short and so plain that it can be shown.
fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(SAID_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16, body: &str) -> Failure {
        Failure::refused(StatusCode::from_u16(status).unwrap(), &HeaderMap::new(), body)
    }

    #[test]
    fn of_a_refusal_code_and_message_are_told_and_nothing_else() {
        let long = format!("<Error><Message>{}</Message></Error>", "x".repeat(1000));
        for (body, told) in [
            (
                "<Error><Code>AccessDenied</Code><Message>Access Denied</Message>\
                 <CanonicalRequest>x-amz-security-token:canary</CanonicalRequest></Error>",
                "AccessDenied: Access Denied [403]",
            ),
            ("<Error><Code>A\u{1b}[31m\nB</Code></Error>", "A[31mB [403]"),
            ("<html>canary", "status 403"),
            ("<Code>cut canary", "status 403"),
            ("", "status 403"),
            (&long, &format!("{} [403]", "x".repeat(300))),
        ] {
            assert_eq!(refused(403, body).to_string(), told);
        }
    }

    #[test]
    fn what_may_pass_is_told_by_its_status() {
        let passing = |status| refused(status, "").is_passing();
        assert!([408, 429, 500, 502, 503, 504].into_iter().all(passing));
        assert!(![301, 400, 401, 403, 405, 411, 416, 501].into_iter().any(passing));
    }
}
