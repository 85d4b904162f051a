//! The permission screen: what a component imports, which origins it wants to reach, where its
//! credentials go. `inspect` shows it, and `add` before it grants anything.

use std::fmt::Write as _;

use tollgate_model::Descriptor;
use tollgate_runtime::Inspection;

use super::describe::operations;
use crate::output::{line, paragraph};
use crate::{quantities, views};

/// What an import lets a component do, by the beginning of its name. The list of interfaces that are
/// there at all is the runtime's.
const MEANINGS: [(&str, &str); 9] = [
    ("wasi:http/", "HTTP requests, every one through the gate"),
    ("wasi:io/", "reading and writing the bodies of requests"),
    ("wasi:clocks/", "the time, and waiting"),
    ("wasi:random/", "random numbers"),
    ("wasi:cli/", "a program's start and output; no variables, no arguments"),
    ("wasi:filesystem/", "files, of which it is given none"),
    ("tollgate:connector/host", "lines for the run's log"),
    ("tollgate:connector/", "types of the connector interface"),
    ("wasi:", "an interface of WASI"),
];

/// The screen. `publisher` is who signed the file, as it is told.
pub fn screen(
    inspection: &Inspection,
    descriptor: Option<&Descriptor>,
    publisher: &str,
    width: u16,
) -> String {
    let mut text = String::new();
    if let Some(descriptor) = descriptor {
        let _ = writeln!(
            text,
            "{} {} ({})",
            line(&descriptor.id),
            line(&descriptor.version),
            line(&descriptor.title)
        );
        text.push_str(&paragraph(&descriptor.description, 2, width));
        text.push('\n');
    }
    let interface = inspection.interface_version.as_deref().map_or("none".to_owned(), line);
    let _ = writeln!(text, "digest     {}", inspection.digest);
    let _ = writeln!(text, "publisher  {publisher}");
    let _ = writeln!(text, "size       {}", quantities::size(inspection.size));
    let _ = writeln!(text, "interface  tollgate:connector {interface}");
    if let Some(descriptor) = descriptor {
        origins(&mut text, descriptor);
        changes(&mut text, descriptor);
        credentials(&mut text, descriptor);
    }
    imports(&mut text, inspection);
    names(&mut text, "Exports", inspection.exports.iter().map(String::as_str));
    text
}

/// What it may do there beside reading with GET.
fn changes(text: &mut String, descriptor: &Descriptor) {
    if !descriptor.reads_by_post.is_empty() {
        text.push_str("\nReads with POST below\n");
        for prefix in &descriptor.reads_by_post {
            let _ = writeln!(text, "  {}", line(prefix));
        }
    }
    let mut written = descriptor.streams.iter().filter(|stream| !stream.writes.is_empty());
    if let Some(first) = written.next() {
        text.push_str("\nWrites, with `tollgate write` alone\n");
        for stream in std::iter::once(first).chain(written) {
            let _ = writeln!(text, "  {}: {}", line(&stream.name), operations(stream));
        }
    }
}

fn origins(text: &mut String, descriptor: &Descriptor) {
    text.push_str("\nWants to reach\n");
    for origin in &descriptor.origins {
        let _ = writeln!(text, "  {}", line(origin));
    }
    if descriptor.origins.is_empty() {
        text.push_str("  nothing\n");
    }
}

fn credentials(text: &mut String, descriptor: &Descriptor) {
    text.push_str("\nCredentials, which the host attaches and the connector never sees\n");
    for method in &descriptor.auth_methods {
        let (scheme, sends) = views::scheme(&method.scheme);
        let _ = writeln!(text, "  {} ({}, {scheme})", line(&method.name), line(&method.title));
        for sent in sends {
            let _ = writeln!(text, "    {}", line(&sent));
        }
        for audience in &method.audiences {
            let _ = writeln!(text, "    to {}", line(audience));
        }
    }
    if descriptor.auth_methods.is_empty() {
        text.push_str("  none\n");
    }
}

fn imports(text: &mut String, inspection: &Inspection) {
    text.push_str("\nImports: all that it could ever ask for\n");
    let refused: Vec<&str> = inspection.unknown_imports().collect();
    group(text, "REFUSED, so that it cannot run here", &refused);
    let allowed = || inspection.imports.iter().map(String::as_str).filter(|n| !refused.contains(n));
    for (prefix, meaning) in MEANINGS {
        let is_meant = |name: &&str| meaning_of(name).is_some_and(|found| found.0 == prefix);
        group(text, meaning, &allowed().filter(is_meant).collect::<Vec<_>>());
    }
    let unexplained: Vec<&str> = allowed().filter(|name| meaning_of(name).is_none()).collect();
    group(text, "others", &unexplained);
}

fn group(text: &mut String, meaning: &str, names: &[&str]) {
    if names.is_empty() {
        return;
    }
    let _ = writeln!(text, "  {meaning}");
    for name in names {
        let _ = writeln!(text, "    {}", line(name));
    }
}

fn names<'a>(text: &mut String, title: &str, names: impl Iterator<Item = &'a str>) {
    let _ = writeln!(text, "\n{title}");
    for name in names {
        let _ = writeln!(text, "  {}", line(name));
    }
}

fn meaning_of(import: &str) -> Option<(&'static str, &'static str)> {
    MEANINGS.into_iter().find(|(prefix, _)| import.starts_with(prefix))
}
