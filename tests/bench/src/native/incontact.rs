//! NICE inContact's completed contacts.

use anyhow::Result;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde::Deserialize;

use super::kinds::{Column, Flag, Int, Json, Kind, Text, Time, record};
use super::{PAGE_SIZE, Program, Sink, Source};
use crate::provider::{FIRST_DAY, LAST_DAY};

/// Days of a request. Weeks begin on Thursdays, as 1970 did.
const DAYS: i64 = 7;

record! {
    #[serde(rename_all = "camelCase")]
    Contacts, Contact, ContactBuilder {
        contact_id: Int,
        master_contact_id: Int,
        contact_start_date: Time,
        last_update_time: Time,
        agent_id: Int,
        first_name: Text,
        last_name: Text,
        team_id: Int,
        team_name: Text,
        campaign_id: Int,
        campaign_name: Text,
        skill_id: Int,
        skill_name: Text,
        media_type_id: Int,
        media_type_name: Text,
        media_sub_type_id: Int,
        media_sub_type_name: Text,
        point_of_contact_id: Int,
        point_of_contact_name: Text,
        from_address: Text,
        to_address: Text,
        is_outbound: Flag,
        is_logged: Flag,
        is_takeover: Flag,
        transfer_indicator_id: Int,
        transfer_indicator_name: Text,
        high_proficiency: Int,
        low_proficiency: Int,
        routing_attribute: Int,
        hold_count: Int,
        hold_seconds: Int,
        pre_queue_seconds: Int,
        in_queue_seconds: Int,
        post_queue_seconds: Int,
        agent_seconds: Int,
        acw_seconds: Int,
        conference_seconds: Int,
        release_seconds: Int,
        abandon_seconds: Int,
        total_duration_seconds: Int,
        callback_time: Int,
        routing_time: Int,
        abandoned: Flag,
        is_short_abandon: Flag,
        is_refused: Flag,
        refuse_reason: Text,
        refuse_time: Text,
        service_level_flag: Int,
        end_reason: Text,
        primary_disposition_id: Int,
        secondary_disposition_id: Int,
        disposition_notes: Text,
        tags: Json,
        is_analytics_processed: Flag,
        analytics_processed_date: Time,
        is_warehoused: Flag,
        date_contact_warehoused: Time,
        #[serde(rename = "dateACWWarehoused")]
        date_acw_warehoused: Time,
        division_no: Int,
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page<'a> {
    #[serde(borrow)]
    completed_contacts: Vec<Contact<'a>>,
    total_records: u64,
}

/// The program.
pub struct InContact;

impl Program for InContact {
    type Row = Contacts;

    fn run(source: &Source, sink: &mut impl Sink<Contacts>) -> Result<()> {
        let (mut begin, last): (Date, Date) = (FIRST_DAY.parse()?, LAST_DAY.parse()?);
        while begin <= last {
            let into_week = i64::from(begin.since(Date::constant(1970, 1, 1))?.get_days()) % DAYS;
            let end = begin.checked_add((DAYS - into_week).days())?.min(last.tomorrow()?);
            if !week(source, sink, begin, end)? {
                return Ok(());
            }
            begin = end;
        }
        Ok(())
    }
}

/// Reads the contacts of some days; gives whether more are wanted.
fn week(source: &Source, sink: &mut impl Sink<Contacts>, begin: Date, end: Date) -> Result<bool> {
    let end_micros = format!("{end}T00:00:00Z").parse::<Timestamp>()?.as_microsecond();
    let mut skip = 0;
    loop {
        let body = source.get(&format!(
            "/contacts/completed?startDate={begin}T00%3A00%3A00Z&endDate={end}T00%3A00%3A00Z\
             &orderBy=contactId%20asc&top={PAGE_SIZE}&skip={skip}"
        ))?;
        let mut page: Page<'_> = serde_json::from_slice(&body)?;
        skip += page.completed_contacts.len() as u64;
        let is_last = page.completed_contacts.is_empty() || skip >= page.total_records;
        // The API gives both ends: what is on the end of one week comes with the next one too.
        page.completed_contacts.retain(|row| row.contact_start_date.micros != Some(end_micros));
        if !sink.page(&page.completed_contacts)? {
            return Ok(false);
        }
        if is_last {
            return Ok(true);
        }
    }
}
