//! The connector, against canned answers.

mod connector;
mod contacts;
mod options;
mod provider;
mod rows_emails;
mod rows_v2;
mod rows_v3;
mod write_contacts;
mod write_lists;
mod write_updates;
mod writer;
