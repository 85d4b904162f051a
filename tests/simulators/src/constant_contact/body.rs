//! Bodies of writes: what the vendor refuses, and what it only should not have been sent.

use serde_json::{Map, Value};

use super::ConstantContact;
use super::data::Topic;
use crate::vendor::{Reply, Request};

/// The permissions that may be sent.
const PERMISSIONS: &[&str] =
    &["explicit", "implicit", "not_set", "pending_confirmation", "temp_hold", "unsubscribed"];

/// Texts of a contact and how long they may be.
const TEXTS: &[(&str, usize)] =
    &[("first_name", 50), ("last_name", 50), ("job_title", 50), ("company_name", 50)];

/// The collections of a contact and how many entries each may have.
const COLLECTIONS: &[(&str, usize)] = &[
    ("custom_fields", 25),
    ("phone_numbers", 3),
    ("street_addresses", 3),
    ("list_memberships", 50),
    ("taggings", 50),
    ("notes", 150),
];

/// A body, understood.
#[derive(Debug)]
pub(super) struct Body {
    pub(super) fields: Map<String, Value>,
    pub(super) violations: Vec<String>,
}

impl Body {
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.fields.get(name)?.as_str()
    }
}

impl ConstantContact {
    /// The object that `request` carries. Fields that are not `known` are let pass and noted.
    pub(super) fn body(&self, request: &Request, known: &[&str]) -> Result<Body, Box<Reply>> {
        let Ok(Value::Object(fields)) = serde_json::from_slice(&request.body) else {
            let reason = "the body must be a JSON object";
            return Err(Box::new(self.refuse(request, 400, reason).violation(reason)));
        };
        let unknown = fields.keys().filter(|name| !known.contains(&name.as_str()));
        let unknown = unknown.map(|name| format!("the body has no field {name}"));
        // No write takes a parameter.
        let parameters = request.query.iter();
        let parameters =
            parameters.map(|(name, _)| format!("{name} is not a parameter of this path"));
        let violations = unknown.chain(parameters).collect();
        Ok(Body { fields, violations })
    }

    /// Whether the fields of a contact are such as the vendor takes.
    pub(super) fn check_contact(&self, fields: &Map<String, Value>) -> Result<(), String> {
        for (name, most) in TEXTS {
            check_text(fields, name, *most)?;
        }
        if let Some(address) = fields.get("email_address").filter(|it| !it.is_null()) {
            check_address(address)?;
        }
        if fields.contains_key("birthday_month") != fields.contains_key("birthday_day") {
            return Err("birthday_month and birthday_day belong together".to_owned());
        }
        for (name, most) in [("birthday_month", 12), ("birthday_day", 31)] {
            let value = fields.get(name).filter(|it| !it.is_null());
            if value.is_some_and(|it| !it.as_u64().is_some_and(|it| (1..=most).contains(&it))) {
                return Err(format!("{name} must be a number from 1 to {most}"));
            }
        }
        check_text(fields, "anniversary", 10)?;
        for (name, most) in COLLECTIONS {
            let Some(value) = fields.get(*name) else {
                continue;
            };
            let entries = value.as_array().ok_or_else(|| format!("{name} must be a list"))?;
            if entries.len() > *most {
                return Err(format!("{name} has more than {most} entries"));
            }
            for entry in entries {
                self.check_entry(name, entry)?;
            }
        }
        check_sms(fields.get("sms_channel"))
    }

    fn check_entry(&self, name: &str, entry: &Value) -> Result<(), String> {
        let one_of = |key: &str, words: &[&str]| match entry[key].as_str() {
            Some(word) if words.contains(&word) => Ok(()),
            _ => Err(format!("{name}.{key} must be one of {}", words.join(", "))),
        };
        match name {
            "list_memberships" => {
                let id = entry.as_str().unwrap_or_default();
                let list = self.find_list(id).filter(|it| self.list(*it).deleted_at.is_none());
                list.map(|_| ()).ok_or_else(|| format!("there is no list {id}"))
            }
            "taggings" => {
                let id = entry.as_str().unwrap_or_default();
                let place = self.data.uuid_place(Topic::Tag, id);
                let place = place.filter(|place| *place < self.settings.tags);
                place.map(|_| ()).ok_or_else(|| format!("there is no tag {id}"))
            }
            "custom_fields" => {
                let id = entry["custom_field_id"].as_str().unwrap_or_default();
                let place = self.data.uuid_place(Topic::CustomField, id);
                if place.is_none_or(|place| place >= self.settings.custom_fields) {
                    return Err(format!("there is no custom field {id}"));
                }
                check_length(&entry["value"], "custom_fields.value", 255)
            }
            "phone_numbers" => {
                check_length(&entry["phone_number"], "phone_numbers.phone_number", 25)?;
                one_of("kind", &["home", "work", "mobile", "other"])
            }
            "street_addresses" => {
                check_length(&entry["street"], "street_addresses.street", 255)?;
                for key in ["city", "state", "postal_code", "country"] {
                    check_length(&entry[key], key, 50)?;
                }
                one_of("kind", &["home", "work", "other"])
            }
            _ => check_length(&entry["content"], "notes.content", 2_000),
        }
    }
}

fn check_text(fields: &Map<String, Value>, name: &str, most: usize) -> Result<(), String> {
    fields.get(name).map_or(Ok(()), |value| check_length(value, name, most))
}

/// Whether a value is a text of at most so many characters, or not there.
pub(super) fn check_length(value: &Value, name: &str, most: usize) -> Result<(), String> {
    match value {
        Value::Null => Ok(()),
        Value::String(text) if text.chars().count() <= most => Ok(()),
        _ => Err(format!("{name} must be a text of {most} characters at most")),
    }
}

fn check_address(address: &Value) -> Result<(), String> {
    let text = address["address"].as_str().unwrap_or_default();
    if !is_address(text) || text.chars().count() > 80 {
        return Err("email_address.address must be an address of 80 characters at most".to_owned());
    }
    match &address["permission_to_send"] {
        Value::Null => Ok(()),
        Value::String(word) if PERMISSIONS.contains(&word.as_str()) => Ok(()),
        _ => Err(format!("permission_to_send must be one of {}", PERMISSIONS.join(", "))),
    }
}

/// Whether a text could be an address at all.
pub(super) fn is_address(text: &str) -> bool {
    let parts = text.split_once('@');
    parts.is_some_and(|(name, host)| !name.is_empty() && host.contains('.'))
}

fn check_sms(channel: Option<&Value>) -> Result<(), String> {
    match channel {
        None | Some(Value::Null) => Ok(()),
        Some(channel)
            if channel["full_sms_address"].is_string()
                && channel["sms_channel_consents"].is_array() =>
        {
            Ok(())
        }
        Some(_) => Err("sms_channel needs full_sms_address and sms_channel_consents".to_owned()),
    }
}
