//! Contacts: create, update, upsert, delete.

use tollgate_sdk::body::{List, Object, Raw};
use tollgate_sdk::http::{post, put};
use tollgate_sdk::manifest::Operation;
use tollgate_sdk::{Given, Response, Row, RowOutcome, WriteRequest};

use super::{Named, Stop, put_or_keep, send};
use crate::account::Api;
use crate::streams::subresources::INCLUDES;

const PATH: &str = "/contacts";
const FORM: &str = "/contacts/sign_up_form";
/// The column that names a contact.
pub const KEY: &str = "contact_id";
/// Who makes or changes a contact, where a row does not say.
const SOURCE: &str = "Account";
/// What tells a contact from others: it needs one of these.
const NAMING: [&str; 4] = ["first_name", "last_name", "email_address", "sms_channel"];
const NAMES: [&str; 4] = ["first_name", "last_name", "job_title", "company_name"];
const BIRTHDAY: [&str; 2] = ["birthday_month", "birthday_day"];

/// Writes one.
///
/// # Errors
/// Why it is not tried.
pub fn write(api: &Api, request: &WriteRequest, row: Row<'_>) -> Result<RowOutcome, Stop> {
    match request.operation {
        Operation::Create => create(api, row),
        Operation::Update => update(api, request, row),
        Operation::Upsert => sign_up(api, row),
        Operation::Delete => Named::by(row, KEY, PATH)?.delete(api),
    }
}

fn create(api: &Api, row: Row<'_>) -> Result<RowOutcome, Stop> {
    let mut is_named = false;
    for name in NAMING {
        is_named |= row.text(name)?.value().is_some_and(|text| !text.is_empty());
    }
    if !is_named {
        return Err(Stop::row(format!("a contact needs one of {}", NAMING.join(", "))));
    }
    let mut body = Object::new();
    body.set("create_source", row.text("create_source")?.value().unwrap_or(SOURCE));
    put_fields(&mut body, row, &Response::document(b"{}")?)?;
    for (name, _) in INCLUDES {
        put_json(&mut body, row, name)?;
    }
    put_json(&mut body, row, "sms_channel")?;
    send(api, post(api.url(PATH), body.into_body()), KEY)
}

fn update(api: &Api, request: &WriteRequest, row: Row<'_>) -> Result<RowOutcome, Stop> {
    let contact = Named::by(row, KEY, PATH)?;
    for name in ["email_address", "sms_channel"] {
        if row.text(name)? == Given::Null {
            return Err(Stop::row(format!("{name}: the API replaces it but does not remove it")));
        }
    }
    let now = what_stays(api, request, &contact)?;
    let mut body = Object::new();
    body.set("update_source", row.text("update_source")?.value().unwrap_or(SOURCE));
    put_fields(&mut body, row, &Response::document(&now)?)?;
    for (name, _) in INCLUDES {
        match row.text(name)? {
            Given::Null => _ = body.set(name, List::new()),
            _ => put_json(&mut body, row, name)?,
        }
    }
    put_json(&mut body, row, "sms_channel")?;
    send(api, put(contact.url(api), body.into_body()), KEY)
}

/// The contact as it is now, or nothing where the row replaces it: the API empties every field that
/// an update leaves out. It keeps the lists in the contact and the SMS channel.
fn what_stays(api: &Api, request: &WriteRequest, contact: &Named) -> Result<Vec<u8>, Stop> {
    let replaces = request.options.boolean("replace")?.unwrap_or(false);
    let revives = request.options.boolean("revive")?.unwrap_or(false);
    let nothing = || b"{}".to_vec();
    if replaces && revives {
        return Ok(nothing());
    }
    let now = contact.read(api)?;
    if !revives && Response::document(&now)?.member("deleted_at")?.is_some() {
        return Err(Stop::row("the contact is deleted; the option `revive` brings it back"));
    }
    Ok(if replaces { nothing() } else { now })
}

/// The form takes an address as a text, and one phone number and one street address.
fn sign_up(api: &Api, row: Row<'_>) -> Result<RowOutcome, Stop> {
    let mut body = Object::new();
    for name in ["email_address", "phone_number"] {
        put_or_keep(&mut body, name, row.text(name)?, None);
    }
    put_person(&mut body, row, &Response::document(b"{}")?)?;
    for name in ["list_memberships", "custom_fields", "street_address", "sms_channel"] {
        put_json(&mut body, row, name)?;
    }
    send(api, post(api.url(FORM), body.into_body()), KEY)
}

/// The fields that the API empties where they are left out: of the row, or as they are.
fn put_fields(body: &mut Object, row: Row<'_>, now: &Response<'_>) -> Result<(), Stop> {
    let address = now.member("email_address.address")?;
    let mut email = Object::new();
    put_or_keep(&mut email, "address", row.text("email_address")?, address);
    let has_address = address.is_some() || row.text("email_address")?.value().is_some();
    for name in ["permission_to_send", "opt_out_reason"] {
        let given = row.text(name)?;
        if !has_address && given.value().is_some() {
            return Err(Stop::row(format!("{name}: it needs an email_address")));
        }
        put_or_keep(&mut email, name, given, now.member(&format!("email_address.{name}"))?);
    }
    if has_address {
        body.set("email_address", email);
    }
    put_person(body, row, now)
}

/// Names, birthday, anniversary.
fn put_person(body: &mut Object, row: Row<'_>, now: &Response<'_>) -> Result<(), Stop> {
    for name in NAMES {
        put_or_keep(body, name, row.text(name)?, now.member(name)?);
    }
    for name in BIRTHDAY {
        put_or_keep(body, name, row.integer(name)?, now.member(name)?);
    }
    put_or_keep(body, "anniversary", row.date("anniversary")?, now.member("anniversary")?);
    Ok(())
}

/// Puts the JSON of a column into a body, as it is.
fn put_json(body: &mut Object, row: Row<'_>, name: &str) -> Result<(), Stop> {
    put_or_keep(body, name, row.text(name)?.map(Raw), None);
    Ok(())
}
