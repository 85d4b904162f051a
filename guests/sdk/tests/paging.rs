//! Paging, against a provider that behaves and one that does not.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use proptest::prelude::*;
use tollgate_sdk::http::{Request, get};
use tollgate_sdk::paging::{Cursor, Each, Item, Link, Offset, Pager, Pages, Whole};
use tollgate_sdk::testing::{self, Reply, Table};
use tollgate_sdk::values::Int;
use tollgate_sdk::{Failure, Record, RecordScan, Shape};

/// A row with an id.
#[derive(Record)]
struct Row {
    #[record(key)]
    id: Int,
    #[record(computed)]
    item: Int,
}

/// A row that nothing identifies.
#[derive(Record)]
struct Anonymous {
    value: Int,
}

const URL: &str = "https://example.com/rows";

fn parameter(request: &Request, name: &str) -> Option<usize> {
    let query = request.url.split_once('?')?.1;
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(key, _)| *key == name)?.1.parse().ok()
}

fn rows(ids: &[usize]) -> String {
    let rows: Vec<_> = ids.iter().map(|id| format!("{{\"id\":{id}}}")).collect();
    format!("[{}]", rows.join(","))
}

/// A page of `ids` as a provider that behaves gives it.
fn page(request: &Request, ids: &[usize]) -> String {
    let (limit, offset) = (parameter(request, "limit"), parameter(request, "offset"));
    let (limit, offset) = (limit.unwrap_or(20), offset.unwrap_or(0));
    let page: Vec<_> = ids.iter().copied().skip(offset).take(limit).collect();
    let (rows, total) = (rows(&page), ids.len());
    format!("{{\"rows\":{rows},\"total\":{total},\"limit\":{limit},\"offset\":{offset}}}")
}

fn read_from(
    pager: impl Pager + 'static,
    checkpoint: Option<&str>,
    reply: impl FnMut(&Request) -> Reply + 'static,
) -> (Result<Table, Failure>, Vec<String>) {
    let (http, requests) = testing::http(reply);
    let mut request = testing::request(&http, "rows");
    request.checkpoint = checkpoint.map(str::to_owned);
    let pages = Pages::new(http, pager, Shape::list(&["rows"]));
    let scan = RecordScan::new::<Row>(&request, pages).expect("a scan");
    let scan = scan.each_row::<Row>(|row, item| {
        row.item = Int(item.number());
        Ok(true)
    });
    let table = testing::read(scan.boxed());
    let path = |request: &Request| request.url.replace("https://example.com", "");
    let paths = requests.borrow().iter().map(path).collect();
    (table, paths)
}

fn read(
    pager: impl Pager + 'static,
    reply: impl FnMut(&Request) -> Reply + 'static,
) -> Result<Table, Failure> {
    read_from(pager, None, reply).0
}

fn ids(table: &Table) -> Vec<usize> {
    table.column("id").iter().map(|id| id.parse().expect("an id")).collect()
}

fn expect_unexpected(read: Result<Table, Failure>, part: &str) {
    match read {
        Err(Failure::UnexpectedResponse(text)) => assert!(text.contains(part), "{text}"),
        other => panic!("{other:?}, expected {part}"),
    }
}

#[test]
fn offset_pages_run_to_the_total() {
    let all: Vec<_> = (0..7).collect();
    let expected = all.clone();
    let reply = move |request: &Request| Reply::ok(page(request, &all));
    let (table, paths) = read_from(Offset::new(get(URL), 3), None, reply);
    let table = table.expect("it is read");
    assert_eq!(ids(&table), expected);
    assert_eq!(
        paths,
        ["/rows?limit=3&offset=0", "/rows?limit=3&offset=3", "/rows?limit=3&offset=6",]
    );
    let cursors: Vec<_> = table.pages.iter().map(|page| page.2.as_deref()).collect();
    assert_eq!(cursors, [Some("3"), Some("6"), None]);
}

#[test]
fn every_checkpoint_leads_to_the_rest() {
    let all: Vec<_> = (0..7).collect();
    let reply = |all: Vec<usize>| move |request: &Request| Reply::ok(page(request, &all));
    let table = read(Offset::new(get(URL), 3), reply(all.clone())).expect("it is read");
    let mut seen = 0;
    for (rows, checkpoint, _) in &table.pages {
        seen += rows;
        let rest = read_from(Offset::new(get(URL), 3), checkpoint.as_deref(), reply(all.clone()));
        assert_eq!(ids(&rest.0.expect("it is read")), all[seen..]);
    }
}

#[test]
fn a_limit_that_the_provider_lowers_loses_nothing() {
    let all: Vec<usize> = (0..9).collect();
    let expected = all.clone();
    let reply = move |request: &Request| {
        let offset = parameter(request, "offset").unwrap_or(0);
        let page: Vec<_> = all.iter().copied().skip(offset).take(2).collect();
        Reply::ok(format!("{{\"rows\":{},\"total\":9,\"limit\":2}}", rows(&page)))
    };
    assert_eq!(ids(&read(Offset::new(get(URL), 500), reply).expect("it is read")), expected);
}

#[test]
fn without_a_total_the_read_ends_at_an_empty_or_short_page() {
    for (with_limit, requests) in [(true, 3), (false, 4)] {
        let reply = move |request: &Request| {
            let offset = parameter(request, "offset").unwrap_or(0);
            let page: Vec<usize> = (offset..5).take(2).collect();
            let limit = if with_limit { ",\"limit\":2" } else { "" };
            Reply::ok(format!("{{\"rows\":{}{limit}}}", rows(&page)))
        };
        let (table, paths) = read_from(Offset::new(get(URL), 2), None, reply);
        assert_eq!(ids(&table.expect("it is read")), [0, 1, 2, 3, 4]);
        assert_eq!(paths.len(), requests);
    }
}

#[test]
fn few_rows_wanted_make_a_small_first_page() {
    let all: Vec<_> = (0..7).collect();
    let reply = move |request: &Request| Reply::ok(page(request, &all));
    let pager = Offset::new(get(URL), 5).rows_wanted(Some(2));
    let (table, paths) = read_from(pager, None, reply);
    assert_eq!(ids(&table.expect("it is read")).len(), 7);
    assert_eq!(paths, ["/rows?limit=2&offset=0", "/rows?limit=5&offset=2"]);
}

#[test]
fn what_is_not_the_page_asked_for_is_an_error() {
    for (body, part) in [
        (r#"{"rows":[],"total":3}"#, "it is empty at row 0 of 3"),
        (r#"{"rows":null,"total":3}"#, "it is empty at row 0 of 3"),
        (r#"{"rows":[{"id":1}],"total":3,"offset":1}"#, "begins at row 1 instead of 0"),
        (r#"{"rows":[{"id":1}],"total":-1}"#, "total: expected a number from 0 on"),
        (r#"{"rows":[{"id":1}],"total":{}}"#, "total: expected a whole number"),
        (r#"{"total":0}"#, "no records where they belong"),
        (r#"{"rows":[{"id":1}],"total":3}"#, "repeats an earlier one"),
    ] {
        expect_unexpected(read(Offset::new(get(URL), 5), move |_| Reply::ok(body)), part);
    }
}

#[test]
fn a_bad_page_between_good_ones_is_asked_for_again() {
    let all: Vec<_> = (0..7).collect();
    let expected = all.clone();
    let mut count = 0;
    let reply = move |request: &Request| {
        count += 1;
        match count {
            2 => Reply::ok(&page(request, &all).as_bytes()[..20]),
            3 => Reply::cut(page(request, &all)),
            _ => Reply::ok(page(request, &all)),
        }
    };
    assert_eq!(ids(&read(Offset::new(get(URL), 3), reply).expect("it is read")), expected);
}

#[test]
fn nothing_at_all_is_an_end() {
    for body in [r#"{"rows":[],"total":0}"#, r#"{"rows":null,"total":0}"#, r#"{"rows":[]}"#] {
        let table = read(Offset::new(get(URL), 5), move |_| Reply::ok(body)).expect("it is read");
        assert_eq!(table.pages, [(0, table.pages[0].1.clone(), None)]);
    }
}

#[test]
fn rows_that_move_up_when_others_go_are_not_lost() {
    let mut all: Vec<_> = (0..9).collect();
    let mut count = 0;
    let reply = move |request: &Request| {
        count += 1;
        if count == 2 {
            all.drain(0..2);
        }
        Reply::ok(page(request, &all))
    };
    let table = read(Offset::new(get(URL), 3), reply).expect("it is read");
    let seen: BTreeSet<_> = ids(&table).into_iter().collect();
    assert_eq!(seen, (0..9).collect());
    let warned = testing::logged().iter().any(|(_, line)| line.contains("2 rows were removed"));
    assert!(warned);
}

#[test]
fn rows_that_come_meanwhile_are_read() {
    let mut all: Vec<_> = (0..6).collect();
    let reply = move |request: &Request| {
        let body = page(request, &all);
        all.push(all.len());
        Reply::ok(body)
    };
    // One came behind the first page, another behind the second.
    assert_eq!(ids(&read(Offset::new(get(URL), 3), reply).expect("it is read")).len(), 8);
}

#[test]
fn a_total_that_never_stays_ends_the_read() {
    let mut total = 100_000;
    let reply = move |request: &Request| {
        total -= 10;
        let offset = parameter(request, "offset").unwrap_or(0);
        let page: Vec<_> = (offset..offset + 3).map(|id| id + total).collect();
        Reply::ok(format!("{{\"rows\":{},\"total\":{total}}}", rows(&page)))
    };
    expect_unexpected(read(Offset::new(get(URL), 3), reply), "without getting ahead");
}

#[test]
fn pages_without_keys_repeat_only_if_they_are_large() {
    for (rows, is_error) in [(2, false), (30, true)] {
        let (http, _) = testing::http(move |_| {
            let rows = vec!["{\"value\":1}"; rows].join(",");
            Reply::ok(format!("{{\"rows\":[{rows}],\"total\":60}}"))
        });
        let request = testing::request(&http, "rows");
        let pages = Pages::new(http, Offset::new(get(URL), 30), Shape::list(&["rows"]));
        let scan = RecordScan::new::<Anonymous>(&request, pages).expect("a scan");
        assert_eq!(testing::read(scan.boxed()).is_err(), is_error, "{rows}");
    }
}

#[test]
fn a_cursor_is_followed_over_empty_pages() {
    let reply = |request: &Request| {
        let body = match request.url.as_str() {
            "https://example.com/rows" => r#"{"rows":[{"id":1}],"meta":{"next":"a b"}}"#,
            "https://example.com/rows?after=a%20b" => r#"{"rows":[],"meta":{"next":"c"}}"#,
            "https://example.com/rows?after=c" => r#"{"rows":[{"id":2}],"meta":{"next":""}}"#,
            other => panic!("{other}"),
        };
        Reply::ok(body)
    };
    let cursor = || Cursor::new(get(URL), "after", "meta.next");
    assert_eq!(ids(&read(cursor(), reply).expect("it is read")), [1, 2]);
    let rest = read_from(cursor(), Some("c"), reply).0.expect("it is read");
    assert_eq!(ids(&rest), [2]);
    let end = rest.pages[0].1.clone();
    assert_eq!(read_from(cursor(), end.as_deref(), reply).1, Vec::<String>::new());
}

#[test]
fn a_cursor_that_comes_again_ends_the_read() {
    let mut id = 0;
    let reply = move |_: &Request| {
        id += 1;
        Reply::ok(format!("{{\"rows\":[{{\"id\":{id}}}],\"next\":\"same\"}}"))
    };
    let read = read(Cursor::new(get(URL), "after", "next"), reply);
    expect_unexpected(read, "leads back to \"same\"");
}

#[test]
fn a_link_is_followed_to_the_letter() {
    let reply = |request: &Request| {
        let body = match request.url.as_str() {
            "https://example.com/rows?limit=1" => {
                r#"{"rows":[{"id":1}],"_links":{"next":{"href":"/other?x=%20&y"}}}"#
            }
            "https://example.com/other?x=%20&y" => {
                r#"{"rows":[{"id":2}],"_links":{"next":{"href":"https://example.com/z"}}}"#
            }
            "https://example.com/z" => r#"{"rows":[{"id":3}],"_links":{}}"#,
            other => panic!("{other}"),
        };
        Reply::ok(body)
    };
    let link = || Link::new(get(URL).query("limit", "1"), "_links.next.href");
    let table = read(link(), reply).expect("it is read");
    assert_eq!(ids(&table), [1, 2, 3]);
    let rest = read_from(link(), table.pages[0].1.as_deref(), reply).0.expect("it is read");
    assert_eq!(ids(&rest), [2, 3]);
}

#[test]
fn an_empty_page_with_a_link_is_asked_for_once_more_and_then_passed_over() {
    for stays_empty in [false, true] {
        let mut asked = 0;
        let reply = move |request: &Request| match request.url.as_str() {
            URL => Reply::ok(r#"{"rows":[{"id":1}],"next":"/2"}"#),
            "https://example.com/2" => {
                asked += 1;
                match asked == 1 || stays_empty {
                    true => Reply::ok(r#"{"rows":[],"next":"/3"}"#),
                    false => Reply::ok(r#"{"rows":[{"id":2}],"next":"/3"}"#),
                }
            }
            _ => Reply::ok(r#"{"rows":[{"id":3}]}"#),
        };
        let (table, paths) = read_from(Link::new(get(URL), "next"), None, reply);
        let expected: &[&str] = if stays_empty { &["1", "3"] } else { &["1", "2", "3"] };
        assert_eq!(table.expect("it is read").column("id"), expected);
        assert_eq!(paths, ["/rows", "/2", "/2", "/3"]);
    }
}

#[test]
fn a_link_that_points_back_ends_the_read() {
    let mut id = 0;
    let reply = move |_: &Request| {
        id += 1;
        Reply::ok(format!("{{\"rows\":[{{\"id\":{id}}}],\"next\":\"/rows\"}}"))
    };
    expect_unexpected(read(Link::new(get(URL), "next"), reply), "leads back");
}

#[test]
fn an_answer_that_holds_everything_is_held_to_its_total() {
    let whole = || Whole::new(get(URL));
    let table = read(whole(), |_| Reply::ok(r#"{"rows":[{"id":1}],"total":1}"#));
    assert_eq!(ids(&table.expect("it is read")), [1]);
    let table = read(whole(), |_| Reply::ok(r#"{"rows":[{"id":1}],"total":21}"#));
    expect_unexpected(table, "holds 1 of 21 rows");
}

fn each(items: &[i64]) -> Each {
    let items = items.iter().map(|&item| Item::Number(item)).collect();
    Each::new(items, |item| Box::new(Offset::new(get(format!("https://example.com/{item}")), 2)))
}

/// Thing 2 is not known; the others have three rows each, the same for both.
fn reply_to_each(request: &Request) -> Reply {
    let path = request.url.trim_start_matches("https://example.com/");
    match path.split_once('?').map(|(item, _)| item) {
        Some("2") => Reply::status(404, "{}"),
        _ => Reply::ok(page(request, &[7, 8, 9])),
    }
}

#[test]
fn each_thing_is_read_to_its_end() {
    let table = read(each(&[3, 1, 3]), reply_to_each).expect("it is read");
    assert_eq!(ids(&table), [7, 8, 9, 7, 8, 9]);
    assert_eq!(table.column("item"), ["1", "1", "1", "3", "3", "3"]);
    for (number, (_, checkpoint, _)) in table.pages.iter().enumerate() {
        // Thing 0 came and thing 1 went meanwhile: what is left of the rest is read.
        let rest = read_from(each(&[0, 3]), checkpoint.as_deref(), reply_to_each).0;
        let expected = [3, 3, 1, 0][number];
        assert_eq!(rest.expect("it is read").rows.len(), expected, "{checkpoint:?}");
    }
}

#[test]
fn a_thing_that_is_gone_is_skipped_only_if_that_is_allowed() {
    let table = read(each(&[1, 2, 3]).skip_missing(true), reply_to_each).expect("it is read");
    assert_eq!(table.column("item"), ["1", "1", "1", "3", "3", "3"]);
    let warned = testing::logged().iter().any(|(_, line)| line.contains("2 is not known"));
    assert!(warned);
    let table = read(each(&[1, 2]), reply_to_each);
    assert!(matches!(table, Err(Failure::NotFound(_))), "{table:?}");
    assert!(
        read(each(&[2]).skip_missing(true), reply_to_each).expect("it is read").rows.is_empty()
    );
    assert!(read(each(&[]), reply_to_each).expect("it is read").rows.is_empty());
}

#[test]
fn a_foreign_checkpoint_is_refused() {
    let resumed = |mut pager: Box<dyn Pager>, checkpoint: &str| pager.resume(checkpoint);
    for (pager, checkpoint) in [
        (Box::new(Offset::new(get(URL), 2)) as Box<dyn Pager>, "x"),
        (Box::new(Offset::new(get(URL), 2)), "1/2/soon"),
        (Box::new(Whole::new(get(URL))), "x"),
        (Box::new(Cursor::new(get(URL), "after", "next")), ""),
        (Box::new(Link::new(get(URL), "next")), ""),
        (Box::new(each(&[1])), "x 0//"),
        (Box::new(each(&[1])), "1"),
        (Box::new(each(&[1])), "1 x"),
    ] {
        let failure = resumed(pager, checkpoint);
        assert!(matches!(failure, Err(Failure::InvalidConfig(_))), "{checkpoint:?}");
    }
}

proptest! {
    /// Whatever is removed between the pages: each row that is there to the end is read.
    #[test]
    fn no_row_that_stays_is_lost(
        count in 1usize..60,
        limit in 1u64..9,
        removals in proptest::collection::vec(proptest::collection::vec(0usize..60, 0..4), 0..8),
    ) {
        let all = Rc::new(RefCell::new((0..count).collect::<Vec<_>>()));
        let left = Rc::clone(&all);
        let mut removals = removals.into_iter();
        let reply = move |request: &Request| {
            let mut all = all.borrow_mut();
            let gone = removals.next().unwrap_or_default();
            all.retain(|id| !gone.contains(id));
            Reply::ok(page(request, &all))
        };
        let table = read(Offset::new(get(URL), limit), reply).expect("it is read");
        let seen: BTreeSet<_> = ids(&table).into_iter().collect();
        for id in left.borrow().iter() {
            prop_assert!(seen.contains(id), "{id} of {count} is missing");
        }
    }
}

#[test]
fn a_link_may_stand_in_a_second_place() {
    for (second, wanted) in [
        (r#""n":{"href":"/rows?p=2","n":{"href":"/rows?p=3"}}"#, 2),
        (r#""n":{"n":{"href":"/rows?p=2"}}"#, 2),
        (r#""n":{"href":null}"#, 1),
        (r#""n":null"#, 1),
    ] {
        let pager = Link::new(get(URL), "n.href").or("n.n.href");
        let table = read(pager, move |request| {
            let id = parameter(request, "p").unwrap_or(1);
            assert!(id < 3, "the first place counts");
            let links = if id == 1 { second } else { r#""n":{}"# };
            Reply::ok(format!("{{\"rows\":[{{\"id\":{id}}}],{links}}}"))
        });
        assert_eq!(ids(&table.expect("rows")).len(), wanted, "{second}");
    }
}

#[test]
fn an_answer_that_is_still_being_made_is_asked_for_again() {
    let mut asked = 0;
    let table = read(Whole::new(get(URL)), move |_| {
        asked += 1;
        match asked {
            1..=20 => Reply::status(202, r#"{"status":"processing"}"#),
            _ => Reply::ok(r#"{"rows":[{"id":7}]}"#),
        }
    });
    assert_eq!(ids(&table.expect("rows")), [7]);
}

#[test]
fn a_list_may_be_the_whole_document_where_the_shape_says_so() {
    let collect = |body: &'static str, shape: Shape| {
        let (http, _) = testing::http(move |_| Reply::ok(body));
        Pages::new(http, Whole::new(get(URL)), shape).collect::<Row, _>(|row| Ok(row.id.0))
    };
    let shape = Shape::list(&["rows"]);
    for body in [r#"[{"id":1}]"#, r#"{"rows":[{"id":1}]}"#] {
        assert_eq!(collect(body, shape.or_bare()), Ok(vec![Some(1)]), "{body}");
    }
    assert!(collect(r#"[{"id":1}]"#, shape).is_err());
    assert!(collect(r#"{"rows":{"rows":[{"id":1}]}}"#, shape.or_bare()).is_err());
}
