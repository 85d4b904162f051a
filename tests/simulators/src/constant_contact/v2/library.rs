//! The records of version 2 that v3 has under other names or not at all: the library, the account,
//! events.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::moment;
use crate::constant_contact::data::{Data, Topic, later};
use crate::constant_contact::record::{Datum, Record, record};
use crate::constant_contact::{text, time};

pub(super) fn file_name(place: usize) -> String {
    format!("{place}-{}", text::FILE_NAMES[place % text::FILE_NAMES.len()])
}

pub(super) fn is_image(place: usize) -> bool {
    !file_name(place).ends_with(".pdf")
}

impl Data {
    pub(super) fn file_created(&self, place: usize) -> Timestamp {
        self.moment(Topic::File, place, self.settings.files + self.settings.trash)
    }

    pub(super) fn file_modified(&self, place: usize) -> Timestamp {
        let days = self.dice(Topic::File, place).below(400);
        later(self.file_created(place), days * 86_400)
    }

    pub(super) fn file_size(&self, place: usize) -> usize {
        1_000 + self.dice(Topic::File, place + 1_000_000).below(500_000)
    }

    pub(in crate::constant_contact) fn v2_file(&self, place: usize, is_trash: bool) -> Record {
        let name = file_name(place);
        let kind = match name.rsplit_once('.').map_or("", |(_, end)| end) {
            "pdf" => "PDF",
            "jpg" => "JPG",
            "gif" => "GIF",
            _ => "PNG",
        };
        let url = format!("https://www.example.com/files/{place}");
        let thumbnail = json!({"url": format!("{url}/small"), "height": 90, "width": 160});
        let folders = [Some("3"), Some("-1"), None];
        let image = is_image(place);
        record! {
            "id": Datum::Id(self.v2_file_id(place)),
            "name": name,
            "description": text::AWKWARD[place % text::AWKWARD.len()],
            "folder": "Pictures",
            "folder_id": folders[place % folders.len()].map_or(Value::Null, Value::from),
            "height": image.then_some(360),
            "width": image.then_some(640),
            "size": self.file_size(place),
            "url": url,
            "source": "MyComputer",
            "status": if is_trash { "Deleted" } else { "Active" },
            "thumbnail": image.then_some(thumbnail),
            "created_date": Datum::time(self.file_created(place), time::millis_offset),
            "modified_date": Datum::time(self.file_modified(place), time::millis_offset),
            "is_image": image,
            "file_type": kind,
        }
    }

    pub(in crate::constant_contact) fn v2_account(&self) -> Record {
        record! {
            "website": "https://www.example.com",
            "organization_name": "Example & Sons",
            "time_zone": "US/Eastern",
            "first_name": "Owner",
            "last_name": "Example",
            "email": "owner@example.com",
            "phone": "6175550100",
            "company_logo": "https://www.example.com/logo.png",
            "country_code": "US",
            "state_code": "MA",
            "organization_addresses": json!([{
                "line1": "1 Harbour Road",
                "city": "Salem",
                "postal_code": "01970",
                "country_code": "US",
                "state_code": "MA",
            }]),
        }
    }

    pub(in crate::constant_contact) fn v2_event(&self, event: usize) -> Record {
        let (start, created) = (self.event_start(event), self.event_created(event));
        let id = self.short_id(Topic::Event, event);
        let status = self.event_status(event);
        record! {
            "id": id.as_str(),
            "name": self.event_name(event),
            "title": format!("{}!", self.event_name(event)),
            "status": status,
            "type": "OTHER",
            "location": "Town hall",
            "address": json!({"line1": "1 Harbour Road", "city": "Salem", "country_code": "US"}),
            "description": text::AWKWARD[event % text::AWKWARD.len()],
            "start_date": Datum::time(start, time::millis),
            "end_date": Datum::time(later(start, 7_200), time::millis),
            "created_date": Datum::time(created, time::millis),
            "active_date": (status == "ACTIVE").then(|| moment(later(created, 600))),
            "time_zone_id": "US/Eastern",
            "is_checkin_available": false,
            "total_registered_count": self.registration_count(event),
            "event_detail_url": format!("/v2/eventspot/events/{id}"),
        }
    }

    pub(in crate::constant_contact) fn v2_event_detail(&self, event: usize) -> Record {
        let updated = later(self.event_created(event), 900);
        self.v2_event(event).without(&["event_detail_url"]).and(record! {
            "updated_date": Datum::time(updated, time::millis),
            "contact": json!({"name": "Owner Example"}),
            "currency_type": "USD",
            "is_calendar_displayed": false,
            "is_map_displayed": true,
            "is_virtual_event": false,
            "payment_options": json!(["DOOR"]),
            "registration_url": format!("https://www.example.com/ev/{event}"),
            "theme_name": "Default",
            "track_information": json!({"guest_limit": 0, "information_sections": ["TIME"]}),
        })
    }
}
