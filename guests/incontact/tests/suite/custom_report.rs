//! Custom reports: jobs and their files.

use std::cell::Cell;

use tollgate_incontact::Incontact;
use tollgate_sdk::connector::Connector;
use tollgate_sdk::testing::{Reply, Table, logged};
use tollgate_sdk::{Failure, base64};

use crate::provider::{self, Read, Values};

const ID: Values<'static> = &[("custom_report", "600001")];
const START: &str = "report-jobs/600001?fileType=CSV&includeHeaders=true&appendDate=true\
                     &deleteAfter=7&overwrite=true";
const JOBS: &str = "report-jobs?reportId=600001";
const FILE: &str = "files?fileName=Reports%5CWeekly%20agents.csv";
const RUNNING: &str = r#"{"jobId":700001,"reportId":600001,"jobStart":"2026-08-10T12:00:01.000Z",
    "jobEnd":"","fileName":"","resultFileURL":"","state":"Running","deleteTime":""}"#;
const DONE: &str = r#"{"jobId":700001,"reportId":600001,"jobStart":"2026-08-10T12:00:01.000Z",
    "jobEnd":"2026-08-10T12:00:40.000Z","fileName":"Weekly agents.csv","state":"Finished",
    "resultFileURL":"https://api-c30.incontact.com/inContactAPI/services/v33.0/files?fileName=Reports%5CWeekly%20agents.csv"}"#;

/// A provider with so many jobs and files.
struct Provider {
    /// The answer about jobs that are there.
    jobs: String,
    /// The answers about a job, one after the other; the last one stays.
    polls: Vec<String>,
    /// The answers with a file, likewise.
    files: Vec<Reply>,
}

impl Provider {
    /// One whose job is done at once and has this file.
    fn with_file(csv: &str) -> Self {
        let polls = vec![DONE.to_owned()];
        Self { jobs: "{}".to_owned(), polls, files: vec![file(csv)] }
    }

    fn reply(self) -> impl Fn(&str) -> Reply + 'static {
        let (polled, fetched) = (Cell::new(0), Cell::new(0));
        move |path| match path {
            "/reports" => Reply::ok(REPORTS),
            path if path.starts_with("/report-jobs?") => Reply::ok(self.jobs.as_str()),
            path if path.starts_with("/report-jobs/600001?") => Reply::ok(r#"{"jobId":700001}"#),
            path if path.starts_with("/report-jobs/7") => {
                Reply::ok(nth(&self.polls, &polled).as_str())
            }
            path if path.starts_with("/files?") => nth(&self.files, &fetched).clone(),
            other => panic!("{other}"),
        }
    }
}

fn nth<'r, T>(replies: &'r [T], count: &Cell<usize>) -> &'r T {
    count.set(count.get() + 1);
    replies.get(count.get() - 1).or(replies.last()).expect("a reply")
}

fn file(csv: &str) -> Reply {
    let file = base64::encode(csv.as_bytes());
    Reply::ok(format!(r#"{{"files":{{"file":"{file}","fileName":"Weekly agents.csv"}}}}"#))
}

const REPORTS: &str = r#"{"reports":[
    {"businessUnitId":1,"reportId":600001,"reportName":"Weekly agents","reportType":"Custom"},
    {"businessUnitId":1,"reportId":"600002","reportName":"weekly Agents"},
    {"businessUnitId":1,"reportId":600003,"reportName":"Calls"},
    {"businessUnitId":1,"reportId":600004,"reportName":"Calls"},
    {"businessUnitId":1,"reportId":600005,"reportName":"Ünicode"},
    {"businessUnitId":1,"reportId":600006,"reportName":"Call List"}]}"#;

fn read(options: Values<'_>, provider: Provider) -> (Result<Table, Failure>, Vec<String>) {
    Read { options, ..provider::of("custom_report") }.with(provider.reply())
}

#[test]
fn a_job_is_started_awaited_and_its_file_read() {
    let csv = "\u{feff}Agent No,Handled,Rate,Note\r\n007,105,1.50,\"a\r\nb\"\r\n008,,2,\r\n";
    let running = RUNNING.to_owned();
    let polls = vec![running.clone(), running, DONE.to_owned()];
    let (table, urls) = read(ID, Provider { polls, ..Provider::with_file(csv) });
    let poll = "report-jobs/700001";
    assert_eq!(urls, [JOBS, START, poll, poll, poll, FILE]);
    let table = table.expect("rows");
    let columns = ["report_id", "job_start", "Agent No", "Handled", "Rate", "Note"];
    assert_eq!(table.columns, columns);
    assert_eq!(table.column("report_id"), ["600001", "600001"]);
    assert_eq!(table.column("job_start"), ["2026-08-10T12:00:01Z"; 2]);
    assert_eq!(table.column("Agent No"), ["007", "008"]);
    assert_eq!(table.column("Handled"), ["105", "null"]);
    assert_eq!(table.column("Rate"), ["1.50", "2"]);
    assert_eq!(table.column("Note"), ["a\r\nb", "null"]);
}

#[test]
fn older_versions_wrap_the_job_and_give_its_id_as_text() {
    let wrapped = format!(r#"{{"jobResult":{}}}"#, DONE.replace("700001", r#""700001""#));
    let provider = Provider { polls: vec![wrapped], ..Provider::with_file("A\n1\n") };
    assert_eq!(read(ID, provider).0.expect("rows").column("A"), ["1"]);

    let (request, requests) =
        Read { options: ID, ..provider::of("custom_report") }.request(|path| match path {
            path if path.starts_with("/report-jobs/600001?") => Reply::ok(r#"{"jobId":"a/b"}"#),
            path if path.starts_with("/report-jobs?") => Reply::status(204, ""),
            path if path.starts_with("/report-jobs/a%2Fb") => Reply::ok(DONE),
            _ => file("A\n1\n"),
        });
    Incontact::open(&request).map(drop).expect("a scan");
    assert_eq!(provider::urls(&requests)[2], "report-jobs/a%2Fb");
}

#[test]
fn the_columns_are_those_of_the_header_with_the_types_of_all_rows() {
    let csv = "Agent,Id,Day\nOne,1,2026-01-01\nTwo,x,\n";
    let discover = |options: Values<'_>| {
        let read = Read { options, ..provider::of("custom_report") };
        let (request, _) = read.request(Provider::with_file(csv).reply());
        let columns = Incontact::discover(&request).expect("columns").into_iter().skip(2);
        let columns = columns.map(|column| (column.name, format!("{:?}", column.data_type)));
        columns.collect::<Vec<_>>()
    };
    let expected = |types: [&str; 3]| {
        ["Agent", "Id", "Day"]
            .iter()
            .zip(types)
            .map(|(name, of)| ((*name).to_owned(), of.to_owned()))
            .collect::<Vec<_>>()
    };
    let text = "DataType::Text";
    assert_eq!(discover(ID), expected([text, text, "DataType::Date"]));
    assert_eq!(discover(&[ID[0], ("types", "text")]), expected([text; 3]));
    let chosen = [ID[0], ("column_types", "Day=timestamp")];
    assert_eq!(discover(&chosen), expected([text, text, "DataType::Timestamp"]));
}

/// A job among those that are there.
fn job(id: i64, start: &str, name: &str) -> String {
    format!(
        r#"{{"jobId":{id},"reportId":600001,"jobStart":"{start}","fileName":"{name}",
            "resultFileURL":"https://api-c30.incontact.com/x"}}"#
    )
}

#[test]
fn a_job_that_began_lately_is_taken_in_place_of_a_new_one() {
    let lately = "2026-08-10T11:55:00Z";
    let other = job(700009, lately, "a.csv").replace("600001", "600002");
    let unknown = job(700009, "", "a.csv");
    let without_file = job(700009, lately, "a.csv").replace("https://api-c30.incontact.com/x", "");
    for (running, completed, reuse, taken) in [
        (None, Some(job(700002, lately, "a.CSV")), "10", Some("700002")),
        (Some(job(700003, lately, "")), None, "10", Some("700003")),
        (None, Some(job(700004, "2026-08-10T11:50:00.250Z", "a.csv")), "10", Some("700004")),
        (None, Some(job(700004, "2026-08-10T11:50:00.249Z", "a.csv")), "10", None),
        (None, Some(job(700004, "2026-08-10T11:49:01Z", "a.csv")), "11", Some("700004")),
        (
            Some(job(700005, "2026-08-10T11:56:00Z", "")),
            Some(job(700006, lately, "a.csv")),
            "10",
            Some("700005"),
        ),
        (None, Some(job(700009, lately, "a.pdf")), "10", None),
        (None, Some(job(700009, lately, "a.csv.zip")), "10", None),
        (None, Some(other), "10", None),
        (None, Some(unknown), "10", None),
        (None, Some(without_file), "10", None),
        (None, None, "10", None),
    ] {
        let list = |job: &Option<String>| job.clone().unwrap_or_default();
        let jobs = format!(
            r#"{{"runningJobs":[{}],"completedJobs":[{}]}}"#,
            list(&running),
            list(&completed)
        );
        let provider = Provider { jobs: jobs.clone(), ..Provider::with_file("A\n1\n") };
        let (table, urls) = read(&[ID[0], ("reuse_minutes", reuse)], provider);
        assert_eq!(table.expect("rows").column("A"), ["1"]);
        let expected = match taken {
            Some(id) => vec![JOBS.to_owned(), format!("report-jobs/{id}"), FILE.to_owned()],
            None => [JOBS, START, "report-jobs/700001", FILE].map(str::to_owned).to_vec(),
        };
        assert_eq!(urls, expected, "{jobs}");
    }
}

#[test]
fn a_running_job_that_turns_out_to_make_no_csv_is_left_alone() {
    let jobs = format!(r#"{{"runningJobs":[{}]}}"#, job(700002, "2026-08-10T11:59:00Z", ""));
    let polls =
        vec![DONE.replace("Weekly agents.csv\",\"state", "Weekly.pdf\",\"state"), DONE.to_owned()];
    let (table, urls) = read(ID, Provider { jobs, polls, ..Provider::with_file("A\n1\n") });
    assert_eq!(table.expect("rows").column("A"), ["1"]);
    assert_eq!(urls, [JOBS, "report-jobs/700002", START, "report-jobs/700001", FILE]);
}

#[test]
fn without_minutes_no_job_is_taken() {
    let (table, urls) = read(&[ID[0], ("reuse_minutes", "0")], Provider::with_file("A\n1\n"));
    assert_eq!(table.expect("rows").column("A"), ["1"]);
    assert_eq!(urls, [START, "report-jobs/700001", FILE]);
}

#[test]
fn chosen_days_are_sent_and_no_other_job_is_taken() {
    let options = [
        ID[0],
        ("dates", "override"),
        ("date_range", "specific"),
        ("start_date_specific", "2026-07-01"),
        ("end_date_specific", "2026-07-31"),
    ];
    let (table, urls) = read(&options, Provider::with_file("A\n1\n"));
    assert_eq!(table.expect("rows").column("A"), ["1"]);
    let dates = "&startDate=2026-07-01T00%3A00%3A00Z&endDate=2026-08-01T00%3A00%3A00Z";
    assert_eq!(urls, [&format!("{START}{dates}"), "report-jobs/700001", FILE]);
}

#[test]
fn a_report_is_found_by_its_name() {
    for (entered, id) in
        [("Weekly agents", 600_001), ("CALL list", 600_006), (" Ünicode ", 600_005)]
    {
        let reply = Provider::with_file("A\n").reply();
        let read = Read {
            options: &[("custom_report", entered), ("reuse_minutes", "0")],
            ..provider::of("custom_report")
        };
        let (request, requests) = read.request(move |path| {
            let path = path.replace(&id.to_string(), "600001");
            reply(&path)
        });
        Incontact::open(&request).map(drop).expect("a scan");
        let urls = provider::urls(&requests);
        assert_eq!(urls[0], "reports");
        assert!(urls[1].starts_with(&format!("report-jobs/{id}?")), "{urls:?}");
    }
}

#[test]
fn a_name_that_no_report_or_several_have_is_refused_with_a_way_out() {
    for (entered, reports, told) in [
        (
            "WEEKLY AGENTS",
            REPORTS,
            "2 custom reports are named \"WEEKLY AGENTS\": set the id of one, of 600001, 600002",
        ),
        (
            "Calls",
            REPORTS,
            "2 custom reports are named \"Calls\": set the id of one, of 600003, 600004",
        ),
        (
            "Agents by week",
            REPORTS,
            "no custom report is named \"Agents by week\"; near it are: \"Weekly agents\", \"weekly Agents\"",
        ),
        (
            "x",
            REPORTS,
            "no custom report is named \"x\"; there are: \"Weekly agents\", \"weekly Agents\", \"Calls\", \"Calls\", \"Ünicode\", \"Call List\"",
        ),
        (
            "x",
            r#"{"reports":[]}"#,
            "no custom report is named \"x\"; there is none, or the user may see none",
        ),
    ] {
        let read = Read { options: &[("custom_report", entered)], ..provider::of("custom_report") };
        let (failure, urls) = read.with(move |_| Reply::ok(reports));
        assert_eq!(failure, Err(Failure::invalid("custom_report", told)));
        assert_eq!(urls, ["reports"]);
    }
}

#[test]
fn the_menu_has_the_reports() {
    let (request, _) = provider::of("custom_report").request(|_| Reply::ok(REPORTS));
    let menu = Incontact::choices(&request, "custom_report").expect("a menu");
    let menu: Vec<_> = menu.iter().map(|entry| (&*entry.value, &*entry.title)).collect();
    assert_eq!(menu[..2], [("600001", "Weekly agents"), ("600002", "weekly Agents")]);
    assert_eq!(menu.len(), 6);
    assert!(matches!(Incontact::choices(&request, "dates"), Err(Failure::InvalidConfig(_))));

    let (request, _) = provider::of("custom_report").request(|_| Reply::status(204, ""));
    assert_eq!(Incontact::choices(&request, "custom_report").expect("a menu").len(), 0);
}

#[test]
fn a_job_that_ends_without_a_file_is_a_failure_with_its_state() {
    for (old, new, state) in [
        ("Running", "Failed", Some("Failed")),
        ("Running", "CompletedWithErrors", Some("CompletedWithErrors")),
        ("Running", "Cancelled", Some("Cancelled")),
        ("Running", "EXPIRED", Some("EXPIRED")),
        (r#""jobEnd":"""#, r#""jobEnd":"2026-08-10T12:00:40.000Z""#, Some("Running")),
        ("Running", "Queued somewhere", None),
        ("\"Running\"", "null", None),
    ] {
        let polls = vec![RUNNING.replace(old, new), DONE.to_owned()];
        let (table, _) = read(ID, Provider { polls, ..Provider::with_file("A\n1\n") });
        match state {
            None => assert_eq!(table.expect("rows").rows.len(), 1),
            Some(state) => {
                let told = format!("report job 700001 ended without a file, in state \"{state}\"");
                assert_eq!(table, Err(Failure::unexpected(told)), "{new}");
            }
        }
    }
}

#[test]
fn a_job_of_which_nothing_is_said_yet_is_asked_for_again() {
    let polled = Cell::new(0);
    let (request, _) = Read { options: ID, ..provider::of("custom_report") }.request(move |path| {
        let reply = Provider::with_file("A\n1\n").reply();
        if !path.starts_with("/report-jobs/7") {
            return reply(path);
        }
        polled.set(polled.get() + 1);
        match polled.get() {
            // More often than an answer that is not understood is asked for.
            1..=4 => Reply::status(202, ""),
            5..=8 => Reply::status(204, ""),
            _ => reply(path),
        }
    });
    assert!(Incontact::open(&request).is_ok());
}

#[test]
fn a_file_that_is_gone_makes_another_job_once() {
    let gone = || Reply::status(404, "{}");
    let jobs = format!(r#"{{"completedJobs":[{}]}}"#, job(700002, "2026-08-10T11:59:00Z", "a.csv"));
    let files = vec![gone(), file("A\n1\n")];
    let (table, urls) = read(ID, Provider { jobs, files, ..Provider::with_file("") });
    assert_eq!(table.expect("rows").column("A"), ["1"]);
    assert_eq!(urls, [JOBS, "report-jobs/700002", FILE, START, "report-jobs/700001", FILE]);

    let files = vec![Reply::status(410, "{}")];
    let (failure, urls) = read(ID, Provider { files, ..Provider::with_file("") });
    assert!(matches!(failure, Err(Failure::NotFound(_))), "{failure:?}");
    assert_eq!(urls.iter().filter(|url| url.starts_with(START)).count(), 2);
}

#[test]
fn an_empty_file_has_no_rows() {
    let empty = || vec![file(""), Reply::status(204, ""), file("\r\n")];
    for reply in empty() {
        logged();
        let (table, _) = read(ID, Provider { files: vec![reply], ..Provider::with_file("") });
        let table = table.expect("no rows");
        assert_eq!(
            (table.rows.len(), table.columns),
            (0, vec!["report_id".to_owned(), "job_start".to_owned()])
        );
        let lines = logged();
        assert!(lines.iter().any(|(_, line)| line.contains("600001 is empty")), "{lines:?}");
    }
    let (table, _) = read(ID, Provider::with_file("A,B\r\n"));
    let table = table.expect("no rows");
    assert_eq!((table.rows.len(), table.columns.len()), (0, 4));
}

#[test]
fn a_file_that_cannot_be_read_is_a_failure() {
    for (reply, told) in [
        (
            Reply::ok(r#"{"files":{"file":"Zg=","fileName":"a.csv"}}"#),
            "files.file: it is no base64",
        ),
        (Reply::ok(r#"{"files":{"fileName":"a.csv"}}"#), "it has no file"),
        (Reply::ok("{}"), "it has no file"),
        (file("A,B\n1\n"), "line 2 of the CSV file: it has 1 of 2 fields"),
        (file("A\n\"1\n"), "a quote is not closed"),
        (file("%PDF-1.4\0"), "NUL"),
    ] {
        let (failure, _) = read(ID, Provider { files: vec![reply], ..Provider::with_file("") });
        let Err(Failure::UnexpectedResponse(text)) = failure else { panic!("{failure:?}") };
        assert!(text.contains(told), "{text}");
    }
}

#[test]
fn a_file_elsewhere_is_asked_for_only_over_https() {
    for url in ["http://api-c30.incontact.com/x", "file:///etc/passwd", "/files?x", "é"] {
        let poll = DONE.replace("https://api-c30.incontact.com/inContactAPI/services/v33.0/files?fileName=Reports%5CWeekly%20agents.csv", url);
        let (failure, urls) = read(ID, Provider { polls: vec![poll], ..Provider::with_file("") });
        let Err(Failure::UnexpectedResponse(text)) = failure else { panic!("{failure:?}") };
        assert!(text.contains("not https"), "{text}");
        assert_eq!(urls.last().map(String::as_str), Some("report-jobs/700001"));
    }
}

#[test]
fn a_report_that_does_not_exist_is_a_wrong_option() {
    let (failure, _) = Read { options: ID, ..provider::of("custom_report") }.with(|path| {
        if path.starts_with("/report-jobs?") { Reply::ok("{}") } else { Reply::status(404, "") }
    });
    let Err(Failure::InvalidConfig(wrong)) = failure else { panic!("{failure:?}") };
    assert_eq!(wrong.field, "custom_report");
    assert!(wrong.reason.starts_with("inContact has no report 600001"), "{}", wrong.reason);
}

#[test]
fn options_are_looked_at_before_the_first_request() {
    for options in [
        &[][..],
        &[ID[0], ("column_types", "nonsense")],
        &[ID[0], ("reuse_minutes", "soon")],
        &[ID[0], ("dates", "override"), ("date_range", "specific")],
    ] {
        let (failure, urls) = read(options, Provider::with_file(""));
        assert!(matches!(failure, Err(Failure::InvalidConfig(_))), "{options:?}: {failure:?}");
        assert_eq!(urls, [""; 0]);
    }
}

#[test]
fn a_read_that_came_to_its_end_makes_no_job() {
    let read = Read { options: ID, checkpoint: Some("end"), ..provider::of("custom_report") };
    let (table, urls) = read.with(|path| panic!("{path}"));
    assert_eq!((table.expect("nothing").pages.len(), urls.len()), (0, 0));
}
