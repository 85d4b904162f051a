//! What is served is what the truth says, and the same seed says the same.

use serde_json::{Map, Value};
use tollgate_simulators::ConstantContact;
use tollgate_simulators::constant_contact::{Blank, IdForm, RESOURCES, StatsKeys, Summaries, time};

use super::{Server, get, places, read_all, server, start};

/// Whether a value on the wire says what the truth says, in any of the vendor's ways.
fn agrees(wire: &Value, truth: &Value) -> bool {
    match truth {
        Value::Null => wire.is_null() || wire == "" || wire == "1969-12-31T19:00:00.000Z",
        Value::String(expected) if wire != truth => {
            let formats = [
                time::seconds,
                time::millis,
                time::offset,
                time::plain_offset,
                time::millis_offset,
            ];
            let moment = expected.parse();
            let is_moment = moment.is_ok_and(|it| formats.iter().any(|format| format(it) == *wire));
            is_moment || wire.as_u64().is_some_and(|id| id.to_string() == *expected)
        }
        Value::Array(truth) => {
            let wire = wire.as_array().unwrap();
            wire.len() == truth.len() && wire.iter().zip(truth).all(|(it, truth)| agrees(it, truth))
        }
        Value::Object(truth) => {
            let wire = wire.as_object().unwrap();
            truth.iter().all(|(name, truth)| agrees(wire.get(name).unwrap_or(&Value::Null), truth))
        }
        _ => wire == truth,
    }
}

fn assert_served(resource: &str, wire: &[Value], truth: &[Map<String, Value>]) {
    assert_eq!(wire.len(), truth.len(), "{resource}");
    for (wire, truth) in wire.iter().zip(truth) {
        let wire = wire.as_object().unwrap();
        for (name, value) in wire {
            assert!(agrees(value, &truth[name]), "{resource} {name}: {value} for {truth:?}");
        }
        for (name, value) in truth.iter().filter(|(name, _)| !wire.contains_key(*name)) {
            let is_path = ["event_id", "contact_id", "campaign_activity_id", "campaign_id"];
            assert!(value.is_null() || is_path.contains(&name.as_str()), "{resource} {name}");
        }
    }
}

const ALL: &str = "custom_fields,list_memberships,phone_numbers,street_addresses,taggings,notes";
const TYPES: &str = "em_sends,em_opens,em_clicks,em_bounces,em_optouts,em_forwards";
const KEY: &str = "api_key=key-0001";

/// The answers at a path for each of some ids.
fn each(server: &Server, ids: Vec<String>, path: impl Fn(&str) -> String) -> Vec<Value> {
    ids.iter().map(|id| get(server, &path(id)).json()).collect()
}

/// Everything of a resource, as a client would fetch it.
fn fetch(server: &Server, resource: &str) -> Vec<Value> {
    let v3 = |path: &str, field| read_all(server, &format!("/v3/{path}"), field);
    match resource {
        "contacts" => v3(&format!("contacts?status=all&limit=30&include={ALL}"), "contacts"),
        "contact_lists" => v3("contact_lists?status=all&limit=2", "lists"),
        "contact_tags" => v3("contact_tags?limit=2", "tags"),
        "contact_custom_fields" => v3("contact_custom_fields?limit=2", "custom_fields"),
        "segments" => v3("segments?sort_by=name&limit=2", "segments"),
        "account" => {
            let path = "/v3/account/summary?extra_fields=physical_address,company_logo";
            vec![get(server, path).json()]
        }
        "physical_address" => vec![get(server, "/v3/account/summary/physical_address").json()],
        "account_emails" => bare(server, "/v3/account/emails"),
        "privileges" => bare(server, "/v3/account/user/privileges"),
        "events" => v3("events?limit=3", "records"),
        "event_details" => {
            let ids = v3("events?limit=3", "records");
            let ids = ids.iter().map(|it| it["event_id"].as_str().unwrap().to_owned());
            each(server, ids.collect(), |id| format!("/v3/events/{id}"))
        }
        "registrations" => {
            let of = |event: &Value| {
                let (id, track) = (&event["event_id"], &event["default_track"]["track_id"]);
                let (id, track) = (id.as_str().unwrap(), track.as_str().unwrap());
                v3(&format!("events/{id}/tracks/{track}/registrations?limit=5"), "records")
            };
            fetch(server, "event_details").iter().flat_map(of).collect()
        }
        _ => match resource.strip_prefix("v2/") {
            Some(resource) => fetch_v2(server, resource),
            None => fetch_mailing(server, resource),
        },
    }
}

fn fetch_mailing(server: &Server, resource: &str) -> Vec<Value> {
    let truth = server.truth();
    let v3 = |path: &str, field| read_all(server, &format!("/v3/{path}"), field);
    let campaigns = || truth.campaign_ids().collect::<Vec<_>>();
    let activities = || truth.activity_ids().collect::<Vec<_>>();
    let contacts = || truth.contacts().map(|it| it.contact_id).collect::<Vec<_>>();
    match resource {
        "emails" => in_order(v3("emails?limit=5", "campaigns"), "campaign_id", &campaigns()),
        "email_details" => each(server, campaigns(), |id| format!("/v3/emails/{id}")),
        "email_activities" => {
            let details = each(server, campaigns(), |id| format!("/v3/emails/{id}"));
            let activities =
                details.iter().flat_map(|it| it["campaign_activities"].as_array().unwrap());
            let ids = activities.map(|it| it["campaign_activity_id"].as_str().unwrap().to_owned());
            let include =
                "physical_address_in_footer,permalink_url,html_content,document_properties";
            each(server, ids.collect(), |id| {
                format!("/v3/emails/activities/{id}?include={include}")
            })
        }
        "email_campaign_summaries" => {
            let field = "bulk_email_campaign_summaries";
            v3("reports/summary_reports/email_campaign_summaries?limit=3", field)
        }
        "email_campaign_stats" => {
            let ids = campaigns().join(",");
            v3(&format!("reports/stats/email_campaigns/{ids}"), "results")
        }
        "email_activity_stats" => {
            let calls = activities();
            let calls = calls.chunks(10).map(|ids| ids.join(","));
            let path = "reports/stats/email_campaign_activities";
            calls.flat_map(|ids| v3(&format!("{path}/{ids}"), "results")).collect()
        }
        "links" => {
            let reports =
                each(server, activities(), |id| format!("/v3/reports/email_reports/{id}/links"));
            let links = reports.iter().flat_map(|it| it["link_click_counts"].as_array().unwrap());
            links.cloned().collect()
        }
        "activity_summary" => {
            let stretches = [("2023-01-01", "2026-12-31"), ("2019-01-01", "2022-12-31T23:59:59Z")];
            let of = |id: &String| {
                let path = format!("reports/contact_reports/{id}/activity_summary");
                let calls = stretches.map(|(start, end)| format!("{path}?start={start}&end={end}"));
                calls
                    .into_iter()
                    .flat_map(|path| v3(&path, "campaign_activities"))
                    .collect::<Vec<_>>()
            };
            contacts().iter().flat_map(of).collect()
        }
        "activity_details" => {
            let of = |id: &String| {
                let path = format!("reports/contact_reports/{id}/activity_details");
                let query = format!("tracking_activities_list={TYPES}&limit=3");
                v3(&format!("{path}?{query}"), "tracking_activities")
            };
            contacts().iter().flat_map(of).collect()
        }
        _ => {
            let path = |id| format!("reports/email_reports/{id}/tracking/{resource}?limit=7");
            let activities = activities().into_iter();
            activities.flat_map(|id| v3(&path(id), "tracking_activities")).collect()
        }
    }
}

fn fetch_v2(server: &Server, resource: &str) -> Vec<Value> {
    let all = |path: &str| read_all(server, &format!("/v2/{path}{KEY}"), "results");
    let text = |id: &Value| id.as_str().map_or_else(|| id.to_string(), str::to_owned);
    let contacts = || all("contacts?status=ALL&include_contact_id=true&limit=30&");
    let campaigns = || {
        let mut rows = all("emailmarketing/campaigns?limit=5&");
        rows.sort_by_key(|row| text(&row["id"]));
        rows
    };
    match resource {
        "contacts" => contacts(),
        "lists" => bare(server, &format!("/v2/lists?include_list_id=true&{KEY}")),
        "campaigns" => campaigns()
            .iter()
            .map(|row| format!("/v2/emailmarketing/campaigns/{}?{KEY}", text(&row["id"])))
            .map(|path| get(server, &path).json())
            .collect(),
        "campaign_summaries" => campaigns()
            .iter()
            .filter(|row| row["status"] == "SENT")
            .map(|row| {
                let path = "tracking/reports/summary?updateSummary=true";
                format!("/v2/emailmarketing/campaigns/{}/{path}&{KEY}", text(&row["id"]))
            })
            .map(|path| get(server, &path).json())
            .collect(),
        "contact_tracking" => contacts()
            .iter()
            .flat_map(|row| all(&format!("contacts/{}/tracking?limit=3&", text(&row["id"]))))
            .collect(),
        "files" => all("library/files?sort_by=CREATED_DATE&limit=4&"),
        "trash" => all("library/folders/trash/files?sort_by=CREATED_DATE&limit=2&"),
        "account" => vec![get(server, &format!("/v2/account/info?{KEY}")).json()],
        _ => all("eventspot/events?limit=3&")
            .iter()
            .map(|row| format!("{}?{KEY}", row["event_detail_url"].as_str().unwrap()))
            .map(|path| get(server, &path).json())
            .collect(),
    }
}

fn bare(server: &Server, path: &str) -> Vec<Value> {
    get(server, path).json().as_array().unwrap().clone()
}

/// Rows in the order of the truth, which knows nothing of how a list is sorted.
fn in_order(mut rows: Vec<Value>, key: &str, ids: &[String]) -> Vec<Value> {
    rows.sort_by_key(|row| ids.iter().position(|id| row[key] == **id));
    rows
}

#[test]
fn complete_extract_of_every_resource_is_the_truth() {
    let server = start(ConstantContact::builder().seed(7).contacts(70).tracking(40));
    for resource in RESOURCES {
        let served = fetch(&server, resource);
        let expected: Vec<_> = match resource {
            // What was deleted is not found by v2.
            "v2/campaigns" => {
                let rows = server.truth().plain(resource);
                rows.into_iter().filter(|row| row["status"] != "DELETED").collect()
            }
            _ => server.truth().plain(resource),
        };
        assert!(!expected.is_empty(), "{resource} has rows to compare");
        assert_served(resource, &served, &expected);
    }
    assert_eq!(server.violations(), Vec::<String>::new());
    assert_eq!(server.truth().rows("contacts"), 70);
}

#[test]
fn same_seed_serves_the_same_bytes_and_another_seed_others() {
    let pages = |seed| {
        let server = start(ConstantContact::builder().seed(seed));
        let path = format!("/v3/contacts?include={ALL}");
        get(&server, &path).body().to_vec()
    };
    assert_eq!(pages(7), pages(7));
    assert_ne!(pages(7), pages(8));
}

#[test]
fn rendered_contacts_are_the_same_until_they_change() {
    let plain = server();
    let rendered = start(ConstantContact::builder().prerender(true));
    let one = format!("/v3/contacts?include={ALL}&limit=60");
    for path in ["/v3/contacts?limit=60", &one, "/v3/contacts?include=notes"] {
        let both = [&plain, &rendered].map(|server| get(server, path).json()["contacts"].take());
        assert_eq!(both[0], both[1], "{path}");
    }
    let id = rendered.truth().contacts().next().unwrap().contact_id;
    super::write(&rendered, "DELETE", &format!("/v3/contacts/{id}"), &Value::Null);
    let rows = read_all(&rendered, "/v3/contacts?status=all", "contacts");
    assert!(rows[0]["deleted_at"].is_string());
}

#[test]
fn fields_without_a_value_are_absent_or_null() {
    let rows = |blank| {
        let server = start(ConstantContact::builder().blank(blank));
        read_all(&server, "/v3/contacts?limit=500", "contacts")
    };
    let absent = rows(Blank::Absent);
    assert!(absent.iter().any(|row| row.get("first_name").is_none()));
    assert!(!absent.iter().any(|row| row.as_object().unwrap().values().any(Value::is_null)));
    let null = rows(Blank::Null);
    assert!(null.iter().all(|row| row.get("first_name").is_some()));
    assert!(null.iter().any(|row| row["first_name"].is_null()));
}

#[test]
fn statistics_agree_with_the_tracking_rows_in_both_spellings() {
    let server = start(ConstantContact::builder().stats_keys(StatsKeys::Dots));
    let id = server.truth().activity_ids().next().unwrap();
    let path = format!("/v3/reports/stats/email_campaign_activities/{id}");
    let stats = get(&server, &path).json()["results"][0]["stats"].take();
    let rows = |report: &str| {
        let path = format!("/v3/reports/email_reports/{id}/tracking/{report}");
        read_all(&server, &path, "tracking_activities").len()
    };
    assert_eq!(stats["em_sends"], rows("sends"));
    assert_eq!(stats["em_opens.all"], rows("opens"));
    assert_eq!(stats["em_opens"], rows("unique_opens"));
    assert_eq!(stats["em_not_opened"], rows("didnotopens"));
    assert_eq!(stats["em_clicks.all"], rows("clicks"));
    assert_eq!(stats["em_bounces"], rows("bounces"));
    assert!(stats.get("em_opens.all.mobile").is_some());
}

#[test]
fn summaries_are_numbers_or_texts() {
    let first = |form| {
        let server = start(ConstantContact::builder().summaries(form));
        get(&server, "/v3/reports/summary_reports/email_campaign_summaries").json()
    };
    let (numbers, texts) = (first(Summaries::Numbers), first(Summaries::Texts));
    let field = "bulk_email_campaign_summaries";
    assert!(numbers[field][0]["unique_counts"]["sends"].is_u64());
    assert!(numbers["aggregate_percents"]["open"].is_number());
    assert!(texts[field][0]["unique_counts"]["sends"].is_string());
    assert!(texts["aggregate_percents"][0]["open"].is_string());
}

#[test]
fn ids_of_v2_are_texts_or_numbers() {
    let kinds = |form| {
        let server = start(ConstantContact::builder().ids(form));
        let rows = read_all(&server, &format!("/v2/contacts?{KEY}"), "results");
        let texts = rows.iter().filter(|row| row["id"].is_string()).count();
        (texts > 0, texts < rows.len())
    };
    assert_eq!(kinds(IdForm::Rotating), (true, true));
    assert_eq!(kinds(IdForm::Text), (true, false));
    assert_eq!(kinds(IdForm::Number), (false, true));
}

#[test]
fn contacts_include_every_awkward_kind() {
    let server = server();
    let rows = read_all(&server, &format!("/v3/contacts?status=all&include={ALL}"), "contacts");
    assert!(rows.iter().any(|row| row.get("email_address").is_none()), "without an address");
    assert!(rows.iter().any(|row| row["deleted_at"].is_string()), "deleted");
    assert!(rows.iter().any(|row| row["sms_channel"].is_object()), "with a channel");
    let longest = rows.iter().flat_map(|row| row["notes"].as_array().unwrap());
    let longest = longest.map(|note| note["content"].as_str().unwrap().len()).max();
    assert_eq!(longest, Some(2_000));
    assert_eq!(places(&rows).len(), 100);
}
