//! How contacts, what they are on and what they did grow from the seed.

use jiff::civil::date;
use jiff::{Span, Timestamp, ToSpan};
use serde_json::json;

use super::data::{Folder, Topic};
use super::rows::{Action, Contact, CustomField, Subscription};
use super::settings::Shape;
use super::{text, time};
use crate::random::Dice;

/// How long the longest text is, in repetitions of a text of 10 characters.
const LONG_TEXT_REPEATS: usize = 800;

/// The private names of the first custom fields; more are called `custom_5` and so on.
const CUSTOM_FIELDS: &[&str] = &["notes", "membership_no", "newsletter_opt_in", "birthday"];

impl Folder {
    /// The contact at `place`, counted from 0, as it stands in a list.
    pub(super) fn contact(&self, place: usize) -> Contact {
        match self.settings.shape {
            Shape::Natural => self.natural_contact(place),
            Shape::Bench => self.bench_contact(place),
        }
    }

    fn natural_contact(&self, place: usize) -> Contact {
        let mut dice = self.dice(Topic::Contact, place);
        let first_name = dice.pick(text::FIRST_NAMES);
        let last_name = dice.pick(text::LAST_NAMES);
        let (city, state, postal_code) = dice.pick(text::CITIES);
        let house = dice.below(200) + 1;
        let street = format!("{house} {}", dice.pick(text::STREETS));
        let phone = format!("+1 919 555 {:04}", dice.below(10_000));
        let prefix = dice.pick(&["Ms.", "Mr.", "Dr.", "Prof."]);
        let business = dice.pick(text::COMPANIES);
        let has_address = dice.chance(55);
        let mut maybe = |percent, text: &str| dice.chance(percent).then(|| text.to_owned());
        Contact {
            contact_id: self.contact_id(place),
            email: format!("contact{place}@example.com"),
            prefix: maybe(20, prefix),
            first_name: maybe(92, first_name),
            last_name: maybe(90, last_name),
            suffix: maybe(4, "Jr."),
            street: has_address.then_some(street),
            street2: maybe(8, "Apt. 0042"),
            city: has_address.then(|| city.to_owned()),
            state: has_address.then(|| state.to_owned()),
            postal_code: has_address.then(|| postal_code.to_owned()),
            phone: maybe(40, &phone),
            fax: maybe(3, &phone),
            business: maybe(60, business),
            shows_business: false,
            create_date: self.contact_created(place),
            bounce_count: bounce_count(&mut dice),
            status: contact_status(&mut dice),
            custom: self.custom_values(place),
            list_ids: self.list_ids(place),
        }
    }

    /// A contact without gaps, whose row is about 900 bytes of JSON.
    fn bench_contact(&self, place: usize) -> Contact {
        let mut dice = self.dice(Topic::Contact, place);
        let (city, state, postal_code) = dice.pick(text::CITIES);
        let house = dice.below(2000) + 1;
        let street = dice.pick(text::STREETS);
        let phone = format!("+1 919 555 {:04}", dice.below(10_000));
        let status = contact_status(&mut dice);
        Contact {
            contact_id: self.contact_id(place),
            email: format!("contact.number.{place:07}@mail.example.com"),
            prefix: Some("Dr.".to_owned()),
            first_name: Some(dice.pick(text::FIRST_NAMES).to_owned()),
            last_name: Some(dice.pick(text::LAST_NAMES).to_owned()),
            suffix: Some("Jr.".to_owned()),
            street: Some(format!("{house} {street}, north entrance")),
            street2: Some(format!("Building {}, floor {}", house % 9, house % 31)),
            city: Some(city.to_owned()),
            state: Some(state.to_owned()),
            postal_code: Some(postal_code.to_owned()),
            phone: Some(phone.clone()),
            fax: Some(phone),
            business: Some(format!("{} (division {house})", dice.pick(text::COMPANIES))),
            shows_business: true,
            create_date: self.contact_created(place),
            bounce_count: bounce_count(&mut dice),
            status,
            custom: vec![(CUSTOM_FIELDS[0].to_owned(), Some(filler(&mut dice)))],
            list_ids: self.list_ids(place),
        }
    }

    fn contact_created(&self, place: usize) -> Timestamp {
        if let Some(edge) = edge_date(place) {
            return edge;
        }
        let moment = self.moment(Topic::Contact, place, self.settings.contacts);
        time::without_second_showing(moment)
    }

    fn list_ids(&self, contact: usize) -> Vec<u64> {
        let places = self.list_places(contact);
        places.map(|place| self.list_id(place as usize)).collect()
    }

    fn custom_values(&self, place: usize) -> Vec<(String, Option<String>)> {
        let mut dice = self.dice(Topic::Custom, place);
        let fields = 0..self.settings.custom_field_count();
        fields
            .map(|field| {
                let value = match field {
                    0 => self.note(place, &mut dice),
                    1 => Some(format!("{:08}", dice.below(100_000))),
                    2 => Some(dice.pick(&["0", "1"]).to_owned()),
                    3 => Some(format!("{}-07-{:02}", 1940 + dice.below(65), 1 + dice.below(28))),
                    _ => dice.chance(50).then(|| dice.pick(text::AWKWARD).to_owned()),
                };
                (private_name(field), value)
            })
            .collect()
    }

    /// Every awkward text in turn, then a very long one, then mostly nothing.
    fn note(&self, place: usize, dice: &mut Dice) -> Option<String> {
        let after = place.checked_sub(text::AWKWARD.len());
        match after {
            None => Some(text::AWKWARD[place].to_owned()),
            Some(0) => Some("long täxt ".repeat(LONG_TEXT_REPEATS)),
            Some(1) if self.settings.nul_text => Some("a NUL \0 inside".to_owned()),
            _ => dice.chance(5).then(|| dice.pick(text::AWKWARD).to_owned()),
        }
    }

    pub(super) fn custom_field(&self, place: usize) -> CustomField {
        let private_name = private_name(place);
        CustomField {
            public_name: private_name.replace('_', " "),
            display_to_user: place.is_multiple_of(2),
            field_type: if place == 2 { "checkbox" } else { "text" },
            private_name,
        }
    }

    pub(super) fn subscription(&self, place: usize) -> Subscription {
        // Beyond the last one stand those that a fault inserts.
        let beyond = place.saturating_sub(self.memberships.len()) + self.settings.contacts;
        let (contact, list) = match self.memberships.get(place) {
            Some((contact, list)) => (*contact as usize, *list as usize),
            None => (beyond, 0),
        };
        let mut dice = self.dice(Topic::Subscription, place);
        let status = match dice.below(100) {
            0..85 => "normal",
            85..92 => "pending",
            _ => "unsubscribed",
        };
        let is_confirmed = dice.chance(10) && self.settings.messages > 0;
        let delay = dice.below(90 * 86_400) as i64;
        Subscription {
            list_id: self.list_id(list),
            contact_id: self.contact_id(contact),
            status,
            add_date: later(self.contact_created(contact), (1 + delay).seconds()),
            confirmation_message_id: is_confirmed
                .then(|| self.message_id(dice.below(self.settings.messages))),
        }
    }

    /// How many entries a contact's history has. The first contact's is longer than a page.
    pub(super) fn action_count(&self, contact: usize) -> usize {
        match contact {
            0 => 60,
            _ => 1 + self.dice(Topic::Action, contact).below(5),
        }
    }

    /// An entry of a contact's history, the latest first; the last one is its creation.
    pub(super) fn action(&self, contact: usize, place: usize) -> Action {
        let age = self.action_count(contact).saturating_sub(place + 1);
        let hours = i64::try_from(age * 31).unwrap_or(0);
        let list = self.list_id(0);
        let message = self.message_id(0);
        let kinds = [
            ("EditFields", json!({"email": "new@example.com", "lastName": "O\"Neill"})),
            ("EditSubscription", json!({"listId": list.to_string(), "newStatus": "normal"})),
            ("Open", json!({"messageId": message.to_string()})),
            ("Click", json!({"messageId": message, "clickLink": text::LINKS[1]})),
            ("ReleaseSend", json!([])),
            ("EditStatus", json!({"oldStatus": "pending", "newStatus": "normal"})),
            ("Bounce", json!({"messageId": message, "count": 1})),
            ("Survey", json!([])),
            ("Forward", json!({"to": ["a@example.com", "b@example.com"]})),
        ];
        let mut dice = Dice::new(&[self.dice(Topic::Action, contact).roll(), place as u64]);
        let (action_type, details) = match age {
            0 => ("AddContact", json!([])),
            _ => kinds[dice.below(kinds.len())].clone(),
        };
        Action {
            contact_id: self.contact_id(contact),
            action_type,
            action_time: later(self.contact_created(contact), hours.hours()),
            actor: self.account_id().to_string(),
            details,
        }
    }
}

/// `time` and `span`; within four thousand years, which is far more than any row needs.
pub(super) fn later(time: Timestamp, span: Span) -> Timestamp {
    time.checked_add(span).unwrap_or(time)
}

fn private_name(place: usize) -> String {
    match CUSTOM_FIELDS.get(place) {
        Some(name) => (*name).to_owned(),
        None => format!("custom_{}", place + 1),
    }
}

fn bounce_count(dice: &mut Dice) -> Option<u64> {
    match dice.below(100) {
        0..40 => None,
        40..80 => Some(0),
        _ => Some(1 + dice.below(5) as u64),
    }
}

fn contact_status(dice: &mut Dice) -> &'static str {
    match dice.below(100) {
        0..86 => "normal",
        86..90 => "bounced",
        90..94 => "donotcontact",
        94..97 => "pending",
        97..99 => "invitable",
        _ => "deleted",
    }
}

/// Dates at the edges of the calendar and of daylight saving time, for a few contacts.
fn edge_date(place: usize) -> Option<Timestamp> {
    let at = match place {
        1 => date(2025, 3, 9).at(1, 59, 59, 0),
        2 => date(2025, 3, 9).at(3, 0, 0, 0),
        3 => date(2025, 11, 2).at(0, 59, 59, 0),
        4 => date(2025, 11, 2).at(1, 30, 0, 0),
        5 => date(2025, 11, 2).at(2, 0, 0, 0),
        6 => date(2024, 2, 29).at(23, 59, 59, 0),
        7 => date(2024, 12, 31).at(19, 0, 0, 0),
        _ => return None,
    };
    Some(time::first_at(at))
}

/// About 460 bytes of words.
fn filler(dice: &mut Dice) -> String {
    let words = [
        "prefers", "mail", "about", "spring", "offers", "met", "at", "the", "fair", "asked", "for",
        "café", "prices", "twice", "call", "again", "after", "June", "size", "medium",
    ];
    let mut text = String::with_capacity(480);
    while text.len() < 455 {
        text.push_str(dice.pick(&words));
        text.push(' ');
    }
    text
}
