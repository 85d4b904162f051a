//! Each target with every file of its corpus, and with mutations of them that are the same in each
//! run. An input that fails is told as bytes, to be saved into the corpus.

#[path = "smoke/mutator.rs"]
mod mutator;

use std::collections::BTreeSet;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use mutator::Mutator;
use tollgate_fuzz::targets::{self, Target};

/// Mutations of a corpus. They take about a second of one processor, for the slowest of the targets.
const MUTATIONS: usize = 2_500;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// The files of a corpus by name, in an order that is the same on every machine.
fn corpus(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = folder("corpus").join(target);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
    let mut files: Vec<(String, Vec<u8>)> = entries
        .map(|entry| entry.expect("the corpus stays while it is read").path())
        .map(|path| (path.display().to_string(), fs::read(&path).expect("a file of the corpus")))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "{folder:?} has no file");
    files
}

fn smoke(name: &str) {
    let (_, run) = *targets::ALL.iter().find(|(target, _)| *target == name).expect("a target");
    let files = corpus(name);
    for (path, input) in &files {
        try_out(run, input, path);
    }
    let seeds: Vec<&[u8]> = files.iter().map(|(_, input)| input.as_slice()).collect();
    let mut mutator = Mutator::new(name, &seeds);
    for number in 0..MUTATIONS {
        let input = mutator.next_input();
        try_out(run, &input, &format!("mutation {number} of {name}"));
    }
}

fn try_out(run: Target, input: &[u8], what: &str) {
    if catch_unwind(AssertUnwindSafe(|| run(input))).is_err() {
        panic!("{what} fails; this puts it into the corpus:\nprintf '{}' > NAME", octal(input));
    }
}

/// As every printf takes it.
fn octal(input: &[u8]) -> String {
    let one = |byte: &u8| match byte {
        b' '..=b'~' if !b"\\'%".contains(byte) => char::from(*byte).to_string(),
        byte => format!("\\{byte:03o}"),
    };
    input.iter().map(one).collect()
}

// Proves: addresses
#[test]
fn addresses() {
    smoke("addresses");
}

// Proves: batches
#[test]
fn batches() {
    smoke("batches");
}

#[test]
fn casts() {
    smoke("casts");
}

#[test]
fn config() {
    smoke("config");
}

#[test]
fn csv() {
    smoke("csv");
}

// Proves: descriptions
#[test]
fn descriptors() {
    smoke("descriptors");
}

#[test]
fn durations() {
    smoke("durations");
}

#[test]
fn json() {
    smoke("json");
}

// Proves: files
#[test]
fn packages() {
    smoke("packages");
}

#[test]
fn retry_after() {
    smoke("retry_after");
}

#[test]
fn rows() {
    smoke("rows");
}

#[test]
fn schedules() {
    smoke("schedules");
}

#[test]
fn states() {
    smoke("states");
}

#[test]
fn templates() {
    smoke("templates");
}

// Proves: hosts
#[test]
fn urls() {
    smoke("urls");
}

#[test]
fn every_target_has_a_corpus_and_a_test_and_nothing_else_has() {
    let targets: BTreeSet<String> =
        targets::ALL.iter().map(|(name, _)| (*name).to_owned()).collect();
    let calls = include_str!("smoke.rs").lines().map(str::trim);
    let tested = calls.filter_map(|line| line.strip_prefix("smoke(\"")?.strip_suffix("\");"));
    assert_eq!(tested.map(str::to_owned).collect::<BTreeSet<_>>(), targets);
    let entries = fs::read_dir(folder("corpus")).expect("there are corpora");
    let names = entries.map(|entry| entry.expect("it stays while it is read").file_name());
    let corpora: BTreeSet<String> = names.map(|name| name.to_string_lossy().into_owned()).collect();
    assert_eq!(corpora, targets);
}
