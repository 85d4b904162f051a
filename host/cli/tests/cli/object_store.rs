//! Syncs into an object store, with secrets by reference and from the environment.

use std::collections::BTreeSet;

use serde_json::Value;
use tollgate_simulators::s3::Credentials;
use tollgate_simulators::{Fault, Kind, S3, Simulator};

use crate::harness::{Project, Run, words};

const CANARY: &str = "canary-of-the-object-store";
const TOKEN: &str = "canary-of-the-session";
const MANIFEST: &str = "lake/contacts/_tollgate.json";

/// A store whose keys come with a session token.
fn store() -> Simulator<S3> {
    let credentials = Credentials {
        access_key_id: "AK".to_owned(),
        secret_access_key: CANARY.to_owned(),
        session_token: Some(TOKEN.to_owned()),
    };
    S3::builder().credentials(credentials).start_blocking().unwrap()
}

/// Runs a command in an environment that has these variables, and no other of an object store.
fn run(project: &Project, line: &[&str], variables: &[(&str, &str)]) -> Run {
    let mut command = project.command(line);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("AWS_") {
            command.env_remove(name);
        }
    }
    let run = project.came_to(command.envs(variables.iter().copied()).output().unwrap());
    for canary in [CANARY, TOKEN] {
        assert!(!format!("{}{}", run.stdout, run.stderr).contains(canary), "{}", run.stderr);
    }
    run
}

fn manifest(store: &Simulator<S3>) -> Value {
    serde_json::from_slice(&store.vendor().object(MANIFEST).unwrap()).unwrap()
}

/// The objects that are the table.
fn objects(store: &Simulator<S3>) -> BTreeSet<String> {
    let objects = manifest(store)["tables"]["contacts"]["objects"].clone();
    let names: Vec<String> = serde_json::from_value(objects).unwrap();
    names.into_iter().map(|name| format!("lake/{name}")).collect()
}

/// That there is nothing but the manifest and what it names.
fn nothing_is_left_over(store: &Simulator<S3>) {
    let mut keys: BTreeSet<String> = store.vendor().keys().into_iter().collect();
    assert!(keys.remove(MANIFEST));
    assert_eq!(keys, objects(store));
    assert_eq!((store.violations(), store.unfired()), (vec![], vec![]));
}

#[test]
fn an_object_store_is_synced_into_whatever_fails_and_its_states_are_shown_and_reset() {
    let (project, store) = (Project::installed(), store());
    project.write_config(&format!(
        "[syncs.lake]\naccount = \"acme\"\nstream = \"contacts\"\nmode = \"append\"\n\
         to = {{ s3 = \"s3://acme/lake\", endpoint = \"{}\", access_key_id = \"AK\", \
         secret_access_key = {{ env = \"STORE_KEY\" }}, session_token = {{ env = \"STORE_TOKEN\" }} }}\n",
        store.origin()
    ));
    let secrets = [("STORE_KEY", CANARY), ("STORE_TOKEN", TOKEN)];
    // The store is too busy at first, and the answer to what names the rows is lost: GET, two PUTs
    // of the first manifest, and then the one that counts.
    store.inject(Fault::new(Kind::status(503)).on("part-00000.parquet").at(1));
    store.inject(Fault::new(Kind::Close).on("_tollgate.json").at(4));
    for runs in 1..=2 {
        let synced = run(&project, &words("sync --json"), &secrets).succeeds().json();
        assert_eq!(synced["runs"][0]["rows_loaded"], 120);
        let to = synced["runs"][0]["destination"].as_str().unwrap();
        assert!(to.starts_with("s3://acme/lake"), "{to}");
        assert_eq!(objects(&store).len(), runs);
        nothing_is_left_over(&store);
    }
    let shown = run(&project, &words("state show --json"), &secrets).succeeds().json();
    assert_eq!(shown[0]["state"]["rows"], 120);
    let reset = run(&project, &words("state reset lake --json"), &secrets).succeeds().json();
    assert_eq!(reset[0]["was_kept"], true);
    assert!(manifest(&store)["state"].is_null());
    assert_eq!(objects(&store).len(), 2, "the rows stay");

    let shown = run(&project, &words("config show"), &[]).succeeds().stdout;
    assert!(shown.contains("to.secret_access_key") && shown.contains("env STORE_KEY"), "{shown}");
    let wrong = [("STORE_KEY", "wrong"), ("STORE_TOKEN", TOKEN)];
    for (secrets, message) in [
        (&wrong[..], "does not accept the keys"),
        (&[], "the environment variable `STORE_KEY` is not set"),
    ] {
        let refused = run(&project, &words("sync"), secrets).exits(2);
        assert!(refused.stderr.contains(message), "{}", refused.stderr);
    }
}

#[test]
fn the_environment_says_what_the_command_line_does_not() {
    let (project, store) = (Project::installed(), store());
    let origin = store.origin();
    let variables = [
        ("AWS_ENDPOINT_URL_S3", origin.as_str()),
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:9"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_DEFAULT_REGION", "nowhere"),
        ("AWS_ACCESS_KEY_ID", "AK"),
        ("AWS_SECRET_ACCESS_KEY", CANARY),
        ("AWS_SESSION_TOKEN", TOKEN),
        // What programs commonly follow and this one does not.
        ("HTTP_PROXY", "http://127.0.0.1:9"),
        ("http_proxy", "http://127.0.0.1:9"),
    ];
    let line = words("sync --stream contacts --to s3://acme/lake --mode replace");
    for _ in 0..2 {
        run(&project, &line, &variables).succeeds();
        assert_eq!(objects(&store).len(), 1);
        nothing_is_left_over(&store);
    }
    let refused = run(&project, &line, &variables[..4]).exits(2);
    assert!(refused.stderr.contains("there are no keys for s3://acme/lake"), "{}", refused.stderr);
    let open = [("AWS_ENDPOINT_URL", "http://10.255.255.1:9")];
    let refused = run(&project, &line, &open).exits(2);
    assert!(refused.stderr.contains("the endpoint is not encrypted"), "{}", refused.stderr);
}
