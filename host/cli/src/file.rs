//! The file in which a connector comes: a bare component, or a signed package.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use tollgate_model::{Error, ErrorKind, Result};
use tollgate_runtime::{Limits, Package, PublicKey, package_bytes_max};

/// What is in a file.
pub enum Content<'a> {
    /// A component that nobody signed.
    Component(&'a [u8]),
    /// A package, signed by whoever it says.
    Package(Box<Package<'a>>),
}

/// The bytes of a file, no more than a package may have.
///
/// # Errors
/// [`ErrorKind::Config`] where it cannot be read or has more.
pub fn read(path: &Path, limits: &Limits) -> Result<Vec<u8>> {
    let bytes_max = package_bytes_max(limits.component_bytes) as u64;
    let read = || -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        File::open(path)?.take(bytes_max.saturating_add(1)).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let bytes = read().map_err(|error| {
        Error::new(ErrorKind::Config, format!("cannot read {}", path.display())).with_source(error)
    })?;
    if bytes.len() as u64 > bytes_max {
        let text = format!("{} has more bytes than any connector may", path.display());
        return Err(Error::new(ErrorKind::Config, text)
            .with_hint("`--limits component_bytes=SIZE` lets larger ones through"));
    }
    Ok(bytes)
}

impl<'a> Content<'a> {
    /// What these bytes are. A package's signature holds.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] for a package that is damaged. What is no package is taken for a
    /// component, and looked at when it is loaded.
    pub fn of(bytes: &'a [u8], limits: &Limits) -> Result<Self> {
        match Package::begins(bytes) {
            true => Content::of_package(bytes, limits),
            false => Ok(Content::Component(bytes)),
        }
    }

    /// A package, and nothing else, whose signature holds.
    ///
    /// # Errors
    /// As [`Package::open`].
    pub fn of_package(bytes: &'a [u8], limits: &Limits) -> Result<Self> {
        let package = Package::open(bytes, limits.component_bytes)?;
        Ok(Content::Package(Box::new(package)))
    }

    /// The component.
    pub fn component(&self) -> &'a [u8] {
        match self {
            Content::Component(wasm) => wasm,
            Content::Package(package) => package.component(),
        }
    }

    /// The package, where it is one.
    pub fn package(&self) -> Option<&Package<'a>> {
        match self {
            Content::Component(_) => None,
            Content::Package(package) => Some(package),
        }
    }

    /// Who signed it.
    pub fn publisher(&self) -> Option<&PublicKey> {
        self.package().map(|package| &package.manifest().publisher)
    }
}
