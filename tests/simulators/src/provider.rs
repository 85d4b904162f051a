//! A provider of no vendor: it keeps whole requests, bodies included, and does with each what a
//! closure says. For tests of the host that no vendor's rules are to stand in the way of.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

/// A request as it came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Received {
    /// The method, in capitals.
    pub method: String,
    /// The path with its query.
    pub path: String,
    /// The headers, their names in small letters.
    pub headers: Vec<(String, String)>,
    /// The whole body.
    pub body: String,
}

impl Received {
    /// Method and path, parted by a space.
    pub fn line(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

/// What is done with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// It is answered with a status, a body of JSON, and these headers.
    Answer(u16, String, Vec<(String, String)>),
    /// The connection is closed without an answer.
    Close,
    /// No answer comes while the provider lives.
    Hang,
}

impl Deed {
    /// An answer without further headers.
    pub fn answer(status: u16, body: impl Into<String>) -> Self {
        Deed::Answer(status, body.into(), Vec::new())
    }
}

type Script = dyn Fn(usize, &Received) -> Deed + Send + Sync;

struct Shared {
    script: Box<Script>,
    received: Mutex<Vec<Received>>,
    streams: Mutex<Vec<TcpStream>>,
    is_over: AtomicBool,
}

/// A provider on 127.0.0.1, each of whose connections has a thread. Dropping it ends them.
pub struct Provider {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: Option<JoinHandle<()>>,
}

impl Provider {
    /// Starts one. The script is given the number of the request, from 0, and the request.
    ///
    /// # Errors
    /// When the system refuses a socket or a thread.
    pub fn start(
        script: impl Fn(usize, &Received) -> Deed + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            script: Box::new(script),
            received: Mutex::default(),
            streams: Mutex::default(),
            is_over: AtomicBool::new(false),
        });
        let accepting = Arc::clone(&shared);
        let accepting = std::thread::Builder::new()
            .name("provider".to_owned())
            .spawn(move || accept(&listener, &accepting))?;
        Ok(Provider { address, shared, accepting: Some(accepting) })
    }

    /// Scheme, host and port.
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// All requests so far, in the order in which they came.
    pub fn received(&self) -> Vec<Received> {
        self.shared.received.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::SeqCst);
        // Wakes the thread that accepts, which then ends the others.
        drop(TcpStream::connect(self.address));
        if let Some(accepting) = self.accepting.take() {
            let _ = accepting.join();
        }
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    let mut serving = Vec::new();
    for stream in listener.incoming().flatten() {
        if shared.is_over.load(Ordering::SeqCst) {
            break;
        }
        if let Ok(handle) = stream.try_clone() {
            shared.streams.lock().unwrap_or_else(PoisonError::into_inner).push(handle);
        }
        let shared = Arc::clone(shared);
        // How a connection ends is the client's affair.
        serving.push(std::thread::spawn(move || drop(serve(stream, &shared))));
    }
    for stream in shared.streams.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
        let _ = stream.shutdown(std::net::Shutdown::Both);
    }
    for thread in serving {
        let _ = thread.join();
    }
}

fn serve(mut stream: TcpStream, shared: &Shared) -> io::Result<()> {
    let mut input = BufReader::new(stream.try_clone()?);
    while let Some(request) = receive(&mut input)? {
        let number = {
            let mut received = shared.received.lock().unwrap_or_else(PoisonError::into_inner);
            received.push(request.clone());
            received.len() - 1
        };
        match (shared.script)(number, &request) {
            Deed::Close => return stream.shutdown(std::net::Shutdown::Both),
            Deed::Hang => return input.read_to_end(&mut Vec::new()).map(drop),
            Deed::Answer(status, body, headers) => {
                let mut head = format!("HTTP/1.1 {status} Some Reason\r\n");
                for (name, value) in &headers {
                    head.push_str(&format!("{name}: {value}\r\n"));
                }
                let length = body.len();
                head.push_str("content-type: application/json\r\n");
                head.push_str(&format!("content-length: {length}\r\n\r\n"));
                stream.write_all(format!("{head}{body}").as_bytes())?;
            }
        }
    }
    Ok(())
}

fn receive(input: &mut impl BufRead) -> io::Result<Option<Received>> {
    let mut request = Received::default();
    let mut line = String::new();
    if input.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace().map(str::to_owned);
    request.method = words.next().unwrap_or_default();
    request.path = words.next().unwrap_or_default();
    let mut length = 0;
    loop {
        line.clear();
        input.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        let name = name.to_lowercase();
        if name == "content-length" {
            length = value.parse().map_err(io::Error::other)?;
        }
        request.headers.push((name, value.to_owned()));
    }
    let mut body = vec![0; length];
    input.read_exact(&mut body)?;
    request.body = String::from_utf8(body).map_err(io::Error::other)?;
    Ok(Some(request))
}
