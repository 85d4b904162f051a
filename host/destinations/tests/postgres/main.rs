//! Postgres, against a real server: the conformance suite, and what only a server can do wrong.
//!
//! Each test starts a server of its own, which costs about a second, and tries all of its cases
//! against it; without one it says so and does nothing.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

#[path = "../conformance/texts.rs"]
mod texts;

mod cases;
mod database;
mod tls;

use std::thread;

use tollgate_destinations::conformance::{Failures, Traits, check_one, names};
use tollgate_test_postgres::{Setup, TestServer};

use crate::database::Database;

const SIDE_BY_SIDE: usize = 4;

#[test]
fn postgres_is_a_destination() {
    let Some(server) = TestServer::start(&Setup::default()) else { return };
    let traits = Traits {
        keeps_types: true,
        widens: true,
        keeps_keys: true,
        keeps_nan: true,
        keeps_nul: false,
        keeps_json_text: false,
        merges: true,
        resumes_replace: true,
    };
    // The checks mostly wait for the server, so a few go side by side.
    let names: Vec<&str> = names().collect();
    let run = &|part: usize| {
        let names = names.iter().skip(part).step_by(SIDE_BY_SIDE);
        let checks = names.map(|name| check_one(name, || Box::new(Database::new(&server)), traits));
        checks.filter_map(Result::err).collect::<Vec<_>>()
    };
    let failures = thread::scope(|scope| {
        let parts: Vec<_> = (0..SIDE_BY_SIDE).map(|part| scope.spawn(move || run(part))).collect();
        parts.into_iter().flat_map(|part| part.join().unwrap()).collect::<Vec<_>>()
    });
    assert!(failures.is_empty(), "{}", Failures(failures));
}

#[test]
fn what_only_a_server_can_do_wrong_is_told_and_survived() {
    let Some(server) = TestServer::start(&Setup::default()) else { return };
    for (name, case) in cases::CASES {
        eprintln!("{name}");
        case(&Database::new(&server));
    }
}
