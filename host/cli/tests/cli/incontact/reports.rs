//! Reports whose columns only the account knows: discovered, looked at, read and loaded.

use tollgate_simulators::InContact;
use tollgate_simulators::incontact::JobOutcome;

use super::desk::{CXONE, Desk, PASSWORD};

const REPORT: &str = "--stream custom_report --option custom_report=600002";
const DOWNLOAD: &str = "--stream data_download --option data_download_report=524";

#[test]
fn columns_are_discovered() {
    let desk = Desk::new(InContact::builder(), CXONE);
    for (stream, expected) in [
        (REPORT, "report_id job_start Agent_ID Agent_Name Handled Rate Day Contact_ID Note"),
        (
            DOWNLOAD,
            "start_date end_date Report Contact_ID Agent_No Agent_Name Started Seconds Note",
        ),
    ] {
        let columns = desk.run(&format!("discover {stream} --json")).exits(0).json();
        let columns = columns.as_array().unwrap().iter();
        let names: Vec<_> =
            columns.map(|column| column["name"].as_str().unwrap().replace(' ', "_")).collect();
        assert_eq!(names.join(" "), expected);
        let text = desk.run(&format!("discover {stream}")).exits(0).stdout;
        assert!(text.contains("Agent Name") && text.contains("int64"), "{text}");
    }
    let stream = format!("{REPORT} --option types=text");
    let text = desk.run(&format!("discover {stream}")).exits(0).stdout;
    assert!(!text.contains("decimal"), "{text}");
    desk.offends_nobody();
}

#[test]
fn rows_are_looked_at_read_and_loaded() {
    let desk = Desk::new(InContact::builder().job_polls(1), PASSWORD);
    let shown = desk.run(&format!("preview {REPORT} --limit 3")).exits(0);
    assert!(shown.stdout.contains("Agent Name"), "{}", shown.stdout);
    let read =
        desk.run(&format!("read {REPORT} --format csv --columns Handled,report_id")).exits(0);
    let mut lines = read.stdout.lines();
    assert_eq!(lines.next(), Some("Handled,report_id"));
    assert_eq!(lines.clone().count(), 40);
    assert!(lines.all(|line| line.ends_with(",600002")), "{}", read.stdout);
    desk.run(&format!("sync {REPORT} --to out.db --table weekly")).exits(0);
    assert_eq!(desk.count("out.db", "weekly"), 40);
    assert_eq!(desk.server.vendor().jobs_started(), 1, "one job for all three commands");

    let days = "--option date=offset --option date_offset=60";
    desk.run(&format!("sync {DOWNLOAD} {days} --to out.db")).exits(0);
    let truth = desk.server.truth();
    let rows = truth.download(524, truth.first(), truth.last()).rows.len();
    // The day on which all data begins is 60 days before today, and not one of the last 60.
    assert!((rows - 30..=rows).contains(&desk.count("out.db", "data_download")), "{rows}");
    desk.offends_nobody();
}

#[test]
fn a_report_that_fails_says_why() {
    let desk = Desk::new(InContact::builder().job_outcome(JobOutcome::Failed), CXONE);
    let run = desk.run(&format!("sync {REPORT} --to out.db")).exits(7);
    assert!(run.stderr.contains("ended without a file, in state \"Failed\""), "{}", run.stderr);
    let unknown = "--stream custom_report --option custom_report=Monthly";
    let run = desk.run(&format!("preview {unknown}")).exits(2);
    assert!(run.stderr.contains("no custom report is named \"Monthly\""), "{}", run.stderr);
    let desk = Desk::new(InContact::builder().download_error("Too busy".to_owned()), CXONE);
    let run = desk.run(&format!("preview {DOWNLOAD}")).exits(7);
    assert!(run.stderr.contains("Too busy"), "{}", run.stderr);
}
