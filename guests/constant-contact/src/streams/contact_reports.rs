//! Reports about contacts, one contact after the other.

use tollgate_sdk::http::Request;
use tollgate_sdk::manifest::{Choice, Field, StreamDescription};
use tollgate_sdk::paging::{Each, Item, Pager, Whole};
use tollgate_sdk::values::{Float, Int, Text};
use tollgate_sdk::{Failure, Partition, Record, RecordScan, Scan, ScanRequest, Shape, Stream};

use super::{contacts, options};
use crate::account::Api;
use crate::values::Moment;
use crate::{parts, window};

const DETAILS_PAGE_SIZE: i64 = 100;
const TYPES: [(&str, &str); 10] = [
    ("em_sends", "E-mails sent"),
    ("em_opens", "E-mails opened"),
    ("em_clicks", "Links clicked"),
    ("em_bounces", "E-mails that came back"),
    ("em_optouts", "Opt-outs"),
    ("em_forwards", "E-mails forwarded"),
    ("p_contact_open", "Landing pages opened"),
    ("p_contact_click", "Landing pages clicked"),
    ("p_contact_add", "Contacts added by a landing page"),
    ("p_contact_update", "Contacts updated by a landing page"),
];

/// What a contact did with a campaign.
#[derive(Record)]
pub struct Action<'a> {
    /// The contact.
    #[record(computed, key)]
    pub contact_id: Text<'a>,
    /// The activity of a campaign.
    #[record(key)]
    pub campaign_activity_id: Text<'a>,
    /// When the e-mail last went to the contact.
    pub start_on: Moment<'a>,
    /// How often it was sent.
    pub em_sends: Int,
    /// How often it was opened.
    pub em_opens: Int,
    /// How often a link in it was clicked.
    pub em_clicks: Int,
    /// How often it was forwarded.
    pub em_forwards: Int,
    /// How often it came back.
    pub em_bounces: Int,
    /// How often the contact unsubscribed.
    #[record(alias = "em_optouts")]
    pub em_unsubscribes: Int,
}

/// Something that a contact did.
#[derive(Record)]
pub struct Activity<'a> {
    /// The contact.
    #[record(required)]
    pub contact_id: Text<'a>,
    /// The activity of a campaign.
    pub campaign_activity_id: Text<'a>,
    /// When it happened.
    pub created_time: Moment<'a>,
    /// What happened, for example em_opens.
    pub tracking_activity_type: Text<'a>,
    /// The name of the campaign's activity.
    pub campaign_activity_name: Text<'a>,
}

/// How often a contact opens and clicks.
#[derive(Record)]
pub struct Rates<'a> {
    /// The contact.
    #[record(key)]
    pub contact_id: Text<'a>,
    /// The activities that the rates are about.
    pub included_activities_count: Int,
    /// The average rate of opening, as Constant Contact gives it: 0.6 in its samples.
    pub average_open_rate: Float,
    /// The average rate of clicking, in the same measure.
    pub average_click_rate: Float,
}

/// The stream of action summaries.
pub struct ActionSummary;

/// The stream of activity details.
pub struct ActivityDetails;

/// The stream of open and click rates.
pub struct OpenAndClickRates;

impl Stream for ActionSummary {
    fn describe(&self) -> StreamDescription {
        StreamDescription::of::<Action<'static>>(
            "contact_action_summary",
            "Contact Action Summary",
            "What each contact did with each campaign sent in the chosen days. One request or more \
             per contact.",
        )
        .partitioned()
        .options(contacts::selection())
        .options(window::fields())
    }

    fn choices(&self, request: &ScanRequest, field: &str) -> Result<Vec<Choice>, Failure> {
        options::menu(request, field)
    }

    fn partitions(&self, request: &ScanRequest) -> Result<Vec<Partition>, Failure> {
        partitions(request)
    }

    fn open(&self, request: &ScanRequest) -> Result<Box<dyn Scan>, Failure> {
        let (start, end) = window::bounds(request)?;
        let api = Api::v3(request)?;
        let ways = api.clone();
        let pager = each(&api, request, move |contact| {
            let first = of_contact(&ways, contact, "activity_summary");
            Box::new(ways.links(first.query("start", &start).query("end", &end)))
        })?;
        let pages = api.pages(pager, Shape::list(&["campaign_activities"]));
        let scan = RecordScan::new::<Action<'static>>(request, pages)?;
        let scan = scan.each_row::<Action<'static>>(|row, contact| {
            row.contact_id = Text(contact.text().map(|id| id.to_owned().into()));
            Ok(true)
        });
        Ok(scan.boxed())
    }
}

impl Stream for ActivityDetails {
    fn describe(&self) -> StreamDescription {
        StreamDescription::of::<Activity<'static>>(
            "contact_activity_details",
            "Contact Activity Details",
            "What each contact did, the newest first. Rows have no identity of their own. One \
             request or more per contact.",
        )
        .partitioned()
        .options(contacts::selection())
        .options([
            Field::choices("tracking_activity_types", "Tracking activity types", &TYPES)
                .describe("What to report. Left out: everything."),
            options::page_size(DETAILS_PAGE_SIZE),
        ])
    }

    fn choices(&self, request: &ScanRequest, field: &str) -> Result<Vec<Choice>, Failure> {
        options::menu(request, field)
    }

    fn partitions(&self, request: &ScanRequest) -> Result<Vec<Partition>, Failure> {
        partitions(request)
    }

    fn open(&self, request: &ScanRequest) -> Result<Box<dyn Scan>, Failure> {
        let size = options::page_size_in(request, DETAILS_PAGE_SIZE)?;
        let types = match request.options.values("tracking_activity_types") {
            // The API wants at least one.
            [] => TYPES.map(|(name, _)| name).join(","),
            types => types.join(","),
        };
        let columns = &request.columns;
        let wants_names =
            columns.is_empty() || columns.iter().any(|name| name == "campaign_activity_name");
        let api = Api::v3(request)?;
        let ways = api.clone();
        let pager = each(&api, request, move |contact| {
            let first = of_contact(&ways, contact, "activity_details")
                .query("tracking_activities_list", &types)
                .query("include_campaign_activity_names", wants_names.to_string())
                .query("limit", &size);
            Box::new(ways.links(first))
        })?;
        let pages = api.pages(pager, Shape::list(&["tracking_activities"]));
        Ok(RecordScan::new::<Activity<'static>>(request, pages)?.boxed())
    }
}

impl Stream for OpenAndClickRates {
    fn describe(&self) -> StreamDescription {
        StreamDescription::of::<Rates<'static>>(
            "contact_open_and_click_rates",
            "Contact Open and Click Rates",
            "How often each contact opened and clicked in the chosen days, five years at most. One \
             request per contact.",
        )
        .partitioned()
        .options(contacts::selection())
        .options(window::fields())
    }

    fn choices(&self, request: &ScanRequest, field: &str) -> Result<Vec<Choice>, Failure> {
        options::menu(request, field)
    }

    fn partitions(&self, request: &ScanRequest) -> Result<Vec<Partition>, Failure> {
        partitions(request)
    }

    fn open(&self, request: &ScanRequest) -> Result<Box<dyn Scan>, Failure> {
        let (start, end) = window::bounds(request)?;
        let api = Api::v3(request)?;
        let ways = api.clone();
        let pager = each(&api, request, move |contact| {
            let first = of_contact(&ways, contact, "open_and_click_rates");
            Box::new(Whole::new(first.query("start", &start).query("end", &end)))
        })?;
        let pages = api.pages(pager, Shape::single(&[]));
        Ok(RecordScan::new::<Rates<'static>>(request, pages)?.boxed())
    }
}

fn of_contact(api: &Api, contact: &Item, report: &str) -> Request {
    api.get(&format!("/reports/contact_reports/{}/{report}", parts::segment(contact)))
}

fn partitions(request: &ScanRequest) -> Result<Vec<Partition>, Failure> {
    let (ids, _) = contacts::selected(&Api::v3(request)?, request)?;
    Ok(parts::split("contact", ids))
}

/// The contacts of the part that is read, or all that are chosen. Contacts that were listed may be
/// gone by now, those that are named have to be there.
fn each(
    api: &Api,
    request: &ScanRequest,
    pager_of: impl Fn(&Item) -> Box<dyn Pager> + 'static,
) -> Result<Each, Failure> {
    let (ids, are_named) = match parts::chosen(request)? {
        Some(ids) => (ids, !request.options.values("contacts").is_empty()),
        None => contacts::selected(api, request)?,
    };
    Ok(Each::new(parts::items(ids), pager_of).skip_missing(!are_named))
}
