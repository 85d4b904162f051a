//! The streams, one file each, all of the same shape: the record, the stream, its requests.

pub mod campaign_message_statistics;
pub mod campaigns;
pub mod contact_history;
pub mod contacts;
pub mod custom_fields;
pub mod lists;
pub mod message_statistics;
pub mod messages;
pub mod options;
pub mod segment_criteria;
pub mod segments;
pub mod sends;
pub mod subscriptions;
pub mod tracking;

use std::marker::PhantomData;

use tollgate_sdk::Stream;

/// All of them, in the order in which people meet them.
pub fn all() -> Vec<Box<dyn Stream>> {
    vec![
        Box::new(campaign_message_statistics::CampaignMessageStatistics),
        Box::new(campaigns::Campaigns),
        Box::new(contacts::Contacts),
        Box::new(message_statistics::MessageStatistics),
        Box::new(subscriptions::Subscriptions),
        Box::new(tracking::Tracking::<tracking::Bounce<'static>>(PhantomData)),
        Box::new(tracking::Tracking::<tracking::Click<'static>>(PhantomData)),
        Box::new(tracking::Tracking::<tracking::Open<'static>>(PhantomData)),
        Box::new(tracking::Tracking::<tracking::Unsubscribe<'static>>(PhantomData)),
        Box::new(messages::Messages),
        Box::new(lists::Lists),
        Box::new(sends::Sends),
        Box::new(segments::Segments),
        Box::new(segment_criteria::SegmentCriteria),
        Box::new(custom_fields::CustomFields),
        Box::new(contact_history::ContactHistory),
    ]
}
