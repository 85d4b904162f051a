//! TLS, HTTP/2 and the address check, against a server with a certificate of its own.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Response, Version};
use http_body_util::Full;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use rcgen::{CertifiedKey, KeyPair, generate_simple_self_signed};
use rustls::ServerConfig;
use rustls_pki_types::PrivateKeyDer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tollgate_model::ErrorKind;

use super::harness::*;
use crate::config::GateConfig;
use crate::error::GateError;
use crate::resolve::{Link, Network, Pending};

/// What a server with TLS saw.
#[derive(Default)]
struct Seen {
    connections: AtomicUsize,
    requests: Mutex<Vec<(Version, String)>>,
    server_names: Mutex<Vec<String>>,
}

async fn serve(key: &CertifiedKey<KeyPair>, protocols: &[&str]) -> (SocketAddr, Arc<Seen>) {
    let acceptor = acceptor(key, protocols);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let seen = Arc::new(Seen::default());
    let noted = seen.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(answer_one(acceptor.clone(), stream, noted.clone()));
        }
    });
    (address, seen)
}

pub(super) fn acceptor(key: &CertifiedKey<KeyPair>, protocols: &[&str]) -> TlsAcceptor {
    let der = PrivateKeyDer::try_from(key.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![key.cert.der().clone()], der)
        .unwrap();
    config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
    TlsAcceptor::from(Arc::new(config))
}

async fn answer_one(acceptor: TlsAcceptor, stream: TcpStream, seen: Arc<Seen>) {
    let Ok(stream) = acceptor.accept(stream).await else { return };
    seen.connections.fetch_add(1, Ordering::SeqCst);
    let name = stream.get_ref().1.server_name().unwrap_or_default().to_owned();
    seen.server_names.lock().unwrap().push(name);
    let service = service_fn(move |request: http::Request<hyper::body::Incoming>| {
        let password = request.headers().get("api-password").cloned();
        let noted = (request.version(), format!("{} {password:?}", request.uri()));
        let closes = request.uri().path().ends_with("/close");
        seen.requests.lock().unwrap().push(noted);
        let mut response = Response::new(Full::new(Bytes::from("{}")));
        if closes {
            response.headers_mut().insert("connection", HeaderValue::from_static("close"));
        }
        async { Ok::<_, Infallible>(response) }
    });
    let builder = auto::Builder::new(TokioExecutor::new());
    let _ = builder.serve_connection(TokioIo::new(stream), service).await;
}

/// Finds these addresses for every name, and leads whoever dials a public one to a real server.
struct Pretend {
    answers: Mutex<Vec<Vec<&'static str>>>,
    server: SocketAddr,
    dialled: Arc<Mutex<Vec<String>>>,
}

impl Network for Pretend {
    fn lookup<'a>(&'a self, _: &'a str, port: u16) -> Pending<'a, Vec<SocketAddr>> {
        let answer = self.answers.lock().unwrap().pop().unwrap_or_default();
        let addresses =
            answer.iter().map(|ip| SocketAddr::new(ip.parse().unwrap(), port)).collect();
        Box::pin(async move { Ok(addresses) })
    }

    fn dial(&self, address: SocketAddr) -> Pending<'_, Box<dyn Link>> {
        self.dialled.lock().unwrap().push(address.to_string());
        Box::pin(async move {
            if address.ip().is_loopback() {
                return Err(io::Error::other("loopback was dialled"));
            }
            Ok(Box::new(TcpStream::connect(self.server).await?) as Box<dyn Link>)
        })
    }
}

pub(super) fn key(name: &str) -> CertifiedKey<KeyPair> {
    generate_simple_self_signed(vec![name.to_owned()]).unwrap()
}

pub(super) fn trusting(key: &CertifiedKey<KeyPair>) -> impl FnOnce(&mut GateConfig) {
    let root = key.cert.der().clone();
    move |config| config.extra_root_certificates = vec![root]
}

/// A gate before a server with this key, with one answer for each lookup.
pub(super) fn rig_before(
    setup: Setup,
    server: SocketAddr,
    answers: &[&[&'static str]],
) -> (Rig, Arc<Mutex<Vec<String>>>) {
    let dialled = Arc::new(Mutex::default());
    let answers = answers.iter().rev().map(|answer| answer.to_vec()).collect();
    let network = Pretend { answers: Mutex::new(answers), server, dialled: dialled.clone() };
    (setup.start_on(network), dialled)
}

#[tokio::test]
async fn http_2_is_spoken_where_the_server_does_and_one_connection_is_enough() {
    let key = key("api.example.com");
    for (protocols, version) in [
        (&["h2", "http/1.1"][..], Version::HTTP_2),
        (&["http/1.1"], Version::HTTP_11),
        (&[], Version::HTTP_11),
    ] {
        let (server, seen) = serve(&key, protocols).await;
        let (rig, dialled) = rig_before(setup().with(trusting(&key)), server, &[&["1.1.1.1"]]);
        for page in 0..3 {
            assert_eq!(rig.get(&format!("{API}?page={page}")).await.unwrap().body, "{}");
        }
        let requests = seen.requests.lock().unwrap();
        assert!(requests.iter().all(|(spoken, _)| *spoken == version), "{requests:?}");
        assert!(requests.iter().all(|(_, text)| text.contains(SECRET)), "{requests:?}");
        assert_eq!(requests.len(), 3);
        assert_eq!(seen.connections.load(Ordering::SeqCst), 1);
        assert_eq!(*dialled.lock().unwrap(), ["1.1.1.1:443"]);
        assert_eq!(*seen.server_names.lock().unwrap(), ["api.example.com"]);
    }
}

// Proves: tls
#[tokio::test]
async fn a_certificate_that_is_not_trusted_or_for_another_name_is_refused() {
    let (ours, other) = (key("api.example.com"), key("other.example.com"));
    for (served, trusted) in [(&ours, &other), (&other, &other)] {
        let (server, seen) = serve(served, &["h2"]).await;
        let (rig, _) = rig_before(setup().with(trusting(trusted)), server, &[&["1.1.1.1"]]);
        let error = rig.get(API).await.unwrap_err();
        assert!(matches!(error, GateError::TlsFailed(_)), "{error}");
        assert_eq!(rig.passage.usage().requests, 1, "it is not tried again");
        assert!(seen.requests.lock().unwrap().is_empty());
    }
}

// Proves: tls
#[tokio::test]
async fn a_certificate_outside_its_time_is_refused() {
    let past = (rcgen::date_time_ymd(2001, 1, 1), rcgen::date_time_ymd(2002, 1, 1));
    let future = (rcgen::date_time_ymd(2901, 1, 1), rcgen::date_time_ymd(2902, 1, 1));
    for (from, to) in [past, future] {
        let mut params = rcgen::CertificateParams::new(vec!["api.example.com".to_owned()]).unwrap();
        (params.not_before, params.not_after) = (from, to);
        let signing_key = KeyPair::generate().unwrap();
        let cert = params.self_signed(&signing_key).unwrap();
        let key = CertifiedKey { cert, signing_key };
        let (server, seen) = serve(&key, &["h2"]).await;
        let (rig, _) = rig_before(setup().with(trusting(&key)), server, &[&["1.1.1.1"]]);
        let error = rig.get(API).await.unwrap_err();
        assert!(matches!(error, GateError::TlsFailed(_)), "{error}");
        assert!(seen.requests.lock().unwrap().is_empty());
    }
}

/// Nothing is sent to a peer that does not speak TLS, or that says nothing.
// Proves: tls
#[tokio::test]
async fn a_peer_without_tls_gets_no_request() {
    for says in
        [Some(&b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"[..]), Some(b"\x15\x03"), None]
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = listener.local_addr().unwrap();
        let received = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            if let Some(says) = says {
                stream.write_all(says).await.unwrap();
            }
            let mut received = Vec::new();
            // How the connection ends is not what is asked here.
            let _ = stream.read_to_end(&mut received).await;
            received
        });
        let setup = setup().with(|config| {
            config.limits.timeouts.connect = Duration::from_millis(300);
            config.limits.retry.attempts = 1;
        });
        let (rig, _) = rig_before(setup, server, &[&["1.1.1.1"]]);
        let error = rig.get(API).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
        let received = String::from_utf8_lossy(&received.await.unwrap()).into_owned();
        assert!(!received.contains("GET") && !received.contains(SECRET), "{received:?}");
    }
}

// Proves: addresses
#[tokio::test]
async fn of_mixed_answers_only_public_addresses_are_dialled() {
    let key = key("api.example.com");
    let (server, _) = serve(&key, &[]).await;
    let found: &[&str] = &["127.0.0.1", "169.254.169.254", "::1", "93.184.216.34", "10.0.0.1"];
    let (rig, dialled) = rig_before(setup().with(trusting(&key)), server, &[found]);
    rig.get(API).await.unwrap();
    assert_eq!(*dialled.lock().unwrap(), ["93.184.216.34:443"]);
}

// Proves: addresses
#[tokio::test]
async fn names_that_lead_inside_are_refused_and_end_the_run() {
    for found in [
        &["127.0.0.1"][..],
        &["169.254.169.254"],
        &["fd00::1", "10.1.2.3"],
        &["::1"],
        &["fe80::1", "fd00:ec2::254"],
        &["100.64.0.1", "100.100.100.200"],
        &["192.168.1.1", "172.16.0.1"],
        &["0.0.0.0", "::"],
        &["::ffff:127.0.0.1", "::ffff:1.1.1.1"],
        &["64:ff9b::7f00:1", "64:ff9b:1::a00:1"],
        &["2002:7f00:1::", "2001:0:4136:e378:8000:63bf:3fff:fdd2"],
    ] {
        let server = SocketAddr::from(([127, 0, 0, 1], 9));
        let (rig, dialled) = rig_before(setup(), server, &[found]);
        let error = rig.get(API).await.unwrap_err();
        assert_eq!(error, GateError::AddressProhibited("api.example.com".to_owned()));
        assert_eq!(rig.get(API).await.unwrap_err(), error);
        assert!(rig.passage.verdict().is_some() && dialled.lock().unwrap().is_empty());
    }
}

// Proves: addresses
#[tokio::test]
async fn a_name_that_leads_inside_the_second_time_is_refused() {
    let key = key("api.example.com");
    let (server, seen) = serve(&key, &[]).await;
    let answers: &[&[&str]] = &[&["1.1.1.1"], &["127.0.0.1"]];
    let (rig, dialled) = rig_before(setup().with(trusting(&key)), server, answers);
    rig.get("https://api.example.com/v3/close").await.unwrap();
    let error = rig.get(API).await.unwrap_err();
    assert_eq!(error, GateError::AddressProhibited("api.example.com".to_owned()));
    assert_eq!(*dialled.lock().unwrap(), ["1.1.1.1:443"]);
    assert_eq!(seen.requests.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_remap_may_lead_to_tls_on_this_machine() {
    let key = key("localhost");
    let (server, seen) = serve(&key, &["h2"]).await;
    let setup = setup().with(trusting(&key)).with(|config| {
        let remap = format!("https://api.example.com=https://localhost:{}", server.port());
        config.remaps = vec![remap.parse().unwrap()];
    });
    let (rig, dialled) = rig_before(setup, server, &[&["1.1.1.1"]]);
    rig.get(API).await.unwrap();
    assert_eq!(*dialled.lock().unwrap(), [format!("1.1.1.1:{}", server.port())]);
    assert!(seen.requests.lock().unwrap()[0].1.contains(SECRET), "the operator said so");
    assert_eq!(*seen.server_names.lock().unwrap(), ["localhost"]);
}
