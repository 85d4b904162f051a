//! Reads that go on where an earlier one ended.

use tollgate_sdk::http::{Request, get};
use tollgate_sdk::paging::{Incremental, Link, Pages};
use tollgate_sdk::testing::{self, Reply, Table};
use tollgate_sdk::values::Int;
use tollgate_sdk::{Failure, Record, RecordScan, Shape};

/// A row with an id.
#[derive(Record)]
struct Row {
    /// The id.
    #[record(key)]
    id: Int,
}

const HOUR: i64 = 3_600;
const MICROS: i64 = 1_000_000;

/// Two pages, whatever is asked for.
fn reply(request: &Request) -> Reply {
    Reply::ok(match request.url.ends_with("page=2") {
        true => r#"{"rows":[{"id":2}]}"#,
        false => r#"{"rows":[{"id":1}],"next":"/rows?page=2"}"#,
    })
}

/// A read that began at `started_at` seconds; its table and the paths that it asked for.
fn read(started_at: i64, checkpoint: Option<&str>) -> Result<(Table, Vec<String>), Failure> {
    read_since(started_at, checkpoint, None, None)
}

/// The same with what the host wants and what an option says, in seconds.
fn read_since(
    started_at: i64,
    checkpoint: Option<&str>,
    since: Option<i64>,
    begin: Option<i64>,
) -> Result<(Table, Vec<String>), Failure> {
    let (http, requests) = testing::http(reply);
    let mut request = testing::request(&http, "rows");
    request.started_at = started_at * MICROS;
    request.checkpoint = checkpoint.map(str::to_owned);
    request.since = since.map(|since| since * MICROS);
    let begin = begin.map(|begin| begin * MICROS);
    let pager = Incremental::new(&request, HOUR, begin, |since| {
        let since = since.map(|since| (since / MICROS).to_string());
        Box::new(Link::new(get("https://example.com/rows").query_if("since", since), "next"))
    })?;
    let pages = Pages::new(http, pager, Shape::list(&["rows"]));
    let table = testing::read(RecordScan::new::<Row>(&request, pages)?.boxed())?;
    let path = |request: &Request| request.url.replace("https://example.com", "");
    Ok((table, requests.borrow().iter().map(path).collect()))
}

fn checkpoints(table: &Table) -> Vec<&str> {
    table.pages.iter().filter_map(|(_, checkpoint, _)| checkpoint.as_deref()).collect()
}

#[test]
fn each_checkpoint_leads_where_it_should() {
    let second = "/rows?page=2";
    for (what, started_at, checkpoint, asked, at_end) in [
        ("fresh", 100_000, None, vec!["/rows", second], "100000000000"),
        // A read that is gone on with keeps the begin of the first run, and its bound.
        (
            "resumed",
            200_000,
            Some("100000000000 - https://example.com/rows?page=2"),
            vec![second],
            "100000000000",
        ),
        ("ended", 200_000, Some("100000000000"), vec!["/rows?since=96400", second], "200000000000"),
        (
            "ended, then resumed",
            300_000,
            Some("200000000000 96400000000 https://example.com/rows?page=2"),
            vec![second],
            "200000000000",
        ),
    ] {
        let (table, requests) = read(started_at, checkpoint).expect(what);
        assert_eq!(requests, asked, "{what}");
        assert_eq!(checkpoints(&table).last(), Some(&at_end), "{what}");
    }
}

/// What the host wants, what an option says, the checkpoint, and the bound that is asked for.
#[test]
fn a_read_from_the_start_is_bound_by_the_later_of_what_is_wanted_and_a_checkpoint_outweighs_both() {
    for (since, begin, checkpoint, expected) in [
        (None, None, None, "/rows"),
        (Some(50_000), None, None, "/rows?since=50000"),
        (None, Some(60_000), None, "/rows?since=60000"),
        (Some(50_000), Some(60_000), None, "/rows?since=60000"),
        (Some(70_000), Some(60_000), None, "/rows?since=70000"),
        // Later or earlier than what the host wants, and than the option: it counts.
        (Some(150_000), Some(160_000), Some("100000000000"), "/rows?since=96400"),
        (Some(50_000), Some(60_000), Some("100000000000"), "/rows?since=96400"),
    ] {
        let (_, requests) = read_since(200_000, checkpoint, since, begin).expect("rows");
        assert_eq!(requests[0], expected, "{since:?} {begin:?} {checkpoint:?}");
    }
    let cut = read_since(200_000, None, Some(50_000), None).expect("rows").0;
    let place = "200000000000 50000000000 https://example.com/rows?page=2";
    assert_eq!(checkpoints(&cut)[0], place, "a read that is cut keeps its bound");
}

#[test]
fn a_page_carries_begin_bound_and_place() {
    let fresh = read(100_000, None).expect("rows").0;
    assert_eq!(checkpoints(&fresh)[0], "100000000000 - https://example.com/rows?page=2");
    let later = read(200_000, Some("100000000000")).expect("rows").0;
    let place = "200000000000 96400000000 https://example.com/rows?page=2";
    assert_eq!(checkpoints(&later)[0], place);
}

#[test]
fn a_chain_of_reads_leaves_no_gap() {
    let mut checkpoint: Option<String> = None;
    let mut covered_until = None;
    for started_at in [100_000, 200_000, 300_000, 400_000] {
        let (table, requests) = read(started_at, checkpoint.as_deref()).expect("rows");
        let since = requests[0].split_once("since=").map(|(_, since)| since.parse::<i64>());
        let since = since.map(|since| since.expect("a number"));
        assert_eq!(since, covered_until.map(|until: i64| until - HOUR));
        covered_until = Some(started_at);
        checkpoint = checkpoints(&table).last().map(|&checkpoint| checkpoint.to_owned());
    }
}

#[test]
fn a_foreign_checkpoint_is_refused() {
    for checkpoint in
        ["", " ", "end", "x - y", "1 x y", "1 -", "1 2", "1.5", "99999999999999999999"]
    {
        let failure = read(100_000, Some(checkpoint)).err();
        let Some(Failure::InvalidConfig(config)) = failure else { panic!("{checkpoint:?}") };
        assert_eq!(config.field, "checkpoint", "{checkpoint:?}");
    }
}

#[test]
fn times_at_the_end_of_the_scale_do_not_overflow() {
    let ended = i64::MIN.to_string();
    assert!(read(0, Some(&ended)).is_ok());
}
