//! Every menu and option of the reports, each at least once, with the rows that have to come of it.

use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde_json::{Map, Value};
use tollgate_simulators::ConstantContact;
use tollgate_simulators::constant_contact::{Builder, Truth};

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
    let list = text(&truth.plain("contact_lists")[1], "list_id").to_owned();
    let tag = text(&truth.plain("contact_tags")[2], "tag_id").to_owned();
    let address = text(&all[3], "email_address").to_owned();
    let middle = day_of(&all[35], "updated_at");
    let since =
        |contact: &Map<String, Value>| is_there(contact) && middle <= day_of(contact, "updated_at");
    let mut cases = statuses(truth);
    cases.extend([
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
    ]);
    hold(&world, cases).await?;
    let first: Rows = contacts(truth, is_there);
    menu(&world, "contact_activity_details", "contacts", ids(&first, "contact_id")).await?;
    menu(&world, "contacts", "lists", ids(&truth.plain("contact_lists"), "list_id")).await?;
    menu(&world, "contacts", "tags", ids(&truth.plain("contact_tags"), "tag_id")).await?;
    menu(&world, "contacts", "segment_id", ids(&truth.plain("segments"), "segment_id")).await?;
    offends_nobody(&world)
}

fn is_there(contact: &Map<String, Value>) -> bool {
    contact["deleted_at"].is_null()
}

/// Every status, alone and with another.
fn statuses(truth: Truth<'_>) -> Vec<Case> {
    let permission = |wanted: &'static str| {
        move |contact: &Map<String, Value>| {
            is_there(contact)
                && contact["permission_to_send"].as_str().unwrap_or("not_set") == wanted
        }
    };
    let of = |status, expected| case("contacts", &[("contact_status", status)], expected);
    let single = ["not_set", "pending_confirmation", "temp_hold", "unsubscribed"];
    let mut cases = Vec::from(single.map(|it| of(it, contacts(truth, permission(it)))));
    let is_active =
        |it: &Map<String, Value>| permission("explicit")(it) || permission("implicit")(it);
    let is_either = |it: &Map<String, Value>| !is_there(it) || permission("unsubscribed")(it);
    cases.extend([
        of("all", contacts(truth, |_| true)),
        of("deleted", contacts(truth, |it| !is_there(it))),
        of("active", contacts(truth, is_active)),
        of("deleted,unsubscribed", contacts(truth, is_either)),
    ]);
    cases
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
    let mut cases = details(truth);
    cases.extend(days(truth));
    hold(&world, cases).await?;
    offends_nobody(&world)
}

fn details(truth: Truth<'_>) -> Vec<Case> {
    let two = ids(&contacts(truth, |_| true), "contact_id")[..2].to_vec();
    let all = truth.plain("activity_details");
    let of_two = keep(all.clone(), |row| two.iter().any(|id| id == text(row, "contact_id")));
    let clicked = |row: &Map<String, Value>| {
        ["em_opens", "em_clicks"].contains(&text(row, "tracking_activity_type"))
    };
    let deleted = ids(&contacts(truth, |it| !is_there(it)), "contact_id");
    let two = two.join(",");
    let types = ("tracking_activity_types", "em_opens,em_clicks");
    let stream = "contact_activity_details";
    vec![
        case(stream, &[("contacts", &two)], of_two.clone()),
        case(stream, &[("contacts", &two), types], keep(of_two, clicked)),
        case(
            stream,
            &[("contact_status", "deleted")],
            keep(all, |row| deleted.iter().any(|id| id == text(row, "contact_id"))),
        ),
    ]
}

fn days(truth: Truth<'_>) -> Vec<Case> {
    let recent = Days(date(2022, 7, 1), today());
    let some = truth::actions(truth, recent);
    let busy = &some[some.len() / 2];
    let (contact, day) = (text(busy, "contact_id"), day_of(busy, "start_on"));
    let (before, after) = (day - 1.day(), day + 1.day());
    let of_contact = |rows: Rows| keep(rows, |row| row["contact_id"] == contact);
    let of = |options: &[(&'static str, &str)], days| {
        let options: Vec<_> = [("contacts", contact)].iter().chain(options).copied().collect();
        case("contact_action_summary", &options, of_contact(truth::actions(truth, days)))
    };
    let (single, around) = (Days(day, day), Days(before, after));
    let (first, last) = (before.to_string(), after.to_string());
    let (from, until) = (days_ago(before), days_ago(after));
    let first = [("start_date", "specific"), ("specific_start_date", &*first)];
    let last = [("end_date", "specific"), ("specific_end_date", &*last)];
    let from = ("days_back_to_start_from", &*from);
    let until = ("days_back_to_end_at", &*until);
    let on = ("duration", "single_date");
    let long_ago = days_ago(recent.0);
    vec![
        of(&[on, ("report_date", "specific"), ("specific_date", &day.to_string())], single),
        of(&[on, ("days_back", &days_ago(day))], single),
        of(&[first[0], first[1], last[0], last[1]], around),
        of(&[first[0], first[1], until], around),
        of(&[from, last[0], last[1]], around),
        of(&[from, until], around),
        case(
            "contact_open_and_click_rates",
            &[("contacts", contact), ("days_back_to_start_from", &long_ago)],
            of_contact(truth::rates(truth, recent)),
        ),
    ]
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
