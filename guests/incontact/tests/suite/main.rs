//! The connector, against canned answers.

mod connector;
mod custom_report;
mod data_download;
mod provider;
