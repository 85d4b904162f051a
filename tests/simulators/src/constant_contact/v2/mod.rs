//! Version 2, which is only read: the same account in its older shape.

mod library;
mod rows;

use std::sync::Arc;

use serde_json::Value;

use super::collection::{Collection, Form, wrapped};
use super::data::Topic;
use super::record::{Record, write_list};
use super::time;
use super::{CONTENT_TYPE, ConstantContact};
use crate::query::{Parameters, Query, Type};
use crate::vendor::{Reply, Request, Twist};

const KEY: (&str, Type) = ("api_key", Type::Text);
const CONTACT_STATUSES: &[&str] =
    &["ALL", "ACTIVE", "UNCONFIRMED", "OPTOUT", "REMOVED", "NON_SUBSCRIBER", "VISITOR"];
const CAMPAIGN_STATUSES: &[&str] = &["ALL", "DRAFT", "RUNNING", "SENT", "SCHEDULED", "DELETED"];
const FILE_TYPES: &[&str] = &["ALL", "IMAGES", "DOCUMENTS"];
const FILE_SOURCES: &[&str] =
    &["ALL", "MyComputer", "StockImage", "Facebook", "Instagram", "Shutterstock", "Mobile"];
const FILE_ORDERS: &[&str] = &[
    "CREATED_DATE",
    "CREATED_DATE_DESC",
    "MODIFIED_DATE",
    "MODIFIED_DATE_DESC",
    "NAME",
    "NAME_DESC",
    "SIZE",
    "SIZE_DESC",
    "DIMENSION",
    "DIMENSION_DESC",
];

const NONE: Parameters = &[KEY];
const CONTACTS: Parameters = &[
    KEY,
    ("limit", Type::Whole(1, 500)),
    ("modified_since", Type::Moment),
    ("status", Type::Word(CONTACT_STATUSES)),
    ("email", Type::Text),
    ("include_contact_id", Type::Flag),
];
const TRACKING: Parameters =
    &[KEY, ("limit", Type::Whole(1, 500)), ("created_since", Type::Moment)];
const LISTS: Parameters = &[KEY, ("modified_since", Type::Moment), ("include_list_id", Type::Flag)];
const CAMPAIGNS: Parameters = &[
    KEY,
    ("limit", Type::Whole(1, 50)),
    ("modified_since", Type::Moment),
    ("status", Type::Word(CAMPAIGN_STATUSES)),
];
const UPDATED: Parameters = &[KEY, ("updateSummary", Type::Flag)];
const FILES: Parameters = &[
    KEY,
    ("limit", Type::Whole(1, 1_000)),
    ("type", Type::Word(FILE_TYPES)),
    ("source", Type::Word(FILE_SOURCES)),
    ("sort_by", Type::Word(FILE_ORDERS)),
];
const EVENTS: Parameters = &[KEY, ("limit", Type::Whole(1, 50))];

impl ConstantContact {
    pub(super) fn v2(&self, request: &Request, path: &[&str], twists: &[Twist]) -> Reply {
        let answer = match path {
            ["contacts"] => self.v2_contacts(request, twists),
            ["contacts", id, "tracking"] => self.v2_tracking(request, id, twists),
            ["lists"] => self.v2_lists(request),
            ["emailmarketing", "campaigns"] => self.v2_campaigns(request, twists),
            ["emailmarketing", "campaigns", id] => {
                self.v2_campaign(request, id, |place| self.v2_campaign_detail(place))
            }
            ["emailmarketing", "campaigns", id, "tracking", "reports", "summary"] => {
                self.v2_campaign(request, id, |place| self.v2_campaign_summary(place))
            }
            ["library", "files"] => self.v2_files(request, false, twists),
            ["library", "folders", "trash", "files"] => self.v2_files(request, true, twists),
            ["account", "info"] => {
                self.read(request, NONE).map(|query| self.v2_single(&self.data.v2_account(), query))
            }
            ["eventspot", "events"] => self.v2_events(request, twists),
            ["eventspot", "events", id] => self.v2_event(request, id),
            _ => Err(self.no_such_path(request)),
        };
        answer.unwrap_or_else(|refusal| refusal)
    }

    fn v2_single(&self, record: &Record, query: Query) -> Reply {
        let mut body = Vec::new();
        record.write(&mut body, self.style(0));
        let mut reply = Reply::new(200, CONTENT_TYPE, body);
        reply.violations = query.violations;
        reply
    }

    fn v2_page<'a>(
        &'a self,
        request: &'a Request,
        query: Query,
        places: impl Into<Arc<Vec<usize>>>,
        row: impl Fn(usize) -> Record + 'a,
        twists: &[Twist],
    ) -> Reply {
        let list = Collection::new(&request.path, "results", Form::Meta, places, row);
        self.page(&list, query, twists)
    }

    fn v2_contacts(&self, request: &Request, twists: &[Twist]) -> Result<Reply, Reply> {
        let query = self.read_page(request, CONTACTS, Form::Meta)?;
        let (since, status) = (query.moment("modified_since"), query.get("status"));
        let key = format!("v2 {since:?} {status:?} {:?}", query.get("email"));
        let places = self.select(&key, |contact| {
            let own = rows::contact_status(contact);
            let has_status = match status {
                None => own != "REMOVED",
                Some("ALL") => true,
                Some(wanted) => own == wanted,
            };
            let address = contact.email_address.as_ref();
            let is_named = query.get("email").is_none_or(|wanted| {
                address.is_some_and(|it| it.address.eq_ignore_ascii_case(wanted))
            });
            // A contact without an address is younger than this version, which never shows one.
            let is_shown = address.is_some();
            is_shown
                && has_status
                && is_named
                && since.is_none_or(|since| since <= contact.updated_at)
        });
        let has_uuid = query.flag("include_contact_id");
        let row = move |place| self.v2_contact(place, has_uuid);
        Ok(self.v2_page(request, query, places, row, twists))
    }

    fn v2_tracking(&self, request: &Request, id: &str, twists: &[Twist]) -> Result<Reply, Reply> {
        let query = self.read_page(request, TRACKING, Form::Meta)?;
        let place = self.data.v2_contact_place(id);
        let Some(contact) = place.filter(|place| self.contact_places().contains(place)) else {
            return Err(self.not_found(request, "contact"));
        };
        let mut touches = self.data.contact_touches(contact);
        if let Some(since) = query.moment("created_since") {
            touches.retain(|(_, touch)| since <= touch.at);
        }
        let places = (0..touches.len()).collect::<Vec<_>>();
        let row = move |place| {
            let (activity, touch) = &touches[wrapped(place, touches.len())];
            self.v2_touch(*activity, touch)
        };
        let list = Collection::new(&request.path, "results", Form::Meta, places, row);
        Ok(self.page(&list.limit_default(500), query, twists))
    }

    fn v2_lists(&self, request: &Request) -> Result<Reply, Reply> {
        let query = self.read(request, LISTS)?;
        let since = query.moment("modified_since");
        let counts = self.membership_counts(false);
        let lists = self.list_places().map(|place| (place, self.list(place)));
        let lists = lists.filter(|(_, list)| {
            list.deleted_at.is_none() && since.is_none_or(|since| since <= list.updated_at)
        });
        let records = lists.map(|(place, list)| {
            let count = counts.get(&list.list_id).copied().unwrap_or(0);
            let record = self.v2_list(place, &list, count);
            match query.flag("include_list_id") {
                true => record.with("list_id", list.list_id),
                false => record,
            }
        });
        let mut body = Vec::new();
        write_list(&mut body, &records.collect::<Vec<_>>(), self.style(0));
        let mut reply = Reply::new(200, CONTENT_TYPE, body);
        reply.violations = query.violations;
        Ok(reply)
    }

    fn v2_campaigns(&self, request: &Request, twists: &[Twist]) -> Result<Reply, Reply> {
        let query = self.read_page(request, CAMPAIGNS, Form::Meta)?;
        let (since, status) = (query.moment("modified_since"), query.get("status"));
        let mut places: Vec<_> = (0..self.settings.campaigns)
            .filter(|place| {
                let own = rows::campaign_status(&self.data, *place);
                match status {
                    None => own != "DELETED",
                    Some("ALL") => true,
                    Some(wanted) => own == wanted,
                }
            })
            .filter(|place| since.is_none_or(|it| it <= self.data.campaign_updated(*place)))
            .collect();
        places.sort_by_key(|place| std::cmp::Reverse(self.data.campaign_updated(*place)));
        let row = |place| rows::campaign(&self.data, place);
        Ok(self.v2_page(request, query, places, row, twists))
    }

    /// One record about a campaign. A deleted one is not found.
    fn v2_campaign(
        &self,
        request: &Request,
        id: &str,
        row: impl Fn(usize) -> Record,
    ) -> Result<Reply, Reply> {
        let query = self.read(request, UPDATED)?;
        let place = self.data.v2_campaign_place(id).filter(|it| *it < self.settings.campaigns);
        let place = place.filter(|it| rows::campaign_status(&self.data, *it) != "DELETED");
        // There is a summary only of what was sent.
        let is_summary = request.path.ends_with("/summary");
        match place.filter(|it| !is_summary || self.data.sent_at(it * 4).is_some()) {
            Some(place) => Ok(self.v2_single(&row(place), query)),
            None => Err(self.not_found(request, "campaign")),
        }
    }

    fn v2_files(
        &self,
        request: &Request,
        is_trash: bool,
        twists: &[Twist],
    ) -> Result<Reply, Reply> {
        let query = self.read_page(request, FILES, Form::Meta)?;
        let mut places: Vec<_> = match is_trash {
            true => (self.settings.files..self.settings.files + self.settings.trash).collect(),
            false => (0..self.settings.files).collect(),
        };
        places.retain(|place| match query.get("type") {
            Some("IMAGES") => library::is_image(*place),
            Some("DOCUMENTS") => !library::is_image(*place),
            _ => true,
        });
        let order = query.get("sort_by").unwrap_or("CREATED_DATE_DESC");
        match order.trim_end_matches("_DESC") {
            "NAME" => places.sort_by_key(|place| library::file_name(*place)),
            "SIZE" | "DIMENSION" => places.sort_by_key(|place| self.data.file_size(*place)),
            "MODIFIED_DATE" => places.sort_by_key(|place| self.data.file_modified(*place)),
            _ => places.sort_by_key(|place| self.data.file_created(*place)),
        }
        if order.ends_with("_DESC") {
            places.reverse();
        }
        let row = move |place| self.data.v2_file(place, is_trash);
        Ok(self.v2_page(request, query, places, row, twists))
    }

    fn v2_events(&self, request: &Request, twists: &[Twist]) -> Result<Reply, Reply> {
        let query = self.read_page(request, EVENTS, Form::Meta)?;
        let places = (0..self.settings.events).collect::<Vec<_>>();
        let row = |place| self.data.v2_event(place);
        Ok(self.v2_page(request, query, places, row, twists))
    }

    fn v2_event(&self, request: &Request, id: &str) -> Result<Reply, Reply> {
        let query = self.read(request, NONE)?;
        let mut events = 0..self.settings.events;
        match events.find(|event| self.data.short_id(Topic::Event, *event) == id) {
            Some(event) => Ok(self.v2_single(&self.data.v2_event_detail(event), query)),
            None => Err(self.not_found(request, "event")),
        }
    }
}

/// A moment as v2 writes it.
fn moment(at: jiff::Timestamp) -> Value {
    time::millis(at).into()
}

impl ConstantContact {
    /// Every record of a resource of version 2.
    ///
    /// # Panics
    /// When there is no such resource.
    pub(super) fn v2_records(&self, resource: &str) -> Vec<Record> {
        let (data, settings) = (&self.data, &self.settings);
        let campaigns = 0..settings.campaigns;
        // Contacts without an address are younger than this version, which never shows them.
        let contacts = self.contact_places().filter(|at| self.contact(*at).email_address.is_some());
        match resource {
            "contacts" => contacts.map(|at| self.v2_contact(at, true)).collect(),
            "lists" => {
                let counts = self.membership_counts(false);
                let lists = self.list_places().map(|at| (at, self.list(at)));
                let lists = lists.filter(|(_, list)| list.deleted_at.is_none());
                let rows = lists.map(|(at, list)| {
                    self.v2_list(at, &list, counts.get(&list.list_id).copied().unwrap_or(0))
                        .with("list_id", list.list_id)
                });
                rows.collect()
            }
            "campaigns" => campaigns.map(|at| self.v2_campaign_detail(at)).collect(),
            "campaign_summaries" => campaigns
                .filter(|at| data.sent_at(at * 4).is_some())
                .map(|at| self.v2_campaign_summary(at))
                .collect(),
            "contact_tracking" => {
                let rows = contacts.flat_map(|contact| {
                    let touches = data.contact_touches(contact);
                    touches.into_iter().map(|(activity, touch)| self.v2_touch(activity, &touch))
                });
                rows.collect()
            }
            "files" => (0..settings.files).map(|at| data.v2_file(at, false)).collect(),
            "trash" => (settings.files..settings.files + settings.trash)
                .map(|at| data.v2_file(at, true))
                .collect(),
            "events" => (0..settings.events).map(|at| data.v2_event_detail(at)).collect(),
            "account" => vec![data.v2_account()],
            _ => panic!("no resource is called \"v2/{resource}\""),
        }
    }
}
