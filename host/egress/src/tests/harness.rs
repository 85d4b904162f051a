//! A gate, a server that plays a script, and what both of them saw.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tollgate_model::{
    AuthScheme, Event, ManualClock, Observer, Parameter, RequestAudit, WaitReason,
};
use tollgate_vault::Secret;

use crate::config::{Credentials, GateConfig, GuestTimeouts};
use crate::error::GateError;
use crate::gate::{Edges, Gate};
use crate::limits::{GateLimits, ScanBudget};
use crate::oauth::SignIn;
use crate::passage::Passage;
use crate::purpose::Purpose;
use crate::resolve::{Link, Network, Pending};

pub(super) const SECRET: &str = "canary-hunter-2";
pub(super) const API: &str = "https://api.example.com/v3/contacts";
pub(super) const NOW: &str = "2024-02-29T12:00:00Z";

/// Whether an error is the one that was expected.
pub(super) type Expected = fn(&GateError) -> bool;

/// One thing that a server does.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Send(Vec<u8>),
    /// Sends the same again and again, until the peer has gone.
    Repeat(Vec<u8>),
    Pause(Duration),
    Close,
    Hang,
}

/// An answer with a body and its length.
pub(super) fn answer(status: u16, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Vec<Step> {
    let length = body.as_ref().len().to_string();
    let all = [headers, &[("content-length", &length)]].concat();
    vec![head(status, &all), Step::Send(body.as_ref().to_vec())]
}

pub(super) fn ok(body: impl AsRef<[u8]>) -> Vec<Step> {
    answer(200, &[], body)
}

pub(super) fn head(status: u16, headers: &[(&str, &str)]) -> Step {
    let mut text = format!("HTTP/1.1 {status} Some Reason\r\n");
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text.push_str("\r\n");
    Step::Send(text.into_bytes())
}

pub(super) fn send(bytes: impl AsRef<[u8]>) -> Step {
    Step::Send(bytes.as_ref().to_vec())
}

/// Decides by the number of the request (from 0) and its head what is done.
type Script = dyn Fn(usize, &str) -> Vec<Step> + Send + Sync;

pub(super) struct Server {
    script: Box<Script>,
    heads: Mutex<Vec<String>>,
    bodies: Mutex<Vec<String>>,
    connections: AtomicUsize,
    under_way: AtomicUsize,
    under_way_most: AtomicUsize,
}

impl Server {
    /// The heads of all requests, in lowercase.
    pub(super) fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }

    /// The bodies of the requests for this path, as they came.
    pub(super) fn bodies_on(&self, path: &str) -> Vec<String> {
        let (heads, bodies) = (self.heads(), self.bodies.lock().unwrap());
        let on_path = heads.iter().zip(&*bodies).filter(|(head, _)| {
            head.split(' ').nth(1).is_some_and(|target| target.split('?').next() == Some(path))
        });
        on_path.map(|(_, body)| body.clone()).collect()
    }

    pub(super) fn hits(&self) -> usize {
        self.heads.lock().unwrap().len()
    }

    pub(super) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    pub(super) fn under_way_most(&self) -> usize {
        self.under_way_most.load(Ordering::SeqCst)
    }

    async fn serve(self: Arc<Self>, mut stream: impl AsyncRead + AsyncWrite + Unpin) {
        self.connections.fetch_add(1, Ordering::SeqCst);
        let mut received = Vec::new();
        // A peer that goes away is no failure of the server.
        while let Ok(Some((head, body))) = next_request(&mut stream, &mut received).await {
            let number = {
                let mut heads = self.heads.lock().unwrap();
                heads.push(head.clone());
                self.bodies.lock().unwrap().push(body);
                heads.len() - 1
            };
            let now = self.under_way.fetch_add(1, Ordering::SeqCst) + 1;
            self.under_way_most.fetch_max(now, Ordering::SeqCst);
            let goes_on = play(&mut stream, (self.script)(number, &head)).await;
            self.under_way.fetch_sub(1, Ordering::SeqCst);
            if !goes_on {
                return;
            }
        }
    }
}

async fn play(stream: &mut (impl AsyncWrite + Unpin), steps: Vec<Step>) -> bool {
    for step in steps {
        match step {
            Step::Send(bytes) => {
                if stream.write_all(&bytes).await.is_err() || stream.flush().await.is_err() {
                    return false;
                }
            }
            Step::Repeat(bytes) => {
                while stream.write_all(&bytes).await.is_ok() && stream.flush().await.is_ok() {}
                return false;
            }
            Step::Pause(duration) => tokio::time::sleep(duration).await,
            Step::Close => return false,
            Step::Hang => std::future::pending().await,
        }
    }
    true
}

/// The next request: its head in lowercase, and its body.
async fn next_request(
    stream: &mut (impl AsyncRead + Unpin),
    received: &mut Vec<u8>,
) -> io::Result<Option<(String, String)>> {
    loop {
        if let Some(end) = received.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&received[..end]).to_ascii_lowercase();
            received.drain(..end + 4);
            let length = head
                .split("content-length: ")
                .nth(1)
                .map_or(0, |rest| rest.split("\r\n").next().unwrap().parse::<usize>().unwrap());
            while received.len() < length {
                if stream.read_buf(received).await? == 0 {
                    return Ok(None);
                }
            }
            let body = received.drain(..length).collect();
            return Ok(Some((head, String::from_utf8(body).unwrap_or_default())));
        }
        if stream.read_buf(received).await? == 0 {
            return Ok(None);
        }
    }
}

/// A network of one server, reached through memory: time can stand still in it.
struct Memory(Arc<Server>);

impl Network for Memory {
    fn lookup<'a>(&'a self, _: &'a str, _: u16) -> Pending<'a, Vec<SocketAddr>> {
        Box::pin(async { Err(io::Error::other("nothing is looked up here")) })
    }

    fn dial(&self, _: SocketAddr) -> Pending<'_, Box<dyn Link>> {
        let server = self.0.clone();
        Box::pin(async move {
            let (near, far) = tokio::io::duplex(64 << 10);
            tokio::spawn(server.serve(far));
            Ok(Box::new(near) as Box<dyn Link>)
        })
    }
}

/// The machine's own, of which only loopback is used.
pub(super) struct Loopback;

impl Network for Loopback {
    fn lookup<'a>(&'a self, host: &'a str, _: u16) -> Pending<'a, Vec<SocketAddr>> {
        Box::pin(async move { Err(io::Error::other(format!("{host} was looked up"))) })
    }

    fn dial(&self, address: SocketAddr) -> Pending<'_, Box<dyn Link>> {
        assert!(address.ip().is_loopback(), "{address} was dialled");
        Box::pin(async move { Ok(Box::new(TcpStream::connect(address).await?) as Box<dyn Link>) })
    }
}

#[derive(Default)]
pub(super) struct Recorder(Mutex<Vec<Event>>);

impl Observer for Recorder {
    fn observe(&self, event: &Event) {
        self.0.lock().unwrap().push(event.clone());
    }
}

impl Recorder {
    pub(super) fn requests(&self) -> Vec<RequestAudit> {
        let events = self.0.lock().unwrap();
        let requests = events.iter().filter_map(|event| match event {
            Event::Request(audit) => Some(audit.clone()),
            _ => None,
        });
        requests.collect()
    }

    pub(super) fn waits(&self) -> Vec<(WaitReason, Duration)> {
        let events = self.0.lock().unwrap();
        let waits = events.iter().filter_map(|event| match event {
            Event::Wait { reason, wait } => Some((*reason, *wait)),
            _ => None,
        });
        waits.collect()
    }

    pub(super) fn text(&self) -> String {
        format!("{:?}", self.0.lock().unwrap())
    }
}

/// What a gate is to be. Without further ado: one account with a password for
/// `https://api.example.com/v3`, and `https://other.example.com` granted as well; POST reads below
/// `/v3/reports`, and a passage may write unless a test says otherwise.
pub(super) struct Setup {
    pub(super) config: GateConfig,
    pub(super) purpose: Purpose,
    pub(super) budget: ScanBudget,
}

pub(super) fn setup() -> Setup {
    let origins = || {
        vec![
            "https://api.example.com".parse().unwrap(),
            "https://*.other.example.com".parse().unwrap(),
        ]
    };
    Setup {
        config: GateConfig {
            account: "acme".parse().unwrap(),
            vault: None,
            declared: origins(),
            granted: origins(),
            remaps: Vec::new(),
            reads_by_post: vec!["https://api.example.com/v3/reports".parse().unwrap()],
            credentials: credentials(&["https://api.example.com/v3"]),
            rate_limits: Vec::new(),
            limit_signs: Vec::new(),
            concurrent_requests: 8,
            limits: GateLimits::default(),
            extra_root_certificates: Vec::new(),
        },
        purpose: Purpose::Write,
        budget: ScanBudget::default(),
    }
}

pub(super) fn credentials(audiences: &[&str]) -> Credentials {
    Credentials {
        scheme: AuthScheme::Fixed {
            headers: vec![Parameter {
                name: "API-Password".to_owned(),
                value: "{password}".to_owned(),
            }],
            query: Vec::new(),
        },
        audiences: audiences.iter().map(|audience| audience.parse().unwrap()).collect(),
        fields: [].into(),
        secrets: [("password".to_owned(), Secret::new(SECRET.to_owned()))].into(),
        settable: [].into(),
    }
}

impl Setup {
    pub(super) fn with(mut self, change: impl FnOnce(&mut GateConfig)) -> Self {
        change(&mut self.config);
        self
    }

    /// With a server on loopback.
    pub(super) async fn start(
        self,
        script: impl Fn(usize, &str) -> Vec<Step> + Send + Sync + 'static,
    ) -> Rig {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = server(script);
        let accepting = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(accepting.clone().serve(stream));
            }
        });
        self.remapped(&address.to_string()).build(server, Arc::new(Loopback))
    }

    /// With a server in memory, for tests in which time stands still.
    pub(super) fn start_in_memory(
        self,
        script: impl Fn(usize, &str) -> Vec<Step> + Send + Sync + 'static,
    ) -> Rig {
        let server = server(script);
        self.remapped("127.0.0.1:9").build(server.clone(), Arc::new(Memory(server)))
    }

    /// Without a server and without remaps.
    pub(super) fn start_on(self, network: impl Network + 'static) -> Rig {
        self.build(server(|_, _| Vec::new()), Arc::new(network))
    }

    fn remapped(self, authority: &str) -> Self {
        let remap = |from: &str| format!("{from}=http://{authority}").parse().unwrap();
        self.with(|config| {
            let from = ["https://api.example.com", "https://*.other.example.com"];
            config.remaps = from.map(remap).into();
        })
    }

    fn build(self, server: Arc<Server>, network: Arc<dyn Network>) -> Rig {
        let clock = Arc::new(ManualClock::new(NOW.parse().unwrap()));
        Rig::new(self, server, network, clock)
    }
}

fn server(script: impl Fn(usize, &str) -> Vec<Step> + Send + Sync + 'static) -> Arc<Server> {
    Arc::new(Server {
        script: Box::new(script),
        heads: Mutex::default(),
        bodies: Mutex::default(),
        connections: AtomicUsize::new(0),
        under_way: AtomicUsize::new(0),
        under_way_most: AtomicUsize::new(0),
    })
}

pub(super) struct Rig {
    pub(super) config: GateConfig,
    pub(super) clock: Arc<ManualClock>,
    network: Arc<dyn Network>,
    pub(super) gate: Gate,
    pub(super) passage: Passage,
    pub(super) events: Arc<Recorder>,
    pub(super) server: Arc<Server>,
}

#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Rig {
    fn new(
        setup: Setup,
        server: Arc<Server>,
        network: Arc<dyn Network>,
        clock: Arc<ManualClock>,
    ) -> Self {
        let events = Arc::new(Recorder::default());
        let config = setup.config;
        let gate = Gate::with_edges(
            config.clone(),
            clock.clone(),
            events.clone(),
            Rig::edges(network.clone()),
        );
        let gate = gate.unwrap();
        let passage = gate.passage(setup.purpose, setup.budget);
        Rig { config, clock, network, gate, passage, events, server }
    }

    fn edges(network: Arc<dyn Network>) -> Edges {
        // The bound itself, so that waits can be foretold.
        Edges { network, dice: Arc::new(|bound| bound) }
    }

    /// Another gate to the same server, as another process has it.
    pub(super) fn beside(&self, change: impl FnOnce(&mut GateConfig)) -> Rig {
        let mut config = self.config.clone();
        change(&mut config);
        let setup = Setup { config, ..setup() };
        Rig::new(setup, self.server.clone(), self.network.clone(), self.clock.clone())
    }

    pub(super) fn sign_in(&self) -> SignIn {
        let edges = Rig::edges(self.network.clone());
        let (clock, events) = (self.clock.clone(), self.events.clone());
        SignIn::with_edges(&self.config, clock, events, edges).unwrap()
    }

    /// A GET with its whole body.
    pub(super) async fn get(&self, url: &str) -> Result<Reply, GateError> {
        self.call(request("GET", url, &[], "")).await
    }

    pub(super) async fn call(&self, request: Request<Full<Bytes>>) -> Result<Reply, GateError> {
        collect(self.passage.send(request, GuestTimeouts::default()).await?).await
    }
}

pub(super) async fn collect(response: Response<crate::GateBody>) -> Result<Reply, GateError> {
    let (head, body) = response.into_parts();
    let body = body.collect().await?.to_bytes();
    Ok(Reply { status: head.status, headers: head.headers, body })
}

pub(super) fn request(
    method: &str,
    url: &str,
    headers: &[(&str, &str)],
    body: impl Into<Bytes>,
) -> Request<Full<Bytes>> {
    let mut request = Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Full::new(body.into())).unwrap()
}
