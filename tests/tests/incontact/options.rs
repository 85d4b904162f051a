//! Every filter of every stream, each at least once, with the rows that have to come of it.

use serde_json::{Value, json};
use tollgate_simulators::InContact;
use tollgate_tests::cases::Case;

use crate::truth::keep;
use crate::world::{World, case, hold, now, offends_nobody, slices_utc, speaking, world};

/// An option with a value, and the column that then has it.
type Filter = (&'static str, &'static str, Value);

fn filtered(world: &World, stream: &'static str, filters: &[Filter]) -> Vec<Case> {
    let truth = world.simulator.truth();
    let cases = filters.iter().map(|(option, column, value)| {
        let text = value.to_string();
        let expected = keep(truth.plain(stream), &[(column, value.clone())]);
        assert!(!expected.is_empty() && expected.len() < truth.rows(stream), "{stream}: {option}");
        case(stream, &[(option, text.trim_matches('"'))], expected)
    });
    cases.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_chosen_by_every_filter() -> anyhow::Result<()> {
    let world = world(InContact::builder().campaigns(6).skills(5).agents(60).teams(8)).await?;
    let truth = world.simulator.truth();
    let active = |is_active| ("is_active", "is_active", json!(is_active));
    let mut cases = Vec::new();
    cases.extend(filtered(&world, "agents", &[active(true), active(false)]));
    let locked = |is_locked| ("is_locked", "locked", json!(is_locked));
    cases.extend(filtered(&world, "agents", &[locked(true), locked(false)]));
    cases.extend(filtered(&world, "teams", &[active(true), active(false)]));
    cases.extend(filtered(&world, "campaigns", &[active(true), active(false)]));
    let personal = ("outbound_strategy", "outbound_strategy", json!("Personal Connection"));
    let media = ("media_type_id", "media_type_id", json!(3));
    cases.extend(filtered(&world, "skills", &[active(true), active(false), media, personal]));
    for (stream, column, words) in [
        ("agents", "email_address", "agent17@"),
        ("teams", "team_name", "Night shift"),
        ("skills", "skill_name", "Sales"),
        ("campaigns", "campaign_name", "Winback \"spring\""),
    ] {
        let mut expected = truth.plain(stream);
        expected.retain(|row| row[column].as_str().unwrap().contains(words));
        cases.push(case(stream, &[("search_string", words)], expected));
    }
    // Two filters at once, and a campaign without skills.
    let both = truth.matching("agents", &[("isActive", "true"), ("searchString", "a")]);
    cases.push(case("agents", &[("is_active", "true"), ("search_string", "a")], both));
    let with_skills = truth.matching("campaigns", &[("isSkillFiltered", "true")]);
    assert_eq!(with_skills.len(), 5);
    cases.push(case("campaigns", &[("is_skill_filtered", "true")], with_skills));
    hold(&world, cases).await?;
    offends_nobody(&world)
}

#[tokio::test(flavor = "multi_thread")]
async fn completed_contacts_are_chosen_by_every_filter() -> anyhow::Result<()> {
    let world = world(InContact::builder().contacts(150).days(7)).await?;
    let some = &world.simulator.truth().plain("contacts_completed")[17];
    let own = |option: &'static str| (option, option, some[option].clone());
    let ids = ["agent_id", "team_id", "skill_id", "campaign_id", "media_type_id"];
    let mut filters: Vec<Filter> = ids.map(own).into();
    for option in ["is_logged", "is_refused", "is_takeover"] {
        filters.extend([(option, option, json!(true)), (option, option, json!(false))]);
    }
    filters.extend([
        ("media_sub_type_id", "media_sub_type_id", json!(2)),
        ("media_sub_type_name", "media_sub_type_name", json!("WhatsApp")),
        ("analytics_processed", "is_analytics_processed", json!(true)),
        ("analytics_processed", "is_analytics_processed", json!(false)),
    ]);
    let mut cases = filtered(&world, "contacts_completed", &filters);
    cases.extend(addresses(&world));
    for has_tags in [true, false] {
        let mut expected = world.simulator.truth().plain("contacts_completed");
        expected.retain(|row| (row["tags"] != json!([])) == has_tags);
        cases.push(case("contacts_completed", &[("tags", &has_tags.to_string())], expected));
    }
    hold_week(&world, cases).await?;
    // Old versions have other names for addresses.
    let world = speaking(20, world);
    hold_week(&world, addresses(&world)).await
}

fn addresses(world: &World) -> Vec<Case> {
    let everybody = world.simulator.truth().plain("contacts_completed");
    let from = everybody[17]["from_address"].clone();
    let mut cases =
        filtered(world, "contacts_completed", &[("from_address", "from_address", from)]);
    cases.push(case("contacts_completed", &[("to_address", "5550199999")], everybody));
    cases
}

/// Holds cases about today and the seven days before.
async fn hold_week(world: &World, mut cases: Vec<Case>) -> anyhow::Result<()> {
    for case in &mut cases {
        case.options.push(("date_offset", "8".to_owned()));
    }
    hold(world, cases).await?;
    offends_nobody(world)
}

#[tokio::test(flavor = "multi_thread")]
async fn skill_summaries_are_chosen_by_every_filter() -> anyhow::Result<()> {
    let world = world(InContact::builder()).await?;
    let today = now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let all = world.simulator.truth().summed("skill_summaries", &slices_utc(today, today, 1));
    let filters: [Filter; 3] = [
        ("media_type_id", "media_type_id", json!(4)),
        ("is_outbound", "is_outbound", json!(true)),
        ("is_outbound", "is_outbound", json!(false)),
    ];
    let cases = filters.map(|(option, column, value)| {
        let text = value.to_string();
        let options = [("date", "single"), ("single_date_relative", "today"), (option, &*text)];
        case("skill_summaries", &options, keep(all.clone(), &[(column, value)]))
    });
    hold(&world, cases.into()).await?;
    offends_nobody(&world)
}

/// The order and the size of pages change nothing about the rows.
#[tokio::test(flavor = "multi_thread")]
async fn the_order_and_the_size_of_pages_are_asked_for() -> anyhow::Result<()> {
    let world = world(InContact::builder()).await?;
    let agents = world.simulator.truth().plain("agents");
    let with = |options: &[(&'static str, &str)]| case("agents", options, agents.clone());
    let cases = vec![
        with(&[("order_by", "lastName desc"), ("page_size", "5")]),
        with(&[("order_by", "none"), ("page_size", "7")]),
        with(&[("page_size", "10000")]),
        with(&[("page_size", "1")]),
    ];
    hold(&world, cases).await?;
    let requests = world.simulator.requests();
    let asked = |name, value| requests.iter().filter(|it| it.parameter(name) == value).count();
    assert_eq!(asked("orderBy", Some("lastName desc")), 5);
    assert_eq!(asked("top", Some("7")), 4);
    assert_eq!(asked("top", Some("1")), 24);
    offends_nobody(&world)
}

/// An account that gives smaller pages than were asked for loses nothing.
#[tokio::test(flavor = "multi_thread")]
async fn pages_may_be_smaller_than_asked_for() -> anyhow::Result<()> {
    let world = world(InContact::builder().top_max(9)).await?;
    let expected = world.simulator.truth().plain("agents");
    hold(&world, vec![case("agents", &[("page_size", "1000")], expected)]).await?;
    assert_eq!(world.simulator.violations(), Vec::<String>::new());
    Ok(())
}
