//! Contacts, written.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use crate::constant_contact::ConstantContact;
use crate::constant_contact::body::Body;
use crate::constant_contact::contact::{Contact, EmailAddress, INCLUDES};
use crate::constant_contact::data::Topic;
use crate::constant_contact::time;
use crate::vendor::{Reply, Request};

/// What a contact may be sent with, apart from who makes or changes it.
const FIELDS: &[&str] = &[
    "email_address",
    "first_name",
    "last_name",
    "job_title",
    "company_name",
    "birthday_month",
    "birthday_day",
    "anniversary",
    "custom_fields",
    "phone_numbers",
    "street_addresses",
    "list_memberships",
    "taggings",
    "notes",
    "sms_channel",
];

/// A contact needs one of these to be told from others.
const NAMING: &[&str] = &["first_name", "last_name", "email_address", "sms_channel"];

impl ConstantContact {
    pub(super) fn create_contact(&self, request: &Request) -> Result<Reply, Reply> {
        let body = self.contact_body(request, "create_source")?;
        if !NAMING.iter().any(|name| body.fields.get(*name).is_some_and(|it| !it.is_null())) {
            return Err(self.wrong(
                request,
                400,
                "a contact needs a name, an address or a channel",
            ));
        }
        if let Some(place) = self.owner_of(&body.fields) {
            let id = self.contact(place).contact_id;
            let reason = format!("the address belongs to the contact {id}");
            return Err(self.refuse(request, 409, &reason));
        }
        let now = self.now();
        let place = self.add_contact_place();
        let source = body.text("create_source").unwrap_or_default();
        let mut contact = self.blank_contact(place, source, now);
        self.apply(&mut contact, &body.fields, place, now);
        self.store_contact(place, contact.clone());
        Ok(self.single(201, &contact.record(INCLUDES), body.violations))
    }

    pub(super) fn update_contact(&self, request: &Request, id: &str) -> Result<Reply, Reply> {
        let Some(place) = self.find_contact(id) else {
            return Err(self.not_found(request, "contact"));
        };
        let body = self.contact_body(request, "update_source")?;
        if self.owner_of(&body.fields).is_some_and(|owner| owner != place) {
            return Err(self.refuse(request, 409, "the address belongs to another contact"));
        }
        let now = self.now();
        let mut contact = self.contact(place);
        let source = body.text("update_source").unwrap_or_default();
        if source == "Account" {
            contact.deleted_at = None;
        }
        contact.update_source = source.to_owned();
        self.apply(&mut contact, &body.fields, place, now);
        self.store_contact(place, contact.clone());
        Ok(self.single(200, &contact.record(INCLUDES), body.violations))
    }

    pub(super) fn delete_contact(&self, request: &Request, id: &str) -> Result<Reply, Reply> {
        let query = self.read(request, super::NONE)?;
        let Some(place) = self.find_contact(id) else {
            return Err(self.not_found(request, "contact"));
        };
        let mut contact = self.contact(place);
        if contact.deleted_at.is_none() {
            let now = self.now();
            contact.deleted_at = Some(now.to_zoned(TimeZone::UTC).date());
            contact.updated_at = now;
            contact.list_memberships.clear();
            self.store_contact(place, contact);
        }
        let mut reply = Reply::new(204, "application/json", "");
        reply.headers.clear();
        reply.violations = query.violations;
        Ok(reply)
    }

    /// The simulator's time in whole seconds, which is all that contacts are told with.
    pub(super) fn now(&self) -> Timestamp {
        let now = self.clock.now();
        Timestamp::from_second(now.as_second()).unwrap_or(now)
    }

    fn contact_body(&self, request: &Request, source: &'static str) -> Result<Body, Reply> {
        let known: Vec<_> = FIELDS.iter().copied().chain([source]).collect();
        let body = self.body(request, &known).map_err(|reply| *reply)?;
        let right = ["Account", "Contact"];
        if !body.text(source).is_some_and(|it| right.contains(&it)) {
            let reason = format!("{source} must be Account or Contact");
            return Err(self.wrong(request, 400, &reason));
        }
        self.check_contact(&body.fields).map_err(|reason| self.wrong(request, 400, &reason))?;
        Ok(body)
    }

    /// The contact that has the address of a body.
    fn owner_of(&self, fields: &Map<String, Value>) -> Option<usize> {
        self.find_address(fields.get("email_address")?["address"].as_str()?)
    }

    /// A contact with nothing but an id.
    pub(super) fn blank_contact(&self, place: usize, source: &str, now: Timestamp) -> Contact {
        Contact {
            contact_id: self.data.uuid(Topic::Contact, place),
            email_address: None,
            first_name: None,
            last_name: None,
            job_title: None,
            company_name: None,
            birthday: None,
            anniversary: None,
            create_source: source.to_owned(),
            update_source: source.to_owned(),
            created_at: now,
            updated_at: now,
            deleted_at: None,
            custom_fields: Vec::new(),
            list_memberships: Vec::new(),
            phone_numbers: Vec::new(),
            street_addresses: Vec::new(),
            taggings: Vec::new(),
            notes: Vec::new(),
            sms_channel: None,
        }
    }

    /// Puts what was sent into a contact: fields that were left out become empty; the address, the
    /// channel and collections that were left out stay.
    fn apply(
        &self,
        contact: &mut Contact,
        fields: &Map<String, Value>,
        place: usize,
        now: Timestamp,
    ) {
        let text = |name: &str| fields.get(name).and_then(Value::as_str).map(str::to_owned);
        let number = |name: &str| fields.get(name).and_then(Value::as_u64);
        contact.updated_at = now;
        contact.first_name = text("first_name");
        contact.last_name = text("last_name");
        contact.job_title = text("job_title");
        contact.company_name = text("company_name");
        contact.anniversary = text("anniversary");
        contact.birthday = number("birthday_month").zip(number("birthday_day"));
        let source = contact.update_source.clone();
        if let Some(sent) = fields.get("email_address") {
            let before = contact.email_address.take();
            contact.email_address =
                (!sent.is_null()).then(|| address_of(sent, before, &source, now));
        }
        let ids = |value: &Value| match value.as_array() {
            Some(ids) => ids.iter().filter_map(|id| id.as_str().map(str::to_owned)).collect(),
            None => Vec::new(),
        };
        for (name, value) in fields {
            match name.as_str() {
                "list_memberships" => contact.list_memberships = ids(value),
                "taggings" => contact.taggings = ids(value),
                "custom_fields" => contact.custom_fields = entries(value),
                "phone_numbers" => {
                    contact.phone_numbers =
                        self.stamped(value, Topic::Phone, "phone_number_id", place, now);
                    for number in &mut contact.phone_numbers {
                        number["create_source"] = json!(source);
                        number["update_source"] = json!(source);
                    }
                }
                "street_addresses" => {
                    contact.street_addresses =
                        self.stamped(value, Topic::Street, "street_address_id", place, now);
                }
                "notes" => {
                    contact.notes = self.stamped(value, Topic::Note, "note_id", place, now);
                    for note in contact.notes.iter_mut().filter_map(Value::as_object_mut) {
                        note.remove("updated_at");
                    }
                }
                "sms_channel" => contact.sms_channel = self.sms_channel_of(value, place, now),
                _ => {}
            }
        }
    }

    /// Entries of a collection with what the vendor adds to each.
    pub(super) fn stamped(
        &self,
        sent: &Value,
        topic: Topic,
        key: &str,
        place: usize,
        now: Timestamp,
    ) -> Vec<Value> {
        let mut entries = entries(sent);
        for (at, entry) in entries.iter_mut().enumerate() {
            entry[key] = json!(self.data.uuid(topic, place * 4 + at));
            entry["created_at"] = json!(time::seconds(now));
            entry["updated_at"] = json!(time::seconds(now));
        }
        entries
    }

    /// A channel as it is read, from one as it is written.
    fn sms_channel_of(&self, sent: &Value, place: usize, now: Timestamp) -> Option<Value> {
        let number = sent["full_sms_address"].as_str()?.trim_start_matches('+');
        let consents = entries(&sent["sms_channel_consents"]).into_iter().map(|consent| {
            json!({
                "sms_consent_permission": consent["sms_consent_permission"],
                "consent_type": consent["consent_type"],
                "created_at": time::seconds(now),
                "updated_at": time::seconds(now),
            })
        });
        Some(json!({
            "sms_channel_id": self.data.uuid(Topic::Sms, place),
            "sms_address": number.strip_prefix('1').unwrap_or(number),
            "dial_code": "1",
            "country_code": "US",
            "sms_channel_consents": consents.collect::<Value>(),
        }))
    }
}

/// The address that a contact has once `sent` was written over `before`.
fn address_of(
    sent: &Value,
    before: Option<EmailAddress>,
    source: &str,
    now: Timestamp,
) -> EmailAddress {
    let text = sent["address"].as_str().unwrap_or_default();
    let permission = sent["permission_to_send"].as_str();
    let Some(mut address) = before else {
        return EmailAddress::new(text, permission.unwrap_or("implicit"), source, now);
    };
    text.clone_into(&mut address.address);
    address.updated_at = now;
    let Some(permission) = permission.filter(|it| *it != address.permission_to_send) else {
        return address;
    };
    permission.clone_into(&mut address.permission_to_send);
    if permission == "unsubscribed" {
        address.opt_out_source = Some(source.to_owned());
        address.opt_out_date = Some(now);
    } else {
        (address.opt_out_source, address.opt_out_date) = (None, None);
        address.opt_out_reason = None;
    }
    address
}

fn entries(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_default()
}
