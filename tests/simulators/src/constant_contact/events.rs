//! Events and the people who register for them.

use jiff::Timestamp;
use serde_json::json;

use super::data::{Data, Topic, later};
use super::record::{Datum, Record, record};
use super::{text, time};

/// States of an event.
pub(super) const EVENT_STATUSES: &[&str] =
    &["ACTIVE", "DRAFT", "COMPLETE", "DELETED", "CANCELLED", "ERROR"];
/// States of a registration.
pub(super) const REGISTRATION_STATUSES: &[&str] =
    &["PENDING", "REGISTERED", "CANCELED", "EXPIRED", "IN_PROGRESS", "FAILED"];
/// States of a payment.
pub(super) const PAYMENT_STATUSES: &[&str] =
    &["PENDING", "PAID", "REFUNDED", "CANCELLED", "FAILED", "CHARGED_BACK"];

impl Data {
    pub(super) fn event_status(&self, event: usize) -> &'static str {
        EVENT_STATUSES[event % 5]
    }

    pub(super) fn event_created(&self, event: usize) -> Timestamp {
        self.moment(Topic::Event, event, self.settings.events)
    }

    pub(super) fn event_start(&self, event: usize) -> Timestamp {
        later(self.event_created(event), 30 * 86_400)
    }

    pub(super) fn event_name(&self, event: usize) -> String {
        format!("{} {event}", text::EVENT_NAMES[event % text::EVENT_NAMES.len()])
    }

    fn event_address(&self) -> Record {
        record! {
            "address_type": "EVENT",
            "line1": "1 Harbour Road",
            "city": "Salem",
            "state": "Massachusetts",
            "state_code": "MA",
            "country": "United States",
            "country_code": "US",
            "postal_code": "01970",
            "latitude": 42.5,
            "longitude": -70.875,
        }
    }

    /// The row of an event in a list.
    pub(super) fn event(&self, event: usize) -> Record {
        let start = self.event_start(event);
        record! {
            "event_id": self.uuid(Topic::Event, event),
            "title": format!("{}!", self.event_name(event)),
            "name": self.event_name(event),
            "description": text::AWKWARD[event % text::AWKWARD.len()],
            "start_time": Datum::time(start, time::seconds),
            "end_time": Datum::time(later(start, 7_200), time::seconds),
            "create_time": Datum::time(self.event_created(event), time::millis),
            "status": self.event_status(event),
            "event_type": "OTHER",
            "location_type": "PHYSICAL",
            "time_zone_type": "US/Eastern",
            "registration_url": format!("https://www.example.com/ev/{event}"),
            "address": match event % 3 {
                1 => Datum::Absent,
                _ => self.event_address().into(),
            },
            "event_registration_summary_metrics": json!({
                "registration_count": self.registration_count(event),
                "ticket_sold": self.registration_count(event) * 2,
                "item_sold": 0,
            }),
        }
    }

    /// An event read alone, where some fields have other names.
    pub(super) fn event_detail(&self, event: usize) -> Record {
        let (start, created) = (self.event_start(event), self.event_created(event));
        let in_state = |status| (self.event_status(event) == status).then(|| later(created, 600));
        record! {
            "event_id": self.uuid(Topic::Event, event),
            "campaign_id": self.uuid(Topic::Event, event + 500_000),
            "title": format!("{}!", self.event_name(event)),
            "name": self.event_name(event),
            "description": text::AWKWARD[event % text::AWKWARD.len()],
            "event_start": Datum::time(start, time::seconds),
            "event_end": Datum::time(later(start, 7_200), time::seconds),
            "event_type": "OTHER",
            "location_type": "PHYSICAL",
            "status": self.event_status(event),
            "time_zone": "US/Eastern",
            "currency_type": "USD",
            "create_time": Datum::time(created, time::millis),
            "active_time": Datum::time(in_state("ACTIVE"), time::millis),
            "cancelled_time": Datum::time(in_state("CANCELLED"), time::millis),
            "deleted_time": Datum::time(in_state("DELETED"), time::millis),
            "last_update_time": Datum::time(later(created, 900), time::millis),
            "registration_url": format!("https://www.example.com/ev/{event}"),
            "contact": json!({"name": "Owner Example", "organization_name": "Example & Sons"}),
            "default_track": record! {
                "track_id": self.track_id(event),
                "campaign_activity_id": self.uuid(Topic::Track, event),
                "registration_type": "TICKETED",
                "overall_ticket_capacity": 100,
            },
        }
    }

    pub(super) fn track_id(&self, event: usize) -> String {
        self.short_id(Topic::Track, event)
    }

    /// How many people registered for an event.
    pub(super) fn registration_count(&self, event: usize) -> usize {
        match event {
            0 => self.settings.registrations,
            _ => self.dice(Topic::Registration, event).below(self.settings.registrations + 1),
        }
    }

    pub(super) fn registration_status(&self, place: usize) -> &'static str {
        REGISTRATION_STATUSES[place % 3]
    }

    pub(super) fn payment_status(&self, place: usize) -> &'static str {
        PAYMENT_STATUSES[place % 4]
    }

    fn registration_key(&self, event: usize, place: usize) -> String {
        self.uuid(Topic::Registration, event * 100_000 + place)
    }

    pub(super) fn registration_place(&self, event: usize, id: &str) -> Option<usize> {
        let place = self.uuid_place(Topic::Registration, id)?.checked_sub(event * 100_000)?;
        (place < self.registration_count(event)).then_some(place)
    }

    /// The row of a registration in a list.
    pub(super) fn registration(&self, event: usize, place: usize) -> Record {
        let mut dice = self.dice(Topic::Registration, event * 100_000 + place);
        let at = later(self.event_created(event), 3_600 * (place + 1));
        record! {
            "registration_id": self.registration_key(event, place),
            "email_address": format!("contact{}@example.com", dice.below(self.settings.contacts)),
            "first_name": dice.pick(text::FIRST_NAMES),
            "last_name": dice.pick(text::LAST_NAMES),
            "registration_status": self.registration_status(place),
            "payment_status": self.payment_status(place),
            "registration_time": Datum::time(at, time::millis),
            "checkin_status": "NOT_CHECKED_IN",
            "checkedIn_tickets": 0,
            "eligible_checkin_tickets": 2,
            "tickets": 2,
            "total": 12.5,
            "new_contact": place.is_multiple_of(2),
            "track_key": self.track_id(event),
        }
        .below("event_id", self.uuid(Topic::Event, event))
    }

    /// A registration read alone.
    pub(super) fn registration_detail(&self, event: usize, place: usize) -> Record {
        let at = later(self.event_created(event), 3_600 * (place + 1));
        record! {
            "registration_id": self.registration_key(event, place),
            "contact_id": self.uuid(Topic::Contact, place),
            "checkedIn_tickets": 0,
            "checkin_status": "NOT_CHECKED_IN",
            "eligible_checkin_tickets": 2,
            "registration_date": Datum::time(at, time::millis),
            "registration_status": self.registration_status(place),
            "contact": json!([{"field_name": "first_name", "field_value": "Uma"}]),
            "tickets": json!([{"ticket_name": "Seat", "price": 6.25}]),
            "order_summary": json!({"payment_status": self.payment_status(place)}),
        }
    }
}
