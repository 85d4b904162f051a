//! Who was sent an activity of a campaign, and what became of it. One paged list per activity.

use std::marker::PhantomData;

use tollgate_sdk::http::Request;
use tollgate_sdk::manifest::{Choice, Field, FieldKind, StreamDescription};
use tollgate_sdk::paging::{Each, Pages, Whole};
use tollgate_sdk::values::{Int, Text};
use tollgate_sdk::{Failure, Partition, Record, RecordScan, Scan, ScanRequest, Shape, Stream};

use super::{emails, options};
use crate::account::Api;
use crate::parts;
use crate::values::Moment;

const PAGE_SIZE: i64 = 500;

/// What all kinds of rows have in common.
macro_rules! tracked {
    ($(#[$about:meta])* $name:ident { $($more:tt)* }) => {
        $(#[$about])*
        #[derive(Record)]
        pub struct $name<'a> {
            /// The contact.
            #[record(required)]
            pub contact_id: Text<'a>,
            /// The activity of a campaign.
            #[record(required)]
            pub campaign_activity_id: Text<'a>,
            /// What happened, for example em_opens.
            pub tracking_activity_type: Text<'a>,
            /// The contact's address then.
            pub email_address: Text<'a>,
            /// The contact's first name.
            pub first_name: Text<'a>,
            /// The contact's last name.
            pub last_name: Text<'a>,
            /// When it happened; where a mail was not opened, when it was sent.
            pub created_time: Moment<'a>,
            /// When the contact was deleted. Constant Contact gives the day: midnight UTC of it.
            pub deleted_at: Moment<'a>,
            $($more)*
        }
    };
}

tracked! {
    /// A mail that was sent, forwarded or not opened.
    Mail {}
}

tracked! {
    /// An opening.
    Open {
        /// computer, mobile, tablet or other.
        pub device_type: Text<'a>,
    }
}

tracked! {
    /// A click.
    Click {
        /// computer, mobile, tablet or other.
        pub device_type: Text<'a>,
        /// The link's id.
        pub url_id: Text<'a>,
        /// The link.
        pub link_url: Text<'a>,
    }
}

tracked! {
    /// An opt-out.
    OptOut {
        /// Why the contact opted out.
        pub opt_out_reason: Text<'a>,
    }
}

tracked! {
    /// A mail that came back.
    Bounce {
        /// B no such address, D undeliverable, F full, S suspended, V out of office, X other, Z
        /// blocked.
        pub bounce_code: Text<'a>,
        /// The contact's address now.
        pub current_email_address: Text<'a>,
    }
}

/// A link of an activity.
#[derive(Record)]
pub struct LinkClicks<'a> {
    /// The activity of a campaign.
    #[record(computed, required)]
    pub campaign_activity_id: Text<'a>,
    /// The link's id.
    pub url_id: Text<'a>,
    /// The link.
    pub link_url: Text<'a>,
    /// Contacts who clicked it.
    pub unique_clicks: Int,
    /// What a click does to a list: add or remove.
    pub list_action: Text<'a>,
    /// The list.
    pub list_id: Text<'a>,
    /// The link's tag.
    pub link_tag: Text<'a>,
}

/// A stream of what became of activities.
pub struct Tracking<R> {
    name: &'static str,
    title: &'static str,
    description: &'static str,
    /// The last word of the path.
    kind: &'static str,
    options: fn() -> Vec<Field>,
    apply: fn(Request, &ScanRequest) -> Request,
    record: PhantomData<R>,
}

/// The streams of all kinds.
pub fn all() -> Vec<Box<dyn Stream>> {
    vec![
        kind::<Mail<'static>>("email_sends", "Email Sends", "Mails sent.", "sends"),
        kind::<Open<'static>>("email_opens", "Email Opens", "Openings, each of them.", "opens"),
        kind::<Open<'static>>(
            "email_unique_opens",
            "Email Unique Opens",
            "The first opening by each contact.",
            "unique_opens",
        ),
        Box::new(Tracking::<Click<'static>> {
            options: || vec![url_id()],
            apply: |first, request| first.query_if("url_id", request.options.text("url_id")),
            ..tracking("email_clicks", "Email Clicks", "Clicks in mails.", "clicks")
        }),
        Box::new(Tracking::<Bounce<'static>> {
            options: || vec![bounce_codes()],
            apply: |first, request| {
                let codes = request.options.values("bounce_codes").iter();
                codes.fold(first, |first, code| first.query("bounce_code", code))
            },
            ..tracking("email_bounces", "Email Bounces", "Mails that came back.", "bounces")
        }),
        kind::<OptOut<'static>>("email_optouts", "Email Opt-outs", "Opt-outs.", "optouts"),
        kind::<Mail<'static>>("email_forwards", "Email Forwards", "Mails forwarded.", "forwards"),
        kind::<Mail<'static>>(
            "email_did_not_opens",
            "Email Did Not Opens",
            "Contacts who did not open a mail.",
            "didnotopens",
        ),
    ]
}

fn kind<R: Record>(
    name: &'static str,
    title: &'static str,
    description: &'static str,
    kind: &'static str,
) -> Box<dyn Stream> {
    Box::new(tracking::<R>(name, title, description, kind))
}

const fn tracking<R: Record>(
    name: &'static str,
    title: &'static str,
    description: &'static str,
    kind: &'static str,
) -> Tracking<R> {
    Tracking {
        name,
        title,
        description,
        kind,
        options: Vec::new,
        apply: |first, _| first,
        record: PhantomData,
    }
}

fn url_id() -> Field {
    Field::new("url_id", "Link", FieldKind::Text)
        .describe("Only clicks of the link with this id. The stream `email_links` has them.")
}

fn bounce_codes() -> Field {
    let codes = [
        ("B", "No such address"),
        ("D", "Undeliverable"),
        ("F", "Mailbox full"),
        ("S", "Suspended"),
        ("V", "Out of office"),
        ("X", "Other"),
        ("Z", "Blocked"),
    ];
    Field::choices("bounce_codes", "Bounce codes", &codes)
        .describe("Only bounces for these reasons.")
}

impl<R: Record> Stream for Tracking<R> {
    fn describe(&self) -> StreamDescription {
        let description = format!(
            "{} Rows have no identity of their own: two equal ones are two. The newest first; one \
             request per campaign, and one or more per activity.",
            self.description
        );
        StreamDescription::of::<R>(self.name, self.title, &description)
            .partitioned()
            .options(options::campaigns())
            .options((self.options)())
            .options([options::page_size(PAGE_SIZE)])
    }

    fn choices(&self, request: &ScanRequest, field: &str) -> Result<Vec<Choice>, Failure> {
        options::menu(request, field)
    }

    fn partitions(&self, request: &ScanRequest) -> Result<Vec<Partition>, Failure> {
        emails::partitions(request)
    }

    fn open(&self, request: &ScanRequest) -> Result<Box<dyn Scan>, Failure> {
        let pages = pages(request, self.kind, self.apply)?;
        Ok(RecordScan::new::<R>(request, pages)?.boxed())
    }
}

/// The rows of one kind, one activity after the other. Kept out of line: there would be a copy of it
/// for each record.
#[inline(never)]
fn pages(
    request: &ScanRequest,
    kind: &'static str,
    apply: fn(Request, &ScanRequest) -> Request,
) -> Result<Pages, Failure> {
    let size = options::page_size_in(request, PAGE_SIZE)?;
    let api = Api::v3(request)?;
    let activities = emails::activities(&api, request, emails::is_sent)?;
    let (ways, wanted) = (api.clone(), request.clone());
    let pager = Each::new(parts::items(activities), move |activity| {
        let activity = parts::segment(activity);
        let first = ways.get(&format!("/reports/email_reports/{activity}/tracking/{kind}"));
        Box::new(ways.links(apply(first, &wanted).query("limit", &size)))
    });
    let pager = pager.skip_missing(!emails::names_activities(request));
    Ok(api.pages(pager, Shape::list(&["tracking_activities"])))
}

/// The stream of links and how often they were clicked.
pub struct Links;

impl Stream for Links {
    fn describe(&self) -> StreamDescription {
        StreamDescription::of::<LinkClicks<'static>>(
            "email_links",
            "Email Links",
            "The links of each activity of a campaign. One request per campaign and one per \
             activity.",
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
        let activities = emails::activities(&api, request, emails::is_sent)?;
        let ways = api.clone();
        let pager = Each::new(parts::items(activities), move |activity| {
            let path = format!("/reports/email_reports/{}/links", parts::segment(activity));
            Box::new(Whole::new(ways.get(&path)))
        });
        let pager = pager.skip_missing(!emails::names_activities(request));
        let pages = api.pages(pager, Shape::list(&["link_click_counts"]));
        let scan = RecordScan::new::<LinkClicks<'static>>(request, pages)?;
        let scan = scan.each_row::<LinkClicks<'static>>(|row, activity| {
            row.campaign_activity_id = Text(activity.text().map(|id| id.to_owned().into()));
            Ok(true)
        });
        Ok(scan.boxed())
    }
}
