//! From a file to a connector: what is refused, and the cache.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::support::{connect, open, read_all, runtime};
use tollgate_model::{Error, ErrorKind};
use tollgate_runtime::{
    Connector, Digest, INTERFACE_VERSION, Limits, Origin, Runtime, RuntimeConfig,
};

fn component() -> PathBuf {
    tollgate_test_artifacts::hostile("floods_stderr")
}

async fn load(wasm: &[u8]) -> Result<Connector, Error> {
    runtime(Limits::default()).load(wasm).await
}

fn cached(directory: &Path) -> Runtime {
    let cache_dir = Some(directory.join("cache"));
    Runtime::new(RuntimeConfig { cache_dir, ..RuntimeConfig::default() }).unwrap()
}

/// The same component made for another version of the interface: its names are changed, at the
/// same length.
fn made_for(version: &str) -> Vec<u8> {
    let mut wasm = fs::read(component()).unwrap();
    let ours = format!("tollgate:connector/connector@{INTERFACE_VERSION}");
    let theirs = format!("tollgate:connector/connector@{version}");
    assert_eq!(ours.len(), theirs.len());
    let places: Vec<usize> = wasm
        .windows(ours.len())
        .enumerate()
        .filter_map(|(at, window)| (window == ours.as_bytes()).then_some(at))
        .collect();
    for at in places {
        wasm[at..at + ours.len()].copy_from_slice(theirs.as_bytes());
    }
    wasm
}

#[tokio::test]
async fn a_connector_says_what_it_is_and_what_it_can_ask_for() {
    let wasm = fs::read(component()).unwrap();
    let connector = load(&wasm).await.unwrap();
    assert_eq!(connector.descriptor().id, "hostile");
    assert_eq!(*connector.digest(), Digest::of(&wasm));
    let inspection = connector.inspection();
    assert_eq!(inspection.interface_version.as_deref(), Some(INTERFACE_VERSION));
    assert_eq!(inspection.size, wasm.len() as u64);
    assert!(inspection.exports.iter().any(|name| name.starts_with("tollgate:connector/connector")));
    assert!(inspection.imports.iter().any(|name| name.starts_with("wasi:io/streams")));
    assert!(!inspection.imports.iter().any(|name| name.contains("sockets")), "{inspection:?}");
    assert_eq!(read_all(&connect(&connector, |access| access)).await.unwrap(), 1);
}

// Proves: files
#[tokio::test]
async fn files_that_cannot_be_loaded_are_refused_for_what_they_are() {
    let wasm = fs::read(component()).unwrap();
    let mut damaged = wasm.clone();
    let middle = damaged.len() / 2;
    damaged[middle..middle + 64].fill(0xff);
    let table = [
        (b"hello".to_vec(), "the file is not WebAssembly"),
        (b"\0asm\x01\0\0\0".to_vec(), "the file is a core WebAssembly module, not a component"),
        (b"\0asm\x0d\0\x01\0".to_vec(), "the component is not a Tollgate connector"),
        (wasm[..wasm.len() / 2].to_vec(), "the component file is damaged"),
        (damaged, "the component file is damaged"),
        (made_for("0.2.0"), "the component is made for version `0.2.0` of the connector interface"),
    ];
    for (wasm, text) in table {
        let error = load(&wasm).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{error:?}");
        assert!(error.message().starts_with(text), "{error:?}");
        assert!(error.hint().is_some(), "{error:?}");
    }
}

// Proves: files
#[tokio::test]
async fn a_file_that_is_missing_or_too_large_is_named() {
    let error = runtime(Limits::default()).load_file(Path::new("/none.wasm")).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.message()),
        (ErrorKind::Config, "cannot read the component /none.wasm")
    );
    let limits = Limits { component_bytes: 1_000, ..Limits::default() };
    let error = runtime(limits).load_file(&component()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.message().contains("at most 1000 bytes are loaded"), "{error}");
}

// Proves: files
#[tokio::test]
async fn a_pinned_file_is_loaded_only_with_its_digest() {
    let digest = Digest::of(&fs::read(component()).unwrap());
    let runtime = runtime(Limits::default());
    assert!(runtime.load_pinned(&component(), &digest).await.is_ok());
    let error = runtime.load_pinned(&component(), &Digest::of(b"other")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.message().contains(&digest.to_string()), "{error}");
}

// Proves: cache
#[tokio::test]
async fn a_component_is_compiled_once_and_a_damaged_cache_is_made_good() {
    let directory = tempfile::tempdir().unwrap();
    let wasm = fs::read(component()).unwrap();
    let origin = async || cached(directory.path()).load(&wasm).await.unwrap().origin();
    assert_eq!(origin().await, Origin::Compiled);
    assert_eq!(origin().await, Origin::Cached);
    for entry in fs::read_dir(directory.path().join("cache")).unwrap() {
        let path = entry.unwrap().path();
        let mut bytes = fs::read(&path).unwrap();
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        fs::write(&path, bytes).unwrap();
    }
    assert_eq!(origin().await, Origin::CacheRefused);
    assert_eq!(origin().await, Origin::Cached);
}

#[tokio::test]
async fn a_cache_that_cannot_be_used_is_said_and_done_without() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("cache"), "a file").unwrap();
    let runtime = cached(directory.path());
    assert!(runtime.cache_problem().unwrap().contains("cannot use the cache"));
    assert_eq!(runtime.load_file(&component()).await.unwrap().origin(), Origin::Compiled);
}

#[tokio::test]
async fn loads_at_the_same_time_share_the_cache() {
    let directory = tempfile::tempdir().unwrap();
    let (first, second) = (cached(directory.path()), cached(directory.path()));
    let path = component();
    let (first, second) = tokio::join!(first.load_file(&path), second.load_file(&path));
    assert!(first.is_ok() && second.is_ok());
    let files = fs::read_dir(directory.path().join("cache")).unwrap().count();
    assert_eq!(files, 1, "no half-written file is left");
}

// Proves: memory, files
#[tokio::test]
async fn a_component_that_needs_too_much_to_start_or_compile_is_refused() {
    let refused = async |limits: Limits, text: &str| {
        let config = RuntimeConfig { limits, ..RuntimeConfig::default() };
        let error = Runtime::new(config).unwrap().load_file(&component()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Limit, "{error:?}");
        assert!(error.message().contains(text), "{error}");
    };
    let default = Limits::default;
    refused(Limits { instances: 1, ..default() }, "needs too much: instance count").await;
    refused(Limits { memories: 0, ..default() }, "needs too much: ").await;
    refused(Limits { table_elements: 1, ..default() }, "more than 1 table elements").await;
    refused(Limits { memory_bytes: 1, ..default() }, "more than 1 bytes of memory").await;
    refused(Limits { compile_time: Duration::ZERO, ..default() }, "compiling took more").await;
}

#[tokio::test]
async fn a_pool_that_is_used_up_says_so() {
    let runtime =
        Runtime::new(RuntimeConfig { pool: Some(1), ..RuntimeConfig::default() }).unwrap();
    let connector = runtime.load_file(&component()).await.unwrap();
    let session = connect(&connector, |access| access);
    let first = open(&session).await.unwrap();
    let error = open(&session).await.err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Limit, "{error:?}");
    assert!(error.message().contains("every pooled instance in use"), "{error}");
    drop(first);
    assert!(open(&session).await.is_ok());
}

#[tokio::test]
async fn an_engine_with_a_pool_runs_the_same() {
    let runtime =
        Runtime::new(RuntimeConfig { pool: Some(4), ..RuntimeConfig::default() }).unwrap();
    let connector = runtime.load_file(&component()).await.unwrap();
    let session = connect(&connector, |access| access);
    let reads = [read_all(&session), read_all(&session), read_all(&session)];
    for read in reads {
        assert_eq!(read.await.unwrap(), 1);
    }
}
