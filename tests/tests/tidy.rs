//! The laws of this repository. Each is one test; and each has, beside it, a test in which it is
//! broken and seen to speak.
//!
//! A law is a function from the tree (crates and files) to what offends it, so that it can be tried
//! on a made-up tree.

#[path = "tidy/crates.rs"]
mod crates;
#[path = "tidy/manifests.rs"]
mod manifests;
#[path = "tidy/promises.rs"]
mod promises;
#[path = "tidy/rust.rs"]
mod rust;
#[path = "tidy/sources.rs"]
mod sources;
#[path = "tidy/texts.rs"]
mod texts;
#[path = "tidy/tree.rs"]
mod tree;
#[path = "tidy/wit.rs"]
mod wit;

use std::sync::LazyLock;

use tree::Tree;

static TREE: LazyLock<Tree> = LazyLock::new(Tree::of_this_repository);

/// Fails with everything that offends the law, and what to do about it.
fn hold(law: fn(&Tree) -> Vec<String>, remedy: &str) {
    let offences = law(&TREE);
    assert!(offences.is_empty(), "\n  {}\n{remedy}\n", offences.join("\n  "));
}

#[test]
fn only_the_runtime_depends_on_wasmtime() {
    hold(crates::wasmtime_outside_runtime, "Use what `tollgate-runtime` offers, or add it there.");
}

#[test]
fn only_the_gate_depends_on_a_network_client_and_destinations_on_that_of_their_storage() {
    hold(crates::network_outside_egress, "Every request passes `tollgate-egress`; go through it.");
}

#[test]
fn only_the_gate_opens_sockets() {
    hold(sources::sockets_outside_egress, "Every request passes `tollgate-egress`; go through it.");
}

#[test]
fn dependencies_of_the_host_point_inward() {
    hold(
        crates::edges_against_the_direction,
        "The order is cli → sync, destinations, runs, runtime → egress → vault → model. A new crate gets \
         its place in `crates::DIRECTION` and in ARCHITECTURE.md.",
    );
}

#[test]
fn the_model_does_no_input_or_output() {
    hold(crates::model_with_a_runtime, "Pass what was read as a value.");
    hold(sources::model_touching_the_world, "Pass what was read as a value.");
}

#[test]
fn host_and_guests_share_nothing_but_the_interface() {
    hold(crates::host_and_guests_joined, "What both need belongs into `wit/`.");
}

#[test]
fn production_code_does_not_depend_on_tests() {
    hold(crates::production_on_tests, "Only a dev-dependency may name a crate below tests/.");
}

#[test]
fn only_the_command_line_reads_the_environment_prints_or_exits() {
    hold(
        sources::process_outside_cli,
        "Take a value, return a value: `tollgate-cli` does the rest.",
    );
}

#[test]
fn only_the_gate_the_vault_and_a_database_connection_see_secrets_in_plain_text() {
    hold(sources::secrets_outside_gate, "Pass the `Secret` on; the gate fills it in.");
}

#[test]
fn unsafe_code_stands_only_where_it_is_allowed() {
    hold(
        sources::unsafe_outside_list,
        "`sources::UNSAFE_ALLOWED` names the files and the reasons.",
    );
}

#[test]
fn no_file_is_longer_than_800_lines() {
    hold(sources::long_files, "Part it by what its items are about.");
}

#[test]
fn no_function_is_longer_than_70_lines() {
    hold(sources::long_functions, "Give its steps names.");
}

#[test]
fn every_item_of_the_interface_is_documented() {
    hold(
        wit::undocumented_items,
        "Say what it means, its unit and its bounds in a `///` before it.",
    );
}

#[test]
fn versions_stand_only_in_the_root_manifest() {
    hold(manifests::own_versions, "Name it in the root's [workspace.dependencies], then use it.");
}

#[test]
fn every_crate_takes_part_in_the_lints_of_the_workspace() {
    hold(manifests::own_lints, "Add `[lints]` with `workspace = true`.");
}

#[test]
fn no_text_names_a_registry_host_or_a_path_of_one_machine() {
    hold(texts::places_of_one_machine, "It must read and work the same on every machine.");
}

/// With `TOLLGATE_RENEW` set, the table is written anew.
#[test]
fn security_md_says_which_tests_prove_its_promises() {
    if std::env::var_os("TOLLGATE_RENEW").is_some() {
        let renewed = promises::renewed(&TREE).expect("SECURITY.md has a place for its table");
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../SECURITY.md");
        std::fs::write(path, renewed).expect("our own document can be written");
        return;
    }
    hold(
        promises::offences,
        "A test proves a promise by `// Proves: NAME` above it; the names are in `promises.rs`. Renew \
         the table: TOLLGATE_RENEW=1 cargo test -p tollgate-tests --test tidy security_md",
    );
}
