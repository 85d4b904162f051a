//! E-mail campaigns of the API v2, and what became of those that were sent.

use tollgate_sdk::manifest::{Field, StreamDescription};
use tollgate_sdk::paging::{Each, Whole};
use tollgate_sdk::values::{Int, Text};
use tollgate_sdk::{Failure, Partition, Record, RecordScan, Scan, ScanRequest, Shape, Stream};

use super::{RESULTS, incremental, since};
use crate::account::Api;
use crate::parts;
use crate::streams::options;
use crate::values::Moment;

const PATH: &str = "/emailmarketing/campaigns";
const PAGE_SIZE: i64 = 50;

/// An e-mail campaign.
#[derive(Record)]
pub struct Campaign<'a> {
    /// The campaign's id.
    #[record(key)]
    pub id: Text<'a>,
    /// Its name.
    pub name: Text<'a>,
    /// DRAFT, RUNNING, SENT, SCHEDULED or DELETED.
    pub status: Text<'a>,
    /// When it was changed last.
    pub modified_date: Moment<'a>,
}

/// What became of a campaign.
#[derive(Record)]
pub struct Summary<'a> {
    /// The campaign's id.
    #[record(computed, key)]
    pub checkid: Int,
    /// Null: the API gives no such date.
    pub start_date: Moment<'a>,
    /// Null: the API gives no such date.
    pub end_date: Moment<'a>,
    /// Mails sent.
    pub sends: Int,
    /// Openings.
    pub opens: Int,
    /// Clicks.
    pub clicks: Int,
    /// Mails forwarded.
    pub forwards: Int,
    /// Contacts who unsubscribed.
    pub unsubscribes: Int,
    /// Mails that came back.
    pub bounces: Int,
    /// Reports of spam. Null where the API leaves it out.
    pub spam_count: Int,
}

/// The stream of campaigns.
pub struct EmailCampaigns;

/// The stream of summaries.
pub struct EmailCampaignSummary;

impl Stream for EmailCampaigns {
    fn describe(&self) -> StreamDescription {
        let statuses = [
            ("DRAFT", "Draft"),
            ("RUNNING", "Running"),
            ("SENT", "Sent"),
            ("SCHEDULED", "Scheduled"),
            ("DELETED", "Deleted"),
        ];
        StreamDescription::of::<Campaign<'static>>(
            "v2_email_campaigns",
            "Email Campaigns (v2)",
            "The e-mail campaigns, by the API v2.",
        )
        .cursor("modified_date")
        .options([
            Field::choice("status", "Status", &statuses)
                .describe("Only campaigns with this status. Left out: all but deleted ones."),
            since("modified_since", "Modified since"),
            options::overlap(),
            options::page_size(PAGE_SIZE),
        ])
    }

    fn open(&self, request: &ScanRequest) -> Result<Box<dyn Scan>, Failure> {
        let api = Api::v2(request)?;
        let first = api.get(PATH).query_if("status", request.options.text("status"));
        let first = first.query("limit", options::page_size_in(request, PAGE_SIZE)?);
        let ways = api.clone();
        let pager = incremental(request, "modified_since", |bound| {
            Box::new(ways.links(bound.apply(first)))
        })?;
        let pages = api.pages(pager, RESULTS);
        Ok(RecordScan::new::<Campaign<'static>>(request, pages)?.boxed())
    }
}

impl Stream for EmailCampaignSummary {
    fn describe(&self) -> StreamDescription {
        StreamDescription::of::<Summary<'static>>(
            "v2_email_campaign_summary",
            "Email Campaign Summary (v2)",
            "What became of each campaign that was sent, by the API v2. One request per campaign.",
        )
        .partitioned()
    }

    fn partitions(&self, request: &ScanRequest) -> Result<Vec<Partition>, Failure> {
        Ok(parts::split("campaign", sent(&Api::v2(request)?)?))
    }

    fn open(&self, request: &ScanRequest) -> Result<Box<dyn Scan>, Failure> {
        let api = Api::v2(request)?;
        let ids = match parts::chosen(request)? {
            Some(ids) => ids,
            None => sent(&api)?,
        };
        let ways = api.clone();
        let pager = Each::new(parts::items(ids), move |campaign| {
            let path = format!("{PATH}/{}/tracking/reports/summary", parts::segment(campaign));
            Box::new(Whole::new(ways.get(&path).query("updateSummary", "true")))
        });
        let pages = api.pages(pager.skip_missing(true), Shape::single(&[]));
        let scan = RecordScan::new::<Summary<'static>>(request, pages)?;
        let scan = scan.each_row::<Summary<'static>>(|row, campaign| {
            let id = campaign.text().and_then(|id| id.parse().ok());
            let no_number =
                || Failure::unexpected(format!("the campaign {campaign} has no number"));
            row.checkid = Int(Some(id.ok_or_else(no_number)?));
            Ok(true)
        });
        Ok(scan.boxed())
    }
}

/// The campaigns that were sent.
fn sent(api: &Api) -> Result<Vec<String>, Failure> {
    let first = api.get(PATH).query("status", "SENT").query("limit", PAGE_SIZE.to_string());
    let mut pages = api.pages(api.links(first), RESULTS);
    pages.collect::<Campaign<'static>, _>(|row| parts::id_of(row.id.as_str()))
}
