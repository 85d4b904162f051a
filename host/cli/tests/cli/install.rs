//! Adding a connector, what it is granted, and that nothing else runs.

use std::fs;

use tollgate_simulators::IContact;

use crate::harness::{Project, component, words};

fn empty() -> Project {
    Project::empty(IContact::builder().contacts(10))
}

#[test]
fn a_component_shows_what_it_asks_for() {
    let project = empty();
    let component = component();
    let run = project.run(&["inspect", component.to_str().unwrap()]).succeeds();
    assert!(run.stdout.contains("https://app.icontact.com\n"));
    assert!(run.stdout.contains("header API-Password"));
    assert!(run.stdout.contains("wasi:http/outgoing-handler@"));
    assert!(!run.stdout.contains("wasi:sockets"));
    let json = project.run(&["inspect", component.to_str().unwrap(), "--json"]).succeeds().json();
    assert_eq!(json["connector"]["id"], "icontact");
    assert_eq!(json["component"]["interface_version"], "0.1.0");
    assert!(json["component"]["size_bytes"].as_u64().unwrap() > 1_000);
    assert_eq!(json["problem"], serde_json::Value::Null);
}

#[test]
fn without_a_terminal_nothing_is_granted_by_itself() {
    let project = empty();
    let component = component();
    let run = project.run(&["add", component.to_str().unwrap()]).exits(2);
    insta::assert_snapshot!(run.errors(), @r"
    error: there is no terminal to ask whether to grant this
    hint: --grant grants all of it, --grant-origin ORIGIN a part
    ");
    assert!(!project.path("tollgate.lock").exists());
    assert!(!project.path("connectors").exists());
}

#[test]
fn an_added_connector_is_listed_described_and_removed() {
    let project = Project::installed();
    let listed = project.run(&["connectors", "--json"]).succeeds().json();
    assert_eq!(listed[0]["id"], "icontact");
    assert_eq!(listed[0]["problem"], serde_json::Value::Null);
    assert!(listed[0]["streams"].as_array().unwrap().len() >= 15);
    let text = project.run(&["connectors"]).succeeds();
    assert!(text.stdout.contains("icontact") && text.stdout.contains("sha256:"));

    let described = project.run(&words("describe icontact --json")).succeeds().json();
    assert_eq!(described["auth_methods"][0]["scheme"], "fixed");
    let text = project.run(&words("describe icontact")).succeeds().stdout;
    assert!(text.contains("Streams") && text.contains("contacts"), "{text}");
    let stream = project.run(&words("describe icontact --stream contacts --json")).succeeds();
    assert_eq!(stream.json()["name"], "contacts");
    let schema = project.run(&words("describe icontact --schema")).succeeds().json();
    assert_eq!(schema["options"]["contacts"]["type"], "object");
    assert!(schema["accounts"]["application"]["properties"]["password"]["oneOf"].is_array());
    let unknown = project.run(&words("describe icontact --stream contact")).exits(2);
    assert!(unknown.stderr.contains("did you mean `contacts`?"));

    project.run(&words("remove icontact")).succeeds();
    assert_eq!(project.run(&["connectors", "--json"]).succeeds().json(), serde_json::json!([]));
    assert!(!project.path("connectors/icontact.wasm").exists());
    let gone = project.run(&words("describe icontact")).exits(2);
    assert!(gone.stderr.contains("tollgate add"), "{}", gone.stderr);
}

#[test]
fn only_granted_origins_can_be_reached() {
    let project = Project::installed();
    let component = component();
    let other = "https://app.sandbox.icontact.com";
    project.run(&["add", component.to_str().unwrap(), "--grant-origin", other]).succeeds();
    let run = project.run(&["check"]).exits(10);
    assert!(run.stderr.contains("app.icontact.com"), "{}", run.stderr);
    assert_eq!(project.server.request_count(), 0);
    let foreign = "https://evil.example.com";
    project.run(&["add", component.to_str().unwrap(), "--grant-origin", foreign]).exits(2);
}

#[test]
fn a_changed_file_is_refused_until_it_is_added_again() {
    let project = Project::installed();
    let file = project.path("connectors/icontact.wasm");
    let mut wasm = fs::read(&file).unwrap();
    // A custom section at the end: the same component in other bytes.
    wasm.extend([0, 2, 1, b'x']);
    fs::write(&file, &wasm).unwrap();
    for command in ["check", "describe icontact", "sync --stream lists --to out.db"] {
        let run = project.run(&words(command)).exits(2);
        assert!(run.stderr.contains("is not what was granted"), "{}", run.stderr);
        assert!(run.stderr.contains("asks for nothing more"), "{}", run.stderr);
    }
    assert_eq!(project.server.request_count(), 0);
    let listed = project.run(&["connectors", "--json"]).succeeds().json();
    assert!(listed[0]["problem"].as_str().unwrap().contains("is not what was granted"));
    project.run(&["add", file.to_str().unwrap(), "--grant"]).succeeds();
    project.run(&["check"]).succeeds();
}

#[test]
fn a_corrupted_file_is_one_clear_error() {
    let project = Project::installed();
    let file = project.path("connectors/icontact.wasm");
    let whole = fs::read(&file).unwrap();
    fs::write(&file, &whole[..whole.len() / 2]).unwrap();
    let run = project.run(&["check"]).exits(2);
    insta::assert_snapshot!(run.errors(), @r"
    error: connector icontact is not what was granted: connectors/icontact.wasm has another digest than tollgate.lock says
    hint: the changed file is no connector that could run: the component file is damaged; if you trust it, `tollgate add connectors/icontact.wasm` grants it again
    ");
    let half = file.to_str().unwrap();
    project.run(&["add", half, "--grant"]).exits(2);
    fs::write(&file, "<html>").unwrap();
    project.run(&["inspect", half]).exits(2);
    fs::remove_file(&file).unwrap();
    let run = project.run(&["check"]).exits(2);
    assert!(run.stderr.contains("cannot read"), "{}", run.stderr);
}

#[test]
fn a_corrupted_cache_recovers() {
    let project = Project::installed();
    let cache = project.path("cache");
    let check = || {
        let run = project.command(&["check"]).env("TOLLGATE_CACHE_DIR", &cache).output().unwrap();
        project.came_to(run).succeeds()
    };
    check();
    let mut damaged = 0;
    for entry in fs::read_dir(&cache).unwrap() {
        let path = entry.unwrap().path();
        let mut code = fs::read(&path).unwrap();
        let middle = code.len() / 2;
        code[middle] ^= 0xff;
        fs::write(&path, &code).unwrap();
        damaged += 1;
    }
    assert!(damaged > 0, "nothing was cached");
    let told = "what the cache had of icontact was changed";
    let run = check();
    assert!(run.stderr.contains(told), "{}", run.stderr);
    let run = check();
    assert!(!run.stderr.contains(told), "{}", run.stderr);
}

#[test]
fn a_damaged_lock_file_is_one_clear_error() {
    let project = Project::installed();
    fs::write(project.path("tollgate.lock"), "form = 1\n[[connectors]]\nid = 3\n").unwrap();
    let run = project.run(&["connectors"]).exits(2);
    insta::assert_snapshot!(run.errors(), @r"
    error: the lock file tollgate.lock is damaged: invalid type: integer `3`, expected a string
    hint: restore it, or delete it and add the connectors again
    ");
}

#[test]
fn a_configuration_to_fill_in_is_written_once() {
    let project = Project::installed();
    let run = project.run(&words("init icontact")).exits(2);
    assert!(run.stderr.contains("is there already"), "{}", run.stderr);
    let printed = project.run(&words("init icontact --print")).succeeds().stdout;
    insta::assert_snapshot!("init", printed);
    fs::remove_file(project.path("tollgate.toml")).unwrap();
    project.run(&words("init icontact")).succeeds();
    assert_eq!(fs::read_to_string(project.path("tollgate.toml")).unwrap(), printed);
    // As it stands, what is missing is told, and nothing else is wrong.
    let run = project.run(&words("config check")).exits(2);
    assert!(run.stderr.contains("`username`"), "{}", run.stderr);
}
