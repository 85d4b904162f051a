//! How often one key may call, without a wait: the clock stands still until it is put forward.

use std::time::Duration;

use tollgate_simulators::ConstantContact;
use tollgate_simulators::constant_contact::RateLimits;

use super::{Server, get, start};

fn limited(limits: RateLimits) -> Server {
    let now = "2026-11-21T23:59:00Z".parse().unwrap();
    start(ConstantContact::builder().now(now).rate_limits(limits))
}

fn statuses(server: &Server, path: &str, calls: usize) -> Vec<u16> {
    (0..calls).map(|_| get(server, path).status()).collect()
}

#[test]
fn fifth_call_within_a_second_is_throttled() {
    let server = limited(RateLimits::documented());
    assert_eq!(statuses(&server, "/v3/emails", 6), [200, 200, 200, 200, 429, 429]);
    let body = get(&server, "/v3/emails").json();
    assert_eq!(body["error_key"], "throttled");
    server.advance(Duration::from_secs(1));
    assert_eq!(get(&server, "/v3/emails").status(), 200);
    assert_eq!(server.violations(), Vec::<String>::new());
}

#[test]
fn day_ends_at_midnight() {
    let limits = RateLimits { per_day: Some(2), ..RateLimits::default() };
    let server = limited(limits);
    assert_eq!(statuses(&server, "/v3/emails", 3), [200, 200, 429]);
    let answer = get(&server, "/v3/emails");
    assert_eq!(answer.json()["error_key"], "quota_exceeded");
    assert_eq!(answer.header("retry-after"), None);
    server.advance(Duration::from_secs(60));
    assert_eq!(get(&server, "/v3/emails").status(), 200);
}

#[test]
fn gateway_of_v2_says_it_with_403() {
    let path = "/v2/account/info?api_key=key-0001";
    let cases = [
        (RateLimits { per_second: Some(1), ..RateLimits::default() }, "over.qps"),
        (RateLimits { per_day: Some(1), ..RateLimits::default() }, "over.ratelimit"),
    ];
    for (limits, key) in cases {
        let server = limited(limits);
        assert_eq!(statuses(&server, path, 2), [200, 403]);
        let body = get(&server, path).json();
        assert_eq!(body[0]["error_key"], format!("mashery.not.authorized.{key}"));
    }
}

#[test]
fn haste_is_a_violation_only_where_a_setting_says_so() {
    let hasty = RateLimits { violation_above: Some(2), ..RateLimits::default() };
    let server = limited(hasty);
    assert_eq!(statuses(&server, "/v3/emails", 3), [200, 200, 200]);
    assert!(server.violations()[0].contains("3 calls within a second"));
    let patient = limited(RateLimits::default());
    statuses(&patient, "/v3/emails", 20);
    assert_eq!(patient.violations(), Vec::<String>::new());
}
