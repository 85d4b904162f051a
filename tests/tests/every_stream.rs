//! Every stream of iContact, from the stand-in through the component into SQLite, with as many rows
//! as there are; nothing sent that the provider would not take; and the canary, the account's
//! password, in nothing that is written, told or stored.

use tollgate_simulators::icontact::CANARY;
use tollgate_simulators::{Fault, IContact};
use tollgate_tests::World;

/// A stream, and the stand-in's name for its rows.
const STREAMS: &[(&str, &str)] = &[
    ("campaigns", "campaigns"),
    ("contact_history", "actions"),
    ("contacts", "contacts"),
    ("custom_fields", "customfields"),
    ("lists", "lists"),
    ("message_statistics", "statistics"),
    ("messages", "messages"),
    ("segment_criteria", "criteria"),
    ("segments", "segments"),
    ("sends", "sends"),
    ("subscriptions", "subscriptions"),
    ("track_message_bounces", "bounces"),
    ("track_message_clicks", "clicks"),
    ("track_message_opens", "opens"),
    ("track_message_unsubscribes", "unsubscribes"),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_stream_arrives_whole_and_offends_nobody() -> anyhow::Result<()> {
    // Ids beyond what a double holds have to survive.
    let simulator = IContact::builder().contacts(300).messages(20).id_base(1 << 53);
    let world = World::around(simulator.start().await?)?;
    for (stream, resource) in STREAMS {
        let report = world
            .sync(stream, &[])
            .await?
            .map_err(|failed| anyhow::anyhow!("{stream}: {:?}", failed.error))?;
        let expected = world.simulator.truth().rows(resource);
        assert_eq!(report.rows, expected as u64, "{stream}");
        let stored: i64 =
            world
                .database()?
                .query_row(&format!("SELECT count(*) FROM {stream}"), [], |row| row.get(0))?;
        assert_eq!(stored, expected as i64, "{stream}");
    }
    for group_by in ["campaign", "sender", "message"] {
        let options = [("group_by", group_by)];
        world.sync("campaign_message_statistics", &options).await??;
        // Whatever the groups, no message is left out and none counts twice.
        let sums: (i64, i64) = world.database()?.query_row(
            "SELECT sum(messages), sum(opens_total) FROM campaign_message_statistics",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        let truth = world.simulator.truth();
        let expected = (truth.rows("messages") as i64, truth.rows("opens") as i64);
        assert_eq!(sums, expected, "grouped by {group_by}");
    }
    assert_eq!(world.simulator.violations(), Vec::<String>::new());
    let mut ids: Vec<i64> =
        world.simulator.truth().contacts().map(|contact| contact.contact_id as i64).collect();
    ids.sort_unstable();
    assert_eq!(world.numbers("contacts", "contact_id")?, ids);
    assert!(world.simulator.in_flight_max() <= 4, "more requests at once than the descriptor says");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_password_is_in_nothing_that_is_written_told_or_stored() -> anyhow::Result<()> {
    for fault in [None, Some("echo-headers:/contacts"), Some("401:/a"), Some("cut-json:/contacts")]
    {
        let mut simulator = IContact::builder();
        if let Some(fault) = fault {
            simulator = simulator.fault(fault.parse::<Fault>()?);
        }
        let world = World::around(simulator.start().await?)?;
        let outcome = world.sync("contacts", &[]).await?;
        assert_eq!(outcome.is_ok(), fault.is_none(), "{fault:?}");
        let sent = world.simulator.requests();
        assert!(sent.iter().any(|request| request.header("api-password") == Some(CANARY)));
        let told = match &outcome {
            Ok(report) => serde_json::to_string(report)?,
            Err(failed) => format!("{failed} {failed:?} {:#}", anyhow::anyhow!("{failed:?}")),
        };
        assert!(!told.contains(CANARY), "{fault:?}: {told}");
        let events = serde_json::to_string(&world.events.all())?;
        assert!(!events.contains(CANARY), "{fault:?}");
        for file in std::fs::read_dir(world.database_file().parent().expect("it is in a folder"))? {
            let bytes = std::fs::read(file?.path())?;
            let found = bytes.windows(CANARY.len()).any(|window| window == CANARY.as_bytes());
            assert!(!found, "{fault:?}: the database holds the password");
        }
    }
    Ok(())
}
