#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

// So that what the derive macro writes resolves inside this crate's own tests.
extern crate self as tollgate_sdk;

pub mod base64;
pub mod bindings;
pub mod body;
pub mod children;
mod columns;
pub mod connector;
pub mod csv;
mod decode;
pub mod export;
pub mod failure;
pub mod http;
mod identity;
mod json;
pub mod log;
pub mod manifest;
pub mod paging;
pub mod plan;
pub mod record;
pub mod request;
pub mod response;
pub mod rows;
pub mod scan;
pub mod testing;
pub mod time;
pub mod values;

pub use children::Child;
pub use connector::{Choice, Connector, Page, Partition, RowOutcome, Scan, Stream};
pub use failure::{Failure, Fault};
pub use record::{DynamicColumn, Record};
pub use request::{DateRange, ScanRequest, Settings, WriteRequest};
pub use response::{Response, Shape};
pub use rows::{Given, Row, Rows};
pub use scan::RecordScan;
pub use tollgate_sdk_derive::Record;
