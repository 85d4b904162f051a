//! The connector, against canned answers.

mod connector;
mod provider;
