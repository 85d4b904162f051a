//! CSV, read by a parser of its own: it has to tell `""` from nothing.

use std::fs;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tollgate_destinations::Csv;
use tollgate_destinations::conformance::{Fixture, Traits, Value, check};
use tollgate_model::{Column, DataType};

use crate::files::{Files, Storage};

#[test]
fn csv_is_a_destination() {
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
        extension: "csv",
        open: |dir| Box::new(Csv::in_dir(dir)),
        read_file,
    })
}

fn read_file(path: &Path, columns: &[Column]) -> Vec<Vec<Value>> {
    let text = fs::read_to_string(path).expect("a file can be read and is UTF-8");
    let mut records = records(&text).into_iter();
    let header = records.next().expect("a file has a header");
    let names: Vec<_> = header.into_iter().map(Option::unwrap_or_default).collect();
    let place = |column: &Column| names.iter().position(|name| *name == column.name);
    let places: Vec<_> = columns.iter().map(place).collect();
    records
        .map(|record| {
            assert_eq!(record.len(), names.len(), "{record:?}");
            let value = |(place, column): (&Option<usize>, &Column)| match place {
                Some(place) => value(column.data_type, record[*place].as_deref()),
                None => Value::Null,
            };
            places.iter().zip(columns).map(value).collect()
        })
        .collect()
}

fn value(data_type: DataType, field: Option<&str>) -> Value {
    match (data_type, field) {
        (_, None) => Value::Null,
        (DataType::Bytes, Some(text)) => {
            Value::Bytes(STANDARD.decode(text).expect("bytes are Base64"))
        }
        (_, Some(text)) => crate::texts::parse(data_type, text),
    }
}

/// The records of an RFC 4180 text. A field that is empty and not quoted is `None`.
fn records(text: &str) -> Vec<Vec<Option<String>>> {
    let mut records = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let mut record = Vec::new();
        loop {
            let (field, after) = field(rest);
            record.push(field);
            if let Some(after) = after.strip_prefix(',') {
                rest = after;
            } else {
                rest = after.strip_prefix("\r\n").expect("a record ends in CR LF");
                break;
            }
        }
        records.push(record);
    }
    records
}

fn field(text: &str) -> (Option<String>, &str) {
    let Some(mut rest) = text.strip_prefix('"') else {
        let end = text.find([',', '\r', '\n', '"']).expect("a field ends");
        let field = (end > 0).then(|| text[..end].to_owned());
        return (field, &text[end..]);
    };
    let mut field = String::new();
    loop {
        let quote = rest.find('"').expect("a quoted field ends");
        field += &rest[..quote];
        rest = &rest[quote + 1..];
        match rest.strip_prefix('"') {
            Some(after) => {
                field.push('"');
                rest = after;
            }
            None => return (Some(field), rest),
        }
    }
}
