#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

pub mod conformance;
pub mod csv;
pub mod jsonl;
pub mod parquet;
pub mod postgres;
pub mod s3;
pub mod sqlite;
pub mod target;

mod appends;
mod cells;
mod database;
mod files;
#[cfg(test)]
mod samples;
mod table;
mod tls;
mod wait;

pub use csv::{Csv, CsvWriter};
pub use jsonl::{Jsonl, JsonlWriter};
pub use parquet::Parquet;
pub use postgres::Postgres;
pub use s3::S3;
pub use sqlite::Sqlite;
pub use target::{Credentials, Target};
