//! The streams, one file each, all of the same shape: the record, the report, its filters.

pub mod campaigns;
pub mod custom_report;
pub mod data_download;
pub mod options;
pub mod report;

use tollgate_sdk::Stream;

/// All of them, in the order in which people meet them.
pub fn all() -> Vec<Box<dyn Stream>> {
    vec![
        Box::new(campaigns::stream()),
        Box::new(custom_report::CustomReport),
        Box::new(data_download::DataDownload),
    ]
}
