//! The driver between sources and destinations that do exactly what a test says.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod driver;
mod memory;
mod numbers;
mod retries;
mod survival;

use tollgate_model::{Column, DataType};
use tollgate_sync::plan::Choices;
use tollgate_sync::{Mode, Plan};

pub fn columns() -> Vec<Column> {
    let data_type = DataType::Int64;
    vec![Column { name: "id".into(), data_type, nullable: false, description: String::new() }]
}

/// A plan to read all numbers, of a stream with a cursor.
pub fn plan(mode: Mode) -> Plan {
    let stream = tollgate_model::Stream {
        name: "numbers".to_owned(),
        title: "Numbers".to_owned(),
        description: String::new(),
        columns: columns(),
        dynamic_columns: false,
        primary_key: vec!["id".to_owned()],
        cursor: Some("id".to_owned()),
        deletion: None,
        partitioned: true,
        writes: Vec::new(),
        children: Vec::new(),
        options: Vec::new(),
    };
    let choices = Choices { mode, concurrency: Some(2), started_at: 7, ..Choices::default() };
    Plan::new(&stream, &columns(), choices).unwrap()
}
