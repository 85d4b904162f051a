//! JSON Lines, read with the raw text of every value.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::value::RawValue;
use tollgate_destinations::Jsonl;
use tollgate_destinations::conformance::{Fixture, Traits, Value, check};
use tollgate_model::{Column, DataType};

use crate::files::{Files, Storage};

#[test]
fn jsonl_is_a_destination() {
    let traits = Traits {
        keeps_types: false,
        widens: false,
        keeps_keys: false,
        keeps_nan: true,
        keeps_nul: true,
        keeps_json_text: true,
        merges: false,
        resumes_replace: false,
    };
    check(fixture, traits).unwrap_or_else(|failures| panic!("{failures}"));
}

fn fixture() -> Box<dyn Fixture> {
    Box::new(Files {
        storage: Storage::new(),
        extension: "jsonl",
        open: |dir| Box::new(Jsonl::in_dir(dir)),
        read_file,
    })
}

fn read_file(path: &Path, columns: &[Column]) -> Vec<Vec<Value>> {
    let text = fs::read_to_string(path).expect("a file can be read and is UTF-8");
    assert!(text.is_empty() || text.ends_with('\n'));
    text.split_terminator('\n')
        .map(|line| {
            let row: BTreeMap<String, &RawValue> =
                serde_json::from_str(line).expect("a line is an object");
            let value = |column: &Column| match row.get(&column.name) {
                Some(raw) if raw.get() != "null" => value(column.data_type, raw.get()),
                _ => Value::Null,
            };
            columns.iter().map(value).collect()
        })
        .collect()
}

fn value(data_type: DataType, raw: &str) -> Value {
    let text = || serde_json::from_str::<String>(raw).expect("it is a string");
    match data_type {
        DataType::Boolean | DataType::Int64 | DataType::Json => crate::texts::parse(data_type, raw),
        DataType::Float64 if raw.starts_with('"') => crate::texts::parse(data_type, &text()),
        DataType::Float64 => crate::texts::parse(data_type, raw),
        DataType::Bytes => Value::Bytes(STANDARD.decode(text()).expect("bytes are Base64")),
        DataType::Decimal { .. } | DataType::Text | DataType::Date | DataType::Timestamp => {
            crate::texts::parse(data_type, &text())
        }
    }
}
