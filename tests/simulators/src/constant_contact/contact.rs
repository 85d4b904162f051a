//! A contact of v3, typed, and as a record.

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::Value;

use super::record::{Datum, Record, record};
use super::time;
use crate::row::{Cell, Row};

/// The fields of a contact that are there only when `include` names them.
pub(super) const INCLUDES: &[&str] = &[
    "custom_fields",
    "list_memberships",
    "phone_numbers",
    "street_addresses",
    "taggings",
    "notes",
];

/// The address of a contact and what may be done with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailAddress {
    /// The address itself.
    pub address: String,
    /// `explicit`, `implicit`, `not_set`, `pending_confirmation`, `temp_hold` or `unsubscribed`.
    pub permission_to_send: String,
    /// When it was first seen.
    pub created_at: Timestamp,
    /// When it changed.
    pub updated_at: Timestamp,
    /// Who opted in, if anybody did.
    pub opt_in_source: Option<String>,
    /// When.
    pub opt_in_date: Option<Timestamp>,
    /// Who opted out, if anybody did.
    pub opt_out_source: Option<String>,
    /// When.
    pub opt_out_date: Option<Timestamp>,
    /// Why.
    pub opt_out_reason: Option<String>,
    /// `pending`, `confirmed` or `off`.
    pub confirm_status: String,
}

impl EmailAddress {
    /// An address that was given just now.
    pub(super) fn new(address: &str, permission: &str, source: &str, now: Timestamp) -> Self {
        EmailAddress {
            address: address.to_owned(),
            permission_to_send: permission.to_owned(),
            created_at: now,
            updated_at: now,
            opt_in_source: Some(source.to_owned()),
            opt_in_date: Some(now),
            opt_out_source: None,
            opt_out_date: None,
            opt_out_reason: None,
            confirm_status: "off".to_owned(),
        }
    }

    fn record(&self) -> Record {
        record! {
            "address": self.address.as_str(),
            "permission_to_send": self.permission_to_send.as_str(),
            "created_at": Datum::time(self.created_at, time::seconds),
            "updated_at": Datum::time(self.updated_at, time::seconds),
            "opt_in_source": self.opt_in_source.clone(),
            "opt_in_date": Datum::time(self.opt_in_date, time::seconds),
            "opt_out_source": self.opt_out_source.clone(),
            "opt_out_date": Datum::time(self.opt_out_date, time::seconds),
            "opt_out_reason": self.opt_out_reason.clone(),
            "confirm_status": self.confirm_status.as_str(),
        }
    }
}

/// A contact as it stands now, its six collections included.
#[derive(Clone, Debug, PartialEq)]
pub struct Contact {
    /// The key.
    pub contact_id: String,
    /// The address; a contact that is reached by text message only has none.
    pub email_address: Option<EmailAddress>,
    /// The given name.
    pub first_name: Option<String>,
    /// The family name.
    pub last_name: Option<String>,
    /// What the contact does.
    pub job_title: Option<String>,
    /// Where.
    pub company_name: Option<String>,
    /// Month and day.
    pub birthday: Option<(u64, u64)>,
    /// A date.
    pub anniversary: Option<String>,
    /// Who made the record: `Account`, `Contact` or something that is not documented.
    pub create_source: String,
    /// Who changed it last.
    pub update_source: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it changed.
    pub updated_at: Timestamp,
    /// The day on which it was deleted.
    pub deleted_at: Option<Date>,
    /// Values of custom fields.
    pub custom_fields: Vec<Value>,
    /// Ids of lists.
    pub list_memberships: Vec<String>,
    /// Numbers with what they are for.
    pub phone_numbers: Vec<Value>,
    /// Addresses with what they are for.
    pub street_addresses: Vec<Value>,
    /// Ids of tags.
    pub taggings: Vec<String>,
    /// Notes, the latest first.
    pub notes: Vec<Value>,
    /// How text messages reach the contact.
    pub sms_channel: Option<Value>,
}

impl Contact {
    /// The record with those of the six collections that `includes` names.
    pub(super) fn record(&self, includes: &[&str]) -> Record {
        let core = record! {
            "contact_id": self.contact_id.as_str(),
            "email_address": self.email_address.as_ref()
                .map_or(Datum::Absent, |address| Datum::Object(address.record())),
            "first_name": self.first_name.clone(),
            "last_name": self.last_name.clone(),
            "job_title": self.job_title.clone(),
            "company_name": self.company_name.clone(),
            "birthday_month": self.birthday.map(|(month, _)| month),
            "birthday_day": self.birthday.map(|(_, day)| day),
            "anniversary": self.anniversary.clone(),
            "create_source": self.create_source.as_str(),
            "update_source": self.update_source.as_str(),
            "created_at": Datum::time(self.created_at, time::seconds),
            "updated_at": Datum::time(self.updated_at, time::seconds),
            "deleted_at": self.deleted_at.map(|date| date.to_string()),
            "sms_channel": self.sms_channel.clone(),
        };
        let collections = [
            ("custom_fields", Value::from(self.custom_fields.clone())),
            ("list_memberships", self.list_memberships.clone().into()),
            ("phone_numbers", self.phone_numbers.clone().into()),
            ("street_addresses", self.street_addresses.clone().into()),
            ("taggings", self.taggings.clone().into()),
            ("notes", self.notes.clone().into()),
        ];
        let wanted = collections.into_iter().filter(|(name, _)| includes.contains(name));
        wanted.fold(core, |record, (name, value)| record.with(name, value))
    }

    /// Whether the contact has one of the documented states.
    pub(super) fn has_status(&self, status: &str) -> bool {
        let permission = self.email_address.as_ref().map_or("not_set", |it| &it.permission_to_send);
        let is_deleted = self.deleted_at.is_some();
        match status {
            "all" => true,
            "deleted" => is_deleted,
            "active" => !is_deleted && ["explicit", "implicit"].contains(&permission),
            _ => !is_deleted && permission == status,
        }
    }

    /// Whether the contact agreed to text messages in this way.
    pub(super) fn has_sms_status(&self, status: &str) -> bool {
        let consent = self.sms_channel.as_ref().map_or("not_set", |channel| {
            let consent = &channel["sms_channel_consents"][0]["sms_consent_permission"];
            consent.as_str().unwrap_or("not_set")
        });
        status == "all" || status == consent
    }

    /// When the contact opted out.
    pub(super) fn opt_out_date(&self) -> Option<Timestamp> {
        self.email_address.as_ref()?.opt_out_date
    }
}

impl Row for Contact {
    fn cells(&self, see: &mut dyn FnMut(&str, Cell<'_>)) {
        self.record(INCLUDES).cells(see);
    }
}
