//! Answers that no well-behaved HTTP server would give, byte by byte.

use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::log::InFlight;

/// How a scripted answer leaves the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// In order, as if the server had finished.
    Close,
    /// With a TCP reset.
    Reset,
    /// Not at all: open and silent until the client gives up.
    Hang,
}

/// What to write to the socket in place of an answer.
#[derive(Clone, Debug)]
pub(crate) struct Script {
    /// Written at once.
    pub(crate) bytes: Bytes,
    /// Written after that, one byte at a time.
    pub(crate) drip: Option<(Bytes, Duration)>,
    /// What happens then.
    pub(crate) ending: Ending,
}

impl Script {
    /// Writes `bytes` and then comes to `ending`.
    pub(crate) fn new(bytes: impl Into<Bytes>, ending: Ending) -> Self {
        Script { bytes: bytes.into(), drip: None, ending }
    }

    /// Plays the script on a connection that is not used for anything else from here on.
    ///
    /// A client that goes away in the middle ends the script early, which is its right.
    pub(crate) async fn play(self, mut stream: TcpStream, in_flight: InFlight) {
        let written = self.write(&mut stream).await;
        if written.is_err() {
            return;
        }
        match self.ending {
            Ending::Close => {
                if stream.shutdown().await.is_ok() {
                    wait_for_client(&mut stream).await;
                }
            }
            Ending::Reset => {
                // With no time to linger, closing sends a reset in place of the usual farewell.
                let _ = stream.set_zero_linger();
            }
            Ending::Hang => wait_for_client(&mut stream).await,
        }
        drop(in_flight);
    }

    async fn write(&self, stream: &mut TcpStream) -> std::io::Result<()> {
        stream.write_all(&self.bytes).await?;
        if let Some((bytes, pause)) = &self.drip {
            for byte in bytes {
                // The timer has a grain of a millisecond, which is too long for no pause at all.
                match pause.is_zero() {
                    true => tokio::task::yield_now().await,
                    false => tokio::time::sleep(*pause).await,
                }
                stream.write_all(&[*byte]).await?;
            }
        }
        stream.flush().await
    }
}

/// Reads and forgets until the client closes.
///
/// A socket that is closed with unread bytes in it sends a reset, which would turn every scripted
/// end into a reset whenever the client had already sent more.
async fn wait_for_client(stream: &mut TcpStream) {
    let mut sink = [0; 1024];
    while let Ok(1..) = stream.read(&mut sink).await {}
}
