//! How contacts and what hangs on them grow from the seed.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::contact::{Contact, EmailAddress};
use super::data::{Data, Topic, later};
use super::{text, time};
use crate::random::Dice;

/// How long the longest note is; the vendor's own bound.
const NOTE_LONGEST: usize = 2_000;

const DAY: usize = 86_400;

impl Data {
    /// The contact at `place`, counted from 0, as it was before any write. There is one for every
    /// place: those beyond the last one turn up where a fault inserts records.
    pub(super) fn contact(&self, place: usize) -> Contact {
        let mut dice = self.dice(Topic::Contact, place);
        let created_at = self.moment(Topic::Contact, place, self.settings.contacts);
        let updated_at = later(created_at, dice.below(90 * DAY));
        let is_deleted = place % 23 == 22;
        let has_email = place % 31 != 30;
        let first_name = dice.pick(text::FIRST_NAMES);
        let last_name = dice.pick(text::LAST_NAMES);
        let job_title = dice.pick(text::JOB_TITLES);
        let company_name = dice.pick(text::COMPANIES);
        let birthday = (1 + dice.below(12) as u64, 1 + dice.below(28) as u64);
        let anniversary = format!("{}-11-{:02}", 1980 + dice.below(45), 1 + dice.below(28));
        let mut maybe = |percent, text: &str| dice.chance(percent).then(|| text.to_owned());
        Contact {
            contact_id: self.uuid(Topic::Contact, place),
            first_name: maybe(92, first_name),
            last_name: maybe(90, last_name),
            job_title: maybe(30, job_title),
            company_name: maybe(40, company_name),
            anniversary: maybe(15, &anniversary),
            birthday: dice.chance(25).then_some(birthday),
            create_source: dice.pick(&["Account", "Account", "Contact", "Landing Page"]).to_owned(),
            update_source: dice.pick(&["Account", "Contact"]).to_owned(),
            email_address: has_email
                .then(|| seeded_address(place, created_at, updated_at, &mut dice)),
            created_at,
            updated_at,
            deleted_at: is_deleted.then(|| updated_at.to_zoned(TimeZone::UTC).date()),
            custom_fields: self.custom_values(place),
            // A deleted contact is on no list.
            list_memberships: match is_deleted {
                true => Vec::new(),
                false => self.list_places(place).map(|at| self.uuid(Topic::List, at)).collect(),
            },
            phone_numbers: self.phone_numbers(place, created_at),
            street_addresses: self.street_addresses(place, created_at),
            taggings: self.tag_places(place).map(|at| self.uuid(Topic::Tag, at)).collect(),
            notes: self.notes(place, created_at),
            sms_channel: (!has_email || place % 13 == 5)
                .then(|| self.sms_channel(place, created_at)),
        }
    }

    /// The place of the contact that had this address at the start.
    pub(super) fn address_place(&self, address: &str) -> Option<usize> {
        let place = address.strip_prefix("contact")?.strip_suffix("@example.com")?;
        let place = place.parse().ok()?;
        let is_used = place < self.settings.contacts && place % 31 != 30;
        (is_used && seeded_text(place) == address).then_some(place)
    }

    fn custom_values(&self, place: usize) -> Vec<Value> {
        let mut dice = self.dice(Topic::Collections, place);
        let fields = 0..self.settings.custom_fields.min(25);
        let values = fields.filter_map(|field| {
            let id = self.uuid(Topic::CustomField, field);
            let value = match field % 4 {
                0 if field == 0 && place < text::AWKWARD.len() => text::AWKWARD[place].to_owned(),
                0 => dice.chance(40).then(|| dice.pick(text::AWKWARD).to_owned())?,
                1 => format!("{:02}/{:02}/2025", 1 + dice.below(12), 1 + dice.below(28)),
                2 => dice.chance(60).then(|| format!("{}.50", dice.below(1_000)))?,
                _ => {
                    let choice = dice.below(3);
                    let choices = json!([choice_id(field, choice)]);
                    return Some(json!({"custom_field_id": id, "choice_ids": choices}));
                }
            };
            Some(json!({"custom_field_id": id, "value": value}))
        });
        values.collect()
    }

    fn phone_numbers(&self, place: usize, created_at: Timestamp) -> Vec<Value> {
        let mut dice = self.dice(Topic::Phone, place);
        let count = dice.below(3);
        let kinds = ["home", "work", "mobile"];
        let numbers = kinds.iter().take(count).enumerate().map(|(at, kind)| {
            json!({
                "phone_number_id": self.uuid(Topic::Phone, place * 4 + at),
                "phone_number": format!("+1 617 555 {:04}", dice.below(10_000)),
                "kind": kind,
                "created_at": time::seconds(created_at),
                "updated_at": time::seconds(created_at),
                "create_source": "Account",
                "update_source": "Account",
            })
        });
        numbers.collect()
    }

    fn street_addresses(&self, place: usize, created_at: Timestamp) -> Vec<Value> {
        let mut dice = self.dice(Topic::Street, place);
        let count = dice.below(3);
        let addresses = ["home", "work"].iter().take(count).enumerate().map(|(at, kind)| {
            let (city, state, postal_code) = dice.pick(text::CITIES);
            json!({
                "street_address_id": self.uuid(Topic::Street, place * 4 + at),
                "kind": kind,
                "street": format!("{} {}", dice.below(200) + 1, dice.pick(text::STREETS)),
                "city": city,
                "state": state,
                "postal_code": postal_code,
                "country": "United States",
                "created_at": time::seconds(created_at),
                "updated_at": time::seconds(created_at),
            })
        });
        addresses.collect()
    }

    /// Awkward texts, then one as long as can be, then now and then another.
    fn notes(&self, place: usize, created_at: Timestamp) -> Vec<Value> {
        let mut dice = self.dice(Topic::Note, place);
        let count = match place.checked_sub(text::AWKWARD.len()) {
            None => 2,
            Some(0) => 1,
            Some(_) => dice.below(8).saturating_sub(5),
        };
        let notes = (0..count).map(|at| {
            let content = match place == text::AWKWARD.len() {
                true => "long text ".repeat(NOTE_LONGEST / 10),
                false => text::AWKWARD[(place + at) % text::AWKWARD.len()].to_owned(),
            };
            json!({
                "note_id": self.uuid(Topic::Note, place * 4 + at),
                "created_at": time::seconds(later(created_at, (count - at) * 60)),
                "content": content,
            })
        });
        notes.collect()
    }

    fn sms_channel(&self, place: usize, created_at: Timestamp) -> Value {
        let permissions = ["explicit", "pending_confirmation", "unsubscribed"];
        let mut dice = self.dice(Topic::Sms, place);
        json!({
            "sms_channel_id": self.uuid(Topic::Sms, place),
            "sms_address": format!("617555{:04}", place % 10_000),
            "dial_code": "1",
            "country_code": "US",
            "create_source": "Contact",
            "update_source": "Contact",
            "sms_channel_consents": [{
                "sms_consent_permission": dice.pick(&permissions),
                "consent_type": "promotional_sms",
                "opt_in_date": time::seconds(created_at),
                "advertised_frequency": "4",
                "advertised_interval": "monthly",
                "created_at": time::seconds(created_at),
                "updated_at": time::seconds(created_at),
            }],
        })
    }
}

/// The id of a choice of a custom field: hexadecimal, as the vendor's are.
pub(super) fn choice_id(field: usize, choice: usize) -> String {
    format!("{:06X}", 0x9a_0000 + field * 16 + choice)
}

fn seeded_text(place: usize) -> String {
    format!("contact{place}@example.com")
}

fn seeded_address(
    place: usize,
    created_at: Timestamp,
    updated_at: Timestamp,
    dice: &mut Dice,
) -> EmailAddress {
    let permission = match dice.below(100) {
        0..55 => "implicit",
        55..75 => "explicit",
        75..85 => "unsubscribed",
        85..91 => "pending_confirmation",
        91..96 => "not_set",
        _ => "temp_hold",
    };
    let mut address = EmailAddress::new(&seeded_text(place), permission, "Account", created_at);
    address.updated_at = updated_at;
    match permission {
        "unsubscribed" => {
            address.opt_out_source = Some("Contact".to_owned());
            address.opt_out_date = Some(updated_at);
            address.opt_out_reason = dice.chance(50).then(|| dice.pick(text::REASONS).to_owned());
        }
        "pending_confirmation" => {
            address.confirm_status = "pending".to_owned();
            (address.opt_in_source, address.opt_in_date) = (None, None);
        }
        "explicit" => address.confirm_status = "confirmed".to_owned(),
        _ => {}
    }
    address
}
