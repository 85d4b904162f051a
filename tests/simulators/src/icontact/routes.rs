//! Which path leads to what.

use jiff::Timestamp;
use serde_json::json;

use super::collection::{Collection, Echo, Selection};
use super::data::{AccountData, Folder};
use super::encode::{Blank, write_row};
use super::mailing::EventKind;
use super::rows::{Account, ClientFolder};
use super::settings::{StatusFilter, Unsent};
use super::{CONTENT_TYPE, IContact, checks, time};
use crate::row::Row;
use crate::vendor::{Reply, Request, Twist};

impl IContact {
    pub(super) fn route(&self, request: &Request, twists: &[Twist]) -> Reply {
        let path = request.path.trim_end_matches('/');
        let segments: Vec<_> = path.split('/').skip(1).collect();
        if segments == ["icp", "time"] {
            return self.time(request);
        }
        if let Err(refusal) = checks::admit(request, &self.settings.credentials) {
            let reply = self.error(refusal.status, refusal.message);
            return reply.violation(refusal.message);
        }
        match segments.as_slice() {
            ["icp", "a"] => self.page(&self.account_list(request), request, twists),
            ["icp", "a", account, rest @ ..] => match self.find_account(account) {
                Ok(account) => self.account_route(account, rest, request, twists),
                Err(reply) => reply,
            },
            _ => self.no_such_resource(),
        }
    }

    fn time(&self, request: &Request) -> Reply {
        if request.method != "GET" {
            return self.error(405, "Method not allowed").violation("not a GET");
        }
        let now = self.settings.now.unwrap_or_else(Timestamp::now);
        let body = json!({"time": time::iso(now), "timestamp": now.as_second()});
        Reply::new(200, CONTENT_TYPE, body.to_string())
    }

    fn account_list(&self, request: &Request) -> Collection<'_> {
        let beyond = |place: usize| Account {
            account_id: 111_111 + place as u64,
            enabled: false,
            folders: 0,
        };
        let len = self.accounts.len();
        Collection::new(&request.path, "accounts", len, move |place| {
            let known = self.accounts.get(place);
            known.map_or_else(|| beyond(place), |account| account.row.clone())
        })
    }

    /// The account of a path, unless it may not be used.
    fn find_account(&self, id: &str) -> Result<&AccountData, Reply> {
        let found = self.accounts.iter().find(|it| it.row.account_id.to_string() == id);
        match found {
            Some(account) if account.row.enabled => Ok(account),
            Some(_) => Err(self.error(403, "You do not have permission to use this account")),
            None => Err(self.error(404, "There is no such account")),
        }
    }

    fn account_route(
        &self,
        account: &AccountData,
        rest: &[&str],
        request: &Request,
        twists: &[Twist],
    ) -> Reply {
        match rest {
            ["c"] => {
                let first = account.folders.first().map_or(0, Folder::client_folder_id);
                let len = account.folders.len();
                let list = Collection::new(&request.path, "clientfolders", len, |place| {
                    ClientFolder { client_folder_id: first + place as u64 }
                });
                self.page(&list.echo(Echo::Total), request, twists)
            }
            ["c", folder, rest @ ..] if !rest.is_empty() => {
                match self.find_folder(account, folder) {
                    Ok(folder) => self.folder_route(folder, rest, request, twists),
                    Err(reply) => reply,
                }
            }
            _ => self.no_such_resource(),
        }
    }

    /// The folder of a path, unless it belongs to another account.
    fn find_folder<'a>(&self, account: &'a AccountData, id: &str) -> Result<&'a Folder, Reply> {
        let is_named = |folder: &&Folder| folder.client_folder_id().to_string() == id;
        if let Some(folder) = account.folders.iter().find(is_named) {
            return Ok(folder);
        }
        let mut elsewhere = self.accounts.iter().flat_map(|account| &account.folders);
        match elsewhere.any(|folder| is_named(&folder)) {
            true => Err(self.error(403, "You do not have permission to use this folder")),
            false => Err(self.error(404, "There is no such client folder")),
        }
    }

    fn folder_route(
        &self,
        folder: &Folder,
        rest: &[&str],
        request: &Request,
        twists: &[Twist],
    ) -> Reply {
        let path = request.path.as_str();
        let list = match rest {
            ["contacts"] => self.contact_list(folder, request),
            ["contacts", id] => return self.contact(folder, id, request),
            ["contacts", id, "actions"] => {
                let place = id.parse().ok().and_then(|id| folder.contact_place(id));
                match place.filter(|place| *place < self.contacts_now(folder)) {
                    Some(contact) => action_list(folder, path, contact),
                    None => return self.error(404, "There is no such contact"),
                }
            }
            ["messages", id, report] => {
                let place = id.parse().ok().and_then(|id| folder.message_place(id));
                match (place, event_kind(report)) {
                    (Some(message), _) if *report == "statistics" => {
                        return self.statistics(folder, message, request);
                    }
                    (Some(message), Some(kind)) => event_list(folder, path, message, kind),
                    (None, Some(_)) => return self.error(404, "There is no such message"),
                    (None, _) if *report == "statistics" => {
                        return self.error(404, "There is no such message");
                    }
                    _ => return self.no_such_resource(),
                }
            }
            ["segments", id, "criteria"] => {
                let place = id.parse().ok().and_then(|id| folder.segment_place(id));
                match place {
                    Some(segment) => criterion_list(folder, path, segment),
                    None => return self.error(404, "There is no such segment"),
                }
            }
            [name] => match top_list(folder, path, name) {
                Some(list) => list,
                None => return self.no_such_resource(),
            },
            _ => return self.no_such_resource(),
        };
        self.page(&list, request, twists)
    }

    fn contact_list<'a>(&'a self, folder: &'a Folder, request: &Request) -> Collection<'a> {
        let len = self.settings.contacts;
        let mut list =
            Collection::new(&request.path, "contacts", len, |place| folder.contact(place));
        list.rendered = self.rendered.get(&folder.client_folder_id());
        let is_heeded = self.settings.status_filter == StatusFilter::Honoured;
        match request.parameter("status") {
            Some("total") => list.consumed = &["status"],
            Some("unlisted") => {
                list.base = Selection::Some(folder.unlisted.clone());
                list.consumed = &["status"];
            }
            Some(_) if is_heeded => {}
            status => {
                list.base = Selection::Some(folder.listed.clone());
                list.consumed = if status.is_some() { &["status"] } else { &[] };
            }
        }
        list
    }

    /// How many contacts have an id, those included that a fault inserted.
    fn contacts_now(&self, folder: &Folder) -> usize {
        let path = format!("{}/contacts", folder.path());
        let change = self.changes.of(&path);
        self.settings.contacts + change.inserted
    }

    fn contact(&self, folder: &Folder, id: &str, request: &Request) -> Reply {
        let place = id.parse().ok().and_then(|id| folder.contact_place(id));
        let Some(place) = place.filter(|place| *place < self.contacts_now(folder)) else {
            return self.error(404, "There is no such contact");
        };
        let mut contact = folder.contact(place);
        contact.shows_business = true;
        self.single("contact", &contact, self.salt(place), request)
    }

    fn statistics(&self, folder: &Folder, message: usize, request: &Request) -> Reply {
        if self.settings.unsent == Unsent::NotFound && !folder.was_sent(message) {
            return self.error(404, "The message was not sent");
        }
        let statistics = &folder.all_statistics()[message];
        self.single("statistics", statistics, 0, request)
    }

    fn single(&self, name: &'static str, row: &dyn Row, salt: u64, request: &Request) -> Reply {
        let mut body = format!("{{\"{name}\":").into_bytes();
        write_row(&mut body, row, salt, Blank::Empty);
        body.push(b'}');
        let mut reply = Reply::new(200, CONTENT_TYPE, body);
        reply.records = Some(name);
        for (parameter, _) in &request.query {
            reply = reply.violation(format!("{parameter} is not a valid parameter"));
        }
        reply
    }

    fn no_such_resource(&self) -> Reply {
        let reply = self.error(404, "There is no such resource");
        reply.violation("the path leads nowhere")
    }
}

fn top_list<'a>(folder: &'a Folder, path: &str, name: &str) -> Option<Collection<'a>> {
    let settings = &folder.settings;
    let list = match name {
        "campaigns" => {
            Collection::new(path, "campaigns", settings.campaigns, |at| folder.campaign(at))
        }
        "lists" => Collection::new(path, "lists", settings.lists, |at| folder.list(at)),
        "segments" => Collection::new(path, "segments", settings.segments, |at| folder.segment(at)),
        "sends" => Collection::new(path, "sends", settings.messages, |at| folder.send(at)),
        "messages" => {
            let filters = &["campaignId", "messageType", "subject"];
            let row = |place| folder.message(place);
            Collection::new(path, "messages", settings.messages, row).only(filters)
        }
        "subscriptions" => {
            let filters = &["listId", "contactId", "status"];
            let row = |place| folder.subscription(place);
            let list = Collection::new(path, "subscriptions", folder.memberships.len(), row);
            list.only(filters).echo(Echo::Total)
        }
        "customfields" => {
            let row = |place| folder.custom_field(place);
            let list = Collection::new(path, "customfields", settings.custom_field_count(), row);
            list.echo(Echo::Total)
        }
        _ => return None,
    };
    Some(list)
}

fn action_list<'a>(folder: &'a Folder, path: &str, contact: usize) -> Collection<'a> {
    let len = folder.action_count(contact);
    let row = move |place| folder.action(contact, place);
    let mut list = Collection::new(path, "actions", len, row).only(&[]);
    list.limit_default = 50;
    list
}

fn criterion_list<'a>(folder: &'a Folder, path: &str, segment: usize) -> Collection<'a> {
    let len = folder.criterion_count(segment);
    let row = move |place| folder.criterion(segment, place);
    let list = Collection::new(path, "criteria", len, row);
    list.only(&[]).echo(Echo::Nothing)
}

fn event_list<'a>(
    folder: &'a Folder,
    path: &str,
    message: usize,
    kind: EventKind,
) -> Collection<'a> {
    let len = folder.event_count(kind, message);
    let row = move |place| folder.event(kind, message, place);
    Collection::new(path, kind.path(), len, row).only(&[])
}

fn event_kind(report: &str) -> Option<EventKind> {
    EventKind::ALL.into_iter().find(|kind| kind.path() == report)
}
