//! Files of rows to be written: what is taken of one reads the same when it is written again, and
//! an error names the line.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};

use arrow_array::cast::AsArray;
use arrow_array::{ArrayRef, RecordBatch};
use tollgate_destinations::{CsvWriter, JsonlWriter};
use tollgate_model::{Column, DataType, ErrorKind, Result};
use tollgate_rows::{Format, Rows};

/// The first byte chooses columns, and whether the rest is JSON Lines or CSV.
pub fn run(input: &[u8]) {
    let Some((choice, text)) = input.split_first() else { return };
    let columns = columns(choice / 2);
    let format = if choice % 2 == 0 { Format::Csv } else { Format::Jsonl };
    match read(text, format, &columns) {
        Ok(chunks) => chunks.iter().for_each(|chunk| look_at(chunk, &columns)),
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Config, "{error}");
            let message = error.message();
            assert!(message.contains("line ") || message.starts_with("header"), "{message}");
            assert!(!message.contains(char::is_control) && message.len() < 2_000, "{message:?}");
        }
    }
}

fn columns(choice: u8) -> Vec<Column> {
    let column = |name: &str, data_type, nullable| Column {
        name: name.to_owned(),
        data_type,
        nullable,
        description: String::new(),
    };
    match choice % 4 {
        0 => vec![column("id", DataType::Int64, false), column("text", DataType::Text, true)],
        1 => vec![column("text", DataType::Text, true)],
        2 => vec![
            column("at", DataType::Timestamp, true),
            column("day", DataType::Date, true),
            column("json", DataType::Json, true),
            column("price", DataType::Decimal { precision: 12, scale: 2 }, true),
        ],
        _ => vec![
            column("is", DataType::Boolean, true),
            column("bytes", DataType::Bytes, true),
            column("double", DataType::Float64, true),
            column("a \"b\",c", DataType::Text, true),
        ],
    }
}

fn read(text: &[u8], format: Format, columns: &[Column]) -> Result<Vec<RecordBatch>> {
    let mut rows = Rows::open(file(text), format, columns)?;
    let (mut chunks, mut first_row) = (Vec::new(), 1);
    while let Some(chunk) = rows.next_chunk()? {
        let count = chunk.rows.num_rows();
        assert_eq!(chunk.first_row, first_row, "rows are numbered one after the other");
        assert!((1..=1_000).contains(&count), "a chunk has {count} rows");
        first_row += count as u64;
        chunks.push(chunk.rows);
    }
    Ok(chunks)
}

fn file(text: &[u8]) -> File {
    let mut file = tempfile::tempfile().expect("there is room for a file");
    file.write_all(text).expect("it can be written");
    file.seek(SeekFrom::Start(0)).expect("it can be read again");
    file
}

/// What is written of rows in either format is those rows.
fn look_at(chunk: &RecordBatch, columns: &[Column]) {
    let schema = chunk.schema();
    let is_there = |column: &&Column| schema.field_with_name(&column.name).is_ok();
    let position = |column: &Column| schema.index_of(&column.name).expect("it is there");
    let mut there: Vec<Column> = columns.iter().filter(is_there).cloned().collect();
    there.sort_by_key(position);
    if there.is_empty() {
        return;
    }
    let mut csv = CsvWriter::new(Vec::new(), &there).expect("memory can be written to");
    // A date beyond the years of four digits can be read, and not be written.
    if csv.write(chunk).is_err() {
        return;
    }
    let csv = csv.finish().expect("memory can be written to");
    let mut jsonl = JsonlWriter::new(Vec::new(), &there);
    jsonl.write(chunk).expect("CSV could be written");
    let jsonl = jsonl.finish().expect("memory can be written to");
    for (text, format) in [(csv, Format::Csv), (jsonl, Format::Jsonl)] {
        let again = read(&text, format, &there);
        let again = again.unwrap_or_else(|error| {
            panic!("{error}: {}", String::from_utf8_lossy(&text));
        });
        assert_eq!(again.len(), 1);
        assert!(is_same(&again[0], chunk), "{}", String::from_utf8_lossy(&text));
    }
}

/// Whether the rows are the same. JSON Lines has one line for a JSON text, and one null.
fn is_same(one: &RecordBatch, other: &RecordBatch) -> bool {
    let pairs = one.columns().iter().zip(other.columns());
    let names = one.schema().fields().iter().eq(other.schema().fields().iter());
    names
        && pairs.zip(one.schema().fields()).all(|((one, other), field)| {
            match field.name() == "json" {
                true => one_line(one).eq(one_line(other)),
                false => one == other,
            }
        })
}

fn one_line(json: &ArrayRef) -> impl Iterator<Item = Option<String>> {
    let texts = json.as_string::<i32>().iter();
    texts.map(|text| {
        let text = text?.trim().replace(['\n', '\r'], " ");
        (text != "null").then_some(text)
    })
}
