//! Which servers are trusted.

use std::path::Path;
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use tollgate_model::{Error, ErrorKind, Result};

/// Checks a server's certificate and name: against this file's certificates, else against those
/// that browsers trust.
pub(crate) fn verifying(ca_file: Option<&Path>) -> Result<ClientConfig> {
    let mut roots = RootCertStore::empty();
    match ca_file {
        Some(path) => {
            for certificate in certificates(path)? {
                roots.add(certificate).map_err(|error| unusable(path).with_source(error))?;
            }
        }
        None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
    }
    Ok(builder()?.with_root_certificates(roots).with_no_client_auth())
}

/// Begins a configuration with the workspace's cryptography.
pub(crate) fn builder() -> Result<rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier>> {
    ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::new(ErrorKind::Bug, "TLS cannot be set up").with_source(error))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let found = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<_, _>>);
    let found: Vec<_> = found.map_err(|error| unusable(path).with_source(error))?;
    if found.is_empty() { Err(unusable(path)) } else { Ok(found) }
}

fn unusable(path: &Path) -> Error {
    let message = format!("{} holds no certificates that can be used", path.display());
    Error::new(ErrorKind::Config, message).with_hint("`ca_file` takes certificates in PEM form")
}
