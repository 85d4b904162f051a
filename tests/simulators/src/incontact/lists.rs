//! The lists that have pages: what each takes, which records it finds, in which order.

use std::cmp::Ordering;

use jiff::Timestamp;

use super::checks::Call;
use super::data::{Entry, Item};
use super::record::{Datum, Record, Style};
use super::settings::Excess;
use super::{InContact, agents, contacts, teams};
use crate::query::{Bounds, Query, Type};
use crate::vendor::Reply;

/// A list below one path.
#[derive(Debug)]
pub(super) struct List {
    /// The name of the list in [`RESOURCES`](super::RESOURCES).
    pub(super) name: &'static str,
    path: &'static [&'static str],
    pub(super) item: Item,
    /// The field of the records.
    pub(super) field: &'static str,
    /// The same where the envelope lies in another one.
    pub(super) inner_field: &'static str,
    /// The parameters that filter, each with the field it compares.
    filters: &'static [(&'static str, Type, &'static str)],
    /// The fields in which `searchString` is looked for; none where there is no such parameter.
    search: &'static [&'static str],
    /// Whether there is `updatedSince`, by whichever spelling.
    has_updates: bool,
}

/// Parameters of all lists.
const COMMON: &[(&str, Type)] = &[
    ("fields", Type::Text),
    ("skip", Type::Whole(0, usize::MAX)),
    ("top", Type::Whole(1, usize::MAX)),
    ("orderBy", Type::Text),
];
const ID: Type = Type::Whole(0, usize::MAX);

const LISTS: [List; 6] = [
    List {
        name: "agents",
        path: &["agents"],
        item: Item::Agent,
        field: "agents",
        inner_field: "resultSet/agents",
        filters: &[("isActive", Type::Flag, "isActive"), ("isLocked", Type::Flag, "locked")],
        search: &["firstName", "lastName", "userName", "emailAddress"],
        has_updates: true,
    },
    List {
        name: "teams",
        path: &["teams"],
        item: Item::Team,
        field: "teams",
        inner_field: "resultSet/teams",
        filters: &[("isActive", Type::Flag, "isActive")],
        search: &["teamName"],
        has_updates: true,
    },
    List {
        name: "skills",
        path: &["skills"],
        item: Item::Skill,
        field: "skills",
        inner_field: "resultSet/skills",
        filters: &[
            ("mediaTypeId", ID, "mediaTypeId"),
            ("outboundStrategy", Type::Text, "outboundStrategy"),
            ("isActive", Type::Flag, "isActive"),
        ],
        search: &["skillName"],
        has_updates: true,
    },
    List {
        name: "campaigns",
        path: &["campaigns"],
        item: Item::Campaign,
        field: "campaigns",
        inner_field: "resultSet/campaigns",
        filters: &[("isActive", Type::Flag, "isActive")],
        search: &["name"],
        has_updates: false,
    },
    List {
        name: "contacts",
        path: &["contacts"],
        item: Item::Contact,
        field: "contacts",
        inner_field: "resultSet/contacts",
        filters: &[],
        search: &[],
        has_updates: false,
    },
    List {
        name: "contacts_completed",
        path: &["contacts", "completed"],
        item: Item::Contact,
        field: "completedContacts",
        inner_field: "resultSet/completedContacts",
        filters: &[
            ("mediaTypeId", ID, "mediaTypeId"),
            ("mediaSubTypeId", ID, "mediaSubTypeId"),
            ("mediaSubTypeName", Type::Text, "mediaSubTypeName"),
            ("skillId", ID, "skillId"),
            ("campaignId", ID, "campaignId"),
            ("agentId", ID, "agentId"),
            ("teamId", ID, "teamId"),
            ("toAddress", Type::Text, "toAddress"),
            ("fromAddress", Type::Text, "fromAddress"),
            ("isLogged", Type::Flag, "isLogged"),
            ("isRefused", Type::Flag, "isRefused"),
            ("isTakeover", Type::Flag, "isTakeover"),
            ("analyticsProcessed", Type::Flag, "isAnalyticsProcessed"),
        ],
        search: &[],
        has_updates: true,
    },
];

/// The list at a path.
pub(super) fn find(path: &[&str]) -> Option<&'static List> {
    LISTS.iter().find(|list| list.path == path)
}

/// The list of a name.
pub(super) fn named(name: &str) -> Option<&'static List> {
    LISTS.iter().find(|list| list.name == name)
}

impl InContact {
    /// Reads the query of a list in the words of its version.
    pub(super) fn read_list(&self, call: &Call<'_>, list: &List) -> Result<Query, Reply> {
        let versions = &self.settings.versions;
        let mut parameters = COMMON.to_vec();
        for (name, kind, _) in list.filters {
            let old =
                contacts::OLD_NAMES.iter().find(|(new, _)| new == name && name.ends_with('s'));
            let old = old.filter(|_| call.version < versions.old_contacts_below);
            parameters.push((old.map_or(name, |(_, old)| old), *kind));
        }
        if !list.search.is_empty() {
            parameters.push(("searchString", Type::Text));
        }
        if list.item == Item::Campaign {
            parameters.push(("isSkillFiltered", Type::Flag));
        }
        if list.name == "contacts_completed" {
            parameters.push(("tags", Type::Flag));
        }
        if list.item == Item::Contact {
            parameters.extend([("startDate", Type::Moment), ("endDate", Type::Moment)]);
        }
        if list.has_updates {
            let (right, wrong) = self.spelling(call.version, list);
            parameters.push((right, Type::Moment));
            let is_wrong = call.request.parameter(wrong).is_some();
            if is_wrong && self.settings.spelling == Excess::Refused {
                let why = format!("{wrong} is not a parameter of this version");
                return Err(self.refuse(call.request, 400, &why).violation(why));
            }
        }
        let mut query = self.read(call, &parameters)?;
        // What is not a parameter of this version has no effect.
        query.pairs.retain(|(name, _)| parameters.iter().any(|(known, _)| known == name));
        Ok(query)
    }

    /// How `updatedSince` is spelt in a version, and how it is not.
    fn spelling(&self, version: u32, list: &List) -> (&'static str, &'static str) {
        let is_new = version >= self.settings.versions.update_since_from;
        match is_new && matches!(list.item, Item::Agent | Item::Team) {
            true => ("updateSince", "updatedSince"),
            false => ("updatedSince", "updateSince"),
        }
    }

    /// The span of time that a list of contacts is about; none for other lists.
    pub(super) fn span(
        &self,
        call: &Call<'_>,
        list: &List,
        query: &Query,
    ) -> Result<Option<(Timestamp, Timestamp)>, Reply> {
        let names_dates = query.get("startDate").is_some() || query.get("endDate").is_some();
        match list.item {
            Item::Contact if names_dates || query.get("updatedSince").is_none() => {
                self.window(call, query, self.settings.windows.contacts_days).map(Some)
            }
            _ => Ok(None),
        }
    }

    /// The records that a query is about, in its order. The error names what nothing can be sorted
    /// by.
    pub(super) fn select(
        &self,
        list: &List,
        query: &Query,
        span: Option<(Timestamp, Timestamp)>,
    ) -> Result<Vec<(Entry, Record)>, String> {
        let since = query.moment("updatedSince").or_else(|| query.moment("updateSince"));
        let since = since.filter(|_| list.has_updates);
        let mut found = Vec::new();
        for entry in self.entries(list.item) {
            // Where both ends are within, a row exactly where two spans meet is in both.
            let is_within = span.is_none_or(|(start, end)| {
                let is_at_end = entry.created == end && self.settings.end_date == Bounds::Inclusive;
                is_at_end || (start..end).contains(&entry.created)
            });
            let is_there = list.name != "contacts_completed" || !self.data.is_open(entry.place);
            let is_new = since.is_none_or(|since| self.data.updated_at(list.item, &entry) >= since);
            if is_within && is_there && is_new {
                let record = self.record(list, &entry);
                if self.admits(list, query, &entry, &record) {
                    found.push((entry, record));
                }
            }
        }
        if let Some(order) = query.get("orderBy") {
            let (field, direction) = order.trim().rsplit_once(' ').unwrap_or((order, "asc"));
            // By whichever name the version has for it.
            let renamed = teams::OLD_CAMPAIGN_NAMES.iter().find(|(_, old)| *old == field);
            let renamed = renamed.filter(|_| list.item == Item::Campaign);
            let field = renamed.map_or(field, |(new, _)| *new);
            let is_known = self.record(list, &self.inserted(list.item, 0)).get(field).is_some();
            let is_downwards = direction.eq_ignore_ascii_case("desc");
            if !is_known || !(is_downwards || direction.eq_ignore_ascii_case("asc")) {
                return Err(format!("nothing can be sorted by {order}"));
            }
            found.sort_by(|(_, left), (_, right)| {
                let order = compare(left.get(field), right.get(field));
                if is_downwards { order.reverse() } else { order }
            });
        }
        Ok(found)
    }

    fn admits(&self, list: &List, query: &Query, entry: &Entry, record: &Record) -> bool {
        let text = |field: &str| record.get(field).map(Datum::text).unwrap_or_default();
        let mut filters = list.filters.iter();
        let passes = filters.all(|(name, _, field)| {
            let old = contacts::OLD_NAMES.iter().find(|(new, _)| new == name);
            let wanted = query.get(name).or_else(|| query.get(old?.1));
            wanted.is_none_or(|wanted| text(field) == wanted)
        });
        let is_found = query.get("searchString").is_none_or(|wanted| {
            let wanted = wanted.to_lowercase();
            list.search.iter().any(|field| text(field).to_lowercase().contains(&wanted))
        });
        let has_tags = if text("tags") == "[]" { "false" } else { "true" };
        let is_tagged = query.get("tags").is_none_or(|wanted| wanted == has_tags);
        let has_skills = !query.flag("isSkillFiltered") || {
            let mut skills = 0..self.settings.skills;
            skills.any(|skill| self.data.campaign_of(skill) == entry.place)
        };
        passes && is_found && is_tagged && has_skills
    }

    pub(super) fn record(&self, list: &List, entry: &Entry) -> Record {
        match list.item {
            Item::Agent => self.data.agent(entry),
            Item::Team => self.data.team(entry),
            Item::Skill => self.data.skill(entry),
            Item::Campaign => self.data.campaign(entry),
            Item::Contact if list.name == "contacts" => self.data.contact(entry),
            Item::Contact => self.data.completed_contact(entry),
        }
    }

    /// How the record at `place` of a list is written.
    pub(super) fn list_style(&self, list: &List, version: u32, place: usize) -> Style {
        let versions = &self.settings.versions;
        let renamed = match list.item {
            Item::Agent if version < versions.pascal_below => agents::OLD_NAMES,
            Item::Campaign if version < versions.old_campaigns_below => teams::OLD_CAMPAIGN_NAMES,
            Item::Contact if version < versions.old_contacts_below => contacts::OLD_NAMES,
            _ => &[],
        };
        Style { renamed, ..self.style(version, place) }
    }
}

/// Which of two values comes first; what has none comes before what has one.
fn compare(left: Option<&Datum>, right: Option<&Datum>) -> Ordering {
    match (left, right) {
        (Some(Datum::Whole(left)), Some(Datum::Whole(right))) => left.cmp(right),
        (Some(Datum::Hundredths(left)), Some(Datum::Hundredths(right))) => left.cmp(right),
        (Some(Datum::Moment(left)), Some(Datum::Moment(right))) => left.cmp(right),
        (left, right) => left.map(Datum::text).cmp(&right.map(Datum::text)),
    }
}
