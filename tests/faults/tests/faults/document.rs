//! The table of `docs/faults.md`: written by the tests, each its own lines, and held against them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use tollgate_sync::Mode;

use crate::bench::Into;
use crate::check::Check;
use crate::defects::CAUGHT;
use crate::findings::Findings;

/// Has the tests write what they find instead of holding the file against it.
const WRITE: &str = "TOLLGATE_FAULTS_WRITE";
const RENEW: &str = "`make faults` writes it anew";

const INTRO: &str = "\
# What ends a run, and what comes of it

<!-- Written by the tests in tests/faults: `make faults` writes it anew. -->

Each line is a set of cases. In each case the real component, in the real runtime, reads contacts with
their phone numbers from a stand-in for Constant Contact: three pages in the first load of a table, two
in a later one that brings what has changed (three where it replaces). The run is ended at one point, a
reader looks at the tables, and then comes a run that nothing ends. After a first load that was ended,
rows change and one is made, and a further run goes by the state that the others left. Rows and state
are made durable after every page. A fault that does not fire fails its test.

**After every run that nothing ends, rows are held against the provider's, in the table and in its
child table. A line stands here only where in all of its cases none was lost and none was there
twice.** With `append`, a row that changed is there in each of its versions, once.

- A reader who finds *pages of the new rows* finds them whole, and each row once.
- A run that *goes on* reads only what the one before had not kept.
- A run *reads what is new* where the one before had come to its end, or had nothing left to do when it
  was ended.
";

const HEADER: &str = "\
| what ends the run | mode | the run | a reader then finds | the next run | lost | twice |
|---|---|---|---|---|---|---|
";

const CAUGHT_INTRO: &str = "\
## What the checks catch

A check proves nothing until it was seen to find something. Each of these is made with a mistake that
was planted into the source or the destination, and has to fail.

| check | planted mistake | destination | mode | what it says |
|---|---|---|---|---|
";

/// A line of the table.
pub struct Line {
    /// The heading under which it stands.
    section: &'static str,
    /// How it begins: no other one of its section does.
    key: String,
    text: String,
}

impl Line {
    pub fn of(check: Check, into: Into, mode: Mode, found: &Findings) -> Line {
        let key = key(check, mode);
        let words = |set: &BTreeSet<String>| set.iter().cloned().collect::<Vec<_>>().join("; ");
        let (run, reader, next) = (words(&found.run), words(&found.reader), words(&found.next));
        let text = format!("{key} {run} | {reader} | {next} | 0 | 0 |");
        Line { section: section(into), key, text }
    }

    pub fn caught(place: usize, said: &str) -> Line {
        let key = CAUGHT[place].key();
        Line { section: CAUGHT_SECTION, text: format!("{key} {said} |"), key }
    }
}

const CAUGHT_SECTION: &str = "What the checks catch";
const INTOS: [Into; 5] = [Into::Sqlite, Into::Postgres, Into::Parquet, Into::Csv, Into::Jsonl];
const MODES: [Mode; 3] = [Mode::Replace, Mode::Append, Mode::Merge];

pub fn section(into: Into) -> &'static str {
    match into {
        Into::Sqlite => "SQLite",
        Into::Postgres => "Postgres",
        Into::Parquet => "Parquet",
        Into::Csv => "CSV",
        Into::Jsonl => "JSON Lines",
    }
}

pub fn mode_name(mode: Mode) -> &'static str {
    match mode {
        Mode::Replace => "`replace`",
        Mode::Append => "`append`",
        Mode::Merge => "`merge`",
    }
}

fn key(check: Check, mode: Mode) -> String {
    format!("| {} | {} |", check.title(), mode_name(mode))
}

/// The lines of the file, by heading and key.
type Lines = BTreeMap<(&'static str, String), String>;

/// All lines that there have to be, in their order.
fn keys() -> Vec<(&'static str, String)> {
    let mut keys = Vec::new();
    for into in INTOS {
        let modes = MODES.into_iter().filter(|mode| *mode != Mode::Merge || !into.is_files());
        let modes: Vec<_> = modes.collect();
        for check in Check::ALL {
            if check.is_for(into) {
                keys.extend(modes.iter().map(|mode| (section(into), key(check, *mode))));
            }
        }
    }
    keys.extend(CAUGHT.iter().map(|caught| (CAUGHT_SECTION, caught.key())));
    keys
}

fn parse(text: &str) -> Lines {
    let mut lines = Lines::new();
    let mut heading = "";
    let keys = keys();
    for line in text.lines() {
        heading = line.strip_prefix("## ").unwrap_or(heading);
        let is_of = |(section, key): &&(&str, String)| *section == heading && line.starts_with(key);
        if let Some(key) = keys.iter().find(is_of) {
            lines.insert(key.clone(), line.to_owned());
        }
    }
    lines
}

fn render(lines: &Lines) -> String {
    let mut text = INTRO.to_owned();
    let mut heading = "";
    for key in keys() {
        if key.0 != heading {
            heading = key.0;
            text.push_str(&match heading {
                CAUGHT_SECTION => format!("\n{CAUGHT_INTRO}"),
                _ => format!("\n## {heading}\n\n{HEADER}"),
            });
        }
        if let Some(line) = lines.get(&key) {
            writeln!(text, "{line}").unwrap();
        }
    }
    text
}

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/faults.md")
}

/// Holds these lines of the file, or writes them.
pub fn hold(lines: &[Line]) {
    if std::env::var_os(WRITE).is_none() {
        let there = parse(&fs::read_to_string(path()).unwrap_or_default());
        for Line { section, key, text } in lines {
            let found = there.get(&(*section, key.clone()));
            assert_eq!(found, Some(text), "docs/faults.md is stale ({section}): {RENEW}");
        }
        return;
    }
    fs::create_dir_all(path().parent().unwrap()).unwrap();
    // Tests that run at the same time write one after the other.
    let lock = File::create(Path::new(env!("CARGO_TARGET_TMPDIR")).join("faults.lock")).unwrap();
    lock.lock().unwrap();
    let mut there = parse(&fs::read_to_string(path()).unwrap_or_default());
    for Line { section, key, text } in lines {
        there.insert((*section, key.clone()), text.clone());
    }
    fs::write(path(), render(&there)).unwrap();
}

#[test]
fn the_document_has_a_line_for_every_check_and_nothing_else() {
    let text = fs::read_to_string(path()).unwrap_or_default();
    let lines = parse(&text);
    // While the lines are written anew, those of other tests may be missing yet.
    if std::env::var_os(WRITE).is_none() {
        let missing: Vec<_> = keys().into_iter().filter(|key| !lines.contains_key(key)).collect();
        assert!(missing.is_empty(), "docs/faults.md has no line {missing:?}: {RENEW}");
        assert_eq!(text, render(&lines), "docs/faults.md is stale: {RENEW}");
    }
}

#[test]
fn a_line_is_found_again_under_its_heading() {
    let found = Findings::default();
    let lines =
        [Line::of(Check::Gone, Into::Csv, Mode::Append, &found), Line::caught(0, "rows are lost")];
    let there: Lines =
        lines.into_iter().map(|Line { section, key, text }| ((section, key), text)).collect();
    assert_eq!(parse(&render(&there)), there);
    assert_eq!(parse(&render(&there).replace("## CSV", "## Other")).len(), 1);
}
