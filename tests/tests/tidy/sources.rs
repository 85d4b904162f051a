//! Laws about what stands in Rust files.

use crate::rust;
use crate::tree::{File, Tree};

const FILE_LINES_MAX: usize = 800;
const FUNCTION_LINES_MAX: usize = 70;

/// Files that may hold unsafe code, each with its reason.
const UNSAFE_ALLOWED: &[(&str, &str)] = &[
    (
        "host/runtime/src/cache.rs",
        "wasmtime cannot know that a compiled artifact is its own; the cache proves it by digest",
    ),
    (
        "host/runtime/src/batch/texts.rs",
        "Arrow would check texts once more, five times as slowly; every condition is checked before",
    ),
    (
        "tests/faults/src/sqlite.rs",
        "SQLite calls back at each commit and for each new connection only by its C interface",
    ),
];

/// Whatever reads the environment, writes to the terminal or ends the process.
const PROCESS: &[&str] = &[
    "env::var",
    "env::vars",
    "env::var_os",
    "env::vars_os",
    "print!",
    "println!",
    "eprint!",
    "eprintln!",
    "io::stdout",
    "io::stderr",
    "process::exit",
];

const SOCKETS: &[&str] = &["TcpStream", "UdpSocket", "UnixStream", "lookup_host", "ToSocketAddrs"];

const SECRETS: &[&str] = &["expose_secret", "ExposeSecret"];

const WORLD: &[&str] =
    &["std::env", "std::fs", "std::net", "std::process", "std::thread", "async fn"];

pub fn process_outside_cli(tree: &Tree) -> Vec<String> {
    mentions(tree, PROCESS, |path| is_source_of("host/", path) && !path.starts_with("host/cli/"))
}

pub fn sockets_outside_egress(tree: &Tree) -> Vec<String> {
    mentions(tree, SOCKETS, |path| is_source_of("host/", path) && !path.starts_with("host/egress/"))
}

pub fn secrets_outside_gate(tree: &Tree) -> Vec<String> {
    // The secrets of a database or an object store are for the destination that connects to it.
    let may = |path: &str| {
        path.starts_with("host/egress/")
            || path.starts_with("host/vault/")
            || path == "host/destinations/src/postgres/connect.rs"
            || path == "host/destinations/src/s3/connect.rs"
    };
    mentions(tree, SECRETS, |path| {
        (is_source_of("host/", path) || is_source_of("guests/", path)) && !may(path)
    })
}

pub fn model_touching_the_world(tree: &Tree) -> Vec<String> {
    mentions(tree, WORLD, |path| is_source_of("host/model/", path))
}

pub fn unsafe_outside_list(tree: &Tree) -> Vec<String> {
    let mut offences = Vec::new();
    for file in tree.rust_files() {
        let code = rust::code_of(&file.text);
        let lines: Vec<usize> =
            rust::words(&code, "unsafe").map(|at| rust::line_of(&code, at)).collect();
        let allowed = UNSAFE_ALLOWED.iter().find(|(path, _)| *path == file.path);
        match (allowed, lines.is_empty()) {
            (None, false) => {
                offences.extend(lines.iter().map(|line| format!("{}:{line}: unsafe", file.path)));
            }
            (Some((path, reason)), true) => {
                offences.push(format!("{path} has no unsafe code any more ({reason}): strike it"));
            }
            _ => {}
        }
    }
    offences
}

pub fn long_files(tree: &Tree) -> Vec<String> {
    tree.rust_files()
        .map(|file| (file, file.text.lines().count()))
        .filter(|(_, lines)| *lines > FILE_LINES_MAX)
        .map(|(file, lines)| format!("{}: {lines} lines", file.path))
        .collect()
}

pub fn long_functions(tree: &Tree) -> Vec<String> {
    let long = |file: &File| {
        let path = file.path.clone();
        rust::functions(&file.text)
            .into_iter()
            .filter(|function| function.lines > FUNCTION_LINES_MAX)
            .map(move |function| {
                format!("{path}:{}: {} has {} lines", function.line, function.name, function.lines)
            })
            .collect::<Vec<_>>()
    };
    tree.rust_files().flat_map(long).collect()
}

/// Every place where one of the words stands in production code of the files chosen by path.
fn mentions(tree: &Tree, wanted: &[&str], chosen: impl Fn(&str) -> bool) -> Vec<String> {
    let mut offences = Vec::new();
    for file in tree.rust_files().filter(|file| chosen(&file.path)) {
        let code = rust::production_code_of(&file.text);
        for word in wanted {
            let places = rust::words(&code, word).map(|at| rust::line_of(&code, at));
            offences.extend(places.map(|line| format!("{}:{line}: {word}", file.path)));
        }
    }
    offences
}

/// Whether a file is part of what a crate below this folder compiles for use: in `src/`, and not a
/// module of tests in a file or folder of its own.
fn is_source_of(folder: &str, path: &str) -> bool {
    path.starts_with(folder)
        && path.contains("/src/")
        && !path.ends_with("/tests.rs")
        && !path.contains("/tests/")
}

mod seen_to_speak {
    use super::*;

    fn offences(law: fn(&Tree) -> Vec<String>, path: &str, text: &str) -> usize {
        law(&Tree::file_of(path, text)).len()
    }

    #[test]
    fn each_word_of_the_process_is_found_outside_the_command_line() {
        for word in PROCESS {
            let text = format!("fn f() {{ std::{word}(\"x\"); }}");
            assert_eq!(offences(process_outside_cli, "host/sync/src/a.rs", &text), 1, "{word}");
            assert_eq!(offences(process_outside_cli, "host/cli/src/a.rs", &text), 0, "{word}");
            let in_tests = format!("#[cfg(test)]\nmod tests {{\n{text}\n}}");
            assert_eq!(offences(process_outside_cli, "host/sync/src/a.rs", &in_tests), 0, "{word}");
            assert_eq!(
                offences(process_outside_cli, "host/sync/src/a/tests.rs", &text),
                0,
                "{word}"
            );
            let in_docs = format!("/// std::{word}(x)\nfn f() {{ \"{word}\"; }}");
            assert_eq!(offences(process_outside_cli, "host/sync/src/a.rs", &in_docs), 0, "{word}");
        }
    }

    #[test]
    fn a_socket_outside_the_gate_is_found() {
        let text = "use tokio::net::TcpStream;";
        assert_eq!(offences(sockets_outside_egress, "host/runtime/src/a.rs", text), 1);
        assert_eq!(offences(sockets_outside_egress, "host/egress/src/a.rs", text), 0);
    }

    #[test]
    fn a_secret_read_outside_the_gate_is_found() {
        let text = "fn f(s: &Secret) { log(s.expose_secret()) }";
        assert_eq!(offences(secrets_outside_gate, "host/cli/src/a.rs", text), 1);
        assert_eq!(offences(secrets_outside_gate, "guests/sdk/src/a.rs", text), 1);
        assert_eq!(offences(secrets_outside_gate, "host/egress/src/a.rs", text), 0);
        for storage in ["postgres", "s3"] {
            let connect = format!("host/destinations/src/{storage}/connect.rs");
            assert_eq!(offences(secrets_outside_gate, &connect, text), 0);
        }
        assert_eq!(offences(secrets_outside_gate, "host/destinations/src/a.rs", text), 1);
    }

    #[test]
    fn a_model_that_reads_a_file_is_found() {
        let text = "fn f() { std::fs::read(\"x\"); }";
        assert_eq!(offences(model_touching_the_world, "host/model/src/a.rs", text), 1);
        assert_eq!(offences(model_touching_the_world, "host/vault/src/a.rs", text), 0);
    }

    #[test]
    fn unsafe_code_is_found_and_so_is_a_permission_that_is_not_used() {
        let allowed = UNSAFE_ALLOWED[0].0;
        let text = "fn f() { unsafe { g() } }";
        assert_eq!(offences(unsafe_outside_list, "tests/bench/src/a.rs", text), 1);
        assert_eq!(offences(unsafe_outside_list, allowed, text), 0);
        assert_eq!(offences(unsafe_outside_list, allowed, "// unsafe"), 1);
    }

    #[test]
    fn one_line_too_many_is_found() {
        let file = |lines: usize| "\n".repeat(lines);
        assert_eq!(offences(long_files, "a.rs", &file(FILE_LINES_MAX)), 0);
        assert_eq!(offences(long_files, "a.rs", &file(FILE_LINES_MAX + 1)), 1);
        let function =
            |lines: usize| format!("impl A {{\n    fn f() {{{}}}\n}}", "\n".repeat(lines - 1));
        assert_eq!(offences(long_functions, "a.rs", &function(FUNCTION_LINES_MAX)), 0);
        assert_eq!(offences(long_functions, "a.rs", &function(FUNCTION_LINES_MAX + 1)), 1);
    }
}
