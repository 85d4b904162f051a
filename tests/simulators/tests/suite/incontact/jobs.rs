//! Custom reports by jobs, and data downloads.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tollgate_simulators::incontact::{
    DOWNLOADS, Encoding, FileContent, JobOutcome, Table, Urls, Windows,
};

use super::{Server, at, builder, call, get, rows, server, start};

const DOWNLOAD: &str = "startDate=2026-11-01T00:00:00Z&endDate=2026-11-08T00:00:00Z";

fn post(server: &Server, path: &str) -> Value {
    let answer = call(server, "POST", path, None);
    assert_eq!(answer.status(), 200, "{}", answer.head());
    answer.json()
}

/// The path of a result file, as a client reaches it here.
fn path_of(url: &Value) -> String {
    let url = url::Url::parse(url.as_str().unwrap()).unwrap();
    format!("{}?{}", url.path(), url.query().unwrap())
}

/// Runs the first custom report and gives its last description.
fn run(server: &Server) -> Value {
    let id = post(server, "v33.0/report-jobs/600001?fileType=CSV&includeHeaders=true")["jobId"]
        .to_string();
    for _ in 0..9 {
        let job = get(server, &format!("v33.0/report-jobs/{id}")).json();
        if job["state"] != "Running" {
            return job;
        }
    }
    panic!("the job does not end");
}

fn decoded(file: &Value) -> Vec<u8> {
    STANDARD.decode(file.as_str().unwrap()).unwrap()
}

fn fetch(server: &Server) -> Vec<u8> {
    let job = run(server);
    decoded(&get(server, &path_of(&job["resultFileURL"])).json()["files"]["file"])
}

/// Reads comma-separated values, quotes and all.
fn parse(text: &str) -> Table {
    let (mut lines, mut line, mut field, mut is_quoted) =
        (Vec::new(), Vec::new(), String::new(), false);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if is_quoted && letters.next_if_eq(&'"').is_some() => field.push('"'),
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => line.push(std::mem::take(&mut field)),
            '\r' if !is_quoted => {}
            '\n' if !is_quoted => {
                line.push(std::mem::take(&mut field));
                lines.push(std::mem::take(&mut line));
            }
            letter => field.push(letter),
        }
    }
    let header = lines.remove(0);
    Table { header, rows: lines }
}

#[test]
fn a_job_runs_for_some_polls_and_leaves_the_truth_in_a_file() {
    let server = server();
    let reports = rows(&get(&server, "v33.0/reports"), "reports");
    assert_eq!(reports.len(), 4);
    assert_eq!(reports[0]["reportName"], "Weekly agents");
    let id = &post(&server, "v33.0/report-jobs/600001")["jobId"];
    assert_eq!(id, &json!(700_001));
    let poll = || get(&server, "v33.0/report-jobs/700001").json();
    let running = poll();
    assert_eq!((&running["state"], &running["resultFileURL"]), (&json!("Running"), &json!("")));
    assert_eq!(get(&server, "v33.0/report-jobs").json()["runningJobs"][0]["jobId"], 700_001);
    assert_eq!(poll()["state"], "Running");
    let done = poll();
    assert_eq!(done["state"], "Finished");
    let url = done["resultFileURL"].as_str().unwrap();
    assert!(url.starts_with("https://api-c30.nice-incontact.com/inContactAPI/services/v33.0/"));
    let file = get(&server, &path_of(&done["resultFileURL"])).json();
    let text = String::from_utf8(decoded(&file["files"]["file"])).unwrap();
    assert_eq!(parse(&text), server.truth().report(600_001));
    assert_eq!(get(&server, "v33.0/report-jobs").json()["completedJobs"][0]["jobId"], 700_001);
    assert_eq!(server.jobs_started(), 1);
    assert_eq!(server.violations(), Vec::<String>::new());
    assert_eq!(get(&server, "v33.0/report-jobs/9").status(), 404);
    assert_eq!(call(&server, "POST", "v33.0/report-jobs/1", None).status(), 404);
}

#[test]
fn old_jobs_are_wrapped_and_their_ids_are_texts() {
    let server = start(builder().job_polls(0));
    assert_eq!(post(&server, "v13.0/report-jobs/600001")["jobId"], "700001");
    let job = get(&server, "v13.0/report-jobs/700001").json();
    assert_eq!(job["jobResult"]["jobId"], "700001");
    assert_eq!(job["jobResult"]["state"], "Finished");
}

#[test]
fn a_job_may_end_otherwise_or_never() {
    for (outcome, state) in [
        (JobOutcome::Failed, "Failed"),
        (JobOutcome::Expired, "Expired"),
        (JobOutcome::Never, "Running"),
    ] {
        let server = start(builder().job_polls(0).job_outcome(outcome));
        post(&server, "v33.0/report-jobs/600001");
        get(&server, "v33.0/report-jobs/700001");
        let job = get(&server, "v33.0/report-jobs/700001").json();
        assert_eq!((&job["state"], &job["resultFileURL"]), (&json!(state), &json!("")));
    }
}

#[test]
fn a_file_expires_and_may_be_said_to_be_elsewhere() {
    let lifetime = Duration::from_secs(60);
    let files = "https://files.example.net".to_owned();
    let urls = Urls { files, ..Urls::default() };
    let builder = builder().file_lifetime(lifetime).file_expired_status(410).urls(urls);
    let server = start(builder);
    let url = run(&server)["resultFileURL"].take();
    assert!(url.as_str().unwrap().starts_with("https://files.example.net/inContactAPI/"));
    assert_eq!(get(&server, &path_of(&url)).status(), 200);
    server.advance(lifetime);
    assert_eq!(get(&server, &path_of(&url)).status(), 410);
}

#[test]
fn files_come_in_several_encodings_and_states() {
    let file = |encoding| fetch(&start(builder().file_encoding(encoding)));
    assert!(file(Encoding::Utf8).starts_with(b"Agent ID,"));
    assert!(file(Encoding::Utf8Bom).starts_with(b"\xef\xbb\xbfAgent ID,"));
    let utf16 = file(Encoding::Utf16Le);
    let units = utf16.chunks(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).skip(1);
    let text = String::from_utf16(&units.collect::<Vec<_>>()).unwrap();
    assert_eq!(parse(&text), server().truth().report(600_001));
    let narrow = start(builder().file_encoding(Encoding::Windows1252));
    let bytes = fetch(&narrow);
    assert!(bytes.windows(6).any(|window| window == b"5 \x80\",2" || window == b"\x96 5 \x80\""));
    let expected = narrow.truth().report(600_001).rows;
    let letters = expected.iter().flatten().flat_map(|cell| cell.chars());
    assert!(letters.clone().all(|letter| u32::from(letter) < 0x100 || "€–".contains(letter)));
    assert_eq!(fetch(&start(builder().file_content(FileContent::Empty))), b"");
    let header = fetch(&start(builder().file_content(FileContent::HeaderOnly)));
    assert_eq!(header.iter().filter(|byte| **byte == b'\n').count(), 1);
    let ragged = fetch(&start(builder().file_content(FileContent::Ragged)));
    let rows = parse(&String::from_utf8(ragged).unwrap()).rows;
    assert_eq!([rows[1].len(), rows[2].len(), rows[3].len()], [7, 6, 8]);
}

#[test]
fn a_download_comes_inline_or_as_a_file() {
    let server = server();
    let inline = post(
        &server,
        &format!(
            "v33.0/report-jobs/datadownload/524?{DOWNLOAD}&saveAsFile=false&includeHeaders=true"
        ),
    );
    let table = parse(&String::from_utf8(decoded(&inline["file"])).unwrap());
    let truth =
        server.truth().download(524, at("2026-11-01T00:00:00Z"), at("2026-11-08T00:00:00Z"));
    assert!(table.rows.len() > 10 && table == truth);
    assert_eq!((&inline["errorMessage"], &inline["URI"]), (&json!(""), &json!("")));
    let path = format!("v33.0/report-jobs/datadownload/524?{DOWNLOAD}&saveAsFile=true&fileName=x");
    let saved = post(&server, &path);
    assert_eq!(saved["file"], "");
    assert_eq!(get(&server, &path_of(&saved["URI"])).status(), 200);
    assert_eq!(call(&server, "POST", &path, None).status(), 409);
    let night = "startDate=2026-01-01T00:00:00Z&endDate=2026-01-02T00:00:00Z";
    let path = format!("v33.0/report-jobs/datadownload/524?{night}");
    assert_eq!(call(&server, "POST", &path, None).status(), 204);
    assert_eq!(server.violations(), Vec::<String>::new());
}

#[test]
fn a_download_is_refused_or_fails_with_a_reason() {
    let windows = Windows { downloads_days: 6, ..Windows::default() };
    let server = start(builder().windows(windows));
    let status = |path: &str| call(&server, "POST", path, None).status();
    assert_eq!(status(&format!("v33.0/report-jobs/datadownload/500?{DOWNLOAD}")), 400);
    assert_eq!(status("v33.0/report-jobs/datadownload/500"), 400);
    assert!(!DOWNLOADS.contains(&501));
    assert_eq!(status(&format!("v33.0/report-jobs/datadownload/501?{DOWNLOAD}")), 404);
    assert_eq!(get(&server, "v33.0/report-jobs/datadownload/500").status(), 404);
    let failing = start(builder().download_error("The report is locked".to_owned()));
    let body = post(&failing, &format!("v33.0/report-jobs/datadownload/500?{DOWNLOAD}"));
    assert_eq!(body["errorMessage"], "The report is locked");
}
