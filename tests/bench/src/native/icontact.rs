//! iContact's contacts.

use anyhow::Result;
use serde::Deserialize;

use super::kinds::{Column, EasternTime, Int, Kind, Text, record};
use super::{PAGE_SIZE, Program, Sink, Source};

record! {
    #[serde(rename_all = "camelCase")]
    Contacts, Contact, ContactBuilder {
        contact_id: Int,
        email: Text,
        prefix: Text,
        first_name: Text,
        last_name: Text,
        suffix: Text,
        street: Text,
        street2: Text,
        city: Text,
        state: Text,
        postal_code: Text,
        phone: Text,
        fax: Text,
        business: Text,
        create_date: EasternTime,
        bounce_count: Int,
        status: Text,
        notes: Text,
    }
}

#[derive(Deserialize)]
struct Page<'a> {
    #[serde(borrow)]
    contacts: Vec<Contact<'a>>,
    total: u64,
}

/// The program.
pub struct IContact;

impl Program for IContact {
    type Row = Contacts;

    fn run(source: &Source, sink: &mut impl Sink<Contacts>) -> Result<()> {
        let mut offset = 0;
        loop {
            let path = format!("/contacts?status=total&limit={PAGE_SIZE}&offset={offset}");
            let body = source.get(&path)?;
            let page: Page<'_> = serde_json::from_slice(&body)?;
            offset += page.contacts.len() as u64;
            let wants_more = sink.page(&page.contacts)?;
            if !wants_more || page.contacts.is_empty() || offset >= page.total {
                return Ok(());
            }
        }
    }
}
