//! What contacts hang on: lists, tags, custom fields, segments.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::ConstantContact;
use super::contacts::choice_id;
use super::data::{Data, Topic, later};
use super::record::{Datum, Record, record};
use super::{text, time};

/// A list of contacts as it stands now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactList {
    /// The key.
    pub list_id: String,
    /// Its name, which no other list has.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// Whether it is shown first.
    pub favorite: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it changed.
    pub updated_at: Timestamp,
    /// When it was deleted, if it was.
    pub deleted_at: Option<Timestamp>,
}

impl ContactList {
    /// The record without a count of members.
    pub(super) fn record(&self) -> Record {
        record! {
            "list_id": self.list_id.as_str(),
            "name": self.name.as_str(),
            "description": self.description.clone(),
            "favorite": self.favorite,
            "created_at": Datum::time(self.created_at, time::millis),
            "updated_at": Datum::time(self.updated_at, time::offset),
            "deleted_at": Datum::time(self.deleted_at, time::offset),
        }
    }
}

impl Data {
    /// The list at `place` as it was before any write.
    pub(super) fn list(&self, place: usize) -> ContactList {
        let created_at = self.moment(Topic::List, place, self.settings.lists);
        let mut dice = self.dice(Topic::List, place);
        let name = text::LIST_NAMES[place % text::LIST_NAMES.len()];
        let round = place / text::LIST_NAMES.len();
        ContactList {
            list_id: self.uuid(Topic::List, place),
            name: if round == 0 { name.to_owned() } else { format!("{name} {round}") },
            description: dice.chance(60).then(|| dice.pick(text::AWKWARD).to_owned()),
            favorite: dice.chance(30),
            created_at,
            updated_at: later(created_at, dice.below(86_400)),
            deleted_at: None,
        }
    }

    pub(super) fn tag(&self, place: usize) -> Record {
        let created_at = self.moment(Topic::Tag, place, self.settings.tags);
        let name = text::TAG_NAMES[place % text::TAG_NAMES.len()];
        record! {
            "tag_id": self.uuid(Topic::Tag, place),
            "name": format!("{name} {place}"),
            "created_at": Datum::time(created_at, time::millis),
            "updated_at": Datum::time(later(created_at, 60), time::millis),
            "tag_source": place.is_multiple_of(2).then_some("Contact"),
        }
    }

    pub(super) fn custom_field(&self, place: usize) -> Record {
        let created_at = self.moment(Topic::CustomField, place, self.settings.custom_fields);
        let types = ["string", "date", "currency", "single_select"];
        let metadata = [
            None,
            Some(json!({"display_format": "MM/DD/YYYY"})),
            Some(json!({"currency_code": "USD", "decimal_places": 2, "allow_negative": false})),
            Some(json!({"display_type": "radio"})),
        ];
        let id = self.uuid(Topic::CustomField, place);
        let choices = ["Small", "Médium", "\"Large\""].iter().enumerate().map(|(at, label)| {
            json!({
                "custom_field_id": id,
                "choice_id": choice_id(place, at),
                "choice_label": label,
                "display_order": at + 1,
                "created_at": time::seconds(created_at),
                "updated_at": time::seconds(created_at),
            })
        });
        record! {
            "custom_field_id": id.as_str(),
            "label": format!("Field no. {place}"),
            "name": format!("Field_no_{place}"),
            "type": types[place % 4],
            "metadata": metadata[place % 4].clone(),
            "version": 1,
            "choices": (place % 4 == 3).then(|| choices.collect::<Value>()),
            "updated_at": Datum::time(later(created_at, 60), time::seconds),
            "created_at": Datum::time(created_at, time::seconds),
        }
    }

    /// The row of a segment in a list.
    pub(super) fn segment(&self, place: usize) -> Record {
        let created_at = self.moment(Topic::Segment, place, self.settings.segments);
        record! {
            "name": format!("Segment no. {place}"),
            "segment_id": segment_id(place),
            "created_at": Datum::time(created_at, time::millis),
            "edited_at": Datum::time(later(created_at, 3_600), time::millis),
        }
    }

    /// A segment read alone.
    pub(super) fn segment_detail(&self, place: usize) -> Record {
        let criteria = json!({"version": "1.0.0", "criteria": {"type": "and", "group": []}});
        self.segment(place).with("segment_criteria", criteria.to_string())
    }

    pub(super) fn segment_place(&self, id: &str) -> Option<usize> {
        let place = id.parse::<usize>().ok()?.checked_sub(segment_id(0))?;
        (place < self.settings.segments).then_some(place)
    }
}

fn segment_id(place: usize) -> usize {
    11 + place
}

impl ConstantContact {
    /// How many contacts are on each list, by the ids of the lists.
    pub(super) fn membership_counts(
        &self,
        is_active_only: bool,
    ) -> std::collections::HashMap<String, usize> {
        let mut counts = std::collections::HashMap::new();
        for place in self.contact_places() {
            let contact = self.contact(place);
            if contact.deleted_at.is_some() || is_active_only && !contact.has_status("active") {
                continue;
            }
            for list in contact.list_memberships {
                *counts.entry(list).or_default() += 1;
            }
        }
        counts
    }

    /// How many contacts have each tag, by the ids of the tags.
    pub(super) fn tag_counts(&self) -> std::collections::HashMap<String, usize> {
        let mut counts = std::collections::HashMap::new();
        for place in self.contact_places() {
            for tag in self.contact(place).taggings {
                *counts.entry(tag).or_default() += 1;
            }
        }
        counts
    }
}
