//! The streams: the API v3 one file a stream or a small family, the API v2 in a folder of its own.

pub mod account;
pub mod batches;
pub mod collection;
pub mod contact_lists;
pub mod contact_reports;
pub mod contacts;
pub mod custom_fields;
pub mod email_stats;
pub mod email_tracking;
pub mod emails;
pub mod events;
pub mod options;
pub mod segments;
pub mod subresources;
pub mod tags;
pub mod v2;

use tollgate_sdk::Stream;

/// All of them, in the order in which people meet them.
pub fn all() -> Vec<Box<dyn Stream>> {
    let mut all: Vec<Box<dyn Stream>> = vec![
        Box::new(contacts::Contacts),
        Box::new(contact_lists::ContactLists),
        Box::new(contact_reports::ActionSummary),
        Box::new(contact_reports::ActivityDetails),
        Box::new(contact_reports::OpenAndClickRates),
        Box::new(account::contact_counts()),
        Box::new(emails::Emails),
        Box::new(emails::CampaignActivities),
        Box::new(emails::ActivityDetails),
        Box::new(email_stats::summaries()),
        Box::new(email_stats::CampaignStats),
        Box::new(email_stats::ActivityStats),
    ];
    all.extend(email_tracking::all());
    let rest: [Box<dyn Stream>; 8] = [
        Box::new(tags::stream()),
        Box::new(custom_fields::stream()),
        Box::new(segments::stream()),
        Box::new(account::summary()),
        Box::new(account::emails()),
        Box::new(account::user_privileges()),
        Box::new(events::Events),
        Box::new(email_tracking::Links),
    ];
    all.extend(rest);
    all.extend(v2::all());
    all
}
