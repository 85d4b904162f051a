//! Events and registrations, whose pages lead both forth and back.

use crate::constant_contact::ConstantContact;
use crate::constant_contact::collection::{Collection, Form};
use crate::constant_contact::data::Topic;
use crate::constant_contact::events::{EVENT_STATUSES, PAYMENT_STATUSES, REGISTRATION_STATUSES};
use crate::query::{Parameters, Type};
use crate::row::Row as _;
use crate::vendor::{Reply, Request, Twist};

const ORDERS: &[&str] = &["ASC", "DESC", "asc", "desc"];
const PAGE: Parameters = &[
    ("event_status", Type::Word(EVENT_STATUSES)),
    ("search_text", Type::Text),
    ("sort_by", Type::Word(&["name", "start_time", "end_time", "created_time", "updated_time"])),
    ("sort_order", Type::Word(ORDERS)),
    ("limit", Type::Whole(1, 100)),
];
const SINGLE: Parameters = &[("include", Type::Flag)];
const REGISTRATIONS: Parameters = &[
    ("registration_status", Type::Word(REGISTRATION_STATUSES)),
    ("payment_status", Type::Word(PAYMENT_STATUSES)),
    ("search_text", Type::Text),
    ("sort_by", Type::Word(REGISTRATION_ORDERS)),
    ("sort_order", Type::Word(ORDERS)),
    ("limit", Type::Whole(1, 100)),
    ("page_size", Type::Whole(1, 100)),
];
const REGISTRATION_ORDERS: &[&str] = &[
    "first_name",
    "last_name",
    "email_address",
    "registration_status",
    "payment_status",
    "tickets",
    "total",
];

impl ConstantContact {
    pub(super) fn event_route(
        &self,
        request: &Request,
        path: &[&str],
        twists: &[Twist],
    ) -> Result<Reply, Reply> {
        let [id, rest @ ..] = path else {
            return self.event_page(request, twists);
        };
        let place = self.data.uuid_place(Topic::Event, id);
        let Some(event) = place.filter(|place| *place < self.settings.events) else {
            return Err(self.not_found(request, "event"));
        };
        match rest {
            [] => {
                let query = self.read(request, SINGLE)?;
                Ok(self.single(200, &self.data.event_detail(event), query.violations))
            }
            ["tracks", track, "registrations", rest @ ..] => {
                if *track != self.data.track_id(event) {
                    return Err(self.not_found(request, "track"));
                }
                match rest {
                    [] => self.registration_page(request, event, twists),
                    [id] => {
                        let query = self.read(request, super::NONE)?;
                        let Some(place) = self.data.registration_place(event, id) else {
                            return Err(self.not_found(request, "registration"));
                        };
                        let record = self.data.registration_detail(event, place);
                        Ok(self.single(200, &record, query.violations))
                    }
                    _ => Err(self.no_such_path(request)),
                }
            }
            _ => Err(self.no_such_path(request)),
        }
    }

    fn event_page(&self, request: &Request, twists: &[Twist]) -> Result<Reply, Reply> {
        let query = self.read_page(request, PAGE, Form::Events)?;
        let status = query.get("event_status");
        let mut places: Vec<_> = (0..self.settings.events)
            .filter(|event| status.is_none_or(|status| self.data.event_status(*event) == status))
            .filter(|event| {
                let text = query.get("search_text");
                text.is_none_or(|text| self.data.event_name(*event).contains(text))
            })
            .collect();
        match query.get("sort_by") {
            Some("name") => places.sort_by_key(|event| self.data.event_name(*event)),
            _ => places.sort_by_key(|event| self.data.event_created(*event)),
        }
        if query.get("sort_order").is_some_and(|order| order.eq_ignore_ascii_case("desc")) {
            places.reverse();
        }
        let row = |place| self.data.event(place);
        let list = Collection::new(&request.path, "records", Form::Events, places, row);
        Ok(self.page(&list, query, twists))
    }

    fn registration_page(
        &self,
        request: &Request,
        event: usize,
        twists: &[Twist],
    ) -> Result<Reply, Reply> {
        let query = self.read_page(request, REGISTRATIONS, Form::Events)?;
        let is_wanted = |name, value: &str| query.get(name).is_none_or(|wanted| wanted == value);
        let mut places: Vec<_> = (0..self.data.registration_count(event))
            .filter(|it| is_wanted("registration_status", self.data.registration_status(*it)))
            .filter(|it| is_wanted("payment_status", self.data.payment_status(*it)))
            .filter(|it| {
                let row = self.data.registration(event, *it).plain();
                query.get("search_text").is_none_or(|text| {
                    row.values().any(|value| value.as_str().is_some_and(|it| it.contains(text)))
                })
            })
            .collect();
        if let Some(field) = query.get("sort_by") {
            places.sort_by_cached_key(|it| {
                let value = self.data.registration(event, *it).value(field);
                value.unwrap_or_default().to_string()
            });
        }
        if query.get("sort_order").is_some_and(|order| order.eq_ignore_ascii_case("desc")) {
            places.reverse();
        }
        let row = move |place| self.data.registration(event, place);
        let list = Collection::new(&request.path, "records", Form::Events, places, row);
        Ok(self.page(&list, query, twists))
    }
}
