//! What a package says of itself: the bytes that are signed, and what they mean.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tollgate_model::{ConnectorId, Error, ErrorKind, Result, Version};

use crate::container::damaged;
use crate::declared::Declared;
use crate::digest::Digest;
use crate::key::PublicKey;

/// The version of the manifest's form.
const FORM: u32 = 1;

/// What a component says of itself and asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// The connector's id.
    pub id: ConnectorId,
    /// Its version.
    pub version: Version,
    /// The version of the connector interface that it is made for, for example `0.1.0`.
    pub interface_version: String,
    /// What it asks for.
    pub declared: Declared,
}

/// What a package says of itself, signed by its publisher.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// What its component says of itself.
    pub about: About,
    /// The digest of the component.
    pub component: Digest,
    /// The bytes of the component.
    pub component_bytes: u64,
    /// Who signed.
    pub publisher: PublicKey,
    /// When, where the publisher says so.
    pub packed_at: Option<Timestamp>,
}

impl Manifest {
    /// Reads the manifest of a package.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] where it is of another form, or no manifest.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self> {
        let wrong = |_| damaged("its manifest is none");
        let Form { form } = serde_json::from_slice(bytes).map_err(wrong)?;
        if form != FORM {
            let text = format!("the package has form {form}, and this Tollgate knows form {FORM}");
            return Err(Error::new(ErrorKind::Config, text).with_hint(
                "install a newer Tollgate, or ask its publisher for a package of that form",
            ));
        }
        let wire: Wire = serde_json::from_slice(bytes).map_err(wrong)?;
        wire.try_into()
    }

    /// The bytes that are signed.
    ///
    /// # Errors
    /// [`ErrorKind::Bug`], which does not happen: texts, numbers and lists have a form in JSON.
    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>> {
        let mut bytes = serde_json::to_vec_pretty(&Wire::from(self)).map_err(|error| {
            Error::new(ErrorKind::Bug, "the manifest cannot be written").with_source(error)
        })?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}

/// What tells the form, whatever else there is in it.
#[derive(Deserialize)]
struct Form {
    form: u32,
}

/// The manifest as it is written.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    form: u32,
    id: String,
    version: String,
    interface_version: String,
    publisher: String,
    component: ComponentWire,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    packed_at: Option<Timestamp>,
    asks: Declared,
}

/// The component as it is written.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct ComponentWire {
    digest: String,
    size_bytes: u64,
}

impl TryFrom<Wire> for Manifest {
    type Error = Error;

    fn try_from(wire: Wire) -> Result<Self> {
        Ok(Manifest {
            about: About {
                id: wire.id.parse()?,
                version: wire.version.parse()?,
                interface_version: wire.interface_version,
                declared: wire.asks,
            },
            component: wire.component.digest.parse()?,
            component_bytes: wire.component.size_bytes,
            publisher: wire.publisher.parse()?,
            packed_at: wire.packed_at,
        })
    }
}

impl From<&Manifest> for Wire {
    fn from(manifest: &Manifest) -> Self {
        let About { id, version, interface_version, declared } = manifest.about.clone();
        Wire {
            form: FORM,
            id: id.to_string(),
            version: version.to_string(),
            interface_version,
            publisher: manifest.publisher.to_string(),
            component: ComponentWire {
                digest: manifest.component.to_string(),
                size_bytes: manifest.component_bytes,
            },
            packed_at: manifest.packed_at,
            asks: declared,
        }
    }
}
