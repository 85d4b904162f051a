//! What the streams of e-mail campaigns make of answers.

use crate::provider::{Answers, Case, Values, read};
use tollgate_sdk::Failure;

const ACTIVITY: (&str, &[&str]) = ("campaign_activities", &["a-1"]);

const CASES: &[Case] = &[
    (
        "emails",
        &[],
        &[(
            "/emails",
            r#"{"_links":{"next":{"href":null}},"campaigns":[{"campaign_id":"e-1",
                "created_at":"2026-02-06T22:09:15.000Z","current_status":"Draft","name":"December",
                "type":"NEWSLETTER","type_code":10,"updated_at":"2026-06-27T10:28:09.000Z"}]}"#,
        )],
        &[
            ("campaign_id", &["e-1"]),
            ("name", &["December"]),
            ("current_status", &["Draft"]),
            ("campaign_type", &["NEWSLETTER"]),
            ("type_code", &["10"]),
            ("updated_at", &["2026-06-27T10:28:09Z"]),
        ],
    ),
    (
        "email_campaign_summaries",
        &[],
        &[(
            "/reports/summary_reports/email_campaign_summaries",
            r#"{"bulk_email_campaign_summaries":[
                {"campaign_id":"e-1","campaign_type":"Newsletter",
                 "last_sent_date":"2026-09-17T06:18:39.000Z","unique_counts":{"sends":15,"opens":6,
                 "clicks":2,"forwards":1,"optouts":3,"abuse":0,"bounces":5,"not_opened":4}},
                {"campaign_id":"e-2","unique_counts":{"sends":"3129","not_opened":"1211"}}],
                "aggregate_percents":[{"click":"43.0"}]}"#,
        )],
        &[
            ("campaign_id", &["e-1", "e-2"]),
            ("campaign_type", &["Newsletter", "null"]),
            ("sends", &["15", "3129"]),
            ("optouts", &["3", "null"]),
            ("abuse", &["0", "null"]),
            ("not_opened", &["4", "1211"]),
        ],
    ),
    (
        "email_bounces",
        &[ACTIVITY],
        &[(
            "/reports/email_reports/a-1/tracking/bounces",
            r#"{"tracking_activities":[{"contact_id":"c-1","campaign_activity_id":"a-1",
                "tracking_activity_type":"em_bounces","email_address":"a@example.com",
                "first_name":"Ann","last_name":"Lee","bounce_code":"B",
                "current_email_address":"b@example.com","created_time":"2026-04-25T11:08:00.000Z",
                "deleted_at":"2026-08-10"}]}"#,
        )],
        &[
            ("contact_id", &["c-1"]),
            ("email_address", &["a@example.com"]),
            ("last_name", &["Lee"]),
            ("bounce_code", &["B"]),
            ("current_email_address", &["b@example.com"]),
            ("created_time", &["2026-04-25T11:08:00Z"]),
            ("deleted_at", &["2026-08-10T00:00:00Z"]),
        ],
    ),
    (
        "email_clicks",
        &[ACTIVITY],
        &[(
            "/reports/email_reports/a-1/tracking/clicks",
            r#"{"tracking_activities":[{"contact_id":"c-1","campaign_activity_id":"a-1",
                "url_id":"1100407204171","link_url":"http://a.example","device_type":"computer"}]}"#,
        )],
        &[
            ("url_id", &["1100407204171"]),
            ("link_url", &["http://a.example"]),
            ("device_type", &["computer"]),
        ],
    ),
    (
        "email_optouts",
        &[ACTIVITY],
        &[(
            "/reports/email_reports/a-1/tracking/optouts",
            r#"{"tracking_activities":[{"contact_id":"c-1","campaign_activity_id":"a-1",
                "opt_out_reason":"Enough."}]}"#,
        )],
        &[("opt_out_reason", &["Enough."])],
    ),
    (
        "email_unique_opens",
        &[ACTIVITY],
        &[(
            "/reports/email_reports/a-1/tracking/unique_opens",
            r#"{"tracking_activities":[{"contact_id":"c-1","campaign_activity_id":"a-1",
                "tracking_activity_type":"em_opens","device_type":"mobile"}]}"#,
        )],
        &[("tracking_activity_type", &["em_opens"]), ("device_type", &["mobile"])],
    ),
    (
        "email_did_not_opens",
        &[ACTIVITY],
        &[("/reports/email_reports/a-1/tracking/didnotopens", r#"{"tracking_activities":[]}"#)],
        &[("contact_id", &[])],
    ),
    (
        "email_links",
        &[ACTIVITY],
        &[(
            "/reports/email_reports/a-1/links",
            r#"{"campaign_activity_id":"a-1","link_click_counts":[{"link_url":"https://a.example/",
                "url_id":"110","unique_clicks":99,"list_action":"add","list_id":"l-1",
                "link_tag":"t"}]}"#,
        )],
        &[
            ("campaign_activity_id", &["a-1"]),
            ("url_id", &["110"]),
            ("unique_clicks", &["99"]),
            ("list_action", &["add"]),
            ("link_tag", &["t"]),
        ],
    ),
    (
        "campaign_activity_details",
        &[ACTIVITY],
        &[(
            "/emails/activities/a-1",
            r#"{"campaign_activity_id":"a-1","campaign_id":"e-1","role":"primary_email",
                "contact_list_ids":["l-1"],"segment_ids":[1],"current_status":"DRAFT",
                "format_type":5,"from_email":"a@example.com","from_name":"Ann",
                "reply_to_email":"b@example.com","subject":"Hi","html_content":"<html>",
                "permalink_url":"https://c.example","preheader":"Ho","document_id":"d-1",
                "physical_address_in_footer":{"city":"Rome"},
                "document_properties":{"letter_format":"XHTML"}}"#,
        )],
        &[
            ("campaign_id", &["e-1"]),
            ("format_type", &["5"]),
            ("html_content", &["<html>"]),
            ("contact_list_ids", &[r#"["l-1"]"#]),
            ("segment_ids", &["[1]"]),
            ("document_properties", &[r#"{"letter_format":"XHTML"}"#]),
        ],
    ),
];

#[test]
fn every_value_arrives() {
    crate::provider::hold(CASES);
}

const CAMPAIGNS: Answers = &[
    (
        "/emails?limit=500",
        r#"{"campaigns":[{"campaign_id":"e-1","current_status":"DONE"},
            {"campaign_id":"e-2","current_status":"draft"},
            {"campaign_id":"e-3","current_status":"Removed"},
            {"campaign_id":"e-4","current_status":"Scheduled"}]}"#,
    ),
    (
        "/emails/e-1",
        r#"{"campaign_id":"e-1","campaign_activities":[
            {"campaign_activity_id":"a-1","role":"primary_email","document_id":"d"},
            {"campaign_activity_id":"a-2","role":"permalink"},
            {"campaign_activity_id":"a-3","role":"resend"}]}"#,
    ),
    (
        "/reports/email_reports/a-1/tracking/sends",
        r#"{"tracking_activities":[{"contact_id":"c-1","campaign_activity_id":"a-1"}]}"#,
    ),
    (
        "/reports/email_reports/a-3/tracking/sends",
        r#"{"tracking_activities":[{"contact_id":"c-1","campaign_activity_id":"a-3"}]}"#,
    ),
];

#[test]
fn reports_find_the_activities_of_all_campaigns_that_are_more_than_plans() {
    let (table, urls) = read("email_sends", &[], CAMPAIGNS);
    assert_eq!(table.expect("sends").column("campaign_activity_id"), ["a-1", "a-3"]);
    // The removed campaign is not there any more: it is passed over.
    assert_eq!(urls.len(), 5);
    let (table, _) = read("campaign_activities", &[], CAMPAIGNS);
    let table = table.expect("activities");
    assert_eq!(table.column("campaign_id"), ["e-1", "e-1", "e-1"]);
    assert_eq!(table.column("role"), ["primary_email", "permalink", "resend"]);
}

#[test]
fn what_an_option_names_has_to_be_there() {
    for (stream, options) in [
        ("email_sends", [("campaign_activities", &["a-9"] as &[&str])]),
        ("email_sends", [("campaigns", &["e-9"])]),
        ("contact_activity_details", [("contacts", &["c-9"])]),
    ] {
        let (table, _) = read(stream, &options, CAMPAIGNS);
        assert_eq!(table.err(), Some(Failure::NotFound("Not here (not_found)".to_owned())));
    }
}

#[test]
fn counters_have_two_spellings() {
    let answers: Answers = &[(
        "/reports/stats/email_campaign_activities/a-1",
        r#"{"errors":[],"results":[{"campaign_id":"e-1","campaign_activity_id":"a-1",
            "stats":{"em_opens":6,"em_opens.all":7,"em_opens.all.mobile":3,"em_clicks_all":2,
                "em_clicks_all_tablet":1,"em_bounces_vacation":4,"em_abuse":5},
            "last_refresh_time":"2026-09-24T16:26:56.000Z"}]}"#,
    )];
    let (table, _) = read("email_activity_stats", &[ACTIVITY], answers);
    let table = table.expect("statistics");
    for (column, value) in [
        ("campaign_id", "e-1"),
        ("em_opens", "6"),
        ("em_opens_all", "7"),
        ("em_opens_all_mobile", "3"),
        ("em_clicks_all", "2"),
        ("em_clicks_all_tablet", "1"),
        ("em_bounces_vacation", "4"),
        ("em_abuse", "5"),
        ("em_sends", "null"),
        ("last_refresh_time", "2026-09-24T16:26:56Z"),
    ] {
        assert_eq!(table.column(column), [value], "{column}");
    }
}

const STATS: Answers = &[
    (
        "/reports/stats/email_campaigns/e-1,e-2",
        r#"{"errors":[],"results":[{"campaign_id":"e-1","percents":{"open":70.5}},
            {"campaign_id":"e-2"}]}"#,
    ),
    ("/reports/stats/email_campaigns/e-4", r#"{"results":[{"campaign_id":"e-4"}]}"#),
];

#[test]
fn a_campaign_without_statistics_costs_no_other_its_own() {
    let options: Values<'_> = &[("campaigns", &["e-1", "e-2", "e-3", "e-4"])];
    let (table, urls) = read("email_campaign_stats", options, STATS);
    let table = table.expect("statistics");
    assert_eq!(table.column("campaign_id"), ["e-1", "e-2", "e-4"]);
    assert_eq!(table.column("percent_open"), ["70.5", "null", "null"]);
    let asked: Vec<_> = urls.iter().filter_map(|url| url.rsplit('/').next()).collect();
    assert_eq!(asked, ["e-1,e-2,e-3,e-4", "e-1,e-2", "e-3,e-4", "e-3", "e-4"]);
}

#[test]
fn errors_beside_statistics_are_no_success() {
    let not_found: Answers = &[(
        "",
        r#"{"errors":[{"error_key":"reportingsvc.not_found.x","error_message":"No"}],"results":[]}"#,
    )];
    let other: Answers =
        &[("", r#"{"errors":[{"error_key":"broken","error_message":"No"}],"results":[]}"#)];
    let options: Values<'_> = &[("campaigns", &["e-1"])];
    assert!(read("email_campaign_stats", options, not_found).0.is_ok());
    let failure = read("email_campaign_stats", options, other).0.err();
    let Some(Failure::UnexpectedResponse(text)) = &failure else { panic!("{failure:?}") };
    assert!(text.contains("it says under status 200: No (broken)"), "{text}");
}
