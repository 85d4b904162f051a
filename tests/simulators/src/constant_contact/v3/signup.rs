//! The form with which people enter themselves: a contact is made or added to, never cut down.

use serde_json::{Map, Value, json};

use super::plain;
use crate::constant_contact::ConstantContact;
use crate::constant_contact::body::{check_length, is_address};
use crate::constant_contact::contact::{Contact, EmailAddress};
use crate::constant_contact::data::Topic;
use crate::vendor::{Reply, Request};

const FIELDS: &[&str] = &[
    "email_address",
    "first_name",
    "last_name",
    "job_title",
    "company_name",
    "phone_number",
    "list_memberships",
    "custom_fields",
    "anniversary",
    "birthday_month",
    "birthday_day",
    "street_address",
    "sms_channel",
];

impl ConstantContact {
    pub(super) fn sign_up(&self, request: &Request) -> Result<Reply, Reply> {
        let body = self.body(request, FIELDS).map_err(|reply| *reply)?;
        self.check_form(&body.fields).map_err(|reason| self.wrong(request, 400, &reason))?;
        let address = body.text("email_address").unwrap_or_default();
        let now = self.now();
        let known = self.find_address(address);
        let place = known.unwrap_or_else(|| self.add_contact_place());
        let mut contact = match known {
            Some(place) => self.contact(place),
            None => self.blank_contact(place, "Contact", now),
        };
        if known.is_none() {
            let address = EmailAddress::new(address, "implicit", "Contact", now);
            contact.email_address = Some(address);
        }
        contact.deleted_at = None;
        contact.updated_at = now;
        contact.update_source = "Contact".to_owned();
        self.add_to(&mut contact, &body.fields, place);
        let contact_id = contact.contact_id.clone();
        self.store_contact(place, contact);
        let (status, action) = if known.is_some() { (200, "updated") } else { (201, "created") };
        let answer = json!({"contact_id": contact_id, "action": action});
        Ok(plain(status, &answer, body.violations))
    }

    fn check_form(&self, fields: &Map<String, Value>) -> Result<(), String> {
        let address = fields.get("email_address").unwrap_or(&Value::Null);
        check_length(address, "email_address", 50)?;
        if !address.as_str().is_some_and(is_address) {
            return Err("email_address must be an address".to_owned());
        }
        let lists = fields.get("list_memberships").and_then(Value::as_array);
        if lists.is_none_or(Vec::is_empty) {
            return Err("list_memberships must name a list".to_owned());
        }
        check_length(fields.get("phone_number").unwrap_or(&Value::Null), "phone_number", 25)?;
        let mut shared = fields.clone();
        for name in ["email_address", "phone_number", "street_address", "sms_channel"] {
            shared.remove(name);
        }
        self.check_contact(&shared)
    }

    /// Adds what was sent: fields that were left out stay, lists and custom fields come on top.
    fn add_to(&self, contact: &mut Contact, fields: &Map<String, Value>, place: usize) {
        let now = contact.updated_at;
        for (name, value) in fields {
            let text = value.as_str().map(str::to_owned);
            match name.as_str() {
                "first_name" => contact.first_name = text,
                "last_name" => contact.last_name = text,
                "job_title" => contact.job_title = text,
                "company_name" => contact.company_name = text,
                "anniversary" => contact.anniversary = text,
                "birthday_month" => {
                    let day = fields.get("birthday_day").and_then(Value::as_u64);
                    contact.birthday = value.as_u64().zip(day);
                }
                "phone_number" => {
                    let sent = json!([{"phone_number": value, "kind": "other"}]);
                    contact.phone_numbers =
                        self.stamped(&sent, Topic::Phone, "phone_number_id", place, now);
                }
                "street_address" => {
                    let sent = json!([value]);
                    contact.street_addresses =
                        self.stamped(&sent, Topic::Street, "street_address_id", place, now);
                }
                "list_memberships" => {
                    let ids = value.as_array().into_iter().flatten().filter_map(Value::as_str);
                    for id in ids.filter(|id| !id.is_empty()) {
                        if !contact.list_memberships.iter().any(|known| known == id) {
                            contact.list_memberships.push(id.to_owned());
                        }
                    }
                }
                "custom_fields" => {
                    for entry in value.as_array().into_iter().flatten() {
                        let key = &entry["custom_field_id"];
                        contact.custom_fields.retain(|known| known["custom_field_id"] != *key);
                        contact.custom_fields.push(entry.clone());
                    }
                }
                _ => {}
            }
        }
    }
}
