//! `wasi:http` on one side, the gate on the other.
//!
//! Bodies stream through: nothing is collected here.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderName, Request, Response, header};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use tollgate_egress::{GateBody, GateError, GuestTimeouts, Passage, Phase};
use wasmtime_wasi_http::{
    DEFAULT_FORBIDDEN_HEADERS, Error, ForbiddenHeaderFilter, RequestOptions, WasiBody,
    WasiHttpHooks,
};

/// Headers that a guest can neither set nor see, beside those that wasmtime forbids: credentials and
/// sessions, whose forging deserves an error. What else is not a guest's to set (the gate's list)
/// many client libraries set by habit, so the gate takes it away without a word.
const FORBIDDEN: [HeaderName; 3] = [header::AUTHORIZATION, header::COOKIE, header::SET_COOKIE];

type SendFuture = Box<
    dyn Future<
            Output = Result<
                (Response<WasiBody>, Box<dyn Future<Output = Result<(), Error>> + Send>),
                Error,
            >,
        > + Send,
>;

/// How one instance reaches the network: through a passage of the account's gate, or not at all.
pub(crate) struct Hooks {
    passage: Option<Passage>,
    /// Requests of an instance that has no network.
    refused: u64,
}

impl Hooks {
    /// Requests go through this passage.
    pub(crate) fn through(passage: Passage) -> Self {
        Hooks { passage: Some(passage), refused: 0 }
    }

    /// Every request is refused.
    pub(crate) fn offline() -> Self {
        Hooks { passage: None, refused: 0 }
    }

    pub(crate) fn passage(&self) -> Option<&Passage> {
        self.passage.as_ref()
    }

    /// How many requests were made although there is no network.
    pub(crate) fn refused(&self) -> u64 {
        self.refused
    }
}

impl WasiHttpHooks for Hooks {
    fn forbidden_header_filter(&mut self) -> ForbiddenHeaderFilter {
        Arc::new(is_forbidden)
    }

    /// The gate knows which schemes pass and says so in its verdict; an answer from here would be
    /// one that the guest can pass over.
    fn is_supported_scheme(&mut self, _: &http::uri::Scheme) -> bool {
        true
    }

    /// The gate derives it from the URL it checked.
    fn set_host_header(&mut self) -> bool {
        false
    }

    fn send_request(
        &mut self,
        request: Request<WasiBody>,
        options: Option<RequestOptions>,
        _: Box<dyn Future<Output = Result<(), Error>> + Send>,
    ) -> SendFuture {
        let Some(passage) = &self.passage else {
            self.refused += 1;
            return Box::new(async { Err(Error::HttpRequestDenied) });
        };
        let answer = passage.send(request, timeouts(options));
        Box::new(async move {
            let response = answer.await.map_err(to_wasi)?;
            let done: Box<dyn Future<Output = Result<(), Error>> + Send> =
                Box::new(async { Ok(()) });
            Ok((response.map(|body| Answer(body).boxed_unsync()), done))
        })
    }
}

fn is_forbidden(name: &HeaderName) -> bool {
    DEFAULT_FORBIDDEN_HEADERS.contains(name) || FORBIDDEN.contains(name)
}

fn timeouts(options: Option<RequestOptions>) -> GuestTimeouts {
    let options = options.unwrap_or_default();
    GuestTimeouts {
        connect: options.connect_timeout,
        first_byte: options.first_byte_timeout,
        between_bytes: options.between_bytes_timeout,
    }
}

/// The gate's body with the error type of `wasi:http`.
struct Answer(GateBody);

impl Body for Answer {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        Pin::new(&mut self.0).poll_frame(cx).map(|frame| frame.map(|frame| frame.map_err(to_wasi)))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}

/// What a guest is told. It is less than the host knows: the verdict stays with the passage.
fn to_wasi(error: GateError) -> Error {
    match error {
        GateError::InvalidRequest(_) => Error::HttpRequestUriInvalid,
        GateError::Denied(_) | GateError::SignIn { .. } => Error::HttpRequestDenied,
        GateError::AddressProhibited(_) => Error::DestinationIpProhibited,
        GateError::DnsFailed(_) => Error::DnsError { rcode: None, info_code: None },
        GateError::ConnectFailed(_) => Error::ConnectionRefused,
        GateError::TlsFailed(_) => Error::TlsProtocolError,
        GateError::Timeout { phase: Phase::Connect, .. } => Error::ConnectionTimeout,
        GateError::Timeout { .. } => Error::HttpResponseTimeout,
        GateError::Cut(_) => Error::HttpResponseIncomplete,
        GateError::HeadTooLarge { max } => {
            Error::HttpResponseHeaderSectionSize(u32::try_from(max).ok())
        }
        GateError::BodyTooLarge(_) => Error::HttpResponseBodySize(None),
        GateError::Undecodable(_) => Error::HttpResponseContentCoding(None),
        GateError::RequestTooLarge { max } => Error::HttpRequestBodySize(Some(max)),
        GateError::RequestCut => Error::HttpProtocolError,
        GateError::InFlightLimit { .. } => Error::ConnectionLimitReached,
        other @ (GateError::Limit(_)
        | GateError::RateLimited { .. }
        | GateError::Leak(_)
        | GateError::Cancelled) => Error::InternalError(Some(other.to_string())),
    }
}
