//! What ends a read, and what does not.

mod provider;

use provider::{Answers, FOLDER, Values, read};
use tollgate_sdk::Failure;
use tollgate_sdk::testing::logged;

fn failure(settings: Values, stream: &str, options: Values, answers: Answers) -> Failure {
    read(settings, stream, options, answers).0.expect_err("the read fails")
}

const ACCOUNTS: (&str, &str) = (
    "/a/",
    r#"{"accounts":[
        {"accountId":"1","enabled":"1","firstName":"A","lastName":"B","email":"a@example.com"},
        {"accountId":4,"enabled":0,"companyName":"Co","email":"c@example.com"}
    ],"total":2}"#,
);

#[test]
fn the_only_enabled_account_and_folder_are_found() {
    let (table, urls) = read(
        &[],
        "lists",
        &[],
        &[
            ACCOUNTS,
            ("/a/1/c/", r#"{"clientfolders":[{"clientFolderId":"2","logoId":null}],"total":1}"#),
            ("/lists", r#"{"lists":[{"listId":1}],"total":1}"#),
        ],
    );
    assert_eq!(table.expect("the read succeeds").column("list_id"), ["1"]);
    assert_eq!(urls.len(), 3, "{urls:?}");
}

/// Settings, the answer to the one question they leave open, and what comes of it.
type Case = (Values, [(&'static str, &'static str); 1], Failure);

#[test]
fn several_accounts_or_folders_are_named() {
    let several = r#"{"accounts":[
        {"accountId":1,"enabled":1,"firstName":"A","lastName":"","email":"a@example.com"},
        {"accountId":"3","enabled":"1","companyName":"Two","email":"b@example.com"},
        {"accountId":4,"enabled":"0","email":"c@example.com"}],"total":3}"#;
    let folders = r#"{"clientfolders":[{"clientFolderId":2},
        {"clientFolderId":"3","emailRecipient":"b@example.com"}],"total":2}"#;
    let cases: [Case; 4] = [
        (
            &[],
            [("/a/", several)],
            Failure::invalid(
                "account_id",
                "there is more than one enabled account: set one of 1 (A <a@example.com>), \
                 3 (Two <b@example.com>), 4 (<c@example.com>, disabled)",
            ),
        ),
        (
            &[("account_id", &["1"])],
            [("/a/1/c/", folders)],
            Failure::invalid(
                "client_folder_id",
                "there is more than one client folder: set one of 2, 3 (b@example.com)",
            ),
        ),
        (
            &[],
            [("/a/", r#"{"accounts":null,"total":0}"#)],
            Failure::forbidden("the login has no enabled account"),
        ),
        (
            &[("account_id", &["1/../3"])],
            [("/a/", several)],
            Failure::invalid("account_id", "the id is a number, for example 111111"),
        ),
    ];
    for (settings, answers, expected) in cases {
        let found = failure(settings, "lists", &[], Box::leak(Box::new(answers)));
        assert_eq!(found, expected);
    }
}

#[test]
fn an_answer_that_cannot_be_used_is_asked_for_three_times_and_shown() {
    for (body, says) in [
        (r#"{"errors":["no luck"]}"#, "it says under status 200: no luck"),
        (r#"{"lists":null,"warnings":["no luck"]}"#, "it has no records: no luck"),
        (r#"{"total":0}"#, "it has no records where they belong"),
        ("<html>", "it is a page of HTML or XML, not JSON"),
        (r#"{"lists":[{"listId":1}"#, "ends before it is complete"),
        (r#"{"lists":[],"total":3}"#, "it is empty at row 0 of 3"),
        (r#"{"lists":[],"total":0,"offset":20}"#, "it begins at row 20 instead of 0"),
        (r#"{"lists":[{"name":"A"}],"total":1}"#, "listId: the record has no value"),
        (r#"{"lists":[{"listId":1,"listId":2}],"total":1}"#, "listId: the key comes twice"),
        (r#"{"lists":[{"listId":"1.5"}],"total":1}"#, "listId: expected a whole number"),
        (r#"{"lists":[{"listId":9223372036854775808}],"total":1}"#, "listId: expected"),
    ] {
        let answers = Box::leak(Box::new([("/lists", body)]));
        let (table, urls) = read(FOLDER, "lists", &[], answers);
        match table {
            Err(Failure::UnexpectedResponse(text)) => assert!(text.contains(says), "{text}"),
            other => panic!("{body}: {other:?}"),
        }
        assert_eq!(urls.len(), 3, "{body}");
    }
}

#[test]
fn a_time_that_is_none_ends_the_read() {
    let found = failure(
        FOLDER,
        "sends",
        &[],
        &[("/sends", r#"{"sends":[{"sendId":1,"scheduledTime":"soon"}],"total":1}"#)],
    );
    let Failure::UnexpectedResponse(text) = found else { panic!("{found:?}") };
    assert!(text.contains("scheduledTime: expected a time, found \"soon\""), "{text}");
}

#[test]
fn a_page_that_comes_again_ends_the_read() {
    let found = failure(FOLDER, "lists", &[], &[("/lists", r#"{"lists":[{"listId":1}]}"#)]);
    assert_eq!(found, Failure::unexpected("a page of 1 rows repeats an earlier one"));
}

#[test]
fn a_warning_about_a_parameter_ends_the_read_and_another_does_not() {
    let contacts = |warning: &str| -> Answers {
        let body = format!(
            r#"{{"contacts":[{{"contactId":1,"status":"normal"}}],"total":1,
                "warnings":["{warning}"]}}"#
        );
        let body: &'static str = Box::leak(body.into_boxed_str());
        Box::leak(Box::new([("/contacts", body), ("/customfields", r#"{"customfields":[]}"#)]))
    };
    let found = failure(FOLDER, "contacts", &[], contacts("status is not valid"));
    let text = "iContact ignored the parameter status: status is not valid";
    assert_eq!(found, Failure::internal(text));
    logged();
    let (table, _) = read(FOLDER, "contacts", &[], contacts("limit was lowered"));
    assert_eq!(table.expect("the read succeeds").column("contact_id"), ["1"]);
    let lines = logged();
    assert!(lines.iter().any(|(_, line)| line.contains("limit was lowered")), "{lines:?}");
}

#[test]
fn a_message_that_is_gone_is_passed_over_unless_it_was_asked_for() {
    let answers: Answers = &[
        ("/messages", r#"{"messages":[{"messageId":11},{"messageId":12}],"total":2}"#),
        ("/messages/12/statistics", r#"{"statistics":{"delivered":1}}"#),
    ];
    let (table, _) = read(FOLDER, "message_statistics", &[], answers);
    assert_eq!(table.expect("the read succeeds").column("message_id"), ["12"]);
    let named: Values = &[("messages", &["11", "12"])];
    let found = failure(FOLDER, "message_statistics", named, answers);
    assert_eq!(found, Failure::NotFound("Not Found".to_owned()));
}

#[test]
fn options_become_parameters() {
    let body = r#"{"contacts":[],"total":0}"#;
    let cases: [(Values, &str); 6] = [
        (&[], "status=total&limit=500&offset=0"),
        (&[("status", &["listed"])], "limit=500&offset=0"),
        (&[("status", &["unlisted"])], "status=unlisted&limit=500&offset=0"),
        (&[("status", &["bounced"])], "status=total&limit=500&offset=0"),
        (&[("list", &["4"]), ("page_size", &["50"])], "listId=4&limit=50&offset=0"),
        (
            &[("status", &["listed"]), ("created", &["2026-01-01", "2026-01-31"])],
            "createDate=2025-12-31%2C2026-02-01&createDateSearchType=bet&limit=500&offset=0",
        ),
    ];
    for (options, query) in cases {
        let answers =
            Box::leak(Box::new([("/contacts", body), ("/customfields", r#"{"customfields":[]}"#)]));
        let (table, urls) = read(FOLDER, "contacts", options, answers);
        assert_eq!(table.expect("the read succeeds").rows.len(), 0);
        assert_eq!(urls.last(), Some(&format!("/contacts?{query}")));
    }
    let both: Values = &[("status", &["unlisted"]), ("list", &["4"])];
    let found = failure(FOLDER, "contacts", both, &[]);
    assert!(matches!(found, Failure::InvalidConfig(config) if config.field == "status"));
}
