//! Syncs into a database server, with a password by reference.

use tollgate_test_postgres::{Setup, TestServer};

use crate::harness::{Project, Run, words};

const CANARY: &str = "canary-of-the-database";

/// Runs a command that is given this password.
fn run(project: &Project, line: &str, password: Option<&str>) -> Run {
    let mut command = project.command(&words(line));
    match password {
        Some(password) => command.env("WAREHOUSE", password),
        None => command.env_remove("WAREHOUSE"),
    };
    let run = project.came_to(command.env_remove("PGPASSWORD").output().unwrap());
    assert!(!format!("{}{}", run.stdout, run.stderr).contains(CANARY), "{}", run.stderr);
    run
}

/// A connection of the test's own.
pub fn connect(server: &TestServer) -> postgres::Client {
    let mut config: postgres::Config = server.url.parse().unwrap();
    let password = server.password.as_deref().unwrap_or_default();
    config.password(password).connect(postgres::NoTls).unwrap()
}

#[test]
fn a_database_is_synced_into_and_its_states_are_shown_and_reset() {
    let Some(server) = TestServer::start(&Setup::default()) else { return };
    let project = Project::installed();
    let schema = format!("tollgate_test_{}", std::process::id());
    project.write_config(&format!(
        "[syncs.warehouse]\naccount = \"acme\"\nstream = \"contacts\"\nmode = \"append\"\n\
         to = {{ postgres = \"{}\", password = {{ env = \"WAREHOUSE\" }}, schema = \"{schema}\" }}\n",
        server.url
    ));
    let password = server.password.as_deref();
    for _ in 0..2 {
        let synced = run(&project, "sync --json", password).succeeds().json();
        assert_eq!(synced["runs"][0]["rows_loaded"], 120);
        let to = synced["runs"][0]["destination"].as_str().unwrap();
        assert!(to.starts_with("postgres://") && to.contains(&schema), "{to}");
    }
    let shown = run(&project, "state show --json", password).succeeds().json();
    assert_eq!(shown[0]["state"]["rows"], 120);
    let reset = run(&project, "state reset warehouse --json", password).succeeds().json();
    assert_eq!(reset[0]["was_kept"], true);
    let shown = run(&project, "state show --json", password).succeeds().json();
    assert!(shown[0]["state"].is_null());

    let mut client = connect(&server);
    let sql = format!("SELECT count(*), count(DISTINCT email) FROM {schema}.contacts");
    let row = client.query_one(&sql, &[]).unwrap();
    assert_eq!((row.get::<_, i64>(0), row.get::<_, i64>(1)), (240, 120));
    client.batch_execute(&format!("DROP SCHEMA {schema} CASCADE")).unwrap();

    for (password, message) in [
        (Some(CANARY), "does not let user"),
        (None, "the environment variable `WAREHOUSE` is not set"),
    ] {
        let refused = run(&project, "sync", password).exits(2);
        assert!(refused.stderr.contains(message), "{}", refused.stderr);
    }
}
