//! What is refused, and how.

use serde_json::json;
use tollgate_simulators::incontact::RateLimits;

use super::{at, builder, call, get, server, start};
use crate::client::{receive, send_body};

#[test]
fn spans_over_the_limit_are_refused_with_a_reason() {
    let server = server();
    let reason = |path: &str| {
        let answer = get(&server, path);
        assert_eq!(answer.status(), 400, "{path}");
        let body = answer.json();
        assert_eq!(body["error"], "invalid_request");
        assert_eq!(body["errorDescription"], answer.header("icStatusDescription").unwrap());
        body["errorDescription"].as_str().unwrap().to_owned()
    };
    let (start, end) = ("startDate=2026-10-01T00:00:00Z", "endDate=2026-11-01T00:00:00Z");
    let report = "v33.0/agents/performance";
    assert!(reason(&format!("{report}?{start}&{end}")).ends_with("over 30 days"));
    assert_eq!(reason(report), "startDate is required");
    assert_eq!(reason(&format!("{report}?{start}")), "endDate is required");
    assert!(reason(&format!("{report}?startDate=yesterday&{end}")).contains("ISO 8601"));
    for path in ["contacts", "contacts/completed", "skills/summary", "teams/performance-total"] {
        reason(&format!("v33.0/{path}"));
        reason(&format!("v33.0/{path}?{start}&{end}"));
    }
    // Thirty days on which clocks go back have an hour more.
    let path = format!("{report}?startDate=2026-10-20T04:00:00Z&endDate=2026-11-19T05:00:00Z");
    assert_eq!(get(&server, &path).status(), 200);
    let path = "v33.0/contacts/completed?updatedSince=2026-10-01T00:00:00Z&top=1";
    assert_eq!(get(&server, path).status(), 200);
}

#[test]
fn calls_need_a_token_and_a_path() {
    let server = server();
    let path = "/inContactAPI/services/v33.0/agents";
    let answer = receive(send_body(&server, "GET", path, &[], ""));
    assert_eq!((answer.status(), &answer.json()["error"]), (401, &json!("invalid_token")));
    for path in ["v33.0/nothing", "v33/agents", "v1.0/agents", "/services/v33.0/agents"] {
        assert_eq!(get(&server, path).status(), 404, "{path}");
    }
    assert_eq!(call(&server, "DELETE", "v33.0/agents", None).status(), 405);
    assert_eq!(server.violations().len(), 6);
}

#[test]
fn what_is_let_pass_is_noted() {
    let server = server();
    for path in [
        "v33.0/agents?colour=red",
        "v33.0/agents?updatedSince=2026-11-01T00:00:00%2B00:00",
        "v33.0/agents?searchString=canary-password-27c0d9be14fa",
    ] {
        server.clear();
        get(&server, path);
        assert_eq!(server.violations().len(), 1, "{path}: {:?}", server.violations());
    }
}

#[test]
fn haste_is_answered_with_429_without_a_time() {
    let limits = RateLimits { per_second: Some(2), ..RateLimits::default() };
    let server = start(builder().rate_limits(limits));
    let statuses: Vec<_> = (0..3).map(|_| get(&server, "v33.0/teams").status()).collect();
    assert_eq!(statuses, [200, 200, 429]);
    assert_eq!(get(&server, "v33.0/teams").header("retry-after"), None);
    server.advance(std::time::Duration::from_secs(1));
    assert_eq!(get(&server, "v33.0/teams").status(), 200);
    assert_eq!(server.violations(), Vec::<String>::new());
}

#[test]
fn clock_and_business_unit_are_told() {
    let server = server();
    let time = get(&server, "v33.0/server-time").json();
    assert_eq!(at(time["ServerTime"].as_str().unwrap()), at(super::NOW));
    let unit = get(&server, "v33.0/business-unit").json();
    assert_eq!(unit["businessUnits"][0]["businessUnitId"], 4_500_001);
}
