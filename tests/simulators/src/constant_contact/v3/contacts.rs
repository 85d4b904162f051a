//! Contacts, read.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::json;

use super::{LIMIT, plain};
use crate::constant_contact::ConstantContact;
use crate::constant_contact::collection::{Collection, Form};
use crate::constant_contact::contact::{Contact, INCLUDES};
use crate::log::lock;
use crate::query::{Bounds, Parameters, Query, Type};
use crate::vendor::{Reply, Request, Twist};

const STATUSES: &[&str] =
    &["all", "active", "deleted", "not_set", "pending_confirmation", "temp_hold", "unsubscribed"];
const SMS_STATUSES: &[&str] =
    &["all", "explicit", "unsubscribed", "pending_confirmation", "not_set"];

const PAGE: Parameters = &[
    ("status", Type::Words(STATUSES)),
    ("email", Type::Text),
    ("lists", Type::Ids(25)),
    ("segment_id", Type::Whole(0, i32::MAX as usize)),
    ("tags", Type::Ids(50)),
    ("updated_after", Type::Moment),
    ("updated_before", Type::Moment),
    ("created_after", Type::Moment),
    ("created_before", Type::Moment),
    ("optout_after", Type::Moment),
    ("optout_before", Type::Moment),
    ("include", Type::Words(INCLUDES)),
    ("sms_status", Type::Words(SMS_STATUSES)),
    ("include_count", Type::Flag),
    LIMIT,
];
const SINGLE: Parameters = &[("include", Type::Words(INCLUDES))];
const COUNTS: Parameters = &[("include", Type::Word(&["new_subscriber"]))];

/// Parameters that choose no contacts.
const NO_FILTERS: &[&str] = &["limit", "include", "include_count"];

impl ConstantContact {
    pub(super) fn contact_page(&self, request: &Request, twists: &[Twist]) -> Result<Reply, Reply> {
        let query = self.read_page(request, PAGE, Form::Cursor)?;
        let segment = self.chosen_segment(request, &query)?;
        if let Some(segment) = segment
            && self.is_segment_pending(segment)
        {
            let body = json!({"contacts": [], "status": "processing"});
            return Ok(plain(202, &body, query.violations));
        }
        let places = self.selected(&query, segment);
        let includes: Vec<String> = query.list("include").into_iter().map(str::to_owned).collect();
        let rendered = self.rendered_with(&includes);
        let count = query.flag("include_count").then_some(places.len());
        let row = move |place| {
            let includes: Vec<_> = includes.iter().map(String::as_str).collect();
            self.contact(place).record(&includes)
        };
        let mut list = Collection::new(&request.path, "contacts", Form::Cursor, places, row);
        list.rendered =
            Box::new(move |place| rendered?.get(place).filter(|_| self.is_untouched(place)));
        if let Some(count) = count {
            list = list.beside("contacts_count", count);
        }
        Ok(self.page(&list, query, twists))
    }

    /// The places of the contacts that the filters select.
    fn selected(&self, query: &Query, segment: Option<usize>) -> Arc<Vec<usize>> {
        let mut filters = query.pairs.clone();
        filters.retain(|(name, _)| !NO_FILTERS.contains(&name.as_str()));
        if matches!(&filters[..], [(name, value)] if name == "status" && value == "all") {
            // Which contacts there are is known without a look at any of them.
            return Arc::new(self.contact_places().collect());
        }
        self.select(&format!("{filters:?}"), |contact| {
            self.admits(query, contact)
                && segment.is_none_or(|segment| {
                    let place = self.find_contact(&contact.contact_id);
                    place.is_some_and(|place| self.data.is_in_segment(place, segment))
                })
        })
    }

    /// The contacts that were rendered with these collections, if any were.
    fn rendered_with(&self, includes: &[String]) -> Option<&Vec<Bytes>> {
        let is_wanted = |name: &&&str| includes.iter().any(|wanted| wanted == **name);
        match INCLUDES.iter().filter(is_wanted).count() {
            0 => Some(&self.rendered[0]),
            count if count == INCLUDES.len() => Some(&self.rendered[1]),
            _ => None,
        }
    }

    /// The segment whose contacts are asked for, which goes with nothing else.
    fn chosen_segment(&self, request: &Request, query: &Query) -> Result<Option<usize>, Reply> {
        let Some(id) = query.get("segment_id") else {
            return Ok(None);
        };
        let mut others =
            query.pairs.iter().filter(|(name, _)| name != "segment_id" && name != "limit");
        if let Some((name, _)) = others.next() {
            return Err(self.wrong(request, 400, &format!("{name} does not go with segment_id")));
        }
        match self.data.segment_place(id) {
            Some(segment) => Ok(Some(segment)),
            None => Err(self.not_found(request, "segment")),
        }
    }

    fn is_segment_pending(&self, segment: usize) -> bool {
        let mut state = lock(&self.state);
        let requests = state.segment_requests.entry(segment).or_default();
        *requests += 1;
        *requests <= self.settings.segment_pending
    }

    /// Whether a contact is among those that the filters select.
    fn admits(&self, query: &Query, contact: &Contact) -> bool {
        let statuses = query.list("status");
        let has_status = match (statuses.is_empty(), query.get("segment_id")) {
            (true, _) => contact.deleted_at.is_none(),
            (false, _) => statuses.iter().any(|status| contact.has_status(status)),
        };
        let sms = query.list("sms_status");
        let has_email = query.get("email").is_none_or(|wanted| {
            let address = contact.email_address.as_ref();
            address.is_some_and(|it| it.address.eq_ignore_ascii_case(wanted))
        });
        let is_among = |name, own: &[String]| {
            let wanted = query.list(name);
            wanted.is_empty() || own.iter().any(|id| wanted.contains(&id.as_str()))
        };
        has_status
            && has_email
            && (sms.is_empty() || sms.iter().any(|status| contact.has_sms_status(status)))
            && is_among("lists", &contact.list_memberships)
            && is_among("tags", &contact.taggings)
            && self.is_within(query, "updated", Some(contact.updated_at))
            && self.is_within(query, "created", Some(contact.created_at))
            && self.is_within(query, "optout", contact.opt_out_date())
    }

    /// Whether a moment lies between `…_after` and `…_before`.
    fn is_within(&self, query: &Query, name: &str, at: Option<jiff::Timestamp>) -> bool {
        let after = query.moment(&format!("{name}_after"));
        let before = query.moment(&format!("{name}_before"));
        let Some(at) = at else {
            return after.is_none() && before.is_none();
        };
        let is_bound = self.settings.bounds == Bounds::Inclusive;
        after.is_none_or(|after| after < at || is_bound && after == at)
            && before.is_none_or(|before| at < before || is_bound && at == before)
    }

    pub(super) fn single_contact(&self, request: &Request, id: &str) -> Result<Reply, Reply> {
        let query = self.read(request, SINGLE)?;
        let Some(place) = self.find_contact(id) else {
            return Err(self.not_found(request, "contact"));
        };
        let record = self.contact(place).record(&query.list("include"));
        Ok(self.single(200, &record, query.violations))
    }

    pub(super) fn contact_counts(&self, request: &Request) -> Result<Reply, Reply> {
        let query = self.read(request, COUNTS)?;
        let contacts: Vec<_> = self.contact_places().map(|place| self.contact(place)).collect();
        let count = |status: &str| contacts.iter().filter(|it| it.has_status(status)).count();
        let (explicit, implicit) = (count("explicit"), count("implicit"));
        let (pending, unsubscribed) = (count("pending_confirmation"), count("unsubscribed"));
        let mut body = json!({
            "total": explicit + implicit + pending + unsubscribed,
            "explicit": explicit,
            "implicit": implicit,
            "pending": pending,
            "unsubscribed": unsubscribed,
        });
        if query.get("include").is_some() {
            body["new_subscriber"] = json!(explicit.min(1));
        }
        Ok(plain(200, &body, query.violations))
    }
}
