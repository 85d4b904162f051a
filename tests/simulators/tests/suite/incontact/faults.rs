//! Faults on this vendor's answers.

use serde_json::json;
use tollgate_simulators::incontact::PASSWORD_PATH;
use tollgate_simulators::{Fault, Kind};

use super::{Server, builder, call, get, rows, start};
use crate::client::{receive, send_body};

fn with(fault: &str) -> Server {
    start(builder().fault(fault.parse().unwrap()))
}

#[test]
fn errors_have_the_vendors_header_and_body() {
    let server = with("503@1");
    let answer = get(&server, "v33.0/agents");
    assert_eq!(answer.status(), 503);
    assert_eq!(answer.header("icStatusDescription").unwrap(), "The simulator was told to fail");
    assert_eq!(answer.json()["errorDescription"], "The simulator was told to fail");
    assert_eq!(get(&server, "v33.0/agents").status(), 200);
    let server = with("500:/Token");
    let answer = receive(send_body(&server, "POST", PASSWORD_PATH, &[], ""));
    assert_eq!(answer.json()["error_description"], "The simulator was told to fail");
    assert_eq!(server.sign_ins().requests, 0);
}

#[test]
fn records_are_taken_away_within_an_envelope_too() {
    for path in ["v33.0/campaigns", "v32.0/campaigns"] {
        let kinds = [
            (Kind::MissingRecords, None),
            (Kind::NullRecords, Some(json!(null))),
            (Kind::WrongRecords, Some(json!("none"))),
            (Kind::EmptyPage, Some(json!([]))),
        ];
        for (kind, expected) in kinds {
            let server = start(builder().fault(Fault::new(kind.clone())));
            let body = get(&server, path).json();
            let envelope = body.get("resultSet").unwrap_or(&body);
            assert_eq!(envelope.get("campaigns"), expected.as_ref(), "{path} {kind:?}");
            assert_eq!(envelope["totalRecords"], 4);
        }
    }
}

#[test]
fn pages_repeat_and_never_end() {
    let server = with("endless:/teams");
    let page = get(&server, "v33.0/teams?skip=20&top=3").json();
    assert_eq!((page["teams"].as_array().unwrap().len(), &page["totalRecords"]), (3, &json!(26)));
    let server = with("repeat-page:/teams");
    let page = rows(&get(&server, "v33.0/teams?skip=2&top=2"), "teams");
    assert_eq!(page[0]["teamId"], 200_001);
}

#[test]
fn a_redirect_leads_away_and_a_refused_job_is_not_started() {
    let server = with("redirect=https://files.example.net/x:/files");
    let answer = get(&server, "v33.0/files?fileName=x");
    assert_eq!(answer.status(), 302);
    assert_eq!(answer.header("location").unwrap(), "https://files.example.net/x");
    let server = with("502:/report-jobs/*@1");
    assert_eq!(call(&server, "POST", "v33.0/report-jobs/600001", None).status(), 502);
    assert_eq!(server.jobs_started(), 0);
    assert_eq!(call(&server, "POST", "v33.0/report-jobs/600001", None).status(), 200);
    assert_eq!(server.jobs_started(), 1);
}
