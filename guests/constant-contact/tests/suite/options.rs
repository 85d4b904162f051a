//! What each option makes of a request, and which do not go together.

use crate::provider::{Read, Values, of, read};
use tollgate_sdk::Failure;

const SUMMARY: &str = "contact_action_summary";
const ONE: (&str, &[&str]) = ("contacts", &["a"]);

/// The query of the first request that a read makes, decoded.
fn query(stream: &str, options: Values<'_>) -> Result<String, Failure> {
    let (read, urls) = read(stream, options, &[("", "{}")]);
    match (read, urls.first()) {
        (_, Some(url)) => {
            let query = url.split_once('?').map_or("", |(_, query)| query);
            Ok(query.replace("%2C", ",").replace("%3A", ":"))
        }
        (Err(failure), None) => Err(failure),
        (Ok(_), None) => panic!("no request was made"),
    }
}

/// A stream, its options, and the query that they make.
const PARAMETERS: &[(&str, Values<'static>, &str)] = &[
    ("contacts", &[], "limit=500"),
    (
        "contacts",
        &[("contact_status", &["active", "unsubscribed"])],
        "status=active,unsubscribed&limit=500",
    ),
    (
        "contacts",
        &[("include_subresources", &["notes", "taggings"])],
        "include=taggings,notes&limit=500",
    ),
    (
        "contacts",
        &[("email", &["a@b.example"]), ("page_size", &["5"])],
        "email=a%40b.example&limit=5",
    ),
    ("contacts", &[("lists", &["l", "m"]), ("tags", &["t"])], "lists=l,m&tags=t&limit=500"),
    ("contacts", &[("segment_id", &["14"])], "segment_id=14&limit=500"),
    (
        "contacts",
        &[("updated_after_date", &["2026-08-01"])],
        "limit=500&updated_after=2026-08-01T00:00:00Z",
    ),
    ("contacts", &[("updated_days_back", &["7"])], "limit=500&updated_after=2026-08-03T00:00:00Z"),
    ("contacts", &[("updated_days_back", &["0"])], "limit=500&updated_after=2026-08-10T00:00:00Z"),
    (
        "contact_lists",
        &[("status", &["active"]), ("membership_count", &["active"]), ("name", &["A"])],
        "status=active&include_membership_count=active&name=A&limit=500",
    ),
    (
        "contact_lists",
        &[("channel_type", &["sms"])],
        "include_membership_count=all&channel_type=sms&limit=500",
    ),
    (
        "contact_activity_details",
        &[ONE, ("tracking_activity_types", &["em_opens", "em_clicks"]), ("page_size", &["7"])],
        "tracking_activities_list=em_opens,em_clicks&\
                   include_campaign_activity_names=true&limit=7",
    ),
    (
        "emails",
        &[("updated_after_date", &["2026-08-01"])],
        "limit=500&after_date=2026-08-01T00:00:00Z",
    ),
    (
        "email_bounces",
        &[("campaign_activities", &["a"]), ("bounce_codes", &["B", "Z"])],
        "bounce_code=B&bounce_code=Z&limit=500",
    ),
    ("email_clicks", &[("campaign_activities", &["a"]), ("url_id", &["9"])], "url_id=9&limit=500"),
    ("tags", &[], "include_count=true&limit=500"),
    ("custom_fields", &[], "limit=100"),
    ("segments", &[], "limit=1000"),
    ("events", &[("event_status", &["ACTIVE"])], "event_status=ACTIVE&limit=100"),
    ("account", &[], "extra_fields=physical_address,company_logo"),
    (
        "v2_contacts",
        &[("modified_since", &["2026-08-01"])],
        "status=ALL&limit=500&modified_since=2026-08-01T00:00:00Z",
    ),
    ("v2_contacts", &[("status", &["OPTOUT"])], "status=OPTOUT&limit=500"),
    ("v2_email_campaigns", &[("status", &["SENT"])], "status=SENT&limit=50"),
    (
        "v2_contact_lists",
        &[("modified_since", &["2026-08-01"])],
        "modified_since=2026-08-01T00:00:00Z",
    ),
    (
        "v2_contact_tracking",
        &[ONE, ("created_since", &["2026-08-01"])],
        "created_since=2026-08-01T00:00:00Z&limit=500",
    ),
    (
        "v2_my_library_files",
        &[("type", &["IMAGES"]), ("source", &["ALL"])],
        "type=IMAGES&source=ALL&limit=1000",
    ),
    ("v2_trash_files", &[("type", &["ALL"])], "type=ALL&limit=1000"),
    ("v2_email_campaign_summary", &[], "status=SENT&limit=50"),
    ("v2_events", &[], "limit=50"),
    ("v2_account_info", &[], ""),
];

#[test]
fn options_become_parameters() {
    for (stream, options, expected) in PARAMETERS {
        assert_eq!(query(stream, options).as_deref(), Ok(*expected), "{stream} {options:?}");
    }
}

#[test]
fn the_days_of_a_report_are_given_in_many_ways() {
    let cases: &[(Values<'_>, &str, &str)] = &[
        (&[ONE], "2026-07-11", "2026-08-10"),
        (&[ONE, ("duration", &["single_date"])], "2026-08-09", "2026-08-09"),
        (&[ONE, ("duration", &["single_date"]), ("days_back", &["0"])], "2026-08-10", "2026-08-10"),
        (
            &[
                ONE,
                ("duration", &["single_date"]),
                ("report_date", &["specific"]),
                ("specific_date", &["2026-01-31"]),
            ],
            "2026-01-31",
            "2026-01-31",
        ),
        (
            &[ONE, ("days_back_to_start_from", &["10"]), ("days_back_to_end_at", &["5"])],
            "2026-07-31",
            "2026-08-05",
        ),
        (
            &[
                ONE,
                ("duration", &["date_range"]),
                ("start_date", &["specific"]),
                ("specific_start_date", &["2026-01-01"]),
                ("end_date", &["relative"]),
                ("days_back_to_end_at", &["1"]),
            ],
            "2026-01-01",
            "2026-08-09",
        ),
        (
            &[
                ONE,
                ("start_date", &["specific"]),
                ("specific_start_date", &["2026-01-01"]),
                ("end_date", &["specific"]),
                ("specific_end_date", &["2026-01-31"]),
            ],
            "2026-01-01",
            "2026-01-31",
        ),
    ];
    for (options, first, last) in cases {
        let expected = format!("start={first}T00:00:00Z&end={last}T23:59:59Z");
        assert_eq!(query(SUMMARY, options), Ok(expected.clone()), "{options:?}");
        assert_eq!(query("contact_open_and_click_rates", options), Ok(expected), "{options:?}");
    }
}

#[test]
fn what_does_not_go_together_names_both() {
    let cases: &[(&str, Values<'_>, [&str; 2])] = &[
        (
            "contacts",
            &[("updated_after_date", &["2026-08-01"]), ("updated_days_back", &["7"])],
            ["updated_after_date", "updated_days_back"],
        ),
        ("contacts", &[("segment_id", &["1"]), ("tags", &["t"])], ["segment_id", "tags"]),
        ("contacts", &[("segment_id", &["1"]), ("email", &["a"])], ["segment_id", "email"]),
        (
            "contacts",
            &[("segment_id", &["1"]), ("updated_days_back", &["1"])],
            ["segment_id", "updated_days_back"],
        ),
        (SUMMARY, &[ONE, ("contact_status", &["active"])], ["contacts", "contact_status"]),
        (SUMMARY, &[ONE, ("lists", &["l"])], ["contacts", "lists"]),
        (
            "email_opens",
            &[("campaigns", &["c"]), ("campaign_activities", &["a"])],
            ["campaigns", "campaign_activities"],
        ),
        (
            SUMMARY,
            &[ONE, ("days_back_to_start_from", &["5"]), ("days_back_to_end_at", &["10"])],
            ["start_date", "end_date"],
        ),
    ];
    for (stream, options, [one, other]) in cases {
        let failure = query(stream, options).err();
        let Some(Failure::InvalidConfig(config)) = failure else { panic!("{stream} {failure:?}") };
        assert_eq!(config.field, *one);
        assert!(config.reason.contains(&format!("`{other}`")), "{}", config.reason);
    }
}

#[test]
fn more_values_than_the_api_takes_are_refused() {
    for (option, most) in [("lists", 25), ("tags", 50)] {
        let values = |count: usize| vec!["x"; count];
        assert!(query("contacts", &[(option, &values(most))]).is_ok());
        let failure = query("contacts", &[(option, &values(most + 1))]).err();
        let Some(Failure::InvalidConfig(config)) = failure else { panic!("{failure:?}") };
        assert_eq!(config.field, option);
    }
}

#[test]
fn what_is_not_wanted_is_not_asked_for() {
    let chosen: Values<'_> = &[("include_subresources", &["notes", "taggings"])];
    for (columns, children, expected) in [
        (&["contact_id"] as &[&str], &[] as &[&str], "limit=500"),
        (&["contact_id", "notes"], &[], "include=notes&limit=500"),
        (&["contact_id"], &["street_addresses"], "include=street_addresses&limit=500"),
        (
            &["notes"],
            &["taggings", "phone_numbers"],
            "include=phone_numbers%2Ctaggings%2Cnotes&limit=500",
        ),
    ] {
        let read = Read { options: chosen, columns, children, ..of("contacts") };
        let (_, urls) = read.with(&[("", "{}")]);
        assert_eq!(urls[0], format!("/contacts?{expected}"));
    }
    let read = Read { options: &[ONE], columns: &["contact_id"], ..of("contact_activity_details") };
    let (_, urls) = read.with(&[("", "{}")]);
    assert!(urls[0].contains("include_campaign_activity_names=false"), "{}", urls[0]);
}

#[test]
fn child_tables_do_not_go_with_a_segment() {
    let read = Read { options: &[("segment_id", &["1"])], children: &["notes"], ..of("contacts") };
    let failure = read.with(&[]).0.err();
    let Some(Failure::InvalidConfig(config)) = failure else { panic!("{failure:?}") };
    assert_eq!(config.field, "segment_id");
}
