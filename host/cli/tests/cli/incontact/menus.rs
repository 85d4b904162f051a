//! Menus, those that the account fills and those that choose days.

use tollgate_simulators::InContact;

use super::desk::{CXONE, Desk};

#[test]
fn menus_have_the_reports() {
    let desk = Desk::new(InContact::builder(), CXONE);
    let choices = "choices --stream custom_report --field custom_report";
    let menu = desk.run(&format!("{choices} --json")).exits(0).json();
    let menu = menu.as_array().unwrap();
    let menu: Vec<_> = menu
        .iter()
        .map(|choice| {
            let id = choice["value"].as_str().unwrap().parse::<i64>().unwrap();
            (id, choice["title"].as_str().unwrap().to_owned())
        })
        .collect();
    assert_eq!(menu, desk.server.truth().reports());
    let text = desk.run(choices).exits(0).stdout;
    assert!(text.contains("600001") && text.contains("Weekly agents"), "{text}");

    let asked = desk.calls();
    let choices = "choices --stream data_download --field data_download_report";
    let text = desk.run(choices).exits(0).stdout;
    for report in ["500", "524", "Call Detail", "Agent State Log"] {
        assert!(text.contains(report), "no {report} in {text}");
    }
    assert_eq!(desk.calls(), asked, "the provider has no list of them");
    desk.offends_nobody();
}

#[test]
fn every_stream_is_described_with_its_menus() {
    let desk = Desk::new(InContact::builder(), CXONE);
    let described = desk.run("describe incontact --json").exits(0).json();
    let streams = described["streams"].as_array().unwrap();
    assert_eq!(streams.len(), 11);
    let methods = described["auth_methods"].as_array().unwrap();
    let methods: Vec<_> = methods.iter().map(|method| method["name"].as_str().unwrap()).collect();
    assert_eq!(methods, ["cxone", "access_key", "password"]);
    for stream in streams {
        let name = stream["name"].as_str().unwrap();
        let text = desk.run(&format!("describe incontact --stream {name}")).exits(0).stdout;
        assert!(text.contains(name), "{text}");
    }
    let days = [
        "date",
        "single_date",
        "single_date_specific",
        "single_date_relative",
        "date_offset",
        "date_range",
        "start_date_specific",
        "end_date_specific",
        "start_date_relative",
        "end_date_relative",
        "slice_days",
    ];
    for (stream, options) in [
        ("agent_performance", &days[..]),
        ("team_performance_totals", &days),
        ("skill_summaries", &["media_type_id", "is_outbound", "slice_days"]),
        ("contacts", &["date_offset", "page_size", "order_by"]),
        ("contacts_completed", &["skill_id", "tags", "analytics_processed", "overlap_seconds"]),
        ("agents", &["is_active", "is_locked", "search_string", "overlap_seconds"]),
        ("teams", &["is_active", "search_string", "overlap_seconds"]),
        ("skills", &["media_type_id", "outbound_strategy", "is_active", "search_string"]),
        ("campaigns", &["is_active", "is_skill_filtered", "search_string"]),
        ("custom_report", &["custom_report", "dates", "reuse_minutes", "types", "column_types"]),
        ("data_download", &["data_download_report", "slice_days", "types", "column_types"]),
    ] {
        let text = desk.run(&format!("describe incontact --stream {stream}")).exits(0).stdout;
        for option in options {
            assert!(text.contains(option), "no {option} in {text}");
        }
    }
    assert!(desk.server.requests().is_empty(), "nothing is asked of the provider");
}

/// An option that its rule hides is an error before any request, and so is one that is missing or
/// means no day.
#[test]
fn days_are_checked_before_any_request() {
    let desk = Desk::new(InContact::builder(), CXONE);
    let preview = "preview --stream agent_performance";
    for (options, wanted) in [
        ("--option date=single --option date_offset=3", "date_offset"),
        ("--option date=single --option single_date=specific", "single_date_specific"),
        ("--option date_range=specific --option start_date_specific=2026-01-01", "end_date"),
        ("--option date=sometime", "date"),
        ("--option date=offset --option date_offset=0", "date_offset"),
        ("--option slice_days=32", "slice_days"),
        ("--option date=single --option single_date_relative=tomorrow-ish", "single_date_relative"),
    ] {
        let run = desk.run(&format!("{preview} {options}")).exits(2);
        assert!(run.stderr.contains(wanted), "{options}: {}", run.stderr);
    }
    for stream in ["custom_report", "data_download"] {
        let run = desk.run(&format!("preview --stream {stream}")).exits(2);
        assert!(run.stderr.contains(stream), "{}", run.stderr);
    }
    assert!(desk.server.requests().is_empty());
}
