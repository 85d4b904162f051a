//! Tags, custom fields, segments, the account: small things, only read.

use crate::constant_contact::ConstantContact;
use crate::constant_contact::account::EXTRA_FIELDS;
use crate::constant_contact::collection::{Collection, Form};
use crate::constant_contact::data::Topic;
use crate::query::{Parameters, Type};
use crate::row::Row as _;
use crate::vendor::{Reply, Request, Twist};

const TAGS: Parameters = &[super::LIMIT, ("include_count", Type::Flag)];
const CUSTOM_FIELDS: Parameters = &[("limit", Type::Whole(1, 100))];
const SEGMENTS: Parameters =
    &[("limit", Type::Whole(1, 1_000)), ("sort_by", Type::Word(&["name", "date"]))];
const SUMMARY: Parameters = &[("extra_fields", Type::Words(EXTRA_FIELDS))];
const EMAILS: Parameters = &[
    ("confirm_status", Type::Word(&["CONFIRMED", "C", "UNCONFIRMED", "U"])),
    ("role_code", Type::Word(ROLES)),
    ("email_address", Type::Text),
];
const ROLES: &[&str] =
    &["CONTACT", "C", "BILLING", "B", "JOURNALING", "J", "REPLY_TO", "R", "OTHER", "O"];

impl ConstantContact {
    pub(super) fn tag_page(&self, request: &Request, twists: &[Twist]) -> Result<Reply, Reply> {
        let query = self.read_page(request, TAGS, Form::Tags)?;
        let counts = query.flag("include_count").then(|| self.tag_counts());
        let row = move |place| {
            let tag = self.data.tag(place);
            match &counts {
                Some(counts) => {
                    let count = counts.get(&self.data.uuid(Topic::Tag, place)).copied();
                    tag.with("contacts_count", count.unwrap_or(0))
                }
                None => tag,
            }
        };
        let places = (0..self.settings.tags).collect::<Vec<_>>();
        let list = Collection::new(&request.path, "tags", Form::Tags, places, row);
        Ok(self.page(&list, query, twists))
    }

    pub(super) fn custom_field_page(
        &self,
        request: &Request,
        twists: &[Twist],
    ) -> Result<Reply, Reply> {
        let query = self.read_page(request, CUSTOM_FIELDS, Form::Cursor)?;
        let row = |place| self.data.custom_field(place);
        let places = (0..self.settings.custom_fields).collect::<Vec<_>>();
        let list = Collection::new(&request.path, "custom_fields", Form::Cursor, places, row);
        Ok(self.page(&list, query, twists))
    }

    pub(super) fn segment_page(&self, request: &Request, twists: &[Twist]) -> Result<Reply, Reply> {
        let query = self.read_page(request, SEGMENTS, Form::Cursor)?;
        let mut places: Vec<_> = (0..self.settings.segments).collect();
        // By date the latest comes first, which is what is done when nothing is asked for.
        if query.get("sort_by") != Some("name") {
            places.reverse();
        }
        let row = |place| self.data.segment(place);
        let list = Collection::new(&request.path, "segments", Form::Cursor, places, row);
        Ok(self.page(&list.limit_default(1_000), query, twists))
    }

    pub(super) fn single_segment(&self, request: &Request, id: &str) -> Result<Reply, Reply> {
        let query = self.read(request, super::NONE)?;
        match self.data.segment_place(id) {
            Some(place) => Ok(self.single(200, &self.data.segment_detail(place), query.violations)),
            None => Err(self.not_found(request, "segment")),
        }
    }

    pub(super) fn account_route(&self, request: &Request, path: &[&str]) -> Result<Reply, Reply> {
        match path {
            ["summary"] => {
                let query = self.read(request, SUMMARY)?;
                let record = self.data.account(&query.list("extra_fields"));
                Ok(self.single(200, &record, query.violations))
            }
            ["summary", "physical_address"] => {
                let query = self.read(request, super::NONE)?;
                Ok(self.single(200, &self.data.physical_address(), query.violations))
            }
            ["user", "privileges"] => {
                let query = self.read(request, super::NONE)?;
                Ok(self.bare(&self.data.privileges(), query.violations))
            }
            ["emails"] => self.account_emails(request),
            _ => Err(self.no_such_path(request)),
        }
    }

    fn account_emails(&self, request: &Request) -> Result<Reply, Reply> {
        let query = self.read(request, EMAILS)?;
        if query.pairs.len() > 1 {
            return Err(self.wrong(request, 400, "only one filter may be given"));
        }
        let mut emails = self.data.account_emails();
        if let Some(wanted) = query.get("email_address") {
            emails.retain(|email| email.value("email_address") == Some(wanted.into()));
        }
        if let Some(wanted) = query.get("confirm_status") {
            let wanted = if wanted.starts_with('C') { "CONFIRMED" } else { "UNCONFIRMED" };
            emails.retain(|email| email.value("confirm_status") == Some(wanted.into()));
        }
        if let Some(wanted) = query.get("role_code") {
            emails.retain(|email| {
                let roles = email.value("roles").unwrap_or_default();
                let mut roles = roles.as_array().into_iter().flatten().filter_map(|it| it.as_str());
                roles.any(|role| role == wanted || wanted.len() == 1 && role.starts_with(wanted))
            });
        }
        Ok(self.bare(&emails, query.violations))
    }
}
