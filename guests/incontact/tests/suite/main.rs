//! The connector, against canned answers.

mod connector;
mod custom_report;
mod data_download;
mod going_on;
mod options;
mod provider;
mod refusals;
mod rows;
mod windows;
