//! Counts of what became of campaigns: summaries, and statistics of campaigns and activities.

use std::marker::PhantomData;

use tollgate_sdk::manifest::{Choice, StreamDescription};
use tollgate_sdk::values::{Float, Int, Text};
use tollgate_sdk::{Failure, Partition, Record, RecordScan, Scan, ScanRequest, Shape, Stream};

use super::batches::Batches;
use super::collection::{Collection, as_it_is, no_options};
use super::{emails, options};
use crate::account::Api;
use crate::values::Moment;

/// Campaigns, and activities, that one request takes.
const CAMPAIGNS_MAX: usize = 150;
const ACTIVITIES_MAX: usize = 10;
const RESULTS: Shape = Shape::list(&["results"]);

/// What became of a campaign, each contact counted once.
#[derive(Record)]
pub struct CampaignSummary<'a> {
    /// The campaign.
    #[record(key)]
    pub campaign_id: Text<'a>,
    /// Its type, for example Newsletter.
    pub campaign_type: Text<'a>,
    /// When it was sent last.
    pub last_sent_date: Moment<'a>,
    /// Contacts that it was sent to.
    #[record(nested = "unique_counts.sends")]
    pub sends: Int,
    /// Contacts who opened it.
    #[record(nested = "unique_counts.opens")]
    pub opens: Int,
    /// Contacts who clicked in it.
    #[record(nested = "unique_counts.clicks")]
    pub clicks: Int,
    /// Contacts who forwarded it.
    #[record(nested = "unique_counts.forwards")]
    pub forwards: Int,
    /// Contacts who opted out.
    #[record(nested = "unique_counts.optouts")]
    pub optouts: Int,
    /// Contacts who reported it as spam.
    #[record(nested = "unique_counts.abuse")]
    pub abuse: Int,
    /// Contacts from whom it came back.
    #[record(nested = "unique_counts.bounces")]
    pub bounces: Int,
    /// Contacts who did not open it.
    #[record(nested = "unique_counts.not_opened")]
    pub not_opened: Int,
}

/// The counters that campaigns and activities have in common come once under names with points and
/// once with underscores, by the documentation: both are read.
macro_rules! stats {
    (
        $(#[$about:meta])* $name:ident
        { $($first:tt)* } { $($last:tt)* }
    ) => {
        $(#[$about])*
        #[derive(Record)]
        pub struct $name<'a> {
            $($first)*
            /// When the provider counted last.
            pub last_refresh_time: Moment<'a>,
            /// Contacts that it was sent to.
            #[record(nested = "stats.em_sends")]
            pub em_sends: Int,
            /// Contacts who opened it.
            #[record(nested = "stats.em_opens")]
            pub em_opens: Int,
            /// Times it was opened.
            #[record(nested = "stats.em_opens_all", alias = "em_opens.all")]
            pub em_opens_all: Int,
            /// Times it was opened on a computer.
            #[record(nested = "stats.em_opens_all_computer", alias = "em_opens.all.computer")]
            pub em_opens_all_computer: Int,
            /// Times it was opened on a phone.
            #[record(nested = "stats.em_opens_all_mobile", alias = "em_opens.all.mobile")]
            pub em_opens_all_mobile: Int,
            /// Times it was opened on a tablet.
            #[record(nested = "stats.em_opens_all_tablet", alias = "em_opens.all.tablet")]
            pub em_opens_all_tablet: Int,
            /// Times it was opened on another device.
            #[record(nested = "stats.em_opens_all_other", alias = "em_opens.all.other")]
            pub em_opens_all_other: Int,
            /// Times it was opened on a device that is not known.
            #[record(nested = "stats.em_opens_all_none", alias = "em_opens.all.none")]
            pub em_opens_all_none: Int,
            /// Contacts who clicked in it.
            #[record(nested = "stats.em_clicks")]
            pub em_clicks: Int,
            /// Clicks in it.
            #[record(nested = "stats.em_clicks_all", alias = "em_clicks.all")]
            pub em_clicks_all: Int,
            /// Clicks in it on a computer.
            #[record(nested = "stats.em_clicks_all_computer", alias = "em_clicks.all.computer")]
            pub em_clicks_all_computer: Int,
            /// Clicks in it on a phone.
            #[record(nested = "stats.em_clicks_all_mobile", alias = "em_clicks.all.mobile")]
            pub em_clicks_all_mobile: Int,
            /// Clicks in it on a tablet.
            #[record(nested = "stats.em_clicks_all_tablet", alias = "em_clicks.all.tablet")]
            pub em_clicks_all_tablet: Int,
            /// Clicks in it on another device.
            #[record(nested = "stats.em_clicks_all_other", alias = "em_clicks.all.other")]
            pub em_clicks_all_other: Int,
            /// Clicks in it on a device that is not known.
            #[record(nested = "stats.em_clicks_all_none", alias = "em_clicks.all.none")]
            pub em_clicks_all_none: Int,
            /// Contacts who forwarded it.
            #[record(nested = "stats.em_forwards")]
            pub em_forwards: Int,
            /// Contacts who opted out.
            #[record(nested = "stats.em_optouts")]
            pub em_optouts: Int,
            /// Contacts from whom it came back.
            #[record(nested = "stats.em_bounces")]
            pub em_bounces: Int,
            /// Contacts who did not open it.
            #[record(nested = "stats.em_not_opened")]
            pub em_not_opened: Int,
            $($last)*
        }
    };
}

stats! {
    /// The statistics of a campaign.
    CampaignStatistics {
        /// The campaign.
        #[record(key)]
        pub campaign_id: Text<'a>,
    } {
        /// Opened, of those delivered, in percent.
        #[record(nested = "percents.open")]
        pub percent_open: Float,
        /// Clicked, in percent.
        #[record(nested = "percents.click")]
        pub percent_click: Float,
        /// Came back, in percent.
        #[record(nested = "percents.bounce")]
        pub percent_bounce: Float,
        /// Opted out, in percent.
        #[record(nested = "percents.unsubscribe")]
        pub percent_unsubscribe: Float,
        /// Not opened, in percent.
        #[record(nested = "percents.did_not_open")]
        pub percent_did_not_open: Float,
        /// Opened on a desktop, in percent of the opens.
        #[record(nested = "percents.desktop_open")]
        pub percent_desktop_open: Float,
        /// Clicked on a desktop, in percent of the clicks.
        #[record(nested = "percents.desktop_click")]
        pub percent_desktop_click: Float,
        /// Opened on a phone, in percent of the opens.
        #[record(nested = "percents.mobile_open")]
        pub percent_mobile_open: Float,
        /// Clicked on a phone, in percent of the clicks.
        #[record(nested = "percents.mobile_click")]
        pub percent_mobile_click: Float,
    }
}

stats! {
    /// The statistics of an activity of a campaign.
    ActivityStatistics {
        /// The activity.
        #[record(key)]
        pub campaign_activity_id: Text<'a>,
        /// The campaign.
        pub campaign_id: Text<'a>,
    } {
        /// Contacts who reported it as spam.
        #[record(nested = "stats.em_abuse")]
        pub em_abuse: Int,
        /// Bounces: blocked.
        #[record(nested = "stats.em_bounces_blocked")]
        pub em_bounces_blocked: Int,
        /// Bounces: mailbox full.
        #[record(nested = "stats.em_bounces_mailbox_full")]
        pub em_bounces_mailbox_full: Int,
        /// Bounces: no such address.
        #[record(nested = "stats.em_bounces_nonexistent_address")]
        pub em_bounces_nonexistent_address: Int,
        /// Bounces: another reason.
        #[record(nested = "stats.em_bounces_other")]
        pub em_bounces_other: Int,
        /// Bounces: suspended.
        #[record(nested = "stats.em_bounces_suspended")]
        pub em_bounces_suspended: Int,
        /// Bounces: undeliverable.
        #[record(nested = "stats.em_bounces_undeliverable")]
        pub em_bounces_undeliverable: Int,
        /// Bounces: out of office.
        #[record(nested = "stats.em_bounces_vacation")]
        pub em_bounces_vacation: Int,
    }
}

/// The stream of campaign summaries.
pub fn summaries() -> Collection<CampaignSummary<'static>> {
    Collection {
        name: "email_campaign_summaries",
        title: "Email Campaign Summaries",
        description: "What became of each campaign that was sent, each contact counted once. The \
                      campaign sent last first.",
        api: Api::v3,
        path: "/reports/summary_reports/email_campaign_summaries",
        shape: Shape::list(&["bulk_email_campaign_summaries"]),
        page_size: Some(500),
        options: no_options,
        apply: as_it_is,
        record: PhantomData,
    }
}

/// The stream of statistics of campaigns.
pub struct CampaignStats;

/// The stream of statistics of activities.
pub struct ActivityStats;

impl Stream for CampaignStats {
    fn describe(&self) -> StreamDescription {
        let [campaigns, _] = options::campaigns();
        StreamDescription::of::<CampaignStatistics<'static>>(
            "email_campaign_stats",
            "Email Campaign Statistics",
            "The statistics of each campaign. One request per 150 campaigns.",
        )
        .options([campaigns])
    }

    fn choices(&self, request: &ScanRequest, field: &str) -> Result<Vec<Choice>, Failure> {
        options::menu(request, field)
    }

    fn open(&self, request: &ScanRequest) -> Result<Box<dyn Scan>, Failure> {
        let api = Api::v3(request)?;
        let ids = emails::selected(&api, request)?;
        let ways = api.clone();
        let pager = Batches::new(&ids, CAMPAIGNS_MAX, move |ids| {
            ways.get(&format!("/reports/stats/email_campaigns/{ids}"))
        });
        let pages = api.pages(pager, RESULTS);
        Ok(RecordScan::new::<CampaignStatistics<'static>>(request, pages)?.boxed())
    }
}

impl Stream for ActivityStats {
    fn describe(&self) -> StreamDescription {
        StreamDescription::of::<ActivityStatistics<'static>>(
            "email_activity_stats",
            "Email Activity Statistics",
            "The statistics of each activity of a campaign, resends apart. One request per \
             campaign, and one per 10 activities.",
        )
        .partitioned()
        .options(options::campaigns())
    }

    fn choices(&self, request: &ScanRequest, field: &str) -> Result<Vec<Choice>, Failure> {
        options::menu(request, field)
    }

    fn partitions(&self, request: &ScanRequest) -> Result<Vec<Partition>, Failure> {
        emails::partitions(request)
    }

    fn open(&self, request: &ScanRequest) -> Result<Box<dyn Scan>, Failure> {
        let api = Api::v3(request)?;
        let ids = emails::activities(&api, request, emails::is_sent)?;
        let ways = api.clone();
        let pager = Batches::new(&ids, ACTIVITIES_MAX, move |ids| {
            ways.get(&format!("/reports/stats/email_campaign_activities/{ids}"))
        });
        let pages = api.pages(pager, RESULTS);
        Ok(RecordScan::new::<ActivityStatistics<'static>>(request, pages)?.boxed())
    }
}
