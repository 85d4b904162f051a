//! One exchange with a peer, over pooled connections.
//!
//! There is one pool for addresses that were checked and another for places that the operator
//! named, so that a connection made without the check is never handed to a request that needs it.
//! Nothing here reads the environment: no proxy can be set from outside.

use std::error::Error as StdError;
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, Uri};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::{Connected, Connection, capture_connection};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{sleep, timeout};
use tollgate_model::{Error, ErrorKind, Result};
use tower_service::Service;

use crate::error::{GateError, Phase};
use crate::limits::GateLimits;
use crate::resolve::{Link, Network, Reach, connect};
use crate::timeouts::Timeouts;

/// How long an unused connection is kept. 60 s: what load balancers commonly allow.
const IDLE: Duration = Duration::from_secs(60);
/// How often a peer that speaks HTTP/2 is asked whether it is there while it owes an answer, and
/// how long it may take to say so: a dead connection is found before a second try is sent over it.
const PING: Duration = Duration::from_secs(20);
const PONG: Duration = Duration::from_secs(10);
/// Headers of one answer. 128: hyper's own default is 100, too few behind some gateways.
const ANSWER_HEADERS_MAX: usize = 128;

/// The pooled connections of one gate.
#[derive(Clone)]
pub(crate) struct Transport {
    checked: Client,
    anywhere: Client,
    head_bytes_max: u64,
}

type Client = legacy::Client<Connector, Full<Bytes>>;

impl Transport {
    /// # Errors
    /// [`ErrorKind::Config`] for a certificate authority that is none.
    pub(crate) fn new(
        network: Arc<dyn Network>,
        limits: &GateLimits,
        extra_roots: &[CertificateDer<'static>],
    ) -> Result<Self> {
        let tls = tls_config(extra_roots)?;
        let client = |reach| {
            let dialer =
                Dialer { network: network.clone(), reach, within: limits.timeouts.connect };
            let connector = HttpsConnectorBuilder::new().with_tls_config(tls.clone());
            let connector = match reach {
                Reach::Public => connector.https_only(),
                Reach::Anywhere => connector.https_or_http(),
            };
            let https = connector.enable_all_versions().wrap_connector(dialer);
            legacy::Client::builder(TokioExecutor::new())
                .pool_timer(TokioTimer::new())
                .timer(TokioTimer::new())
                .pool_idle_timeout(IDLE)
                .http2_keep_alive_interval(PING)
                .http2_keep_alive_timeout(PONG)
                .http1_max_headers(ANSWER_HEADERS_MAX)
                .http2_max_header_list_size(
                    u32::try_from(limits.response_head_bytes).unwrap_or(u32::MAX),
                )
                .build(Connector { https, within: limits.timeouts.connect })
        };
        Ok(Transport {
            checked: client(Reach::Public),
            anywhere: client(Reach::Anywhere),
            head_bytes_max: limits.response_head_bytes,
        })
    }

    /// Sends a request and waits for the head of the answer.
    pub(crate) async fn exchange(
        &self,
        reach: Reach,
        mut request: Request<Full<Bytes>>,
        timeouts: &Timeouts,
    ) -> Result<Response<Incoming>, GateError> {
        let client = match reach {
            Reach::Public => &self.checked,
            Reach::Anywhere => &self.anywhere,
        };
        let mut captured = capture_connection(&mut request);
        let mut answer = pin!(client.request(request));
        tokio::select! {
            biased;
            answer = &mut answer => return answer.map_err(|error| self.explain(&error)),
            () = async { captured.wait_for_connection_metadata().await; } => {}
            () = sleep(timeouts.connect) => {
                return Err(GateError::Timeout { phase: Phase::Connect, limit: timeouts.connect });
            }
        }
        match timeout(timeouts.first_byte, answer).await {
            Ok(answer) => answer.map_err(|error| self.explain(&error)),
            Err(_) => {
                Err(GateError::Timeout { phase: Phase::FirstByte, limit: timeouts.first_byte })
            }
        }
    }

    /// What went wrong, in the gate's words. What a peer sent is not repeated.
    fn explain(&self, error: &legacy::Error) -> GateError {
        let mut cause: Option<&(dyn StdError + 'static)> = Some(error);
        while let Some(current) = cause {
            if let Some(error) = current.downcast_ref::<GateError>() {
                return error.clone();
            }
            if let Some(tls) = current.downcast_ref::<rustls::Error>() {
                // Behind the handshake, the request may have arrived.
                return match error.is_connect() {
                    true => GateError::TlsFailed(tls.to_string()),
                    false => GateError::Cut(format!("TLS: {tls}")),
                };
            }
            if let Some(error) = current.downcast_ref::<hyper::Error>() {
                if error.is_parse_too_large() {
                    return GateError::HeadTooLarge { max: self.head_bytes_max };
                }
                if error.is_parse() || error.is_user() {
                    return explain_http(error);
                }
            }
            // An `io::Error` gives the source of what it wraps, not what it wraps.
            cause = match current.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
                Some(inner) => Some(inner),
                None => current.source(),
            };
        }
        if error.is_connect() {
            return GateError::ConnectFailed("the handshake broke off".to_owned());
        }
        GateError::Cut("before the head of the answer".to_owned())
    }
}

fn tls_config(extra_roots: &[CertificateDer<'static>]) -> Result<ClientConfig> {
    let mut roots = RootCertStore::from_iter(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    for root in extra_roots {
        roots.add(root.clone()).map_err(|error| {
            Error::new(ErrorKind::Config, "a certificate authority cannot be used")
                .with_source(error)
        })?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider);
    let builder = builder.with_safe_default_protocol_versions().map_err(|error| {
        Error::new(ErrorKind::Bug, "TLS is built without its protocol versions").with_source(error)
    })?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

/// What went wrong within HTTP.
pub(crate) fn explain_http(error: &hyper::Error) -> GateError {
    if error.is_parse() {
        return GateError::Undecodable("it is not HTTP".to_owned());
    }
    if error.is_user() {
        return GateError::InvalidRequest("it cannot be sent".to_owned());
    }
    GateError::Cut("within the answer".to_owned())
}

/// Connects and shakes hands, within a time even where nobody waits for it any more.
#[derive(Clone)]
struct Connector {
    https: HttpsConnector<Dialer>,
    within: Duration,
}

type BoxError = Box<dyn StdError + Send + Sync>;
type Connecting<T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send>>;

impl Service<Uri> for Connector {
    type Response = MaybeHttpsStream<TokioIo<Plain>>;
    type Error = BoxError;
    type Future = Connecting<Self::Response, BoxError>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.https.poll_ready(cx)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let (connecting, limit) = (self.https.call(uri), self.within);
        Box::pin(async move {
            let late = GateError::Timeout { phase: Phase::Connect, limit };
            timeout(limit, connecting).await.map_err(|_| late)?
        })
    }
}

#[derive(Clone)]
struct Dialer {
    network: Arc<dyn Network>,
    reach: Reach,
    within: Duration,
}

impl Service<Uri> for Dialer {
    type Response = TokioIo<Plain>;
    type Error = GateError;
    type Future = Connecting<Self::Response, GateError>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), GateError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let Dialer { network, reach, within } = self.clone();
        Box::pin(async move {
            let host = uri.host().unwrap_or_default();
            let usual = if uri.scheme_str() == Some("http") { 80 } else { 443 };
            let port = uri.port_u16().unwrap_or(usual);
            let link = connect(network.as_ref(), reach, host, port, within).await?;
            Ok(TokioIo::new(Plain(link)))
        })
    }
}

/// A connection before TLS.
struct Plain(Box<dyn Link>);

impl Connection for Plain {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

impl AsyncRead for Plain {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Plain {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buffer)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write_vectored(cx, buffers)
    }

    fn is_write_vectored(&self) -> bool {
        self.0.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}
