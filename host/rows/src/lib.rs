#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

mod cells;
mod csv;
mod format;
mod jsonl;
mod lines;
mod parquet;
mod reader;

pub use format::Format;
pub use reader::{Chunk, Rows};

#[cfg(test)]
mod tests;
