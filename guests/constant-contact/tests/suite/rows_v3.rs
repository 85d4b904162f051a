//! What the streams of the API v3 beside contacts and e-mails make of answers.

use crate::provider::Case;

const ONE: (&str, &[&str]) = ("contacts", &["c-1"]);

const CASES: &[Case] = &[
    (
        "contact_lists",
        &[],
        &[(
            "/contact_lists",
            r#"{"lists":[{"list_id":"l-1","name":"News","description":"All","favorite":false,
                "created_at":"2026-01-23T13:48:44.108Z","updated_at":"2026-03-03T10:56:29-05:00",
                "deleted_at":"2026-03-04T10:56:29-05:00","membership_count":327}],
                "lists_count":1,"_links":{"next":null}}"#,
        )],
        &[
            ("list_id", &["l-1"]),
            ("name", &["News"]),
            ("description", &["All"]),
            ("favorite", &["false"]),
            ("updated_at", &["2026-03-03T15:56:29Z"]),
            ("deleted_at", &["2026-03-04T15:56:29Z"]),
            ("membership_count", &["327"]),
        ],
    ),
    (
        "contact_action_summary",
        &[ONE],
        &[(
            "/reports/contact_reports/c-1/activity_summary",
            r#"{"contact_id":"c-1","campaign_activities":[
                {"campaign_activity_id":"a-1","start_on":"2026-04-25T11:08:00.000Z","em_bounces":0,
                 "em_clicks":2,"em_forwards":1,"em_opens":3,"em_sends":4,"em_unsubscribes":5},
                {"campaign_activity_id":"a-2","em_optouts":6}],"_links":{}}"#,
        )],
        &[
            ("contact_id", &["c-1", "c-1"]),
            ("campaign_activity_id", &["a-1", "a-2"]),
            ("start_on", &["2026-04-25T11:08:00Z", "null"]),
            ("em_sends", &["4", "null"]),
            ("em_opens", &["3", "null"]),
            ("em_clicks", &["2", "null"]),
            ("em_forwards", &["1", "null"]),
            ("em_bounces", &["0", "null"]),
            ("em_unsubscribes", &["5", "6"]),
        ],
    ),
    (
        "contact_activity_details",
        &[ONE],
        &[(
            "/reports/contact_reports/c-1/activity_details",
            r#"{"tracking_activities":[{"contact_id":"c-1","campaign_activity_id":"a-1",
                "created_time":"2026-04-26T04:08:00.000Z","tracking_activity_type":"em_opens",
                "campaign_activity_name":"April"}]}"#,
        )],
        &[
            ("contact_id", &["c-1"]),
            ("campaign_activity_id", &["a-1"]),
            ("created_time", &["2026-04-26T04:08:00Z"]),
            ("tracking_activity_type", &["em_opens"]),
            ("campaign_activity_name", &["April"]),
        ],
    ),
    (
        "contact_open_and_click_rates",
        &[ONE],
        &[(
            "/reports/contact_reports/c-1/open_and_click_rates",
            r#"{"contact_id":"c-1","included_activities_count":10,"average_open_rate":0.6,
                "average_click_rate":0.25}"#,
        )],
        &[
            ("included_activities_count", &["10"]),
            ("average_open_rate", &["0.6"]),
            ("average_click_rate", &["0.25"]),
        ],
    ),
    (
        "contact_counts",
        &[],
        &[(
            "/contacts/counts",
            r#"{"total":72,"explicit":10,"implicit":20,"pending":30,"unsubscribed":12,
                "new_subscriber":1}"#,
        )],
        &[("total", &["72"]), ("pending", &["30"]), ("new_subscriber", &["1"])],
    ),
    (
        "tags",
        &[],
        &[
            (
                "/contact_tags?include_count=true&limit=500",
                r#"{"tags":[{"tag_id":"t-1","name":"Gold","contacts_count":325,
                    "created_at":"2026-04-25T11:08:00.000Z","tag_source":"ESTY"}],
                    "_links":{"next":{"next":{"href":"/v3/contact_tags?cursor=a"}}}}"#,
            ),
            ("/contact_tags?cursor=a", r#"{"tags":[{"tag_id":"t-2"}]}"#),
        ],
        &[
            ("tag_id", &["t-1", "t-2"]),
            ("contacts_count", &["325", "null"]),
            ("tag_source", &["ESTY", "null"]),
        ],
    ),
    (
        "custom_fields",
        &[],
        &[(
            "/contact_custom_fields",
            r#"{"custom_fields":[{"custom_field_id":"f-1","label":"Car","name":"car","type":"date",
                "metadata":{"display_type":"radio"},"version":1,
                "choices":[{"choice_id":"9A63BC"}],"updated_at":"2026-01-23T13:48:44.108Z"}]}"#,
        )],
        &[
            ("custom_field_id", &["f-1"]),
            ("field_type", &["date"]),
            ("metadata", &[r#"{"display_type":"radio"}"#]),
            ("version", &["1"]),
            ("choices", &[r#"[{"choice_id":"9A63BC"}]"#]),
        ],
    ),
    (
        "segments",
        &[],
        &[(
            "/segments",
            r#"{"segments":[{"name":"Sleepy","segment_id":14,
                "created_at":"2026-04-25T11:08:00.000Z","edited_at":"2026-04-26T11:08:00.000Z"}],
                "_links":{"next":{"href":null}}}"#,
        )],
        &[("segment_id", &["14"]), ("name", &["Sleepy"]), ("edited_at", &["2026-04-26T11:08:00Z"])],
    ),
    (
        "account",
        &[],
        &[(
            "/account/summary",
            r#"{"contact_email":"o@example.com","encoded_account_id":"p07","time_zone_id":"US/Eastern",
                "physical_address":{"city":"Boston"},"company_logo":{"internal_id":"A.5"}}"#,
        )],
        &[
            ("encoded_account_id", &["p07"]),
            ("contact_email", &["o@example.com"]),
            ("physical_address", &[r#"{"city":"Boston"}"#]),
            ("company_logo", &[r#"{"internal_id":"A.5"}"#]),
        ],
    ),
    (
        "account_emails",
        &[],
        &[(
            "/account/emails",
            r#"[{"email_address":"o@example.com","email_id":9007199254740993,
                 "confirm_status":"CONFIRMED","confirm_time":"2026-02-05T07:32:49.766+0000",
                 "confirm_source_type":"SITE_OWNER","roles":["CONTACT"],"pending_roles":[]}]"#,
        )],
        &[
            ("email_id", &["9007199254740993"]),
            ("confirm_time", &["2026-02-05T07:32:49.766000Z"]),
            ("roles", &[r#"["CONTACT"]"#]),
            ("pending_roles", &["[]"]),
        ],
    ),
    (
        "user_privileges",
        &[],
        &[("/account/user/privileges", r#"[{"privilege_id":30,"privilege_name":"a:b"}]"#)],
        &[("privilege_id", &["30"]), ("privilege_name", &["a:b"])],
    ),
    (
        "events",
        &[],
        &[
            (
                "/events?limit=100",
                r#"{"records":[{"event_id":"v-1","title":"T","start_time":"2026-12-01T20:30:00Z",
                    "address":{"city":"Boston","latitude":42.629368},
                    "event_registration_summary_metrics":{"registration_count":3,"ticket_sold":2,
                    "item_sold":1},"create_time":"2026-09-01T20:30:00Z"}],
                    "total_records":2,"next_cursor":"a-b","prev_cursor":"",
                    "_links":{"next":{"href":"/v3/events?cursor=x"}}}"#,
            ),
            (
                "/events?limit=100&next=a-b",
                r#"{"records":[{"event_id":"v-2"}],"total_records":2,"next_cursor":""}"#,
            ),
        ],
        &[
            ("event_id", &["v-1", "v-2"]),
            ("start_time", &["2026-12-01T20:30:00Z", "null"]),
            ("address", &[r#"{"city":"Boston","latitude":42.629368}"#, "null"]),
            ("registration_count", &["3", "null"]),
            ("ticket_sold", &["2", "null"]),
            ("item_sold", &["1", "null"]),
        ],
    ),
];

#[test]
fn every_value_arrives() {
    crate::provider::hold(CASES);
}
