//! A way to a database on loopback that breaks around a `COMMIT`.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;

use crate::steps::Side;

/// What a client sends to end a transaction.
const COMMIT: &[u8] = b"COMMIT\0";

/// A proxy. It takes connections as long as the process lives, and passes them on until the one
/// `COMMIT` that it waits for.
pub struct Proxy {
    /// Where it listens.
    pub address: SocketAddr,
    cut: Arc<Cut>,
}

struct Cut {
    server: SocketAddr,
    /// Before the server has it, or behind its answer.
    side: Side,
    commits_left: AtomicU32,
    fired: AtomicBool,
}

impl Proxy {
    /// Cuts the connection around the `COMMIT` of this number, from 1.
    ///
    /// # Errors
    /// Where no socket is to be had.
    pub fn start(server: SocketAddr, nth: u32, side: Side) -> std::io::Result<Proxy> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let (commits_left, fired) = (AtomicU32::new(nth), AtomicBool::new(false));
        let cut = Arc::new(Cut { server, side, commits_left, fired });
        let proxy = Proxy { address: listener.local_addr()?, cut: Arc::clone(&cut) };
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let cut = Arc::clone(&cut);
                thread::spawn(move || drop(pass(client, &cut)));
            }
        });
        Ok(proxy)
    }

    /// Whether it has cut one.
    pub fn has_fired(&self) -> bool {
        self.cut.fired.load(Ordering::SeqCst)
    }
}

/// Passes one connection on, until one of its ends closes it or it is cut.
fn pass(mut client: TcpStream, cut: &Arc<Cut>) -> std::io::Result<()> {
    let mut server = TcpStream::connect(cut.server)?;
    let answers = (server.try_clone()?, client.try_clone()?);
    // Set when the answer that comes next is not to reach the client.
    let swallows = Arc::new(AtomicBool::new(false));
    let swallowing = Arc::clone(&swallows);
    thread::spawn(move || drop(answer(answers, &swallowing)));
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = client.read(&mut buffer)?;
        let sent = &buffer[..read];
        let commits = sent.windows(COMMIT.len()).any(|window| window == COMMIT);
        if commits && cut.commits_left.fetch_sub(1, Ordering::SeqCst) == 1 {
            cut.fired.store(true, Ordering::SeqCst);
            match cut.side {
                Side::Before => break,
                Side::After => swallows.store(true, Ordering::SeqCst),
            }
        }
        if read == 0 {
            break;
        }
        server.write_all(sent)?;
    }
    drop(server.shutdown(Shutdown::Both));
    client.shutdown(Shutdown::Both)
}

fn answer(
    (mut server, mut client): (TcpStream, TcpStream),
    swallows: &AtomicBool,
) -> std::io::Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = server.read(&mut buffer)?;
        if read == 0 || swallows.load(Ordering::SeqCst) {
            break;
        }
        client.write_all(&buffer[..read])?;
    }
    drop(server.shutdown(Shutdown::Both));
    client.shutdown(Shutdown::Both)
}
