//! One page of a list, and the ways in which paging can go wrong.

use std::sync::atomic::Ordering;

use serde_json::{Value, json};

use super::collection::{Collection, Form, INSERTED};
use super::record::{Style, write_json, write_text};
use super::settings::{LastPage, TagLink};
use super::{CONTENT_TYPE, ConstantContact, cursor};
use crate::change::{Change, Position};
use crate::query::{Parameters, Query};
use crate::random::mix;
use crate::vendor::{Reply, Request, Twist};

/// A page, found but not yet written.
struct Page {
    /// The places of its records.
    places: Vec<usize>,
    total: usize,
    /// Where the next page begins, if there is one.
    next: Option<usize>,
    /// Where the page before begins, if there is one.
    previous: Option<usize>,
    limit: usize,
}

impl ConstantContact {
    /// Reads the query of a list: its parameters, or the token of a later page.
    pub(super) fn read_page(
        &self,
        request: &Request,
        parameters: Parameters,
        form: Form,
    ) -> Result<Query, Reply> {
        let refuse = |reason: &str| Err(self.refuse(request, 400, reason).violation(reason));
        let back = (form == Form::Events).then(|| request.parameter("prev")).flatten();
        let forth = request.parameter(form.parameter());
        let (name, token) = match (back, forth) {
            (Some(_), Some(_)) => return refuse("prev and next exclude each other"),
            (Some(token), None) => ("prev", token),
            (None, Some(token)) => (form.parameter(), token),
            (None, None) => return self.read(request, parameters),
        };
        let Some(mut query) = cursor::decode(&request.path, token) else {
            return refuse("the token of the page is not one that was given out for this path");
        };
        for (other, value) in request.query.iter().filter(|(other, _)| other != name) {
            match form.beside().contains(&other.as_str()) {
                true if form == Form::Events => {
                    query.pairs.retain(|(key, _)| key != other);
                    query.pairs.push((other.clone(), value.clone()));
                }
                true => {}
                false => query.violations.push(format!("{other} is sent beside a token")),
            }
        }
        Ok(query)
    }

    /// Reads the query of a path that has no pages.
    pub(super) fn read(&self, request: &Request, parameters: Parameters) -> Result<Query, Reply> {
        Query::parse(&request.query, parameters)
            .map_err(|reason| self.refuse(request, 400, &reason).violation(reason))
    }

    /// The page of `collection` that `query` asks for.
    pub(super) fn page(
        &self,
        collection: &Collection<'_>,
        query: Query,
        twists: &[Twist],
    ) -> Reply {
        let change = self.changes.twist(collection.path, twists);
        let page = self.cut(collection, &query, change, twists);
        let mut reply = Reply::new(200, CONTENT_TYPE, self.write(collection, &query, &page));
        reply.records = Some(collection.envelope);
        reply.is_page = true;
        reply.violations = query.violations;
        reply
    }

    fn cut(
        &self,
        collection: &Collection<'_>,
        query: &Query,
        change: Change,
        twists: &[Twist],
    ) -> Page {
        let limit = query.whole("limit").or_else(|| query.whole("page_size"));
        let limit = limit.unwrap_or(collection.limit_default).max(1);
        let found = &collection.places;
        // A list without records has none to take as a model for those that are inserted.
        let change = if found.is_empty() { Change::default() } else { change };
        let cut = change.cut(found.len(), query.offset, limit, twists);
        let place = |position: &Position| match position {
            Position::Inserted(at) => INSERTED + at,
            Position::Found(at) => found[*at],
        };
        let places = cut.positions.iter().map(place).collect();
        let next = cut.has_next.then(|| cut.offset.saturating_add(limit));
        let previous = (query.offset > 0).then(|| query.offset.saturating_sub(limit));
        Page { places, total: cut.total, next, previous, limit }
    }

    fn write(&self, collection: &Collection<'_>, query: &Query, page: &Page) -> Vec<u8> {
        let mut out = Vec::with_capacity(256 + page.places.len() * 512);
        out.push(b'{');
        write_text(&mut out, collection.envelope);
        out.extend_from_slice(b":[");
        for (at, place) in page.places.iter().enumerate() {
            if at > 0 {
                out.push(b',');
            }
            match (collection.rendered)(*place) {
                Some(bytes) => out.extend_from_slice(bytes),
                None => (collection.row)(*place).write(&mut out, self.style(*place)),
            }
        }
        out.push(b']');
        let fields = self.fields_of(collection, query, page);
        for (name, value) in collection.beside.iter().chain(&fields) {
            out.push(b',');
            write_text(&mut out, name);
            out.push(b':');
            write_json(&mut out, value);
        }
        out.push(b'}');
        out
    }

    /// What a page says besides its records and what the list itself says.
    fn fields_of(
        &self,
        collection: &Collection<'_>,
        query: &Query,
        page: &Page,
    ) -> Vec<(&'static str, Value)> {
        let form = collection.form;
        let token = |offset| {
            let pairs: Vec<_> =
                query.pairs.iter().filter(|(name, _)| name != "api_key").cloned().collect();
            cursor::encode(collection.path, &pairs, offset, form == Form::Cursor)
        };
        let href = |offset| format!("{}?{}={}", collection.path, form.parameter(), token(offset));
        match (form, page.next) {
            (Form::Meta, next) => {
                let link = next.map(|next| json!({"next_link": href(next)}));
                vec![("meta", json!({"pagination": link.unwrap_or_else(|| json!({}))}))]
            }
            (Form::Events, _) => {
                let mut fields = vec![("total_records", page.total.into())];
                let mut links = json!({"self": {"href": collection.path}});
                for (key, name, offset) in
                    [("next_cursor", "next", page.next), ("prev_cursor", "prev", page.previous)]
                {
                    if let Some(offset) = offset {
                        let (token, limit, path) = (token(offset), page.limit, collection.path);
                        let href = format!("{path}?limit={limit}&{name}={token}");
                        fields.push((key, token.into()));
                        links[name] = json!({"href": href});
                    }
                }
                fields.push(("_links", links));
                fields
            }
            (Form::Tags, Some(next)) if self.is_nested() => {
                vec![("_links", json!({"next": {"next": {"href": href(next)}}}))]
            }
            (_, Some(next)) => vec![("_links", json!({"next": {"href": href(next)}}))],
            (_, None) => self.last_links(collection.path),
        }
    }

    fn is_nested(&self) -> bool {
        match self.settings.tag_link {
            TagLink::Flat => false,
            TagLink::Nested => true,
            TagLink::Rotating => self.turns.fetch_add(1, Ordering::SeqCst) % 2 == 1,
        }
    }

    fn last_links(&self, path: &str) -> Vec<(&'static str, Value)> {
        const TURNS: [LastPage; 5] = [
            LastPage::NoLinks,
            LastPage::EmptyLinks,
            LastPage::NoNext,
            LastPage::NullNext,
            LastPage::NullHref,
        ];
        let way = match self.settings.last_page {
            LastPage::Rotating => TURNS[self.turns.fetch_add(1, Ordering::SeqCst) % TURNS.len()],
            way => way,
        };
        let links = match way {
            LastPage::NoLinks | LastPage::Rotating => return Vec::new(),
            LastPage::EmptyLinks => json!({}),
            LastPage::NoNext => json!({"self": {"href": path}}),
            LastPage::NullNext => json!({"next": null}),
            LastPage::NullHref => json!({"next": {"href": null}}),
        };
        vec![("_links", links)]
    }

    /// How the record at `place` is written.
    pub(super) fn style(&self, place: usize) -> Style {
        let salt = mix(self.settings.seed) ^ place as u64;
        Style { blank: self.settings.blank, ids: self.settings.ids, salt }
    }
}
