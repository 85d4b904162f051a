#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

pub mod conformance;
pub mod csv;
pub mod jsonl;
pub mod parquet;
pub mod postgres;
pub mod sqlite;
pub mod target;

mod cells;
mod database;
mod files;
#[cfg(test)]
mod samples;
mod table;

pub use csv::{Csv, CsvWriter};
pub use jsonl::{Jsonl, JsonlWriter};
pub use parquet::Parquet;
pub use postgres::Postgres;
pub use sqlite::Sqlite;
pub use target::Target;
