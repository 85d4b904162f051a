//! From canned answers to rows: the streams that ask per message, contact or segment.

mod provider;

use provider::{Answers, FOLDER, Values, read};
use tollgate_sdk::testing::Table;

fn rows(stream: &str, options: Values, answers: Answers) -> Table {
    read(FOLDER, stream, options, answers).0.expect("the read succeeds")
}

#[test]
fn statistics_may_nest_or_be_empty() {
    let table = rows(
        "message_statistics",
        &[("messages", &["12", "11"])],
        &[
            (
                "/messages/11/statistics",
                r#"{"statistics":{"bounces":null,"delivered":"10","unsubscribes":"",
                "opens":{"unique":"3","total":4},"clicks":[],"forwards":0}}"#,
            ),
            ("/messages/12/statistics", r#"{"statistics":{"opens":null,"released":"2"}}"#),
        ],
    );
    assert_eq!(table.column("message_id"), ["11", "12"]);
    assert_eq!(table.column("bounces"), ["null", "null"]);
    assert_eq!(table.column("delivered"), ["10", "null"]);
    assert_eq!(table.column("unsubscribes"), ["null", "null"]);
    assert_eq!(table.column("opens_unique"), ["3", "null"]);
    assert_eq!(table.column("opens_total"), ["4", "null"]);
    assert_eq!(table.column("clicks_total"), ["null", "null"]);
    assert_eq!(table.column("forwards"), ["0", "null"]);
    assert_eq!(table.column("released"), ["null", "2"]);
}

#[test]
fn equal_events_are_rows_of_their_own() {
    let table = rows(
        "track_message_clicks",
        &[("messages", &["11"])],
        &[(
            "/messages/11/clicks",
            r#"{"clicks":[
            {"contactId":"7","clickTime":"2026-08-01T12:00:00-04:00","clickLink":"http://x/"},
            {"contactId":7,"clickTime":"2026-08-01T12:00:00-04:00","clickLink":"http://x/"}
        ],"total":2}"#,
        )],
    );
    assert_eq!(table.column("message_id"), ["11", "11"]);
    assert_eq!(table.column("contact_id"), ["7", "7"]);
    assert_eq!(table.column("click_time"), ["2026-08-01T16:00:00Z"; 2]);
}

#[test]
fn details_of_a_history_stay_json() {
    let table = rows(
        "contact_history",
        &[("contacts", &["7"])],
        &[(
            "/contacts/7/actions",
            r#"{"actions":[
            {"actionType":"EditFields","actionTime":"2012-06-09T15:46:52-0400",
             "details":{"city":["a", "b"]}},
            {"actionType":"AddContact","actionTime":"2012-06-09T15:46:52Z","details":[]},
            {"actionType":"Open","actionTime":null,"details":null}
        ],"total":3,"limit":"50"}"#,
        )],
    );
    assert_eq!(table.column("contact_id"), ["7"; 3]);
    assert_eq!(table.column("details"), [r#"{"city":["a", "b"]}"#, "[]", "null"]);
    let times = ["2012-06-09T19:46:52Z", "2012-06-09T15:46:52Z", "null"];
    assert_eq!(table.column("action_time"), times);
}

#[test]
fn criteria_know_their_segment() {
    let table = rows(
        "segment_criteria",
        &[],
        &[
            ("/segments", r#"{"segments":[{"segmentId":"1"},{"segmentId":2}],"total":2}"#),
            ("/segments/1/criteria", r#"{"criteria":null}"#),
            (
                "/segments/2/criteria",
                r#"{"criteria":[{"criterionId":"1","fieldName":"city","values":["Bonn"]}]}"#,
            ),
        ],
    );
    assert_eq!(table.column("segment_id"), ["2"]);
    assert_eq!(table.column("values"), [r#"["Bonn"]"#]);
}

const MESSAGES: &str = r#"{"messages":[
    {"messageId":"11","campaignId":1},
    {"messageId":12,"campaignId":"2"},
    {"messageId":13,"campaignId":99}
],"total":3}"#;

#[test]
fn campaigns_of_one_sender_add_up() {
    let table = rows(
        "campaign_message_statistics",
        &[("group_by", &["sender"])],
        &[
            (
                "/campaigns",
                r#"{"campaigns":[
                {"campaignId":"1","name":"A","fromName":"Ann","fromEmail":"x@example.com"},
                {"campaignId":2,"name":"B","fromName":"Ann","fromEmail":"x@example.com"}
            ],"total":2}"#,
            ),
            ("/messages", MESSAGES),
            (
                "/messages/11/statistics",
                r#"{"statistics":{"delivered":"10","opens":{"unique":1,"total":2}}}"#,
            ),
            (
                "/messages/12/statistics",
                r#"{"statistics":{"delivered":5,"opens":{"unique":"1","total":""},"bounces":""}}"#,
            ),
            ("/messages/13/statistics", r#"{"statistics":{"delivered":1}}"#),
        ],
    );
    // The last group is the message whose campaign iContact does not list.
    assert_eq!(table.column("from_email"), ["x@example.com", "null"]);
    assert_eq!(table.column("from_name"), ["Ann", "null"]);
    assert_eq!(table.column("campaign_id"), ["null", "null"]);
    assert_eq!(table.column("campaign_name"), ["null", "null"]);
    assert_eq!(table.column("messages"), ["2", "1"]);
    assert_eq!(table.column("delivered"), ["15", "1"]);
    assert_eq!(table.column("opens_unique_sum"), ["2", "null"]);
    assert_eq!(table.column("opens_total"), ["2", "null"]);
    assert_eq!(table.column("bounces"), ["null", "null"]);
}
