//! What lies beside each other for libFuzzer: a program of each target, and a corpus that is small.
//!
//! `run.sh` builds this test with the programs, so that Cargo chooses the features of all crates as
//! for the tests and builds none of them a second time. It uses nothing of this crate: the code of
//! the targets has no libFuzzer here.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A clone should not be larger for the corpora than for the code.
const CORPORA_BYTES_MAX: u64 = 500_000;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn paths(of: PathBuf) -> impl Iterator<Item = PathBuf> {
    let entries = fs::read_dir(&of).unwrap_or_else(|error| panic!("{of:?}: {error}"));
    entries.map(|entry| entry.expect("it stays while it is read").path())
}

/// The names of what lies in a folder, without their endings.
fn names(of: &str) -> BTreeSet<String> {
    let stem = |path: PathBuf| path.file_stem().expect("a name").to_string_lossy().into_owned();
    paths(folder(of)).map(stem).collect()
}

#[test]
fn every_corpus_has_a_program_and_nothing_else_has() {
    let programs = names("fuzz_targets");
    assert_eq!(programs, names("corpus"));
    let manifest = fs::read_to_string(folder("Cargo.toml")).expect("the manifest");
    for name in &programs {
        let entry = format!("[[bin]]\nname = \"{name}\"\npath = \"fuzz_targets/{name}.rs\"\n");
        assert!(manifest.contains(&entry), "Cargo.toml has no program {name}");
    }
    assert_eq!(manifest.matches("[[bin]]").count(), programs.len());
}

#[test]
fn the_corpora_are_small() {
    let files = paths(folder("corpus")).flat_map(paths);
    let bytes: u64 = files.map(|path| path.metadata().expect("a file").len()).sum();
    assert!((1..CORPORA_BYTES_MAX).contains(&bytes), "the corpora have {bytes} bytes");
}
