//! From canned answers to rows: the streams that are one list, with iContact's oddities.

mod provider;

use provider::{Answers, FOLDER, Values, read};
use tollgate_sdk::testing::{Table, logged};

fn rows(stream: &str, options: Values, answers: Answers) -> Table {
    read(FOLDER, stream, options, answers).0.expect("the read succeeds")
}

#[test]
fn contacts_take_every_encoding() {
    let table = rows(
        "contacts",
        &[],
        &[
            ("/customfields", r#"{"customfields":[]}"#),
            (
                "/contacts",
                r#"{"contacts":[
                {"contactId":"9007199254740993","email":"a@example.com","firstName":"",
                 "lastName":null,"createDate":"2012-06-09 15:46:52","bounceCount":""},
                {"contactId":9007199254740995,"postalCode":27713,"createDate":null,
                 "bounceCount":null},
                {"contactId":3,"createDate":"","bounceCount":"4","unheardOf":{"a":[1]}}
            ],"total":"3","limit":500,"offset":"0"}"#,
            ),
        ],
    );
    assert_eq!(table.column("contact_id"), ["9007199254740993", "9007199254740995", "3"]);
    assert_eq!(table.column("first_name"), ["", "null", "null"]);
    assert_eq!(table.column("last_name"), ["null"; 3]);
    assert_eq!(table.column("postal_code"), ["null", "27713", "null"]);
    assert_eq!(table.column("create_date"), ["2012-06-09T19:46:52Z", "null", "null"]);
    assert_eq!(table.column("bounce_count"), ["null", "null", "4"]);
}

#[test]
fn create_dates_follow_the_eastern_clock_over_both_changes() {
    let table = rows(
        "contacts",
        &[],
        &[
            ("/customfields", r#"{"customfields":[]}"#),
            (
                "/contacts",
                r#"{"contacts":[
                {"contactId":1,"createDate":"2026-03-08 01:59:59"},
                {"contactId":2,"createDate":"2026-03-08 02:30:00"},
                {"contactId":3,"createDate":"2026-03-08 03:00:00"},
                {"contactId":4,"createDate":"2026-11-01 00:59:59"},
                {"contactId":5,"createDate":"2026-11-01 01:30:00"},
                {"contactId":6,"createDate":"2026-11-01 02:00:00"}
            ],"total":6}"#,
            ),
        ],
    );
    assert_eq!(
        table.column("create_date"),
        [
            "2026-03-08T06:59:59Z",
            "2026-03-08T07:30:00Z",
            "2026-03-08T07:00:00Z",
            "2026-11-01T04:59:59Z",
            "2026-11-01T05:30:00Z",
            "2026-11-01T07:00:00Z",
        ]
    );
}

#[test]
fn custom_fields_are_columns_and_collisions_get_a_prefix_or_are_left_out() {
    logged();
    let table = rows(
        "contacts",
        &[],
        &[
            (
                "/customfields",
                r#"{"customfields":[
                {"customFieldId":"shoe","privateName":"shoe","publicName":"Shoe size"},
                {"customFieldId":"hat","privateName":""},
                {"customFieldId":"contact_id","privateName":"contact_id","fieldType":"text"},
                {"customFieldId":"email","privateName":"email"}
            ],"total":4}"#,
            ),
            (
                "/contacts",
                r#"{"contacts":[
                {"contactId":1,"email":"a@example.com","shoe":43,"contact_id":"own","hat":"x"},
                {"contactId":2,"email":"b@example.com","shoe":null,"hat":""}
            ],"total":2}"#,
            ),
        ],
    );
    assert_eq!(table.columns[table.columns.len() - 3..], ["shoe", "hat", "custom_contact_id"]);
    assert_eq!(table.column("shoe"), ["43", "null"]);
    assert_eq!(table.column("hat"), ["x", ""]);
    assert_eq!(table.column("contact_id"), ["1", "2"]);
    assert_eq!(table.column("custom_contact_id"), ["own", "null"]);
    assert_eq!(table.column("email"), ["a@example.com", "b@example.com"]);
    let lines = logged();
    assert!(lines.iter().any(|(_, line)| line.contains("the custom field email")), "{lines:?}");
}

#[test]
fn flags_are_numbers_or_texts() {
    let table = rows(
        "lists",
        &[],
        &[(
            "/lists",
            r#"{"lists":[
            {"listId":"1","publicname":"","emailOwnerOnChange":"0","welcomeOnManualAdd":"1",
             "welcomeOnSignupAdd":1,"welcomeMessageId":""},
            {"listId":2,"emailOwnerOnChange":0,"welcomeOnManualAdd":"","welcomeMessageId":"5"}
        ],"total":2}"#,
        )],
    );
    assert_eq!(table.column("list_id"), ["1", "2"]);
    assert_eq!(table.column("email_owner_on_change"), ["false", "false"]);
    assert_eq!(table.column("welcome_on_manual_add"), ["true", "null"]);
    assert_eq!(table.column("welcome_on_signup_add"), ["true", "null"]);
    assert_eq!(table.column("welcome_message_id"), ["null", "5"]);
}

#[test]
fn null_in_place_of_the_list_is_no_rows() {
    let cases: [(&str, Answers); 3] = [
        ("lists", &[("/lists", r#"{"lists":null,"total":0}"#)]),
        ("sends", &[("/sends", r#"{"sends":null}"#)]),
        ("campaigns", &[("/campaigns", r#"{"campaigns":[]}"#)]),
    ];
    for (stream, answers) in cases {
        let table = rows(stream, &[], answers);
        assert_eq!((table.rows.len(), table.pages.len()), (0, 1), "{stream}");
    }
}

#[test]
fn without_a_total_a_read_ends_at_an_empty_page() {
    let (table, urls) = read(
        FOLDER,
        "subscriptions",
        &[],
        &[
            (
                "/subscriptions offset=0",
                r#"{"subscriptions":[
                {"subscriptionId":"4_7","listId":"4","contactId":7,"status":"normal",
                 "addDate":"2012-06-09T15:46:53-04:00"},
                {"subscriptionId":"4_8","listId":4,"contactId":"8","status":"pending",
                 "addDate":"2012-01-09T15:46:53-0500","confirmationMessageId":"9"}]}"#,
            ),
            ("/subscriptions offset=2", r#"{"subscriptions":[]}"#),
        ],
    );
    let table = table.expect("the read succeeds");
    assert_eq!(table.column("subscription_id"), ["4_7", "4_8"]);
    assert_eq!(table.column("list_id"), ["4", "4"]);
    assert_eq!(table.column("add_date"), ["2012-06-09T19:46:53Z", "2012-01-09T20:46:53Z"]);
    assert_eq!(table.column("confirmation_message_id"), ["null", "9"]);
    let expected = ["/subscriptions?limit=500&offset=0", "/subscriptions?limit=500&offset=2"];
    assert_eq!(urls, expected);
}

const MESSAGES: Answers = &[(
    "/messages",
    r#"{"messages":[
        {"messageId":"11","campaignId":1,"createDate":"20090725 23:30:00","spam":{"score":"1"}},
        {"messageId":12,"campaignId":"2","createDate":"2009-07-26T03:30:00Z"},
        {"messageId":13,"campaignId":99,"createDate":"2009-07-26 00:00:00"}
    ],"total":3}"#,
)];

#[test]
fn messages_keep_what_is_not_known() {
    let table = rows("messages", &[], MESSAGES);
    let times = ["2009-07-26T03:30:00Z", "2009-07-26T03:30:00Z", "2009-07-26T04:00:00Z"];
    assert_eq!(table.column("create_date"), times);
    assert_eq!(table.column("other_fields"), [r#"{"spam":{"score":"1"}}"#, "null", "null"]);
}

#[test]
fn days_are_eastern_days() {
    let day: Values = &[("created", &["2009-07-25", "2009-07-25"])];
    assert_eq!(rows("messages", day, MESSAGES).column("message_id"), ["11", "12"]);
}
