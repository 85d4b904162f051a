//! Where a guest's standard output and error go: into a small buffer that is looked at after a trap.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::io::AsyncWrite;
use wasmtime_wasi::async_trait;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult};

/// What one write may hand over.
const WRITE_BYTES_MAX: usize = 64 << 10;

/// Keeps the last bytes written to it and never refuses any: a guest that prints much is no worse
/// than one that prints nothing, and a panic message comes last.
#[derive(Clone, Debug)]
pub(crate) struct Tail {
    bytes_max: usize,
    bytes: Arc<Mutex<VecDeque<u8>>>,
}

impl Tail {
    pub(crate) fn new(bytes_max: usize) -> Self {
        Tail { bytes_max, bytes: Arc::default() }
    }

    /// What was written last.
    pub(crate) fn text(&self) -> String {
        let mut bytes = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(bytes.make_contiguous()).into_owned()
    }

    fn push(&self, written: &[u8]) {
        let mut bytes = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = written.get(written.len().saturating_sub(self.bytes_max)..).unwrap_or(written);
        let held = bytes.len();
        let excess = (held + kept.len()).saturating_sub(self.bytes_max);
        bytes.drain(..excess.min(held));
        bytes.extend(kept);
    }
}

impl IsTerminal for Tail {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Tail {
    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }

    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }
}

#[async_trait]
impl Pollable for Tail {
    async fn ready(&mut self) {}
}

impl OutputStream for Tail {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.push(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(WRITE_BYTES_MAX)
    }
}

impl AsyncWrite for Tail {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        self.push(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_bytes_are_kept() {
        let tail = Tail::new(4);
        for (written, kept) in [("ab", "ab"), ("cde", "bcde"), ("", "bcde"), ("0123456", "3456")] {
            tail.push(written.as_bytes());
            assert_eq!(tail.text(), kept);
        }
    }

    #[test]
    fn half_a_character_at_the_cut_is_replaced() {
        let tail = Tail::new(2);
        tail.push("aé!".as_bytes());
        assert_eq!(tail.text(), "\u{fffd}!");
    }
}
