//! The port of this machine to which a browser is sent back. It answers for one path, for one
//! attempt, and is gone when that is over.

use std::io;
use std::net::Ipv4Addr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tollgate_model::{Error, ErrorKind, Result};

use super::authorize::{CALLBACK, Callback, Consent};

/// Bytes of a request's head. 16 KiB: what browsers send at most, cookies of other programs on this
/// machine included.
const HEAD_BYTES_MAX: usize = 16 << 10;
/// How long a browser may take to send it, or to read the page. 10 s: it is on the same machine.
const PATIENCE: Duration = Duration::from_secs(10);
/// Connections at once. 16: browsers open a few beforehand, of which they use one.
const CONNECTIONS_MAX: usize = 16;

/// A port that listens.
pub(super) struct Loopback {
    listener: TcpListener,
    port: u16,
}

/// A request for some path, and whoever waits for its answer.
struct Visit {
    stream: TcpStream,
    path: String,
    query: String,
}

impl Loopback {
    /// Listens on a port; 0 lets the system choose.
    pub(super) async fn bind(port: u16) -> Result<Self> {
        let bound = async {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
            let port = listener.local_addr()?.port();
            Ok::<_, io::Error>(Loopback { listener, port })
        };
        bound.await.map_err(|error| {
            let text = format!("cannot listen on port {port} of 127.0.0.1");
            let hint = "`--port` names another; the provider's console has to know it";
            Error::new(ErrorKind::Config, text).with_hint(hint).with_source(error)
        })
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// Waits for the browser that comes back from this attempt. What else comes is turned away.
    pub(super) async fn wait(self, consent: &Consent) -> Result<Callback> {
        let mut visits = JoinSet::new();
        loop {
            tokio::select! {
                accepted = self.listener.accept(), if visits.len() < CONNECTIONS_MAX => {
                    // A connection that broke off before it was taken is nobody's failure.
                    if let Ok((stream, _)) = accepted {
                        visits.spawn(timeout(PATIENCE, receive(stream)));
                    }
                }
                Some(visit) = visits.join_next() => {
                    let Ok(Ok(Some(visit))) = visit else { continue };
                    if let Some(callback) = answer(visit, consent).await {
                        return Ok(callback);
                    }
                }
            }
        }
    }
}

/// Answers a visit; gives what it brought, if it is the one that is waited for.
async fn answer(visit: Visit, consent: &Consent) -> Option<Callback> {
    let Visit { mut stream, path, query } = visit;
    let callback = if path == CALLBACK { consent.read(&query) } else { Callback::Foreign };
    let (status, text) = match &callback {
        Callback::Code(_) => ("200 OK", "Tollgate has the answer. You can close this window."),
        Callback::Refused(_) => ("200 OK", "The provider gave no access. Tollgate says why."),
        Callback::Foreign => ("404 Not Found", "There is nothing here."),
    };
    let page = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\
         Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nConnection: close\r\n\r\n{}",
        page(text).len(),
        page(text)
    );
    // The browser has delivered what it came for; whether it shows the page is another matter.
    let _ = timeout(PATIENCE, async {
        stream.write_all(page.as_bytes()).await?;
        stream.shutdown().await
    })
    .await;
    (!matches!(callback, Callback::Foreign)).then_some(callback)
}

fn page(text: &str) -> String {
    format!("<!doctype html><title>Tollgate</title><p>{text}</p>")
}

/// Reads the head of a request. `None` for what is no GET.
async fn receive(mut stream: TcpStream) -> Option<Visit> {
    let mut head = Vec::new();
    while !head.windows(4).any(|window| window == b"\r\n\r\n") {
        let read = stream.read_buf(&mut head).await.ok()?;
        if read == 0 || head.len() > HEAD_BYTES_MAX {
            return None;
        }
    }
    let line = head.split(|byte| *byte == b'\r').next()?;
    let mut words = std::str::from_utf8(line).ok()?.split(' ');
    let (method, target) = (words.next()?, words.next()?);
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    (method == "GET").then(|| Visit { path: path.to_owned(), query: query.to_owned(), stream })
}
