//! Packages: what is signed is what is loaded, and nothing else.

use std::fs;

use tollgate_model::{Error, ErrorKind};
use tollgate_package::{SigningKey, pack};
use tollgate_runtime::{About, Connector, Digest, Limits, Package, PublicKey};

use crate::support::runtime;

const COMPONENT_BYTES_MAX: usize = 64 << 20;

fn wasm() -> Vec<u8> {
    fs::read(tollgate_test_artifacts::hostile("floods_stderr")).unwrap()
}

fn key() -> SigningKey {
    SigningKey::create(&tempfile::tempdir().unwrap().path().join("key")).unwrap()
}

async fn about() -> About {
    runtime(Limits::default()).load(&wasm()).await.unwrap().about().unwrap()
}

async fn load(bytes: &[u8], publishers: &[PublicKey], limits: Limits) -> Result<Connector, Error> {
    let package = Package::open(bytes, COMPONENT_BYTES_MAX)?;
    runtime(limits).load_package(&package, publishers).await
}

#[tokio::test]
async fn a_package_is_loaded_where_its_publisher_is_trusted() {
    let (key, other) = (key(), key());
    let bytes = pack(about().await, &wasm(), None, &key).unwrap();
    let publishers = [other.public(), key.public()];
    let connector = load(&bytes, &publishers, Limits::default()).await.unwrap();
    assert_eq!(*connector.digest(), Digest::of(&wasm()));
    for publishers in [&publishers[..1], &[]] {
        let error = load(&bytes, publishers, Limits::default()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.message().ends_with("who is not trusted"), "{error}");
    }
    let limits = Limits { component_bytes: 1_000, ..Limits::default() };
    let error = load(&bytes, &publishers, limits).await.unwrap_err();
    assert!(error.message().contains("at most 1000 bytes are loaded"), "{error}");
}

#[tokio::test]
async fn a_manifest_that_says_something_else_than_the_component_is_refused() {
    let key = key();
    let truth = about().await;
    let mut wider = truth.clone();
    wider.declared.origins.insert("https://more.example.com".to_owned());
    let mut narrower = truth.clone();
    assert!(narrower.declared.imports.pop_first().is_some());
    let newer = About { version: "9.0.0".parse().unwrap(), ..truth };
    for lie in [wider, narrower, newer] {
        let bytes = pack(lie, &wasm(), None, &key).unwrap();
        let error = load(&bytes, &[key.public()], Limits::default()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.message().contains("does not tell the truth"), "{error}");
    }
}

#[tokio::test]
async fn a_changed_byte_of_a_pinned_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pinned.wasm");
    let mut bytes = wasm();
    let digest = Digest::of(&bytes);
    let runtime = runtime(Limits::default());
    for at in (0..bytes.len()).step_by(bytes.len() / 200) {
        bytes[at] ^= 1;
        fs::write(&path, &bytes).unwrap();
        bytes[at] ^= 1;
        let error = runtime.load_pinned(&path, &digest).await.unwrap_err();
        assert!(error.message().contains("has the digest"), "byte {at}: {error}");
    }
    fs::write(&path, &bytes).unwrap();
    assert!(runtime.load_pinned(&path, &digest).await.is_ok());
}
