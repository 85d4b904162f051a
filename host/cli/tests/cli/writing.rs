//! `tollgate write`: what is told of each row, what stops it, and what is left when it is killed.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;
use tollgate_simulators::{Deed, Provider, Received};

use crate::harness::words;

/// The secret of the account. It must be found in no output.
const CANARY: &str = "canary-write-81c0";

/// A project with a connector that writes and an account at a provider that does as it is told.
struct Desk {
    folder: TempDir,
    provider: Provider,
}

/// What a command came to.
struct Run {
    code: Option<i32>,
    rows: Vec<Value>,
    stderr: String,
}

impl Desk {
    fn new(script: impl Fn(usize, &Received) -> Deed + Send + Sync + 'static) -> Self {
        let desk = Desk {
            folder: tempfile::tempdir().unwrap(),
            provider: Provider::start(script).unwrap(),
        };
        let config = format!(
            "[accounts.acme]\nconnector = \"hostile\"\ntoken = {{ env = \"ACME_TOKEN\" }}\n\n\
             [origins]\n\"https://api.example.com\" = \"{}\"\n",
            desk.provider.origin()
        );
        desk.put("tollgate.toml", &config);
        let component = tollgate_test_artifacts::hostile("writes_rows");
        let output = desk.command(&["add", component.to_str().unwrap(), "--grant"]).output();
        assert!(output.unwrap().status.success());
        desk
    }

    /// A provider that gives every row its number as id.
    fn numbering() -> Self {
        Desk::new(|number, _| Deed::answer(201, format!("{{\"id\": \"{number}\"}}")))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn put(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tollgate"));
        command
            .args(args)
            .current_dir(self.folder.path())
            .env_remove("TOLLGATE_CONFIG")
            .env("TOLLGATE_CACHE_DIR", PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("cache"))
            .env("ACME_TOKEN", CANARY)
            .env("COLUMNS", "100");
        command
    }

    fn run(&self, line: &str) -> Run {
        self.came_to(self.command(&words(line)).output().unwrap())
    }

    fn came_to(&self, output: Output) -> Run {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let (stdout, stderr) = (text(output.stdout), text(output.stderr));
        for output in [&stdout, &stderr] {
            assert!(!output.contains(CANARY), "{output}");
        }
        let rows = stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let folder = self.folder.path().display().to_string();
        Run { code: output.status.code(), rows, stderr: stderr.replace(&folder, "[PROJECT]") }
    }

    /// `name`s as JSON Lines in `rows.jsonl`.
    fn names(&self, names: impl IntoIterator<Item = &'static str>) {
        let lines = names.into_iter().map(|name| format!("{{\"name\":\"{name}\"}}\n"));
        self.put("rows.jsonl", &lines.collect::<String>());
    }

    fn lines(&self) -> Vec<String> {
        self.provider.received().iter().map(Received::line).collect()
    }

    fn bodies(&self) -> Vec<String> {
        self.provider.received().into_iter().map(|request| request.body).collect()
    }
}

impl Run {
    #[track_caller]
    fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "stdout:\n{:?}\nstderr:\n{}", self.rows, self.stderr);
        self
    }

    /// Row and status of each line.
    fn statuses(&self) -> Vec<(u64, &str)> {
        fn status(row: &Value) -> (u64, &str) {
            (row["row"].as_u64().unwrap(), row["status"].as_str().unwrap())
        }
        self.rows.iter().map(status).collect()
    }

    /// Standard error without what differs from run to run.
    fn errors(&self) -> String {
        let without_time = |line: &str| match line.split_once(" in ") {
            Some((before, _)) if before.ends_with("request") || before.ends_with("requests") => {
                format!("{before} in [TIME]\n")
            }
            _ => format!("{line}\n"),
        };
        self.stderr.lines().map(without_time).collect()
    }
}

const CREATE: &str = "write acme rows --operation create --from";

#[test]
fn every_format_writes_the_same_and_tells_the_new_ids() {
    let desk = Desk::numbering();
    desk.put("a.jsonl", "{\"name\":\"a\",\"amount\":\"1.50\",\"extra\":{\"x\":[1]}}\n{\"name\":\"b, \\\"c\\\"\",\"amount\":null,\"extra\":null}\n");
    desk.put("a.csv", "name,amount,extra\na,1.50,\"{\"\"x\"\":[1]}\"\n\"b, \"\"c\"\"\",,\n");
    let run = desk.run(&format!("{CREATE} a.jsonl --option tag=t")).exits(0);
    assert_eq!(run.rows[1], serde_json::json!({"row": 2, "status": "done", "id": "1"}));
    insta::assert_snapshot!(run.errors(), @"2 rows done; 2 requests in [TIME]");
    desk.run(&format!("{CREATE} a.csv --option tag=t")).exits(0);
    let mut child = desk
        .command(&words(&format!("{CREATE} - --option tag=t")))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&fs::read(desk.path("a.jsonl")).unwrap()).unwrap();
    desk.came_to(child.wait_with_output().unwrap()).exits(0);
    let bodies = desk.bodies();
    assert_eq!(bodies[0], r#"{"name":"a","amount":1.50,"extra":{"x":[1]},"tag":"t"}"#);
    assert_eq!((&bodies[..2], &bodies[..2]), (&bodies[2..4], &bodies[4..]));
}

#[test]
fn what_is_wrong_is_told_before_the_first_request() {
    let desk = Desk::numbering();
    desk.put("bad.jsonl", "{\"name\":\"a\"}\n{\"name\":\"b\",\"count\":1.5}\n");
    let run = desk.run(&format!("{CREATE} bad.jsonl")).exits(2);
    insta::assert_snapshot!(run.errors(), @"error: bad.jsonl: row 2 (line 2), column `count`: `1.5` is no whole number of 64 bits");
    desk.put("miss.csv", "nmae\na\n");
    let run = desk.run(&format!("{CREATE} miss.csv")).exits(2);
    insta::assert_snapshot!(run.errors(), @r"
    error: miss.csv: header: there is no column `nmae`
    hint: did you mean `name`?
    ");
    desk.names(["a"]);
    for (line, text) in [
        ("write acme row --operation create --from rows.jsonl", "did you mean `rows`?"),
        (
            "write acme rows --operation upsert --from rows.jsonl",
            "it offers create, update, delete",
        ),
        ("write acme rows --operation create --from rows.jsonl --option tga=1", "`tag`?"),
        ("write acme rows --operation create --from none.jsonl", "none.jsonl cannot be read"),
        ("write acme rows --operation create --from tollgate.toml", "does not tell the format"),
        (
            "write acme rows --operation create --from rows.jsonl --skip 2",
            "more than the 1 row there",
        ),
        ("write acme rows --operation create --from rows.jsonl --rejects rows.jsonl", "a new file"),
        ("write acm rows --operation create --from rows.jsonl", "did you mean `acme`?"),
    ] {
        let run = desk.run(line).exits(2);
        assert!(run.stderr.contains(text), "{line}: {}", run.stderr);
        assert!(run.rows.is_empty());
    }
    let run = desk.run(&format!("{CREATE} rows.jsonl --dry-run")).exits(0);
    insta::assert_snapshot!(run.errors(), @"all rows are good: would create 1 row of rows; nothing was sent");
    assert_eq!(desk.lines(), [""; 0]);
}

#[test]
fn rejected_rows_can_be_fed_back_in() {
    let desk = Desk::new(|_, request| match request.body.contains("taken") {
        true => Deed::answer(409, "{\"error\":\"the name is taken\"}"),
        false => Deed::answer(201, "{\"id\": \"7\"}"),
    });
    desk.put(
        "rows.csv",
        "name,amount,born,photo\na,1,2024-02-29,/wA=\ntaken 1,2.50,,\nb,,,\ntaken 2,,,\n",
    );
    let run = desk.run(&format!("{CREATE} rows.csv --rejects r.jsonl")).exits(11);
    assert_eq!(run.statuses(), [(1, "done"), (2, "rejected"), (3, "done"), (4, "rejected")]);
    assert!(run.rows[1]["error"].as_str().unwrap().contains("the name is taken"));
    insta::assert_snapshot!(run.errors(), @r"
    2 rows done, 2 rejected; 4 requests in [TIME]
    error: rejected 2 rows
    ");
    let rejects = fs::read_to_string(desk.path("r.jsonl")).unwrap();
    insta::assert_snapshot!(rejects, @r#"
    {"name":"taken 1","amount":"2.50","born":null,"photo":null}
    {"name":"taken 2","amount":null,"born":null,"photo":null}
    "#);
    fs::write(desk.path("r.jsonl"), rejects.replace("taken", "free")).unwrap();
    desk.run(&format!("{CREATE} r.jsonl")).exits(0);
    let expected = r#"{"name":"free 1","amount":2.50,"born":null,"photo":null}"#;
    assert_eq!(desk.bodies()[4], expected);

    let run = desk.run(&format!("{CREATE} rows.csv --max-rejects 1")).exits(11);
    assert_eq!(run.statuses(), [(1, "done"), (2, "rejected")]);
    insta::assert_snapshot!(run.errors(), @r"
    1 row done, 1 rejected; 2 requests in [TIME]
    error: 1 row rejected
    hint: 2 rows are behind it: --skip 2 goes on with the next
    ");
}

#[test]
fn a_cut_connection_is_unknown_and_not_tried_again() {
    let desk = Desk::new(|_, request| match request.body.contains("cut") {
        true => Deed::Close,
        false => Deed::answer(201, "{\"id\": \"7\"}"),
    });
    desk.names(["a", "cut 1", "b", "cut 2", "cut 3", "cut 4", "c"]);
    let run = desk.run(&format!("{CREATE} rows.jsonl --limit 3")).exits(11);
    assert_eq!(run.statuses(), [(1, "done"), (2, "unknown"), (3, "done")]);
    assert_eq!(desk.lines().len(), 3, "each row was sent once");
    let run = desk.run(&format!("{CREATE} rows.jsonl --skip 3")).exits(6);
    assert_eq!(run.statuses(), [(4, "unknown"), (5, "unknown"), (6, "unknown")]);
    insta::assert_snapshot!(run.errors(), @r"
    0 rows done, 3 unknown; 3 requests in [TIME]
    error: of 3 rows in succession the outcome is unknown
    hint: 6 rows are behind it: --skip 6 goes on with the next; look at the provider for the rows whose outcome is unknown
    ");
}

#[test]
fn a_failure_in_the_middle_says_how_to_go_on() {
    let desk = Desk::new(|number, _| match number {
        2 => Deed::answer(401, "{}"),
        _ => Deed::answer(201, format!("{{\"id\": \"{number}\"}}")),
    });
    desk.names(["a", "b", "c", "d"]);
    let run = desk.run(&format!("{CREATE} rows.jsonl")).exits(3);
    assert_eq!(run.statuses(), [(1, "done"), (2, "done"), (3, "failed")]);
    assert!(run.stderr.contains("2 rows are behind it: --skip 2 goes on"), "{}", run.stderr);
    let run = desk.run(&format!("{CREATE} rows.jsonl --skip 2 --json")).exits(0);
    assert_eq!(run.statuses(), [(3, "done"), (4, "done")]);
    let summary: Value = serde_json::from_str(run.stderr.trim()).unwrap();
    assert_eq!(summary["event"], "written");
    assert_eq!([&summary["rows"], &summary["skip"], &summary["done"]], [2, 4, 2]);
    let names: Vec<_> = desk.bodies();
    assert_eq!(names.iter().filter(|body| body.contains("\"c\"")).count(), 2, "once refused");
}

#[test]
fn what_was_synced_into_a_file_can_be_written_back() {
    let desk = Desk::new(|_, request| match request.method.as_str() {
        "GET" => Deed::answer(200, r#"{"rows":[{"id":1,"name":"a, \"b\""},{"id":2,"name":null}]}"#),
        _ => Deed::answer(204, ""),
    });
    for format in ["jsonl", "csv", "parquet"] {
        let sync = format!("sync --stream rows --to {format}:lake");
        assert!(desk.command(&words(&sync)).output().unwrap().status.success());
        let from = format!("write acme rows --operation update --from lake/rows.{format}");
        assert_eq!(desk.run(&from).exits(0).statuses(), [(1, "done"), (2, "done")]);
        let requests = desk.provider.received();
        let written: Vec<_> =
            requests[requests.len() - 2..].iter().map(|r| (r.line(), r.body.clone())).collect();
        let row = |id: u32, body: &str| (format!("PUT /rows/{id}"), body.to_owned());
        let expected = [row(1, r#"{"name":"a, \"b\""}"#), row(2, r#"{"name":null}"#)];
        assert_eq!(written, expected, "{format}");
    }
}

#[test]
fn delete_and_update_go_by_id() {
    let desk = Desk::new(|_, request| match request.path.as_str() {
        "/rows/2" => Deed::answer(404, "{}"),
        _ => Deed::answer(204, ""),
    });
    desk.put("rows.csv", "id\n1\n2\n9007199254740993\n");
    let run = desk.run("write acme rows --operation delete --from rows.csv --yes").exits(0);
    assert_eq!(run.statuses(), [(1, "done"), (2, "unchanged"), (3, "done")]);
    desk.put("rows.csv", "id,name\n1,\n");
    desk.run("write acme rows --operation update --from rows.csv").exits(0);
    let last = "DELETE /rows/9007199254740993";
    assert_eq!(desk.lines(), ["DELETE /rows/1", "DELETE /rows/2", last, "PUT /rows/1"]);
    assert_eq!(desk.bodies()[3], "{\"name\":null}");
}

/// The process is killed while the provider holds back an answer. What was told is true, and one
/// call's rows at most are not told of.
#[test]
fn a_kill_loses_nothing_that_was_told() {
    let desk = Desk::new(|_, request| match request.body.contains("hang") {
        true => Deed::Hang,
        false => Deed::answer(201, "{\"id\": \"7\"}"),
    });
    desk.names(["a", "b", "hang", "c"]);
    let mut child = desk
        .command(&words(&format!("{CREATE} rows.jsonl")))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut told = String::new();
    for _ in 0..2 {
        out.read_line(&mut told).unwrap();
    }
    while desk.lines().len() < 3 {
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(out.read_line(&mut told).unwrap(), 0, "nothing was told of the third");
    let done = told.lines().filter(|line| line.contains("\"done\"")).count();
    assert_eq!((done, desk.lines().len()), (2, 3), "of one row, nobody knows");
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_it_behind_the_row_under_way() {
    use std::sync::mpsc;

    let (go_on, gate) = mpsc::channel::<()>();
    let gate = std::sync::Mutex::new(gate);
    let desk = Desk::new(move |number, _| {
        if number == 1 {
            gate.lock().unwrap().recv().unwrap();
        }
        Deed::answer(201, "{\"id\": \"7\"}")
    });
    desk.names(["a", "b", "c"]);
    let mut child = desk
        .command(&words(&format!("{CREATE} rows.jsonl")))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    while desk.lines().len() < 2 {
        std::thread::yield_now();
    }
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let mut errors = BufReader::new(child.stderr.take().unwrap());
    let mut stopping = String::new();
    errors.read_line(&mut stopping).unwrap();
    assert_eq!(stopping, "stopping; Ctrl-C again stops at once\n");
    go_on.send(()).unwrap();
    let mut rest = String::new();
    std::io::Read::read_to_string(&mut errors, &mut rest).unwrap();
    let run = desk.came_to(child.wait_with_output().unwrap()).exits(130);
    assert_eq!(run.statuses(), [(1, "done"), (2, "done")]);
    assert!(rest.contains("--skip 2 goes on with the next"), "{rest}");
}

#[test]
fn describe_tells_what_can_be_written() {
    let desk = Desk::numbering();
    let output = desk.command(&words("describe hostile --stream rows")).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let writes = text.split_once("\nWrites: update\n").unwrap().1;
    insta::assert_snapshot!(writes, @r"
      Changes the row of this id. What is left out stays as it is.
      column   type    null   description
      ─────────────────────────────────────
      id       int64   no     Its id.
      name     text    yes    Its name.

    Writes: delete
      Removes the row of this id.
      column   type    null   description
      ─────────────────────────────────────
      id       int64   no     Its id.
    ");
    let output = desk.command(&words("describe hostile --stream rows --json")).output().unwrap();
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["writes"][0]["operation"], "create");
    assert_eq!(json["writes"][0]["options"][0]["name"], "tag");
}
