use super::*;
use crate::testing::{Reply, http};

fn read_number(http: &Http, request: &Request) -> Result<i64, Failure> {
    let mut number = 0;
    http.read(request, &mut Vec::new(), &mut |body| {
        let text = std::str::from_utf8(body).map_err(|e| Fault::malformed(e.to_string()))?;
        number = text.parse().map_err(|_| Fault::malformed("no number"))?;
        Ok(())
    })?;
    Ok(number)
}

#[test]
fn values_are_encoded_into_the_url() {
    let request = get("https://example.com/a").query("q", "a b&c=é").query("n", "1");
    assert_eq!(request.url, "https://example.com/a?q=a%20b%26c%3D%C3%A9&n=1");
    assert_eq!(place(&request), "/a");
}

#[test]
fn an_answer_that_cannot_be_used_is_asked_for_again() {
    let mut replies = vec![Reply::ok("7"), Reply::ok("<html>"), Reply::cut("7")];
    let (http, seen) = http(move |_| replies.pop().expect("three requests"));
    let read = read_number(&http, &get("https://example.com/"));
    assert_eq!(read, Ok(7));
    assert_eq!(seen.borrow().len(), 3);
}

#[test]
fn an_answer_that_stays_wrong_is_an_error_that_shows_it() {
    let (http, seen) = http(|_| Reply::ok("<html>\u{7}"));
    let read = read_number(&http, &get("https://example.com/x?secret=1"));
    let text = "/x: no number; the answer begins: <html>\\u{7}";
    assert_eq!(read, Err(Failure::unexpected(text)));
    assert_eq!(seen.borrow().len(), 3);
}

#[test]
fn an_answer_that_stays_cut_is_unavailable() {
    let (http, seen) = http(|_| Reply::cut("7"));
    let read = read_number(&http, &get("https://example.com/x"));
    assert!(matches!(read, Err(Failure::Unavailable(_))), "{read:?}");
    assert_eq!(seen.borrow().len(), 3);
}

#[test]
fn what_changes_something_is_made_once() {
    let (http, seen) = http(|_| Reply::ok("no"));
    let read = read_number(&http, &post("https://example.com/x", "body"));
    assert!(matches!(read, Err(Failure::UnexpectedResponse(_))), "{read:?}");
    assert_eq!(seen.borrow().len(), 1);
}

#[test]
fn a_status_is_not_asked_for_again() {
    let (http, seen) = http(|_| Reply::status(401, "{}"));
    let read = read_number(&http, &get("https://example.com/x"));
    assert!(matches!(read, Err(Failure::Unauthorized(_))), "{read:?}");
    assert_eq!(seen.borrow().len(), 1);
}

#[test]
fn a_post_that_changes_nothing_is_made_again_where_the_provider_is_not_there() {
    for bad in [|| Reply::status(503, "{}"), Reply::unanswered, || Reply::cut("7")] {
        let mut replies = vec![Reply::ok("7"), bad(), bad()];
        let (http, seen) = http(move |_| replies.pop().expect("three requests"));
        let read = read_number(&http, &post("https://example.com/", "").repeatable());
        assert_eq!((read, seen.borrow().len()), (Ok(7), 3));
        let (http, seen) = crate::testing::http(move |_| bad());
        let read = read_number(&http, &post("https://example.com/", ""));
        assert!(matches!(read, Err(Failure::Unavailable(_))), "{read:?}");
        assert_eq!(seen.borrow().len(), 1);
    }
}
