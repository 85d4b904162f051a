//! The streams, one file each, all of the same shape: the record, the report, its filters.

pub mod agent_performance;
pub mod agents;
pub mod campaigns;
pub mod contacts;
pub mod contacts_completed;
pub mod custom_report;
pub mod data_download;
pub mod options;
pub mod report;
pub mod skill_summaries;
pub mod skills;
pub mod team_performance_totals;
pub mod teams;

use tollgate_sdk::Stream;

/// All of them, in the order in which people meet them.
pub fn all() -> Vec<Box<dyn Stream>> {
    vec![
        Box::new(agent_performance::stream()),
        Box::new(agents::stream()),
        Box::new(campaigns::stream()),
        Box::new(contacts::stream()),
        Box::new(contacts_completed::stream()),
        Box::new(custom_report::CustomReport),
        Box::new(data_download::DataDownload),
        Box::new(skill_summaries::stream()),
        Box::new(skills::stream()),
        Box::new(team_performance_totals::stream()),
        Box::new(teams::stream()),
    ]
}
