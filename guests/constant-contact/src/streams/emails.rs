//! E-mail campaigns and their activities: the mails that are sent for them.

use tollgate_sdk::manifest::{Choice, StreamDescription};
use tollgate_sdk::paging::{Each, Incremental, Pages, Whole};
use tollgate_sdk::values::{Int, Json, Text};
use tollgate_sdk::{Failure, Partition, Record, RecordScan, Scan, ScanRequest, Shape, Stream};

use super::options;
use crate::account::Api;
use crate::values::Moment;
use crate::{parts, window};

const PATH: &str = "/emails";
const RECORDS: &[&str] = &["campaigns"];
const PAGE_SIZE: i64 = 500;
/// The roles of activities that reports know.
const ROLES_SENT: [&str; 2] = ["primary_email", "resend"];

/// An e-mail campaign.
#[derive(Record)]
pub struct Campaign<'a> {
    /// The campaign's id.
    #[record(key)]
    pub campaign_id: Text<'a>,
    /// Its name.
    pub name: Text<'a>,
    /// Draft, Scheduled, Executing, Done, Error or Removed.
    pub current_status: Text<'a>,
    /// Its type, for example NEWSLETTER.
    #[record(rename = "type")]
    pub campaign_type: Text<'a>,
    /// Its type as a number, for example 10.
    pub type_code: Int,
    /// When it was made.
    pub created_at: Moment<'a>,
    /// When it was changed last.
    pub updated_at: Moment<'a>,
}

/// An activity of a campaign.
#[derive(Record)]
pub struct Activity<'a> {
    /// The campaign.
    #[record(computed, required)]
    pub campaign_id: Text<'a>,
    /// The activity's id.
    #[record(key)]
    pub campaign_activity_id: Text<'a>,
    /// primary_email, permalink or resend.
    pub role: Text<'a>,
    /// The document that it was made from.
    pub document_id: Text<'a>,
}

/// An activity of a campaign with all that is known of it.
#[derive(Record)]
pub struct Details<'a> {
    /// The activity's id.
    #[record(key)]
    pub campaign_activity_id: Text<'a>,
    /// The campaign.
    pub campaign_id: Text<'a>,
    /// primary_email, permalink or resend.
    pub role: Text<'a>,
    /// DRAFT, SCHEDULED, EXECUTING, DONE, ERROR or REMOVED.
    pub current_status: Text<'a>,
    /// The generation of the editor that it was made with, 1 to 5.
    pub format_type: Int,
    /// The name of the sender.
    pub from_name: Text<'a>,
    /// The address of the sender.
    pub from_email: Text<'a>,
    /// Where answers go.
    pub reply_to_email: Text<'a>,
    /// The subject.
    pub subject: Text<'a>,
    /// What mail programs show behind the subject.
    pub preheader: Text<'a>,
    /// The body.
    #[record(large)]
    pub html_content: Text<'a>,
    /// Where it can be read as a web page.
    pub permalink_url: Text<'a>,
    /// The document that it was made from.
    pub document_id: Text<'a>,
    /// The lists that it goes to, a list of ids.
    pub contact_list_ids: Json<'a>,
    /// The segments that it goes to, a list of ids.
    pub segment_ids: Json<'a>,
    /// The address in its footer, an object.
    pub physical_address_in_footer: Json<'a>,
    /// Greeting, footer and links, an object.
    pub document_properties: Json<'a>,
}

/// The stream of campaigns.
pub struct Emails;

/// The stream of their activities.
pub struct CampaignActivities;

/// The stream of their activities in full.
pub struct ActivityDetails;

impl Stream for Emails {
    fn describe(&self) -> StreamDescription {
        StreamDescription::of::<Campaign<'static>>(
            "emails",
            "Email Campaigns",
            "The e-mail campaigns, deleted ones too, the one changed last first.",
        )
        .cursor("updated_at")
        .options(options::updated())
        .options([options::overlap(), options::page_size(PAGE_SIZE)])
    }

    fn open(&self, request: &ScanRequest) -> Result<Box<dyn Scan>, Failure> {
        let api = Api::v3(request)?;
        let begin = window::begin(request, "updated_after_date", "updated_days_back")?;
        let first = api.get(PATH).query("limit", options::page_size_in(request, PAGE_SIZE)?);
        let pager = Incremental::new(request, options::overlap_in(request)?, begin, |since| {
            let since = since.and_then(|since| window::instant(since).ok());
            Box::new(api.links(first.query_if("after_date", since)))
        })?;
        let pages = api.pages(pager, Shape::list(RECORDS));
        Ok(RecordScan::new::<Campaign<'static>>(request, pages)?.boxed())
    }
}

impl Stream for CampaignActivities {
    fn describe(&self) -> StreamDescription {
        let [campaigns, _] = options::campaigns();
        StreamDescription::of::<Activity<'static>>(
            "campaign_activities",
            "Campaign Activities",
            "The activities of each campaign: the mail itself, its web page, its resends. One \
             request per campaign.",
        )
        .partitioned()
        .options([campaigns])
    }

    fn choices(&self, request: &ScanRequest, field: &str) -> Result<Vec<Choice>, Failure> {
        options::menu(request, field)
    }

    fn partitions(&self, request: &ScanRequest) -> Result<Vec<Partition>, Failure> {
        partitions(request)
    }

    fn open(&self, request: &ScanRequest) -> Result<Box<dyn Scan>, Failure> {
        let api = Api::v3(request)?;
        let pages = activity_pages(&api, request, subjects(&api, request)?);
        let scan = RecordScan::new::<Activity<'static>>(request, pages)?;
        let scan = scan.each_row::<Activity<'static>>(|row, campaign| {
            row.campaign_id = Text(campaign.text().map(|id| id.to_owned().into()));
            Ok(true)
        });
        Ok(scan.boxed())
    }
}

impl Stream for ActivityDetails {
    fn describe(&self) -> StreamDescription {
        StreamDescription::of::<Details<'static>>(
            "campaign_activity_details",
            "Campaign Activity Details",
            "The activities of campaigns with sender, subject, body and recipients. One request \
             per campaign and one per activity.",
        )
        .partitioned()
        .options(options::campaigns())
    }

    fn choices(&self, request: &ScanRequest, field: &str) -> Result<Vec<Choice>, Failure> {
        options::menu(request, field)
    }

    fn partitions(&self, request: &ScanRequest) -> Result<Vec<Partition>, Failure> {
        partitions(request)
    }

    fn open(&self, request: &ScanRequest) -> Result<Box<dyn Scan>, Failure> {
        const INCLUDES: [&str; 4] =
            ["physical_address_in_footer", "permalink_url", "html_content", "document_properties"];
        let columns = &request.columns;
        let is_wanted =
            |name: &&str| columns.is_empty() || columns.iter().any(|column| column == name);
        let include = INCLUDES.into_iter().filter(is_wanted).collect::<Vec<_>>().join(",");
        let include = Some(include).filter(|names| !names.is_empty());
        let api = Api::v3(request)?;
        let activities = activities(&api, request, |_| true)?;
        let ways = api.clone();
        let pager = Each::new(parts::items(activities), move |activity| {
            let path = format!("{PATH}/activities/{}", parts::segment(activity));
            Box::new(Whole::new(ways.get(&path).query_if("include", include.as_ref())))
        });
        let pager = pager.skip_missing(!names_activities(request));
        let pages = api.pages(pager, Shape::single(&[]));
        Ok(RecordScan::new::<Details<'static>>(request, pages)?.boxed())
    }
}

/// The first campaigns, by name.
///
/// # Errors
/// Whatever the request failed with.
pub fn menu(api: &Api) -> Result<Vec<Choice>, Failure> {
    options::menu_of::<Campaign<'static>>(api, PATH, RECORDS, |row| {
        let id = row.campaign_id.as_str().unwrap_or_default();
        Ok(Choice::new(id, row.name.as_str().unwrap_or(id)))
    })
}

/// The ids of the campaigns that the options choose: those that are named, or all that are more
/// than plans.
///
/// # Errors
/// Whatever a request failed with.
pub fn selected(api: &Api, request: &ScanRequest) -> Result<Vec<String>, Failure> {
    let named = parts::named(request, "campaigns")?;
    if !named.is_empty() {
        return Ok(named);
    }
    let first = api.get(PATH).query("limit", PAGE_SIZE.to_string());
    let mut pages = api.pages(api.links(first), Shape::list(RECORDS));
    let campaigns = pages.collect::<Campaign<'static>, _>(|row| {
        let status = row.current_status.as_str().unwrap_or_default();
        let is_plan = ["Draft", "Scheduled"].iter().any(|one| status.eq_ignore_ascii_case(one));
        Ok((parts::id_of(row.campaign_id.as_str())?, is_plan))
    })?;
    Ok(campaigns.into_iter().filter(|&(_, is_plan)| !is_plan).map(|(id, _)| id).collect())
}

/// The parts of a read: of activities where they are named, else of campaigns.
///
/// # Errors
/// Whatever a request failed with.
pub fn partitions(request: &ScanRequest) -> Result<Vec<Partition>, Failure> {
    let ids = subjects(&Api::v3(request)?, request)?;
    let what = if names_activities(request) { "activity" } else { "campaign" };
    Ok(parts::split(what, ids))
}

/// Whether the options name activities.
pub fn names_activities(request: &ScanRequest) -> bool {
    !request.options.values("campaign_activities").is_empty()
}

/// The activities of the part that is read, or of all.
///
/// # Errors
/// Whatever a request failed with.
pub fn activities(
    api: &Api,
    request: &ScanRequest,
    is_meant: fn(&str) -> bool,
) -> Result<Vec<String>, Failure> {
    let ids = subjects(api, request)?;
    if names_activities(request) {
        return Ok(ids);
    }
    let mut pages = activity_pages(api, request, ids);
    let all = pages.collect::<Activity<'static>, _>(|row| {
        let is_meant = is_meant(row.role.as_str().unwrap_or_default());
        Ok((parts::id_of(row.campaign_activity_id.as_str())?, is_meant))
    })?;
    Ok(all.into_iter().filter(|&(_, is_meant)| is_meant).map(|(id, _)| id).collect())
}

/// Whether reports know activities of a role.
pub fn is_sent(role: &str) -> bool {
    ROLES_SENT.contains(&role)
}

/// Activities where they are named, else campaigns.
fn subjects(api: &Api, request: &ScanRequest) -> Result<Vec<String>, Failure> {
    options::refuse_both(request, "campaigns", "campaign_activities")?;
    if let Some(ids) = parts::chosen(request)? {
        return Ok(ids);
    }
    match names_activities(request) {
        true => parts::named(request, "campaign_activities"),
        false => selected(api, request),
    }
}

fn activity_pages(api: &Api, request: &ScanRequest, campaigns: Vec<String>) -> Pages {
    let ways = api.clone();
    let pager = Each::new(parts::items(campaigns), move |campaign| {
        Box::new(Whole::new(ways.get(&format!("{PATH}/{}", parts::segment(campaign)))))
    });
    let pager = pager.skip_missing(request.options.values("campaigns").is_empty());
    api.pages(pager, Shape::list(&["campaign_activities"]))
}
