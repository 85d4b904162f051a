//! Lists of contacts, read and written, and the work that a deletion leaves behind.

use serde_json::json;

use super::plain;
use crate::constant_contact::ConstantContact;
use crate::constant_contact::body::check_length;
use crate::constant_contact::collection::{Collection, Form};
use crate::constant_contact::data::Topic;
use crate::constant_contact::small::ContactList;
use crate::constant_contact::state::Task;
use crate::constant_contact::time;
use crate::log::lock;
use crate::query::{Parameters, Type};
use crate::vendor::{Reply, Request, Twist};

const COUNT: (&str, Type) = ("include_membership_count", Type::Word(&["all", "active"]));
const PAGE: Parameters = &[
    super::LIMIT,
    ("include_count", Type::Flag),
    COUNT,
    ("name", Type::Text),
    ("status", Type::Words(&["all", "active", "deleted"])),
    ("channel_type", Type::Word(&["email", "sms"])),
    ("include_sms_membership_count", Type::Flag),
];
const SINGLE: Parameters = &[COUNT];
const FIELDS: &[&str] = &["name", "favorite", "description"];

impl ConstantContact {
    pub(super) fn list_page(&self, request: &Request, twists: &[Twist]) -> Result<Reply, Reply> {
        let query = self.read_page(request, PAGE, Form::Cursor)?;
        let statuses = query.list("status");
        let is_email = query.get("channel_type") != Some("sms");
        let places = self.list_places().filter(|place| {
            let list = self.list(*place);
            let status = if list.deleted_at.is_some() { "deleted" } else { "active" };
            let has_status = match statuses.as_slice() {
                [] => status == "active",
                wanted => wanted.contains(&"all") || wanted.contains(&status),
            };
            has_status && is_email && query.get("name").is_none_or(|name| list.name == name)
        });
        let places: Vec<_> = places.collect();
        let counts = query.get("include_membership_count");
        let counts = counts.map(|which| self.membership_counts(which == "active"));
        let row = move |place| {
            let list = self.list(place);
            let count = counts.as_ref().map(|counts| counts.get(&list.list_id).copied());
            match count {
                Some(count) => list.record().with("membership_count", count.unwrap_or(0)),
                None => list.record(),
            }
        };
        let total = query.flag("include_count").then_some(places.len());
        let mut list = Collection::new(&request.path, "lists", Form::Cursor, places, row);
        if let Some(total) = total {
            list = list.beside("lists_count", total);
        }
        Ok(self.page(&list, query, twists))
    }

    pub(super) fn single_list(&self, request: &Request, id: &str) -> Result<Reply, Reply> {
        let query = self.read(request, SINGLE)?;
        let Some(place) = self.find_list(id) else {
            return Err(self.not_found(request, "list"));
        };
        let list = self.list(place);
        let record = match query.get("include_membership_count") {
            Some(which) => {
                let counts = self.membership_counts(which == "active");
                let count = counts.get(&list.list_id).copied();
                list.record().with("membership_count", count.unwrap_or(0))
            }
            None => list.record(),
        };
        Ok(self.single(200, &record, query.violations))
    }

    pub(super) fn create_list(&self, request: &Request) -> Result<Reply, Reply> {
        self.write_list(request, None)
    }

    pub(super) fn update_list(&self, request: &Request, id: &str) -> Result<Reply, Reply> {
        match self.find_list(id).filter(|place| self.list(*place).deleted_at.is_none()) {
            Some(place) => self.write_list(request, Some(place)),
            None => Err(self.not_found(request, "list")),
        }
    }

    fn write_list(&self, request: &Request, known: Option<usize>) -> Result<Reply, Reply> {
        let body = self.body(request, FIELDS).map_err(|reply| *reply)?;
        let name = body.text("name").unwrap_or_default().to_owned();
        let is_right = !name.is_empty() && check_length(&json!(name), "name", 255).is_ok();
        if !is_right {
            return Err(self.wrong(request, 400, "name must be a text of 255 characters at most"));
        }
        let mut others = self.list_places().filter(|place| Some(*place) != known);
        if others.any(|place| {
            let list = self.list(place);
            list.deleted_at.is_none() && list.name == name
        }) {
            return Err(self.refuse(request, 409, "another list has this name"));
        }
        let now = self.now();
        let place = known.unwrap_or_else(|| self.add_list_place());
        let list = ContactList {
            list_id: self.data.uuid(Topic::List, place),
            name,
            description: body.text("description").map(str::to_owned),
            favorite: body.fields.get("favorite") == Some(&json!(true)),
            created_at: known.map_or(now, |place| self.list(place).created_at),
            updated_at: now,
            deleted_at: None,
        };
        self.store_list(place, list.clone());
        let status = if known.is_some() { 200 } else { 201 };
        Ok(self.single(status, &list.record(), body.violations))
    }

    pub(super) fn delete_list(&self, request: &Request, id: &str) -> Result<Reply, Reply> {
        let query = self.read(request, super::NONE)?;
        let found = self.find_list(id).filter(|place| self.list(*place).deleted_at.is_none());
        let Some(place) = found else {
            return Err(self.not_found(request, "list"));
        };
        let now = self.now();
        let list = self.list(place);
        self.store_list(place, ContactList { deleted_at: Some(now), updated_at: now, ..list });
        let mut state = lock(&self.state);
        state.tasks.push(Task { started: now, polls: 0 });
        let id = self.data.uuid(Topic::Task, state.tasks.len() - 1);
        let body = json!({
            "activity_id": id,
            "state": "initialized",
            "created_at": time::seconds(now),
            "updated_at": time::seconds(now),
            "percent_done": 1,
            "activity_errors": [],
            "_links": {"self": {"href": format!("/v3/activities/{id}")}},
        });
        Ok(plain(202, &body, query.violations))
    }

    /// How far the work is that a request began.
    pub(super) fn task(&self, request: &Request, id: &str) -> Result<Reply, Reply> {
        let query = self.read(request, super::NONE)?;
        let mut state = lock(&self.state);
        let place = self.data.uuid_place(Topic::Task, id);
        let Some(task) = place.and_then(|place| state.tasks.get_mut(place)) else {
            return Err(self.not_found(request, "activity"));
        };
        task.polls += 1;
        let is_done = task.polls > self.settings.activity_pending;
        let started = time::seconds(task.started);
        let mut body = json!({
            "activity_id": id,
            "state": if is_done { "completed" } else { "processing" },
            "created_at": started,
            "started_at": started,
            "updated_at": started,
            "percent_done": if is_done { 100 } else { 50 },
            "activity_errors": [],
            "status": {"list_count": 1, "items_total_count": 1},
            "_links": {"self": {"href": format!("/v3/activities/{id}")}},
        });
        if is_done {
            body["completed_at"] = json!(started);
        }
        Ok(plain(200, &body, query.violations))
    }
}
