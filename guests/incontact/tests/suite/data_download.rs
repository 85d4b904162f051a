//! Data downloads: a file for each slice of days.

use tollgate_incontact::Incontact;
use tollgate_sdk::connector::{Connector, Partition};
use tollgate_sdk::manifest::DataType;
use tollgate_sdk::testing::{self, Reply, Table, logged};
use tollgate_sdk::{Failure, base64};

use crate::provider::{self, Read, Values};

/// The days of three slices.
const DAYS: [(&str, &str); 5] = [
    ("data_download_report", "524"),
    ("date_range", "specific"),
    ("start_date_specific", "2026-06-01"),
    ("end_date_specific", "2026-08-09"),
    ("slice_days", "31"),
];
const STARTS: [&str; 3] = ["2026-06-01", "2026-07-02", "2026-08-02"];

/// What is asked for of the slice that begins on the first day and ends before the last.
fn url(first: &str, last: &str) -> String {
    format!(
        "report-jobs/datadownload/524?startDate={first}T00%3A00%3A00Z&endDate={last}T00%3A00%3A00Z\
         &saveAsFile=false&includeHeaders=true"
    )
}

fn urls() -> [String; 3] {
    [url(STARTS[0], STARTS[1]), url(STARTS[1], STARTS[2]), url(STARTS[2], "2026-08-10")]
}

fn inline(csv: &str) -> Reply {
    let file = base64::encode(csv.as_bytes());
    Reply::ok(format!(
        r#"{{"errorMessage":"","fileName":"","file":"{file}","fileType":"csv","URI":""}}"#
    ))
}

/// A provider whose slices, by their first day, have these answers.
fn slices(replies: [Reply; 3]) -> impl Fn(&str) -> Reply + 'static {
    move |path| {
        let mut all = STARTS.iter().zip(&replies);
        let start = |first: &str| path.contains(&format!("startDate={first}"));
        all.find(|(first, _)| start(first)).map(|(_, reply)| reply.clone()).expect("a slice")
    }
}

fn of(options: Values<'_>) -> Read<'_> {
    Read { options, ..provider::of("data_download") }
}

/// The part that begins on a day.
fn part(first: &str) -> Partition {
    let (request, _) = of(&DAYS).request(|path| panic!("{path}"));
    let mut parts = Incontact::partitions(&request).expect("parts").into_iter();
    parts.find(|part| part.id.starts_with(first)).expect("the part")
}

/// Reads the part from 2026-07-02, with types that the host has discovered.
fn read_part(
    columns: &[(&str, DataType)],
    reply: impl Fn(&str) -> Reply + 'static,
) -> (Result<Table, Failure>, Vec<String>) {
    let names: Vec<_> = columns.iter().map(|&(name, _)| name).collect();
    let read = Read { columns: &names, partition: Some(part(STARTS[1])), ..of(&DAYS) };
    let (mut request, requests) = read.request(reply);
    request.column_types = columns.iter().map(|&(_, data_type)| Some(data_type)).collect();
    (Incontact::open(&request).and_then(testing::read), provider::urls(&requests))
}

const SOME: [(&str, DataType); 3] = [
    ("Agent", DataType::Text),
    ("start_date", DataType::Timestamp),
    ("end_date", DataType::Timestamp),
];

#[test]
fn a_part_is_the_file_of_a_slice_whose_bounds_its_rows_carry() {
    let (table, asked) = read_part(&SOME, |_| inline("Agent,Handled\r\n007,105\r\n,1\r\n"));
    assert_eq!(asked, [urls()[1].as_str()]);
    let table = table.expect("rows");
    assert_eq!(table.columns, ["Agent", "start_date", "end_date"]);
    assert_eq!(table.column("Agent"), ["007", "null"]);
    assert_eq!(table.column("start_date"), ["2026-07-02T00:00:00Z"; 2]);
    assert_eq!(table.column("end_date"), ["2026-08-02T00:00:00Z"; 2]);
    assert_eq!(table.pages, [(2, Some("end".to_owned()), None)]);
}

#[test]
fn the_parts_are_the_slices() {
    let (request, _) = of(&DAYS).request(|path| panic!("{path}"));
    let parts = Incontact::partitions(&request).expect("parts");
    let ids: Vec<_> = parts.iter().map(|part| part.id.as_str()).collect();
    let expected = ["2026-06-01..2026-07-01", "2026-07-02..2026-08-01", "2026-08-02..2026-08-09"];
    assert_eq!(ids, expected);
}

#[test]
fn a_slice_with_nothing_to_report_has_no_rows() {
    for reply in [Reply::status(204, ""), inline(""), inline("Agent,Handled\r\n")] {
        let (table, _) = read_part(&SOME, move |_| reply.clone());
        let table = table.expect("no rows");
        assert_eq!(table.columns, ["Agent", "start_date", "end_date"]);
        assert_eq!(table.pages, [(0, Some("end".to_owned()), None)]);
    }
}

#[test]
fn a_file_that_was_saved_is_fetched() {
    let saved = r#"{"errorMessage":"","file":"","fileType":"csv","fileName":"a.csv",
        "URI":"https://api-c30.incontact.com/inContactAPI/services/v33.0/files?fileName=Reports%5Ca.csv"}"#;
    let (table, asked) = read_part(&SOME, move |path| match path.starts_with("/files?") {
        true => Reply::ok(format!(r#"{{"files":{{"file":"{}"}}}}"#, base64::encode(b"Agent\n7\n"))),
        false => Reply::ok(saved),
    });
    assert_eq!(table.expect("rows").column("Agent"), ["7"]);
    assert_eq!(asked, [urls()[1].as_str(), "files?fileName=Reports%5Ca.csv"]);

    let both =
        saved.replace(r#""file":"""#, &format!(r#""file":"{}""#, base64::encode(b"Agent\n8\n")));
    let (table, asked) = read_part(&SOME, move |_| Reply::ok(both.as_str()));
    assert_eq!((table.expect("rows").column("Agent"), asked.len()), (vec!["8"], 1));

    let elsewhere = saved.replace("https", "http");
    let (failure, _) = read_part(&SOME, move |_| Reply::ok(elsewhere.as_str()));
    assert!(matches!(failure, Err(Failure::UnexpectedResponse(_))), "{failure:?}");
}

#[test]
fn an_answer_without_a_file_is_a_failure() {
    for (body, told, requests) in [
        (r#"{"errorMessage":"Report is\n disabled","file":"","URI":""}"#, "Report is disabled", 1),
        (r#"{"errorMessage":"No","file":"QQ==","URI":""}"#, "no file for it: No", 1),
        (r#"{"errorMessage":null,"file":null}"#, "it has no file", 3),
        (r#"{"file":"%"}"#, "file: it is no base64", 3),
        ("<html>", "the answer begins: <html>", 3),
    ] {
        let (failure, asked) = read_part(&SOME, move |_| Reply::ok(body));
        let Err(Failure::UnexpectedResponse(text)) = failure else { panic!("{failure:?}") };
        assert!(text.contains(told), "{text}");
        assert_eq!(asked.len(), requests, "{body}");
    }
    let (failure, _) = read_part(&SOME, |_| Reply::status(404, "{}"));
    let Err(Failure::InvalidConfig(wrong)) = failure else { panic!("{failure:?}") };
    assert!(wrong.reason.starts_with("inContact has no data download report 524"), "{wrong:?}");
    let (failure, _) = read_part(&SOME, |_| {
        Reply::status(400, r#"{"error":"x","errorDescription":"date range is too long"}"#)
    });
    let Err(Failure::InvalidConfig(wrong)) = failure else { panic!("{failure:?}") };
    assert_eq!(wrong.field, "slice_days");
}

#[test]
fn a_value_or_a_header_unlike_what_was_discovered_is_a_failure() {
    let handled = [("Handled", DataType::Int64)];
    let (failure, _) = read_part(&handled, |_| inline("Handled\n1\nn/a\n"));
    let Err(Failure::UnexpectedResponse(text)) = failure else { panic!("{failure:?}") };
    assert!(text.contains("line 3") && text.contains("`Handled=text`"), "{text}");
    let (failure, _) = read_part(&handled, |_| inline("Agent\n1\n"));
    let Err(Failure::UnexpectedResponse(text)) = failure else { panic!("{failure:?}") };
    assert!(text.contains("header has changed"), "{text}");
}

fn discover(options: Values<'_>, replies: [Reply; 3]) -> (Vec<(String, String)>, Vec<String>) {
    let (request, requests) = of(options).request(slices(replies));
    let columns = Incontact::discover(&request).expect("columns").into_iter();
    let columns = columns.map(|column| (column.name, format!("{:?}", column.data_type)));
    (columns.collect(), provider::urls(&requests))
}

#[test]
fn the_newest_slice_with_rows_tells_the_columns() {
    let types = |columns: &[(String, String)]| {
        let types = columns.iter().map(|(name, data_type)| {
            format!("{name} {}", data_type.trim_start_matches("DataType::"))
        });
        types.skip(2).collect::<Vec<_>>()
    };
    let nothing = || Reply::status(204, "");
    let (columns, asked) = discover(&DAYS, [inline("B\n1\n"), inline("A\n1\n"), inline("A\n")]);
    assert_eq!(types(&columns), ["A Int64"]);
    assert_eq!(columns[0].0, "start_date");
    assert_eq!(asked, [urls()[2].as_str(), &urls()[1]]);

    logged();
    let (columns, asked) = discover(&DAYS, [inline("A\n"), inline("B\n"), nothing()]);
    assert_eq!((types(&columns), asked.len()), (vec!["B Text".to_owned()], 3));
    let lines = logged();
    assert!(lines.iter().any(|(_, line)| line.contains("types of its columns")), "{lines:?}");
    let (columns, _) = discover(&DAYS, [nothing(), nothing(), inline("")]);
    assert_eq!(columns.len(), 2);
    let lines = logged();
    assert!(lines.iter().any(|(_, line)| line.contains("the columns are not")), "{lines:?}");

    let mut options = DAYS.to_vec();
    options.push(("types", "text"));
    let (columns, _) = discover(&options, [nothing(), nothing(), inline("A\n1\n")]);
    assert_eq!(types(&columns), ["A Text"]);
}

#[test]
fn without_a_part_all_slices_are_read_with_the_same_types() {
    let replies = || [inline("A,B\n1,x\n2,y\n"), Reply::status(204, ""), inline("A,B\n3,\n")];
    let (table, asked) = of(&DAYS).with(slices(replies()));
    let table = table.expect("rows");
    assert_eq!(table.columns, ["start_date", "end_date", "A", "B"]);
    assert_eq!(table.column("A"), ["1", "2", "3"]);
    let [first, second, third] = urls();
    assert_eq!(asked, [&third, &first, &second, &third].map(String::as_str));
    let ends: Vec<_> =
        table.pages.iter().map(|(rows, checkpoint, _)| (*rows, checkpoint.as_deref())).collect();
    assert_eq!(ends, [(2, None), (0, None), (1, Some("end"))]);
    assert_ne!(table.pages[0].2, table.pages[1].2);

    let wanted = Read { columns: &["A"], ..of(&DAYS) };
    let (failure, _) =
        wanted.with(slices([inline("A\nx\n"), Reply::status(204, ""), inline("A\n3\n")]));
    assert!(matches!(failure, Err(Failure::UnexpectedResponse(_))), "{failure:?}");
    let (failure, _) = Read { columns: &["C"], ..of(&DAYS) }.with(slices(replies()));
    assert!(matches!(failure, Err(Failure::InvalidConfig(_))), "{failure:?}");
}

#[test]
fn a_report_is_an_id_or_a_known_name() {
    for (entered, id) in [("1073741839", "1073741839"), (" call detail ", "524"), ("531", "531")] {
        let (table, asked) = of(&[("data_download_report", entered)]).with(|_| inline("A\n1\n"));
        assert_eq!(table.expect("rows").rows.len(), 1);
        assert!(asked[0].starts_with(&format!("report-jobs/datadownload/{id}?")), "{asked:?}");
    }
    for entered in ["Calls", "-1", "5 24"] {
        let (failure, asked) = of(&[("data_download_report", entered)]).with(|_| panic!("asked"));
        let Err(Failure::InvalidConfig(wrong)) = failure else { panic!("{failure:?}") };
        assert!(wrong.reason.contains("Call Detail (524)"), "{}", wrong.reason);
        assert_eq!(asked.len(), 0);
    }
}

#[test]
fn the_menu_needs_no_request() {
    let (request, _) = provider::of("data_download").request(|path| panic!("{path}"));
    let menu = Incontact::choices(&request, "data_download_report").expect("a menu");
    assert_eq!((menu[0].value.as_str(), menu[0].title.as_str()), ("500", "Agent by Day"));
    assert!(matches!(Incontact::choices(&request, "types"), Err(Failure::InvalidConfig(_))));
}

#[test]
fn a_read_that_came_to_its_end_asks_for_nothing() {
    for columns in [&[][..], &["A"]] {
        let read = Read { columns, checkpoint: Some("end"), ..of(&DAYS) };
        let (table, _) = read.with(|path| panic!("{path}"));
        assert_eq!(table.expect("nothing").pages, []);
    }
}
