//! Menus that are filled from the account, and reports with what they offer.

use tollgate_simulators::ConstantContact;

use super::desk::{Desk, PASTED};

#[test]
fn a_report_about_a_contact_of_the_menu() {
    let desk = Desk::new(ConstantContact::builder().contacts(30).campaigns(3), PASTED);
    let choices = "choices --stream contact_activity_details --field contacts --json";
    let menu = desk.run(choices).exits(0).json();
    let contacts = menu.as_array().unwrap();
    assert_eq!(contacts.len(), 29, "all but the deleted one");
    let truth = desk.server.truth();
    let rows = truth.plain("activity_details");
    let clicks = |id: &str| {
        let own = rows.iter().filter(|row| row["contact_id"] == id);
        own.filter(|row| row["tracking_activity_type"] == "em_clicks").count()
    };
    let ids = contacts.iter().map(|choice| choice["value"].as_str().unwrap());
    let busy = ids.max_by_key(|id| clicks(id)).unwrap();
    let sync = format!(
        "sync --stream contact_activity_details --to out.db --option contacts={busy} \
         --option tracking_activity_types=em_clicks"
    );
    desk.run(&sync).exits(0);
    let stored = desk.texts("out.db", "contact_activity_details", "contact_id");
    assert!(!stored.is_empty());
    assert_eq!(stored, vec![busy; clicks(busy)]);

    let titles: Vec<_> = contacts.iter().map(|choice| choice["title"].as_str().unwrap()).collect();
    assert!(titles.iter().any(|title| title.starts_with("contact0@example.com")), "{titles:?}");
    for (stream, field) in [("contacts", "lists"), ("contacts", "segment_id"), ("contacts", "tags")]
    {
        let menu = desk.run(&format!("choices --stream {stream} --field {field}")).exits(0);
        assert!(menu.stdout.lines().count() > 3, "{}", menu.stdout);
    }
    desk.offends_nobody();
}

#[test]
fn days_of_a_report_are_shown_by_the_choice_before_them() {
    let desk = Desk::new(ConstantContact::builder().contacts(5), PASTED);
    let described = desk.run("describe constant_contact --stream contact_action_summary").exits(0);
    for option in ["duration", "specific_date", "days_back_to_start_from", "specific_end_date"] {
        assert!(described.stdout.contains(option), "no {option} in {}", described.stdout);
    }
    let preview = "preview --stream contact_action_summary";
    // An option that its rule hides is an error before any request, and so is one that is missing.
    for (options, wanted) in [
        ("--option duration=single_date --option days_back_to_start_from=3", "days_back_to_start"),
        ("--option duration=single_date --option report_date=specific", "specific_date"),
        ("--option start_date=specific", "specific_start_date"),
    ] {
        let run = desk.run(&format!("{preview} {options}")).exits(2);
        assert!(run.stderr.contains(wanted), "{}", run.stderr);
    }
    assert!(desk.server.requests().is_empty());
    let reversed = "--option days_back_to_start_from=1 --option days_back_to_end_at=9";
    let run = desk.run(&format!("{preview} {reversed}")).exits(2);
    assert!(run.stderr.contains("the first day is after the last"), "{}", run.stderr);
}
