//! Making packages, and opening them.

use jiff::Timestamp;
use tollgate_model::text::quote;
use tollgate_model::{Error, ErrorKind, Result};

use crate::container::{self, Parts, damaged};
use crate::digest::Digest;
use crate::key::{PublicKey, SigningKey};
use crate::manifest::{About, Manifest};

/// Puts a component and what is said of it into one file, signed. The same input makes the same
/// bytes. `packed_at` is what the publisher says of the time; there is no clock in it otherwise.
///
/// # Errors
/// [`ErrorKind::Config`] where the manifest comes out larger than 256 KiB.
pub fn pack(
    about: About,
    component: &[u8],
    packed_at: Option<Timestamp>,
    key: &SigningKey,
) -> Result<Vec<u8>> {
    let manifest = Manifest {
        about,
        component: Digest::of(component),
        component_bytes: component.len() as u64,
        publisher: key.public(),
        packed_at,
    };
    let manifest = manifest.to_bytes()?;
    container::write(&Parts { manifest: &manifest, signature: &key.sign(&manifest), component })
}

/// A package in which every byte is in its place and as its publisher signed it. Whether that
/// publisher is to be trusted is another question: [`Package::refuse_unless_by`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package<'a> {
    manifest: Manifest,
    manifest_digest: Digest,
    component: &'a [u8],
}

impl<'a> Package<'a> {
    /// Whether this is meant to be a package and no bare component, by its first bytes.
    pub fn begins(bytes: &[u8]) -> bool {
        container::begins(bytes)
    }

    /// Opens a package: its form, its signature by the key in its manifest, and the digest and size
    /// of its component. What is signed is looked at before anything of it is believed. A file is
    /// best read up to [`crate::package_bytes_max`] bytes and one more.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] where any byte is not as it was signed, its form is another, or its
    /// component has more than `component_bytes_max` bytes.
    pub fn open(bytes: &'a [u8], component_bytes_max: usize) -> Result<Self> {
        let Parts { manifest: signed, signature, component } =
            container::read(bytes, component_bytes_max)?;
        let manifest = Manifest::parse(signed)?;
        if !manifest.publisher.has_signed(signed, signature) {
            let text = format!("the signature is not one of {}", manifest.publisher);
            return Err(damaged(&text));
        }
        if manifest.component_bytes != component.len() as u64
            || manifest.component != Digest::of(component)
        {
            return Err(damaged("the component is not the one that was signed"));
        }
        Ok(Package { manifest, manifest_digest: Digest::of(signed), component })
    }

    /// What it says of itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The digest of the signed bytes. With it, everything in the package is fixed but the signature,
    /// which has to fit.
    pub fn manifest_digest(&self) -> &Digest {
        &self.manifest_digest
    }

    /// The component.
    pub fn component(&self) -> &'a [u8] {
        self.component
    }

    /// Whether one of these signed it.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] where none of them did.
    pub fn refuse_unless_by(&self, publishers: &[PublicKey]) -> Result<()> {
        let publisher = &self.manifest.publisher;
        if publishers.contains(publisher) {
            return Ok(());
        }
        let id = &self.manifest.about.id;
        let text = format!("the package of {id} is signed by {publisher}, who is not trusted");
        Err(Error::new(ErrorKind::Config, text).with_hint(
            "compare the key with what the publisher tells in another way, then trust it by name",
        ))
    }

    /// Whether its component is what the manifest says. `about` is what the component said itself.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] with the first difference.
    pub fn refuse_unless_true(&self, about: &About) -> Result<()> {
        let signed = &self.manifest.about;
        let differs = |what: &str, signed: &dyn ToString, said: &dyn ToString| {
            let (signed, said) = (quote(&signed.to_string()), quote(&said.to_string()));
            (signed != said).then(|| format!("{what} {signed} is signed, and it says {said}"))
        };
        let asked = || {
            let more = about.declared.beyond(&signed.declared).into_iter();
            let less = signed.declared.beyond(&about.declared).into_iter();
            more.map(|text| format!("it asks for {}, which is not signed", quote(&text)))
                .chain(less.map(|text| format!("{} is signed, and not asked for", quote(&text))))
                .next()
        };
        let difference = differs("id", &signed.id, &about.id)
            .or_else(|| differs("version", &signed.version, &about.version))
            .or_else(|| differs("interface", &signed.interface_version, &about.interface_version))
            .or_else(asked);
        match difference {
            None => Ok(()),
            Some(difference) => {
                let text =
                    format!("the package of {} does not tell the truth: {difference}", signed.id);
                Err(Error::new(ErrorKind::Config, text)
                    .with_hint("its publisher has to pack it again with `tollgate pack`"))
            }
        }
    }
}

#[cfg(test)]
mod tests;
