//! One connection: hyper speaks HTTP until a fault takes the socket over.

use std::convert::Infallible;
use std::io::Write as _;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use http::{HeaderName, HeaderValue, StatusCode};
use http_body::{Frame, SizeHint};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::mpsc;

use crate::fault::Outcome;
use crate::log::InFlight;
use crate::script::Script;
use crate::server::Shared;
use crate::vendor::{Reply, Request};

type Takeover = mpsc::UnboundedSender<(Script, InFlight)>;

/// Serves one client until it leaves or a scripted answer has been played.
pub(crate) async fn serve(shared: Arc<Shared>, stream: TcpStream) {
    let _ = stream.set_nodelay(true);
    let (takeover, mut scripts) = mpsc::unbounded_channel();
    let service = service_fn(|request| {
        let (shared, takeover) = (Arc::clone(&shared), takeover.clone());
        Box::pin(answer(shared, request, takeover))
    });
    let mut connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    let (script, in_flight) = tokio::select! {
        // How a connection ended is the client's affair: an early end is no fault of the server.
        _ = &mut connection => return,
        Some(taken) = scripts.recv() => taken,
    };
    let stream = connection.into_parts().io.into_inner();
    script.play(stream, in_flight).await;
}

async fn answer(
    shared: Arc<Shared>,
    request: hyper::Request<Incoming>,
    takeover: Takeover,
) -> Result<hyper::Response<Body>, Infallible> {
    let in_flight = shared.log.enter(request.uri().path());
    let mut arrived = Request::new(&request);
    let drawn = shared.draw(&arrived.path);
    if let Some(script) = drawn.cut() {
        shared.log.record(&arrived);
        let _ = takeover.send((script, in_flight));
        return std::future::pending().await;
    }
    if !["GET", "HEAD"].contains(&arrived.method.as_str()) {
        arrived.body = read_body(&shared, request.into_body()).await;
    }
    let request = arrived;
    let number = shared.log.record(&request);
    if !shared.settings.latency.is_zero() {
        tokio::time::sleep(shared.settings.latency).await;
    }
    match shared.decide(&request, number, &drawn) {
        Outcome::Reply(reply) => {
            let reply = compress(reply, &request, shared.settings.gzip);
            Ok(response(reply, in_flight))
        }
        Outcome::Script(script) => {
            // `serve` drops the connection, and this future with it, once it has the script.
            let _ = takeover.send((script, in_flight));
            std::future::pending().await
        }
    }
}

/// The whole body. A request whose client went away before the end is never answered, and so has
/// no effect either.
async fn read_body(shared: &Shared, body: Incoming) -> Bytes {
    let bytes_max = shared.vendor.body_bytes_max();
    match Limited::new(body, bytes_max).collect().await {
        Ok(collected) => collected.to_bytes(),
        Err(error) if error.is::<LengthLimitError>() => {
            shared.log.violation(format!("a body is longer than {bytes_max} bytes"));
            Bytes::new()
        }
        Err(_) => std::future::pending().await,
    }
}

fn compress(mut reply: Reply, request: &Request, is_offered: bool) -> Reply {
    let accepted = request.header("accept-encoding").unwrap_or_default();
    let is_accepted =
        accepted.split(',').any(|coding| coding.trim().split(';').next() == Some("gzip"));
    if !is_offered || !is_accepted {
        return reply;
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let packed = encoder.write_all(&reply.body).and_then(|()| encoder.finish());
    if let Ok(packed) = packed {
        reply.body = packed.into();
        let header = ("content-encoding".to_owned(), "gzip".to_owned());
        reply.headers.push(header);
    }
    reply
}

fn response(reply: Reply, in_flight: InFlight) -> hyper::Response<Body> {
    let body = Body { bytes: Full::new(reply.body), _in_flight: in_flight };
    let mut response = hyper::Response::new(body);
    *response.status_mut() =
        StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in reply.headers {
        let name = HeaderName::from_bytes(name.as_bytes());
        let value = HeaderValue::from_bytes(value.as_bytes());
        if let (Ok(name), Ok(value)) = (name, value) {
            response.headers_mut().append(name, value);
        }
    }
    response
}

/// A body that counts as in flight until hyper has taken it whole.
struct Body {
    bytes: Full<Bytes>,
    _in_flight: InFlight,
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        ctx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Pin::new(&mut self.bytes).poll_frame(ctx)
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.bytes.size_hint()
    }
}
