//! Every reply of the stand-in held against the vendor's own description, where that is at hand.

use serde_json::{Value, json};
use tollgate_simulators::ConstantContact;
use tollgate_simulators::constant_contact::openapi::{OpenApi, TOLERATED};
use tollgate_simulators::constant_contact::{LastPage, StatsKeys, Summaries};

use super::{Server, get, start, write};
use crate::client::Answer;

/// The description, unless it is not there, which is said.
fn description() -> Option<OpenApi> {
    let description = OpenApi::load();
    if description.is_none() {
        eprintln!("skipped: the vendor's description is not there, see constant_contact::openapi");
    }
    description
}

/// Paths that are read, of every kind and with every parameter, made for the data of `server`.
fn reads(server: &Server) -> Vec<String> {
    let truth = server.truth();
    let text =
        |row: &serde_json::Map<String, Value>, name: &str| row[name].as_str().unwrap().to_owned();
    let contact = truth.contacts().next().unwrap().contact_id;
    let deleted = truth.contacts().find(|it| it.deleted_at.is_some()).unwrap().contact_id;
    let list = truth.lists().next().unwrap().list_id;
    let event = truth.plain("event_details").remove(0);
    let (event, track) = (text(&event, "event_id"), text_of(&event["default_track"]["track_id"]));
    let registration = text(&truth.plain("registrations")[0], "registration_id");
    let collections =
        "custom_fields,list_memberships,phone_numbers,street_addresses,taggings,notes";
    let mut paths = vec![
        format!("contacts?status=all&include={collections}&limit=500"),
        "contacts?limit=10&include_count=true&updated_after=2020-01-01T00:00:00Z".to_owned(),
        "contacts?segment_id=11".to_owned(),
        "contacts?segment_id=11&limit=5".to_owned(),
        format!("contacts/{contact}?include={collections}"),
        format!("contacts/{deleted}"),
        "contacts/counts?include=new_subscriber".to_owned(),
        "contact_lists?include_count=true&include_membership_count=all&status=all".to_owned(),
        format!("contact_lists/{list}?include_membership_count=active"),
        "contact_tags?include_count=true&limit=2".to_owned(),
        "contact_custom_fields".to_owned(),
        "segments?sort_by=name&limit=2".to_owned(),
        "segments".to_owned(),
        "segments/11".to_owned(),
        "emails?limit=5&after_date=2020-01-01T00:00:00Z".to_owned(),
        "reports/summary_reports/email_campaign_summaries".to_owned(),
        format!(
            "reports/contact_reports/{contact}/activity_summary?start=2024-01-01&end=2026-12-31"
        ),
        format!(
            "reports/contact_reports/{contact}/open_and_click_rates?start=2024-01-01&end=2026-12-31"
        ),
        format!(
            "reports/contact_reports/{contact}/activity_details?tracking_activities_list=em_sends"
        ),
        "account/summary?extra_fields=physical_address,company_logo".to_owned(),
        "account/summary/physical_address".to_owned(),
        "account/emails?confirm_status=C".to_owned(),
        "account/emails".to_owned(),
        "account/user/privileges".to_owned(),
        "events?limit=3".to_owned(),
        format!("events/{event}?include=true"),
        format!("events/{event}/tracks/{track}/registrations?limit=5"),
        format!("events/{event}/tracks/{track}/registrations/{registration}"),
        "contacts/00000000-0000-0000-0000-000000000000".to_owned(),
    ];
    paths.extend(reports(server));
    paths.into_iter().map(|path| format!("/v3/{path}")).collect()
}

/// Everything that is told about campaigns.
fn reports(server: &Server) -> Vec<String> {
    let truth = server.truth();
    let mut paths = Vec::new();
    for campaign in truth.campaign_ids() {
        paths.push(format!("emails/{campaign}"));
        paths.push(format!("reports/stats/email_campaigns/{campaign}"));
    }
    let includes = "physical_address_in_footer,permalink_url,html_content,document_properties";
    for activity in truth.activity_ids() {
        paths.push(format!("emails/activities/{activity}?include={includes}"));
        paths.push(format!("reports/stats/email_campaign_activities/{activity}"));
        paths.push(format!("reports/email_reports/{activity}/links?no_clicks=true"));
        let reports = [
            "sends",
            "opens",
            "unique_opens",
            "didnotopens",
            "clicks",
            "forwards",
            "optouts",
            "bounces",
        ];
        let tracking =
            reports.map(|it| format!("reports/email_reports/{activity}/tracking/{it}?limit=9"));
        paths.extend(tracking);
    }
    paths
}

fn text_of(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// Holds the latest request and its answer against the description.
fn assert_described(description: &OpenApi, server: &Server, answer: &Answer) {
    let request = server.requests().pop().unwrap();
    let (method, path) = (&request.method, &request.path);
    assert_eq!(description.check_request(&request), Vec::<String>::new(), "{method} {path}");
    let found = description.check_reply(&request, answer.status(), answer.body());
    assert_eq!(found, Vec::<String>::new(), "{method} {path}");
}

#[test]
fn every_reply_that_is_read_is_as_described() {
    let Some(description) = description() else {
        return;
    };
    let plain = ConstantContact::builder();
    let other = plain.clone().stats_keys(StatsKeys::Dots).summaries(Summaries::Texts);
    for builder in [plain, other] {
        let server = start(builder);
        for path in reads(&server) {
            let answer = get(&server, &path);
            assert_described(&description, &server, &answer);
            let page: Value = answer.json();
            if let Some(next) = super::next_link(&page) {
                assert_described(&description, &server, &get(&server, &next));
            }
        }
        assert_eq!(server.violations(), Vec::<String>::new());
    }
}

#[test]
fn every_reply_to_a_write_is_as_described() {
    let Some(description) = description() else {
        return;
    };
    let server = start(ConstantContact::builder());
    let list = server.truth().lists().next().unwrap().list_id;
    let contact = server.truth().contacts().next().unwrap().contact_id;
    let field = server.truth().plain("contact_custom_fields")[0]["custom_field_id"].clone();
    let full = json!({
        "create_source": "Contact",
        "email_address": {"address": "new@example.com", "permission_to_send": "implicit"},
        "first_name": "Nova",
        "anniversary": "2020-02-29",
        "custom_fields": [{"custom_field_id": field, "value": "x"}],
        "phone_numbers": [{"phone_number": "+1 617 555 0199", "kind": "home"}],
        "street_addresses": [{"kind": "home", "street": "1 Mill Lane", "city": "Salem"}],
        "list_memberships": [list],
        "notes": [{"content": "hello"}],
        "sms_channel": {
            "full_sms_address": "+16175550199",
            "sms_channel_consents": [
                {"sms_consent_permission": "explicit", "consent_type": "promotional_sms"}
            ],
        },
    });
    let form = json!({"email_address": "form@example.com", "list_memberships": [list]});
    let update = json!({"update_source": "Account", "first_name": "Nova"});
    let writes = [
        ("POST", "contacts".to_owned(), full.clone(), 201),
        ("POST", "contacts".to_owned(), full, 409),
        ("POST", "contacts/sign_up_form".to_owned(), form.clone(), 201),
        ("POST", "contacts/sign_up_form".to_owned(), form, 200),
        ("PUT", format!("contacts/{contact}"), update, 200),
        ("DELETE", format!("contacts/{contact}"), Value::Null, 204),
        ("POST", "contact_lists".to_owned(), json!({"name": "Fresh"}), 201),
        ("PUT", format!("contact_lists/{list}"), json!({"name": "Renamed"}), 200),
        ("DELETE", format!("contact_lists/{list}"), Value::Null, 202),
    ];
    for (method, path, body, status) in writes {
        let answer = write(&server, method, &format!("/v3/{path}"), &body);
        assert_eq!(answer.status(), status, "{method} {path}");
        assert_described(&description, &server, &answer);
        if status == 202 {
            let task = text_of(&answer.json()["_links"]["self"]["href"]);
            for _ in 0..2 {
                assert_described(&description, &server, &get(&server, &task));
            }
        }
    }
    assert_eq!(server.violations(), Vec::<String>::new());
}

#[test]
fn description_finds_fault_with_what_is_wrong() {
    let Some(description) = description() else {
        return;
    };
    let server = start(ConstantContact::builder());
    get(&server, "/v3/contacts?limit=10");
    let request = server.requests().pop().unwrap();
    let check = |body: Value| description.check_reply(&request, 200, body.to_string().as_bytes());
    let wrong = [
        json!({"contacts": [{"contact_id": 5}]}),
        json!({"contacts": [{"contact_id": "no-uuid"}]}),
        json!({"contacts": [{"created_at": "yesterday"}]}),
        json!({"contacts": [{"email_address": {}}]}),
        json!({"contacts": [{"emial_address": {}}]}),
        json!({"contacts": {}}),
        json!({"contacts": null}),
        json!([]),
    ];
    for body in wrong {
        assert_eq!(check(body.clone()).len(), 1, "{body}");
    }
    assert_eq!(description.check_reply(&request, 201, b"{}").len(), 1);
    let mut request = request;
    request.query =
        vec![("limit".to_owned(), "x".to_owned()), ("status".to_owned(), "gone".to_owned())];
    assert_eq!(description.check_request(&request).len(), 2);
    request.query = vec![("offset".to_owned(), "1".to_owned())];
    assert_eq!(description.check_request(&request).len(), 1);
    request.path = "/v3/nothing".to_owned();
    assert_eq!(description.check_request(&request).len(), 1);
}

#[test]
fn every_tolerated_difference_turns_up() {
    let Some(description) = description() else {
        return;
    };
    let ways = [LastPage::NoLinks, LastPage::EmptyLinks, LastPage::NoNext, LastPage::NullNext];
    let ways = ways.into_iter().chain([LastPage::NullHref]);
    let mut found = Vec::new();
    for way in ways {
        let builder = ConstantContact::builder().last_page(way).campaigns(1);
        let builder = builder.stats_keys(StatsKeys::Dots).summaries(Summaries::Texts);
        let server = start(builder);
        for path in reads(&server) {
            let answer = get(&server, &path);
            let request = server.requests().pop().unwrap();
            let (status, body) = (answer.status(), answer.body());
            found.extend(description.check_reply_to_the_letter(&request, status, body));
        }
    }
    for (word, reason) in TOLERATED {
        assert!(found.iter().any(|what| what.contains(word)), "{word} is tolerated for nothing");
        assert!(reason.len() > 20, "{word} has a reason");
    }
}
