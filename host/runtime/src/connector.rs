//! A component that has been loaded, and the way from it to an account.

use std::fmt;
use std::sync::Arc;

use tollgate_egress::SignIn;
use tollgate_model::{Descriptor, Result};
use tollgate_package::{About, Declared, Digest};
use tollgate_vault::Account;

use crate::access::Access;
use crate::guest::Template;
use crate::inspect::Inspection;
use crate::runtime::Origin;
use crate::session::Session;

/// A connector, ready to be used by any number of accounts. Clones share it.
#[derive(Clone)]
pub struct Connector(Arc<Shared>);

struct Shared {
    template: Template,
    descriptor: Descriptor,
    inspection: Inspection,
    origin: Origin,
}

impl Connector {
    pub(crate) fn new(
        template: Template,
        descriptor: Descriptor,
        inspection: Inspection,
        origin: Origin,
    ) -> Self {
        Connector(Arc::new(Shared { template, descriptor, inspection, origin }))
    }

    /// What the connector says of itself; checked by [`tollgate_model::check`].
    pub fn descriptor(&self) -> &Descriptor {
        &self.0.descriptor
    }

    /// The digest of the component.
    pub fn digest(&self) -> &Digest {
        &self.0.inspection.digest
    }

    /// What the component can ask for.
    pub fn inspection(&self) -> &Inspection {
        &self.0.inspection
    }

    /// What the connector says of itself and asks for, in the form in which that is signed and
    /// granted.
    ///
    /// # Errors
    /// None that happens: the descriptor was checked.
    pub fn about(&self) -> Result<About> {
        let Descriptor { id, version, .. } = self.descriptor();
        let interface = self.0.inspection.interface_version.clone();
        Ok(About {
            id: id.parse()?,
            version: version.parse()?,
            interface_version: interface.unwrap_or_default(),
            declared: self.declared(),
        })
    }

    /// What the connector asks for.
    pub fn declared(&self) -> Declared {
        let descriptor = self.descriptor();
        let audiences = descriptor.auth_methods.iter().flat_map(|method| &method.audiences);
        Declared {
            imports: self.0.inspection.imports.iter().cloned().collect(),
            origins: descriptor.origins.iter().cloned().collect(),
            audiences: audiences.cloned().collect(),
        }
    }

    /// Whether it had to be compiled.
    pub fn origin(&self) -> Origin {
        self.0.origin
    }

    /// Takes an account of the connector's provider, checks it against the descriptor, and opens a
    /// gate for it. No request is made yet.
    ///
    /// Everything that uses one account at the same time should go through one session: the rate
    /// limits hold within it.
    ///
    /// # Errors
    /// [`tollgate_model::ErrorKind::Config`] for an account, an origin, a remap or a limit that does
    /// not fit.
    pub fn connect(&self, account: &Account, access: Access) -> Result<Session> {
        Session::new(self.clone(), account, access)
    }

    /// Takes an account as [`Connector::connect`] does, to have its user consent by OAuth 2. The
    /// tokens go into the vault of `access`.
    ///
    /// # Errors
    /// As [`Connector::connect`], and [`tollgate_model::ErrorKind::Config`] where the account's auth
    /// method is not OAuth 2 or `access` has no vault.
    pub fn sign_in(&self, account: &Account, access: &Access) -> Result<SignIn> {
        let (_, config) = access.admit(account, self)?;
        SignIn::new(&config, Arc::clone(&access.clock), Arc::clone(&access.observer))
    }

    pub(crate) fn template(&self) -> &Template {
        &self.0.template
    }
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connector")
            .field("id", &self.0.descriptor.id)
            .field("version", &self.0.descriptor.version)
            .field("digest", self.digest())
            .finish()
    }
}
