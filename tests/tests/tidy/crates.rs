//! Laws about which crate may depend on which.

use crate::tree::{Crate, Dependency, Tree};

/// Which crates of ours each crate of the host may use, innermost first.
const DIRECTION: &[(&str, &[&str])] = &[
    ("tollgate-model", &[]),
    ("tollgate-vault", &["tollgate-model"]),
    ("tollgate-egress", &["tollgate-vault", "tollgate-model"]),
    ("tollgate-package", &["tollgate-model"]),
    ("tollgate-sync", &["tollgate-model"]),
    (
        "tollgate-runtime",
        &[
            "tollgate-sync",
            "tollgate-package",
            "tollgate-egress",
            "tollgate-vault",
            "tollgate-model",
        ],
    ),
    ("tollgate-rows", &["tollgate-model"]),
    ("tollgate-runs", &["tollgate-model"]),
    ("tollgate-destinations", &["tollgate-sync", "tollgate-vault", "tollgate-model"]),
    (
        "tollgate-cli",
        &[
            "tollgate-runtime",
            "tollgate-destinations",
            "tollgate-rows",
            "tollgate-runs",
            "tollgate-sync",
            "tollgate-package",
            "tollgate-egress",
            "tollgate-vault",
            "tollgate-model",
        ],
    ),
];

/// Crates that connect somewhere or speak TLS. `rustls-pki-types` only names certificates.
const NETWORK_CLIENTS: &[&str] = &[
    "curl",
    "hyper",
    "hyper-rustls",
    "hyper-util",
    "native-tls",
    "object_store",
    "postgres",
    "reqwest",
    "rustls",
    "rustls-webpki",
    "tokio-postgres",
    "tokio-rustls",
    "ureq",
    "webpki-roots",
];

/// What a destination speaks to its own database or object store with; no provider is reached by it.
const STORAGE_CLIENTS: &[&str] = &[
    "hyper-rustls",
    "hyper-util",
    "object_store",
    "postgres",
    "rustls",
    "tokio-rustls",
    "webpki-roots",
];

/// Crates that wait, or that reach out of the process.
const RUNTIMES: &[&str] =
    &["async-trait", "futures", "futures-util", "hyper", "rusqlite", "tempfile", "tokio"];

pub fn wasmtime_outside_runtime(tree: &Tree) -> Vec<String> {
    edges(tree)
        .filter(|(from, to)| to.name.starts_with("wasmtime") && from.name != "tollgate-runtime")
        .map(said)
        .collect()
}

pub fn network_outside_egress(tree: &Tree) -> Vec<String> {
    edges(tree)
        .filter(|(from, _)| from.is_production() && from.name != "tollgate-egress")
        .filter(|(_, to)| !to.is_dev && NETWORK_CLIENTS.contains(&to.name.as_str()))
        .filter(|(from, to)| {
            let is_storage = STORAGE_CLIENTS.contains(&to.name.as_str());
            !(from.name == "tollgate-destinations" && is_storage)
        })
        .map(said)
        .collect()
}

pub fn edges_against_the_direction(tree: &Tree) -> Vec<String> {
    let mut offences = Vec::new();
    for from in tree.crates.iter().filter(|one| one.is_host()) {
        let Some((_, allowed)) = DIRECTION.iter().find(|(name, _)| *name == from.name) else {
            offences.push(format!("{} has no place in the direction of dependencies", from.name));
            continue;
        };
        let inner = from.dependencies.iter().filter(|to| DIRECTION.iter().any(|d| d.0 == to.name));
        let wrong = inner.filter(|to| !allowed.contains(&to.name.as_str()));
        offences.extend(wrong.map(|to| said((from, to))));
    }
    offences
}

pub fn model_with_a_runtime(tree: &Tree) -> Vec<String> {
    edges(tree)
        .filter(|(from, to)| from.name == "tollgate-model" && !to.is_dev)
        .filter(|(_, to)| RUNTIMES.contains(&to.name.as_str()))
        .map(said)
        .collect()
}

pub fn host_and_guests_joined(tree: &Tree) -> Vec<String> {
    edges(tree)
        .filter(|(from, to)| {
            let (to_host, to_guest) = (is_host_crate(&to.name), is_guest_crate(tree, &to.name));
            (from.is_host() && to_guest) || (from.is_guest() && to_host)
        })
        .map(said)
        .collect()
}

pub fn production_on_tests(tree: &Tree) -> Vec<String> {
    edges(tree)
        .filter(|(from, to)| from.is_production() && !to.is_dev && is_test_crate(tree, &to.name))
        .map(said)
        .collect()
}

fn edges(tree: &Tree) -> impl Iterator<Item = (&Crate, &Dependency)> {
    tree.crates.iter().flat_map(|from| from.dependencies.iter().map(move |to| (from, to)))
}

fn said((from, to): (&Crate, &Dependency)) -> String {
    let kind = if to.is_dev { " for its tests" } else { "" };
    format!("{} depends on {}{kind}", from.name, to.name)
}

fn is_host_crate(name: &str) -> bool {
    DIRECTION.iter().any(|(host, _)| *host == name)
}

fn is_guest_crate(tree: &Tree, name: &str) -> bool {
    // The SDK is named so that a made-up tree of one crate can offend too.
    name == "tollgate-sdk" || tree.crates.iter().any(|one| one.name == name && one.is_guest())
}

fn is_test_crate(tree: &Tree, name: &str) -> bool {
    let ours = |one: &Crate| one.name == name && !one.is_production();
    name == "tollgate-simulators" || tree.crates.iter().any(ours)
}

mod seen_to_speak {
    use super::*;

    /// Tries a law on a crate that keeps it and one that breaks it.
    fn tried(
        law: fn(&Tree) -> Vec<String>,
        keeps: (&str, &str, &[&str]),
        breaks: (&str, &str, &[&str]),
    ) {
        assert_eq!(law(&Tree::crate_of(keeps.0, keeps.1, keeps.2)), [""; 0]);
        assert_eq!(law(&Tree::crate_of(breaks.0, breaks.1, breaks.2)).len(), 1);
    }

    #[test]
    fn wasmtime_in_another_crate_is_found() {
        tried(
            wasmtime_outside_runtime,
            ("tollgate-runtime", "host/runtime", &["wasmtime", "wasmtime-wasi"]),
            ("tollgate-cli", "host/cli", &["wasmtime-wasi-http"]),
        );
    }

    #[test]
    fn a_network_client_in_another_crate_is_found() {
        tried(
            network_outside_egress,
            ("tollgate-egress", "host/egress", &["rustls", "hyper-util"]),
            ("tollgate-sync", "host/sync", &["reqwest", "[hyper]"]),
        );
        tried(
            network_outside_egress,
            ("tollgate-destinations", "host/destinations", &["postgres", "object_store"]),
            ("tollgate-destinations", "host/destinations", &["reqwest"]),
        );
        let elsewhere = Tree::crate_of("tollgate-sync", "host/sync", &["postgres"]);
        assert_eq!(network_outside_egress(&elsewhere).len(), 1);
    }

    #[test]
    fn an_edge_outward_is_found() {
        tried(
            edges_against_the_direction,
            ("tollgate-runtime", "host/runtime", &["tollgate-egress", "tollgate-sync", "serde"]),
            ("tollgate-sync", "host/sync", &["tollgate-model", "tollgate-runtime"]),
        );
    }

    #[test]
    fn a_host_crate_without_a_place_is_found() {
        let unknown = Tree::crate_of("tollgate-new", "host/new", &[]);
        assert_eq!(edges_against_the_direction(&unknown).len(), 1);
    }

    #[test]
    fn a_runtime_in_the_model_is_found() {
        tried(
            model_with_a_runtime,
            ("tollgate-model", "host/model", &["serde", "[tempfile]"]),
            ("tollgate-model", "host/model", &["tokio"]),
        );
    }

    #[test]
    fn an_edge_between_host_and_guests_is_found_both_ways_and_in_tests() {
        tried(
            host_and_guests_joined,
            ("tollgate-icontact", "guests/icontact", &["tollgate-sdk"]),
            ("tollgate-icontact", "guests/icontact", &["[tollgate-model]"]),
        );
        tried(
            host_and_guests_joined,
            ("tollgate-bench", "tests/bench", &["tollgate-sdk", "tollgate-runtime"]),
            ("tollgate-runtime", "host/runtime", &["[tollgate-sdk]"]),
        );
    }

    #[test]
    fn production_on_a_crate_of_the_tests_is_found() {
        tried(
            production_on_tests,
            ("tollgate-runtime", "host/runtime", &["[tollgate-simulators]"]),
            ("tollgate-cli", "host/cli", &["tollgate-simulators"]),
        );
    }
}
