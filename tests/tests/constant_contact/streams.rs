//! Every stream, whole, in all the ways in which the provider may write it.

use jiff::civil::date;
use tollgate_simulators::ConstantContact;
use tollgate_simulators::constant_contact::{Blank, Builder, StatsKeys, Summaries};

use crate::truth::{self, Days};
use crate::world::{Case, World, hold, offends_nobody, v2, v3};

/// Streams that ask about one contact after the other.
const PER_CONTACT: [&str; 3] =
    ["contact_action_summary", "contact_activity_details", "contact_open_and_click_rates"];

/// Few enough to be asked about one after the other, four a second.
fn few() -> Builder {
    ConstantContact::builder().contacts(35).campaigns(5).tracking(35)
}

async fn every(world: &World, is_v2: bool) -> anyhow::Result<Vec<&'static str>> {
    let session = world.session().await?;
    let names = session.connector().descriptor().streams.iter().map(|stream| stream.name.clone());
    let names = names.filter(|name| name.starts_with("v2_") == is_v2);
    // The names live as long as the test.
    Ok(names.map(|name| &*name.leak()).collect())
}

async fn whole(world: &World, streams: &[&'static str]) -> anyhow::Result<()> {
    let mut cases = Vec::new();
    for stream in streams {
        let expected = truth::of(world.simulator.truth(), stream);
        cases.push(Case { stream, options: small_pages(world, stream).await?, expected });
    }
    hold(world, cases).await?;
    offends_nobody(world)
}

/// Pages so small that there are several.
async fn small_pages(world: &World, stream: &str) -> anyhow::Result<Vec<(&'static str, String)>> {
    let session = world.session().await?;
    let described = session.connector().descriptor().stream(stream);
    let has_pages = described
        .is_some_and(|stream| stream.options.iter().any(|option| option.name == "page_size"));
    let size = if stream.ends_with("contacts") { "10" } else { "3" };
    // A page more of a tracking report is a request more, and the pace is slow.
    let size = if stream.starts_with("email_") { "15" } else { size };
    Ok(has_pages.then(|| ("page_size", size.to_owned())).into_iter().collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_stream_of_the_api_v3_is_what_the_provider_has() -> anyhow::Result<()> {
    let world = v3(few()).await?;
    let mut streams = every(&world, false).await?;
    assert_eq!(streams.len(), 28, "{streams:?}");
    streams.retain(|stream| !PER_CONTACT.contains(stream));
    whole(&world, &streams).await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_report_about_contacts_is_what_the_provider_has() -> anyhow::Result<()> {
    let world = v3(few().contacts(12)).await?;
    let truth = world.simulator.truth();
    let days = Days(date(2022, 7, 1), date(2027, 6, 30));
    let expected = [
        truth::actions(truth, days),
        truth::of(truth, "contact_activity_details"),
        truth::rates(truth, days),
    ];
    let cases = PER_CONTACT.into_iter().zip(expected).map(|(stream, expected)| {
        let mut options = vec![("contact_status", "all".to_owned())];
        match stream {
            "contact_activity_details" => options.push(("page_size", "3".to_owned())),
            _ => options.extend([
                ("start_date", "specific".to_owned()),
                ("specific_start_date", days.0.to_string()),
                ("end_date", "specific".to_owned()),
                ("specific_end_date", days.1.to_string()),
            ]),
        }
        Case { stream, options, expected }
    });
    hold(&world, cases.collect()).await?;
    offends_nobody(&world)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_table_of_the_api_v2_is_what_the_provider_has() -> anyhow::Result<()> {
    let world = v2(few().contacts(12)).await?;
    let streams = every(&world, true).await?;
    assert_eq!(streams.len(), 9, "{streams:?}");
    whole(&world, &streams).await
}

/// What the provider may write in one way or another arrives as the same.
#[tokio::test(flavor = "multi_thread")]
async fn every_other_way_of_writing_it_arrives_as_the_same() -> anyhow::Result<()> {
    let other = few().blank(Blank::Null).stats_keys(StatsKeys::Dots).summaries(Summaries::Texts);
    let streams = ["contacts", "email_campaign_summaries", "email_campaign_stats", "tags"];
    let world = v3(other).await?;
    let cases = streams.map(|stream| {
        let expected = match stream {
            // The truth about statistics has the points in it too.
            "email_campaign_stats" => undotted(truth::of(world.simulator.truth(), stream)),
            _ => truth::of(world.simulator.truth(), stream),
        };
        Case { stream, options: Vec::new(), expected }
    });
    hold(&world, cases.into()).await?;
    offends_nobody(&world)
}

fn undotted(mut rows: crate::rows::Rows) -> crate::rows::Rows {
    for row in &mut rows {
        let fields = std::mem::take(row).into_iter();
        *row = fields.map(|(name, value)| (name.replace('.', "_"), value)).collect();
    }
    rows
}
