//! One page of a list, and the ways in which paging can go wrong.

use serde_json::{Value, json};
use url::form_urlencoded;

use super::agents;
use super::checks::Call;
use super::data::{Entry, INSERTED, Item};
use super::lists::List;
use super::record::Record;
use super::settings::{Empty, Excess};
use super::{CONTENT_TYPE, InContact};
use crate::change::{Change, Cut, Position};
use crate::query::Query;
use crate::random::mix;
use crate::vendor::Reply;

/// How a list is wrapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Envelope {
    /// The records beside what is said about the list.
    Flat,
    /// The same within `resultSet`.
    ResultSet,
    /// The records alone.
    Bare,
}

impl InContact {
    /// The page of a list that a call asks for.
    pub(super) fn list(&self, call: &Call<'_>, list: &List) -> Result<Reply, Reply> {
        let query = self.read_list(call, list)?;
        let span = self.span(call, list, &query)?;
        let refuse = |why: String| self.refuse(call.request, 400, &why).violation(why);
        let limit = query.whole("top").unwrap_or(self.settings.top_default);
        if limit > self.settings.top_max && self.settings.top_excess == Excess::Refused {
            return Err(refuse(format!("top must be at most {}", self.settings.top_max)));
        }
        let limit = limit.min(self.settings.top_max);
        let found = self.select(list, &query, span).map_err(refuse)?;
        let change = self.changes.twist(&call.request.path, call.twists);
        // Where nothing is found, nothing is inserted either.
        let change = if found.is_empty() { Change::default() } else { change };
        let cut = change.cut(found.len(), query.whole("skip").unwrap_or(0), limit, call.twists);
        let mut reply = match (cut.positions.is_empty(), self.settings.empty) {
            (true, Empty::NoContent) => self.nothing(Vec::new()),
            _ => self.page(call, list, &query, &found, &cut, limit),
        };
        reply.is_page = true;
        reply.violations = query.violations;
        Ok(reply)
    }

    fn page(
        &self,
        call: &Call<'_>,
        list: &List,
        query: &Query,
        found: &[(Entry, Record)],
        cut: &Cut,
        limit: usize,
    ) -> Reply {
        let names = query.get("fields").map(|_| query.list("fields"));
        let rows = cut.positions.iter().map(|position| match position {
            Position::Found(at) => {
                let (entry, record) = &found[*at];
                self.row(call.version, list, entry.place, record.clone().only(names.as_deref()))
            }
            Position::Inserted(at) => {
                let record = self.record(list, &self.inserted(list.item, *at));
                self.row(call.version, list, INSERTED + at, record.only(names.as_deref()))
            }
        });
        let rows: Vec<Value> = rows.collect();
        let envelope = self.envelope(call.version, list);
        let mut body = match envelope {
            Envelope::Bare => json!({}),
            _ => self.about(call, list, cut, limit),
        };
        body[list.field] = rows.into();
        let (body, records) = match envelope {
            Envelope::ResultSet => (json!({"resultSet": body}), list.inner_field),
            _ => (body, list.field),
        };
        let mut reply = Reply::new(200, CONTENT_TYPE, body.to_string());
        reply.records = Some(records);
        reply
    }

    fn row(&self, version: u32, list: &List, place: usize, record: Record) -> Value {
        let style = self.list_style(list, version, place);
        let record = match list.item {
            Item::Agent if style.is_pascal => agents::of_old(record, self.data.business_unit()),
            _ => record,
        };
        record.written(style, mix(self.settings.seed) ^ place as u64)
    }

    fn envelope(&self, version: u32, list: &List) -> Envelope {
        let versions = &self.settings.versions;
        let is_old = version < versions.pascal_below;
        match list.item {
            Item::Campaign if version < versions.old_campaigns_below => Envelope::ResultSet,
            Item::Contact if is_old => Envelope::ResultSet,
            Item::Agent | Item::Team | Item::Skill if is_old => Envelope::Bare,
            _ => Envelope::Flat,
        }
    }

    /// What a page says about the list.
    fn about(&self, call: &Call<'_>, list: &List, cut: &Cut, limit: usize) -> Value {
        let link = |offset: usize| self.link(call, offset, limit);
        let next = cut.has_next.then(|| link(cut.offset.saturating_add(limit)));
        let previous = (cut.offset > 0).then(|| link(cut.offset.saturating_sub(limit)));
        let links = json!({
            "self": link(cut.offset),
            "next": next.unwrap_or_default(),
            "previous": previous.unwrap_or_default(),
        });
        let style = self.style(call.version, 1);
        let number = |number: i64| match style.is_textual {
            true => json!(number.to_string()),
            false => json!(number),
        };
        let mut about = json!({
            "businessUnitId": number(self.data.business_unit()),
            "totalRecords": number(i64::try_from(cut.total).unwrap_or(i64::MAX)),
        });
        let versions = &self.settings.versions;
        let is_campaign = list.item == Item::Campaign;
        if !is_campaign || call.version < versions.old_campaigns_below {
            about["_links"] = links;
        }
        if !is_campaign {
            about["lastPollTime"] = json!(self.now().to_string());
        }
        if list.item == Item::Agent {
            about["hiddenAgents"] = json!(0);
        }
        about
    }

    fn link(&self, call: &Call<'_>, offset: usize, limit: usize) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let pairs = call.request.query.iter();
        query.extend_pairs(pairs.filter(|(name, _)| name != "skip" && name != "top"));
        query.append_pair("skip", &offset.to_string()).append_pair("top", &limit.to_string());
        let (origin, path) = (&self.settings.urls.files, &call.request.path);
        format!("{origin}{path}?{}", query.finish())
    }
}
