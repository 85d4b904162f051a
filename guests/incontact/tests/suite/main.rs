//! The connector, against canned answers.

mod connector;
mod going_on;
mod options;
mod provider;
mod refusals;
mod rows;
mod windows;
