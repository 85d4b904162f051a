//! Contact lists: create, update, delete.

use tollgate_sdk::manifest::Operation;
use tollgate_sdk::testing::{Cells, Reply};
use tollgate_sdk::{Failure, RowOutcome};

use crate::writer::{Write, common_answers, done, refusal, rejected, row};

const NOW: &str = r#"{"list_id":"l-1","name":"News","description":"All.","favorite":true,
    "created_at":"2026-01-23T13:48:44Z","membership_count":7}"#;
const ID: (&str, Cells<'_>) = ("list_id", Cells::Texts(&[Some("l-1")]));
const NAME: (&str, Cells<'_>) = ("name", Cells::Texts(&[Some("Gold")]));
const READ: &str = "Get /contact_lists/l-1";

fn list<'w>(operation: Operation, columns: &'w [(&'w str, Cells<'w>)]) -> Write<'w> {
    row("contact_lists", operation, columns)
}

#[test]
fn a_list_is_made() {
    let about = ("description", Cells::Texts(&[Some("Best.")]));
    let columns = [NAME, about, ("favorite", Cells::Booleans(&[Some(true)]))];
    let create = list(Operation::Create, &columns);
    let (outcome, requests) = create.with(&[Reply::status(201, NOW)]);
    assert_eq!(outcome, done("l-1"));
    let expected = r#"Post /contact_lists {"name":"Gold","description":"Best.","favorite":true}"#;
    assert_eq!(requests, [expected]);
    for (reply, expected) in common_answers("/v3/contact_lists") {
        assert_eq!(create.with(std::slice::from_ref(&reply)).0, expected, "{reply:?}");
    }
}

#[test]
fn a_list_keeps_what_a_row_leaves_out() {
    let put = |columns: &[(&str, Cells<'_>)]| {
        let replies = [Reply::ok(NOW), Reply::ok(NOW)];
        let (outcome, requests) = list(Operation::Update, columns).with(&replies);
        assert_eq!((outcome, requests[0].as_str()), (done("l-1"), READ));
        requests[1].strip_prefix("Put /contact_lists/l-1 ").expect("a PUT").to_owned()
    };
    assert_eq!(put(&[ID, NAME]), r#"{"name":"Gold","description":"All.","favorite":true}"#);
    let emptied =
        [ID, ("description", Cells::Texts(&[None])), ("favorite", Cells::Booleans(&[Some(false)]))];
    assert_eq!(put(&emptied), r#"{"name":"News","favorite":false}"#);
}

#[test]
fn a_list_that_cannot_be_changed_is_not_written() {
    let columns = [ID, NAME];
    let update = list(Operation::Update, &columns);
    let deleted = r#"{"list_id":"l-1","name":"News","deleted_at":"2026-03-03T10:56:29Z"}"#;
    assert_eq!(update.with(&[Reply::ok(deleted)]).0, rejected("the list is deleted"));
    let gone = refusal(404, "no");
    assert_eq!(update.with(&[gone]).0, rejected("it is not there: No (no)"));
    let broken = Err(Failure::unavailable("the connection broke off"));
    assert_eq!(update.with(&[Reply::unanswered()]).0, broken);
    let nameless = [ID, ("name", Cells::Texts(&[None]))];
    let (outcome, _) = list(Operation::Update, &nameless).with(&[]);
    assert_eq!(outcome, rejected("name: a list needs one"));
    for (reply, expected) in common_answers("/v3/contact_lists/l-1") {
        assert_eq!(update.with(&[Reply::ok(NOW), reply.clone()]).0, expected, "{reply:?}");
    }
}

#[test]
fn a_list_is_deleted_once_its_deletion_is_taken_on() {
    let columns = [ID];
    let delete = list(Operation::Delete, &columns);
    let (outcome, requests) = delete.with(&[Reply::status(202, r#"{"activity_id":"a"}"#)]);
    assert_eq!(outcome, Ok(RowOutcome::Done(None)));
    assert_eq!(requests, ["Delete /contact_lists/l-1"]);
    let (outcome, _) = delete.with(&[refusal(404, "no")]);
    assert_eq!(outcome, Ok(RowOutcome::Unchanged("it is not there".to_owned())));
    for (reply, expected) in common_answers("/v3/contact_lists/l-1") {
        assert_eq!(delete.with(std::slice::from_ref(&reply)).0, expected, "{reply:?}");
    }
}
