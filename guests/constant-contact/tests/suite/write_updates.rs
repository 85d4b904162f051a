//! Contacts: update. What a row leaves out must not be lost.

use tollgate_sdk::Failure;
use tollgate_sdk::manifest::Operation;
use tollgate_sdk::testing::{Cells, Reply};

use crate::provider::Values;
use crate::writer::{Outcome, Write, common_answers, done, refusal, rejected, row};

/// A contact as it is read, with what it has beside the fields that an update empties.
const NOW: &str = r#"{"contact_id":"c-1",
    "email_address":{"address":"ann@example.com","permission_to_send":"unsubscribed",
        "created_at":"2026-03-03T10:53:04Z","opt_out_reason":"Enough.","confirm_status":"off"},
    "first_name":"Ann \u00e9","last_name":"Lee","job_title":"Cook","company_name":null,
    "birthday_month":11,"birthday_day":24,"anniversary":"11/5/2006",
    "create_source":"Account","update_source":"Contact","created_at":"2026-01-23T13:48:44Z",
    "list_memberships":["l-1"],"sms_channel":{"sms_address":"781"}}"#;
const DELETED: &str = r#"{"contact_id":"c-1","first_name":"Ann","deleted_at":"2026-07-08"}"#;
const ID: (&str, Cells<'_>) = ("contact_id", Cells::Texts(&[Some("c-1")]));
const LEE: (&str, Cells<'_>) = ("last_name", Cells::Texts(&[Some("Low")]));
const READ: &str = "Get /contacts/c-1";

fn update<'w>(columns: &'w [(&'w str, Cells<'w>)], options: Values<'w>) -> Write<'w> {
    Write { options, ..row("contacts", Operation::Update, columns) }
}

/// What an update with these columns puts in the place of `now`.
fn put(columns: &[(&str, Cells<'_>)], now: &str) -> String {
    let (outcome, requests) = update(columns, &[]).with(&[Reply::ok(now), Reply::ok(NOW)]);
    assert_eq!(outcome, done("c-1"));
    assert_eq!(requests[0], READ);
    requests[1].strip_prefix("Put /contacts/c-1 ").expect("a PUT").to_owned()
}

#[test]
fn what_a_row_leaves_out_is_sent_as_it_is() {
    let columns = [ID, LEE, ("job_title", Cells::Texts(&[None]))];
    let expected = concat!(
        r#"{"update_source":"Account","email_address":{"address":"ann@example.com","#,
        r#""permission_to_send":"unsubscribed","opt_out_reason":"Enough."},"#,
        r#""first_name":"Ann \u00e9","last_name":"Low","birthday_month":11,"birthday_day":24,"#,
        r#""anniversary":"11/5/2006"}"#,
    );
    assert_eq!(put(&columns, NOW), expected);
}

#[test]
fn every_column_can_be_changed_or_emptied() {
    let sms = r#"{"full_sms_address":"1781","sms_channel_consents":[]}"#;
    let columns = [
        ID,
        ("email_address", Cells::Texts(&[Some("b@example.com")])),
        ("permission_to_send", Cells::Texts(&[Some("implicit")])),
        ("opt_out_reason", Cells::Texts(&[None])),
        ("first_name", Cells::Texts(&[None])),
        LEE,
        ("job_title", Cells::Texts(&[Some("Baker")])),
        ("company_name", Cells::Texts(&[Some("Acme")])),
        ("birthday_month", Cells::Integers(&[None])),
        ("birthday_day", Cells::Integers(&[None])),
        ("anniversary", Cells::Integers(&[Some(1)])),
        ("update_source", Cells::Texts(&[Some("Contact")])),
        ("custom_fields", Cells::Texts(&[None])),
        ("list_memberships", Cells::Texts(&[Some(r#"["l-2"]"#)])),
        ("phone_numbers", Cells::Texts(&[None])),
        ("street_addresses", Cells::Texts(&[Some("[]")])),
        ("taggings", Cells::Texts(&[None])),
        ("notes", Cells::Texts(&[Some(r#"[{"content":"Hi."}]"#)])),
        ("sms_channel", Cells::Texts(&[Some(sms)])),
    ];
    let takes = tollgate_sdk::connector::describe::<tollgate_constant_contact::ConstantContact>();
    let takes = takes.streams.iter().find(|stream| stream.name == "contacts").expect("contacts");
    assert_eq!(columns.len(), takes.writes[1].columns.len(), "every column is here");
    let expected = concat!(
        r#"{"update_source":"Contact","email_address":{"address":"b@example.com","#,
        r#""permission_to_send":"implicit"},"last_name":"Low","job_title":"Baker","#,
        r#""company_name":"Acme","anniversary":"1970-01-02","custom_fields":[],"#,
        r#""list_memberships":["l-2"],"phone_numbers":[],"street_addresses":[],"taggings":[],"#,
        r#""notes":[{"content":"Hi."}],"#,
        r#""sms_channel":{"full_sms_address":"1781","sms_channel_consents":[]}}"#,
    );
    assert_eq!(put(&columns, NOW), expected);
}

#[test]
fn a_contact_without_an_address_stays_without_one() {
    let now = r#"{"contact_id":"C-1","last_name":"Lee","email_address":null,"deleted_at":null}"#;
    assert_eq!(put(&[ID, LEE], now), r#"{"update_source":"Account","last_name":"Low"}"#);
    let permission = ("permission_to_send", Cells::Texts(&[Some("explicit")]));
    let (outcome, requests) = update(&[ID, permission], &[]).with(&[Reply::ok(now)]);
    assert_eq!(outcome, rejected("permission_to_send: it needs an email_address"));
    assert_eq!(requests, [READ]);
}

#[test]
fn replacing_sends_the_row_alone() {
    let columns = [ID, LEE, ("taggings", Cells::Texts(&[None]))];
    let expected =
        r#"Put /contacts/c-1 {"update_source":"Account","last_name":"Low","taggings":[]}"#;
    let replace = update(&columns, &[("replace", &["true"])]);
    let (outcome, requests) = replace.with(&[Reply::ok(NOW), Reply::ok(NOW)]);
    assert_eq!(outcome, done("c-1"));
    assert_eq!(requests, [READ, expected]);
    let (outcome, _) = replace.with(&[Reply::ok(DELETED)]);
    assert!(matches!(outcome, Ok(tollgate_sdk::RowOutcome::Rejected(_))), "{outcome:?}");
    let both = update(&columns, &[("replace", &["true"]), ("revive", &["true"])]);
    let (outcome, requests) = both.with(&[Reply::ok(NOW)]);
    assert_eq!(outcome, done("c-1"));
    assert_eq!(requests, [expected], "nothing need be read");
}

#[test]
fn a_deleted_contact_is_revived_only_on_request() {
    let columns = [ID, LEE];
    let (outcome, requests) = update(&columns, &[]).with(&[Reply::ok(DELETED)]);
    let why = "the contact is deleted; the option `revive` brings it back";
    assert_eq!(outcome, rejected(why));
    assert_eq!(requests, [READ]);
    let revive = update(&columns, &[("replace", &["false"]), ("revive", &["true"])]);
    let (outcome, requests) = revive.with(&[Reply::ok(DELETED), Reply::ok(NOW)]);
    assert_eq!(outcome, done("c-1"));
    let expected =
        r#"Put /contacts/c-1 {"update_source":"Account","first_name":"Ann","last_name":"Low"}"#;
    assert_eq!(requests, [READ, expected]);
}

#[test]
fn what_the_api_does_not_remove_is_never_asked_to_be() {
    for name in ["email_address", "sms_channel"] {
        let columns = [ID, (name, Cells::Texts(&[None]))];
        let (outcome, _) = update(&columns, &[]).with(&[]);
        let why = format!("{name}: the API replaces it but does not remove it");
        assert_eq!(outcome, rejected(&why));
    }
}

#[test]
fn a_contact_that_cannot_be_read_is_not_written() {
    let many = |reply: Reply| vec![reply.clone(), reply.clone(), reply];
    let unexpected = |what: &str| Err(Failure::unexpected(format!("/v3/contacts/c-1: {what}")));
    let cases: [(Vec<Reply>, Outcome); 9] = [
        (vec![refusal(404, "no")], rejected("it is not there: No (no)")),
        (vec![refusal(400, "no")], rejected("it is not there: status 400: No (no)")),
        (vec![refusal(401, "no")], Err(Failure::Unauthorized("No (no)".to_owned()))),
        (vec![Reply::status(500, "x")], Err(Failure::unavailable("status 500: x"))),
        (vec![Reply::unanswered()], Err(Failure::unavailable("the connection broke off"))),
        (
            many(Reply::cut(NOW)),
            Err(Failure::unavailable("/v3/contacts/c-1: the answer broke off: connection reset")),
        ),
        (many(Reply::ok("{}")), unexpected("it is not about c-1; the answer begins: {}")),
        (
            many(Reply::ok(r#"{"contact_id":"c-2"}"#)),
            unexpected(r#"it is not about c-1; the answer begins: {"contact_id":"c-2"}"#),
        ),
        (
            many(Reply::ok("[]")),
            unexpected("expected an object, found a list; the answer begins: []"),
        ),
    ];
    for (replies, expected) in cases {
        let (outcome, requests) = update(&[ID, LEE], &[]).with(&replies);
        assert_eq!(outcome, expected, "{replies:?}");
        assert!(requests.iter().all(|request| request == READ), "{requests:?}");
    }
}

#[test]
fn each_answer_to_an_update_has_its_outcome() {
    let mut answers = common_answers("/v3/contacts/c-1");
    answers.push((refusal(404, "no"), rejected("No (no)")));
    for (reply, expected) in answers {
        let (outcome, _) = update(&[ID, LEE], &[]).with(&[Reply::ok(NOW), reply.clone()]);
        assert_eq!(outcome, expected, "{reply:?}");
    }
}
