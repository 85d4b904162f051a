//! Every menu and option of the reports, each at least once, with the rows that have to come of it.

use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde_json::{Map, Value};
use tollgate_simulators::ConstantContact;
use tollgate_simulators::constant_contact::Builder;

use crate::rows::{Rows, text};
use crate::truth::{self, Days, contacts, has, keep};
use crate::world::{Case, World, hold, offends_nobody, v2, v3};

fn case(stream: &'static str, options: &[(&'static str, &str)], expected: Rows) -> Case {
    let options = options.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    Case { stream, options, expected }
}

fn few() -> Builder {
    ConstantContact::builder().contacts(35).campaigns(5).tracking(35)
}

fn today() -> Date {
    Timestamp::now().to_zoned(TimeZone::UTC).date()
}

fn days_ago(day: Date) -> String {
    day.until(today()).unwrap().get_days().to_string()
}

fn day_of(row: &Map<String, Value>, name: &str) -> Date {
    text(row, name).parse::<Timestamp>().unwrap().to_zoned(TimeZone::UTC).date()
}

/// The menu of an option, and that it names what it should.
async fn menu(world: &World, stream: &str, option: &str, ids: Vec<String>) -> anyhow::Result<()> {
    let session = world.session().await?;
    let read = session.read(stream).build()?;
    let mut menu: Vec<_> =
        session.choices(&read, option).await?.into_iter().map(|choice| choice.value).collect();
    let mut ids = ids;
    menu.sort();
    ids.sort();
    assert_eq!(menu, ids, "{stream}: {option}");
    Ok(())
}

fn ids(rows: &Rows, name: &str) -> Vec<String> {
    rows.iter().map(|row| row[name].to_string().trim_matches('"').to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn contacts_are_chosen_by_every_filter() -> anyhow::Result<()> {
    let world = v3(few().contacts(70)).await?;
    let truth = world.simulator.truth();
    let all = contacts(truth, |_| true);
    let is_there = |contact: &Map<String, Value>| contact["deleted_at"].is_null();
    let permission = |wanted: &'static str| {
        move |contact: &Map<String, Value>| {
            is_there(contact)
                && contact["permission_to_send"].as_str().unwrap_or("not_set") == wanted
        }
    };
    let list = text(&truth.plain("contact_lists")[1], "list_id").to_owned();
    let tag = text(&truth.plain("contact_tags")[2], "tag_id").to_owned();
    let address = text(&all[3], "email_address").to_owned();
    let middle = day_of(&all[35], "updated_at");
    let since =
        |contact: &Map<String, Value>| is_there(contact) && middle <= day_of(contact, "updated_at");
    let mut cases = vec![
        case("contacts", &[("contact_status", "all")], all.clone()),
        case("contacts", &[("contact_status", "deleted")], contacts(truth, |it| !is_there(it))),
        case(
            "contacts",
            &[("contact_status", "active")],
            contacts(truth, |it| permission("explicit")(it) || permission("implicit")(it)),
        ),
        case(
            "contacts",
            &[("contact_status", "deleted,unsubscribed")],
            contacts(truth, |it| !is_there(it) || permission("unsubscribed")(it)),
        ),
        case("contacts", &[("updated_after_date", &middle.to_string())], contacts(truth, since)),
        case("contacts", &[("updated_days_back", &days_ago(middle))], contacts(truth, since)),
        case(
            "contacts",
            &[("email", &address)],
            contacts(truth, |it| it["email_address"] == *address),
        ),
        case(
            "contacts",
            &[("lists", &list)],
            contacts(truth, |it| is_there(it) && has(it, "list_memberships", &list)),
        ),
        case(
            "contacts",
            &[("tags", &tag)],
            contacts(truth, |it| is_there(it) && has(it, "taggings", &tag)),
        ),
        case(
            "contacts",
            &[("include_subresources", "notes,phone_numbers")],
            without(contacts(truth, is_there), &["notes", "phone_numbers"]),
        ),
        // The stand-in deals its contacts out to its segments, needs a while at first, and leaves out deleted ones.
        case("contacts", &[("segment_id", "12")], {
            let dealt =
                all.iter().enumerate().filter(|(place, _)| place % 3 == 1 && place % 23 != 22);
            let dealt = dealt.map(|(_, contact)| contact.clone());
            without(dealt.collect(), &[])
        }),
    ];
    for status in ["not_set", "pending_confirmation", "temp_hold", "unsubscribed"] {
        let expected = contacts(truth, permission(status));
        cases.push(case("contacts", &[("contact_status", status)], expected));
    }
    hold(&world, cases).await?;
    let first: Rows = contacts(truth, is_there);
    menu(&world, "contact_activity_details", "contacts", ids(&first, "contact_id")).await?;
    menu(&world, "contacts", "lists", ids(&truth.plain("contact_lists"), "list_id")).await?;
    menu(&world, "contacts", "tags", ids(&truth.plain("contact_tags"), "tag_id")).await?;
    menu(&world, "contacts", "segment_id", ids(&truth.plain("segments"), "segment_id")).await?;
    offends_nobody(&world)
}

/// Contacts of whose collections only these were asked for.
fn without(mut rows: Rows, asked: &[&str]) -> Rows {
    let collections = [
        "custom_fields",
        "list_memberships",
        "phone_numbers",
        "street_addresses",
        "taggings",
        "notes",
    ];
    for row in &mut rows {
        for name in collections.iter().filter(|name| !asked.contains(name)) {
            row.insert((*name).to_owned(), Value::Null);
        }
    }
    rows
}

/// A report about one contact, several, or those that filters leave; about a day or several, each
/// a date or so many days back.
#[tokio::test(flavor = "multi_thread")]
async fn reports_about_contacts_are_chosen_by_every_menu() -> anyhow::Result<()> {
    let world = v3(few().contacts(24)).await?;
    let truth = world.simulator.truth();
    let two = ids(&contacts(truth, |_| true), "contact_id")[..2].to_vec();
    let always = Days(date(2022, 7, 1), date(2027, 6, 30));
    let of_two = |rows: Rows| keep(rows, |row| two.iter().any(|id| id == text(row, "contact_id")));
    let details = truth.plain("activity_details");
    let some = keep(truth.plain("activity_summary"), |row| text(row, "start_on") > "2022-07-02");
    let busy = some[some.len() / 2].clone();
    let (busy, day) = (text(&busy, "contact_id").to_owned(), day_of(&busy, "start_on"));
    let of_busy = |days| keep(truth::actions(truth, days), |row| row["contact_id"] == *busy);
    let (summary, back) = ("contact_action_summary", days_ago(day));
    let (before, after) = (day - 1.day(), day + 1.day());
    let around = Days(before, after);
    let only = |days| Days(days, days);
    let removed = contacts(truth, |it| !it["deleted_at"].is_null());
    let removed = ids(&removed, "contact_id");
    let opened = |row: &Map<String, Value>| {
        ["em_opens", "em_clicks"].contains(&text(row, "tracking_activity_type"))
    };
    let two_named = two.join(",");
    let cases = vec![
        case("contact_activity_details", &[("contacts", &two_named)], of_two(details.clone())),
        case(
            "contact_activity_details",
            &[("contacts", &two_named), ("tracking_activity_types", "em_opens,em_clicks")],
            keep(of_two(details.clone()), opened),
        ),
        case(
            "contact_activity_details",
            &[("contact_status", "deleted")],
            keep(details, |row| removed.iter().any(|id| id == text(row, "contact_id"))),
        ),
        case(
            summary,
            &[
                ("contacts", &busy),
                ("duration", "single_date"),
                ("report_date", "specific"),
                ("specific_date", &day.to_string()),
            ],
            of_busy(only(day)),
        ),
        case(
            summary,
            &[("contacts", &busy), ("duration", "single_date"), ("days_back", &back)],
            of_busy(only(day)),
        ),
        case(
            summary,
            &[
                ("contacts", &busy),
                ("start_date", "specific"),
                ("specific_start_date", &before.to_string()),
                ("end_date", "specific"),
                ("specific_end_date", &after.to_string()),
            ],
            of_busy(around),
        ),
        // One end a date, the other so many days back.
        case(
            summary,
            &[
                ("contacts", &busy),
                ("start_date", "specific"),
                ("specific_start_date", &before.to_string()),
                ("days_back_to_end_at", &days_ago(after)),
            ],
            of_busy(around),
        ),
        case(
            summary,
            &[
                ("contacts", &busy),
                ("days_back_to_start_from", &days_ago(before)),
                ("days_back_to_end_at", &days_ago(after)),
            ],
            of_busy(around),
        ),
        case(
            "contact_open_and_click_rates",
            &[
                ("contacts", &busy),
                ("days_back_to_start_from", &days_ago(always.0)),
                ("days_back_to_end_at", "0"),
            ],
            keep(truth::rates(truth, Days(always.0, today())), |row| row["contact_id"] == *busy),
        ),
    ];
    hold(&world, cases).await?;
    offends_nobody(&world)
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_campaigns_and_events_are_chosen_by_every_filter() -> anyhow::Result<()> {
    let world = v3(few()).await?;
    let truth = world.simulator.truth();
    let lists = truth::of(truth, "contact_lists");
    let name = text(&lists[2], "name").to_owned();
    let emails = truth::of(truth, "emails");
    let middle = day_of(&emails[2], "updated_at");
    let recent = keep(emails.clone(), |row| middle <= day_of(row, "updated_at"));
    let campaign = text(&emails[0], "campaign_id").to_owned();
    let activities = truth::of(truth, "campaign_activities");
    let of_campaign = keep(activities, |row| row["campaign_id"] == *campaign);
    let activity = text(&of_campaign[0], "campaign_activity_id").to_owned();
    let of_activity =
        |resource| keep(truth.plain(resource), |row| row["campaign_activity_id"] == *activity);
    let link = text(&of_activity("clicks")[0], "url_id").to_owned();
    let code = text(&truth.plain("bounces")[0], "bounce_code").to_owned();
    let event = text(&truth.plain("events")[2], "name").to_owned();
    let events = truth::of(truth, "events");
    let cases = vec![
        case("contact_lists", &[("name", &name)], keep(lists.clone(), |row| row["name"] == *name)),
        case("contact_lists", &[("status", "all"), ("channel_type", "email")], lists),
        case("contact_lists", &[("membership_count", "active")], truth::active_lists(truth)),
        case("emails", &[("updated_after_date", &middle.to_string())], recent.clone()),
        case("emails", &[("updated_days_back", &days_ago(middle))], recent),
        case("campaign_activities", &[("campaigns", &campaign)], of_campaign),
        case("email_sends", &[("campaign_activities", &activity)], of_activity("sends")),
        case(
            "email_clicks",
            &[("campaign_activities", &activity), ("url_id", &link)],
            keep(of_activity("clicks"), |row| row["url_id"] == *link),
        ),
        case(
            "email_bounces",
            &[("bounce_codes", &format!("{code},V"))],
            keep(truth.plain("bounces"), |row| {
                row["bounce_code"] == *code || row["bounce_code"] == "V"
            }),
        ),
        case(
            "events",
            &[("event_status", "ACTIVE")],
            keep(events.clone(), |row| row["status"] == "ACTIVE"),
        ),
        case(
            "events",
            &[("search_text", &event)],
            keep(events, |row| text(row, "name").contains(&event)),
        ),
    ];
    hold(&world, cases).await?;
    menu(&world, "email_opens", "campaigns", ids(&emails, "campaign_id")).await?;
    offends_nobody(&world)
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_of_the_api_v2_are_chosen_by_every_filter() -> anyhow::Result<()> {
    let world = v2(few()).await?;
    let truth = world.simulator.truth();
    let all = truth.plain("v2/contacts");
    let middle = day_of(&all[17], "modified_date");
    let since = |rows: Rows| keep(rows, |row| middle <= day_of(row, "modified_date"));
    let middle = &*middle.to_string();
    let two = ids(&all, "id")[..2].to_vec();
    let tracking = keep(truth.plain("v2/contact_tracking"), |row| {
        two.iter().any(|id| id == text(row, "contact_id"))
    });
    let campaigns = truth::of(truth, "v2_email_campaigns");
    let files = truth.plain("v2/files");
    let cases = vec![
        case(
            "v2_contacts",
            &[("status", "OPTOUT")],
            keep(all.clone(), |row| row["status"] == "OPTOUT"),
        ),
        case("v2_contacts", &[("modified_since", middle)], since(all.clone())),
        case(
            "v2_email_campaigns",
            &[("status", "DRAFT")],
            keep(campaigns.clone(), |row| row["status"] == "DRAFT"),
        ),
        case("v2_email_campaigns", &[("modified_since", middle)], since(campaigns)),
        case("v2_contact_lists", &[("modified_since", middle)], since(truth.plain("v2/lists"))),
        case("v2_contact_tracking", &[("contacts", &two.join(","))], tracking.clone()),
        case(
            "v2_contact_tracking",
            &[("contacts", &two.join(",")), ("created_since", "2000-01-01")],
            tracking,
        ),
        case(
            "v2_my_library_files",
            &[("type", "IMAGES"), ("source", "MyComputer")],
            keep(files.clone(), |row| row["is_image"] == true),
        ),
        case(
            "v2_trash_files",
            &[("type", "IMAGES")],
            keep(truth.plain("v2/trash"), |row| row["is_image"] == true),
        ),
    ];
    hold(&world, cases).await?;
    menu(&world, "v2_contact_tracking", "contacts", {
        ids(&keep(all, |row| row["status"] != "REMOVED"), "id")
    })
    .await?;
    assert_eq!(world.simulator.violations(), Vec::<String>::new());
    Ok(())
}
