//! Wants a socket.

use tollgate_hostile::{Failure, Hostile, Page, export};

struct Component;

impl Hostile for Component {
    fn page(_: u64) -> Result<Option<Page>, Failure> {
        match std::net::TcpStream::connect("127.0.0.1:80") {
            Ok(_) => Ok(None),
            Err(error) => Err(Failure::Denied(error.to_string())),
        }
    }
}

export!(Component);
