//! Version 3: which path leads to what.

mod contacts;
mod events;
mod lists;
mod mailing;
mod reports;
mod signup;
mod small;
mod writes;

use serde_json::Value;

use super::record::{Record, write_list};
use super::{CONTENT_TYPE, ConstantContact};
use crate::query::{Parameters, Type};
use crate::vendor::{Reply, Request, Twist};

/// A path that takes no parameters.
const NONE: Parameters = &[];
/// A page of at most 500.
const LIMIT: (&str, Type) = ("limit", Type::Whole(1, 500));

impl ConstantContact {
    pub(super) fn v3(&self, request: &Request, path: &[&str], twists: &[Twist]) -> Reply {
        let answer = match (request.method.as_str(), path) {
            ("GET", _) => self.v3_read(request, path, twists),
            ("POST", ["contacts"]) => self.create_contact(request),
            ("POST", ["contacts", "sign_up_form"]) => self.sign_up(request),
            ("PUT", ["contacts", id]) => self.update_contact(request, id),
            ("DELETE", ["contacts", id]) => self.delete_contact(request, id),
            ("POST", ["contact_lists"]) => self.create_list(request),
            ("PUT", ["contact_lists", id]) => self.update_list(request, id),
            ("DELETE", ["contact_lists", id]) => self.delete_list(request, id),
            _ => {
                let reply = self.refuse(request, 405, "Method not allowed");
                return reply.violation("the path does not take this method");
            }
        };
        answer.unwrap_or_else(|refusal| refusal)
    }

    fn v3_read(&self, request: &Request, path: &[&str], twists: &[Twist]) -> Result<Reply, Reply> {
        match path {
            ["contacts"] => self.contact_page(request, twists),
            ["contacts", "counts"] => self.contact_counts(request),
            ["contacts", id] => self.single_contact(request, id),
            ["contact_lists"] => self.list_page(request, twists),
            ["contact_lists", id] => self.single_list(request, id),
            ["activities", id] => self.task(request, id),
            ["contact_custom_fields"] => self.custom_field_page(request, twists),
            ["contact_tags"] => self.tag_page(request, twists),
            ["segments"] => self.segment_page(request, twists),
            ["segments", id] => self.single_segment(request, id),
            ["emails"] => self.campaign_page(request, twists),
            ["emails", "activities", id] => self.single_activity(request, id),
            ["emails", id] => self.single_campaign(request, id),
            ["reports", rest @ ..] => self.report(request, rest, twists),
            ["account", rest @ ..] => self.account_route(request, rest),
            ["events", rest @ ..] => self.event_route(request, rest, twists),
            _ => Err(self.no_such_path(request)),
        }
    }

    /// An answer of one record.
    fn single(&self, status: u16, record: &Record, violations: Vec<String>) -> Reply {
        let mut body = Vec::new();
        record.write(&mut body, self.style(0));
        let mut reply = Reply::new(status, CONTENT_TYPE, body);
        reply.violations = violations;
        reply
    }

    /// An answer of a list without an envelope.
    fn bare(&self, records: &[Record], violations: Vec<String>) -> Reply {
        let mut body = Vec::new();
        write_list(&mut body, records, self.style(0));
        let mut reply = Reply::new(200, CONTENT_TYPE, body);
        reply.violations = violations;
        reply
    }

    /// A refusal that is the client's fault.
    fn wrong(&self, request: &Request, status: u16, reason: &str) -> Reply {
        self.refuse(request, status, reason).violation(reason)
    }
}

/// An answer of JSON that is no record.
fn plain(status: u16, body: &Value, violations: Vec<String>) -> Reply {
    let mut reply = Reply::new(status, CONTENT_TYPE, body.to_string());
    reply.violations = violations;
    reply
}
