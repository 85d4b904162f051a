//! Where the built guest components are. The build script of this crate builds them, so that a test
//! that depends on it always meets components made from the sources beside it.
//!
//! Only tests and benches may depend on this crate.

use std::path::{Path, PathBuf};

include!(concat!(env!("OUT_DIR"), "/components.rs"));

/// The folder that holds the connectors, each as `<id>.wasm`.
pub fn components() -> PathBuf {
    PathBuf::from(env!("TOLLGATE_COMPONENTS"))
}

/// The file of a connector that ships with Tollgate.
///
/// # Panics
/// If no connector has that id.
pub fn component(id: &str) -> PathBuf {
    existing(&components(), id, CONNECTORS)
}

/// The file of a component that misbehaves: `tests/hostile/examples/<name>.rs` or
/// `tests/hostile/modules/<name>.wat`, built.
///
/// # Panics
/// If no hostile component has that name.
pub fn hostile(name: &str) -> PathBuf {
    existing(&components().join("hostile"), name, HOSTILE)
}

fn existing(folder: &Path, name: &str, known: &[&str]) -> PathBuf {
    assert!(known.contains(&name), "no component {name}; there are: {}", known.join(", "));
    let path = folder.join(format!("{name}.wasm"));
    assert!(path.is_file(), "the component {name} was removed by hand: run `make guests`");
    path
}
