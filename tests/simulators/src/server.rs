//! The shared HTTP/1.1 server: loopback only, its own thread, gone when dropped.

use std::collections::HashMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::task::{JoinError, JoinSet};

use crate::connection;
use crate::fault::{Armoury, Drawn, Fault, Outcome};
use crate::log::{Log, LoggedRequest, lock};
use crate::vendor::{Reply, Request, Twist, Vendor};

/// How the server behaves, whichever vendor it stands in for.
#[derive(Clone, Debug, Default)]
pub struct ServerSettings {
    /// The port on 127.0.0.1; 0 lets the system choose a free one.
    pub port: u16,
    /// How long every answer is held back.
    pub latency: Duration,
    /// Whether answers are compressed for clients that say they accept gzip.
    pub gzip: bool,
    /// Whether the answer to a GET is kept and given again to whoever asks for the same address, so
    /// that a benchmark measures the client. Only what was asked for the first time is checked.
    pub remember: bool,
    /// Whether a line about every request goes to stderr. It names no header and no value.
    pub verbose: bool,
    /// What goes wrong, and when.
    pub faults: Vec<Fault>,
}

pub(crate) struct Shared {
    pub(crate) settings: ServerSettings,
    pub(crate) log: Arc<Log>,
    pub(crate) vendor: Arc<dyn Vendor>,
    armoury: Armoury,
    /// What is given again, by path and query.
    remembered: Mutex<HashMap<String, Reply>>,
}

impl Shared {
    /// The faults that fall on a request for this path, which are drawn before its body is read.
    pub(crate) fn draw(&self, path: &str) -> Drawn {
        self.armoury.draw(path)
    }

    /// The answer to `request`, with the faults that fall on it.
    pub(crate) fn decide(&self, request: &Request, number: usize, drawn: &Drawn) -> Outcome {
        let is_undone = request.method != "GET" && drawn.refuses();
        let reply = match is_undone {
            // The fault puts its own answer in the place of this one.
            true => Reply::new(500, self.vendor.content_type(), ""),
            false => self.reply(request, &drawn.twists()),
        };
        for violation in &reply.violations {
            let (method, path) = (&request.method, &request.path);
            let line = format!("request {number}, {method} {path}: {violation}");
            self.log.violation(line);
        }
        let outcome = drawn.apply(request, reply, self.vendor.as_ref());
        if self.settings.verbose {
            let (method, path) = (&request.method, &request.path);
            eprintln!("{number} {method} {path} → {}", outcome.summary());
        }
        outcome
    }

    /// What the vendor says, or said before.
    fn reply(&self, request: &Request, twists: &[Twist]) -> Reply {
        if !self.settings.remember || request.method != "GET" || !twists.is_empty() {
            return self.vendor.respond(request, twists);
        }
        let address = format!("{}?{}", request.path, request.raw_query);
        if let Some(reply) = lock(&self.remembered).get(&address) {
            return reply.clone();
        }
        let reply = self.vendor.respond(request, twists);
        if reply.status < 300 && reply.violations.is_empty() {
            lock(&self.remembered).insert(address, reply.clone());
        }
        reply
    }
}

/// A running server on 127.0.0.1. Dropping it stops it and closes every connection.
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts to answer for `vendor`.
    ///
    /// The server has a thread and a runtime of its own, so it also serves tests that have no
    /// runtime, and tests that block theirs.
    ///
    /// # Errors
    /// When the port is taken, or the system refuses a socket or a thread.
    pub fn start(vendor: Arc<dyn Vendor>, settings: ServerSettings) -> io::Result<Server> {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, settings.port))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            armoury: Armoury::new(settings.faults.clone()),
            settings,
            log: Arc::new(Log::new()),
            vendor,
            remembered: Mutex::default(),
        });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (stop, stopped) = oneshot::channel();
        let accepting = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("simulator".to_owned())
            .spawn(move || runtime.block_on(accept(listener, accepting, stopped)))?;
        Ok(Server { address, shared, stop: Some(stop), thread: Some(thread) })
    }

    /// Scheme, host and port, without a trailing slash: `http://127.0.0.1:40321`.
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where the server listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Every request since the start (or since [`clear`](Server::clear)), in order of arrival.
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.shared.log.requests()
    }

    /// How many requests arrived.
    pub fn request_count(&self) -> usize {
        self.shared.log.count()
    }

    /// The most requests that were ever being answered at the same time.
    pub fn in_flight_max(&self) -> usize {
        self.shared.log.in_flight_max()
    }

    /// The most requests for `path` that were ever being answered at the same time.
    pub fn in_flight_max_on(&self, path: &str) -> usize {
        self.shared.log.in_flight_max_on(path)
    }

    /// What the client did against the vendor's protocol, one sentence each. Tests of connectors
    /// assert that it is empty.
    pub fn violations(&self) -> Vec<String> {
        self.shared.log.violations()
    }

    /// How often the faults of this name had an effect; 0 for a name no fault has.
    pub fn fired(&self, name: &str) -> usize {
        self.shared.armoury.fired(name)
    }

    /// The names of the faults that never had an effect: a test that waits for one proves nothing.
    pub fn unfired(&self) -> Vec<String> {
        self.shared.armoury.unfired()
    }

    /// Adds a fault while the server runs. It counts matching requests from now on.
    pub fn inject(&self, fault: Fault) {
        self.shared.armoury.add(fault);
    }

    /// Ends all faults. What [`fired`](Server::fired) counted stays.
    pub fn heal(&self) {
        self.shared.armoury.disarm();
    }

    /// Forgets requests and violations, so that a second run can be looked at alone.
    pub fn clear(&self) {
        self.shared.log.clear();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Dropping the sender is the signal; the thread then drops its runtime, and with it every
        // connection, so nothing is left running when this returns.
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn accept(
    listener: std::net::TcpListener,
    shared: Arc<Shared>,
    mut stopped: oneshot::Receiver<()>,
) {
    let listener = match tokio::net::TcpListener::from_std(listener) {
        Ok(listener) => listener,
        Err(error) => return shared.log.violation(format!("simulator: {error}")),
    };
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            _ = &mut stopped => return,
            Some(ended) = connections.join_next() => report_panic(&shared, ended),
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection::serve(Arc::clone(&shared), stream));
                }
                // Out of file descriptors: a short rest lets other connections end.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            },
        }
    }
}

/// A panic in the simulator must not look like a vendor that hung up.
fn report_panic(shared: &Shared, ended: Result<(), JoinError>) {
    if let Err(error) = ended
        && error.is_panic()
    {
        let violation = format!("the simulator itself failed: {error}");
        shared.log.violation(violation);
    }
}
