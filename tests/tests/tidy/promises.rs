//! `SECURITY.md` promises only what tests prove. A test says so in a line above it, as
//! `// Proves: hosts, addresses`, and the table of the document is made of these lines.

use std::collections::BTreeMap;

use crate::tree::{File, Tree};

const DOCUMENT: &str = "SECURITY.md";
const BEGIN: &str = "<!-- The promises: made of the tests, not by hand. -->\n";
const END: &str = "<!-- The end of the promises. -->\n";
const MARK: &str = "// Proves: ";

/// What is promised: a heading, or the name by which tests call a promise, and the promise.
pub const PROMISES: &[(&str, &str)] = &[
    ("", "Where a connector reaches"),
    ("unasked", "Before anything was granted, a connector runs without network."),
    (
        "hosts",
        "It reaches only hosts that it declares and the user granted, however it writes them.",
    ),
    (
        "addresses",
        "No name leads it to this machine, its network, or the metadata of a cloud, and none does by \
         a second answer.",
    ),
    ("redirects", "The host follows no redirect. A connector that does passes every check again."),
    (
        "reads",
        "A read changes nothing: everything but GET and HEAD is refused, and POST where the user was \
         not shown it.",
    ),
    (
        "requests",
        "What leaves is one well-formed request: nothing in it makes another of it, or speaks to \
         somebody else.",
    ),
    (
        "machine",
        "It finds no file, variable, argument, program or socket, and no clock finer than 1 ms.",
    ),
    ("", "The account's secrets"),
    (
        "secrets",
        "No answer brings one to a connector: not in a body, a header, or a usual encoding.",
    ),
    ("audience", "They go only to the URLs that the way to sign in names, and only over the gate."),
    ("traces", "They are in no error, event or line of the audit trail."),
    ("", "What a connector uses up"),
    (
        "compute",
        "Computing without end is stopped, also before its first call, and holds up nobody.",
    ),
    ("waiting", "Waiting without end is stopped, for a clock as for a provider."),
    (
        "memory",
        "Memory, tables, handles, stack and random numbers have a bound for a read as a whole.",
    ),
    ("handover", "What it hands over at once has a bound, and what it writes to its log."),
    ("budget", "Its requests have a bound: in number, size, repetition, and how many are open."),
    ("paging", "Pages without end, empty ones, and circles end the read with an error."),
    ("", "What a connector says"),
    ("descriptions", "A description that breaks a rule is refused before anything else is asked."),
    ("batches", "Rows that break a rule are refused with the place of the flaw, whatever it is."),
    ("texts", "No text of it acts on a terminal or forges a line of a log."),
    ("verdicts", "It cannot make an empty result of a refusal, a limit or an error."),
    ("writes", "A row that may have been written is never called untried."),
    ("over", "After a trap, an end or an error nothing more is asked of an instance."),
    ("", "What a provider answers"),
    ("tls", "Nothing is sent to a peer whose certificate is not good for its name now."),
    ("bombs", "What is compressed is stopped by ratio and size, and taken off once."),
    ("endless", "Answers without an end are stopped: bodies, heads, frames, and what drips."),
    ("broken", "A broken answer is an error, never an early end, and never the next one's."),
    ("documents", "A document that is built to break its reader ends one read, as an error."),
    ("storms", "Refusals are answered with few requests, and long waits with the end of the run."),
    ("", "The file of a component"),
    ("files", "A file that is damaged, too large, or not the approved one does not run."),
    ("cache", "A compiled component that was changed counts as absent."),
];

/// Where the document is wrong: a promise that nobody proves, a proof of what nobody promises, a
/// mark that stands before no test, or a table that was not renewed.
pub fn offences(tree: &Tree) -> Vec<String> {
    let (proofs, mut offences) = proofs(tree);
    for (name, _) in PROMISES.iter().filter(|(name, _)| !name.is_empty()) {
        if !proofs.contains_key(name) {
            offences.push(format!("nobody proves `{name}`"));
        }
    }
    let document = tree.files.iter().find(|file| file.path == DOCUMENT);
    if document.map(|file| file.text.as_str()) != renewed(tree).as_deref() {
        offences.push(format!("{DOCUMENT}: its table is not that of the tests"));
    }
    offences
}

/// The document with its table made anew; `None` where it has no place for one.
pub fn renewed(tree: &Tree) -> Option<String> {
    let text = &tree.files.iter().find(|file| file.path == DOCUMENT)?.text;
    let (before, rest) = text.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}{}{END}{after}", table(&proofs(tree).0)))
}

fn table(proofs: &Proofs) -> String {
    let mut text = String::new();
    for (name, promise) in PROMISES {
        if name.is_empty() {
            text.push_str(&format!("\n### {promise}\n\n| promise | proven by |\n|---|---|\n"));
            continue;
        }
        let tests = proofs.get(name).map(|tests| tests.join("<br>")).unwrap_or_default();
        text.push_str(&format!("| {promise} | {tests} |\n"));
    }
    text.push('\n');
    text
}

/// The tests that prove each promise, as links.
type Proofs = BTreeMap<&'static str, Vec<String>>;

fn proofs(tree: &Tree) -> (Proofs, Vec<String>) {
    let (mut proofs, mut offences) = (Proofs::new(), Vec::new());
    for file in tree.rust_files().filter(|file| !file.path.starts_with("tests/tests/tidy")) {
        for (at, line) in file.text.lines().enumerate() {
            let Some(names) = line.trim_start().strip_prefix(MARK) else { continue };
            let place = format!("{}:{}", file.path, at + 1);
            let Some(test) = test_below(file, at) else {
                offences.push(format!("{place}: no test stands below"));
                continue;
            };
            for name in names.split(", ") {
                match PROMISES.iter().find(|(known, _)| *known == name && !name.is_empty()) {
                    Some((known, _)) => {
                        let link = format!("[`{test}`]({})", file.path);
                        proofs.entry(known).or_default().push(link);
                    }
                    None => offences.push(format!("{place}: nobody promises `{name}`")),
                }
            }
        }
    }
    (proofs, offences)
}

/// The full name of the test whose attributes begin below a line, as the test program has it.
fn test_below(file: &File, mark: usize) -> Option<String> {
    let lines: Vec<&str> = file.text.lines().collect();
    let mut is_test = false;
    for line in &lines[mark + 1..] {
        let line = line.trim_start();
        if line.starts_with("#[ignore") {
            return None;
        }
        is_test |= line.starts_with("#[test]") || line.starts_with("#[tokio::test");
        if line.starts_with("//") || line.starts_with("#[") {
            continue;
        }
        let line = line.strip_prefix("pub(super) ").unwrap_or(line);
        let name = line.strip_prefix("async ").unwrap_or(line).strip_prefix("fn ")?;
        let name = name.split('(').next()?;
        let modules = modules_of(&file.path).into_iter().chain(inner_module(&lines[..mark]));
        let path: Vec<&str> = modules.chain([name]).collect();
        return is_test.then(|| path.join("::"));
    }
    None
}

/// The modules of a file within its crate, by its path alone.
fn modules_of(path: &str) -> Vec<&str> {
    let path = path.strip_suffix(".rs").unwrap_or(path);
    if let Some((_, inside)) = path.rsplit_once("/src/") {
        return inside.split('/').filter(|module| *module != "lib").collect();
    }
    // Below `tests/`, a file or a folder is a program of its own.
    let inside = path.rsplit_once("/tests/").map_or(path, |(_, inside)| inside);
    inside.split('/').skip(1).filter(|module| *module != "main").collect()
}

/// The module that is open behind these lines of a file.
fn inner_module<'a>(lines: &[&'a str]) -> Option<&'a str> {
    let borders = lines.iter().rev().find(|line| **line == "}" || line.starts_with("mod "))?;
    borders.strip_prefix("mod ")?.strip_suffix(" {")
}

mod seen_to_speak {
    use super::*;

    /// A tree with a document and one file of tests.
    fn tree(document: &str, path: &str, test: &str) -> Tree {
        let mut tree = Tree::file_of(path, test);
        let text = document.to_owned();
        tree.files.push(File { path: DOCUMENT.to_owned(), text });
        tree
    }

    fn proof(text: &str) -> (Proofs, Vec<String>) {
        proofs(&Tree::file_of("host/egress/src/tests/body.rs", text))
    }

    #[test]
    fn a_test_is_named_as_its_program_names_it() {
        let text = "// Proves: hosts\n#[test]\n";
        for (path, code, name) in [
            ("host/egress/src/tests/body.rs", "fn a() {", "tests::body::a"),
            ("host/egress/src/lib.rs", "fn a() {", "a"),
            (
                "host/runtime/tests/runtime/hostile/answers.rs",
                "async fn a() {",
                "hostile::answers::a",
            ),
            ("host/runtime/tests/runtime/main.rs", "fn a() {", "a"),
            ("tests/tests/going_on.rs", "fn a() {", "a"),
        ] {
            let (proofs, offences) = proofs(&Tree::file_of(path, &format!("{text}{code}")));
            assert_eq!(proofs["hosts"], [format!("[`{name}`]({path})")]);
            assert!(offences.is_empty(), "{offences:?}");
        }
        let inner = format!("mod one {{\n}}\nmod tests {{\n    {}    fn a(", text);
        let (proofs, _) = proofs(&Tree::file_of("host/egress/src/url.rs", &inner));
        assert_eq!(proofs["hosts"], ["[`url::tests::a`](host/egress/src/url.rs)"]);
    }

    #[test]
    fn a_mark_above_no_test_or_of_no_promise_is_told() {
        for (text, told) in [
            ("// Proves: hosts\nfn helper() {", "no test stands below"),
            ("// Proves: hosts\n#[test]\n#[ignore]\nfn a() {", "no test stands below"),
            ("// Proves: hosts", "no test stands below"),
            ("// Proves: everything\n#[test]\nfn a() {", "nobody promises `everything`"),
        ] {
            let (proofs, offences) = proof(text);
            assert!(proofs.is_empty() && offences.len() == 1, "{text}");
            assert!(offences[0].ends_with(told), "{offences:?}");
        }
    }

    #[test]
    fn a_promise_without_a_proof_and_a_table_that_is_old_are_told() {
        let document = format!("before\n{BEGIN}OLD\n{END}after\n");
        let all: Vec<&str> =
            PROMISES.iter().map(|(name, _)| *name).filter(|n| !n.is_empty()).collect();
        let test = |names: &[&str]| format!("// Proves: {}\n#[test]\nfn a() {{", names.join(", "));
        let old = tree(&document, "tests/tests/a.rs", &test(&all));
        assert_eq!(offences(&old), ["SECURITY.md: its table is not that of the tests"]);
        let new = renewed(&old).unwrap();
        assert!(new.starts_with("before\n") && new.ends_with("after\n") && !new.contains("OLD"));
        assert_eq!(offences(&tree(&new, "tests/tests/a.rs", &test(&all))), Vec::<String>::new());
        let fewer = tree(&new, "tests/tests/a.rs", &test(&all[1..]));
        assert_eq!(offences(&fewer)[0], format!("nobody proves `{}`", all[0]));
        assert_eq!(offences(&fewer).len(), 2);
    }
}
