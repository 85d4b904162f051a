//! Builds every guest component before the crates that test them, so that a plain `cargo test`
//! works from nothing, and writes down which components there are.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What decides about the bytes of a component. Not `target/`: the outputs would make this script
/// run again after each of its own runs.
const INPUTS: [&str; 5] = ["Cargo.lock", "Cargo.toml", "guests", "tests/hostile", "wit"];

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let root = root.canonicalize().expect("this crate lies two folders below the root");
    for input in INPUTS {
        println!("cargo::rerun-if-changed={}", root.join(input).display());
    }
    build_guests(&root);

    let components = root.join("target/components");
    build_modules(&root.join("tests/hostile/modules"), &components.join("hostile"));
    println!("cargo::rustc-env=TOLLGATE_COMPONENTS={}", components.display());
    let hostile = names_in(&components.join("hostile"), "wasm");
    let generated = generate(&names_in(&components, "wasm"), &hostile);
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it for build scripts"));
    fs::write(out.join("components.rs"), generated).expect("cargo made the folder for this");
}

fn build_guests(root: &Path) {
    let mut build = Command::new(root.join("guests/build.sh"));
    build.arg("--hostile");
    for (name, _) in env::vars_os() {
        if steers_cargo(&name.to_string_lossy()) {
            build.env_remove(name);
        }
    }
    let status = build.status().expect("guests/build.sh can be executed (it needs bash)");
    assert!(status.success(), "guests/build.sh failed; what it said stands above");
}

/// Makes components of the core modules that misbehave in ways in which Rust cannot: each is put
/// into the text that makes a connector of it.
fn build_modules(modules: &Path, place: &Path) {
    const OUTSIDE: &str = "connector";
    let text = |name: &str| {
        let path = modules.join(name).with_extension("wat");
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    let outside = text(OUTSIDE);
    for name in names_in(modules, "wat").iter().filter(|name| *name != OUTSIDE) {
        let component = wat::parse_str(outside.replace(";; MODULE", &text(name)))
            .unwrap_or_else(|error| panic!("{name}.wat: {error}"));
        let path = place.join(name).with_extension("wasm");
        if fs::read(&path).ok().as_ref() != Some(&component) {
            fs::write(&path, component).expect("guests/build.sh made the folder for this");
        }
    }
}

/// Whether a variable is what cargo, clippy or rustdoc tells its build scripts. The inner cargo
/// must not see it, or it would build something else than `make guests` does. What the user set
/// about registries, the network and folders stays.
fn steers_cargo(name: &str) -> bool {
    const KEPT: [&str; 5] =
        ["CARGO_HOME", "CARGO_HTTP_", "CARGO_NET_", "CARGO_REGISTR", "CARGO_TERM_"];
    const OTHERS: [&str; 13] = [
        "CLIPPY_ARGS",
        "DEBUG",
        "HOST",
        "LD_LIBRARY_PATH",
        "MAKEFLAGS",
        "NUM_JOBS",
        "OPT_LEVEL",
        "OUT_DIR",
        "PROFILE",
        "TARGET",
        "RUSTDOC",
        "RUSTDOCFLAGS",
        "RUSTFLAGS",
    ];
    let cargos = name == "CARGO" || name.starts_with("CARGO_");
    let rustcs = name == "RUSTC" || name.starts_with("RUSTC_");
    let kept = KEPT.iter().any(|prefix| name.starts_with(prefix)) || name == "RUSTC_BOOTSTRAP";
    (cargos || rustcs || OTHERS.contains(&name)) && !kept
}

/// The names of the files with this extension in a folder, sorted. A folder that is not there holds
/// none.
fn names_in(folder: &Path, extension: &str) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut names: Vec<String> = entries
        .filter_map(|entry| {
            let path = entry.expect("the folder stays while we read it").path();
            let is_meant = path.extension().is_some_and(|found| found == extension);
            is_meant.then(|| path.file_stem()?.to_str().map(str::to_owned))?
        })
        .collect();
    names.sort();
    names
}

fn generate(connectors: &[String], hostile: &[String]) -> String {
    let mut code = format!(
        "/// The id of every connector that ships with Tollgate, sorted.\n\
         pub const CONNECTORS: &[&str] = &{connectors:?};\n\n\
         /// The name of every hostile component, sorted.\n\
         pub const HOSTILE: &[&str] = &{hostile:?};\n\n"
    );
    code.push_str(FOREACH_HOSTILE_DOCS);
    code.push_str("#[macro_export]\nmacro_rules! foreach_hostile {\n    ($mac:ident) => {\n");
    for name in hostile {
        let _ = writeln!(code, "        $mac!({});", name.replace('-', "_"));
    }
    code.push_str("    };\n}\n");
    code
}

const FOREACH_HOSTILE_DOCS: &str = "\
/// Calls the given macro with the name of every hostile component as an identifier. A file of tests
/// that calls it with a macro naming a function of that name does not compile when one is missing:
///
/// ```ignore
/// macro_rules! demand_test {
///     ($name:ident) => {
///         #[expect(unused_imports, reason = \"only whether it exists matters\")]
///         use self::$name as _;
///     };
/// }
/// tollgate_test_artifacts::foreach_hostile!(demand_test);
/// ```
";
