//! What the laws are about: the crates of the workspace and the files of the repository.

use std::fs;
use std::path::{Path, PathBuf};

use cargo_metadata::{DependencyKind, MetadataCommand};

pub struct Tree {
    pub crates: Vec<Crate>,
    pub files: Vec<File>,
}

pub struct Crate {
    pub name: String,
    /// Relative to the root, with slashes, without one at the end.
    pub folder: String,
    pub dependencies: Vec<Dependency>,
}

pub struct Dependency {
    pub name: String,
    /// Whether only tests, examples and benches of the crate have it.
    pub is_dev: bool,
}

/// A file of text; others are not in the tree.
pub struct File {
    /// Relative to the root, with slashes.
    pub path: String,
    pub text: String,
}

impl Tree {
    /// This repository, as it is on disk.
    pub fn of_this_repository() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let root = root.canonicalize().expect("this crate lies one folder below the root");
        let mut files = Vec::new();
        read_folder(&root, &root, &mut files);
        assert!(
            files.iter().any(|file| file.path == "Cargo.toml"),
            "{} is no root",
            root.display()
        );
        Tree { crates: read_crates(&root), files }
    }

    pub fn file_of(path: &str, text: &str) -> Self {
        let file = File { path: path.to_owned(), text: text.to_owned() };
        Tree { crates: Vec::new(), files: vec![file] }
    }

    /// A tree of one crate: its name, folder and dependencies, those for tests in brackets.
    pub fn crate_of(name: &str, folder: &str, dependencies: &[&str]) -> Self {
        let dependencies = dependencies.iter().map(|name| Dependency {
            name: name.trim_matches(['[', ']']).to_owned(),
            is_dev: name.starts_with('['),
        });
        let only = Crate {
            name: name.to_owned(),
            folder: folder.to_owned(),
            dependencies: dependencies.collect(),
        };
        Tree { crates: vec![only], files: Vec::new() }
    }

    pub fn rust_files(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| file.path.ends_with(".rs"))
    }
}

impl Crate {
    pub fn is_host(&self) -> bool {
        self.folder.starts_with("host/")
    }

    pub fn is_guest(&self) -> bool {
        self.folder.starts_with("guests/")
    }

    pub fn is_production(&self) -> bool {
        self.is_host() || self.is_guest()
    }
}

fn read_crates(root: &Path) -> Vec<Crate> {
    let metadata = MetadataCommand::new()
        .manifest_path(root.join("Cargo.toml"))
        .no_deps()
        .other_options(["--offline".to_owned()])
        .exec()
        .expect("cargo reads this workspace");
    let crates = metadata.packages.iter().map(|package| Crate {
        name: package.name.to_string(),
        folder: relative(
            root,
            package.manifest_path.parent().expect("a manifest lies in a folder").as_std_path(),
        ),
        dependencies: package
            .dependencies
            .iter()
            .map(|dependency| Dependency {
                name: dependency.name.clone(),
                is_dev: dependency.kind == DependencyKind::Development,
            })
            .collect(),
    });
    crates.collect()
}

fn read_folder(root: &Path, folder: &Path, files: &mut Vec<File>) {
    let entries = fs::read_dir(folder).expect("our own folders can be read");
    let mut paths: Vec<PathBuf> =
        entries.map(|entry| entry.expect("a folder stays while it is read").path()).collect();
    paths.sort();
    for path in paths {
        let name = path.file_name().unwrap_or_default();
        if path.is_symlink() || name == "target" || name == ".git" {
            continue;
        }
        if path.is_dir() {
            read_folder(root, &path, files);
        } else if let Ok(text) = fs::read_to_string(&path) {
            files.push(File { path: relative(root, &path), text });
        }
    }
}

fn relative(root: &Path, path: &Path) -> String {
    let inside = path.strip_prefix(root).expect("everything read lies below the root");
    inside.to_str().expect("our own names are plain").replace('\\', "/")
}
