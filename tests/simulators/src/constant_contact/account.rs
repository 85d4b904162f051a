//! The account: who it belongs to, its addresses, what its user may do.

use jiff::Timestamp;
use serde_json::json;

use super::data::Data;
use super::record::{Datum, Record, record};
use super::time;

/// What `extra_fields` may name.
pub(super) const EXTRA_FIELDS: &[&str] = &["physical_address", "company_logo"];

const CONFIRMED: &str = "2026-02-05T07:32:49.766Z";

impl Data {
    /// The account, with those of the extra fields that `extras` names.
    pub(super) fn account(&self, extras: &[&str]) -> Record {
        let record = record! {
            "contact_email": "owner@example.com",
            "contact_phone": "6175550100",
            "country_code": "US",
            "encoded_account_id": "p0sim1ulat0r",
            "first_name": "Owner",
            "last_name": "Example",
            "organization_name": "Example & Sons",
            "organization_phone": "617-555-0101",
            "state_code": "MA",
            "time_zone_id": "US/Eastern",
            "website": "https://www.example.com",
        };
        let logo = json!({"url": "https://www.example.com/logo.png", "internal_id": "17"});
        let record = match extras.contains(&"physical_address") {
            true => record.with("physical_address", self.physical_address()),
            false => record,
        };
        match extras.contains(&"company_logo") {
            true => record.with("company_logo", logo),
            false => record,
        }
    }

    pub(super) fn physical_address(&self) -> Record {
        record! {
            "address_line1": "1 Harbour Road",
            "address_line2": "Floor 2",
            "address_line3": Datum::Absent,
            "city": "Salem",
            "state_code": "MA",
            "postal_code": "01970",
            "country_code": "US",
        }
    }

    pub(super) fn account_emails(&self) -> Vec<Record> {
        let confirmed: Option<Timestamp> = CONFIRMED.parse().ok();
        vec![
            record! {
                "email_address": "owner@example.com",
                "email_id": 1,
                "confirm_status": "CONFIRMED",
                "confirm_time": Datum::time(confirmed, time::plain_offset),
                "confirm_source_type": "SITE_OWNER",
                "roles": json!(["CONTACT", "BILLING", "REPLY_TO", "JOURNALING"]),
                "pending_roles": json!([]),
            },
            record! {
                "email_address": "second@example.com",
                "email_id": 9_007_199_254_740_993_u64,
                "confirm_status": "UNCONFIRMED",
                "confirm_time": Datum::Absent,
                "confirm_source_type": Datum::Absent,
                "roles": json!([]),
                "pending_roles": json!(["OTHER"]),
            },
        ]
    }

    pub(super) fn privileges(&self) -> Vec<Record> {
        let names = ["contacts:read", "contacts:write", "campaign:create", "ui:campaign:metrics"];
        let privileges = names.iter().enumerate();
        privileges
            .map(|(at, name)| record! { "privilege_id": 30 + at, "privilege_name": *name })
            .collect()
    }
}
