//! Laws about the manifests of the workspace's members.

use toml::{Table, Value};

use crate::tree::{File, Tree};

pub fn own_versions(tree: &Tree) -> Vec<String> {
    let mut offences = Vec::new();
    for (file, manifest) in members(tree) {
        for (name, dependency) in dependencies(&manifest) {
            if !is_inherited(Some(dependency)) || has_any(dependency, &["version", "path", "git"]) {
                offences.push(format!("{}: {name} is not `workspace = true`", file.path));
            }
        }
        let version = manifest.get("package").and_then(|package| package.get("version"));
        if !is_inherited(version) {
            offences.push(format!("{}: the crate's own version is not the workspace's", file.path));
        }
    }
    offences
}

pub fn own_lints(tree: &Tree) -> Vec<String> {
    members(tree)
        .filter(|(_, manifest)| !is_inherited(manifest.get("lints")))
        .map(|(file, _)| format!("{} has no lints of the workspace", file.path))
        .collect()
}

fn members(tree: &Tree) -> impl Iterator<Item = (&File, Table)> {
    tree.files.iter().filter(|file| file.path.ends_with("/Cargo.toml")).map(|file| {
        let parsed = file.text.parse::<Table>();
        (file, parsed.unwrap_or_else(|error| panic!("{}: {error}", file.path)))
    })
}

/// Every dependency of a manifest, those of single targets included.
fn dependencies(manifest: &Table) -> Vec<(&String, &Value)> {
    let targets = manifest.get("target").and_then(Value::as_table);
    let targets = targets.into_iter().flat_map(|all| all.values()).filter_map(Value::as_table);
    let tables = std::iter::once(manifest).chain(targets).flat_map(|table| {
        ["dependencies", "dev-dependencies", "build-dependencies"]
            .into_iter()
            .filter_map(|kind| table.get(kind).and_then(Value::as_table))
    });
    tables.flatten().collect()
}

fn is_inherited(value: Option<&Value>) -> bool {
    value.and_then(|value| value.get("workspace")).and_then(Value::as_bool) == Some(true)
}

fn has_any(dependency: &Value, keys: &[&str]) -> bool {
    keys.iter().any(|key| dependency.get(key).is_some())
}

mod seen_to_speak {
    use super::*;

    const GOOD: &str = "[package]\nversion.workspace = true\n\
        [dependencies]\nserde.workspace = true\n\
        tokio = { workspace = true, features = [\"net\"] }\n[lints]\nworkspace = true\n";

    fn offences(law: fn(&Tree) -> Vec<String>, manifest: &str) -> usize {
        law(&Tree::file_of("host/new/Cargo.toml", manifest)).len()
    }

    #[test]
    fn a_version_of_its_own_is_found_wherever_it_stands() {
        assert_eq!(offences(own_versions, GOOD), 0);
        assert_eq!(
            offences(own_versions, &GOOD.replace("serde.workspace = true", "serde = '1'")),
            1
        );
        assert_eq!(
            offences(own_versions, &GOOD.replace("version.workspace = true", "version='1'")),
            1
        );
        for table in ["dev-dependencies", "build-dependencies", "target.'cfg(unix)'.dependencies"] {
            let worse = format!("{GOOD}[{table}]\nnix = {{ path = '../nix' }}\n");
            assert_eq!(offences(own_versions, &worse), 1, "{table}");
        }
    }

    #[test]
    fn missing_lints_are_found() {
        assert_eq!(offences(own_lints, GOOD), 0);
        assert_eq!(offences(own_lints, GOOD.split("[lints]").next().unwrap()), 1);
    }
}
