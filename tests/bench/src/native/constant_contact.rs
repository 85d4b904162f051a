//! Constant Contact's contacts.

use anyhow::Result;
use serde::Deserialize;

use super::kinds::{Column, Day, Int, Json, Kind, Text, Time, record};
use super::{PAGE_SIZE, Program, Sink, Source};

record! {
    Addresses, Address, AddressBuilder {
        #[serde(rename = "address")]
        email_address: Text,
        permission_to_send: Text,
        #[serde(rename = "created_at")]
        email_created_at: Time,
        #[serde(rename = "updated_at")]
        email_updated_at: Time,
        opt_in_source: Text,
        opt_in_date: Time,
        opt_out_source: Text,
        opt_out_date: Time,
        opt_out_reason: Text,
        confirm_status: Text,
    }
}

record! {
    Contacts, Contact, ContactBuilder {
        contact_id: Text,
        // Contacts for text messages only have none.
        #[serde(default)]
        email_address: Addresses,
        first_name: Text,
        last_name: Text,
        job_title: Text,
        company_name: Text,
        birthday_month: Int,
        birthday_day: Int,
        anniversary: Day,
        create_source: Text,
        update_source: Text,
        created_at: Time,
        updated_at: Time,
        deleted_at: Time,
        custom_fields: Json,
        phone_numbers: Json,
        street_addresses: Json,
        list_memberships: Json,
        taggings: Json,
        notes: Json,
        sms_channel: Json,
    }
}

#[derive(Deserialize)]
struct Page<'a> {
    #[serde(borrow)]
    contacts: Vec<Contact<'a>>,
    #[serde(rename = "_links")]
    links: Option<Links>,
}

#[derive(Deserialize)]
struct Links {
    next: Option<Link>,
}

#[derive(Deserialize)]
struct Link {
    href: Option<String>,
}

/// The program.
pub struct ConstantContact;

impl Program for ConstantContact {
    type Row = Contacts;

    fn run(source: &Source, sink: &mut impl Sink<Contacts>) -> Result<()> {
        let includes = "custom_fields%2Clist_memberships%2Cphone_numbers%2Cstreet_addresses%2C\
                        taggings%2Cnotes";
        let mut next = Some(format!("/contacts?status=all&include={includes}&limit={PAGE_SIZE}"));
        while let Some(path) = next {
            let body = source.get(path.strip_prefix("/v3").unwrap_or(&path))?;
            let page: Page<'_> = serde_json::from_slice(&body)?;
            if !sink.page(&page.contacts)? {
                return Ok(());
            }
            next = page.links.and_then(|links| links.next?.href);
        }
        Ok(())
    }
}
