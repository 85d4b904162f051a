//! From a name to a connection, with the check in between.
//!
//! A connection is made in one step from one lookup: the addresses that the lookup gave are
//! filtered, and the very socket addresses that are left are dialled. There is no second lookup
//! whose answer could be another one.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::address;
use crate::error::GateError;

/// Addresses of one host that are tried. 8: more than providers publish; a zone that names a
/// thousand would keep us busy.
const ADDRESSES_MAX: usize = 8;
/// The least time that one address gets.
const DIAL_MIN: Duration = Duration::from_millis(250);

/// A connection to a peer.
pub(crate) trait Link: AsyncRead + AsyncWrite + Send + Unpin {}

impl<L: AsyncRead + AsyncWrite + Send + Unpin> Link for L {}

pub(crate) type Pending<'a, T> = Pin<Box<dyn Future<Output = io::Result<T>> + Send + 'a>>;

/// The network outside: the machine's, or that of a test.
pub(crate) trait Network: Send + Sync {
    /// The addresses of a host.
    fn lookup<'a>(&'a self, host: &'a str, port: u16) -> Pending<'a, Vec<SocketAddr>>;

    /// A connection to one address.
    fn dial(&self, address: SocketAddr) -> Pending<'_, Box<dyn Link>>;
}

/// The machine's network: the system's resolver and TCP.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SystemNetwork;

impl Network for SystemNetwork {
    fn lookup<'a>(&'a self, host: &'a str, port: u16) -> Pending<'a, Vec<SocketAddr>> {
        Box::pin(async move { Ok(tokio::net::lookup_host((host, port)).await?.collect()) })
    }

    fn dial(&self, address: SocketAddr) -> Pending<'_, Box<dyn Link>> {
        Box::pin(async move {
            let stream = TcpStream::connect(address).await?;
            // A request is one write; waiting for more of it only delays the answer.
            stream.set_nodelay(true)?;
            Ok(Box::new(stream) as Box<dyn Link>)
        })
    }
}

/// Which addresses may be dialled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Public ones.
    Public,
    /// All: the operator named the place.
    Anywhere,
}

/// A connection to a host, within a time.
///
/// # Errors
/// [`GateError::DnsFailed`], [`GateError::AddressProhibited`], [`GateError::ConnectFailed`].
pub(crate) async fn connect(
    network: &dyn Network,
    reach: Reach,
    host: &str,
    port: u16,
    within: Duration,
) -> Result<Box<dyn Link>, GateError> {
    let found = match host.trim_matches(['[', ']']).parse() {
        // Only a place that the operator named can be an address: see `url`.
        Ok(address) => vec![SocketAddr::new(address, port)],
        Err(_) => {
            network.lookup(host, port).await.map_err(|_| GateError::DnsFailed(host.to_owned()))?
        }
    };
    let addresses = permitted(reach, host, &found)?;
    let share = (within / u32::try_from(addresses.len()).unwrap_or(1)).max(DIAL_MIN);
    let mut failure = String::new();
    for address in addresses {
        failure = match timeout(share, network.dial(address)).await {
            Ok(Ok(link)) => return Ok(link),
            Ok(Err(error)) => format!("{host}: {}", error.kind()),
            Err(_) => format!("{host}: no answer within {share:?}"),
        };
    }
    Err(GateError::ConnectFailed(failure))
}

/// The addresses that may be dialled, in the order of the resolver.
fn permitted(reach: Reach, host: &str, found: &[SocketAddr]) -> Result<Vec<SocketAddr>, GateError> {
    if found.is_empty() {
        return Err(GateError::DnsFailed(host.to_owned()));
    }
    let passes = |found: &&SocketAddr| reach == Reach::Anywhere || address::is_public(found.ip());
    let addresses: Vec<_> = found.iter().filter(passes).copied().take(ADDRESSES_MAX).collect();
    if addresses.is_empty() {
        return Err(GateError::AddressProhibited(host.to_owned()));
    }
    Ok(addresses)
}

#[cfg(test)]
mod tests;
