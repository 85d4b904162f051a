//! A server together with the vendor it stands in for.

use std::io;
use std::ops::Deref;
use std::sync::Arc;

use crate::server::{Server, ServerSettings};
use crate::vendor::Vendor;

/// A running stand-in for one vendor. Dropping it stops it.
///
/// What every vendor has in common (origin, requests, faults) is reached through [`Server`], to
/// which this dereferences; what is the vendor's own (credentials, truth) has methods here.
pub struct Simulator<V> {
    pub(crate) vendor: Arc<V>,
    pub(crate) server: Server,
}

impl<V> Simulator<V> {
    /// The vendor this is a stand-in for.
    pub fn vendor(&self) -> &V {
        &self.vendor
    }
}

impl<V: Vendor> Simulator<V> {
    /// Starts a server that answers for `vendor`.
    pub(crate) fn start(vendor: V, settings: ServerSettings) -> io::Result<Self> {
        let vendor = Arc::new(vendor);
        let server = Server::start(Arc::clone(&vendor) as _, settings)?;
        Ok(Simulator { vendor, server })
    }
}

impl<V> Deref for Simulator<V> {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.server
    }
}
