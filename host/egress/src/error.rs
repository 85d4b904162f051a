//! Why a request or a body did not pass.

use std::error::Error as StdError;
use std::time::Duration;

use jiff::Timestamp;
use tollgate_model::{Error, ErrorKind};

/// Why a request or a body did not pass. The runtime maps it to an error code of `wasi:http`; no
/// text in it holds a secret, a body or a query value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GateError {
    /// The request is malformed: its method or headers.
    #[error("the request is not valid: {0}")]
    InvalidRequest(String),
    /// The request goes where this connector may not go, or its URL could be read in two ways.
    #[error("the gate refuses the request: {0}")]
    Denied(String),
    /// The host has no address that a connector may reach.
    #[error("every address of `{0}` is private, local or reserved")]
    AddressProhibited(String),
    /// The name could not be resolved.
    #[error("cannot resolve `{0}`")]
    DnsFailed(String),
    /// No connection came about.
    #[error("cannot connect: {0}")]
    ConnectFailed(String),
    /// The TLS handshake failed.
    #[error("cannot agree on TLS: {0}")]
    TlsFailed(String),
    /// The peer did not answer in time.
    #[error("no answer in time: {phase} took more than {limit:?}")]
    Timeout {
        /// What took too long.
        phase: Phase,
        /// How long it may take.
        limit: Duration,
    },
    /// The connection ended before the answer did.
    #[error("the connection was cut: {0}")]
    Cut(String),
    /// The head of the answer is larger than allowed.
    #[error("the head of the answer is larger than {max} bytes")]
    HeadTooLarge {
        /// Bytes allowed.
        max: u64,
    },
    /// The answer is larger than allowed, as sent or once decompressed.
    #[error("the answer is too large: {0}")]
    BodyTooLarge(String),
    /// The answer's content encoding is unknown or broken.
    #[error("the answer cannot be decoded: {0}")]
    Undecodable(String),
    /// The request's body is larger than allowed.
    #[error("the body of the request is larger than {max} bytes")]
    RequestTooLarge {
        /// Bytes allowed.
        max: u64,
    },
    /// The request's body broke off on the connector's side.
    #[error("the body of the request broke off")]
    RequestCut,
    /// Too many requests of this passage are open at once.
    #[error("more than {max} requests are open at once")]
    InFlightLimit {
        /// Requests allowed.
        max: u32,
    },
    /// A budget or limit of the host is used up; nothing more passes.
    #[error("{0}")]
    Limit(String),
    /// The provider's rate limit or quota is used up for longer than the gate waits.
    #[error("rate limited until {retry_at}")]
    RateLimited {
        /// From when a request makes sense. Where a quota is used up and neither the connector's
        /// descriptor nor the answer's `Retry-After` says when it is filled: in an hour.
        retry_at: Timestamp,
    },
    /// One of the account's secrets was found where none may be.
    #[error("{0}")]
    Leak(String),
    /// No token could be had for the account.
    #[error("{message}")]
    SignIn {
        /// What follows from it.
        kind: ErrorKind,
        /// Why.
        message: String,
        /// What the user can do about it.
        hint: Option<String>,
    },
    /// The passage was cancelled.
    #[error("cancelled")]
    Cancelled,
}

/// The part of an exchange that took too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Resolving, connecting and the TLS handshake.
    Connect,
    /// From the connection to the head of the answer.
    FirstByte,
    /// Between two pieces of the body.
    BetweenBytes,
    /// The whole exchange.
    Whole,
}

impl std::fmt::Display for Phase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Phase::Connect => "connecting",
            Phase::FirstByte => "the first byte",
            Phase::BetweenBytes => "the next byte",
            Phase::Whole => "the whole exchange",
        })
    }
}

impl GateError {
    /// The kind that decides what follows.
    pub fn kind(&self) -> ErrorKind {
        match self {
            GateError::InvalidRequest(_) => ErrorKind::Bug,
            GateError::Denied(_) | GateError::AddressProhibited(_) | GateError::Leak(_) => {
                ErrorKind::Denied
            }
            GateError::DnsFailed(_)
            | GateError::ConnectFailed(_)
            | GateError::TlsFailed(_)
            | GateError::Timeout { .. }
            | GateError::Cut(_) => ErrorKind::Unavailable,
            GateError::Undecodable(_) => ErrorKind::Data,
            GateError::HeadTooLarge { .. }
            | GateError::BodyTooLarge(_)
            | GateError::RequestTooLarge { .. }
            | GateError::InFlightLimit { .. }
            | GateError::Limit(_) => ErrorKind::Limit,
            GateError::RequestCut => ErrorKind::Bug,
            GateError::RateLimited { .. } => ErrorKind::RateLimited,
            GateError::SignIn { kind, .. } => *kind,
            GateError::Cancelled => ErrorKind::Cancelled,
        }
    }
}

impl GateError {
    /// Whether it is certain that no byte of the request reached the provider.
    pub(crate) fn is_before_sending(&self) -> bool {
        matches!(
            self,
            GateError::InvalidRequest(_)
                | GateError::Denied(_)
                | GateError::SignIn { .. }
                | GateError::AddressProhibited(_)
                | GateError::DnsFailed(_)
                | GateError::ConnectFailed(_)
                | GateError::TlsFailed(_)
                | GateError::Timeout { phase: Phase::Connect, .. }
        )
    }

    /// What a sign-in failed with, its causes in one text.
    pub(crate) fn of_sign_in(error: Error) -> Self {
        let mut message = error.message().to_owned();
        let causes = std::iter::successors(StdError::source(&error), |&cause| cause.source());
        causes.for_each(|cause| message.push_str(&format!(": {cause}")));
        GateError::SignIn { kind: error.kind(), message, hint: error.hint().map(str::to_owned) }
    }

    /// Whether it ends the passage: what follows would fail in the same way, or would go on
    /// without something that the run needs.
    pub(crate) fn is_verdict(&self) -> bool {
        matches!(
            self,
            GateError::InvalidRequest(_)
                | GateError::Denied(_)
                | GateError::AddressProhibited(_)
                | GateError::Leak(_)
                | GateError::BodyTooLarge(_)
                | GateError::Limit(_)
                | GateError::RateLimited { .. }
                | GateError::SignIn { .. }
        )
    }
}

impl From<GateError> for Error {
    fn from(error: GateError) -> Self {
        let converted = Error::new(error.kind(), error.to_string());
        match error {
            GateError::RateLimited { retry_at } => converted.with_retry_at(retry_at),
            GateError::SignIn { hint: Some(hint), .. } => converted.with_hint(hint),
            _ => converted,
        }
    }
}
