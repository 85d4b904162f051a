//! Reports about campaigns, their activities, and single contacts.

use jiff::{Span, Timestamp};
use serde_json::{Value, json};

use super::plain;
use crate::constant_contact::ConstantContact;
use crate::constant_contact::collection::{Collection, Form, wrapped};
use crate::constant_contact::mailing::REPORTS;
use crate::constant_contact::record::{Record, write_list};
use crate::constant_contact::text::BOUNCE_CODES;
use crate::query::{Parameters, Query, Type};
use crate::vendor::{Reply, Request, Twist};

/// What the report of a contact's activities may be about.
const ACTIVITY_TYPES: &[&str] = &[
    "em_sends",
    "em_opens",
    "em_clicks",
    "em_bounces",
    "em_optouts",
    "em_forwards",
    "p_contact_open",
    "p_contact_click",
    "p_contact_add",
    "p_contact_update",
];

const TRACKING: Parameters = &[super::LIMIT];
const CLICKS: Parameters = &[super::LIMIT, ("url_id", Type::Whole(0, usize::MAX))];
const BOUNCES: Parameters = &[super::LIMIT, ("bounce_code", Type::Repeated(BOUNCE_CODES))];
const LINKS: Parameters = &[("no_clicks", Type::Flag)];
const STRETCH: Parameters = &[("start", Type::Moment), ("end", Type::Moment)];
const DETAILS: Parameters = &[
    ("tracking_activities_list", Type::Words(ACTIVITY_TYPES)),
    ("tracking_activity_type", Type::Repeated(ACTIVITY_TYPES)),
    ("include_campaign_activity_names", Type::Flag),
    ("limit", Type::Whole(1, 100)),
];

/// How many campaigns and how many activities one call for statistics may name.
const CAMPAIGNS_MAX: usize = 150;
const ACTIVITIES_MAX: usize = 10;

impl ConstantContact {
    pub(super) fn report(
        &self,
        request: &Request,
        path: &[&str],
        twists: &[Twist],
    ) -> Result<Reply, Reply> {
        match path {
            ["summary_reports", "email_campaign_summaries"] => self.summaries(request, twists),
            ["stats", "email_campaigns", ids] => self.campaign_statistics(request, ids),
            ["stats", "email_campaign_activities", ids] => self.activity_statistics(request, ids),
            ["email_reports", id, "links"] => self.link_report(request, id),
            ["email_reports", id, "tracking", report] => {
                match REPORTS.iter().find(|known| *known == report) {
                    Some(report) => self.tracking_page(request, id, report, twists),
                    None => Err(self.no_such_path(request)),
                }
            }
            ["contact_reports", id, report] => {
                let Some(contact) = self.find_contact(id) else {
                    return Err(self.not_found(request, "contact"));
                };
                match *report {
                    "activity_summary" => self.activity_summary(request, contact, twists),
                    "activity_details" => self.activity_details(request, contact, twists),
                    "open_and_click_rates" => {
                        let query = self.read(request, STRETCH)?;
                        let rates = self.rates(contact, self.stretch(request, &query)?);
                        Ok(self.single(200, &rates, query.violations))
                    }
                    _ => Err(self.no_such_path(request)),
                }
            }
            _ => Err(self.no_such_path(request)),
        }
    }

    fn summaries(&self, request: &Request, twists: &[Twist]) -> Result<Reply, Reply> {
        let query = self.read_page(request, TRACKING, Form::Next)?;
        let sent = self.data.sent_campaigns();
        let row = |place| self.data.campaign_summary(place);
        let list =
            Collection::new(&request.path, "bulk_email_campaign_summaries", Form::Next, sent, row);
        let list = list.beside("aggregate_percents", self.data.aggregate_percents());
        Ok(self.page(&list, query, twists))
    }

    /// The places that the ids of a path stand for. One unknown id spoils the whole call.
    fn named(
        &self,
        request: &Request,
        ids: &str,
        most: usize,
        find: impl Fn(&str) -> Option<usize>,
    ) -> Result<Vec<usize>, Reply> {
        // A client may escape the commas of a path, and most do.
        let ids = ids.replace("%2C", ",").replace("%2c", ",");
        let ids: Vec<_> = ids.split(',').collect();
        if ids.len() > most {
            return Err(self.wrong(request, 400, &format!("more than {most} ids")));
        }
        let places: Option<Vec<_>> = ids.iter().map(|id| find(id)).collect();
        places.ok_or_else(|| {
            let key = "reportingsvc.not_found.invalid_path_param.campaign_ids";
            let body = json!([{"error_key": key, "error_message": "One of the ids is unknown"}]);
            plain(404, &body, Vec::new())
        })
    }

    fn campaign_statistics(&self, request: &Request, ids: &str) -> Result<Reply, Reply> {
        let query = self.read(request, super::NONE)?;
        let places = self.named(request, ids, CAMPAIGNS_MAX, |id| self.find_campaign(id))?;
        let results = places.into_iter().map(|place| self.data.campaign_stats(place));
        Ok(self.statistics(&results.collect::<Vec<_>>(), query))
    }

    fn activity_statistics(&self, request: &Request, ids: &str) -> Result<Reply, Reply> {
        let query = self.read(request, super::NONE)?;
        let places = self.named(request, ids, ACTIVITIES_MAX, |id| self.find_activity(id))?;
        let results = places.into_iter().map(|place| self.data.activity_stats(place));
        Ok(self.statistics(&results.collect::<Vec<_>>(), query))
    }

    fn statistics(&self, results: &[Record], query: Query) -> Reply {
        let mut body = b"{\"errors\":[],\"results\":".to_vec();
        write_list(&mut body, results, self.style(0));
        body.push(b'}');
        let mut reply = Reply::new(200, super::CONTENT_TYPE, body);
        reply.records = Some("results");
        reply.violations = query.violations;
        reply
    }

    fn link_report(&self, request: &Request, id: &str) -> Result<Reply, Reply> {
        let query = self.read(request, LINKS)?;
        let Some(activity) = self.find_activity(id).filter(|it| it % 4 != 1) else {
            return Err(self.not_found(request, "campaign activity"));
        };
        let mut body = format!("{{\"campaign_activity_id\":\"{id}\",\"link_click_counts\":");
        let mut links = Vec::new();
        let records = match self.data.sent_at(activity) {
            Some(_) => self.links(activity, !query.flag("no_clicks")),
            None => Vec::new(),
        };
        write_list(&mut links, &records, self.style(0));
        body.push_str(&String::from_utf8_lossy(&links));
        body.push('}');
        let mut reply = Reply::new(200, super::CONTENT_TYPE, body);
        reply.records = Some("link_click_counts");
        reply.violations = query.violations;
        Ok(reply)
    }

    fn tracking_page(
        &self,
        request: &Request,
        id: &str,
        report: &'static str,
        twists: &[Twist],
    ) -> Result<Reply, Reply> {
        let parameters = match report {
            "clicks" => CLICKS,
            "bounces" => BOUNCES,
            _ => TRACKING,
        };
        let query = self.read_page(request, parameters, Form::Next)?;
        // Activities of the role permalink have no reports.
        let Some(activity) = self.find_activity(id).filter(|it| it % 4 != 1) else {
            return Err(self.not_found(request, "campaign activity"));
        };
        let mut touches = self.data.reported(activity, report);
        if let Some(link) = query.get("url_id") {
            touches.retain(|it| self.data.link_id(activity, it.link) == link);
        }
        let codes = query.all("bounce_code");
        touches.retain(|it| codes.is_empty() || codes.contains(&it.bounce_code));
        let places = (0..touches.len()).collect::<Vec<_>>();
        let row = move |place| {
            let touch = &touches[wrapped(place, touches.len())];
            self.tracking_row(activity, report, touch)
        };
        let list = Collection::new(&request.path, "tracking_activities", Form::Next, places, row);
        Ok(self.page(&list.limit_default(500), query, twists))
    }

    /// The stretch of time that a report is about, which has to be given.
    fn stretch(&self, request: &Request, query: &Query) -> Result<(Timestamp, Timestamp), Reply> {
        let (Some(start), Some(end)) = (query.moment("start"), query.moment("end")) else {
            return Err(self.wrong(request, 400, "start and end are needed"));
        };
        let five_years = Span::new().hours(5 * 366 * 24);
        let is_right = start <= end && start.checked_add(five_years).is_ok_and(|most| end <= most);
        match is_right {
            true => Ok((start, end)),
            false => Err(self.wrong(request, 400, "end must follow start within five years")),
        }
    }

    fn activity_summary(
        &self,
        request: &Request,
        contact: usize,
        twists: &[Twist],
    ) -> Result<Reply, Reply> {
        let query = self.read_page(request, STRETCH, Form::Next)?;
        let stretch = self.stretch(request, &query)?;
        let records = self.data.activity_summaries(contact, stretch);
        let list = Collection::of(&request.path, "campaign_activities", Form::Next, records);
        let id = self.contact(contact).contact_id;
        let list = list.limit_default(200).beside("contact_id", Value::from(id));
        Ok(self.page(&list, query, twists))
    }

    fn activity_details(
        &self,
        request: &Request,
        contact: usize,
        twists: &[Twist],
    ) -> Result<Reply, Reply> {
        let query = self.read_page(request, DETAILS, Form::Next)?;
        let (list, repeated) =
            (query.list("tracking_activities_list"), query.all("tracking_activity_type"));
        if list.is_empty() == repeated.is_empty() {
            let reason = "one of tracking_activities_list and tracking_activity_type is needed";
            return Err(self.wrong(request, 400, reason));
        }
        let wanted: Vec<_> = list.into_iter().chain(repeated).collect();
        let is_named = query.get("include_campaign_activity_names") != Some("false");
        let mut touches = self.data.contact_touches(contact);
        touches.retain(|(_, touch)| wanted.contains(&touch.kind.v3_name()));
        let places = (0..touches.len()).collect::<Vec<_>>();
        let row = move |place| {
            let (activity, touch) = &touches[wrapped(place, touches.len())];
            self.detail_row(*activity, touch, is_named)
        };
        let list = Collection::new(&request.path, "tracking_activities", Form::Next, places, row);
        Ok(self.page(&list.limit_default(100), query, twists))
    }
}
