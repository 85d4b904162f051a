//! Every stream, into a database, from the command line; and what no output has.

use jiff::tz::TimeZone;
use tollgate_simulators::InContact;

use super::desk::{CXONE, Desk, SIGN_INS};

const LISTS: [&str; 4] = ["agents", "campaigns", "skills", "teams"];
const SUMMARIES: [&str; 3] = ["agent_performance", "skill_summaries", "team_performance_totals"];

/// Syncs of all eleven streams.
fn all(desk: &Desk) -> String {
    let first = desk.server.truth().first().to_zoned(TimeZone::UTC).date();
    let sync = |name: &str, streams: &[&str], options: &str| {
        let streams: Vec<_> = streams.iter().map(|name| format!("{name:?}")).collect();
        format!(
            "[syncs.{name}]\naccount = \"acme\"\nstreams = [{}]\noptions = {{ {options} }}\n\
             to = \"sqlite:out.db\"\n",
            streams.join(", ")
        )
    };
    let days = format!("date = \"range\", start_date_relative = \"{first}\", slice_days = 30");
    [
        sync("lists", &LISTS, ""),
        sync("summaries", &SUMMARIES, "date = \"offset\", date_offset = 3"),
        sync("contacts", &["contacts", "contacts_completed"], &days),
        sync("custom", &["custom_report"], "custom_report = \"Weekly agents\""),
        sync("download", &["data_download"], "data_download_report = \"Call Detail\""),
    ]
    .join("\n")
}

#[test]
fn every_stream_is_loaded_with_every_sign_in() {
    for account in SIGN_INS {
        let desk = Desk::new(InContact::builder().contacts(200).days(40), account);
        desk.configure(account, &all(&desk));
        desk.run("sync").exits(0);
        let truth = desk.server.truth();
        for stream in LISTS.iter().chain(&["contacts", "contacts_completed"]) {
            assert_eq!(desk.count("out.db", stream), truth.rows(stream), "{stream}");
        }
        for stream in SUMMARIES {
            assert!(desk.count("out.db", stream) > 0, "{stream}");
        }
        assert_eq!(desk.count("out.db", "custom_report"), 40);
        assert!(desk.count("out.db", "data_download") > 0);
        desk.offends_nobody();
    }
}

/// A second sync merges what is new of the streams that tell it.
#[test]
fn a_second_sync_brings_what_is_new() {
    let desk = Desk::new(InContact::builder().agents(100).days(400), CXONE);
    desk.configure(
        CXONE,
        "[syncs.people]\naccount = \"acme\"\nstream = \"agents\"\nto = \"out.db\"\n",
    );
    for _ in 0..2 {
        desk.run("sync people").exits(0);
    }
    assert_eq!(desk.count("out.db", "agents"), 100);
    let requests = desk.server.requests();
    let pages: Vec<_> = requests.iter().filter(|it| it.path.ends_with("/agents")).collect();
    assert_eq!(pages.len(), 2);
    assert!(pages[1].parameter("updatedSince").is_some(), "{:?}", pages[1]);
    let state = desk.run("state show people").exits(0).stdout;
    assert!(state.contains("agents"), "{state}");
    desk.offends_nobody();
}

#[test]
fn days_are_those_of_the_time_zone() {
    let account = format!("{CXONE}time_zone = \"America/New_York\"\n");
    let desk = Desk::new(InContact::builder(), &account);
    let options = "--option date=single --option single_date=specific \
                   --option single_date_specific=2026-11-01";
    desk.run(&format!("read --stream skill_summaries {options} --format jsonl")).exits(0);
    let requests = desk.server.requests();
    let asked = requests.iter().find(|request| request.path.ends_with("/skills/summary")).unwrap();
    assert_eq!(asked.parameter("startDate"), Some("2026-11-01T04:00:00Z"));
    assert_eq!(asked.parameter("endDate"), Some("2026-11-02T05:00:00Z"));
}

/// Nothing secret is told at any verbosity, whatever goes wrong: each command is searched for it, and
/// each file of the project after it.
#[test]
fn no_output_has_a_secret_whatever_goes_wrong() {
    let faults = [
        None,
        Some("echo-headers:/agents"),
        Some("echo-headers:/auth/token"),
        Some("401:/agents"),
        Some("html:/auth/token"),
        Some("cut-json:/agents"),
    ];
    for fault in faults {
        let simulator = fault
            .into_iter()
            .fold(InContact::builder(), |simulator, fault| simulator.fault(fault.parse().unwrap()));
        let desk = Desk::new(simulator, CXONE);
        for command in [
            "config show",
            "account show acme",
            "check -vv",
            "check --json -vv",
            "preview --stream agents -vv",
            "read --stream agents -vv",
            "sync --stream agents --to out.db -vv",
            "sync --stream agents --to out.db --json -vv",
        ] {
            let run = desk.run(command);
            let is_fine = fault.is_none() || command.contains("show");
            let is_check = command.starts_with("check");
            assert!(is_fine == (run.code == Some(0)) || is_check, "{command}: {}", run.stderr);
        }
    }
}
