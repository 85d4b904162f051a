//! One page of a list, and the ways in which paging can go wrong.

use super::IContact;
use super::collection::{Collection, Echo, Selection};
use super::encode::{Blank, write_row, write_text};
use super::query::Query;
use super::settings::EmptyList;
use crate::change::{Change, Position};
use crate::log::lock;
use crate::random::mix;
use crate::vendor::{Reply, Request, Twist};

/// How many different queries the rows found for are remembered; each may take a megabyte.
const SELECTIONS_MAX: usize = 32;

/// A page, found but not yet written.
struct Page {
    /// The places of its rows.
    places: Vec<usize>,
    total: usize,
    limit: usize,
    /// The offset the page claims to have.
    offset: usize,
    unknown: Vec<String>,
}

impl IContact {
    /// The page of `collection` that `request` asks for.
    pub(super) fn page(
        &self,
        collection: &Collection<'_>,
        request: &Request,
        twists: &[Twist],
    ) -> Reply {
        let query = match Query::parse(&request.query, collection) {
            Ok(query) => query,
            Err(reason) => return self.error(400, &reason).violation(reason),
        };
        let change = self.changes.twist(&collection.path, twists);
        let selection = self.select(collection, &query, request);
        let page = self.cut(collection, &query, &selection, change, twists);
        let mut reply = Reply::new(200, super::CONTENT_TYPE, self.write(collection, &page));
        reply.records = Some(collection.envelope);
        reply.is_page = true;
        reply.violations = query.violations;
        reply
    }

    /// The rows that match, remembered from one page to the next.
    fn select(&self, collection: &Collection<'_>, query: &Query, request: &Request) -> Selection {
        if query.selects_nothing {
            return Selection::All(0);
        }
        if query.conditions.is_empty() && query.order.is_empty() {
            return collection.base.clone();
        }
        let mut key = collection.path.clone();
        for (name, value) in &request.query {
            if name != "limit" && name != "offset" {
                key.push_str(&format!("\n{name}={value}"));
            }
        }
        if let Some(selection) = lock(&self.selections).get(&key) {
            return selection.clone();
        }
        let selection = find(collection, query);
        let mut selections = lock(&self.selections);
        if selections.len() == SELECTIONS_MAX {
            selections.clear();
        }
        selections.insert(key, selection.clone());
        selection
    }

    fn cut(
        &self,
        collection: &Collection<'_>,
        query: &Query,
        selection: &Selection,
        change: Change,
        twists: &[Twist],
    ) -> Page {
        let limit = query.limit.unwrap_or(collection.limit_default);
        let limit = limit.min(self.settings.limit_max);
        // An empty parameter selects nothing, so new rows are not among what it selects either.
        let change = if query.selects_nothing { Change::default() } else { change };
        let cut = change.cut(selection.len(), query.offset, limit, twists);
        let place = |position: &Position| match position {
            Position::Inserted(at) => collection.len + at,
            Position::Found(at) => selection.place(*at),
        };
        let places = cut.positions.iter().map(place).collect();
        let unknown = query.unknown.clone();
        Page { places, total: cut.total, limit, offset: cut.offset, unknown }
    }

    fn write(&self, collection: &Collection<'_>, page: &Page) -> Vec<u8> {
        let mut out = Vec::with_capacity(256 + page.places.len() * 512);
        out.push(b'{');
        write_text(&mut out, collection.envelope);
        out.push(b':');
        match (page.places.is_empty(), self.settings.empty) {
            (true, EmptyList::Null) => out.extend_from_slice(b"null"),
            (true, EmptyList::Array) => out.extend_from_slice(b"[]"),
            (false, _) => self.write_rows(&mut out, collection, &page.places),
        }
        for (at, name) in page.unknown.iter().enumerate() {
            out.extend_from_slice(if at == 0 { b",\"warnings\":[" } else { b"," });
            write_text(&mut out, &format!("{name} is not a valid parameter"));
        }
        if !page.unknown.is_empty() {
            out.push(b']');
        }
        if collection.echo == Echo::Full {
            let window = format!(",\"limit\":{},\"offset\":{}", page.limit, page.offset);
            out.extend_from_slice(window.as_bytes());
        }
        if collection.echo != Echo::Nothing {
            let total = format!(",\"total\":{}", page.total);
            out.extend_from_slice(total.as_bytes());
        }
        out.push(b'}');
        out
    }

    fn write_rows(&self, out: &mut Vec<u8>, collection: &Collection<'_>, places: &[usize]) {
        for (at, place) in places.iter().enumerate() {
            out.push(if at == 0 { b'[' } else { b',' });
            match collection.rendered.and_then(|rendered| rendered.get(*place)) {
                Some(bytes) => out.extend_from_slice(bytes),
                None => {
                    let salt = self.salt(*place);
                    write_row(out, &*(collection.row)(*place), salt, Blank::Null);
                }
            }
        }
        out.push(b']');
    }

    /// What decides how the values of the row at `place` are encoded.
    pub(super) fn salt(&self, place: usize) -> u64 {
        mix(self.settings.seed) ^ place as u64
    }
}

fn find(collection: &Collection<'_>, query: &Query) -> Selection {
    let positions = 0..collection.base.len();
    let places = positions.map(|position| collection.base.place(position));
    let mut found: Vec<_> = places
        .map(|place| (place, (collection.row)(place)))
        .filter(|(_, row)| query.admits(&**row))
        .map(|(place, row)| (place, (!query.order.is_empty()).then_some(row)))
        .collect();
    // Rows are kept only where they are compared: all of a large account would be a lot.
    found.sort_by(|(_, left), (_, right)| match (left, right) {
        (Some(left), Some(right)) => query.compare(&**left, &**right),
        _ => std::cmp::Ordering::Equal,
    });
    let places = found.into_iter().map(|(place, _)| place);
    let places = places.map(|place| u32::try_from(place).unwrap_or(u32::MAX));
    Selection::Some(std::sync::Arc::new(places.collect()))
}
