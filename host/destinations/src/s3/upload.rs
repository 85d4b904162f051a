//! One object on its way into the store. It is there when it is complete, and not before.

use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use object_store::path::Path;
use object_store::{Error as StoreError, MultipartUpload, ObjectStoreExt as _, PutPayload};
use tokio::task::JoinHandle;
use tollgate_model::{Error, Result};

use super::connect::Session;
use super::error::explain;

/// What is sent at once. The least that stores take is 5 MiB; a load holds two of them for each
/// table. What is smaller than one is sent as a whole.
pub(super) const PART_BYTES: usize = 8 * 1024 * 1024;

/// How long the end of an upload that is given up is waited for: it is a courtesy to who pays.
const ABORT_TIMEOUT: Duration = Duration::from_secs(10);

/// An object that is being written. If it is dropped before it is complete, it never was.
#[derive(Debug)]
pub(super) struct Upload {
    session: Arc<Session>,
    path: Path,
    /// What has not been sent yet.
    buffer: Vec<u8>,
    bytes: u64,
    parts: Option<Box<dyn MultipartUpload>>,
    /// The part that is being sent.
    under_way: Option<JoinHandle<object_store::Result<()>>>,
    has_failed: bool,
}

impl Upload {
    /// Nothing is sent yet.
    pub(super) fn new(session: Arc<Session>, path: Path) -> Self {
        let (buffer, bytes, has_failed) = (Vec::new(), 0, false);
        Upload { session, path, buffer, bytes, parts: None, under_way: None, has_failed }
    }

    /// Sends what is left. Objects that wait for the end of their load keep nothing large.
    pub(super) fn seal(&mut self) -> Result<()> {
        if self.parts.is_some() && !self.buffer.is_empty() {
            let rest = std::mem::take(&mut self.buffer);
            self.send(rest.into())?;
        }
        self.arrived()
    }

    /// Makes the object be there; gives its key.
    pub(super) fn complete(mut self) -> Result<Path> {
        self.seal()?;
        let (session, path) = (Arc::clone(&self.session), self.path.clone());
        let done = match &mut self.parts {
            None => {
                let whole = PutPayload::from(std::mem::take(&mut self.buffer));
                session.wait(session.store.put(&path, whole)).map(|_| ())
            }
            Some(parts) => match session.wait(parts.complete()) {
                // If the answer to a first try was lost, there is no such upload any more.
                Err(StoreError::NotFound { path: key, source }) if !self.is_there() => {
                    Err(StoreError::NotFound { path: key, source })
                }
                Err(StoreError::NotFound { .. }) => Ok(()),
                done => done.map(|_| ()),
            },
        };
        done.map_err(|error| self.failed(error))?;
        self.parts = None;
        Ok(path)
    }

    /// Whether the store has an object of this key, which no other run uses, in full length.
    fn is_there(&self) -> bool {
        let found = self.session.wait(self.session.store.head(&self.path));
        found.is_ok_and(|meta| meta.size == self.bytes)
    }

    /// Sends a part while the next one is written.
    fn send(&mut self, part: Bytes) -> Result<()> {
        self.arrived()?;
        let mut parts = match self.parts.take() {
            Some(parts) => parts,
            None => {
                let begun = self.session.wait(self.session.store.put_multipart(&self.path));
                begun.map_err(|error| self.failed(error))?
            }
        };
        self.under_way = Some(self.session.spawn(parts.put_part(part.into())));
        self.parts = Some(parts);
        Ok(())
    }

    /// Waits for the part that is being sent.
    fn arrived(&mut self) -> Result<()> {
        let Some(part) = self.under_way.take() else { return Ok(()) };
        let sent = self.session.wait(part).unwrap_or_else(|error| {
            Err(StoreError::Generic { store: "S3", source: Box::new(error) })
        });
        sent.map_err(|error| self.failed(error))
    }

    fn failed(&mut self, error: StoreError) -> Error {
        self.has_failed = true;
        let place = &self.session.place;
        explain(place, &format!("write {} of {place}", self.path), error)
    }
}

impl Write for Upload {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.has_failed {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        let taken = &bytes[..bytes.len().min(PART_BYTES - self.buffer.len())];
        self.buffer.extend_from_slice(taken);
        self.bytes += taken.len() as u64;
        if self.buffer.len() == PART_BYTES {
            // Parts have to be of one size, but for the last one.
            let part = std::mem::take(&mut self.buffer);
            self.send(part.into()).map_err(io::Error::other)?;
        }
        Ok(taken.len())
    }

    /// A part is sent when it is full, for a smaller one would be refused.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        if let Some(part) = self.under_way.take() {
            part.abort();
        }
        if let Some(mut parts) = self.parts.take() {
            let aborted = async { tokio::time::timeout(ABORT_TIMEOUT, parts.abort()).await };
            // What stays of it is not seen by anybody, and ends by the bucket's own rule.
            drop(self.session.wait(aborted));
        }
    }
}
