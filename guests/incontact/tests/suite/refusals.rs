//! What a read makes of answers that are none.

use tollgate_sdk::Failure;
use tollgate_sdk::testing::Reply;

use crate::provider::{Read, Values, of};

const DAY: Values<'static> = &[("date", "single")];

fn failure(stream: &str, reply: &Reply) -> Failure {
    let options = if stream == "agents" { &[] } else { DAY };
    let reply = reply.clone();
    let (table, _) = Read { options, ..of(stream) }.with(move |_| reply.clone());
    table.expect_err(stream)
}

fn described(status: u16, text: &str) -> Reply {
    let headers = vec![("icStatusDescription".to_owned(), text.to_owned())];
    Reply { headers, ..Reply::status(status, "") }
}

#[test]
fn a_refusal_says_what_the_header_says() {
    for (reply, expected) in [
        (described(401, "Token expired"), Failure::Unauthorized("Token expired".to_owned())),
        (described(404, "No such thing"), Failure::NotFound("No such thing".to_owned())),
        (described(400, "Bad order"), Failure::unexpected("status 400: Bad order")),
        (described(503, "Closed"), Failure::unavailable("status 503: Closed")),
        (described(429, "Slow down"), Failure::RateLimited(None)),
    ] {
        assert_eq!(failure("agents", &reply), expected);
    }
    let wait = vec![("Retry-After".to_owned(), "7".to_owned())];
    let busy = Reply { headers: wait, ..Reply::status(429, "") };
    assert_eq!(failure("agents", &busy), Failure::RateLimited(Some(7_000)));
}

#[test]
fn a_span_that_is_too_long_names_the_option_only_where_there_is_one() {
    let reply = described(400, "The date range may not exceed 7 days");
    for stream in ["agent_performance", "contacts", "contacts_completed", "skill_summaries"] {
        let Failure::InvalidConfig(config) = failure(stream, &reply) else { panic!("{stream}") };
        assert_eq!(config.field, "slice_days");
        assert!(config.reason.contains("may not exceed 7 days"), "{}", config.reason);
    }
    assert!(matches!(failure("agents", &reply), Failure::UnexpectedResponse(_)));
}

#[test]
fn what_is_not_understood_is_no_empty_answer() {
    for (stream, body) in [
        ("agents", "<html>"),
        ("agents", "{}"),
        ("agents", ""),
        ("agents", r#"{"totalRecords":1,"agents":[]}"#),
        ("agents", r#"{"totalRecords":1,"agents":[{"userName":"no id"}]}"#),
        ("agents", r#"{"totalRecords":1,"agents":[{"agentId":1,"lastLogin":"yesterday"}]}"#),
        ("agent_performance", r#"{"agentPerformance":[{"agentId":1,"teamId":2,"acwTime":"P1Y"}]}"#),
        ("agent_performance", r#"{"error":"x"}"#),
        ("agent_performance", r#"{"agentPerformance":null}"#),
        ("teams", r#"{"teams":null}"#),
        ("contacts", r#"{"totalRecords":1,"contacts":[{"contactId":1,"contactStartDate":"x"}]}"#),
    ] {
        let failure = failure(stream, &Reply::ok(body));
        assert!(matches!(failure, Failure::UnexpectedResponse(_)), "{stream} {body}: {failure:?}");
    }
}
