//! Contacts: create, upsert, delete.

use tollgate_sdk::manifest::Operation;
use tollgate_sdk::testing::{Cells, Reply};
use tollgate_sdk::time::CivilDate;
use tollgate_sdk::{Failure, RowOutcome};

use crate::provider::LEGACY;
use crate::writer::{Write, common_answers, done, refusal, rejected, row};

const NAMED: &[(&str, Cells<'_>)] = &[("first_name", Cells::Texts(&[Some("Ann")]))];
const ID: &[(&str, Cells<'_>)] = &[("contact_id", Cells::Texts(&[Some("c-1")]))];
const MADE: &str = r#"{"contact_id":"c-9","first_name":"Ann"}"#;

fn create<'w>(columns: &'w [(&'w str, Cells<'w>)]) -> Write<'w> {
    row("contacts", Operation::Create, columns)
}

#[test]
fn a_contact_is_made_of_all_that_its_row_has() {
    let day = CivilDate::new(2006, 11, 15).map(CivilDate::days);
    let sms = r#"{"full_sms_address":"1781","sms_channel_consents":[]}"#;
    let columns = [
        ("email_address", Cells::Texts(&[Some("ann@example.com")])),
        ("permission_to_send", Cells::Texts(&[Some("explicit")])),
        ("first_name", Cells::Texts(&[Some("Ann \"A\"")])),
        ("last_name", Cells::Texts(&[Some("Lee")])),
        ("job_title", Cells::Texts(&[Some("Cook")])),
        ("company_name", Cells::Texts(&[Some("Acme")])),
        ("birthday_month", Cells::Integers(&[Some(11)])),
        ("birthday_day", Cells::Integers(&[Some(24)])),
        ("anniversary", Cells::Integers(&[day])),
        ("create_source", Cells::Texts(&[Some("Contact")])),
        ("custom_fields", Cells::Texts(&[Some(r#"[{"custom_field_id":"f","value":"x"}]"#)])),
        ("list_memberships", Cells::Texts(&[Some(r#"["l-1"]"#)])),
        ("phone_numbers", Cells::Texts(&[Some(r#"[{"phone_number":"1","kind":"home"}]"#)])),
        ("street_addresses", Cells::Texts(&[Some(r#"[{"kind":"work"}]"#)])),
        ("taggings", Cells::Texts(&[Some(r#"["t-1"]"#)])),
        ("notes", Cells::Texts(&[Some(r#"[{"content":"Hi."}]"#)])),
        ("sms_channel", Cells::Texts(&[Some(sms)])),
    ];
    let takes = tollgate_sdk::connector::describe::<tollgate_constant_contact::ConstantContact>();
    let takes = takes.streams.iter().find(|stream| stream.name == "contacts").expect("contacts");
    assert_eq!(columns.len(), takes.writes[0].columns.len(), "every column is here");
    let (outcome, requests) = create(&columns).with(&[Reply::status(201, MADE)]);
    assert_eq!(outcome, done("c-9"));
    let expected = concat!(
        r#"Post /contacts {"create_source":"Contact","#,
        r#""email_address":{"address":"ann@example.com","permission_to_send":"explicit"},"#,
        r#""first_name":"Ann \"A\"","last_name":"Lee","job_title":"Cook","company_name":"Acme","#,
        r#""birthday_month":11,"birthday_day":24,"anniversary":"2006-11-15","#,
        r#""custom_fields":[{"custom_field_id":"f","value":"x"}],"list_memberships":["l-1"],"#,
        r#""phone_numbers":[{"phone_number":"1","kind":"home"}],"#,
        r#""street_addresses":[{"kind":"work"}],"taggings":["t-1"],"notes":[{"content":"Hi."}],"#,
        r#""sms_channel":{"full_sms_address":"1781","sms_channel_consents":[]}}"#,
    );
    assert_eq!(requests, [expected]);
}

#[test]
fn a_new_contact_has_no_nulls() {
    let columns = [
        ("last_name", Cells::Texts(&[Some("Lee")])),
        ("email_address", Cells::Texts(&[None])),
        ("create_source", Cells::Texts(&[None])),
        ("birthday_month", Cells::Integers(&[None])),
        ("anniversary", Cells::Integers(&[None])),
        ("taggings", Cells::Texts(&[None])),
        ("sms_channel", Cells::Texts(&[None])),
    ];
    let (_, requests) = create(&columns).with(&[Reply::status(201, MADE)]);
    assert_eq!(requests, [r#"Post /contacts {"create_source":"Account","last_name":"Lee"}"#]);
}

#[test]
fn a_contact_that_cannot_be_is_never_sent() {
    let needs = "a contact needs one of first_name, last_name, email_address, sms_channel";
    let (outcome, _) = create(&[("job_title", Cells::Texts(&[Some("Cook")]))]).with(&[]);
    assert_eq!(outcome, rejected(needs));
    let empty = [("first_name", Cells::Texts(&[Some("")])), ("last_name", Cells::Texts(&[None]))];
    assert_eq!(create(&empty).with(&[]).0, rejected(needs));
    let permission = ("permission_to_send", Cells::Texts(&[Some("explicit")]));
    let (outcome, _) = create(&[NAMED[0], permission]).with(&[]);
    assert_eq!(outcome, rejected("permission_to_send: it needs an email_address"));
}

#[test]
fn each_answer_to_a_new_contact_has_its_outcome() {
    for (reply, expected) in common_answers("/v3/contacts") {
        let (outcome, _) = create(NAMED).with(std::slice::from_ref(&reply));
        assert_eq!(outcome, expected, "{reply:?}");
    }
}

#[test]
fn a_sign_up_sends_its_form() {
    let upsert = |columns: &[(&str, Cells<'_>)], status| {
        let answer = r#"{"contact_id":"c-9","action":"updated"}"#;
        row("contacts", Operation::Upsert, columns).with(&[Reply::status(status, answer)])
    };
    let sms = concat!(
        r#"{"sms_address":"781","dial_code":"1","country_code":"US","#,
        r#""sms_channel_consents":[]}"#,
    );
    let address = ("email_address", Cells::Texts(&[Some("ann@example.com")]));
    let lists = ("list_memberships", Cells::Texts(&[Some(r#"["l-1"]"#)]));
    let columns = [
        address,
        lists,
        ("first_name", Cells::Texts(&[Some("Ann")])),
        ("job_title", Cells::Texts(&[None])),
        ("phone_number", Cells::Texts(&[Some("555")])),
        ("birthday_month", Cells::Integers(&[Some(1)])),
        ("birthday_day", Cells::Integers(&[Some(2)])),
        ("anniversary", Cells::Integers(&[Some(0)])),
        ("custom_fields", Cells::Texts(&[Some("[]")])),
        ("street_address", Cells::Texts(&[Some(r#"{"kind":"home"}"#)])),
        ("sms_channel", Cells::Texts(&[Some(sms)])),
    ];
    let (outcome, requests) = upsert(&columns, 200);
    assert_eq!(outcome, done("c-9"));
    let expected = concat!(
        r#"Post /contacts/sign_up_form {"email_address":"ann@example.com","phone_number":"555","#,
        r#""first_name":"Ann","birthday_month":1,"birthday_day":2,"anniversary":"1970-01-01","#,
        r#""list_memberships":["l-1"],"custom_fields":[],"street_address":{"kind":"home"},"#,
        r#""sms_channel":{"sms_address":"781","dial_code":"1","country_code":"US","#,
        r#""sms_channel_consents":[]}}"#,
    );
    assert_eq!(requests, [expected]);
    assert_eq!(upsert(&[address, lists], 201).0, done("c-9"), "a new contact");
    for (reply, expected) in common_answers("/v3/contacts/sign_up_form") {
        let write = row("contacts", Operation::Upsert, &columns);
        assert_eq!(write.with(std::slice::from_ref(&reply)).0, expected, "{reply:?}");
    }
}

#[test]
fn a_contact_is_deleted_once() {
    let delete = row("contacts", Operation::Delete, ID);
    let (outcome, requests) = delete.with(&[Reply::status(204, "")]);
    assert_eq!(outcome, Ok(RowOutcome::Done(None)));
    assert_eq!(requests, ["Delete /contacts/c-1"]);
    let (outcome, _) = delete.with(&[refusal(404, "contacts.api.not_found")]);
    assert_eq!(outcome, Ok(RowOutcome::Unchanged("it is not there".to_owned())));
    for (reply, expected) in common_answers("/v3/contacts/c-1") {
        assert_eq!(delete.with(std::slice::from_ref(&reply)).0, expected, "{reply:?}");
    }
}

#[test]
fn ids_that_are_none_never_get_into_a_path() {
    let long = "x".repeat(65);
    for stream in ["contacts", "contact_lists"] {
        let key = if stream == "contacts" { "contact_id" } else { "list_id" };
        for operation in [Operation::Update, Operation::Delete] {
            for id in ["", "../x", "a/b", "a?b", "é", &long] {
                let id = [Some(id)];
                let columns = [(key, Cells::Texts(&id))];
                let (outcome, _) = row(stream, operation, &columns).with(&[]);
                let Ok(RowOutcome::Rejected(why)) = outcome else { panic!("{outcome:?}") };
                assert!(why.starts_with(key) && why.ends_with("is no id"), "{why}");
            }
        }
    }
}

#[test]
fn an_account_of_the_older_api_writes_nothing() {
    for stream in ["contacts", "contact_lists"] {
        let write = Write { account: LEGACY, ..row(stream, Operation::Delete, ID) };
        let (outcome, _) = write.with(&[]);
        let Err(Failure::InvalidConfig(config)) = outcome else { panic!("{outcome:?}") };
        assert!(config.reason.ends_with("auth method is `oauth`"), "{}", config.reason);
    }
}
