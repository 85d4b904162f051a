//! The connector, against canned answers.

mod connector;
mod contacts;
mod options;
mod provider;
mod rows_emails;
mod rows_v2;
mod rows_v3;
